"""Edits of statements and calls, for the problems of other languages' habits and of grammar."""

from __future__ import annotations

from itertools import takewhile

from archdsl.rules.name_edits import is_same_call
from archir.base.fixes import Edit, Fix, drop, shown, swap
from archir.base.pieces import Pieces, WrittenCall, call_around, items_of, pieces
from archir.base.source import Span
from archir.op.binding import Signature


def from_brackets(values: Span, op: str) -> Fix | None:
    """``concat [x, y]`` for ``concat([x, y])`` and ``concat(x, y)``, ``x -> relu`` for ``relu(x)``.

    What else stands in the parentheses by name stays there.
    """
    from archir.catalogue.registry import built_in, ops

    call = call_around(values, op)
    inside = [] if call is None else [each.span for each in call.arguments if each.name is None]
    if call is None or not inside:
        return None
    place = Span(values.source, call.head.start, call.brackets.end)
    is_one = op in built_in() and ops()[op].arity == "one"
    branches = None if is_one else _with_branches(call, inside, op)
    if branches is not None:
        text, is_safe = branches
        return swap(place, text, safe=is_safe)
    if len(inside) > 1 and op in built_in() and (not is_one or all(map(_is_name, inside))):
        return None
    if not _begins_chain(call.head) or not _is_name(inside[0]) or inside[0].start != values.start:
        return None
    rest = ", ".join(each.span.text for each in call.arguments[1:])
    stage = f"{op}({rest})" if rest else op
    return swap(place, f"{inside[0].text} -> {stage}", safe=len(inside) == 1)


def _with_branches(call: WrittenCall, inside: list[Span], op: str) -> tuple[str, bool] | None:
    """A call of several values as a stage with branches, and whether that is surely meant."""
    from archir.catalogue.registry import built_in, ops

    several = (items_of(inside[0]) if len(inside) == 1 else None) or inside
    if len(several) < 2:
        return None
    if all(map(_is_name, several)):
        named = ", ".join(each.span.text for each in call.arguments if each.name is not None)
        stage = f"{op}({named})" if named else op
        return f"{stage} [{', '.join(each.text for each in several)}]", True
    listed = items_of(inside[0]) or ()
    if len(listed) > 1 and all(map(_is_name, listed)):
        return _with_list(call, [each.text for each in listed], op)
    if len(inside) < 2 or not _is_name(inside[1]):
        return None
    flowing = [each.text for each in takewhile(_is_name, inside)]
    kept = [each.span.text for each in call.arguments[len(flowing) :]]
    if not flowing or (op in built_in() and len(kept) > len(ops()[op].arguments())):
        return None
    return f"{op}({', '.join(kept)}) [{', '.join(flowing)}]", False


def _with_list(call: WrittenCall, listed: list[str], op: str) -> tuple[str, bool] | None:
    """``concat(1) [x, y]`` for ``concat([x, y], 1)``."""
    from archir.catalogue.registry import built_in, ops

    rest = [each.span.text for each in call.arguments[1:]]
    if op in built_in() and len(rest) > len(ops()[op].arguments()):
        return None
    by_name = all(each.name is not None for each in call.arguments[1:])
    return f"{op}({', '.join(rest)}) [{', '.join(listed)}]", by_name


def _begins_chain(stage: Span) -> bool:
    """Whether a stage is the first of its chain, perhaps behind a label."""
    found = pieces(stage.source)
    at = found.at(stage.start)
    return at is not None and found.text(at - 1) in ("\n", "{", "[", ",", ":")


def _is_name(span: Span) -> bool:
    """Whether a place is one name, or a call of one: what can be a branch."""
    found = pieces(span.source)
    at = found.at(span.start)
    if at is None or not found.text(at).isidentifier():
        return span.text == "_"
    return found.all[at].end == span.end or (
        found.text(at + 1) == "(" and found.all[found.partner.get(at + 1, at)].end == span.end
    )


_TORCH = frozenset({"nn", "torch", "F", "functional"})
LIBRARIES = _TORCH | {"keras", "layers", "tf", "tfl", "np", "jnp", "jax", "flax", "std"}
"""Names that libraries of other languages go by."""


def is_sure(found: Pieces, first: int, name: int, op: str) -> bool:
    """Whether a call of a library, between two pieces, is the same as the op's own.

    Other libraries than torch have other defaults: that is so where nothing can be set.
    """
    if found.text(first) in _TORCH:
        return is_same_call(found, name, op)
    from archir.catalogue.registry import built_in, ops

    return op not in built_in() or set(ops()[op].arguments()) <= {"inplace"}


def undotted(name: Span, shown: str, instead: str | None) -> Fix | None:
    """``relu`` for ``nn.ReLU()``, and ``x -> relu`` for ``x.relu()``."""
    found = pieces(name.source)
    at = found.at(name.start)
    if at is None or instead is None:
        return None
    last = at + 2 * shown.count(".") - (shown[0] == ".")
    behind = last + 1
    empty = found.text(behind) == "(" and found.text(behind + 1) == ")"
    place = found.span(at, behind + 1 if empty else last)
    owner = shown.partition(".")[0]
    if not owner:  # a method, behind a stage
        return swap(place, f" -> {instead}", safe=False)
    if owner in LIBRARIES:
        return swap(place, instead, safe=is_sure(found, at, last, instead))
    if owner == "self":
        return None  # one of its modules, whatever it is
    if shown.count(".") > 1 or found.text(at - 1) not in ("\n", "{", "[", ","):
        return None
    return swap(place, f"{owner} -> {instead}", safe=False)


_EXACTLY = {"elif": "else if", "const": "let", "var": "let", "//": "#", "is": "==", "of": "in"}
"""Words of other languages for which one of this one stands in the same place."""


def foreign(word: Span, text: str) -> Fix | None:
    """What stands here for a word of another language."""
    if text in _EXACTLY:
        return swap(word, _EXACTLY[text])
    found = pieces(word.source)
    at = found.at(word.start)
    if text in ("export", "public", "new") and at is not None and at + 1 < len(found.all):
        return drop(Span(word.source, word.start, found.all[at + 1].start))
    if text in ("upto", "to", "until") and at is not None:
        return ranged(found, at, at + 1, text)
    if text == "..<" and at is not None:
        return ranged(found, at, at + 2, "until")
    if text != "from" or at is None:
        return None
    end = found.line_ends(at)
    line = [found.text(k) for k in range(at, end)]
    if "import" not in line[2:-1]:
        return None
    cut = at + line.index("import")
    path, names = found.span(at + 1, cut - 1).text, found.span(cut + 1, end - 1).text
    return swap(found.span(at, end - 1), f"import {path}: {names}")


def ranged(found: Pieces, at: int, behind: int, word: str) -> Fix | None:
    """``1..n`` for ``1 upto n``, and ``range(0, n)`` for ``0 until n``."""
    first, last = found.text(at - 1), found.text(behind)
    if not ((first.isalnum() and last.isidentifier()) or last.isdecimal()):
        return None
    if found.text(behind + 1) not in ("{", "\n"):
        return None
    text = f"range({first}, {last})" if word == "until" else f"{first}..{last}"
    return swap(found.span(at - 1, behind), text)


def new_line(place: Span, sign: str, *, safe: bool = True) -> Fix | None:
    """A line end in the place of the next such sign on the line, which ends a statement."""
    found = pieces(place.source)
    at = found.at(place.start)
    if at is None:
        return None
    behind = range(at, found.line_ends(at))
    arrow = next((k for k in behind if found.text(k) == sign), None)
    if arrow is None or arrow + 1 not in behind:
        return None
    text = place.source.text
    start = text.rfind("\n", 0, place.start) + 1
    margin = text[start : len(text[:start]) + len(text[start:]) - len(text[start:].lstrip(" \t"))]
    gap = Span(place.source, found.all[arrow - 1].end, found.all[arrow + 1].start)
    return Fix("start a new line there", (Edit(gap, f"\n{margin}"),), safe)


def as_argument(number: Span) -> Fix | None:
    """``add(3)`` for ``add [_, 3]``."""
    found = pieces(number.source)
    at = found.at(number.start)
    if at is None or [found.text(k) for k in range(at - 3, at)] != ["[", "_", ","]:
        return None
    op = found.text(at - 4)
    if found.text(at + 1) != "]" or not op.isidentifier():
        return None
    takes_it = _open_places(op)[:1] == ["other"]  # else the number would be a dim
    return swap(found.span(at - 4, at + 1), f"{op}({number.text})", safe=takes_it)


def turned(value: Span, text: str) -> Fix | None:
    """``ys -> add`` in the place of ``add ys``."""
    found = pieces(value.source)
    at = found.at(value.start)
    if not at:
        return None
    last = found.partner.get(at + 1, at) if found.text(at + 1) == "[" else at
    return swap(found.span(at - 1, last), text, safe=False)


def exchanged(place: Span, function: str) -> Fix | None:
    """The two first arguments of a call in the other order."""
    call = call_around(place, function)
    given = () if call is None else tuple(each for each in call.arguments if each.name is None)
    if len(given) != 2:
        return None
    one, other = (each.value for each in given)
    return Fix("exchange the two", (Edit(one, other.text), Edit(other, one.text)))


def without_mode(training: Span) -> Fix | None:
    """An output without ``when training``."""
    found = pieces(training.source)
    at = found.at(training.start)
    if not at or found.text(at - 1) != "when":
        return None
    start = found.all[at - 2].end
    return drop(Span(training.source, start, training.end), safe=False)


def run_before(arrow: Span) -> Fix | None:
    """``a -> relu as b`` and ``output b`` on two lines, for ``output b = a -> relu``."""
    found = pieces(arrow.source)
    at = found.at(arrow.start)
    if at is None:
        return None
    first = at
    while first > 0 and found.text(first) != "output":
        first -= 1
    end = found.line_ends(at)
    line = [found.text(k) for k in range(first, end)]
    if line[2:3] != ["="] or "," in line or "when" in line or "}" in line:
        return None
    name, start = line[1], found.all[first].start
    begin = arrow.source.text.rfind("\n", 0, start) + 1
    margin = arrow.source.text[begin:start]
    if margin.strip():
        return None
    stages = found.span(first + 3, end - 1)
    whole = Span(arrow.source, start, stages.end)
    words = f"run it before: {shown(f'{stages.text} as {name}')}"
    return Fix(words, (Edit(whole, f"{stages.text} as {name}\n{margin}output {name}"),))


def _open_places(op: str) -> list[str]:
    """The arguments of an op in their order."""
    from archir.catalogue.registry import built_in, ops

    return list(ops()[op].arguments()) if op in built_in() else []


def positional_first(place: Span) -> Fix | None:
    """The arguments that have no names before those that have one."""
    call = call_around(place)
    if call is None:
        return None
    ordered = sorted(call.arguments, key=lambda each: each.name is not None)
    places = _open_places(call.name)
    given = {each.name for each in call.arguments}
    taken = places[: sum(each.name is None for each in call.arguments)]
    if given & {*taken}:  # in front it would be another argument: it has to be named
        early = tuple([name for name in given if name is not None])
        plan = Signature.of(places, ()).plan(call.name, (None,) * len(taken), early)
        left = iter(plan.names)
        named = [
            each.span.text if each.name else f"{next(left, '') or '_'} = {each.span.text}"
            for each in call.arguments
        ]
        text = f"({', '.join(named)})"
        return Fix(f"write {shown(call.name + text)}", (Edit(call.brackets, text),), False)
    text = f"({', '.join(each.span.text for each in ordered)})"
    return Fix(f"write {shown(call.name + text)}", (Edit(call.brackets, text),))


def enumerated(names: Span) -> Fix | None:
    """``for i, x in enumerate(xs)`` for ``for i, x in xs``."""
    found = pieces(names.source)
    at = found.at(names.start)
    if at is None or [found.text(at + k) for k in (1, 3)] != [",", "in"]:
        return None
    end = at + 4
    while found.text(end) not in ("{", "]", "if", "\n", ""):
        end = found.partner.get(end, end) + 1
    if end == at + 4:
        return None
    place = found.span(at + 4, end - 1)
    return swap(place, f"enumerate({place.text})", safe=False)
