"""What the pass over a body meets: torch's modules in it, and what holds raw parameters."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from archc.python.code.library import Library
from archir.base.record import Record
from archir.graph import modules
from archir.graph.graph import Slot
from archir.graph.modules import Child, Module, Network, Path
from archir.init.init_rules import Given
from archir.op.contract import Op


class Leaf(Record):
    """A module of torch's: what may be drawn in it."""

    torch_class: str
    op: Op
    parameters: tuple[str, ...]
    overrides: tuple[tuple[str, Given], ...]


class Found(Record):
    """A torch module below a body, and whether its ``with`` is drawn in the body's own pass."""

    name: str
    leaf: Leaf
    is_mine: bool
    slot: Slot
    home: Network
    """Of what definition it is."""


Held: TypeAlias = "tuple[str, list[str]]"
"""The name of a module, and its raw parameters."""


def below(network: Network, library: Library) -> Iterator[Found]:
    """All of torch's modules in a network, in the order of ``modules()``."""
    stack: list[tuple[Child, Path, bool, Network]] = []

    def put(outer: Module, path: Path, is_mine: bool, home: Network) -> None:
        inner = [(child, (*path, child.name), is_mine, home) for child in modules.children(outer)]
        stack.extend(reversed(inner))

    put(network, (), True, network)
    while stack:
        child, path, is_mine, home = stack.pop()
        module = child.module
        if isinstance(module, modules.LeafModule):
            specs = module.op.initialised(module.types)
            leaf = Leaf(
                library.make(module.make).function,
                module.op,
                tuple([spec.name for spec in specs if not spec.is_buffer]),
                module.overrides,
            )
            yield Found(".".join(path), leaf, is_mine, child.slot, home)
            continue
        if isinstance(module, Network) and module.kind == "definition":
            home = module
        put(module, path, is_mine and not _draws(module), home)


def _draws(module: Module) -> bool:
    """Whether a module has a pass of its own."""
    return (
        isinstance(module, Network) and module.kind == "definition" and module.definition.has_init
    )


def holders(network: Network) -> Iterator[Held]:
    """The names of all that is in a network but torch's own modules, with its raw parameters."""
    stack: list[tuple[Module, Path]] = [(network, ())]
    while stack:
        module, path = stack.pop()
        held: list[str] = []
        if not isinstance(module, modules.LeafModule):
            raws = (entry.parameter for entry in module.entries if isinstance(entry, modules.Raw))
            held = [parameter.name for parameter in raws if not parameter.is_buffer]
        yield ".".join(path), held
        if not isinstance(module, modules.LeafModule):
            inner = [(child.module, (*path, child.name)) for child in modules.children(module)]
            stack.extend(reversed(inner))
