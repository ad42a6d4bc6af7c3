"""Problems of characters, names, numbers and strings, before any grammar."""

from __future__ import annotations

from archir.diagnostics import Problem

_NAMES = {
    0x00: "a NUL character",
    0x0D: "a carriage return without a line feed",
    0x85: "a Unicode line separator",
    0x2028: "a Unicode line separator",
    0x2029: "a Unicode paragraph separator",
    0xFEFF: "a byte order mark",
}

_INSTEAD = {
    "&&": "write `and`",
    "||": "write `or`",
    "!": "write `not`",
    ";": "a statement ends with its line; start a new line",
    "'": "strings stand in double quotes",
    "\N{LEFT DOUBLE QUOTATION MARK}": "strings stand in straight double quotes",
    "\N{RIGHT DOUBLE QUOTATION MARK}": "strings stand in straight double quotes",
    "\N{RIGHTWARDS ARROW}": "stages are chained with `->`",
    "\N{MULTIPLICATION SIGN}": "multiply with `*`",
    "\N{LESS-THAN OR EQUAL TO}": "write `<=`",
    "\N{GREATER-THAN OR EQUAL TO}": "write `>=`",
    "\N{NOT EQUAL TO}": "write `!=`",
    "\N{MINUS SIGN}": "write `-`",
    "\N{EN DASH}": "write `-`",
    "|": "stages are chained with `->`, and conditions joined with `or`",
    "&": "conditions are joined with `and`",
    "^": "a power is written `**`",
    "?": "a choice is written `a if condition else b`",
    "\\": "a line that starts with `->` continues the one before, and inside `( )` line ends are"
    " free",
}


class FileTooLarge(Problem):
    """An architecture is a page or two of text. A file of more than a million characters is
    something else, and is not read.
    """

    name = "file-too-large"
    bad = "# " + "x" * (1 << 20)
    good = """model small() {
  input x: [N, 3, H = 8, W = 8]
  conv(4, 3)
}
"""
    characters: int
    limit: int

    def message(self) -> str:
        return f"the file has {self.characters:,} characters, and at most {self.limit:,} are read"

    def hint(self) -> str:
        return "write what repeats as a block or a loop, or split the file with `import`"


class ForbiddenCharacter(Problem):
    """Some characters cannot be seen, or make a text look other than it is: NUL and other control
    characters, marks that turn the direction of writing, lone carriage returns, Unicode line
    separators. They may stand nowhere in a file, not even in comments and strings.
    """

    name = "forbidden-character"
    bad = """model small() {
  input x: [N, 3, H = 8, W = 8]
  conv(4, 3)  # \N{RIGHT-TO-LEFT OVERRIDE}hidden
}
"""
    good = """model small() {
  input x: [N, 3, H = 8, W = 8]
  conv(4, 3)  # hidden
}
"""
    code: int

    def message(self) -> str:
        return f"{self._what()} (U+{self.code:04X}) may not stand in a file"

    def hint(self) -> str:
        return "delete it; many editors can show invisible characters"

    def _what(self) -> str:
        if self.code in _NAMES:
            return _NAMES[self.code]
        if 0xD800 <= self.code <= 0xDFFF:
            return "half of a surrogate pair"
        if self.code in (0x061C, 0x200E, 0x200F) or self.code >= 0x202A:
            return "a mark that changes the direction of writing"
        return "an invisible character" if self.code >= 0x200B else "a control character"


class UnknownCharacter(Problem):
    """The language has no use for this character outside of strings and comments."""

    name = "unknown-character"
    bad = """model small(wide = true, deep = true) {
  input x: [N, 3, H = 8, W = 8]
  conv(4, 3) if wide && deep
}
"""
    good = """model small(wide = true, deep = true) {
  input x: [N, 3, H = 8, W = 8]
  conv(4, 3) if wide and deep
}
"""
    text: str

    def message(self) -> str:
        return f"`{self.text}` means nothing here"

    def hint(self) -> str | None:
        return _INSTEAD.get(self.text)


class NonAsciiName(Problem):
    """Names are made of the letters a to z and A to Z, digits and underscores: they become names in
    Python and keys of a state dict, and letters that look alike would make two names of one.
    """

    name = "non-ascii-name"
    bad = """model small(größe = 4) {
  input x: [N, 3, H = 8, W = 8]
  conv(4, 3)
}
"""
    good = """model small(size = 4) {
  input x: [N, 3, H = 8, W = 8]
  conv(size, 3)
}
"""
    word: str

    def message(self) -> str:
        letter = next(letter for letter in self.word if not letter.isascii())
        return f"the name `{self.word}` contains `{letter}`"

    def hint(self) -> str:
        return "use the letters a to z and A to Z, digits and underscores"


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
        return "a name cannot start with a digit; a label may, in quotes"


class NumberTooLong(Problem):
    """A number of more than a thousand digits is not read."""

    name = "number-too-long"
    bad = "let BIG = " + "9" * 1001 + "\n"
    good = "let BIG = 999\n" + ForbiddenCharacter.good.replace("conv(4", "conv(BIG")
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

    def message(self) -> str:
        return "strings stand in double quotes"

    def hint(self) -> str:
        return f'write "{self.text}"'


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
