"""Initial weights: torch.nn.init's functions, and the passes that apply a definition's rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import torch
from torch import Tensor, nn

from archc.torch.skipping import is_skipped
from archir.init.formulas import arguments_for
from archir.init.init_rules import RAW, Given, Initialiser, InitRule, Tie, matches
from archir.init.initialisers import INITIALISERS

FUNCTIONS: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {name: getattr(nn.init, f"{name}_") for name in INITIALISERS}
)


@dataclass(slots=True)
class DrawnLeaf:
    """A module made for one op, or what holds raw parameters, while the model is constructed."""

    keyword: str
    overrides: Mapping[str, Given]
    places: Mapping[str, str] = field(default_factory=dict)
    """Where the tensors are that are drawn by a name, where some are not at that name."""

    drawn: set[str] = field(default_factory=set)
    """The overrides that a pass has drawn: they are final."""


def draw(tensor: Tensor, initialiser: Initialiser, weight: Tensor | None = None) -> None:
    """Fill a parameter or buffer in place.

    A bias has no fans of its own: it takes those of the weight beside it, as torch's layers do.
    """
    if is_skipped(tensor):
        return
    beside = None if weight is None else tuple(weight.shape)
    arguments = arguments_for(initialiser, tuple(tensor.shape), beside)
    with torch.no_grad():
        FUNCTIONS[initialiser.function](tensor, **arguments)


def run_pass(
    module: nn.Module, rules: tuple[InitRule, ...], leaves: Mapping[nn.Module, DrawnLeaf]
) -> None:
    """Apply a definition's rules to its modules in ``modules()`` order.

    Each parameter is drawn at most once: by its own ``with`` if no inner pass has done so, else
    by the last rule that selects it.
    """
    for path, inner in module.named_modules():
        leaf = leaves.get(inner)
        if leaf is None:
            continue
        selected = [rule for rule in rules if matches(rule, leaf.keyword, path)]
        parameters = _drawn(inner, leaf)
        for name, parameter in parameters.items():
            weight = parameters.get("weight") if name == "bias" else None
            if name in leaf.overrides:
                given = leaf.overrides[name]
                if name not in leaf.drawn and not isinstance(given, Tie):
                    draw(parameter, given, weight)
                    _taken_apart(inner, name, leaf)
                    leaf.drawn.add(name)
                continue
            rule = next((rule for rule in reversed(selected) if rule.parameter == name), None)
            if rule is not None:
                draw(parameter, rule.initialiser, weight)
                _taken_apart(inner, name, leaf)


def _drawn(module: nn.Module, leaf: DrawnLeaf) -> dict[str, nn.Parameter]:
    """What may be drawn in a module, by the names that rules have for it."""
    parameters = dict(module.named_parameters(recurse=leaf.keyword != RAW))
    if not leaf.places:
        return parameters
    return {name: parameters[place] for name, place in leaf.places.items() if place in parameters}


def _taken_apart(module: nn.Module, name: str, leaf: DrawnLeaf) -> None:
    """Let torch make of a weight that has been drawn what the layer makes it of."""
    place = leaf.places.get(name, name)
    if place != name:
        setattr(module, name, module.get_parameter(place).detach())
