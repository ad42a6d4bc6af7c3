"""How words of a text look, one token after another: what colours without a server go by.

``highlighting`` makes Pygments' table of it, ``textmate`` a grammar for editors. A name is what it
looks like: the language server knows what it means (``colouring``). Errors end with their line,
that one open string does not colour the rest of a page. The classes of letters are ASCII's by
themselves, since not every reader of these has a flag for it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TypeAlias

from archdsl.syntax.keywords import CONSTANTS, KEYWORDS
from archir.base.record import Record
from archir.catalogue.registry import built_in
from archir.init.initialisers import INITIALISERS
from archir.program.builtins import BUILTINS

POP = "#pop"


class Look(Record):
    """What a regular expression finds: its kind, or one for each of its groups.

    Kinds have Pygments' names. ``then`` is the state behind it, ``POP`` the one before.
    """

    regex: str
    kinds: tuple[str, ...]
    then: str | None = None


class Include(Record):
    """All of another state."""

    state: str


States: TypeAlias = Mapping[str, tuple[Look | Include, ...]]

_DECLARING = {
    "block": "Name.Class", "model": "Name.Class", "fn": "Name.Function", "let": "Name.Constant",
}  # fmt: skip
_TYPES = ("int", "float", "bool", "string", "list", "block", "op", "init")
_LETTER = "[A-Za-z0-9_]"
_NAME = f"[A-Za-z_]{_LETTER}*"
_DIGITS = "[0-9]+(?:_[0-9]+)*"
_END = f"(?!{_LETTER})"
_LABEL = r"(?=[ \t]*:(?:[ \t\n]|$))"
"""Before a colon with a blank behind it; the colon of a slice has none."""

_ARGUMENT = r"(?=[ \t]*=(?!=))"


def _word(known: Collection[str]) -> str:
    return rf"\b(?:{'|'.join(sorted(known))})\b"


def states() -> States:
    """The states by their names; a text begins in ``root``."""
    return {
        "root": (
            Look(r"\n", ("Text.Whitespace",)),
            Include("code"),
            Look(r"[{}]", ("Punctuation",)),
        ),
        "code": (
            Look(r"[ \t\r]+", ("Text.Whitespace",)),
            Look(r"##(?!#).*", ("Literal.String.Doc",)),
            Look(r"#.*", ("Comment.Single",)),
            Look(r'"', ("Literal.String.Double",), "string"),
            Include("numbers"),
            Include("names"),
            Look(r"->|::|\.\.|==|!=|<=|>=|\*\*|//|[-+*/%<>=]", ("Operator",)),
            Look(r"[()\[\],:.]", ("Punctuation",)),
        ),
        "numbers": _numbers(),
        "names": _names(),
        "string": (
            Look(r'"', ("Literal.String.Double",), POP),
            Look(r"(?=\n)", ("Error",), POP),
            Look(r'\\["\\nt]', ("Literal.String.Escape",)),
            Look(r"\\.", ("Error",)),
            Look(r"\{\{|\}\}", ("Literal.String.Escape",)),
            Look(r"\{", ("Literal.String.Interpol",), "hole"),
            Look(r'[^"\\{}\n]+', ("Literal.String.Double",)),
            Look(r"\}", ("Error",)),
        ),
        "hole": (
            Look(r"\}", ("Literal.String.Interpol",), POP),
            Look(r"(?=\n)", ("Error",), POP),
            Include("code"),
        ),
    }


def _numbers() -> tuple[Look, ...]:
    fraction = rf"(?:{_DIGITS}\.(?!\.)(?:{_DIGITS})?|\.{_DIGITS})"
    return (
        Look(r"0[xX](?:_?[0-9a-fA-F])+\b", ("Literal.Number.Hex",)),
        Look(r"0[oO](?:_?[0-7])+\b", ("Literal.Number.Oct",)),
        Look(r"0[bB](?:_?[01])+\b", ("Literal.Number.Bin",)),
        Look(rf"{fraction}(?:[eE][+-]?{_DIGITS})?{_END}", ("Literal.Number.Float",)),
        Look(rf"{_DIGITS}[eE][+-]?{_DIGITS}{_END}", ("Literal.Number.Float",)),
        Look(rf"{_DIGITS}{_END}", ("Literal.Number.Integer",)),
        Look(rf"[0-9]{_LETTER}*", ("Error",)),
    )


def _names() -> tuple[Look, ...]:
    declaring = [
        Look(rf"\b({word})([ \t]+)({_NAME})", ("Keyword.Declaration", "Text.Whitespace", kind))
        for word, kind in _DECLARING.items()
    ]
    typed = ("Punctuation", "Text.Whitespace", "Keyword.Type")
    return (
        Look(_word(CONSTANTS), ("Keyword.Constant",)),
        Look(rf"{_NAME}{_LABEL}", ("Name.Label",)),
        Look(rf"{_NAME}{_ARGUMENT}", ("Name.Attribute",)),
        *declaring,
        Look(rf"(:)([ \t]+)({'|'.join(_TYPES)})\b", typed),
        Look(_word(KEYWORDS - CONSTANTS), ("Keyword",)),
        Look(_word(built_in()), ("Name.Function",)),
        Look(_word({*BUILTINS, *INITIALISERS}), ("Name.Builtin",)),
        Look(r"\b_\b", ("Name.Builtin.Pseudo",)),
        Look(rf"\b[A-Z]{_LETTER}*[a-z]{_LETTER}*", ("Name.Class",)),
        Look(_NAME, ("Name",)),
    )
