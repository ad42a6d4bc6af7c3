"""Valid sizes in people's words: ``H, W multiples of 16, at least 16``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from archir.check import Condition
from archir.dims import show
from archir.sizes.sets import EVERYTHING, Piece, SizeSet
from archir.sizes.valid import ValidSizes

MOST_SHOWN = 6
"""Stretches and boxes that are written out before the rest is only counted."""


def advise(valid: ValidSizes, sizes: Mapping[str, int]) -> str:
    """What the sizes must be, and those next to the ones that were asked for."""
    if valid.is_empty:
        return "there is no valid size"
    lines: list[str] = []
    for name in valid.names:
        sets = list(dict.fromkeys(box[name] for box in valid.boxes))
        if any(sizes[name] in one for one in sets):
            continue
        said = " or ".join(say(one, name, one=True) for one in sets[:MOST_SHOWN])
        near = [str(size) for size in valid.nearest(name, sizes)]
        verb = "are" if len(near) > 1 else "is"
        nearest = f"; the nearest {verb} {' and '.join(near)}" if near else ""
        lines.append(f"{name} must be {said}{nearest}")
    return "\n".join(lines) or f"the valid sizes: {describe(valid)}"


def describe(valid: ValidSizes) -> str:
    """All in one line: what all boxes have in common, the boxes, and what is open."""
    if valid.is_empty:
        return "no size"
    common = _common(valid)
    parts = [_box(common), _groups(valid, common), " and ".join(_open(valid))]
    return "; ".join(part for part in parts if part) or "any size"


def _groups(valid: ValidSizes, common: Mapping[str, SizeSet]) -> str:
    """What the boxes ask beyond what they have in common: any one of it is enough."""
    rests = [
        {name: sizes for name, sizes in box.items() if sizes != common[name]} for box in valid.boxes
    ]
    if not all(rests):
        return ""
    rests.sort(key=lambda rest: [valid.names.index(name) for name in rest])
    shown = [_box(rest) for rest in rests[:MOST_SHOWN]]
    if len(rests) > MOST_SHOWN:
        shown.append(f"{len(rests) - MOST_SHOWN} more such groups")
    return ", or ".join(shown)


def in_training(valid: ValidSizes, training: ValidSizes) -> str | None:
    """What training asks of the sizes beyond evaluation; None where that is nothing."""
    if training.boxes == valid.boxes and training.open == valid.open:
        return None
    if not training.is_empty and not valid.is_empty and _common(training) == _common(valid):
        return f"also {_groups(training, _common(training)) or describe(training)}"
    return describe(training)


def _common(valid: ValidSizes) -> dict[str, SizeSet]:
    """For each variable the set that holds those of all boxes, where one of them does."""
    found = {}
    for name in valid.names:
        sets = [box[name] for box in valid.boxes]
        holds_all = (one for one in sets if all(each.intersect(one) == each for each in sets))
        found[name] = next(holds_all, EVERYTHING)
    return found


def _open(valid: ValidSizes) -> Iterator[str]:
    for each in valid.open[:MOST_SHOWN]:
        yield show_condition(each.condition)
    if len(valid.open) > MOST_SHOWN:
        yield f"{len(valid.open) - MOST_SHOWN} more conditions"


def _box(box: Mapping[str, SizeSet]) -> str:
    """``H, W at least 32``: variables with one set together, free ones left out."""
    groups: dict[SizeSet, list[str]] = {}
    for name, sizes in box.items():
        if not sizes.is_everything:
            groups.setdefault(sizes, []).append(name)
    said = (
        f"{', '.join(names)} {say(sizes, names[0], one=len(names) == 1)}"
        for sizes, names in groups.items()
    )
    return ", ".join(said)


def say(sizes: SizeSet, name: str, *, one: bool) -> str:
    """What a set holds, to stand behind the variable's name (``one``) or several names."""
    if not sizes:
        return "of no size"
    if sizes.is_everything:
        return "any size"
    shown = list(_stretches(sizes.pieces, name, one=one))
    if len(shown) > MOST_SHOWN:
        shown = [*shown[: MOST_SHOWN - 1], f"{len(shown) - MOST_SHOWN + 1} more stretches"]
    return " or ".join(shown)


def _stretches(pieces: Iterable[Piece], name: str, *, one: bool) -> Iterator[str]:
    for piece in pieces:
        if piece.period > 1:
            yield _periodic(piece, name, one=one)
        elif piece.last is None:
            yield f"at least {piece.first}"
        else:
            alone = piece.first == piece.last
            yield str(piece.first) if alone else f"{piece.first} to {piece.last}"


def _periodic(piece: Piece, name: str, *, one: bool) -> str:
    rests = [rest for rest in range(piece.period) if piece.pattern >> rest & 1]
    bounds = f"at least {piece.first}" if piece.last is None else f"{piece.first} to {piece.last}"
    if rests == [0]:
        multiple = "a multiple" if one else "multiples"
        return f"{multiple} of {piece.period}, {bounds}"
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
