"""What to advise where the grammar does not go on and no problem has a name of its own.

Each function knows one habit, and gives None where it was another one.
"""

from __future__ import annotations

from collections.abc import Callable

from archdsl.syntax.explain.advice import calls, declarations
from archdsl.syntax.explain.forms import partner
from archdsl.syntax.explain.places import STATEMENT_ENDS, Place, near_kinds
from archdsl.syntax.tokens import CLOSERS, OPENERS


def advice(place: Place) -> str | None:
    """What was likely meant."""
    return next((said for each in _HABITS if (said := each(place)) is not None), None)


def _bare_list(place: Place) -> str | None:
    """``for w in 8, 16 { … }``."""
    tokens, at = place.tokens, place.at
    head = [token.type for token in tokens[place.first : at]]
    if place.start.type != "FOR" or place.token.type != "COMMA" or head[2:3] != ["IN"]:
        return None
    end = next((n for n in range(at, len(tokens)) if tokens[n].type == "LBRACE"), None)
    if end is None or "_NL" in [token.type for token in tokens[at:end]]:
        return None
    items = place.text[tokens[place.first + 3].start : tokens[end - 1].end]
    return f"a list stands in brackets: `for {tokens[place.first + 1].text} in [{items}]`"


def _dash(place: Place) -> str | None:
    """``- conv(64, 3)``, an item of YAML."""
    before = place.near(-1)
    in_brackets = before is not None and before.type in ("LSQB", "COMMA", "_SEP")
    if place.token.type == "MINUS" and place.at == place.first and not in_brackets:
        after = place.near(1)
        if after is not None and after.type == "LSQB":
            from archdsl.syntax.explain.slips import row_of_yaml  # it asks for advice itself

            closer = partner(place.tokens, place.at + 1) or place.at + 2
            row = row_of_yaml(place.tokens[place.at + 2 : closer], place.text)
            if row is not None:
                return row
        return "a statement needs no dash: each stands on its line, or behind `->`"
    return None


def _label(place: Place) -> str | None:
    """``conv-1: conv(8, 3)`` and ``"a" + i: conv(8, 3)``."""
    if place.token.type not in ("MINUS", "SLASH", "PLUS", "DOT", "COLON"):
        return None
    colon = place.at
    while colon < len(place.tokens) and place.tokens[colon].type not in _BEHIND_LABELS:
        colon += 1
    before = place.near(-1)
    if colon == len(place.tokens) or place.tokens[colon].type != "COLON" or before is None:
        return None
    if "\n" in place.text[before.start : place.tokens[colon].start]:
        return None
    if colon == place.at or place.start.type in ("INPUT", "OUTPUT", "PARAM", "BUFFER", "INIT"):
        return None
    if before.type == "NAME":
        text = place.text[before.start : place.tokens[colon].start].strip()
        return f'a label that is no plain name stands in quotes: `"{text}": …`'
    if before.type in ("STRING", "TEXT_END"):
        return 'a label is one text, with what is worked out in braces: `"layer{i}": …`'
    return None


_BEHIND_LABELS = STATEMENT_ENDS | {"COLON", "ARROW", "LPAR", "COMMA"}


def looped_behind(place: Place) -> str | None:
    """``[conv(8, 3) for i in range(3)]``: a comprehension of stages."""
    opener, depth = place.at - 1, 0
    while opener >= 0 and (depth or place.tokens[opener].type not in OPENERS):
        kind = place.tokens[opener].type
        depth += (kind in CLOSERS) - (kind in OPENERS)
        opener -= 1
    if place.token.type != "FOR" or opener < 0 or place.tokens[opener].type != "LSQB":
        return None
    closer, depth = place.at, 0
    while depth or place.tokens[closer].type not in CLOSERS:
        kind = place.tokens[closer].type
        depth += (kind in OPENERS) - (kind in CLOSERS)
        closer += 1
    stage = place.text[place.tokens[opener].end : place.token.start].strip()
    loop = place.text[place.token.start : place.tokens[closer].start].strip()
    if "\n" in stage + loop or len(stage + loop) > _LONGEST_LOOP:
        stage, loop = "…", "for x in list"
    return f"side by side they are `[{loop} {{ {stage} }}]`, in order `{loop} {{ {stage} }}`"


_LONGEST_LOOP = 80


def _counting(place: Place) -> str | None:
    """``for (i = 0; i < 3; i++)``."""
    if place.start.type == "FOR" and place.token.type == "LPAR" and place.at == place.first + 1:
        return "a loop goes over a range or a list: `for i in 1..3 { … }`"
    return None


def _comprehension(place: Place) -> str | None:
    """``[conv(8, 3) for i in range(3)]``."""
    if place.token.type == "FOR" and "RSQB" in place.expected:
        if _in_comprehension(place):
            return (
                "a list has one `for`: count both, `[f(n // w, n % w) for n in range(h * w) if …]`;"
                " a list of lists is `[[f(i, j) for j in b] for i in a]`"
            )
        return "branches are made by a loop with braces: `[for i in 1..3 { … }]`"
    return None


def _in_comprehension(place: Place) -> bool:
    """Whether a `for` stands already in the brackets that are open."""
    depth = 0
    for token in reversed(place.tokens[place.first : place.at]):
        depth += (token.type in CLOSERS) - (token.type in OPENERS)
        if depth < 0:
            return False
        if depth == 0 and token.type == "FOR":
            return True
    return False


def _empty_label(place: Place) -> str | None:
    """``conv1:`` with its layer on the next lines, as in YAML."""
    if place.token.type in STATEMENT_ENDS and near_kinds(place, -1) == ["COLON"]:
        return "behind a label stands its stage on the same line, or `{` … `}` over several"
    return None


_HABITS: tuple[Callable[[Place], str | None], ...] = (
    declarations.assertion,
    declarations.counted_name,
    calls.angles,
    declarations.naming,
    calls.number_first,
    _dash,
    _bare_list,
    calls.fat_arrow,
    _label,
    calls.with_first,
    calls.comma_between,
    calls.arrow_in_call,
    calls.arrow_at_end,
    declarations.star_import,
    declarations.input_form,
    declarations.module,
    declarations.unnamed,
    declarations.result,
    calls.times,
    declarations.variant,
    declarations.output_shape,
    _counting,
    calls.dictionary,
    _comprehension,
    calls.colon_in_call,
    declarations.rule,
    _empty_label,
    calls.value_of_key,
)
