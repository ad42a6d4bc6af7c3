"""Bodies without braces, with colons before them, or in rows, as other languages have them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from archdsl.rules import foreign
from archdsl.syntax.explain.forms import Mended, around, partner
from archdsl.syntax.explain.habit_messages import Explained
from archdsl.syntax.explain.places import STAGE, STATEMENT_ENDS, Place
from archdsl.syntax.tokens import CLOSERS, OPENERS, Token

LONGEST = 60
"""Characters of a body that is shown."""


def without_braces(place: Place) -> Explained | None:
    """``residual conv(8, 3)``, ``repeat 3 relu`` and ``if deep then { relu }``."""
    before, after, token = place.near(-1), place.near(1), place.token
    is_combinator = before is not None and before.type in _COMBINATORS
    if "LBRACE" not in place.expected or before is None or after is None:
        return None
    if not is_combinator and place.start.type not in ("REPEAT", "IF", "FOR"):
        return None
    word = before.text if is_combinator else place.start.text
    if token.type == "NAME" and after.type == "LBRACE":
        said = f"`{token.text}` is not a word of this language"
        whole = Token("NAME", token.text, token.start, after.end)
        return foreign.ForeignForm(said, f"leave it out: `{word} … {{ … }}`", "{"), whole
    first = place.at + (token.type == "ARROW")
    end = behind(place.tokens, first)
    if place.tokens[first].type not in STAGE - {"LBRACE"} or end == first:
        return None
    whole = Token("NAME", "", token.start, place.tokens[end - 1].end)
    inside = place.text[place.tokens[first].start : whole.end]
    head = f"{word} "
    if not is_combinator:
        said_before = " ".join(place.text[place.start.start : before.end].split())
        head = f"{said_before if len(said_before) < LONGEST else f'{word} …'} "
    if "\n" in inside or len(inside) > LONGEST:
        inside = ""
    how = f"write `{head}{{ {inside or '…'} }}`"
    said = f"what `{word}` runs stands in braces"
    is_safe = token.type != "ARROW" and not is_declared(place.tokens, word)
    return foreign.ForeignForm(said, how, f"{{ {inside} }}" if inside else None, is_safe), whole


def is_declared(tokens: Sequence[Token], word: str) -> bool:
    """Whether a keyword stands anywhere as a name that is declared or given: a value is meant."""
    return any(
        token.text == word and token.type == word.upper() and before.type in _BEFORE_NAMES
        for before, token in pairwise(tokens)
    )


_BEFORE_NAMES = frozenset(
    {"INPUT", "PARAM", "BUFFER", "LET", "AS", "MODULE", "BLOCK", "MODEL", "FN", "FOR", "OUTPUT"}
    | {"COMMA", "LPAR"}
)
_COMBINATORS = frozenset({"RESIDUAL", "SHORTCUT", "DENSE", "TRAIN_ONLY"})


def behind(tokens: Sequence[Token], at: int) -> int:
    """The index behind the statement that goes on at a token."""
    depth = 0
    while at < len(tokens):
        kind = tokens[at].type
        if not depth and (kind in STATEMENT_ENDS or kind in CLOSERS):
            break
        depth += (kind in OPENERS) - (kind in CLOSERS)
        at += 1
    return at


def colons(tokens: Sequence[Token], at: int) -> tuple[list[int], list[int]]:
    """Where they stand, and where the words that were taken for labels, since a colon follows.

    A ``residual:`` with nothing behind its braces is a label.
    """
    word = tokens[at]
    is_label = word.type == "NAME"
    if is_label and word.text != "residual":
        return [], []
    found, words = [], [at] if is_label else []
    while (brace := _brace(tokens, at + 1)) is not None:
        if tokens[brace - 1].type == "COLON":
            found.append(brace - 1)
        closer = partner(tokens, brace)
        after = None if closer is None else _continued(tokens, closer, word.text)
        if after is None:
            break
        at = after
        if tokens[at].type == "NAME":
            words.append(at)
    return found, words


def _brace(tokens: Sequence[Token], at: int) -> int | None:
    """The brace that opens the body of what begins there, on the same line."""
    depth = 0
    while at < len(tokens) and tokens[at].type != "_NL" and depth >= 0:
        if tokens[at].type == "LBRACE" and not depth:
            return at
        depth += (tokens[at].type in OPENERS) - (tokens[at].type in CLOSERS)
        at += 1
    return None


def _continued(tokens: Sequence[Token], closer: int, word: str) -> int | None:
    """The ``else`` or ``shortcut`` behind a brace; ``shortcut:`` on a new line is a label."""
    at = closer + 1
    if word == "if" and at < len(tokens):
        at += tokens[at].type == "_NL"
    wanted = "else" if word == "if" else "shortcut"
    return at if at < len(tokens) and tokens[at].text == wanted else None


# --- rows and keys of YAML, of which one thing is said however many there are

_LITERALS = frozenset({"INT", "FLOAT", "STRING", "TRUE", "FALSE", "NONE"})
_BEGINS = frozenset({"_NL", "LBRACE"})


def rows(tokens: Sequence[Token], at: int, _: str) -> Mended | None:
    """``backbone:`` with ``- type: conv`` and ``filters: 64`` on lines of their own."""
    if not at or tokens[at - 1].type not in _BEGINS or tokens[at].type not in ("NAME", "MINUS"):
        return None
    end, count, is_dashed, group = at, 0, False, ""
    while end < len(tokens):
        last = _line(tokens, end)
        if not _is_row(tokens, end, last, is_inside=is_dashed):
            break
        kinds = [each.type for each in tokens[end:last]]
        group = group or (tokens[end].text if kinds == ["NAME", "COLON"] else "")
        is_dashed = is_dashed or kinds[0] == "MINUS"
        count += 1
        if count == _FEW and _is_message(tokens, at):
            return None
        end = last
        while end < len(tokens) and tokens[end].type == "_NL":
            end += 1
    while end > at and tokens[end - 1].type == "_NL":
        end -= 1
    if count < _FEW:
        return None
    start, stop = tokens[at].start, tokens[end - 1].end
    how = (
        "a layer is a stage on its line, with what it is like in parentheses: `conv(64, 3)`;"
        f" several of them have a name as `{group or 'backbone'}: {{ … }}`"
    )
    kept = (Token("UNKNOWN", "-", start, stop),)  # nothing is known of what they give
    return Mended(foreign.ForeignForm("these lines are YAML", how), start, stop, end, kept)


_FEW = 2


def _is_message(tokens: Sequence[Token], at: int) -> bool:
    """Whether it stands in the braces of a ``layer {`` of a prototxt, which has its own words."""
    opener = around(tokens, at)
    if opener is None:
        return True
    before = [each.type for each in tokens[max(opener - 2, 0) : opener]]
    return before[-1:] == ["NAME"] and before[:1] not in (["MODEL"], ["BLOCK"])


def _line(tokens: Sequence[Token], at: int) -> int:
    """The index of the line end behind a token, or of what closes the braces around."""
    while at < len(tokens) and tokens[at].type not in ("_NL", "RBRACE"):
        closer = partner(tokens, at) if tokens[at].type in ("LBRACE", "LSQB", "LPAR") else None
        at = at + 1 if closer is None else closer + 1
    return at


def _is_row(tokens: Sequence[Token], at: int, last: int, *, is_inside: bool) -> bool:
    """Whether a line is an item with a dash, a key with its items below, or with a literal."""
    kinds = [each.type for each in tokens[at:last]]
    if not kinds or {"LPAR", "ARROW", "EQUALS", "AS"} & set(kinds):
        return False
    if kinds[0] == "MINUS":
        begins = kinds[1:2] in (["NAME"], ["STRING"], ["LBRACE"])
        return begins or kinds[1:3] in (["LSQB", "NAME"], ["LSQB", "STRING"])
    if kinds[:2] != ["NAME", "COLON"]:
        return False
    value = kinds[2:]
    if not value:
        return last + 1 < len(tokens) and tokens[last + 1].type in ("NAME", "MINUS")
    is_literal = value[0] in _LITERALS and len(value) == 1
    return is_literal or (is_inside and value == ["NAME"])


def inputs(tokens: Sequence[Token], at: int, text: str) -> Mended | None:
    """``input: x [N, 3, 32, 32]``, for ``input x: [N, 3, 32, 32]``."""
    kinds = [each.type for each in tokens[at : at + 4]]
    if tokens[at].text != "input" or kinds != ["NAME", "COLON", "NAME", "LSQB"]:
        return None
    closer = partner(tokens, at + 3)
    if closer is None or (at and tokens[at - 1].type not in _BEGINS):
        return None
    word, colon, name = tokens[at : at + 3]
    start, end = word.start, tokens[closer].end
    instead = f"input {name.text}: {text[tokens[at + 3].start : end]}"
    problem = foreign.ForeignForm(
        "an input has its name before the colon", f"write `{instead}`", instead
    )
    head = (Token("INPUT", "input", start, word.end), name, colon)
    return Mended(problem, start, end, closer + 1, (*head, *tokens[at + 3 : closer + 1]))
