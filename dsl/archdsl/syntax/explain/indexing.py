"""``x[:, 0]``, ``x[..., 1:3]`` and ``x[0, 1]``: parts of a value, as Python takes them."""

from __future__ import annotations

from collections.abc import Sequence

from archdsl.rules import foreign, habits
from archdsl.syntax.explain.habit_messages import Explained
from archdsl.syntax.explain.places import STATEMENT_ENDS, Place
from archdsl.syntax.tokens import CLOSERS, OPENERS, Token

_NUMBERS = frozenset({"INT", "MINUS", "COMMA", "_SEP"})
_INSIDE = _NUMBERS | {"COLON", "DOTS", "DOT", "DOUBLE_COLON", "NAME"}
_BEFORE_A_HEAD = STATEMENT_ENDS | {"LBRACE", "LSQB", "COLON", "ARROW"}


def index(place: Place) -> Explained | None:
    """The problem, where a place is in such brackets."""
    around = indexed(place.tokens, place.at)
    if around is None or not place.expected & {"RESIDUAL", "RSQB"}:
        return None
    first, last = around
    inside = {token.type for token in place.tokens[first:last]}
    if "RESIDUAL" not in place.expected and not inside & {"COMMA", "_SEP"}:
        return None  # a list may be meant
    name, closer = place.tokens[first], place.tokens[last]
    opener = next(each for each in reversed(place.tokens[:last]) if each.type == "LSQB")
    shown = place.text[name.start : closer.end]
    before = place.tokens[first - 1].type if first else "_NL"
    stages = _stages(place.text[opener.end : closer.start])
    is_head = before in _BEFORE_A_HEAD - {"ARROW"}
    value = place.text[name.start : opener.start]
    problem = habits.IndexedValue(shown, value, stages, is_head)
    return problem, Token("NAME", shown, name.start, closer.end)


def step(place: Place) -> Explained | None:
    """``xs[::-1]`` and ``xs[0:8:2]``: a slice with a step, as Python has it."""
    found = _brackets(place.tokens, place.at)
    if found is None:
        return None
    tokens, (opener, closer) = place.tokens, found
    inside = [token.type for token in tokens[opener + 1 : closer]]
    colons = inside.count("COLON") + 2 * inside.count("DOUBLE_COLON")
    first = _begin(tokens, opener)
    if colons != 2 or first == opener or {"COMMA", "_SEP", "ARROW"} & set(inside):
        return None
    written = place.text[tokens[first].start : tokens[opener].start]
    bounds = [
        each.strip() for each in place.text[tokens[opener].end : tokens[closer].start].split(":")
    ]
    before = tokens[first - 1].type if first else "_NL"
    is_stage = before in _BEFORE_A_HEAD and place.start.type not in ("LET", "FOR", "FN")
    whole = Token("NAME", "", tokens[first].start, tokens[closer].end)
    shown = place.text[whole.start : whole.end]
    instead = _stepped(written, *bounds) if "\n" not in shown else None
    return foreign.SliceWithStep(shown, instead, is_stage and bounds[2] not in ("", "1")), whole


def _stepped(name: str, first: str, last: str, step: str) -> str | None:
    """What takes the same items; None where that depends on signs that nobody can see."""
    if step in ("", "1"):
        return f"{name}[{first}:{last}]" if first or last else name
    if step == "-1" and not first and not last:
        return f"reversed({name})"
    if not step.isdecimal() or any(bound.startswith("-") for bound in (first, last)):
        return None
    return f"[{name}[i] for i in range({first or 0}, {last or f'len({name})'}, {step})]"


def _brackets(tokens: Sequence[Token], at: int) -> tuple[int, int] | None:
    """The innermost square brackets around a token."""
    opener, depth = at - 1, 0
    while opener >= 0 and (depth or tokens[opener].type not in OPENERS):
        depth += (tokens[opener].type in CLOSERS) - (tokens[opener].type in OPENERS)
        opener -= 1
    if opener < 0 or tokens[opener].type not in ("LSQB", "INDEX"):
        return None
    closer, depth = at, 0
    while closer < len(tokens) and (depth or tokens[closer].type not in CLOSERS):
        depth += (tokens[closer].type in OPENERS) - (tokens[closer].type in CLOSERS)
        closer += 1
    is_pair = closer < len(tokens) and tokens[closer].type == "RSQB"
    return (opener, closer) if is_pair else None


def _begin(tokens: Sequence[Token], opener: int) -> int:
    """Where what stands directly before brackets begins."""
    at = opener
    while at and tokens[at - 1].end == tokens[at].start and tokens[at - 1].type in _PARTS:
        depth, at = 0, at - 1
        while tokens[at].type in CLOSERS or depth:
            depth += (tokens[at].type in CLOSERS) - (tokens[at].type in OPENERS)
            if not depth or not at:
                break
            at -= 1
    return at


_PARTS = frozenset({"NAME", "RSQB", "RPAR", "DOT"})


def indexed(tokens: Sequence[Token], at: int) -> tuple[int, int] | None:
    """The name and the closing bracket around a place, if what is in between are places of items.

    The brackets stand directly behind the name, and hold more than one number.
    """
    first = last = at
    while first > 0 and tokens[first].type in _INSIDE:
        first -= 1
    while last < len(tokens) and tokens[last].type in _INSIDE:
        last += 1
    if first == 0 or last == len(tokens) or first >= last - 1:
        return None
    name, opener, closer = tokens[first - 1], tokens[first], tokens[last]
    kinds = (opener.type, closer.type)
    if name.type not in ("NAME", "RPAR") or name.end != opener.start or kinds != ("LSQB", "RSQB"):
        return None
    inside = [token.type for token in tokens[first + 1 : last]]
    if _has_label(inside):
        return None
    is_list = "_SEP" in inside and _NUMBERS.issuperset(inside)
    if not is_list and not {"COLON", "DOTS", "DOUBLE_COLON"} & set(inside):
        return None
    from archir.catalogue.registry import built_in

    if name.text not in built_in() and name.type == "NAME":
        return first - 1, last
    return (_begin(tokens, first), last) if _is_part(inside) and not is_list else None


def _is_part(inside: Sequence[str]) -> bool:
    """Whether brackets behind a stage hold no branches, which begin with a name."""
    return inside[0] in ("COLON", "DOTS", "DOUBLE_COLON") or "NAME" not in inside


def _has_label(inside: Sequence[str]) -> bool:
    """Whether a name stands before a colon, as in branches."""
    has_both = "COLON" in inside[1:] and "NAME" in inside
    return has_both and inside[inside.index("COLON") - 1] == "NAME"


def _stages(text: str) -> tuple[str, ...]:
    """The stages that take what is asked for; none where that cannot be said."""
    items = ["".join(item.split()) for item in text.split(",")]
    cut = items.index("...") if "..." in items else len(items)
    before = [(dim, item) for dim, item in enumerate(items[:cut])]
    behind = [(at - len(items), item) for at, item in enumerate(items) if at > cut]
    # A dim that is left out moves those behind it, or those before where they count from the end.
    found = [_stage(dim, item) for dim, item in (*reversed(before), *behind) if item != ":"]
    return tuple(found) if all(found) else ()


def _stage(dim: int, item: str) -> str:
    bounds = item.split(":")
    if not all(_is_whole(bound) or not bound for bound in bounds) or len(bounds) > 3:
        return ""
    if len(bounds) == 1:
        return f"select({dim}, {item})" if item else ""
    given = [bound or "none" for bound in bounds]
    step = f", step = {given[2]}" if len(given) > 2 and given[2] != "none" else ""
    bound = f", {given[0]}" if given[1] == "none" else f", {given[0]}, {given[1]}"
    return f"slice({dim}{bound}{step})"


def _is_whole(text: str) -> bool:
    return text.removeprefix("-").isdecimal()
