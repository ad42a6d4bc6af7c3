"""Functions of printed Python that look for the nearest valid sizes."""

from __future__ import annotations

from archir.sizes.sets import SizeSet

OF_ONE = '''\
def {name}(size: int, fits: Callable[[int], bool], last: int) -> str:
    """The nearest sizes below and above that fit, in words."""
    below = next((n for n in range(min(size, last), 0, -1) if fits(n)), None)
    above = next((n for n in range(size, last + 1) if fits(n)), None)
    found = [str(n) for n in (below, above) if n is not None]
    return f"{{'are' if len(found) > 1 else 'is'}} {{' and '.join(found)}}"
'''

OF_ALL = '''\
def {name}(
    sizes: dict[str, int], boxes: list[list[tuple[int, int | None]]]
) -> str:
    """Of the nearest sizes within a box, from first to last ones, those to change."""
    given = list(sizes.values())

    def inside(box: list[tuple[int, int | None]]) -> list[int]:
        raised = [max(n, first) for n, (first, _) in zip(given, box)]
        ends = [last or n for n, (_, last) in zip(raised, box)]
        return list(map(min, raised, ends))

    def distance(found: list[int]) -> tuple[int, int, list[int]]:
        gaps = [abs(n - size) for n, size in zip(found, given)]
        return sum(gaps), max(gaps), found

    near = min(map(inside, boxes), key=distance)
    changed = zip(sizes, near, given)
    return ", ".join(f"{{name}} = {{n}}" for name, n, size in changed if n != size)
'''


def stretch(sizes: SizeSet) -> tuple[int, int | None] | None:
    """The first and the last size, if all between are in the set; None if not."""
    first, *more = sizes.pieces
    return None if more or first.period > 1 else (first.first, first.last)
