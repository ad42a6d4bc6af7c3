"""Values of another kind than the place takes."""

from __future__ import annotations

import re

from archdsl.rules.assigned import from_let, named_behind
from archdsl.rules.rewriting import enumerated
from archir.base.argument_fixes import whole
from archir.base.diagnostics import Diagnostic, Problem
from archir.base.fixes import Fix, insert, swap


class NotACondition(Problem):
    """A condition is true or false (or an op or block that may be none)."""

    name = "not-a-condition"
    bad = """model m() {
  input x: [N, 3, H = 32, W = 32]
  let n = 2
  if n { relu }
}
"""
    good = """model m() {
  input x: [N, 3, H = 32, W = 32]
  let n = 2
  if n != 0 { relu }
}
"""
    what: str
    is_size: bool = False
    instead: str | None = None
    """``a in [2, 3]`` where `a == 2 or 3` is written."""

    def message(self) -> str:
        if self.instead is not None:
            return f"`or` stands between conditions, and {self.what} is none"
        return f"a condition is true or false, and this is {self.what}"

    def hint(self) -> str | None:
        if self.instead is not None:
            return f"write `{self.instead}`"
        if self.is_size:
            return "compare channels or a parameter; a size may be compared in an assert"
        return "compare it, for example with != 0"

    def fix(self, at: Diagnostic) -> Fix | None:
        if self.instead is not None:
            return swap(at.span, self.instead)
        if not self.what.startswith("the number"):
            return None
        return insert(at.span.source, at.span.end, " != 0", safe=False)


class NotAList(Problem):
    """A loop, a comprehension or a list function was given something that is not a list."""

    name = "not-a-list"
    bad = """model m() {
  input x: [N, 3, H = 32, W = 32]
  for i in 3 { relu }
}
"""
    good = """model m() {
  input x: [N, 3, H = 32, W = 32]
  for i in range(3) { relu }
}
"""
    what: str
    use: str

    def message(self) -> str:
        return f"{self.use} needs a list, and this is {self.what}"

    def hint(self) -> str | None:
        return (
            "count with range(n) or 1..n, or repeat n { … }"
            if self.what.startswith("the number")
            else None
        )

    def fix(self, at: Diagnostic) -> Fix | None:
        if self.use != "a loop" or not self.what.startswith("the number"):
            return None
        return swap(at.span, f"range({at.span.text})", safe=False)  # or 1..n


class WrongItemCount(Problem):
    """As many names are needed as there are items."""

    name = "wrong-item-count"
    bad = """model m() {
  input x: [N, 3, H = 32, W = 32]
  for a, b in [[1, 2, 3]] { conv(a, b) }
}
"""
    good = """model m() {
  input x: [N, 3, H = 32, W = 32]
  for a, b, c in [[1, 3, 1]] { conv(a, b, stride = c) }
}
"""
    names: int
    items: str
    may_count: bool = False
    """Whether a loop gives its first name to what is no list, as where its items are counted."""

    def message(self) -> str:
        if self.may_count:
            return f"{self.names} names stand for each item, and the items are no lists"
        names = "1 name" if self.names == 1 else f"{self.names} names"
        return f"{names} cannot take {self.items}"

    def hint(self) -> str:
        if self.may_count:
            return "the number of each item comes from enumerate: `for i, x in enumerate(xs)`"
        if self.items.startswith(("the op ", "the block ", "the model ")):
            return "values are named behind the stage that gives them: `chunk(2) as a, b`"
        counted = re.match(r"(\d+) items?$", self.items)
        if counted is None:
            return (
                "one name stands for each item; several need a list of lists: `[[8, 1], [16, 2]]`"
            )
        names = "abcdefgh"[: min(self.names, int(counted[1]))]
        shown = [*names, *"_" * (int(counted[1]) - len(names))]
        return f"give each item a name, or _ to leave it out: `{', '.join(shown[:8])}`"

    def fix(self, at: Diagnostic) -> Fix | None:
        if self.items.startswith(("the op ", "the block ", "the model ")):
            return named_behind(at.span)
        return enumerated(at.span) if self.may_count else None


class NotCallable(Problem):
    """Only functions, ops, blocks and initialisers take arguments."""

    name = "not-callable"
    bad = """model m() {
  input x: [N, 3, H = 32, W = 32]
  let n = 3
  conv(n(1), 3)
}
"""
    good = """model m() {
  input x: [N, 3, H = 32, W = 32]
  conv(8, 3)
}
"""
    what: str

    def message(self) -> str:
        return f"{self.what} cannot be called"

    def hint(self) -> str:
        return "leave the parentheses out; a product is written with `*`"


class TensorInExpression(Problem):
    """A named value is a tensor; compile-time expressions can only ask for its shape."""

    name = "tensor-in-expression"
    bad = """model m() {
  input x: [N, 3, H = 32, W = 32]
  relu as y
  conv(y + 1, 3)
}
"""
    good = """model m() {
  input x: [N, 3, H = 32, W = 32]
  relu as y
  conv(y.channels + 1, 3)
}
"""
    value: str
    instead: str | None = None
    """The stage that does with values what the sign does with numbers."""

    def message(self) -> str:
        return f"{self.value} is a tensor, and cannot be used as a number here"

    def hint(self) -> str | None:
        numbers = "numbers of a value are .channels, .features, .height, .width and .shape[i]"
        if self.instead is None:
            return numbers
        return f"{numbers}; values are merged by a stage: `{self.instead}`"

    def fix(self, at: Diagnostic) -> Fix | None:
        return None if self.instead is None else from_let(at.span, self.instead)


class NotACount(Problem):
    """A loop is repeated a whole number of times, from 0."""

    name = "not-a-count"
    bad = """model m() {
  input x: [N, 3, H = 32, W = 32]
  repeat 4 / 2 { relu }
}
"""
    good = """model m() {
  input x: [N, 3, H = 32, W = 32]
  repeat 4 // 2 { relu }
}
"""
    what: str

    def message(self) -> str:
        return f"repeat needs a whole number that is not negative, and this is {self.what}"

    def hint(self) -> str | None:
        if '"' in self.what:
            return "a number stands without quotes: `repeat 2 { … }`"
        if " list" in self.what:
            return "a loop over a list is `for x in list { … }`"
        return "use // for whole division" if "." in self.what else None

    def fix(self, at: Diagnostic) -> Fix | None:
        digits = at.span.text.strip('"')
        if at.span.text == f'"{digits}"' and digits.isdecimal():
            return swap(at.span, digits)
        return whole(at.span) if self.what.endswith(".0") else None


class NotAnInitialiser(Problem):
    """Initial weights are drawn by one of torch.nn.init's functions."""

    name = "not-an-initialiser"
    bad = """model m() {
  input x: [N, 3, H = 32, W = 32]
  conv(8, 3) with weight = 3
}
"""
    good = """model m() {
  input x: [N, 3, H = 32, W = 32]
  conv(8, 3) with weight = constant(3)
}
"""
    what: str
    raw: str | None = None
    """The raw parameter that it names."""

    def message(self) -> str:
        return f"an initialiser is wanted here, and this is {self.what}"

    def hint(self) -> str | None:
        if self.raw is not None:
            from archir.rules.ties import raw_instead  # a tie is what was meant

            return raw_instead(self.raw)
        return 'for example zeros, normal(std = 0.01), kaiming_normal(mode = "fan_out")'

    def fix(self, at: Diagnostic) -> Fix | None:
        is_number = self.what.startswith(("the number", "the float"))
        return swap(at.span, f"constant({at.span.text})") if is_number else None
