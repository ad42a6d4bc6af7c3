"""The problem of a model that cannot be drawn."""

from __future__ import annotations

from archir.base.diagnostics import Problem


class DiagramTooLarge(Problem):
    """A diagram draws every step of a model, and is of no use past a few thousand of them.

    Nor is it where connections run past very many rows, each of which has to be laid out.

    The model itself may be fine: check it, build it as Python, or draw one of its blocks as a
    model of its own.
    """

    name = "diagram-too-large"
    bad = """model m() {
  input x: [N, 3, H = 32, W = 32]
  repeat 10_000 { relu }
}
"""
    good = """model m() {
  input x: [N, 3, H = 32, W = 32]
  repeat 10 { relu }
}
"""
    model: str
    what: str
    count: int
    limit: int

    def message(self) -> str:
        return (
            f"{self.model} has {self.count:,} {self.what}, and a diagram can show at most "
            f"{self.limit:,}"
        )

    def hint(self) -> str:
        return "leave the diagram out, or draw a smaller variant of the model"
