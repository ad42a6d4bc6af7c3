"""Problems of compile-time expressions."""

from __future__ import annotations

from archir.base.argument_fixes import whole
from archir.base.diagnostics import Diagnostic, Problem
from archir.base.fixes import Fix, part_renamed


class WrongOperand(Problem):
    """An operator or function was given values that it does not take.

    Expressions are Python's: numbers with numbers, text with text, lists with lists.
    """

    name = "wrong-operand"
    bad = """model m() {
  input x: [N, 3, H = 32, W = 32]
  conv("8" + 1, 3)
}
"""
    good = """model m() {
  input x: [N, 3, H = 32, W = 32]
  conv(8 + 1, 3)
}
"""
    operation: str
    operands: str

    def message(self) -> str:
        return f"{self.operation} cannot take {self.operands}"

    def hint(self) -> str | None:
        if "the string" in self.operands and "the number" in self.operands:
            return "a number stands without quotes; int(text) and str(number) make one of the other"
        return None


class NotMany(Problem):
    """`in` asks whether a list has an item, or a text another text in it."""

    name = "not-many"
    bad = """model m(width = 8) {
  input x: [N, 3, H = 32, W = 32]
  conv(8, 3) -> { relu } if width in 8
}
"""
    good = """model m(width = 8) {
  input x: [N, 3, H = 32, W = 32]
  conv(8, 3) -> { relu } if width in [8, 16]
}
"""
    operation: str
    what: str

    def message(self) -> str:
        return f"`{self.operation}` asks for an item of a list, and {self.what} has none"

    def hint(self) -> str:
        return "write `x in [a, b]`, or `x == a` for one value"


class DivisionByZero(Problem):
    """A number is divided by zero."""

    name = "division-by-zero"
    bad = """model m() {
  input x: [N, 3, H = 32, W = 32]
  let groups = 0
  conv(8 // groups, 3)
}
"""
    good = """model m() {
  input x: [N, 3, H = 32, W = 32]
  let groups = 2
  conv(8 // groups, 3)
}
"""
    expression: str

    def message(self) -> str:
        return f"{self.expression} divides by zero"


class StepNotPositive(Problem):
    """A range goes up, by a number above 0."""

    name = "step-not-positive"
    bad = """model m() {
  input x: [N, 3, H = 32, W = 32]
  for width in 32..8 step -8 { conv(width, 1) }
}
"""
    good = """model m() {
  input x: [N, 3, H = 32, W = 32]
  for width in reversed(8..32 step 8) { conv(width, 1) }
}
"""
    step: int | float

    def message(self) -> str:
        return f"a range goes up, and its step is {self.step}"

    def hint(self) -> str:
        by = f"{-self.step:g}" if self.step < 0 else "1"
        return f"`reversed(least..most step {by})` goes down"


class BadValue(Problem):
    """A function was given a value outside of what it is defined for."""

    name = "bad-value"
    bad = """model m() {
  input x: [N, 3, H = 32, W = 32]
  conv(int(sqrt(0 - 4)), 3)
}
"""
    good = """model m() {
  input x: [N, 3, H = 32, W = 32]
  conv(int(sqrt(4)), 3)
}
"""
    function: str
    reason: str

    def message(self) -> str:
        if self.reason.startswith("it is "):
            return f"{self.function} is {self.reason.removeprefix('it is ')}"
        return f"{self.function}: {self.reason}"


class IndexOutOfRange(Problem):
    """A list has no item at that index. Indices count from 0; negative ones count from the end."""

    name = "index-out-of-range"
    bad = """model m() {
  input x: [N, 3, H = 32, W = 32]
  let widths = [8, 16]
  conv(widths[2], 3)
}
"""
    good = """model m() {
  input x: [N, 3, H = 32, W = 32]
  let widths = [8, 16]
  conv(widths[1], 3)
}
"""
    index: int
    length: int

    def message(self) -> str:
        items = "1 item" if self.length == 1 else f"{self.length} items"
        return f"index {self.index} is outside of a list with {items}"

    def hint(self) -> str | None:
        return f"indices run from 0 to {self.length - 1}" if self.length else "the list is empty"


class NoSuchAttribute(Problem):
    """Values have channels, features, height, width, rank and shape[i], and nothing else does."""

    name = "no-such-attribute"
    bad = """model m() {
  input x: [N, 3, H = 32, W = 32]
  conv(_.chanels, 3)
}
"""
    good = """model m() {
  input x: [N, 3, H = 32, W = 32]
  conv(_.channels, 3)
}
"""
    attribute: str
    owner: str
    suggestion: str | None = None

    def message(self) -> str:
        return f"{self.owner} has no .{self.attribute}"

    def hint(self) -> str | None:
        if self.suggestion:
            return f"did you mean .{self.suggestion}?"
        if self.attribute in ("size", "dim", "ndim"):
            is_size = self.attribute == "size"
            return f"write {'.shape[i]' if is_size else '.rank'}" + (
                "; the batch has the name that the input gives it, as N" if is_size else ""
            )
        return "a value has .channels, .features, .height, .width, .rank and .shape[i]"

    def fix(self, at: Diagnostic) -> Fix | None:
        return part_renamed(at.span, self.attribute, self.suggestion)


class RankTooLow(Problem):
    """A value has no dim of that name: a height and a width need four dims, channels need two."""

    name = "no-such-dim"
    bad = """model m() {
  input x: [N, 3, H = 32, W = 32]
  flatten -> linear(_.height)
}
"""
    good = """model m() {
  input x: [N, 3, H = 32, W = 32]
  global_avg_pool -> linear(_.features)
}
"""
    attribute: str
    shape: str

    def message(self) -> str:
        return f"a value of shape {self.shape} has no {self.attribute}"

    def hint(self) -> str:
        return "height and width are those of [N, C, H, W]; .shape[i] and .rank are there for all"


class DependsOnSize(Problem):
    """What a network consists of is decided when it is compiled, for all input sizes at once.

    So a condition, a count or an argument cannot depend on a size variable such as H.
    """

    name = "depends-on-size"
    bad = """model m() {
  input x: [N, 3, H = 32, W = 32]
  if _.height > 16 { max_pool(2) }
}
"""
    good = """model m() {
  input x: [N, 3, H = 32, W = 32]
  if _.channels < 16 { max_pool(2) }
}
"""
    what: str
    expression: str

    def message(self) -> str:
        return f"{self.what} cannot depend on the input's size: this is {self.expression}"

    def hint(self) -> str | None:
        if self.what in ("a count", "a text", "a range", "range(…)"):
            return "a network is made for all sizes: use channels or a parameter"
        if self.what != "a condition":
            return "sizes are reckoned with in whole numbers: + - * // and %"
        return (
            "a network is made for all sizes: decide by channels or a parameter; what sizes must"
            " be is said by `assert`"
        )

    def fix(self, at: Diagnostic) -> Fix | None:
        return whole(at.span) if self.what == "a number made with /" else None
