"""The sizes at which a model runs, as ``archc.check(path).valid_sizes`` answers for them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from heapq import merge
from itertools import combinations, count, groupby, pairwise
from typing import TYPE_CHECKING, TypeAlias

from archir.base.diagnostics import nearest as nearest_word
from archir.base.record import Record, replaced
from archir.shapes.arithmetic import substitute
from archir.sizes.sets import SizeSet
from archir.sizes.valid import Open, valid_sizes
from archir.sizes.valid import ValidSizes as Solved
from archir.sizes.words import describe, say

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

Sizes: TypeAlias = "Mapping[str, int]"


class ValidSizes(Solved):
    """The combinations of sizes at which a model runs, one size for each of its size variables.

    Sizes that a question leaves out are those that the file declares.

    >>> sizes = archc.check("examples/unet.arch").valid_sizes
    >>> {"H": 64, "W": 64} in sizes, sizes.contains(H=100)
    (True, False)
    >>> sizes.nearest(H=100)
    {'N': 1, 'H': 96, 'W': 512}
    >>> str(sizes)
    'H, W multiples of 16'
    """

    defaults: Sizes = {}  # noqa: RUF012  (a field's default, which nobody changes)
    """The sizes that the file declares."""

    in_training: Solved | None = None

    @staticmethod
    def of_model(evaluation: Solved, training: Solved, defaults: Sizes) -> ValidSizes:
        """The answers for a model, from what was solved."""
        return _of(evaluation, dict(defaults), training)

    @property
    def training(self) -> ValidSizes:
        """The sizes at which the model runs in training mode: fewer, as a rule."""
        if self.in_training is None:
            return self
        return _of(self.in_training, self.defaults)

    # --- questions ----------------------------------------------------------------------------

    def __contains__(self, sizes: object) -> bool:
        """Whether the model runs at these sizes: a mapping from names to numbers."""
        if not isinstance(sizes, Mapping):
            raise TypeError(f"sizes are a mapping such as {{'H': 64}}, not {sizes!r}")
        return super().__contains__(self._whole(sizes))

    def contains(self, sizes: Sizes | None = None, /, **more: int) -> bool:
        """The same by keyword: ``contains(H=64, W=64)``."""
        return {**(sizes or {}), **more} in self

    def nearest(self, sizes: Sizes | None = None, /, **more: int) -> dict[str, int] | None:
        """The valid combination that differs the least, in all, from the one that is asked for.

        Of equally near ones it is the smallest. None where there is none, or none is known.
        """
        return super().nearest(self._whole({**(sizes or {}), **more}))

    def of(self, name: str, /, **others: int) -> ValidSizesOfOne:
        """The valid sizes of one variable, for given sizes of the others."""
        self._known((name, *others))
        return _of_one(self, name, self._whole(others))

    def __iter__(self) -> Iterator[dict[str, int]]:
        """All combinations, each once, and each after finitely many others.

        Small ones go first. There may be no end of them.
        """
        walks = deque((number, _walk(self.names, box)) for number, box in enumerate(self.boxes))
        while walks:
            number, walk = walks.popleft()
            sizes = next(walk, None)
            if sizes is None:
                continue
            walks.append((number, walk))
            if not any(_lies_in(sizes, box) for box in self.boxes[:number]) and sizes in self:
                yield sizes

    def strategy(self, max_size: int | Sizes | None = None) -> SearchStrategy[dict[str, int]]:
        """A Hypothesis strategy for valid combinations: all up to ``max_size``, and no others.

        ``max_size`` is one bound for all variables, or one for each, as ``{"N": 4, "H": 256}``.
        Without it, it is twice the size that the file declares, or the smallest valid one.
        """
        from archir.base.optional import require

        require("hypothesis")
        from archc.api.strategies import valid_sizes

        bounds: Sizes = max_size if isinstance(max_size, Mapping) else {}
        self._known(bounds)
        smallest = self.smallest() or {}
        most = {
            name: max_size
            if isinstance(max_size, int)
            else bounds.get(name, max(2 * self.defaults.get(name, 1), smallest.get(name, 1)))
            for name in self.names
        }
        return valid_sizes(self, most)

    def __str__(self) -> str:
        """The set in words."""
        return describe(self)

    # --- what is asked ------------------------------------------------------------------------

    def _whole(self, sizes: Sizes) -> dict[str, int]:
        """The sizes in the variables' order, with defaults for those that are not given."""
        self._known(sizes)
        given: Mapping[str, object] = sizes
        for name, size in given.items():
            if not isinstance(size, int) or isinstance(size, bool):
                raise TypeError(f"a size is a whole number: {name} cannot be {size!r}")
        return {name: sizes[name] if name in sizes else self.defaults[name] for name in self.names}

    def _known(self, names: Mapping[str, object] | tuple[str, ...]) -> None:
        for name in names:
            if name not in self.names:
                near = nearest_word(name, self.names)
                known = ", ".join(self.names) or "none"
                hint = f"did you mean {near}?" if near else f"there are: {known}"
                raise ValueError(f"the model has no size {name}; {hint}")


def _of(solved: Solved, defaults: Sizes, training: Solved | None = None) -> ValidSizes:
    return ValidSizes(
        solved.names, solved.boxes, solved.conditions, solved.open, defaults, training
    )


class ValidSizesOfOne(Record):
    """The valid sizes of one variable, the others staying as they are: a union of ``sets``.

    There may be conditions on it without a closed form: those that are ``open``.
    """

    valid: Solved
    name: str

    @property
    def sets(self) -> tuple[SizeSet, ...]:
        """Sets whose union it is, but for what is open."""
        return tuple(dict.fromkeys(box[self.name] for box in self.valid.boxes))

    @property
    def open(self) -> tuple[Open, ...]:
        """Conditions without a closed form."""
        return self.valid.open

    def __contains__(self, size: object) -> bool:
        if not isinstance(size, int) or (self.open and {self.name: size} not in self.valid):
            return False
        return any(size in one for one in self.sets)

    def __iter__(self) -> Iterator[int]:
        """From the smallest on; perhaps without end."""
        return (size for size, _ in groupby(merge(*self.sets)) if size in self)

    def smallest(self) -> int | None:
        """The smallest; None where there is none, or none is known."""
        found = self.valid.smallest()
        return None if found is None else found[self.name]

    def nearest(self, size: int) -> tuple[int, ...]:
        """The nearest below and above, or the size itself; of those without what is open."""
        near = sorted({each for one in self.sets for each in one.nearest(size) if each in self})
        if size in near:
            return (size,)
        below = [each for each in near if each < size][-1:]
        return (*below, *[each for each in near if each > size][:1])

    def __str__(self) -> str:
        """The set in words."""
        said = " or ".join(say(one, one=True) for one in self.sets) or "no size"
        return f"{said}, where {describe(self.valid)}" if self.open else said


def _of_one(valid: Solved, name: str, others: Sizes) -> ValidSizesOfOne:
    """The set for one variable: read off the boxes, or solved anew where something is open."""
    if valid.open:
        fixed = {other: size for other, size in others.items() if other != name}
        conditions = [
            replaced(
                condition,
                left=substitute(condition.left, fixed),
                right=substitute(condition.right, fixed),
            )
            for condition in valid.conditions
        ]
        return ValidSizesOfOne(valid_sizes((name,), conditions), name)
    boxes = [
        {name: box[name]}
        for box in valid.boxes
        if all(others[other] in sizes for other, sizes in box.items() if other != name)
    ]
    sets = {box[name]: box for box in boxes}
    solved = Solved((name,), tuple(sets.values()), ())
    return ValidSizesOfOne(solved, name)


def _lies_in(sizes: Sizes, box: Mapping[str, SizeSet]) -> bool:
    return all(sizes[name] in members for name, members in box.items())


def _walk(names: tuple[str, ...], box: Mapping[str, SizeSet]) -> Iterator[dict[str, int]]:
    """All of a box, by how far its sizes are from the smallest ones, counted in members."""
    columns = [_Column(box[name]) for name in names]
    for far in count():
        if not columns:
            yield {}
            return
        if all(column.ends_before(far) for column in columns) and far > sum(
            len(column.seen) - 1 for column in columns
        ):
            return
        # Bars between the shares of each variable in the whole distance.
        for bars in combinations(range(far + len(names) - 1), len(names) - 1):
            ends = [-1, *bars, far + len(names) - 1]
            shares = [end - start - 1 for start, end in pairwise(ends)]
            pairs = list(zip(columns, shares, strict=True))
            if not any(column.ends_before(share) for column, share in pairs):
                values = (column.seen[share] for column, share in pairs)
                yield dict(zip(names, values, strict=True))


class _Column:
    """The members of a set, looked up by number as far as they are asked for."""

    def __init__(self, sizes: SizeSet) -> None:
        self.rest = iter(sizes)
        self.seen: list[int] = []

    def ends_before(self, number: int) -> bool:
        """Whether there is no member of that number."""
        while len(self.seen) <= number:
            following = next(self.rest, None)
            if following is None:
                return True
            self.seen.append(following)
        return False
