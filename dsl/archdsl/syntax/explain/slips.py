"""What to say where one sign is too many, or another one, or braces around what runs are missing.

As in ``messages``, each function knows one mistake, and gives None where it was another one.
"""

from __future__ import annotations

from collections.abc import Sequence

from archdsl.rules import chains, habits, slips
from archdsl.rules.assigned import standing
from archdsl.rules.foreign import ForeignForm
from archdsl.syntax.explain import bodies
from archdsl.syntax.explain.forms import partner
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
    is_sure = is_one and not bodies.is_declared(place.tokens, word.text)
    return slips.BodyWithoutBraces(word.text, is_one, is_sure, shown), whole


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
        around = standing(place.text, place.start.start)
        return habits.AssignmentStatement(place.start.text, value, sign, around), place.start
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


def list_as_branches(place: Place) -> Explained | None:
    """``output: [N, 3, 64, 64]``, ``widths: [8, 16]`` and ``[-1, 1, Conv, [64, 3, 2]]``."""
    tokens = place.tokens
    if place.token.type not in ("INT", "FLOAT", "MINUS") or "RESIDUAL" not in place.expected:
        return None
    opener = _outermost(tokens, place.at)
    closer = None if opener is None else partner(tokens, opener)
    if opener is None or closer is None or opener == 0 or tokens[opener - 1].type == "NAME":
        return None  # an op's branches
    inside = tokens[opener + 1 : closer]
    if sum(token.type in ("INT", "FLOAT") for token in inside) < _FEW_NUMBERS:
        return None
    start, end = tokens[opener].start, tokens[closer].end
    shown = " ".join(place.text[start:end].split())
    label = tokens[opener - 2].text if opener > 1 and tokens[opener - 1].type == "COLON" else ""
    how = row_of_yaml(inside, place.text) or _labelled_list(label, shown)
    return chains.ListAsBranches(shown, how), Token("LSQB", shown, start, end)


_FEW_NUMBERS = 2


def _outermost(tokens: Sequence[Token], at: int) -> int | None:
    """The outermost of the square brackets that stand around a place, one directly in another."""
    found, depth = None, 0
    for k in range(at - 1, -1, -1):
        kind = tokens[k].type
        if kind in CLOSERS:
            depth += 1
        elif kind in OPENERS and depth:
            depth -= 1
        elif kind in OPENERS:
            if kind != "LSQB":
                break
            found = k
            if tokens[k - 1].type in ("NAME", "COLON"):
                break
    return found


def row_of_yaml(inside: Sequence[Token], text: str) -> str | None:
    """``-1, 1, Conv, [64, 3, 2]``, as files of YOLO have it."""
    at = next((k for k, token in enumerate(inside) if token.type == "NAME"), None)
    if at is None or at < _FEW_NUMBERS or at + 2 >= len(inside):
        return None
    opener = at + 2
    if [token.text for token in inside[at + 1 : opener + 1]] != [",", "["]:
        return None
    closer = partner(inside, opener)
    if closer is None:
        return None
    arguments = text[inside[opener].end : inside[closer].start].strip()
    stage = f"{inside[at].text}({arguments})" if arguments else inside[at].text
    return (
        f"a row of a YAML file is a stage here: `{stage}`; rows run in order, and what an earlier"
        " one gave is named there, `… as p3`, and taken by that name: `concat [_, p3]`"
    )


def _labelled_list(label: str, shown: str) -> str:
    if label.startswith("input"):
        return f"an input has a name: `input x: {shown}`"
    if label.startswith("out") or "shape" in label:
        return (
            f"a shape is checked behind the stage that gives it, `… :: {shown}`; what comes out is"
            " the last value, or said by `output name`"
        )
    name = label or "widths"
    return (
        f"a list of numbers is a constant, `let {name} = {shown}`, or an argument: `Name({shown})`"
    )


def colon_for_equals(place: Place) -> Explained | None:
    """``model net(nc: 80)`` and ``conv(filters: 64)``, as YAML and other languages have it."""
    at = place.at if place.token.type == "COLON" else place.at - 1
    name, colon, value, behind = (place.near(at - place.at + step) for step in (-1, 0, 1, 2))
    if place.token.type == "COLON":
        if not place.expected & {"COMMA", "RPAR"} or "EQUALS" not in place.expected:
            return None
    elif place.start.type not in ("MODEL", "BLOCK", "FN") or "INT" in place.expected:
        return None
    if name is None or colon is None or value is None or behind is None:
        return None
    if (name.type, colon.type) != ("NAME", "COLON") or value.type not in _LITERALS:
        return None
    if behind.type not in ("COMMA", "RPAR"):
        return None
    is_head = place.token is value
    what = "a parameter's default" if is_head else "an argument's value"
    how = f"write `{name.text} = {place.text[value.start : value.end]}`"
    gap = " =" if place.text[colon.end : value.start].startswith(" ") else " = "
    problem = ForeignForm(f"{what} stands behind `=`", how, gap)
    return problem, Token("COLON", ":", colon.start, colon.end)


_LITERALS = frozenset({"INT", "FLOAT", "STRING", "TRUE", "FALSE", "NONE"})
