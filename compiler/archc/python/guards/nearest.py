"""The nearest valid sizes: lines that name them, and functions of printed Python that look."""

from __future__ import annotations

from collections.abc import Iterator

from archc.python.code.layout import INDENT, WIDTH, string
from archc.python.guards.conditions import (
    broken,
    format_string,
    lies_in,
    lies_outside,
    raise_,
    raising,
)
from archir.sizes.sets import SizeSet
from archir.sizes.valid import ValidSizes
from archir.sizes.words import must_be

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

_MOST_SEARCHED = 100_000
_MARGIN = INDENT


class Nearest:
    """Checks of sizes that name the nearest valid ones."""

    variables: dict[str, str]
    search: str
    search_all: str
    near: str
    below: str
    searches = False
    searches_all = False
    """Whether the functions are called that look for them."""

    def _of_all(self, valid: ValidSizes, test: str, needed: str) -> Iterator[str]:
        """The check of sizes that depend on each other."""
        tied = [
            name for name in valid.names if any(not box[name].is_everything for box in valid.boxes)
        ]
        boxes = [[stretch(box[name]) for name in tied] for box in valid.boxes]
        if valid.open or any(None in box for box in boxes):
            yield from raising(test, string(needed), 1)
            return
        self.searches_all = True
        yield from broken(f"{_MARGIN}if ", test, ":")
        sizes = ", ".join(f'"{name}": {self.variables[name]}' for name in tied)
        yield f"{INDENT * 2}{self.near} = {self.search_all}("
        yield f"{INDENT * 3}{{{sizes}}},"
        yield f"{INDENT * 3}["
        for box in boxes:
            yield f"{INDENT * 4}[{', '.join(map(str, box))}],"
        yield f"{INDENT * 3}],"
        yield f"{INDENT * 2})"
        yield from raise_(format_string(f"{needed}; the nearest valid sizes: {{{self.near}}}"), 2)

    def _of_one(
        self, valid: ValidSizes, name: str, allowed: SizeSet, *, training: bool
    ) -> Iterator[str]:
        size = self.variables[name]
        must = must_be(name, allowed, training=training)
        test = lies_outside(allowed, size)
        if valid.open:  # what has no closed form may refuse the neighbours as well
            yield from raising(test, string(must), 1)
            return
        first, *more = allowed.pieces
        if more or (first.period > 1 and (first.residues != [0] or first.last is not None)):
            yield from self._searching(test, must, allowed, size)
        elif first.period == 1:
            yield from raising(test, string(must), 1)
        else:
            below = f"{size} // {first.period} * {first.period}"
            yield f"{_MARGIN}if {test}:"
            yield f"{INDENT * 2}{self.below} = {below}"
            yield (
                f'{INDENT * 2}{self.near} = f"are {{{self.below}}} and'
                f' {{{self.below} + {first.period}}}"'
                f' if {size} > {first.first} else "is {first.first}"'
            )
            yield from raise_(format_string(f"{must}; the nearest {{{self.near}}}"), 2)

    def _searching(self, test: str, must: str, allowed: SizeSet, size: str) -> Iterator[str]:
        end = allowed.pieces[-1]
        if max(end.first, end.last or 0) > _MOST_SEARCHED:
            yield from raising(test, string(must), 1)
            return
        self.searches = True
        last = f"max({size}, {end.first}) + {end.period}" if end.last is None else str(end.last)
        yield f"{_MARGIN}if {test}:"
        fits = lies_in(allowed, "n")
        line = f"{INDENT * 2}{self.near} = {self.search}({size}, lambda n: {fits}, {last})"
        if len(line) <= WIDTH:
            yield line
        else:
            yield f"{INDENT * 2}{self.near} = {self.search}("
            yield f"{INDENT * 3}{size},"
            yield from broken(f"{INDENT * 3}lambda n: ", f"({fits})", ",")
            yield f"{INDENT * 3}{last},"
            yield f"{INDENT * 2})"
        yield from raise_(format_string(f"{must}; the nearest {{{self.near}}}"), 2)


def stretch(sizes: SizeSet) -> tuple[int, int | None] | None:
    """The first and the last size, if all between are in the set; None if not."""
    first, *more = sizes.pieces
    return None if more or first.period > 1 else (first.first, first.last)
