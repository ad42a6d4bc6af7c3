"""Problems of ops, blocks and modules where they are used."""

from __future__ import annotations

import re

from archir.base.argument_fixes import whole
from archir.base.diagnostics import Diagnostic, Problem, nearest
from archir.base.fixes import Fix, drop, part_renamed, swap
from archir.base.source import Span


def _unspliced(at: Diagnostic, *, safe: bool) -> Fix | None:
    """Take away the star at the beginning of a place."""
    start = at.span.start
    star = Span(at.span.source, start, start + 1)
    return drop(star, safe=safe) if star.text == "*" else None


class ArgumentOfWrongType(Problem):
    """A parameter declares its type, and is given something else.

    `op` takes ops alone and `block` blocks alone. A parameter without a type takes any part, a
    `module` too.
    """

    name = "argument-of-wrong-type"
    bad = """block Tower(width: int in 8..64, depth: int = 1) {
  repeat depth { conv(width, 3, padding = 1) }
}

model m() {
  input x: [N, 3, H = 32, W = 32]
  Tower(32 / 2)
}
"""
    good = """block Tower(width: int in 8..64, depth: int = 1) {
  repeat depth { conv(width, 3, padding = 1) }
}

model m() {
  input x: [N, 3, H = 32, W = 32]
  Tower(32 // 2)
}
"""
    owner: str
    parameter: str
    wanted: str
    given: str

    def message(self) -> str:
        return f"{self.parameter} of {self.owner} takes {self.wanted}, and is given {self.given}"

    def hint(self) -> str | None:
        if self.wanted.startswith("an integer") and "float" in self.given:
            return "use // for whole division, or int(…)"
        is_text = self.given.startswith("the string ")
        if is_text and self.wanted in ("an op", "a block", "an initialiser"):
            named = self.given.partition('"')[2].rstrip('"')
            return f"a part is no text: write `{named if named.isidentifier() else 'relu'}`"
        if self.wanted not in ("an op", "a block"):
            return None
        if self.given.startswith("the module "):
            return (
                f"leave the type of {self.parameter} out, and splice the block where the module"
                f" stands, `*{self.owner}(…)`: one with its own scope applies none from outside"
            )
        if self.given.startswith(("the op ", "the block ")):
            return f"leave the type of {self.parameter} out: without one it takes any part"
        return None

    def fix(self, at: Diagnostic) -> Fix | None:
        text = at.span.text
        if self.wanted == "an op" and text[:1] == '"' and text.strip('"').isidentifier():
            return swap(at.span, text.strip('"'), safe=False)
        return whole(at.span) if self.hint() and self.given.endswith(".0") else None


class WrongNumberOfItems(Problem):
    """The type of a list says how many items it has, and another number is given."""

    name = "wrong-number-of-items"
    bad = """block Tower(widths: list[int in 8..64] of 3) {
  for width in widths { conv(width, 3, padding = 1) }
}

model m() {
  input x: [N, 3, H = 32, W = 32]
  Tower([8, 16])
}
"""
    good = """block Tower(widths: list[int in 8..64] of 3) {
  for width in widths { conv(width, 3, padding = 1) }
}

model m() {
  input x: [N, 3, H = 32, W = 32]
  Tower([8, 16, 16])
}
"""
    owner: str
    parameter: str
    wanted: int
    given: int

    def message(self) -> str:
        items = "1 item" if self.wanted == 1 else f"{self.wanted} items"
        return f"{self.parameter} of {self.owner} is a list of {items}, and {self.given} are given"


class OutsideDomain(Problem):
    """A parameter declares which values it may have, and is given another."""

    name = "outside-domain"
    bad = """block Tower(width: int in 8..64, depth: int = 1) {
  repeat depth { conv(width, 3, padding = 1) }
}

model m() {
  input x: [N, 3, H = 32, W = 32]
  Tower(128)
}
"""
    good = """block Tower(width: int in 8..64, depth: int = 1) {
  repeat depth { conv(width, 3, padding = 1) }
}

model m() {
  input x: [N, 3, H = 32, W = 32]
  Tower(64)
}
"""
    owner: str
    parameter: str
    domain: str
    given: str

    def message(self) -> str:
        return f"{self.parameter} of {self.owner} is in {self.domain}, and is given {self.given}"

    def hint(self) -> str:
        return "give one that is in it, or widen the domain where the parameter is declared"


class NotAPart(Problem):
    """A stage is an op, a block, or a named value."""

    name = "not-a-part"
    bad = """model m() {
  input x: [N, 3, H = 32, W = 32]
  let dropout = 0.5
  dropout(0.5)
}
"""
    good = """model m() {
  input x: [N, 3, H = 32, W = 32]
  let p = 0.5
  dropout(p)
}
"""
    text: str
    what: str
    hides: str | None = None

    def message(self) -> str:
        return f"{self.text} is {self.what}, and cannot be a stage"

    def hint(self) -> str | None:
        if self.hides:
            return f"the name hides the {self.hides} of the same name: rename it to use that"
        if self.what == "an initialiser" and self.text in ("weight_norm", "spectral_norm"):
            return f"a layer's own weight is made so: `conv(64, 3) with weight = {self.text}`"
        if self.what == "an initialiser":
            return f"initial weights are given by rules: `init {{ conv.weight: {self.text} }}`"
        default = re.search(r'the string "(\w+)" unless', self.what)
        if default:
            return f"a part is no text: give the parameter an op or a block, `{self.text} = relu`"
        return "a stage is an op, a block, or a named value at the head of a chain"


class SpliceWithInit(Problem):
    """`*Name` puts a block's children into the scope around it, where they belong to the block
    around.
    """

    name = "splice-with-init"
    bad = """block Stem() {
  conv(8, 3)
  init { conv.weight: zeros }
}

model m() {
  input x: [N, 3, H = 32, W = 32]
  *Stem
}
"""
    good = """block Stem() {
  conv(8, 3)
  init { conv.weight: zeros }
}

model m() {
  input x: [N, 3, H = 32, W = 32]
  Stem
}
"""
    block: str

    def message(self) -> str:
        return f"{self.block} has its own init, and cannot be put into another scope with *"

    def hint(self) -> str | None:
        return "leave the * out, or move the rules to the block around it"

    def fix(self, at: Diagnostic) -> Fix | None:
        return _unspliced(at, safe=False)


class CannotSplice(Problem):
    """`*` goes before a block: it puts the block's children into the scope around it."""

    name = "cannot-splice"
    bad = """model m() {
  input x: [N, 3, H = 32, W = 32]
  *relu
}
"""
    good = """block Stem() { relu }

model m() {
  input x: [N, 3, H = 32, W = 32]
  *Stem
}
"""
    text: str
    reason: str
    has_weights: bool = False
    """Whether it is an op whose weights get keys."""

    def message(self) -> str:
        return f"*{self.text} is not possible: {self.reason}"

    def hint(self) -> str:
        if self.has_weights:
            return f"a label names the op itself, without braces: `name: {self.text}(…)`"
        return f"leave the * out: {self.text}; it goes before a block"

    def fix(self, at: Diagnostic) -> Fix | None:
        return _unspliced(at, safe=not self.has_weights)


class ModuleWithoutUse(Problem):
    """A `module` that is never applied is left out.

    It has no input, so nothing says what shape its weights have.
    """

    name = "module-never-applied"
    severity = "warning"
    bad = """model m() {
  input x: [N, 3, H = 32, W = 32]
  module head = conv(8, 3)
  relu
}
"""
    good = """model m() {
  input x: [N, 3, H = 32, W = 32]
  module head = conv(8, 3)
  head
}
"""
    module: str

    def message(self) -> str:
        return f"module {self.module} is never applied, and is left out"

    def hint(self) -> str:
        return f"write `{self.module}` as a stage where it is to run, or leave it out"


_ELSEWHERE = {
    **dict.fromkeys(("kernel", "gamma", "embeddings", "depthwise_kernel", "w", "scale"), "weight"),
    **dict.fromkeys(("beta", "b", "offset"), "bias"),
    "moving_mean": "running_mean",
    **dict.fromkeys(("moving_variance", "moving_var"), "running_var"),
}
"""What other libraries call the parameters of layers."""


class NoSuchParameter(Problem):
    """Initial weights are given for a parameter that the op does not have."""

    name = "no-such-parameter"
    bad = """model m() {
  input x: [N, 3, H = 32, W = 32]
  conv(8, 3, bias = false) with bias = zeros
}
"""
    good = """model m() {
  input x: [N, 3, H = 32, W = 32]
  conv(8, 3) with bias = zeros
}
"""
    op: str
    parameter: str
    known: str

    def message(self) -> str:
        return f"{self.op} has no parameter {self.parameter}"

    def hint(self) -> str | None:
        near = self._near()
        if near is not None:
            return f"did you mean {near}?"
        if self.parameter == "bias" and self.known:
            return f"it has {self.known} here: a bias is there by bias = true"
        return f"it has {self.known}" if self.known else "it has no parameters"

    def fix(self, at: Diagnostic) -> Fix | None:
        return part_renamed(at.span, self.parameter, self._near())

    def _near(self) -> str | None:
        known = self.known.split(", ")
        other = _ELSEWHERE.get(self.parameter)
        return other if other in known else nearest(self.parameter, known)
