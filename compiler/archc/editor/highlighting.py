"""The language for Pygments: colours in documents, notebooks and terminals.

Pygments finds it by the entry point of the package. It reads one token after another, so a name is
what it looks like: the language server knows what it means (``colouring``). Errors end with their
line, that one open string does not colour the rest of a page.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import ClassVar

from pygments.lexer import RegexLexer, bygroups, include, words
from pygments.token import (
    Comment,
    Error,
    Keyword,
    Name,
    Number,
    Operator,
    Punctuation,
    String,
    Whitespace,
)

from archdsl.syntax.keywords import CONSTANTS, KEYWORDS
from archir.catalogue.registry import built_in
from archir.init.initialisers import INITIALISERS
from archir.program.builtins import BUILTINS

_DECLARING = {"block": Name.Class, "model": Name.Class, "fn": Name.Function, "let": Name.Constant}
_TYPES = ("int", "float", "bool", "string", "list", "block", "op", "init")
_NAME = r"[A-Za-z_]\w*"
_DIGITS = r"\d+(?:_\d+)*"
_LABEL = r"(?=[ \t]*:(?:[ \t\n]|$))"
"""Before a colon with a blank behind it; the colon of a slice has none."""

_ARGUMENT = r"(?=[ \t]*=(?!=))"


def _word(known: Collection[str]) -> words:
    return words(sorted(known), prefix=r"\b", suffix=r"\b")


class ArchLexer(RegexLexer):  # type: ignore[misc]  # Pygments ships no types
    """Texts of archc. A character that the language has not is an ``Error``."""

    name = "arch"
    url = "https://pypi.org/project/archc-lang/"
    aliases: ClassVar = ["arch"]
    filenames: ClassVar = ["*.arch"]
    mimetypes: ClassVar = ["text/x-arch"]
    flags = re.MULTILINE | re.ASCII

    tokens: ClassVar = {
        "root": [
            (r"\n", Whitespace),
            include("code"),
            (r"[{}]", Punctuation),
        ],
        "code": [
            (r"[ \t\r]+", Whitespace),
            (r"##.*", String.Doc),
            (r"#.*", Comment.Single),
            (r'"', String.Double, "string"),
            include("numbers"),
            include("names"),
            (r"->|::|\.\.|==|!=|<=|>=|\*\*|//|[-+*/%<>=]", Operator),
            (r"[()\[\],:.]", Punctuation),
        ],
        "numbers": [
            (r"0[xX](?:_?[\da-fA-F])+\b", Number.Hex),
            (
                rf"(?:{_DIGITS}\.(?!\.)(?:{_DIGITS})?|\.{_DIGITS})(?:[eE][+-]?{_DIGITS})?(?!\w)",
                Number.Float,
            ),
            (rf"{_DIGITS}[eE][+-]?{_DIGITS}(?!\w)", Number.Float),
            (rf"{_DIGITS}(?!\w)", Number.Integer),
            (r"\d\w*", Error),
        ],
        "names": [
            (_word(CONSTANTS), Keyword.Constant),
            (rf"({_NAME}){_LABEL}", Name.Label),
            (rf"({_NAME}){_ARGUMENT}", Name.Attribute),
            *[
                (rf"\b({word})([ \t]+)({_NAME})", bygroups(Keyword.Declaration, Whitespace, kind))
                for word, kind in _DECLARING.items()
            ],
            (
                rf"(:)([ \t]+)({'|'.join(_TYPES)})\b",
                bygroups(Punctuation, Whitespace, Keyword.Type),
            ),
            (_word(KEYWORDS - CONSTANTS), Keyword),
            (_word(built_in()), Name.Function),
            (_word({*BUILTINS, *INITIALISERS}), Name.Builtin),
            (r"\b_\b", Name.Builtin.Pseudo),
            (r"\b[A-Z]\w*[a-z]\w*", Name.Class),
            (_NAME, Name),
        ],
        "string": [
            (r'"', String.Double, "#pop"),
            (r"(?=\n)", Error, "#pop"),
            (r'\\["\\nt]', String.Escape),
            (r"\\.", Error),
            (r"\{\{|\}\}", String.Escape),
            (r"\{", String.Interpol, "hole"),
            (r'[^"\\{}\n]+', String.Double),
            (r"\}", Error),
        ],
        "hole": [
            (r"\}", String.Interpol, "#pop"),
            (r"(?=\n)", Error, "#pop"),
            include("code"),
        ],
    }

    def analyse_text(text: str) -> float:  # noqa: N805  (Pygments' own way)
        """How likely a text is one of archc's, where nothing else says it."""
        if re.search(r"^arch \d+\s*$", text, re.MULTILINE):
            return 0.9
        declared = re.search(r"^(?:model|block) [A-Za-z_]\w*\(.*\{\s*$", text, re.MULTILINE)
        shaped = re.search(r"^\s*input \w+: ?\w*\[", text, re.MULTILINE)
        return 0.4 * bool(declared) + 0.3 * bool(shaped)
