"""What can go wrong with parts of blocks: ``resnet50 upto [layer3, layer4]``."""

from __future__ import annotations

from archir.base.diagnostics import Diagnostic, Problem
from archir.base.fixes import Fix, renamed

_UNIT = """block Unit() {
  stem: conv(8, 3)
  body: { conv(8, 3) -> relu }
  head: { global_avg_pool -> linear(10) }
}

"""


def _model(line: str) -> str:
    return f"{_UNIT}model m() {{\n  input x: [N, 3, H = 32, W = 32]\n  {line}\n}}\n"


class NoSuchLabel(Problem):
    """What a block is to be taken up to is not one of its modules.

    Modules are named as in their keys: `layer4`, or `"features.3"` for one in braces with a label.
    """

    name = "no-such-label"
    bad = _model("trunk: Unit upto [bodi]")
    good = _model("trunk: Unit upto [body]")
    part: str
    wanted: str
    suggestion: str | None
    known: tuple[str, ...]

    def message(self) -> str:
        return f"{self.part} has no module {self.wanted or 'without a name'}"

    def hint(self) -> str | None:
        if self.suggestion is not None:
            return f"did you mean {self.suggestion}?"
        return f"it has {', '.join(self.known)}" if self.known else None

    def fix(self, at: Diagnostic) -> Fix | None:
        if self.suggestion is None or at.span.text != self.wanted:
            return None
        return renamed(at.span, self.suggestion)


class CannotCutAt(Problem):
    """A module is there, but the value behind it cannot be what a part of the block gives.

    A block inside of another has a text of its own, which stays whole. What runs in training alone
    gives nothing in evaluation, and what gives several values is no one value.
    """

    name = "cannot-cut-at"
    bad = """block Inner() { a: conv(8, 3) -> b: relu }
block Outer() { inner: Inner -> c: conv(8, 1) }

model m() {
  input x: [N, 3, H = 32, W = 32]
  trunk: Outer upto ["inner.a"]
}
"""
    good = """block Inner() { a: conv(8, 3) -> b: relu }
block Outer() { inner: Inner -> c: conv(8, 1) }

model m() {
  input x: [N, 3, H = 32, W = 32]
  trunk: Outer upto [inner]
}
"""
    wanted: str
    reason: str
    whole: str = ""
    """What the module lies in, where that can be what the part goes up to."""

    def message(self) -> str:
        return f"no part of a block can go up to {self.wanted}: {self.reason}"

    def hint(self) -> str | None:
        whole = self.whole if self.whole.isidentifier() else f'"{self.whole}"'
        return f"go up to all of it: `upto [{whole}]`" if self.whole else None


class NothingToCut(Problem):
    """A part of something is asked for that has no modules by names: an op, or a value."""

    name = "nothing-to-cut"
    bad = _model("trunk: conv(8, 3) upto [weight]")
    good = _model("trunk: conv(8, 3)")
    part: str
    what: str

    def message(self) -> str:
        return f"upto is for blocks and models, and {self.part} is {self.what}"

    def hint(self) -> str | None:
        return f"write {self.part} without it"
