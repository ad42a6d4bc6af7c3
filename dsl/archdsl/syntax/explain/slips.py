"""What to say where one sign is too many, or the braces around what runs are missing.

As in ``messages``, each function knows one mistake, and gives None where it was another one.
"""

from __future__ import annotations

from archdsl.rules import slips
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
    return slips.BodyWithoutBraces(word.text, is_one), whole


_BEHIND = frozenset({"AS", "DOUBLE_COLON", "COMMA", "SHORTCUT", "ELSE"})
_MORE = frozenset({"ARROW", "IF", "WITH"})
"""Of these nobody can say whether they stand in the braces."""
