"""``archc.load(…, compile="regions")``: the blocks that a text repeats, each compiled once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archc.errors import SettingError
from archc.request.requests import chosen_word
from archir.cost.report import Costs
from archir.graph.typed import TypedGraph
from archir.planning.chain import units

if TYPE_CHECKING:
    from archc.torch.types import nn

WAYS = ("regions",)


def compile_module(module: nn.Module, typed: TypedGraph, way: str, **options: Any) -> int:
    """Have a module's repeated blocks compiled when they first run; how many differ.

    ``options`` are those of ``torch.compile``. Raises ``SettingError`` where no block repeats.
    """
    chosen_word(way, WAYS, "way to compile")
    from archc.torch.divided.regions import compile_regions

    chain = units(Costs(typed, typed.graph.sizes).root)
    found = compile_regions(module, dict.fromkeys(u.path for u in chain if u.is_block), **options)
    if not found:
        raise SettingError(
            f"{typed.graph.root.name} repeats no block, and has no regions",
            "torch.compile(net) compiles all of it",
        )
    return found
