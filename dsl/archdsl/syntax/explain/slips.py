"""What to say where one sign is too many, or another one, or braces around what runs are missing.

As in ``messages``, each function knows one mistake, and gives None where it was another one.
"""

from __future__ import annotations

from archdsl.rules import habits, slips
from archdsl.syntax.explain import bodies
from archdsl.syntax.explain.habit_messages import Explained
from archdsl.syntax.explain.places import STAGE, STATEMENT_ENDS, Place
from archdsl.syntax.tokens import CLOSERS, OPENERS, Token


def comma_too_many(place: Place) -> Explained | None:
    """``linear(3,, 4)`` and ``conv(, 3)``."""
    before = place.near(-1)
    if place.token.text != "," or before is None or place.at == place.first:
        return None
    if before.text != "," and before.type not in ("LPAR", "LSQB", "INDEX"):
        return None
    return slips.CommaTooMany(), place.token


def body_without_braces(place: Place) -> Explained | None:
    """``residual conv(3, 1)``."""
    word = place.near(-1)
    if word is None or place.token.type not in STAGE or "LBRACE" not in place.expected:
        return None
    if word.type not in ("RESIDUAL", "SHORTCUT", "DENSE", "TRAIN_ONLY"):
        return None
    at, depth, is_one = place.at, 0, True
    while at < len(place.tokens):
        kind = place.tokens[at].type
        if depth == 0 and (kind in STATEMENT_ENDS or kind in CLOSERS or kind in _BEHIND):
            break
        is_one = is_one and (depth > 0 or kind not in _MORE)
        depth += (kind in OPENERS) - (kind in CLOSERS)
        at += 1
    end = place.tokens[at - 1].end
    whole = Token(place.token.type, place.token.text, place.token.start, end)
    body = place.text[place.token.start : end]
    shown = "" if "\n" in body or len(body) > bodies.LONGEST else body
    return slips.BodyWithoutBraces(word.text, is_one, shown), whole


_BEHIND = frozenset({"AS", "DOUBLE_COLON", "COMMA", "SHORTCUT", "ELSE"})
_MORE = frozenset({"ARROW", "IF", "WITH"})
"""Of these nobody can say whether they stand in the braces."""


def assignment(place: Place) -> Explained | None:
    """``x = …``, and also ``x, y = …``, ``x := …`` and ``x += …``."""
    line = [token.type for token in place.tokens[place.first : place.at + 2]]
    if line[0] != "NAME" or "EQUALS" not in line or place.at > place.first + 2:
        return None
    if place.token.type in ("EQUALS", "PLUS", "MINUS", "STAR", "SLASH"):
        value = _assigned(place) if place.at == place.first + 1 else ""
        sign = "=" if place.token.type == "EQUALS" else f"{place.token.text}="
        return habits.AssignmentStatement(place.start.text, value, sign), place.start
    return None


def _assigned(place: Place) -> str:
    """What stands behind the sign, to the end of the line; ``x + y`` for ``x += y``."""
    equals = place.token if place.token.type == "EQUALS" else place.near(1)
    if equals is None or equals.type != "EQUALS":
        return ""
    line = place.text[equals.end :].split("\n", 1)[0]
    depth, at = 0, place.at + 1
    while at < len(place.tokens) and place.tokens[at].start < equals.end + len(line):
        token = place.tokens[at]
        depth += (token.type in OPENERS) - (token.type in CLOSERS)
        if depth < 0 or (not depth and token.type in STATEMENT_ENDS):
            line = line[: token.start - equals.end]
            break
        at += 1
    value = line.partition("#")[0].strip()
    sign = "" if place.token is equals else f"{place.start.text} {place.token.text} "
    return f"{sign}{value}" if value else ""
