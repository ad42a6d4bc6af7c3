"""Problems of characters, names, numbers and strings, before any grammar."""

from __future__ import annotations

from archir.base.diagnostics import Diagnostic, Problem
from archir.base.fixes import Fix, drop, swap

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
    "'": "strings stand in double quotes",
    "`": 'strings stand in double quotes, also those with holes: `"layer{i}"`',
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
    "@": "matrices are multiplied by a stage: `matmul [a, b]`",
    "?": "a choice is written `a if condition else b`",
    "\\": "a line that starts with `->` continues the one before, and inside `( )` line ends are"
    " free",
}

_EXACTLY = {
    "&&": "and",
    "||": "or",
    "!": "not ",
    "\N{RIGHTWARDS ARROW}": "->",
    "\N{MULTIPLICATION SIGN}": "*",
    "\N{LESS-THAN OR EQUAL TO}": "<=",
    "\N{GREATER-THAN OR EQUAL TO}": ">=",
    "\N{NOT EQUAL TO}": "!=",
    "\N{MINUS SIGN}": "-",
    "\N{EN DASH}": "-",
    "^": "**",
}
"""What a sign of another language or editor is here."""


class OtherLanguage(Problem):
    """The whole file is written in another language. archc reads no settings and runs no Python: a
    network is declared by `model` and what stands in its braces.
    """

    name = "other-language"
    bad = "layers:\n  - conv: 64\n    kernel: 3\n  - relu\n"
    good = """model net() {
  input image: [N, 3, H = 224, W = 224]
  conv(64, 3) -> relu
}
"""
    language: str

    def message(self) -> str:
        return f"this file is {self.language}, and nothing in it declares a network for archc"

    def hint(self) -> str:
        model = "`model net() { input x: [N, 3, H = 224, W = 224] … }`"
        if self.language == "Python":
            return (
                f"a network is declared as in {model}, a part of one as `block Name() {{ … }}`,"
                " and what `forward` does stands in the braces"
            )
        return f"a network is declared as in {model}; `archc new FILE` begins one"


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

    def fix(self, at: Diagnostic) -> Fix | None:
        return None if self.code == 0x0D else drop(at.span)


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
        shown = "a backtick" if self.text == "`" else f"`{self.text}`"
        return f"{shown} means nothing here"

    def hint(self) -> str | None:
        return _INSTEAD.get(self.text)

    def fix(self, at: Diagnostic) -> Fix | None:
        instead = _EXACTLY.get(self.text)
        return None if instead is None else swap(at.span, instead)


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
