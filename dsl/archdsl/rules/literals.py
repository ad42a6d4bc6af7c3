"""Problems of numbers and strings."""

from __future__ import annotations

from archdsl.rules.small import model
from archir.base.diagnostics import Diagnostic, Problem
from archir.base.fixes import Fix, swap


class MalformedNumber(Problem):
    """Numbers are written as in Python: `64`, `1_000`, `0x1F`, `0.5`, `1e-3`. They do not start
    with a zero, and no letter follows them.
    """

    name = "malformed-number"
    bad = """model small() {
  input x: [N, 3, H = 8, W = 8]
  conv(64channels, 3)
}
"""
    good = """model small() {
  input x: [N, 3, H = 8, W = 8]
  conv(64, 3)
}
"""
    text: str

    def message(self) -> str:
        return f"`{self.text}` is not a number"

    def hint(self) -> str:
        digits = self.text.replace("_", "")
        if digits.isdigit():
            return "write it without zeros in front, and with single underscores between digits"
        sides = self.text.casefold().split("x")
        if len(sides) == 2 and sides[0].isdecimal() and not sides[1]:
            return (
                f"what repeats stands in braces: `repeat {sides[0]} {{ … }}`; an argument is"
                f" `{sides[0]}` alone"
            )
        if all(side.isdecimal() for side in sides):
            listed = ", ".join(sides)
            if len(sides) > 2:
                return f"sizes are a list, with the batch first: `[N, {listed}]`"
            return f"one number for each axis is a list: `[{listed}]`"
        number = self.text[: len(self.text) - len(self.text.lstrip("0123456789_"))]
        return f"write `{number}` alone; a name cannot start with a digit (a label may, in quotes)"

    def fix(self, at: Diagnostic) -> Fix | None:
        digits = self.text.replace("_", "")
        return swap(at.span, str(int(digits))) if digits.isdecimal() and digits.isascii() else None


class NumberTooLong(Problem):
    """A number of more than a thousand digits is not read."""

    name = "number-too-long"
    bad = "let BIG = " + "9" * 1001 + "\n"
    good = "let BIG = 999\n" + model("conv(BIG, 3)")
    limit: int

    def message(self) -> str:
        return f"this number has more than {self.limit:,} digits"


class NumberTooLarge(Problem):
    """Numbers with a point or an exponent are doubles, and this one is beyond the largest double,
    which is about 1.8e308.
    """

    name = "number-too-large"
    bad = """model small() {
  input x: [N, 3, H = 8, W = 8]
  dropout(1e400)
}
"""
    good = """model small() {
  input x: [N, 3, H = 8, W = 8]
  dropout(1e-40)
}
"""
    text: str

    def message(self) -> str:
        return f"`{self.text}` is too large for a double"


class SingleQuotes(Problem):
    """Strings stand in double quotes."""

    name = "single-quotes"
    bad = """model small() {
  input x: [N, 3, H = 8, W = 8]
  conv(4, 3, padding = 'same')
}
"""
    good = """model small() {
  input x: [N, 3, H = 8, W = 8]
  conv(4, 3, padding = "same")
}
"""
    text: str
    has_holes: bool = False
    """Whether braces in it hold expressions, as between backticks."""

    def message(self) -> str:
        return "strings stand in double quotes"

    def hint(self) -> str:
        return f'write "{self.text}"'

    @property
    def is_plain(self) -> bool:
        """Whether it means the same in double quotes."""
        plain = '"' not in self.text and "\\" not in self.text
        return plain and (self.has_holes or "{" not in self.text)

    def fix(self, at: Diagnostic) -> Fix | None:
        return swap(at.span, f'"{self.text}"') if self.is_plain else None


class UnterminatedString(Problem):
    """A string ends on the line on which it begins, with a double quote."""

    name = "unterminated-string"
    bad = """model small() {
  input x: [N, 3, H = 8, W = 8]
  conv(4, 3, padding = "same)
}
"""
    good = SingleQuotes.good

    def message(self) -> str:
        return "this string is not closed on its line"

    def hint(self) -> str:
        return 'close it with `"`; a line end inside a string is written `\\n`'


class UnknownEscape(Problem):
    r"""In a string, `\n` is a line end, `\t` a tab, `\"` a quote and `\\` a backslash."""

    name = "unknown-escape"
    bad = """block Wide(planes) {
  assert planes > 8, "C:\\dir"
  conv(planes, 3)
}
model small() {
  input x: [N, 3, H = 8, W = 8]
  Wide(16)
}
"""
    good = bad.replace("\\d", "\\\\d")
    text: str

    def message(self) -> str:
        return f"`{self.text}` stands for nothing in a string"

    def hint(self) -> str:
        return f"a backslash itself is written `\\\\`, so `\\{self.text}`"

    def fix(self, at: Diagnostic) -> Fix | None:
        return swap(at.span, f"\\{self.text}", safe=False)


class LoneBrace(Problem):
    """Braces in a string hold an expression, as in `"layer{i}"`. A brace that is meant as such is
    doubled: `{{` and `}}`.
    """

    name = "lone-brace"
    bad = """model small() {
  input x: [N, 3, H = 8, W = 8]
  for i in 1..2 { "layer{i": conv(4, 3) }
}
"""
    good = """model small() {
  input x: [N, 3, H = 8, W = 8]
  for i in 1..2 { "layer{i}": conv(4, 3) }
}
"""
    brace: str

    def message(self) -> str:
        verb = "closed" if self.brace == "{" else "opened"
        return f"this `{self.brace}` is not {verb} in the string"

    def hint(self) -> str:
        return f"write `{self.brace * 2}` for a brace as such"


class EmptyHole(Problem):
    """Braces in a string hold an expression, as in `"layer{i}"`; there is none in these."""

    name = "empty-hole"
    bad = LoneBrace.good.replace("{i}", "{}")
    good = LoneBrace.good

    def message(self) -> str:
        return "there is no expression in these braces"

    def hint(self) -> str:
        return "write the expression, or `{{}}` for the braces as such"
