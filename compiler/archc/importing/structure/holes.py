"""Holes filled: what differs from instance to instance is a parameter, or follows from one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

from archc.importing.nodes import ABSENT, Hole
from archir.init.values import show_constant

Vector = list[Any]

WIDEST = 16
"""The largest whole number of which a parameter may have a default: no width is the usual one."""


class Solver:
    """Fills the holes of one block. ``given`` is what the class's constructor was given."""

    def __init__(
        self, given: Mapping[str, Vector], entry: Vector, taken: set[str], count: int
    ) -> None:
        self.entry = entry
        self.taken = taken
        self.count = count
        known = {name: each for name, each in given.items() if _tells(each)}
        self.given = {name: each for name, each in known.items() if each != entry}
        self.entry_name = next((name for name, each in known.items() if each == entry), "inputs")
        self.parameters: dict[str, Vector] = {}
        self.lets: dict[str, str] = {}

    def fill(self, holes: Sequence[Hole]) -> None:
        """Give each hole its text; parameters are made where nothing else fits."""
        plain = [each for each in holes if not each.is_condition and not each.is_one]
        for hole in plain:
            if (name := self.named(hole.values)) is not None:
                hole.text = name
        for hole in plain:
            if not hole.text:
                hole.text = self.derived(hole) or self.parameter(hole)
        for hole in holes:
            if hole.is_condition:
                hole.text = self.condition(hole)
            elif hole.is_one:
                hole.text = self.one(hole)

    def use(self, name: str) -> str:
        if name not in self.parameters:
            self.parameters[name] = self.given[name]
            self.taken.add(name)
        return name

    def named(self, values: Vector) -> str | None:
        """The parameter that it is, or what the constructor calls it."""
        for name, each in (*self.parameters.items(), *self.given.items()):
            if _equal(values, each) and (name in self.parameters or name not in self.taken):
                return self.use(name)
        return None

    def one(self, hole: Hole) -> str:
        """The constructor's own name for what is the same wherever it is; or what it is."""
        its = self.given.get(hole.name, self.parameters.get(hole.name, []))
        if _equal(hole.values, its) and self.may_be(hole.name):
            return self.use(hole.name)
        return show_constant(next(each for each in hole.values if each != ABSENT))

    def derived(self, hole: Hole) -> str | None:
        """What it is of the channels at hand, and of parameters."""
        values = hole.values
        if _tells(hole.channels) and _equal(values, hole.channels):
            return "_.channels"
        if not all(isinstance(each, int) for each in values if each != ABSENT):
            return None
        for text, each, name in self.counts() if hole.is_count else self.formulas(hole):
            if _equal(values, each):
                if name:
                    self.use(name)
                if "{entry}" in text:
                    return text.replace("{entry}", self.let_entry())
                return text
        return None

    def let_entry(self) -> str:
        self.lets[self.entry_name] = "_.channels"
        self.taken.add(self.entry_name)
        return self.entry_name

    def formulas(self, hole: Hole) -> Iterator[tuple[str, Vector, str]]:
        own = self.numbers()
        here: list[tuple[str, Vector]] = []
        if _whole(hole.channels):
            here.append(("_.channels", hole.channels))
        for name, each in own:
            for text, its in here:
                yield f"{text} * {name}", _with(its, each, lambda a, b: a * b), name
                yield (
                    f"{text} // {name}",
                    _with(its, each, lambda a, b: a // b if b else None),
                    name,
                )
        for by in (2, 3, 4, 6, 8, 16):
            for text, its in here:
                yield f"{text} * {by}", _with(its, [by] * len(its), lambda a, b: a * b), ""
                yield f"{text} // {by}", _with(its, [by] * len(its), lambda a, b: a // b), ""
            for name, each in own:
                yield f"{name} * {by}", _with(each, [by] * len(each), lambda a, b: a * b), name
                yield f"{name} // {by}", _with(each, [by] * len(each), lambda a, b: a // b), name
        if _whole(self.entry):
            yield "{entry}", self.entry, ""
            for name, each in own:
                yield f"{{entry}} * {name}", _with(self.entry, each, lambda a, b: a * b), name
            for by in (2, 3, 4, 6, 8, 16):
                bys = [by] * len(self.entry)
                yield f"{{entry}} * {by}", _with(self.entry, bys, lambda a, b: a * b), ""
                yield f"{{entry}} // {by}", _with(self.entry, bys, lambda a, b: a // b), ""

    def counts(self) -> Iterator[tuple[str, Vector, str]]:
        """What a number of turns may be: one less than a parameter."""
        for name, each in self.numbers():
            for by in (1, 2):
                yield f"{name} - {by}", _with(each, [by] * len(each), lambda a, b: a - b), name

    def numbers(self) -> list[tuple[str, Vector]]:
        known = [*self.parameters.items()]
        known += [pair for pair in self.given.items() if pair[0] not in self.parameters]
        return [(name, each) for name, each in known if _whole(each) and self.may_be(name)]

    def may_be(self, name: str) -> bool:
        return name in self.parameters or name not in self.taken

    def parameter(self, hole: Hole) -> str:
        """A new parameter, named by the argument that it is of."""
        name, number = hole.name, 2
        while name in self.taken:
            name, number = f"{hole.name}_{number}", number + 1
        self.taken.add(name)
        self.parameters[name] = hole.values
        return name

    # --- conditions -------------------------------------------------------------------------------

    def condition(self, hole: Hole) -> str:
        atoms = list(self.atoms(hole))
        for text, each, name in atoms:
            if _equal(hole.values, each):
                if name:
                    self.use(name)
                return text
        for (one, first, name), (two, second, another) in combinations(atoms, 2):
            if name == another and name:
                continue
            for word, both in (
                ("or", [_or(a, b) for a, b in zip(first, second, strict=True)]),
                ("and", [_and(a, b) for a, b in zip(first, second, strict=True)]),
            ):
                if _equal(hole.values, both):
                    for used in (name, another):
                        if used:
                            self.use(used)
                    return f"{one} {word} {two}"
        return self.parameter(hole)

    def atoms(self, hole: Hole) -> Iterator[tuple[str, Vector, str]]:
        known = [*self.parameters.items()]
        known += [pair for pair in self.given.items() if pair[0] not in self.parameters]
        known = [pair for pair in known if self.may_be(pair[0])]
        known.sort(key=lambda pair: len({show(each) for each in pair[1]}))
        for name, each in known:
            if all(isinstance(one, bool) for one in each if one != ABSENT):
                yield name, each, name
                yield f"not {name}", [_not(one) for one in each], name
        for name, each in known:
            if _whole(each):
                yield from _comparisons(name, each, hole.channels)

    def defaults(self, order: Sequence[str]) -> dict[str, Any]:
        """The parameters, those without a default first, as the constructor has them."""
        places = {name: place for place, name in enumerate(order)}
        names = sorted(self.parameters, key=lambda name: places.get(name, len(places)))
        found = {name: self.default(self.parameters[name]) for name in names}
        required = [name for name in names if found[name] == ABSENT]
        return {name: found[name] for name in (*required, *(n for n in names if n not in required))}

    def default(self, values: Vector) -> Any:
        here = [each for each in values if each != ABSENT]
        if len(here) < len(values):
            return here[0]
        if any(type(each) is int and each > WIDEST for each in here):
            return ABSENT
        usual = max(here, key=lambda each: sum(_same(each, one) is True for one in here))
        often = sum(_same(usual, one) is True for one in here)
        return usual if 2 * often > len(here) or isinstance(usual, bool) else ABSENT


def _comparisons(name: str, values: Vector, channels: Vector) -> Iterator[tuple[str, Vector, str]]:
    """What a number may be compared with: one of its values, and the channels at hand."""
    for value in sorted({one for one in values if one != ABSENT})[:2]:
        yield f"{name} != {value}", [_not(_same(one, value)) for one in values], name
        yield f"{name} == {value}", [_same(one, value) for one in values], name
    for by in (1, 2, 4) if _whole(channels) else ():
        pairs = zip(channels, values, strict=True)
        same = [ABSENT if ABSENT in (a, b) else a == by * b for a, b in pairs]
        text = name if by == 1 else f"{name} * {by}"
        yield f"_.channels != {text}", [_not(each) for each in same], name
        yield f"_.channels == {text}", same, name


def _tells(values: Vector) -> bool:
    return len({show(each) for each in values if each != ABSENT}) > 1


def show(value: Any) -> str:
    """A constant as text, with its type."""
    return f"{type(value).__name__} {show_constant(value) if value != ABSENT else value}"


def _whole(values: Vector) -> bool:
    return bool(values) and all(
        isinstance(each, int) and not isinstance(each, bool) for each in values if each != ABSENT
    )


def _same(one: Any, other: Any) -> Any:
    if ABSENT in (one, other) if isinstance(one, str) or isinstance(other, str) else False:
        return ABSENT
    return type(one) is type(other) and one == other


def _not(value: Any) -> Any:
    return value if value == ABSENT else not value


def _or(one: Any, other: Any) -> Any:
    if one is True or other is True:
        return True
    return ABSENT if ABSENT in (one, other) else False


def _and(one: Any, other: Any) -> Any:
    if one is False or other is False:
        return False
    return ABSENT if ABSENT in (one, other) else True


def _equal(values: Vector, other: Vector) -> bool:
    """Whether two say the same of each instance that has the stage."""
    if not other:
        return False
    return all(
        one == ABSENT or (each != ABSENT and type(one) is type(each) and one == each)
        for one, each in zip(values, other, strict=True)
    )


def _with(one: Vector, other: Vector, make: Any) -> Vector:
    return [ABSENT if ABSENT in (a, b) else make(a, b) for a, b in zip(one, other, strict=True)]
