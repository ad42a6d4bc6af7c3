"""Problems of norms over the last dims."""

from __future__ import annotations

from archir.base import argument_fixes as fixes
from archir.base.diagnostics import Diagnostic, Problem
from archir.base.fixes import Fix


class TooFewDims(Problem):
    """A norm is to go over more of the last dims than there are.

    ``dims`` says how many of them are normalised together. Their sizes are read off the incoming
    shape: where torch has ``LayerNorm(768)``, the language has ``layer_norm``.
    """

    name = "too-few-dims"
    bad = """model m() {
  input tokens: [N, 16, 768]
  layer_norm(768)
}
"""
    good = """model m() {
  input tokens: [N, 16, 768]
  layer_norm
}
"""
    callee: str
    dims: int
    rank: int
    shape: str

    def message(self) -> str:
        has = "1 dim" if self.rank == 1 else f"{self.rank} dims"
        return (
            f"{self.callee} is to normalise the last {self.dims} dims, and {self.shape} has {has}"
        )

    def hint(self) -> str:
        return (
            "say how many of the last dims are normalised together, 1 if left out; their sizes are"
            " read off the incoming shape"
        )

    def fix(self, at: Diagnostic) -> Fix | None:
        is_last = self.shape.rstrip("]").rsplit(", ", 1)[-1] == str(self.dims)
        return fixes.leave_out(at.span, self.callee, "dims", str(self.dims), safe=is_last)
