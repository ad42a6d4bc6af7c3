"""Problems of grammar: what stands where it cannot stand."""

from __future__ import annotations

from archdsl.rules.small import GOOD, model
from archir.diagnostics import Problem


class UnexpectedToken(Problem):
    """The text cannot go on like this here. The message says what could stand in this place."""

    name = "unexpected-token"
    bad = model("let width =", "conv(4, 3)")
    good = model("let width = 4", "conv(width, 3)")
    found: str
    expected: tuple[str, ...]

    def message(self) -> str:
        if not self.expected:
            return f"{self.found} cannot stand here"
        return f"expected {_either(self.expected)}, but found {self.found}"

    def label(self) -> str | None:
        return f"expected {self.expected[0]}" if len(self.expected) == 1 else None


def _either(words: tuple[str, ...]) -> str:
    return " or ".join(filter(None, (", ".join(words[:-1]), words[-1])))


class TooManyErrors(Problem):
    """After many syntax errors the rest of a file is left unread: most of what could still be said
    would follow from what was said.
    """

    name = "too-many-errors"
    bad = model(*["conv(4 3)"] * 60)
    good = GOOD
    limit: int

    def message(self) -> str:
        return f"the file has more than {self.limit} syntax errors; the rest is left unread"


class MissingArrow(Problem):
    """Stages on one line are chained with `->`; without it each stands on its own line."""

    name = "missing-arrow"
    bad = model("conv(4, 3) relu")
    good = model("conv(4, 3) -> relu")
    found: str

    def message(self) -> str:
        return f"there is no `->` before {self.found}"

    def hint(self) -> str:
        return "chain stages with `->`, or start a new line"


class MissingComma(Problem):
    """The items of a list, and the arguments of a call, are separated by commas."""

    name = "missing-comma"
    bad = model("conv(4 3)")
    good = GOOD
    found: str

    def message(self) -> str:
        return f"there is no comma before {self.found}"

    def hint(self) -> str:
        return "separate arguments and items of a list with `,`"


class ChainedComparison(Problem):
    """A comparison has two sides. `a < b < c` is written `a < b and b < c`."""

    name = "chained-comparison"
    bad = model("conv(4, 3) if 0 < depth < 3", parameters="depth = 2")
    good = model("conv(4, 3) if 0 < depth and depth < 3", parameters="depth = 2")
    first: str
    second: str

    def message(self) -> str:
        return f"`{self.first}` and `{self.second}` cannot be chained"

    def hint(self) -> str:
        return f"write two comparisons: `a {self.first} b and b {self.second} c`"


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

    def message(self) -> str:
        return "this `else` belongs to no `if`"

    def hint(self) -> str:
        return "write `if condition { … } else { … }`"


class StrayShortcut(Problem):
    """`shortcut { … }` stands directly behind the braces of a `residual`."""

    name = "stray-shortcut"
    bad = model("residual { conv(3, 1) } -> relu shortcut { conv(3, 1) }")
    good = model("residual { conv(3, 1) } shortcut { conv(3, 1) } -> relu")

    def message(self) -> str:
        return "this `shortcut` belongs to no `residual`"

    def hint(self) -> str:
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


class MisplacedAscription(Problem):
    """A remark about the shape, `:: [N, 64, H, W]`, stands behind a stage, last on its line."""

    name = "misplaced-ascription"
    bad = model("conv(4, 3) :: [N, 4, 6, 6] -> relu")
    good = model("conv(4, 3) -> relu :: [N, 4, 6, 6]")
    behind_braces: bool = False
    """Whether it stands behind a loop or a condition, which are no stages."""

    def message(self) -> str:
        if self.behind_braces:
            return "`:: shape` stands behind a stage, and these braces belong to a statement"
        return "`:: shape` stands last on its line, behind a stage"

    def hint(self) -> str:
        if self.behind_braces:
            return "write it of the current value, on a line of its own: `_ :: [N, 64, H, W]`"
        return "start a new line behind it"


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


class StageInOutput(Problem):
    """An `output` says which value comes out. It runs no stages itself."""

    name = "stage-in-output"
    bad = model("conv(4, 3) as a", "output b = a -> relu")
    good = model("conv(4, 3) -> relu as b", "output b")

    def message(self) -> str:
        return "`output` names a value, and here a stage follows"

    def hint(self) -> str:
        return "run the stage on a line before, with `as name` behind it, and write `output name`"


class NumberAsBranch(Problem):
    """A number stands among the values that an op merges. The arithmetic ops take one as an
    argument.
    """

    name = "number-as-branch"
    bad = model("add [_, 3]")
    good = model("add(3)")
    number: str

    def message(self) -> str:
        return f"{self.number} is a number, and cannot be a branch"

    def hint(self) -> str:
        return f"give it as an argument, as in `add({self.number})`"


class KeywordAsName(Problem):
    """A keyword cannot be the name of a value, a parameter or a part. As a label, directly before
    a colon, it may stand.
    """

    name = "keyword-as-name"
    bad = model("let repeat = 4", "conv(4, 3)")
    good = model("let repeats = 4", "conv(repeats, 3)")
    word: str

    def message(self) -> str:
        return f"`{self.word}` is a keyword and cannot be a name here"

    def hint(self) -> str:
        return f"take another name, such as `{self.word}_`"


class MissingParameterList(Problem):
    """A block and a model have a list of parameters in parentheses, which may be empty."""

    name = "missing-parameter-list"
    bad = GOOD.replace("()", "")
    good = GOOD
    word: str

    def message(self) -> str:
        return f"`{self.word}` has no list of parameters"

    def hint(self) -> str:
        return f"write `{self.word}()` where there are none"


class PositionalAfterNamed(Problem):
    """Arguments that are given by position stand before those that are given by name."""

    name = "positional-after-named"
    bad = model("conv(kernel_size = 3, 4)")
    good = model("conv(4, kernel_size = 3)")
    named: str

    def message(self) -> str:
        return f"this argument has no name and stands behind `{self.named} = …`, which has one"

    def hint(self) -> str:
        return "put it before the named ones, or give it its name"


class StatementOutsideBody(Problem):
    """Outside of blocks and models stand declarations only: `import`, `block`, `model`, `fn` and
    `let`. What runs stands in a body.
    """

    name = "statement-outside-body"
    bad = GOOD + "relu\n"
    good = model("conv(4, 3)", "relu")
    found: str

    def message(self) -> str:
        return f"{self.found} stands outside of any block or model"

    def hint(self) -> str:
        return "a file holds `import`, `block`, `model`, `fn` and `let`; put it into one of them"


class DeclarationInBody(Problem):
    """Blocks, models, functions and imports are declared outside of all braces."""

    name = "declaration-in-body"
    bad = model("fn double(n) = 2 * n", "conv(double(2), 3)")
    good = "fn double(n) = 2 * n\n" + model("conv(double(2), 3)")
    word: str

    def message(self) -> str:
        return f"`{self.word}` cannot stand inside a body"

    def hint(self) -> str:
        return "move it out of the braces"


class ImportForm(Problem):
    """An import names what it takes, and from where.

    `import std.blocks: ConvNormAct` takes from the library that comes with the compiler,
    `import "./stem.arch": Stem` from a file.
    """

    name = "import-form"
    bad = "import std.blocks\n" + GOOD
    good = GOOD

    def message(self) -> str:
        return "an import says from where it takes what, as in `import std.blocks: ConvNormAct`"

    def hint(self) -> str:
        return 'write `import std.blocks: ConvNormAct` or `import "./stem.arch": Stem`'
