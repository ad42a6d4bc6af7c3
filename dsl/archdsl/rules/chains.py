"""Problems of grammar in chains, stages and branches."""

from __future__ import annotations

from archdsl.rules.flow import with_number
from archdsl.rules.rewriting import (
    as_argument,
    new_line,
    run_before,
    turned,
)
from archdsl.rules.small import model
from archir.base.diagnostics import Diagnostic, Problem
from archir.base.fixes import Fix, insert


class MissingArrow(Problem):
    """Stages on one line are chained with `->`; without it each stands on its own line."""

    name = "missing-arrow"
    bad = model("conv(4, 3) relu")
    good = model("conv(4, 3) -> relu")
    found: str
    turned: str | None = None
    """``ys -> add`` for ``add ys``: the value before the op that merges it."""

    meant: str | None = None
    """What else may be meant."""

    is_stage: bool = False
    """Whether what follows is surely a stage, so that the arrow alone is missing."""

    def message(self) -> str:
        return f"there is no `->` before {self.found}"

    def hint(self) -> str:
        if self.meant is not None:
            return self.meant
        if self.turned is not None:
            return f"values flow into a stage: `{self.turned}`"
        return "chain stages with `->`, or start a new line"

    def fix(self, at: Diagnostic) -> Fix | None:
        if self.turned is not None:
            return turned(at.span, self.turned)
        is_plain = self.is_stage and self.meant is None
        return insert(at.span.source, at.span.start, "-> ") if is_plain else None


class MissingElse(Problem):
    """An expression has a value in each case: `a if condition else b`."""

    name = "missing-else"
    bad = model("let width = 4 if wide", "conv(width, 3)", parameters="wide = true")
    good = model("let width = 4 if wide else 2", "conv(width, 3)", parameters="wide = true")

    def message(self) -> str:
        return "this choice has no `else`"

    def hint(self) -> str:
        return "write `a if condition else b`"


class StrayElse(Problem):
    """`else` stands behind the braces of an `if`, or in `a if condition else b`."""

    name = "stray-else"
    bad = model("conv(4, 3) if deep", "else { relu }", parameters="deep = true")
    good = model("if deep { conv(4, 3) } else { relu }", parameters="deep = true")

    chosen: str = ""
    """What is chosen between, where it stands as a stage."""

    def message(self) -> str:
        return "this `else` belongs to no `if`"

    def hint(self) -> str:
        if self.chosen:
            choice = f"`let act = {self.chosen}`"
            return f"name what is chosen on a line before, {choice}: the stage is `act`"
        return "write `if condition { … } else { … }`"


class StrayShortcut(Problem):
    """`shortcut { … }` stands directly behind the braces of a `residual`."""

    name = "stray-shortcut"
    bad = model("residual { conv(3, 1) } -> relu shortcut { conv(3, 1) }")
    good = model("residual { conv(3, 1) } shortcut { conv(3, 1) } -> relu")

    is_call: bool = False
    """Whether arguments stand behind it, as in files of Darknet."""

    def message(self) -> str:
        return "this `shortcut` belongs to no `residual`"

    def hint(self) -> str:
        if self.is_call:
            return "name the value that is added, `… as skip`, and write `add [_, skip]`"
        return "write `residual { … } shortcut { … }`"


class ConditionNotLast(Problem):
    """A condition behind a stage is the last thing on its line but for a remark about the shape:
    one could not see whether what follows belongs to the stage alone.
    """

    name = "condition-not-last"
    bad = model("conv(4, 3) if deep -> relu", parameters="deep = true")
    good = model("conv(4, 3) if deep", "relu", parameters="deep = true")
    after: str

    def message(self) -> str:
        return f"the line goes on with `{self.after}` behind a condition"

    def hint(self) -> str:
        if self.after == "as":
            return "put the stage in braces: `{ stage if condition } as name`"
        return "start a new line, or put the stage in braces: `{ stage if condition } -> …`"

    def fix(self, at: Diagnostic) -> Fix | None:
        return None if self.after != "->" else new_line(at.span, "->", safe=False)


class LoopHeadsBranch(Problem):
    """In brackets a loop gives a branch in each turn. As a stage of a branch it has braces."""

    name = "loop-heads-branch"
    bad = model("concat [repeat 2 { relu } -> tanh, _]")
    good = model("concat [{ repeat 2 { relu } } -> tanh, _]")

    def message(self) -> str:
        return "a branch cannot begin with a loop: in brackets each turn is a branch of its own"

    def hint(self) -> str:
        return "write braces around the loop: `[{ repeat 2 { … } } -> …]`"


class MisplacedAscription(Problem):
    """A remark about the shape, `:: [N, 64, H, W]`, stands behind a stage, last on its line."""

    name = "misplaced-ascription"
    bad = model("conv(4, 3) :: [N, 4, 6, 6] -> relu")
    good = model("conv(4, 3) -> relu :: [N, 4, 6, 6]")
    behind_braces: bool = False
    """Whether it stands behind a condition, which is no stage."""

    def message(self) -> str:
        if self.behind_braces:
            return "`:: shape` stands behind a stage, and these braces belong to a statement"
        return "`:: shape` stands last on its line, behind a stage"

    def hint(self) -> str:
        if self.behind_braces:
            return "write it of the current value, on a line of its own: `_ :: [N, 64, H, W]`"
        return "start a new line behind it"

    def fix(self, at: Diagnostic) -> Fix | None:
        return None if self.behind_braces else new_line(at.span, "->")


class NameNotLast(Problem):
    """`as` and its names stand last on their line. What is named is also the current value, which
    the next line takes.
    """

    name = "name-not-last"
    bad = model("conv(4, 3) as a -> relu", "add [_, a]")
    good = model("conv(4, 3) as a", "relu", "add [_, a]")

    def message(self) -> str:
        return "the line goes on with `->` behind the name of a value"

    def hint(self) -> str:
        return "start a new line there: what was named is the current value"

    def fix(self, at: Diagnostic) -> Fix | None:
        return new_line(at.span, "->")


class StageInOutput(Problem):
    """An `output` says which value comes out. It runs no stages itself."""

    name = "stage-in-output"
    bad = model("conv(4, 3) as a", "output b = a -> relu")
    good = model("conv(4, 3) -> relu as b", "output b")

    def message(self) -> str:
        return "`output` names a value, and here a stage follows"

    def hint(self) -> str:
        return "run the stage on a line before, with `as name` behind it, and write `output name`"

    def fix(self, at: Diagnostic) -> Fix | None:
        return run_before(at.span)


_BY_A_NUMBER = ("add", "subtract", "multiply", "divide", "maximum", "minimum")


class NumberAsBranch(Problem):
    """A number stands among the values that an op merges. The arithmetic ops take one as an
    argument.
    """

    name = "number-as-branch"
    bad = model("add [_, 3]")
    good = model("add(3)")
    number: str
    op: str = ""
    """The op that merges the branches."""

    by: str = ""
    """The op that takes a number in the place of a value, where that one does not."""

    def message(self) -> str:
        return f"{self.number} is a number, and cannot be a branch"

    def hint(self) -> str:
        if self.by:
            return with_number(self.op, self.number, self.by)
        if self.op not in ("", *_BY_A_NUMBER):
            same = f"_ -> multiply(0) -> add({self.number})"
            return f"{self.op} takes values alone; one that is {self.number} everywhere is `{same}`"
        return f"give it as an argument, as in `{self.op or 'add'}({self.number})`"

    def fix(self, at: Diagnostic) -> Fix | None:
        return as_argument(at.span)


class ListAsBranches(Problem):
    """Brackets behind a stage hold what runs side by side: branches, which are stages and values.

    A list of numbers is an argument, a shape that is checked stands behind `::`, and what a layer
    is like stands in the parentheses behind its name.
    """

    name = "list-as-branches"
    bad = model("conv(4, 3)", "output: [N, 4, H - 2, W - 2]")
    good = model("conv(4, 3) :: [N, 4, H - 2, W - 2]")
    shown: str
    how: str

    def message(self) -> str:
        return f"`{self.shown}` is a list with numbers, and brackets hold branches here"

    def hint(self) -> str:
        return self.how
