"""Valid sizes in people's words: ``H, W multiples of 16, at least 16``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from archir.check import Condition
from archir.dims import show
from archir.sizes.sets import Piece, SizeSet
from archir.sizes.valid import ValidSizes

MOST_SHOWN = 6
"""Stretches and boxes that are written out before the rest is only counted."""


def advise(valid: ValidSizes, sizes: Mapping[str, int]) -> str:
    """What the sizes must be, and those next to the ones that were asked for."""
    if valid.is_empty:
        return "there is no valid size"
    lines: list[str] = []
    for name in valid.names:
        sets = {box[name] for box in valid.boxes}
        if any(sizes[name] in one for one in sets):
            continue
        said = " or ".join(say(one, name) for one in list(sets)[:MOST_SHOWN])
        near = [str(size) for size in valid.nearest(name, sizes)]
        verb = "are" if len(near) > 1 else "is"
        nearest = f"; the nearest {verb} {' and '.join(near)}" if near else ""
        lines.append(f"{name} must be {said}{nearest}")
    return "\n".join(lines) or f"valid sizes: {describe(valid)}"


def describe(valid: ValidSizes) -> str:
    """All in one line: each box, and what is open."""
    if valid.is_empty:
        return "no size is valid"
    shown = [_box(box) for box in valid.boxes[:MOST_SHOWN]]
    if len(valid.boxes) > MOST_SHOWN:
        shown.append(f"{len(valid.boxes) - MOST_SHOWN} more such groups")
    text = "; or ".join(each for each in shown if each) if all(shown) else ""
    conditions = [show_condition(each.condition) for each in valid.open[:MOST_SHOWN]]
    if len(valid.open) > MOST_SHOWN:
        conditions.append(f"{len(valid.open) - MOST_SHOWN} more conditions")
    if conditions:
        where = " and ".join(conditions)
        text = f"{text}; where {where}" if text else f"sizes where {where}"
    return text or "any size"


def _box(box: Mapping[str, SizeSet]) -> str:
    """``H, W at least 32; N at least 2``: variables with one set together, free ones left out."""
    groups: dict[SizeSet, list[str]] = {}
    for name, sizes in box.items():
        if not sizes.is_everything:
            groups.setdefault(sizes, []).append(name)
    return ", ".join(
        f"{', '.join(names)} {say(sizes, names[0])}" for sizes, names in groups.items()
    )


def say(sizes: SizeSet, name: str) -> str:
    """What a set holds, to stand behind the variable's name."""
    if not sizes:
        return "of no size"
    if sizes.is_everything:
        return "any size"
    shown = list(_stretches(sizes.pieces, name))
    if len(shown) > MOST_SHOWN:
        shown = [*shown[: MOST_SHOWN - 1], f"{len(shown) - MOST_SHOWN + 1} more stretches"]
    return " or ".join(shown)


def _stretches(pieces: Iterable[Piece], name: str) -> Iterator[str]:
    for piece in pieces:
        if piece.period > 1:
            yield _periodic(piece, name)
        elif piece.last is None:
            yield f"at least {piece.first}"
        else:
            one = piece.first == piece.last
            yield str(piece.first) if one else f"{piece.first} to {piece.last}"


def _periodic(piece: Piece, name: str) -> str:
    rests = [rest for rest in range(piece.period) if piece.pattern >> rest & 1]
    bounds = f"at least {piece.first}" if piece.last is None else f"{piece.first} to {piece.last}"
    if rests == [0]:
        return f"multiples of {piece.period}, {bounds}"
    if piece.period == 2:
        return f"odd, {bounds}"
    missing = [rest for rest in range(piece.period) if rest not in rests]
    if len(missing) == 1:
        return f"{bounds} but not {_rest(name, piece.period, missing)}"
    return f"{bounds} with {_rest(name, piece.period, rests)}"


def _rest(name: str, period: int, rests: list[int]) -> str:
    if len(rests) == 1:
        return f"{name} % {period} == {rests[0]}"
    shown = ", ".join(map(str, rests[:12])) + (", …" if len(rests) > 12 else "")
    return f"{name} % {period} one of {shown}"


def show_condition(condition: Condition) -> str:
    """A condition as the language writes it."""
    left, right = show(condition.left), show(condition.right)
    if condition.relation == "broadcast":
        return f"({left} == {right}, or one of them is 1)"
    if condition.relation == "expand":
        return f"({left} == {right}, or it is 1)"
    if condition.relation == "divisible":
        return f"({left}) % {right} == 0"
    sign = "==" if condition.relation == "equal" else ">="
    return f"{left} {sign} {right}"
