"""Weights that are to be another layer's."""

from __future__ import annotations

from archir.base.diagnostics import Diagnostic, Problem
from archir.base.fixes import Fix, swap


def raw_instead(name: str) -> str:
    """What to do where a weight is to be a raw parameter."""
    return (
        f"{name} is a raw parameter, which is used as a value: `matmul [_, {name} -> transpose(0,"
        " 1)]`; a weight is tied to that of a layer with a label, as in `wte.weight`"
    )


def _model(tie: str) -> str:
    return f"""model m() {{
  input ids: int[N, L = 8]
  wte: embedding(100, 16)
  lm_head: linear(100, bias = false) with weight = {tie}
}}
"""


class NoParameterToTie(Problem):
    """The weight of a layer is to be another layer's, and there is none of that name.

    What stands behind `with weight =` is an initialiser, or the names on the way to a parameter
    from the block or model around, joined by dots; what is no plain name stands in quotes, as in
    `"blocks.0.fc".weight`.
    """

    name = "no-parameter-to-tie"
    bad = _model("wt.weight")
    good = _model("wte.weight")
    key: str
    where: str
    suggestion: str | None
    raw: str | None = None
    """The raw parameter by whose name it begins."""

    def message(self) -> str:
        return f"there is no parameter {self.key} in {self.where}"

    def hint(self) -> str:
        if self.raw is not None:
            return raw_instead(self.raw)
        if self.suggestion:
            return f"did you mean {self.suggestion}?"
        return (
            "name the labels on the way to it from the block, model or `module` around, and the"
            " parameter; a tie leads no further out: tie in braces with a label, or splice the"
            " block, `*Block(…)`"
        )

    def fix(self, at: Diagnostic) -> Fix | None:
        names = (self.suggestion or "").split(".")
        is_plain = all(map(str.isidentifier, names))
        return swap(at.span, ".".join(names), safe=False) if is_plain else None


class MadeWeightToTie(Problem):
    """A weight is tied to a parameter; one that is normalised is worked out of others.

    `with weight = weight_norm` and `with weight = spectral_norm` leave no parameter of that name.
    """

    name = "made-weight-to-tie"
    bad = """model m() {
  input ids: int[N, L = 8]
  wte: embedding(100, 16) with weight = weight_norm
  lm_head: linear(100, bias = false) with weight = wte.weight
}
"""
    good = _model("wte.weight")
    key: str
    target: str
    function: str

    def message(self) -> str:
        return f"{self.key} cannot be {self.target}: {self.function} makes that of other parameters"

    def hint(self) -> str:
        return f"leave {self.function} out there, or have two weights"


class TiedShapesDiffer(Problem):
    """Tied weights are one tensor, so they have one shape.

    The weight of `linear(vocab)` on D features is `[vocab, D]`, as that of `embedding(vocab, D)`.
    """

    name = "tied-shapes-differ"
    bad = _model("wte.weight").replace("linear(100", "linear(90")
    good = _model("wte.weight")
    key: str
    shape: str
    target: str
    other: str

    def message(self) -> str:
        return f"{self.key} is {self.shape} and cannot be {self.target}, which is {self.other}"

    def hint(self) -> str:
        return "give both layers the same numbers, or each a weight of its own"


class BufferToTie(Problem):
    """A weight is tied to a parameter; a buffer is not learned."""

    name = "buffer-to-tie"
    bad = """model m() {
  input x: [N, 4]
  norm: batch_norm
  other: batch_norm with weight = norm.running_var
}
"""
    good = """model m() {
  input x: [N, 4]
  norm: batch_norm
  other: batch_norm with weight = norm.weight
}
"""
    key: str
    target: str

    def message(self) -> str:
        return f"{self.target} is a buffer, and {self.key} a parameter"

    def hint(self) -> str:
        return "tie it to a parameter"


class TiedInACircle(Problem):
    """Weights are tied to each other, and none of them is there by itself."""

    name = "tied-in-a-circle"
    bad = """model m() {
  input x: [N, 4]
  a: linear(4) with weight = b.weight
  b: linear(4) with weight = a.weight
}
"""
    good = """model m() {
  input x: [N, 4]
  a: linear(4)
  b: linear(4) with weight = a.weight
}
"""
    key: str
    target: str

    def message(self) -> str:
        return f"{self.key} is to be {self.target}, which is to be {self.key} in the end"

    def hint(self) -> str:
        return "leave one of them its own weight"
