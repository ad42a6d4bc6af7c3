"""Problems of grammar: what stands where it cannot stand."""

from __future__ import annotations

from dataclasses import dataclass

from archir.diagnostics import Problem

_INPUT = "input x: [N, 3, H = 8, W = 8]"


def _model(*lines: str, parameters: str = "") -> str:
    body = "".join(f"  {line}\n" for line in (_INPUT, *lines))
    return f"model small({parameters}) {{\n{body}}}\n"


_GOOD = _model("conv(4, 3)")


@dataclass(frozen=True, slots=True)
class UnexpectedToken(Problem):
    """The text cannot go on like this here. The message says what could stand in this place."""

    name = "unexpected-token"
    bad = _model("let width =", "conv(4, 3)")
    good = _model("let width = 4", "conv(width, 3)")
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


@dataclass(frozen=True, slots=True)
class TooManyErrors(Problem):
    """After many syntax errors the rest of a file is left unread: most of what could still be said
    would follow from what was said.
    """

    name = "too-many-errors"
    bad = _model(*["conv(4 3)"] * 60)
    good = _GOOD
    limit: int

    def message(self) -> str:
        return f"the file has more than {self.limit} syntax errors; the rest is left unread"


@dataclass(frozen=True, slots=True)
class MissingArrow(Problem):
    """Stages on one line are chained with `->`; without it each stands on its own line."""

    name = "missing-arrow"
    bad = _model("conv(4, 3) relu")
    good = _model("conv(4, 3) -> relu")
    found: str

    def message(self) -> str:
        return f"there is no `->` before {self.found}"

    def hint(self) -> str:
        return "chain stages with `->`, or start a new line"


@dataclass(frozen=True, slots=True)
class MissingComma(Problem):
    """The items of a list, and the arguments of a call, are separated by commas."""

    name = "missing-comma"
    bad = _model("conv(4 3)")
    good = _GOOD
    found: str

    def message(self) -> str:
        return f"there is no comma before {self.found}"

    def hint(self) -> str:
        return "separate arguments and items of a list with `,`"


@dataclass(frozen=True, slots=True)
class AssignmentStatement(Problem):
    """A value of the network is named behind the stages that make it, with `as`. A number or list
    that is known at compile time is named with `let`.
    """

    name = "assignment-statement"
    bad = _model("y = conv(3, 3, padding = 1)", "[x, y] -> add")
    good = _model("conv(3, 3, padding = 1) as y", "[x, y] -> add")
    word: str

    def message(self) -> str:
        return f"`{self.word} = …` is not a statement"

    def hint(self) -> str:
        return (
            f"name the value of a stage with `… as {self.word}`, a module with"
            f" `{self.word}: …`, a number or list with `let {self.word} = …`"
        )


@dataclass(frozen=True, slots=True)
class SingleEquals(Problem):
    """Two values are compared with `==`; `=` gives an argument or a `let` its value."""

    name = "single-equals"
    bad = _model("if depth = 2 { conv(4, 3) }", parameters="depth = 2")
    good = _model("if depth == 2 { conv(4, 3) }", parameters="depth = 2")

    def message(self) -> str:
        return "`=` does not compare"

    def hint(self) -> str:
        return "compare with `==`"


@dataclass(frozen=True, slots=True)
class ChainedComparison(Problem):
    """A comparison has two sides. `a < b < c` is written `a < b and b < c`."""

    name = "chained-comparison"
    bad = _model("conv(4, 3) if 0 < depth < 3", parameters="depth = 2")
    good = _model("conv(4, 3) if 0 < depth and depth < 3", parameters="depth = 2")
    first: str
    second: str

    def message(self) -> str:
        return f"`{self.first}` and `{self.second}` cannot be chained"

    def hint(self) -> str:
        return f"write two comparisons: `a {self.first} b and b {self.second} c`"


@dataclass(frozen=True, slots=True)
class MissingElse(Problem):
    """An expression has a value in each case: `a if condition else b`."""

    name = "missing-else"
    bad = _model("let width = 4 if wide", "conv(width, 3)", parameters="wide = true")
    good = _model("let width = 4 if wide else 2", "conv(width, 3)", parameters="wide = true")

    def message(self) -> str:
        return "this choice has no `else`"

    def hint(self) -> str:
        return "write `a if condition else b`"


@dataclass(frozen=True, slots=True)
class StrayElse(Problem):
    """`else` stands behind the braces of an `if`, or in `a if condition else b`."""

    name = "stray-else"
    bad = _model("conv(4, 3) if deep", "else { relu }", parameters="deep = true")
    good = _model("if deep { conv(4, 3) } else { relu }", parameters="deep = true")

    def message(self) -> str:
        return "this `else` belongs to no `if`"

    def hint(self) -> str:
        return "write `if condition { … } else { … }`"


@dataclass(frozen=True, slots=True)
class StrayShortcut(Problem):
    """`shortcut { … }` stands directly behind the braces of a `residual`."""

    name = "stray-shortcut"
    bad = _model("residual { conv(3, 1) } -> relu shortcut { conv(3, 1) }")
    good = _model("residual { conv(3, 1) } shortcut { conv(3, 1) } -> relu")

    def message(self) -> str:
        return "this `shortcut` belongs to no `residual`"

    def hint(self) -> str:
        return "write `residual { … } shortcut { … }`"


@dataclass(frozen=True, slots=True)
class ConditionNotLast(Problem):
    """A condition behind a stage is the last thing on its line but for a remark about the shape:
    one could not see whether what follows belongs to the stage alone.
    """

    name = "condition-not-last"
    bad = _model("conv(4, 3) if deep -> relu", parameters="deep = true")
    good = _model("conv(4, 3) if deep", "relu", parameters="deep = true")
    after: str

    def message(self) -> str:
        return f"the line goes on with `{self.after}` behind a condition"

    def hint(self) -> str:
        if self.after == "as":
            return "put the stage in braces: `{ stage if condition } as name`"
        return "start a new line, or put the stage in braces: `{ stage if condition } -> …`"


@dataclass(frozen=True, slots=True)
class MisplacedAscription(Problem):
    """A remark about the shape, `:: [N, 64, H, W]`, stands behind a stage, last on its line."""

    name = "misplaced-ascription"
    bad = _model("conv(4, 3) :: [N, 4, 6, 6] -> relu")
    good = _model("conv(4, 3) -> relu :: [N, 4, 6, 6]")

    def message(self) -> str:
        return "`:: shape` stands last on its line, behind a stage"

    def hint(self) -> str:
        return "start a new line behind it"


@dataclass(frozen=True, slots=True)
class KeywordAsName(Problem):
    """A keyword cannot be the name of a value, a parameter or a part. As a label, directly before
    a colon, it may stand.
    """

    name = "keyword-as-name"
    bad = _model("let repeat = 4", "conv(4, 3)")
    good = _model("let repeats = 4", "conv(repeats, 3)")
    word: str

    def message(self) -> str:
        return f"`{self.word}` is a keyword and cannot be a name here"

    def hint(self) -> str:
        return f"take another name, such as `{self.word}_`"


@dataclass(frozen=True, slots=True)
class MissingParameterList(Problem):
    """A block and a model have a list of parameters in parentheses, which may be empty."""

    name = "missing-parameter-list"
    bad = _GOOD.replace("()", "")
    good = _GOOD
    word: str

    def message(self) -> str:
        return f"`{self.word}` has no list of parameters"

    def hint(self) -> str:
        return f"write `{self.word}()` where there are none"


@dataclass(frozen=True, slots=True)
class PositionalAfterNamed(Problem):
    """Arguments that are given by position stand before those that are given by name."""

    name = "positional-after-named"
    bad = _model("conv(kernel_size = 3, 4)")
    good = _model("conv(4, kernel_size = 3)")
    named: str

    def message(self) -> str:
        return f"this argument has no name and stands behind `{self.named} = …`, which has one"

    def hint(self) -> str:
        return "put it before the named ones, or give it its name"


@dataclass(frozen=True, slots=True)
class StatementOutsideBody(Problem):
    """Outside of blocks and models stand declarations only: `import`, `block`, `model`, `fn` and
    `let`. What runs stands in a body.
    """

    name = "statement-outside-body"
    bad = _GOOD + "relu\n"
    good = _model("conv(4, 3)", "relu")
    found: str

    def message(self) -> str:
        return f"{self.found} stands outside of any block or model"

    def hint(self) -> str:
        return "a file holds `import`, `block`, `model`, `fn` and `let`; put it into one of them"


@dataclass(frozen=True, slots=True)
class DeclarationInBody(Problem):
    """Blocks, models, functions and imports are declared outside of all braces."""

    name = "declaration-in-body"
    bad = _model("fn double(n) = 2 * n", "conv(double(2), 3)")
    good = "fn double(n) = 2 * n\n" + _model("conv(double(2), 3)")
    word: str

    def message(self) -> str:
        return f"`{self.word}` cannot stand inside a body"

    def hint(self) -> str:
        return "move it out of the braces"


@dataclass(frozen=True, slots=True)
class ImportForm(Problem):
    """An import names what it takes, and from where: `import std.blocks: Fire` takes from the
    library that comes with the compiler, `import "./stem.arch": Stem` from a file.
    """

    name = "import-form"
    bad = "import std.blocks\n" + _GOOD
    good = _GOOD

    def message(self) -> str:
        return "an import says from where it takes what, as in `import std.blocks: Fire`"

    def hint(self) -> str:
        return 'write `import std.blocks: Fire` or `import "./stem.arch": Stem`'


@dataclass(frozen=True, slots=True)
class ColonForBraces(Problem):
    """What belongs to an `if`, a `for`, a block or a model stands in braces."""

    name = "colon-for-braces"
    bad = _model("if deep: conv(4, 3)", parameters="deep = true")
    good = _model("if deep { conv(4, 3) }", parameters="deep = true")

    def message(self) -> str:
        return "a colon does not begin a body"

    def hint(self) -> str:
        return "put the body in braces: `{ … }`"


@dataclass(frozen=True, slots=True)
class ForeignWord(Problem):
    """A word of Python (or of another language) that this language writes in another way."""

    name = "foreign-word"
    bad = _model("if deep { conv(4, 3) } elif wide { conv(8, 3) }", parameters="deep = 1, wide = 1")
    bad = bad.replace("= 1", "= true")
    good = bad.replace("elif", "else if")
    word: str
    instead: str

    def message(self) -> str:
        return f"`{self.word}` is not a word of this language"

    def hint(self) -> str:
        return self.instead


@dataclass(frozen=True, slots=True)
class PythonConstant(Problem):
    """The constants are `true`, `false` and `none`, in small letters."""

    name = "python-constant"
    bad = _model("conv(4, 3, bias = False)")
    good = _model("conv(4, 3, bias = false)")
    word: str
    instead: str

    def message(self) -> str:
        return f"`{self.word}` is written `{self.instead}`"


@dataclass(frozen=True, slots=True)
class LaterEdition(Problem):
    """The file's first line names an edition of the language that is newer than this compiler."""

    name = "later-edition"
    bad = "arch 2\n" + _GOOD
    good = "arch 1\n" + _GOOD
    edition: int
    known: int

    def message(self) -> str:
        return (
            f"this file is written in edition {self.edition} of the language, and this compiler"
            f" knows editions up to {self.known}"
        )

    def hint(self) -> str:
        return "install a newer version of archc-lang"


@dataclass(frozen=True, slots=True)
class UnknownEdition(Problem):
    """Editions are counted from 1."""

    name = "unknown-edition"
    bad = "arch 0\n" + _GOOD
    good = "arch 1\n" + _GOOD
    edition: int

    def message(self) -> str:
        return f"there is no edition {self.edition} of the language"

    def hint(self) -> str:
        return "write `arch 1`"


@dataclass(frozen=True, slots=True)
class EditionForm(Problem):
    """`arch` and a whole number name the edition of the language in which the file is written."""

    name = "edition-form"
    bad = "arch 1.0\n" + _GOOD
    good = "arch 1\n" + _GOOD

    def message(self) -> str:
        return "the edition of the language is a whole number on a line of its own"

    def hint(self) -> str:
        return "write `arch 1`"


@dataclass(frozen=True, slots=True)
class MisplacedEdition(Problem):
    """The line that names the edition is the first of the file, save for comments."""

    name = "misplaced-edition"
    bad = _GOOD + "arch 1\n"
    good = "arch 1\n" + _GOOD

    def message(self) -> str:
        return "the edition is named before everything else in the file"

    def hint(self) -> str:
        return "move this line to the top"


@dataclass(frozen=True, slots=True)
class RepeatedEdition(Problem):
    """A file names its edition once."""

    name = "repeated-edition"
    bad = "arch 1\narch 1\n" + _GOOD
    good = "arch 1\n" + _GOOD

    def message(self) -> str:
        return "the edition is named twice"

    def hint(self) -> str:
        return "delete this line"
