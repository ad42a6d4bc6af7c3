"""Problems of the values that flow: how many, under which name, and from where."""

from __future__ import annotations

from archdsl.rules.rewriting import from_brackets
from archir.base.diagnostics import Diagnostic, Problem
from archir.base.fixes import Fix


class SeveralValues(Problem):
    """Brackets give several values, and this stage takes one."""

    name = "several-values-into-one"
    bad = """model m() {
  input x: [N, 3, H = 32, W = 32]
  [relu, identity] -> relu
}
"""
    good = """model m() {
  input x: [N, 3, H = 32, W = 32]
  [relu, identity] -> add -> relu
}
"""
    stage: str
    count: int
    made_by: str = ""
    """The op that gave them all."""

    def message(self) -> str:
        return f"{self.stage} takes one value, and {self.count} flow in"

    def hint(self) -> str | None:
        merged = "merge them first: concat, add or multiply"
        if not self.made_by:
            return merged
        names = ", ".join(["first", *["_"] * (min(self.count, 4) - 1), *["…"] * (self.count > 4)])
        return (
            f"{self.made_by} gives {self.count} values: name the one that goes on,"
            f" `{self.made_by}(…) as {names}`, and write `first -> {self.stage}(…)`; or {merged}"
        )


class WrongInputCount(Problem):
    """A block says with `input` how many values it takes."""

    name = "wrong-number-of-inputs"
    bad = """block Merge() {
  input a: [N, C, H, W], b: [N, C, H, W]
  add [a, b]
}

model m() {
  input x: [N, 3, H = 32, W = 32]
  Merge
}
"""
    good = """block Merge() {
  input a: [N, C, H, W], b: [N, C, H, W]
  add [a, b]
}

model m() {
  input x: [N, 3, H = 32, W = 32]
  Merge [_, relu]
}
"""
    block: str
    wanted: int
    given: int

    def message(self) -> str:
        inputs = "1 input" if self.wanted == 1 else f"{self.wanted} inputs"
        flows = "1 flows" if self.given == 1 else f"{self.given} flow"
        return f"{self.block} takes {inputs}, and {flows} in"

    def hint(self) -> str | None:
        return (
            f"write {self.block} [a, b]"
            if self.wanted > 1
            else "merge them first: concat, add or multiply"
        )


class NothingFlowsIn(Problem):
    """There is no value here for `_` to mean."""

    name = "nothing-flows-in"
    bad = """let c = _.channels

model m() {
  input x: [N, 3, H = 32, W = 32]
  conv(c, 3)
}
"""
    good = """model m() {
  input x: [N, 3, H = 32, W = 32]
  let c = _.channels
  conv(c, 3)
}
"""

    def message(self) -> str:
        return "nothing flows in here"

    def hint(self) -> str:
        return "_ is what flows into a stage in the body of a block or model"


class NoBranchLeft(Problem):
    """Brackets give the values of their branches, so they need one branch at least.

    All may have been left out: by an `if` whose condition is false, or a `for` over nothing.
    """

    name = "no-branch-left"
    bad = """model m(widths: list[int] = []) {
  input x: [N, 3, H = 32, W = 32]
  concat [for width in widths { conv(width, 3) }]
}
"""
    good = """model m(widths: list[int] = [8, 16]) {
  input x: [N, 3, H = 32, W = 32]
  concat [for width in widths { conv(width, 3) }]
}
"""

    def message(self) -> str:
        return "no branch is left in these brackets"

    def hint(self) -> str:
        return "a branch { } is the input itself"


class NothingToMerge(Problem):
    """An op that merges several values was given one. They come from brackets around it."""

    name = "nothing-to-merge"
    bad = """model m() {
  input x: [N, 3, H = 32, W = 32]
  relu -> concat
}
"""
    good = """model m() {
  input x: [N, 3, H = 32, W = 32]
  concat [_, relu]
}
"""
    op: str

    def message(self) -> str:
        return f"{self.op} merges several values, and one flows in"

    def hint(self) -> str:
        return f"write the values in brackets: {self.op} [_, …]"


class ArgumentsOnValue(Problem):
    """A named value takes no arguments."""

    name = "arguments-on-value"
    bad = """model m() {
  input x: [N, 3, H = 32, W = 32]
  relu as y
  y(3)
}
"""
    good = """model m() {
  input x: [N, 3, H = 32, W = 32]
  relu as y
  y -> conv(8, 3)
}
"""
    text: str

    def message(self) -> str:
        return f"{self.text} is a value and takes no arguments"

    def hint(self) -> str:
        return f"a value flows on: {self.text} -> …"


class ReadsOutside(Problem):
    """A `module` can be applied in several places, so the values it needs must flow into it."""

    name = "module-reads-outside"
    bad = """model m() {
  input x: [N, 3, H = 32, W = 32]
  relu as y
  module head = { add [_, y] }
  head
}
"""
    good = """model m() {
  input x: [N, 3, H = 32, W = 32]
  relu as y
  module head = { relu }
  y -> head
}
"""
    value: str

    def message(self) -> str:
        return f"{self.value} is a value from outside of this module"

    def hint(self) -> str | None:
        return "let it flow in: head [_, value]"


class AppliesOutside(Problem):
    """A `module` or block holds all that it applies. What several share is applied beside them: in
    the body where it stands, in that body's braces (with labels too), and by a block that is
    spliced there, `*Unit(shared)`.
    """

    name = "module-applies-outside"
    bad = """model m() {
  input x: [N, 3, H = 32, W = 32]
  module unit = conv(3, 1)
  module head = { unit -> relu }
  head -> unit
}
"""
    good = """model m() {
  input x: [N, 3, H = 32, W = 32]
  module unit = conv(3, 1)
  module head = { relu }
  unit -> head -> unit
}
"""
    module: str

    def message(self) -> str:
        return f"{self.module} stands outside of this module or block, which cannot apply it"

    def hint(self) -> str | None:
        return (
            f"apply it in the body where it stands: beside, `{self.module} -> …`, in braces with a"
            f" label, `step: {{ {self.module} -> … }}`, or by a block that is spliced,"
            f" `*Block({self.module})`"
        )


def with_number(op: str, number: str, by: str) -> str:
    """What to do where a number stands in the place of one of an op's values."""
    return (
        f"{op} takes values alone, in brackets; with a number it is `{by}({number}) [value, mask]`,"
        " which puts the number where the mask is true"
    )


class ValueAsArgument(Problem):
    """Values flow into an op; its arguments in parentheses are numbers, strings and lists of them.

    Several values flow in from brackets behind the op's name.
    """

    name = "value-as-argument"
    bad = """model m() {
  input x: [N, 3, H = 32, W = 32]
  relu as y
  concat([x, y])
}
"""
    good = """model m() {
  input x: [N, 3, H = 32, W = 32]
  relu as y
  concat [x, y]
}
"""
    op: str
    value: str = "x"
    number: str = ""
    """A number that stands among the values, and the op that takes it as an argument."""

    by: str = ""

    def message(self) -> str:
        return f"a value is not an argument of {self.op}"

    def hint(self) -> str:
        if self.number:
            return with_number(self.op, self.number, self.by)
        if self.value.startswith("["):
            return f"values flow in: `{self.op} {self.value}`"
        return (
            f"values flow in: `{self.value} -> {self.op}`; a number of a value is"
            f" `{self.value}.channels` or `{self.value}.shape[2]`"
        )

    def fix(self, at: Diagnostic) -> Fix | None:
        return from_brackets(at.span, self.op)
