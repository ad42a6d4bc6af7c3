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
        parameters = dict(inner.named_parameters(recurse=leaf.keyword != RAW))
        for name, parameter in parameters.items():
            weight = parameters.get("weight") if name == "bias" else None
            if name in leaf.overrides:
                given = leaf.overrides[name]
                if name not in leaf.drawn and not isinstance(given, Tie):
                    draw(parameter, given, weight)
                    leaf.drawn.add(name)
                continue
            rule = next((rule for rule in reversed(selected) if rule.parameter == name), None)
            if rule is not None:
                draw(parameter, rule.initialiser, weight)
