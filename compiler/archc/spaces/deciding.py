"""What refuses points, in words: conditions on one parameter or two that decide it.

They are looked for among few forms (at most, at least, even, one divides the other, …), and said
where in all points at hand a form holds of what is taken and of nothing that is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations, permutations
from typing import TypeAlias, TypeGuard

from archc.spaces.convert import setting, text
from archir.base.record import Record

FEWEST = 3
"""Points of each kind, taken and refused, that a condition must have been seen with."""


class Condition(Record):
    """What points that are taken have, and points that one problem refuses have not."""

    words: str
    taken: int
    refused: int


def conditions(
    taken: Sequence[Mapping[str, object]], refused: Sequence[Mapping[str, object]]
) -> list[Condition]:
    """Conditions that decide whether a point is refused: on one parameter, else on two."""
    if len(taken) < FEWEST or len(refused) < FEWEST:
        return []
    names = list(taken[0])
    for forms in (_of_one(names, taken, refused), _of_two(names, taken)):
        found = [
            Condition(words, len(taken), len(refused))
            for words, of, holds in forms
            if all(holds(*(point[name] for name in of)) for point in taken)
            and not any(holds(*(point[name] for name in of)) for point in refused)
        ]
        if found:
            return found
    return []


_Form: TypeAlias = "tuple[str, tuple[str, ...], Callable[..., bool]]"
"""Words, the parameters that they are about, and whether values of these are meant."""


def _of_one(
    names: Sequence[str],
    taken: Sequence[Mapping[str, object]],
    refused: Sequence[Mapping[str, object]],
) -> Iterator[_Form]:
    for name in names:
        values = [point[name] for point in taken]
        others = [point[name] for point in refused]
        whole = [each for each in (*values, *others) if _is_whole(each)]
        if len(whole) == len(values) + len(others):
            for words, holds in _numbers(whole[: len(values)]):
                yield f"{name} is {words}", (name,), holds
            continue
        kept = tuple(dict.fromkeys(map(_shown, values)))
        gone = tuple(each for each in dict.fromkeys(map(_shown, others)) if each not in kept)
        if 2 * (len(kept) + len(gone)) > len(values) + len(others):
            continue  # values that hardly come again tell points apart, whatever refuses them
        words = f"not {gone[0]}" if len(gone) == 1 and len(kept) > 1 else " or ".join(kept)
        yield f"{name} is {words}", (name,), _is_among(kept)


def _numbers(values: Sequence[int]) -> Iterator[tuple[str, Callable[..., bool]]]:
    least, most = min(values), max(values)
    yield f"at most {most}", lambda value: value <= most
    yield f"at least {least}", lambda value: value >= least
    yield "even", lambda value: value % 2 == 0
    yield "odd", lambda value: value % 2 == 1
    for by in (3, 4, 8):
        yield f"a multiple of {by}", lambda value, by=by: value % by == 0


def _of_two(names: Sequence[str], taken: Sequence[Mapping[str, object]]) -> Iterator[_Form]:
    whole = [name for name in names if all(_is_whole(point[name]) for point in taken)]
    for one, two in permutations(whole, 2):
        yield f"{one} divides {two}", (one, two), lambda a, b: a != 0 and b % a == 0
        yield f"{one} is at most {two}", (one, two), lambda a, b: a <= b
        yield f"{one} is less than {two}", (one, two), lambda a, b: a < b
    for one, two in combinations(whole, 2):
        yield f"{one} is {two}", (one, two), lambda a, b: a == b
        yield f"{one} is not {two}", (one, two), lambda a, b: a != b


def _is_among(kept: tuple[str, ...]) -> Callable[..., bool]:
    return lambda value: _shown(value) in kept


def _is_whole(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _shown(value: object) -> str:
    return text(setting(value))
