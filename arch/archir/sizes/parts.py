"""Valid sizes taken into parts that can be said and checked one by one.

First what each variable must be whatever the others are, then the groups of sizes of which one
must hold, or the one condition that gives them where they are many, then what has no closed form. A
refusal, its words and the check in printed Python all follow this order.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from itertools import permutations

from archir.base.record import Record, replaced
from archir.shapes.arithmetic import Quotient, multiply, substitute
from archir.shapes.conditions import Condition
from archir.shapes.dims import Dim, Monomial, terms_of, variables
from archir.sizes.sets import EVERYTHING, BeyondExactError, Piece, SizeSet
from archir.sizes.solve import is_implied
from archir.sizes.valid import ValidSizes, valid_sizes

_MOST_GROUPS = 4
"""More of them are said by the condition that they come from, where that is one."""

_MOST_TRIED = 40
"""Sizes that are tried, to know whether a condition refuses them by itself."""


class Parts(Record):
    """The sizes are valid where ``each`` holds, one of ``groups`` (if any), and all of ``open``."""

    each: Mapping[str, SizeSet]
    groups: tuple[Mapping[str, SizeSet], ...]
    open: tuple[Condition, ...]
    tie: Condition | None = None
    """What says the same as the groups do, beside ``each``, where these are many."""


def parts(valid: ValidSizes) -> Parts:
    """The parts of a set that is not empty."""
    each, tie = _common(valid), None
    if len(valid.boxes) > _MOST_GROUPS:
        each, tie = _tied(valid) or (each, None)
    groups: list[Mapping[str, SizeSet]] = [
        {name: _beyond(each[name], sizes) for name, sizes in box.items() if sizes != each[name]}
        for box in valid.boxes
    ]
    if not all(groups):
        groups, tie = [], None  # one box is all that they have in common, and holds the others
    place = {name: number for number, name in enumerate(valid.names)}
    groups.sort(key=lambda group: _order(group, place))
    return Parts(each, tuple(groups), tuple(_once(one.condition for one in valid.open)), tie)


def _beyond(known: SizeSet, sizes: SizeSet) -> SizeSet:
    """What a set asks beside what is known: of the multiples of 4 from 8 on the 8 alone."""
    if known.is_everything or not sizes:
        return sizes
    stretch = SizeSet((Piece(sizes.pieces[0].first, sizes.pieces[-1].last),))
    with suppress(BeyondExactError):
        if known.intersect(stretch) == sizes:
            return stretch
    return sizes


def _once(conditions: Iterable[Condition]) -> Iterator[Condition]:
    """The conditions, without those that say the same with their sides exchanged, or say less."""
    conditions = list(conditions)
    multiples = (found for one in conditions if (found := multiple_of(one)) is not None)
    whole = [each for each in multiples if _is_positive(each[0])]
    seen: set[object] = set()
    for one in conditions:
        if (
            one.relation == "at-least"
            and one.right == 1
            and _parted(terms_of(one.left)[0][0]) in whole
        ):
            continue  # a multiple of 49 is 49 or more
        sides = {one.left, one.right} if one.relation in ("equal", "broadcast") else None
        key = one if sides is None else (one.relation, frozenset(sides), one.training)
        if key not in seen:
            seen.add(key)
            yield one


def multiple_of(condition: Condition) -> tuple[Dim, int] | None:
    """What must be a multiple of which number, where ``2*H*W == 98*(H*W // 49)`` says so."""
    for whole, parted in permutations((condition.left, condition.right)):
        ((monomial, times), *rest) = terms_of(parted)
        if condition.relation == "equal" and not rest:
            found = _parted(monomial)
            if found is not None and multiply(whole, found[1]) == multiply(found[0], times):
                return found
    return None


def _parted(monomial: Monomial) -> tuple[Dim, int] | None:
    """What is divided by which number, where a product is such a quotient alone."""
    if len(monomial) == 1 and isinstance(atom := monomial[0], Quotient):
        return (atom.numerator, atom.denominator) if isinstance(atom.denominator, int) else None
    return None


def _is_positive(dim: Dim) -> bool:
    """Whether it is plain that a dim is at least 1 at all sizes."""
    return is_implied(Condition("at-least", dim, 1), dict.fromkeys(variables(dim), 1))


def _order(
    group: Mapping[str, SizeSet], place: Mapping[str, int]
) -> tuple[bool, list[tuple[int, int]]]:
    """Squares go first, then it goes by the variables and their smallest sizes."""
    alike = len(set(group.values())) == 1
    return not alike, [(place[name], group[name].smallest or 0) for name in group]


def _common(valid: ValidSizes) -> dict[str, SizeSet]:
    """For each variable the set that holds those of all boxes, where one of them does."""
    found = {}
    for name in valid.names:
        sets = list(dict.fromkeys(box[name] for box in valid.boxes))
        holds_all = (one for one in sets if all(each.intersect(one) == each for each in sets))
        found[name] = next(holds_all, EVERYTHING)
    return found


def _tied(valid: ValidSizes) -> tuple[dict[str, SizeSet], Condition] | None:
    """The one condition that ties sizes together, with what is asked of each beside it."""
    tied = [one for one in valid.conditions if len(_names(one)) > 1]
    alone = [one for one in valid.conditions if one not in tied]
    every = _as_rows(valid)
    for tie in tied:
        if tie.relation in ("equal", "at-least"):
            with_it = valid_sizes(valid.names, [*alone, tie])
            if _as_rows(with_it) == every:
                each = _common(valid_sizes(valid.names, alone))
                return {n: EVERYTHING if _says(tie, n, each[n]) else each[n] for n in each}, tie
    return None


def _says(tie: Condition, name: str, sizes: SizeSet) -> bool:
    """Whether a condition holds for no size of a variable but those of a set."""
    within = valid_sizes(_names(tie), [tie]).boxes
    if name in _names(tie) and all(box[name].lies_in(sizes) for box in within):
        return True
    *_, end = sizes.pieces
    if not sizes.is_stretch or end.last is not None or end.first > _MOST_TRIED:
        return False
    for size in range(1, end.first):
        left, right = (substitute(dim, {name: size}) for dim in (tie.left, tie.right))
        if not valid_sizes(_names(tie), [replaced(tie, left=left, right=right)]).is_empty:
            return False
    return True


def _names(condition: Condition) -> frozenset[str]:
    return variables(condition.left) | variables(condition.right)


def _as_rows(valid: ValidSizes) -> set[tuple[SizeSet, ...]]:
    return {tuple(box[name] for name in valid.names) for box in valid.boxes}
