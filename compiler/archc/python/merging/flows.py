"""The merged lines of a ``forward``, as data.

A value of the graph belongs to one instance. Here those that instances have at one place become
one ``Variable``. Where instances read different ones, because something is absent in some of them
or since a loop goes round, a variable of the condition (``Join``) or of the loop (``Carried``)
holds what they read.
"""

from __future__ import annotations

from typing import TypeAlias

from archc.python.merging.merge import Fold, Inst, Item, When
from archir.base.record import Struct, fresh
from archir.graph.graph import Value
from archir.graph.modules import Compute, Fetch, ModuleCall


class Variable(Struct):
    """A value of ``forward``; ``name`` is the text's."""

    name: str | None = None
    values: dict[Inst, Value] = fresh(factory=dict)
    """The value of the graph that it is in each instance, where it is one."""


class Step(Struct):
    """One line, for all instances that have it."""

    item: Item
    inputs: list[Variable]
    outputs: list[Variable]
    training: bool

    @property
    def line(self) -> ModuleCall | Compute | Fetch:
        """The line of one instance."""
        line: ModuleCall | Compute | Fetch = next(iter(self.item.by.values()))
        return line


class Carried(Struct):
    """A variable that goes round a loop: what it begins with, and what a turn leaves in it."""

    variable: Variable
    wanted: dict[Inst, Value]
    """The value in it when a turn begins; behind the loop, for the instance around it."""

    out: Variable
    """What is in it behind the loop."""

    first: Variable | None = None
    last: Variable | None = None
    enters: bool = False
    """Whether it is the current value, as far as the text says: there is one of it."""


class Around(Struct):
    """A loop of the text."""

    fold: Fold
    body: list[Flow]
    carried: list[Carried]


class Join(Struct):
    """A variable that has one of several values behind a condition; ``other`` where no arm is."""

    variable: Variable
    arms: list[Variable | None]
    other: Variable | None


class Choice(Struct):
    """What only some instances run."""

    when: When
    arms: list[list[Flow]]
    joins: list[Join]


Flow: TypeAlias = "Step | Around | Choice"


class Lines(Struct):
    """A whole ``forward``."""

    inputs: list[Variable]
    body: list[Flow]
    results: list[Variable]
