"""Problems of those who put brackets, quotes and dtypes where another language has them."""

from __future__ import annotations

from archdsl.rules.small import model
from archir.base.diagnostics import Diagnostic, Problem
from archir.base.fixes import Edit, Fix, renamed, swap
from archir.base.pieces import pieces
from archir.base.source import Span


class TupleForList(Problem):
    """A list stands in brackets. Parentheses go around an expression, and around the arguments of
    a call.
    """

    name = "tuple-for-list"
    bad = model("conv(4, (3, 3))")
    good = model("conv(4, [3, 3])")
    shown: str

    def message(self) -> str:
        return f"`{self.shown}` is not how a list is written"

    def hint(self) -> str:
        return f"a list stands in brackets: `[{self.shown[1:-1].strip()}]`"

    def fix(self, at: Diagnostic) -> Fix | None:
        source, start, end = at.span.source, at.span.start, at.span.end
        if at.span.text[:1] != "(" or at.span.text[-1:] != ")":
            return None
        edits = (Edit(Span(source, start, start + 1), "["), Edit(Span(source, end - 1, end), "]"))
        return Fix("write it in brackets", edits)


class DtypeBehindShape(Problem):
    """What kind of number an input takes stands before its shape: `int[N, T]`. Without one it takes
    floats.
    """

    name = "dtype-behind-shape"
    bad = "model small() {\n  input ids: [N, T = 8]: int64\n  flatten\n}\n"
    good = "model small() {\n  input ids: int[N, T = 8]\n  flatten\n}\n"
    shape: str
    dtype: str
    instead: str | None
    """The language's word for it; empty for floats, None for what it does not have."""

    def message(self) -> str:
        return f"the dtype `{self.dtype}` stands behind the shape"

    def hint(self) -> str:
        if self.instead == "":
            return "an input takes floats where nothing is said: leave it out"
        before = self.instead or "int"
        return f"an input is float, int or bool, which stands before its shape: `{before}[…]`"

    def fix(self, at: Diagnostic) -> Fix | None:
        if self.instead is None or not at.span.text.startswith(self.shape):
            return None
        return swap(at.span, f"{self.instead}{self.shape}")


class ArgumentsWithoutParentheses(Problem):
    """The arguments of an op stand in parentheses, with commas between them. Brackets hold the
    values that flow into it.
    """

    name = "arguments-without-parentheses"
    bad = model("conv 4 3")
    good = model("conv(4, 3)")
    op: str
    instead: str

    def message(self) -> str:
        return f"the arguments of {self.op} stand in parentheses"

    def hint(self) -> str:
        return f"write `{self.instead}`"

    def fix(self, at: Diagnostic) -> Fix | None:
        return swap(at.span, self.instead)


class ParenthesesForBraces(Problem):
    """What runs stands in braces: the body of a `residual`, of its `shortcut`, of a `dense`.
    Parentheses hold arguments.
    """

    name = "parentheses-for-braces"
    bad = model("residual(conv(3, 1))")
    good = model("residual { conv(3, 1) }")
    word: str
    layer: str = ""
    """What Keras means by it, where no body stands in the parentheses."""

    def message(self) -> str:
        return f"`{self.word}` has a body and no arguments"

    def hint(self) -> str:
        if self.layer:
            return f"a layer with so many features is `{self.layer}`"
        if self.word == "init":
            return "its rules stand in braces: `init { conv.weight: kaiming_normal }`"
        return f"put the body in braces: `{self.word} {{ … }}`"

    def fix(self, at: Diagnostic) -> Fix | None:
        if self.layer or self.word == "init":
            return None
        found = pieces(at.span.source)
        opener = found.at(at.span.start)
        items = None if opener is None else found.items(opener)
        if opener is None or not items:
            return None
        first = items[0][0]
        if len(items) > 1 or found.text(first + 1) == "=":
            return None  # arguments, and no body
        closer = found.partner[opener]
        around = (found.span(opener, opener), found.span(closer, closer))
        return Fix("put it in braces", (Edit(around[0], " { "), Edit(around[1], " }")))


class LabelWithoutQuotes(Problem):
    """A label that is worked out stands in quotes, as every text with braces in it."""

    name = "label-without-quotes"
    bad = model("for i in 1..2 { conv{i}: conv(4, 3) }")
    good = model('for i in 1..2 { "conv{i}": conv(4, 3) }')
    shown: str

    def message(self) -> str:
        return f"the label `{self.shown}` is worked out, and stands without quotes"

    def hint(self) -> str:
        return f'write `"{self.shown}"`'

    def fix(self, at: Diagnostic) -> Fix | None:
        return swap(at.span, f'"{self.shown}"')


class MisspeltKeyword(Problem):
    """A word stands where only a keyword can stand, and is none."""

    name = "misspelt-keyword"
    bad = model("residul { conv(3, 1) }")
    good = model("residual { conv(3, 1) }")
    text: str
    wanted: str

    def message(self) -> str:
        return f"`{self.text}` is not a word of this language"

    def hint(self) -> str:
        return f"did you mean `{self.wanted}`?"

    def fix(self, at: Diagnostic) -> Fix | None:
        return renamed(at.span, self.wanted)
