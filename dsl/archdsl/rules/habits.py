"""Problems of those who write another language by habit."""

from __future__ import annotations

from archdsl.rules.small import model
from archir.diagnostics import Problem


class AssignmentStatement(Problem):
    """A value of the network is named behind the stages that make it, with `as`. A number or list
    that is known at compile time is named with `let`.
    """

    name = "assignment-statement"
    bad = model("y = conv(3, 3, padding = 1)", "[x, y] -> add")
    good = model("conv(3, 3, padding = 1) as y", "[x, y] -> add")
    word: str

    def message(self) -> str:
        return f"`{self.word} = …` is not a statement"

    def hint(self) -> str:
        return (
            f"name the value of a stage with `… as {self.word}`, a module with"
            f" `{self.word}: …`, a number or list with `let {self.word} = …`"
        )


class SingleEquals(Problem):
    """Two values are compared with `==`; `=` gives an argument or a `let` its value."""

    name = "single-equals"
    bad = model("if depth = 2 { conv(4, 3) }", parameters="depth = 2")
    good = model("if depth == 2 { conv(4, 3) }", parameters="depth = 2")

    def message(self) -> str:
        return "`=` does not compare"

    def hint(self) -> str:
        return "compare with `==`"


class ColonForBraces(Problem):
    """What belongs to an `if`, a `for`, a block or a model stands in braces."""

    name = "colon-for-braces"
    bad = model("if deep: conv(4, 3)", parameters="deep = true")
    good = model("if deep { conv(4, 3) }", parameters="deep = true")

    def message(self) -> str:
        return "a colon does not begin a body"

    def hint(self) -> str:
        return "put the body in braces: `{ … }`"


class ForeignWord(Problem):
    """A word of Python (or of another language) that this language writes in another way."""

    name = "foreign-word"
    bad = model("if deep { conv(4, 3) } elif wide { conv(8, 3) }", parameters="deep = 1, wide = 1")
    bad = bad.replace("= 1", "= true")
    good = bad.replace("elif", "else if")
    word: str
    instead: str

    def message(self) -> str:
        return f"`{self.word}` is not a word of this language"

    def hint(self) -> str:
        return self.instead


class PythonConstant(Problem):
    """The constants are `true`, `false` and `none`, in small letters."""

    name = "python-constant"
    bad = model("conv(4, 3, bias = False)")
    good = model("conv(4, 3, bias = false)")
    word: str
    instead: str

    def message(self) -> str:
        return f"`{self.word}` is written `{self.instead}`"


class BraceOnNextLine(Problem):
    """The brace that begins a body stands on the line of what it belongs to: a statement ends with
    its line.
    """

    name = "brace-on-next-line"
    bad = model("if deep", "{ conv(4, 3) }", parameters="deep = true")
    good = model("if deep { conv(4, 3) }", parameters="deep = true")

    def message(self) -> str:
        return "this `{` stands on a line of its own"

    def hint(self) -> str:
        return "put it at the end of the line before"
