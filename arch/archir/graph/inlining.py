"""Lines that stand where a module is applied, and not in its own ``forward``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from archir.base.record import replaced
from archir.graph.graph import RawParameter, Slot, Value
from archir.graph.modules import Module, Path

Places: TypeAlias = "Mapping[Slot | RawParameter, Path]"
"""The way to everything that a definition registers, from its own module."""


class Standing:
    """Where lines stand: in which module, and, inlined, on whose modules."""

    def __init__(
        self, depth: int = 0, made: Mapping[Slot, Module] | None = None, prefix: Path = ()
    ) -> None:
        self.depth = depth
        self.made = made
        """The modules that are really there, if they are another definition's."""

        self.prefix = prefix
        self.real: dict[Slot, Slot] = {}
        """For a slot that one which is really there."""

        self.values: dict[Value, Value] = {}
        """Of what is inlined: the values of this inlining."""

    def path(self, place: Path) -> Path:
        """The way to a place of the definition from where the lines stand."""
        return (*self.prefix, *place[self.depth :])

    def make(self, values: tuple[Value, ...]) -> tuple[Value, ...]:
        """What a line makes: inlined, values of this inlining."""
        if self.made is None:
            return values
        for value in values:
            self.values[value] = replaced(value)
        return tuple([self.values[value] for value in values])

    def find(self, places: Places, there: Places) -> None:
        """Find the modules of one definition among those of another, which has the same names."""
        known = {place: entry for entry, place in there.items()}
        for entry, place in places.items():
            real = known.get(place)
            if isinstance(entry, Slot) and isinstance(real, Slot):
                self.real[entry] = real
