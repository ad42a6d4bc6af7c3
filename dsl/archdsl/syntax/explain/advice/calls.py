"""What to advise about calls, their arguments, and chains of stages."""

from __future__ import annotations

import re
from collections.abc import Sequence

from archdsl.syntax.explain.forms import partner
from archdsl.syntax.explain.places import STATEMENT_ENDS, Place, near_kinds
from archdsl.syntax.tokens import CLOSERS, OPENERS, Token
from archir.base.elsewhere import form_elsewhere

_SIGNS = {"MINUS": "multiply(-1) -> add", "PLUS": "add", "STAR": "multiply"}


def number_first(place: Place) -> str | None:
    """``1 - gate`` and ``2 * x``, where stages stand."""
    sign, value = place.near(1), place.near(2)
    if place.token.type not in ("INT", "FLOAT") or sign is None or value is None:
        return None
    if place.in_file or value.type not in ("NAME", "UNDERSCORE") or sign.type not in _SIGNS:
        return None
    from archir.catalogue.registry import built_in

    if value.text in built_in() or near_kinds(place, 3) == ["LPAR"]:
        return None  # a stage, several times
    instead = f"{value.text} -> {_SIGNS[sign.type]}({place.token.text})"
    return f"values are computed with by stages: `{instead}`"


def fat_arrow(place: Place) -> str | None:
    """``conv(8, 3) => relu``, ``conv(8, 3) - > relu``."""
    after = place.near(1)
    is_arrow = place.token.type in ("EQUALS", "MINUS")
    is_fat = is_arrow and after is not None and after.text.startswith(">")
    if is_fat and "ARROW" in place.expected:
        return "stages are chained with `->`"
    return None


def comma_between(place: Place) -> str | None:
    """``conv(8, 3), relu``, ``chunk(2) -> a, b`` and ``concat [x, y], dim = 1``."""
    kinds = near_kinds(place, -2, -1, 1, 2)
    if (given := _given_behind(place)) is not None:
        return given
    if kinds[2:] == ["NAME", "EQUALS"] and "ARROW" in place.expected:
        return "arguments stand in parentheses behind the op's name: `concat(dim = 1) [a, b]`"
    ends = kinds[3] is None or kinds[3] in STATEMENT_ENDS
    if kinds[:3] == ["ARROW", "NAME", "NAME"] and ends and "ARROW" in place.expected:
        return "values are named by `as`: `chunk(2) as a, b`"
    if place.token.type == "COMMA" and "ARROW" in place.expected and "RPAR" not in place.expected:
        return "stages are chained with `->`, or stand on lines of their own"
    return None


def _given_behind(place: Place) -> str | None:
    """``conv1: conv, 64, 3``."""
    op, at = place.near(-1), place.at
    numbers: list[str] = []
    while at + 1 < len(place.tokens) and place.tokens[at].type == "COMMA":
        if place.tokens[at + 1].type not in ("INT", "FLOAT"):
            break
        numbers.append(place.tokens[at + 1].text)
        at += 2
    from archir.catalogue.registry import built_in

    if op is None or not numbers or op.text not in built_in():
        return None
    return f"the arguments of {op.text} stand in parentheses: `{op.text}({', '.join(numbers)})`"


def with_first(place: Place) -> str | None:
    """``with torch.no_grad() { … }``."""
    if place.token.type != "WITH" or place.at != place.first:
        return None
    return (
        "`with` stands behind a layer, `conv(8, 3) with weight = zeros`; a file says what a network"
        " is, and how it is run is told to torch"
    )


def arrow_in_call(place: Place) -> str | None:
    """``conv(3 -> 64, 3)``."""
    if place.token.type == "ARROW" and "RPAR" in place.expected:
        return "what comes in is read off the shape: `conv(64, 3)`"
    return None


def arrow_at_end(place: Place) -> str | None:
    before = place.near(-1)
    if before is None or before.type != "ARROW":
        return None
    if place.token.type in STATEMENT_ENDS:
        return "a stage belongs behind `->`; leave the arrow out where none follows"
    return "leave one of them out" if place.token.type == "ARROW" else None


def argument_behind(place: Place) -> str | None:
    """``concat [a, b] dim 1``."""
    name, value = place.token, place.near(1)
    at, depth = place.at - 1, 0
    while at > place.first and (depth or place.tokens[at].type in CLOSERS):
        depth += (place.tokens[at].type in CLOSERS) - (place.tokens[at].type in OPENERS)
        at -= 1
    from archir.catalogue.registry import built_in, ops

    op = place.tokens[at].text
    if value is None or value.type not in ("INT", "FLOAT") or op not in built_in():
        return None
    if name.text not in ops()[op].arguments():
        return None
    return (
        f"arguments stand in parentheses behind the op's name: `{op}({name.text} = {value.text})`"
    )


def times(place: Place) -> str | None:
    """``3 * { relu }`` and ``conv(8, 3) x 3``."""
    after = place.near(1)
    if after is None or place.in_file:
        return None
    is_labelled = near_kinds(place, -1) == ["COLON"]
    starts = place.at == place.first or is_labelled
    begins = (starts, place.token.type, after.type) == (True, "INT", "STAR")
    ends = (place.token.text, after.type) == ("x", "INT") and "ARROW" in place.expected
    looped = place.near(-1)
    if place.token.type == "INT" and looped is not None and looped.text in ("loop", "times"):
        return f"what repeats stands in braces: `repeat {place.token.text} {{ … }}`"
    glued = place.token.text[:1] == "x" and place.token.text[1:].isdecimal()
    if glued and "ARROW" in place.expected:
        return f"what repeats stands in braces: `repeat {place.token.text[1:]} {{ … }}`"
    if not begins and not ends:
        return None
    number = place.token if begins else after
    return f"what repeats stands in braces: `repeat {number.text} {{ … }}`"


def dictionary(place: Place) -> str | None:
    """``{"a": 1}``."""
    if place.token.type == "LBRACE" and "INT" in place.expected:
        return 'there are no dictionaries: a list may hold lists, `[["a", 1], ["b", 2]]`'
    return None


def colon_in_call(place: Place) -> str | None:
    """``conv(filters: 64)``."""
    before = place.near(-1)
    among = place.expected & {"COMMA", "RPAR"} and "EQUALS" in place.expected
    if place.token.type != "COLON" or not among or before is None:
        return None
    return f"an argument is given by `=`: `{before.text} = …`"


def value_of_key(place: Place) -> str | None:
    """``filters: 64`` and ``type: "conv"``, where stages stand."""
    token, key = place.token, place.near(-2)
    literal = token.type in ("INT", "FLOAT", "STRING", "TRUE", "FALSE")
    if literal and near_kinds(place, -1) == ["COLON"] and key is not None and key.type == "NAME":
        from archir.catalogue.registry import built_in

        if key.text in built_in():
            given = "" if token.type in ("TRUE", "NONE") else f"({token.text})"
            return f"what a layer is like stands in parentheses: `{key.text}{given}`"
        return "what a layer is like stands in the parentheses behind its op: `conv(64, 3)`"
    return None


def angles(place: Place) -> str | None:
    """``conv<8, 3>``."""
    name, rest = place.near(-1), place.text[place.token.end :]
    inside = re.match(r"([^<>\n]*)>", rest)
    if place.token.text != "<" or name is None or name.type != "NAME" or inside is None:
        return None
    return f"arguments stand in parentheses: `{name.text}({inside[1].strip()})`"


def values_behind(place: Place) -> str | None:
    """``concat x, y``."""
    op, end = place.near(-1), place.at
    from archir.catalogue.registry import built_in

    if op is None or op.text not in built_in() or place.token.type != "NAME":
        return None
    while end + 2 < len(place.tokens) and place.tokens[end + 1].text == ",":
        end += 2
    names = place.tokens[place.at : end + 1 : 2]
    if len(names) < 2 or any(name.type != "NAME" for name in names):
        return None
    return f"values flow in from brackets: `{op.text} [{', '.join(n.text for n in names)}]`"


def settings_behind(place: Place) -> str | None:
    """``conv(8, 3) { stride: 2 }`` and ``layer { type: "ReLU" }``."""
    before, closer = place.near(-1), partner(place.tokens, place.at)
    if before is None or closer is None or not holds_settings(place.tokens, place.at):
        return None
    if before.type == "RPAR":
        first, value = place.tokens[place.at + 1], place.tokens[place.at + 3]
        given = f"{first.text} = {place.text[value.start : value.end]}"
        return f"arguments stand in the parentheses, by `=`: `…, {given})`"
    return "what a layer is like stands in the parentheses behind its op: `conv(64, 3)`"


def holds_settings(tokens: Sequence[Token], opener: int) -> bool:
    """Whether braces hold names with numbers or texts, and nothing that runs."""
    kinds = [token.type for token in tokens[opener : opener + 4] if token.type != "_NL"]
    named = kinds[:3] == ["LBRACE", "NAME", "COLON"]
    return named and kinds[3:4] in (["INT"], ["FLOAT"], ["STRING"], ["TRUE"], ["FALSE"])


def before_braces(token: Token, brace: Token) -> str | None:
    """What ``layers { … }`` is to be, where the name is no word of the language's."""
    if token.type != "NAME" or brace.type != "LBRACE":
        return None
    known = form_elsewhere(token.text)
    if known is not None:
        return known
    return f"a label has a colon: `{token.text}: {{ … }}`; stages are chained with `->`"
