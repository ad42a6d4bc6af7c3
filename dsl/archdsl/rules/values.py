"""Problems of compile-time expressions."""

from __future__ import annotations

from archir.diagnostics import Problem


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
        return "a value has .channels, .features, .height, .width, .rank and .shape[i]"


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

    def message(self) -> str:
        return f"a condition is true or false, and this is {self.what}"

    def hint(self) -> str | None:
        return "compare it, for example with != 0"


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
        return "use channels or a parameter; assert may speak of sizes"


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

    def message(self) -> str:
        names = "1 name" if self.names == 1 else f"{self.names} names"
        return f"{names} cannot take {self.items}"


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

    def message(self) -> str:
        return f"{self.value} is a tensor, and cannot be used as a number here"

    def hint(self) -> str | None:
        return "ask for its shape: .channels, .features, .rank"


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
        return "use // for whole division"


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

    def message(self) -> str:
        return f"an initialiser is wanted here, and this is {self.what}"

    def hint(self) -> str | None:
        return 'for example zeros, normal(std = 0.01), kaiming_normal(mode = "fan_out")'
