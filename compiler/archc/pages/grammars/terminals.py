"""How the tokens are spelled, without what regular expressions of decoders lack: looking ahead."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from archc.pages.grammars.forms import (
    Characters,
    Chars,
    Form,
    Times,
    in_order,
    maybe,
    one_of,
)
from archdsl.syntax.keywords import CONSTANTS, KEYWORDS

_WORDS_OF_PYTHON = ("True", "False", "None")
"""Refused as values."""

_HALF_WORDS = ("upto", "step", "of")
"""Names, but for some places."""

_FIRST = "ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
_LATER = "0123456789" + _FIRST

_UNSEEN = r"\x00-\x08\x0b\x0c\x0d-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff"
"""What may stand nowhere in a file, and the line ends of Windows."""


def _ranges(characters: Collection[str]) -> str:
    """A set of characters in few words: a to c as ``a-c``."""
    return "".join(
        chr(first) if first == last else f"{chr(first)}-{chr(last)}"
        for first, last in _runs(sorted(map(ord, characters)))
    )


def _runs(numbers: list[int]) -> Iterator[tuple[int, int]]:
    first = last = numbers[0]
    for number in numbers[1:]:
        if number != last + 1:
            yield first, last
            first = number
        last = number
    yield first, last


def _word_but(words: Collection[str]) -> Form:
    """A name that is none of these words: by its letters, for as long as it may become one."""
    return _behind("", sorted(words))


def _behind(begun: str, words: list[str]) -> Form:
    """What may follow the letters of a name, of which only these words begin with them."""
    at = len(begun)
    nexts = sorted({word[at] for word in words if len(word) > at})
    others = sorted(set(_LATER if begun else _FIRST) - set(nexts))
    ways: list[Form] = [
        in_order(
            Characters(letter),
            _behind(begun + letter, [w for w in words if w[at:] and w[at] == letter]),
        )
        for letter in nexts
    ]
    ways.append(in_order(Chars(_ranges(others)), Times(Chars(_ranges(_LATER)), 0, None)))
    may_end = begun and begun not in words
    rest = one_of(*ways)
    return maybe(rest) if may_end else rest


_DIGIT = Chars("0-9")
_COMMENT = in_order(Characters("#"), Times(Chars(rf"^\n{_UNSEEN}"), 0, None))
_BLANK = Chars(r" \t")
_LINE_ENDS = Times(in_order(Times(_BLANK, 0, None), maybe(_COMMENT), Characters("\n")), 1, None)
_PLAIN = Chars(rf'^"\\\n{{}}{_UNSEEN}')
_ESCAPE = in_order(Characters("\\"), Chars(r'nt"\\'))

TERMINALS: dict[str, Form] = {
    # Blanks, line ends with the comments before them, and both where a line end means nothing.
    "SP": Times(Chars(r" \t"), 1, None),
    "NL": in_order(_LINE_ENDS, Times(_BLANK, 0, None)),
    # In braces, lines that begin at the margin are taken for what follows a missing brace.
    "INDENT": in_order(_LINE_ENDS, Times(_BLANK, 1, None)),
    "ANY": Times(one_of(Chars(r" \t\n"), in_order(_COMMENT, Characters("\n"))), 1, None),
    "NAME": _word_but([*KEYWORDS, *_WORDS_OF_PYTHON]),
    "WORD": _word_but([*KEYWORDS, *_WORDS_OF_PYTHON, *_HALF_WORDS]),
    # Before a colon keywords are labels, but `else: relu` is what nobody means.
    "LABEL": _word_but([*CONSTANTS, *_WORDS_OF_PYTHON, "else"]),
    "INT": one_of(
        Characters("0"),
        in_order(
            Chars("1-9"),
            Times(_DIGIT, 0, 14),
            Times(in_order(Characters("_"), Times(_DIGIT, 1, 9)), 0, 4),
        ),
    ),
    "DIGITS": Times(_DIGIT, 1, 30),
    "EXPONENT": in_order(Chars("eE"), maybe(Chars("+-")), Times(_DIGIT, 1, 2)),
    "CHUNK": Times(one_of(_PLAIN, _ESCAPE), 1, None),
    "STRING": in_order(Characters('"'), Times(_PLAIN, 0, None), Characters('"')),
}
