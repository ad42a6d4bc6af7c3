"""Whether two dims are equal at all valid sizes; where they are not, a size that shows it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice, product

from archir.shapes.conditions import Condition
from archir.shapes.dims import Dim, variables
from archir.sizes.sets import BeyondExactError, SizeSet
from archir.sizes.solve import solve
from archir.sizes.valid import ValidSizes

_SEARCHED = 100_000


def counterexample(
    left: Dim, right: Dim, valid: ValidSizes, defaults: Mapping[str, int]
) -> dict[str, int] | None:
    """Valid sizes at which two dims differ, as near to the defaults as is easy to say.

    None is a proof that there are none. BeyondExactError where neither can be had.
    """
    names = variables(left) | variables(right)
    if len(names) == 1:
        found = _of_one(next(iter(names)), Condition("equal", left, right), valid, defaults)
        if found is not None or valid.is_exact:
            return found
    for sizes in _near(valid, defaults):
        if not Condition("equal", left, right).holds(sizes) and sizes in valid:
            return sizes
    raise BeyondExactError("neither a proof nor a counterexample is at hand")


def _of_one(
    name: str, equal: Condition, valid: ValidSizes, defaults: Mapping[str, int]
) -> dict[str, int] | None:
    same = solve(equal)
    for box in valid.boxes:
        if box[name].intersect(same) == box[name]:
            continue
        for size in _outside(box[name], same, defaults[name]):
            sizes = {
                other: next(iter(box[other].nearest(default))) if other != name else size
                for other, default in defaults.items()
            }
            if valid.is_exact or sizes in valid:
                return sizes
    return None


def _outside(sizes: SizeSet, same: SizeSet, default: int) -> Iterator[int]:
    """Members that are not in the other set: those next to a default first, then all from 1 on."""
    near = (each for way in (1, -1) for each in range(default, default + 64 * way, way))
    yield from (each for each in near if each in sizes and each not in same)
    yield from (each for each in islice(sizes, _SEARCHED) if each not in same)


def _near(valid: ValidSizes, defaults: Mapping[str, int]) -> Iterator[dict[str, int]]:
    """Valid sizes around the defaults, and the smallest ones."""
    for box in valid.boxes[:8]:
        around = []
        for name in valid.names:
            default = defaults[name]
            near = [each for each in range(max(1, default - 40), default + 40) if each in box[name]]
            small = list(islice(box[name], 12))
            ordered = sorted(near, key=lambda size, at=default: abs(size - at))  # type: ignore[misc]
            around.append(list(dict.fromkeys([*ordered[:12], *small])))
        for values in islice(product(*around), _SEARCHED // 8):
            yield dict(zip(valid.names, values, strict=True))
