"""Modules: what torch is to build of a typed graph, as data.

``archir.graph.lowering`` makes them; ``archc.torch`` performs them and ``archc.python`` prints
them, so a live module and its printed source hold the same children and run the same lines. A
module has *entries*, in the order in which they are constructed, and one with a ``forward`` of its
own has *lines*: calls of modules inside, code that is computed, raw parameters that are read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, TypeAlias

from archir.base.record import Record, Struct
from archir.graph.graph import (
    Apply,
    Definition,
    Group,
    Output,
    RawParameter,
    Read,
    Slot,
    Use,
    Value,
)
from archir.init.init_rules import Given
from archir.op.contract import Op
from archir.op.recipe import Call as CallCode
from archir.op.recipe import Calling, Code
from archir.shapes.types import TensorType

Path: TypeAlias = tuple[str, ...]
"""Names on the way from a module down to one inside it."""

Holder: TypeAlias = Literal["module", "sequential", "list", "dict"]
"""How children are held: as attributes, in an nn.Sequential, nn.ModuleList or nn.ModuleDict."""


# --- what a forward does ------------------------------------------------------------------------


class ModuleCall(Struct):
    """A module inside is called, with its inputs or as ``calling`` says."""

    path: Path
    inputs: tuple[Value, ...]
    outputs: tuple[Value, ...]
    step: Apply | Use | Group
    calling: Calling | None = None


class Compute(Struct):
    """A plain function of tensors: closed code, with every size in it read off what flows in."""

    code: Code
    inputs: tuple[Value, ...]
    outputs: tuple[Value, ...]
    step: Apply


class Fetch(Struct):
    """A raw parameter or buffer is read."""

    path: Path
    outputs: tuple[Value, ...]
    step: Read
    inputs: tuple[Value, ...] = ()


class Training(Struct):
    """Lines that run in training mode alone."""

    lines: list[Line]


Line: TypeAlias = "ModuleCall | Compute | Fetch | Training"


# --- what is held -------------------------------------------------------------------------------


class LeafModule(Struct):
    """A module of torch's, or of an installed package: ``make`` is its constructor's recipe."""

    op: Op
    make: CallCode
    types: tuple[TensorType, ...]
    """What flows into its first use, at the default sizes."""

    overrides: tuple[tuple[str, Given], ...]
    around: CallCode | None = None
    """What is called with it when it is made."""


class Container(Struct):
    """Children that are applied by what is around it: it has no ``forward`` that is run."""

    holder: Holder
    entries: list[Entry]


class Network(Struct):
    """A module with a ``forward`` of its own; a ``sequential`` runs its children in order.

    It is a definition's (all uses of it have modules like this one), a labelled group's, or that
    of a function which has a slot.
    """

    name: str
    kind: Literal["definition", "group", "function"]
    definition: Definition
    """The definition that it is, or is inside of."""

    holder: Holder
    entries: list[Entry]
    inputs: tuple[Value, ...]
    lines: list[Line]
    results: tuple[Output, ...]

    @property
    def is_chain(self) -> bool:
        """Whether it runs its children one after the other, each once, and does no more."""
        return self.holder == "sequential"


Module: TypeAlias = "LeafModule | Container | Network"


class Child(Struct):
    """A child, and the name that it has in its parent."""

    name: str
    slot: Slot
    module: Module


class Raw(Struct):
    """A raw parameter or buffer."""

    parameter: RawParameter


Entry: TypeAlias = "Child | Raw"


class Modules(Record):
    """All of a model: the network of each definition, those inside before those that use them."""

    networks: dict[Definition, Network]
    root: Network


# --- reading them -------------------------------------------------------------------------------


def children(module: Module) -> Iterator[Child]:
    """The children of a module."""
    if not isinstance(module, LeafModule):
        for entry in module.entries:
            if isinstance(entry, Child):
                yield entry


def is_numbered(entries: list[Entry]) -> bool:
    """Whether children alone are held, which are called 0, 1, 2 and so on."""
    return all(
        isinstance(entry, Child) and entry.name == str(index) for index, entry in enumerate(entries)
    )


def flattened(
    lines: list[Line], *, training: bool = True
) -> Iterator[ModuleCall | Compute | Fetch]:
    """The lines that run in a mode."""
    for line in lines:
        if not isinstance(line, Training):
            yield line
        elif training:
            yield from flattened(line.lines)


class Signatures:
    """What ``forward``s do, as keys: equal ones do the same on modules of the same names."""

    def __init__(self) -> None:
        self._known: dict[Network, object] = {}

    def of(self, network: Network) -> object:
        """The key of a network; its modules count by what they do, and by their names."""
        if network not in self._known:
            names = {child.name: child.module for child in children(network)}
            numbers = {value: index for index, value in enumerate(network.inputs)}
            lines = self._lines(network.lines, numbers, names)
            results = tuple(
                (numbers.get(r.value), r.name, r.when_training) for r in network.results
            )
            self._known[network] = (len(network.inputs), lines, results)
        return self._known[network]

    def _lines(
        self, lines: list[Line], numbers: dict[Value, int], names: dict[str, Module]
    ) -> tuple[object, ...]:
        def number(values: tuple[Value, ...]) -> tuple[int, ...]:
            return tuple([numbers.setdefault(value, len(numbers)) for value in values])

        keys: list[object] = []
        for line in lines:
            if isinstance(line, Training):
                keys.append(("training", self._lines(line.lines, numbers, names)))
            elif isinstance(line, Compute):
                keys.append((line.code, number(line.inputs), number(line.outputs)))
            else:
                what = self._called(line.path, names) if isinstance(line, ModuleCall) else "read"
                calling = line.calling if isinstance(line, ModuleCall) else None
                keys.append((line.path, what, calling, number(line.inputs), number(line.outputs)))
        return tuple(keys)

    def _called(self, path: Path, names: dict[str, Module]) -> object:
        module = names[path[0]]
        for name in path[1:]:
            module = next(child.module for child in children(module) if child.name == name)
        return self.of(module) if isinstance(module, Network) else None


def is_chain(
    entries: list[Entry],
    lines: list[Line],
    inputs: Sequence[Value],
    results: Sequence[Output],
) -> bool:
    """Whether the lines call the children in order, each once, and do no more.

    Then the module is an nn.Sequential.
    """
    if len(inputs) != 1 or len(lines) != len(entries):
        return False
    current = tuple(inputs)
    for line, entry in zip(lines, entries, strict=True):
        if not isinstance(line, ModuleCall) or not isinstance(entry, Child):
            return False
        if line.calling is not None:
            return False
        if line.path != (entry.name,) or line.inputs != current or len(line.outputs) != 1:
            return False
        current = line.outputs
    return current == tuple(result.value for result in results)
