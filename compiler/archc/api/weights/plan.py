"""``archc.plan_weights``: how weights would fit a model, before anything is built."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from archc.api.functions import FileOrSource, read, settings_of
from archc.api.weights import taking_of
from archc.errors import ArchError, ToolError, WeightsError
from archc.render.weights.plan import WeightsPlan
from archc.request.settings import SettingValue
from archir.difference.keys import state_of
from archir.graph.flat import flatten
from archir.weights.likely import SPARE, likely
from archir.weights.state import StateEntry, match
from archir.weights.taking import Fit, Match, Taking

if TYPE_CHECKING:
    from archc.torch.weight_files.read import Weights
    from archir.graph.typed import TypedGraph


def plan_weights(
    path: FileOrSource,
    weights: Weights,
    model: str | None = None,
    /,
    *,
    match: Match = "all",
    map: Mapping[str, str | None] | None = None,  # noqa: A002  (what load calls weights_map)
    fit: Mapping[str, Fit] | None = None,
    strip_prefix: bool = False,
    allow_pth: bool = False,
    settings: Mapping[str, SettingValue] | None = None,
    **parameters: SettingValue,
) -> WeightsPlan:
    """How weights would fit the model of a file, block by block; nothing is built or copied.

    The arguments are those of ``load`` and ``load_weights``. Of a safetensors file the header is
    read, without torch. What may be other names of keys is guessed, for a person to look at.

    Raises ``WeightsError`` where the weights cannot be read, and what ``load`` raises.
    """
    from archc import pipeline

    taking = taking_of(match, map, fit, strip_prefix)
    source, where, found = read(path)
    typed = None
    if not found.has_errors:
        given = settings_of(plan_weights, settings, parameters)
        typed, problems = pipeline.compile_source(source, where, model, given)
        found.extend(problems)
    if typed is None:
        raise ArchError(found)
    return planned(typed, weights, taking, allow_pth)


def planned(typed: TypedGraph, weights: Weights, taking: Taking, allow_pth: bool) -> WeightsPlan:
    """How weights would fit a checked model."""
    from archc.torch.weight_files.refusal import WeightsRefusedError, WeightsUnavailableError

    try:
        name, entries = _stored(weights, taking, allow_pth)
    except WeightsRefusedError as error:
        raise WeightsError(error.message, error.hint) from None
    except WeightsUnavailableError as error:
        raise ToolError(error.message, error.hint) from None
    model = state_of(flatten(typed))
    spare = frozenset(entry.key for entry in model if entry.key.endswith(SPARE))
    matching = match(model, entries, spare, taking)
    return WeightsPlan(name, taking, matching, likely(matching))


def _stored(
    weights: Weights, taking: Taking, allow_pth: bool
) -> tuple[str, tuple[StateEntry, ...]]:
    """What a file has, and its name: that of safetensors is read without torch."""
    from archc.torch.weight_files.header import header_of

    if isinstance(weights, str | Path) and not str(weights).startswith("torchvision:"):
        header = header_of(Path(weights), str(weights))
        if header is not None:
            return str(weights), header.entries
    from archir.base.optional import require

    require("torch")
    from archc.torch.weight_files.read import open_weights

    stored = open_weights(weights, allow_pth, opens=taking.strips_prefix)
    return stored.name, stored.entries
