"""Problems of the ops that work element by element, or on all along a dim."""

from __future__ import annotations

from archir.base.diagnostics import Problem


def _model(body: str) -> str:
    return f"model m() {{\n  input features: [N, 63]\n  {body}\n}}\n"


class NoBound(Problem):
    """``clamp`` is given a least value, a greatest, or both."""

    name = "no-bound"
    bad = _model("clamp")
    good = _model("clamp(0, 1)")
    callee: str

    def message(self) -> str:
        return f"{self.callee} is given neither min nor max, and would change nothing"

    def hint(self) -> str:
        return f"{self.callee}(0) keeps what is above 0, {self.callee}(max = 1) what is below 1"


class NotInHalves(Problem):
    """A dim of which one half gates the other is even."""

    name = "not-in-halves"
    bad = _model("glu")
    good = _model("linear(64) -> glu")
    callee: str
    dim: int
    extent: str

    def message(self) -> str:
        return f"{self.callee} takes dim {self.dim} in halves, and it is {self.extent}"

    def hint(self) -> str:
        return "make it even: what gates is as long as what is gated"


class TooFewElements(Problem):
    """A variance divides by the number of elements less its ``correction``, and nothing is left."""

    name = "too-few-elements"
    bad = _model("linear(1) -> std(1)")
    good = _model("linear(1) -> std(1, correction = 0)")
    callee: str
    count: str
    correction: int

    def message(self) -> str:
        elements = "1 element" if self.count == "1" else f"{self.count} elements"
        return (
            f"{self.callee} divides by the number of elements less {self.correction}, and it is"
            f" taken of {elements}"
        )

    def hint(self) -> str:
        return "take it over more, or write correction = 0"
