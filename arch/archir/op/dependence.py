"""What an element of an op's output sees of the input: the terms in which an op says it.

An ``Edge`` is one input and one output of an op, and its ``dependence`` answers with one
``AxisAccess`` for each dim of that input. Receptive fields are worked out of that and nothing else
(``archir.field.field``). Accesses speak of the inside of an endless input: what padding puts at the
borders is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from itertools import accumulate
from math import gcd, prod
from typing import TypeAlias

from archir.base.record import Record, Struct, fresh
from archir.shapes.types import TensorType

MOST_TAPS = 4096
"""More than any network needs; what has a longer period is given up."""

Tap = tuple[int, int, int]
"""The first position that is read, how many are, and how far apart they are."""


class Taps(Record):
    """The position along dim ``dim`` of the output decides which positions are read.

    With ``n`` taps, the element at ``j`` reads what ``taps[j % n]`` says, moved on by
    ``j // n * shift``. A tap that is None reads nothing: there the output is a constant. With
    ``whole`` each element depends on the rest of the dim too, as it does behind a norm.
    """

    dim: int
    shift: int = 1
    taps: tuple[Tap | None, ...] = ((0, 1, 1),)
    whole: bool = False


class Whole(Record):
    """All of the dim is read, wherever the element is."""


class Folded(Record):
    """One position is read, which no dim of the output follows alone.

    It stands in dim ``dim`` of the output together with others (``extents`` are all that are
    folded into it, ``index`` is this one's place among them). Where ``dim`` is None it is the same
    for all of the output: ``position``. Where the input ``is_part`` of the output's dim, joined
    with others along it, ``index`` is where it begins, and there are no ``extents``.
    """

    dim: int | None = None
    extents: tuple[int, ...] = ()
    index: int = 0
    position: int = 0

    @property
    def is_part(self) -> bool:
        return self.dim is not None and not self.extents


class Parted(Record):
    """The dim is taken apart into several of the output, of these extents."""

    dims: tuple[int, ...]
    extents: tuple[int, ...]


class Unsaid(Record):
    """What is read is not known, for a reason that people can read."""

    reason: str


AxisAccess: TypeAlias = "Taps | Whole | Folded | Parted | Unsaid"

WHOLE = Whole()


class Edge(Struct):
    """One input and one output of an op, by number, among all of them at the given sizes.

    All dims are numbers. An argument that is an expression of ``sizes`` can be evaluated with them.
    """

    inputs: tuple[TensorType, ...]
    outputs: tuple[TensorType, ...]
    source: int = 0
    target: int = 0
    sizes: Mapping[str, int] = fresh(factory=dict)
    begins: dict[int, list[int]] = fresh(factory=dict)
    """For a dim that joins the inputs, where each begins: the edges of one step share it."""

    def begin(self, dim: int) -> int:
        """Where the input begins along a dim in which all inputs stand behind each other."""
        if dim not in self.begins:
            self.begins[dim] = [0, *accumulate(numbers(each)[dim] for each in self.inputs)]
        return self.begins[dim][self.source]

    @property
    def given(self) -> tuple[int, ...]:
        """The shape of the input."""
        return numbers(self.inputs[self.source])

    @property
    def made(self) -> tuple[int, ...]:
        """The shape of the output."""
        return numbers(self.outputs[self.target])


def numbers(given: TensorType) -> tuple[int, ...]:
    """A shape at given sizes."""
    return given.extents


@lru_cache(maxsize=256)
def same(dim: int, whole: bool = False) -> Taps:
    """The element reads the position that it is at."""
    return Taps(dim, whole=whole)


def sliding(dim: int, kernel: int, stride: int = 1, before: int = 0, dilation: int = 1) -> Taps:
    """A window that slides over an input with so much padding before it."""
    return Taps(dim, stride, ((-before, kernel, dilation),))


def periodic(dim: int, shift: int, period: int, tap: Callable[[int], Tap | None]) -> AxisAccess:
    """What ``tap`` says for each of a period of positions."""
    if period > MOST_TAPS:
        return Unsaid(f"what is read repeats itself only behind {period} positions")
    return Taps(dim, shift, tuple(map(tap, range(period))))


def share(dim: int, extent: int, wanted: int) -> AxisAccess:
    """Each of the ``wanted`` elements reads its share of the extent, as adaptive pools do it."""
    if wanted == 1:
        return WHOLE
    common = gcd(extent, wanted)

    def tap(j: int) -> Tap:
        first, end = j * extent // wanted, -(-(j + 1) * extent // wanted)
        return first, end - first, 1

    return periodic(dim, extent // common, wanted // common, tap)


@lru_cache(maxsize=64)
def alike(rank: int) -> tuple[AxisAccess, ...]:
    """The accesses of what treats the elements one by one."""
    return tuple([same(dim) for dim in range(rank)])


def pointwise(edge: Edge, *whole: int) -> tuple[AxisAccess, ...]:
    """Element by element, with torch's broadcasting; ``whole`` are dims of which all counts too."""
    given, made = edge.given, edge.made
    if given == made and not whole:
        return alike(len(given))
    new = len(made) - len(given)
    accesses: list[AxisAccess] = []
    for dim, extent in enumerate(given):
        repeated = extent == 1 and made[dim + new] != 1
        accesses.append(WHOLE if repeated else same(dim + new, dim in whole))
    return tuple(accesses)


def rearranged(edge: Edge) -> tuple[AxisAccess, ...]:
    """The same elements in the same order, in another shape."""
    given, made = edge.given, edge.made
    accesses: list[AxisAccess] = [Folded()] * len(given)
    for sources, targets in _groups(given, made):
        before = tuple(given[dim] for dim in sources)
        after = tuple(made[dim] for dim in targets)
        for index, dim in enumerate(sources):
            if len(sources) == len(targets) == 1:
                accesses[dim] = same(targets[0])
            elif len(targets) == 1:
                accesses[dim] = Folded(targets[0], before, index)
            elif len(sources) == 1:
                accesses[dim] = Parted(targets, after)
            else:
                accesses[dim] = Unsaid("a reshape mixes it with other dims")
    return tuple(accesses)


def _groups(
    given: tuple[int, ...], made: tuple[int, ...]
) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
    """The smallest runs of dims, of extents above 1, that hold the same elements on both sides."""
    waiting = [dim for dim, extent in enumerate(given) if extent > 1]
    coming = [dim for dim, extent in enumerate(made) if extent > 1]
    groups = []
    while waiting:
        sources, targets = [waiting.pop(0)], [coming.pop(0)]
        while (left := prod(given[d] for d in sources)) != (
            right := prod(made[d] for d in targets)
        ):
            if left < right:
                sources.append(waiting.pop(0))
            else:
                targets.append(coming.pop(0))
        groups.append((tuple(sources), tuple(targets)))
    return groups
