"""What costs are counted at: sizes, a batch, a dtype, an optimizer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from archc.errors import ArchError, SettingError
from archc.request import requests
from archir.cost.report import Costs
from archir.graph.typed import TypedGraph
from archir.shapes.dims import show

if TYPE_CHECKING:
    from archir.cost.state import Optimizer

MOST_STEPS = 50_000
"""Steps that a summary counts; the largest published networks have about 1,000."""


def costs_at(
    typed: TypedGraph,
    sizes: Mapping[str, int],
    batch: int | None,
    dtype: str,
    optimizer: str,
    *,
    symbolic: bool = False,
) -> Costs:
    """The costs of a checked model. Raises ``SettingError`` for what it does not have."""
    chosen: Optimizer = optimizer  # type: ignore[assignment]  # looked up in the next line but one
    counted = requests.DTYPES[requests.chosen_word(dtype, requests.DTYPES, "dtype")]
    requests.chosen_word(optimizer, requests.OPTIMIZERS, "optimizer")
    given = None if symbolic else sizes_of(typed, sizes, batch)
    _countable(typed)
    return Costs(typed, given, counted, chosen)


def _countable(typed: TypedGraph) -> None:
    """Raise ``ArchError`` for a model of more steps than have rows, before any is made."""
    from archir.graph.bulk import ModelTooLargeError, require

    try:
        require(typed, "a summary", MOST_STEPS)
    except ModelTooLargeError as error:
        raise ArchError([error.diagnostic]) from error


def sizes_of(
    typed: TypedGraph, given: Mapping[str, int], batch: int | None = None
) -> dict[str, int]:
    """The sizes that costs are counted at: the defaults, with those given in their place.

    Raises ``SettingError`` where the model has no such size, and ``ArchError`` where it does not
    run at them.
    """
    defaults = typed.graph.sizes
    wanted = requests.sizes(given)
    if batch is not None:
        number = requests.whole("the batch", "a batch", batch)
        name = batch_size(typed)
        if name in wanted:
            raise SettingError(f"the batch is given twice, as {name} = {wanted[name]} too")
        wanted[name] = number
    requests.known_sizes(wanted, defaults)
    sizes = {**defaults, **wanted}
    if wanted:
        from archir.check.refusal import refusal

        refused = refusal(typed, sizes)
        if refused is not None:
            raise ArchError([refused])
    return sizes


def batch_size(typed: TypedGraph, why: str = "") -> str:
    """The size variable that stands first in every input. ``why`` says what asks for it."""
    root = typed.graph.root
    first = {show(typed.type_of(root, value).shape[0]) for value in root.inputs}
    names = first & typed.graph.sizes.keys()
    if len(first) != 1 or not names:
        begin = ", ".join(sorted(first)) or "nothing"
        raise SettingError(f"{why}{root.name} has no batch size: its inputs begin with {begin}")
    return names.pop()
