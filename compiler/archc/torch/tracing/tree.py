"""The tree of a module's parts, as data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from archc.torch.modules import plan_if_ours
from archc.torch.tracing.constructors import Arguments
from archc.torch.tracing.record import Child
from archc.torch.tracing.watch import attributes


def children(net: nn.Module, arguments: Arguments) -> dict[str, Child]:
    """Every module by its path, those that are there twice by the first of their paths."""
    return {path: _child(path, module, arguments) for path, module in net.named_modules()}


def _child(path: str, module: nn.Module, arguments: Arguments) -> Child:
    unsaved = module._non_persistent_buffers_set
    weights = [
        (name, tuple(tensor.shape), str(tensor.dtype).removeprefix("torch."), name not in unsaved)
        for name, tensor in (*module._parameters.items(), *module._buffers.items())
        if tensor is not None
    ]
    kind, given = type(module).__name__, arguments.get(id(module))
    plan = plan_if_ours(module)
    if plan is not None:
        kind, given = plan.name, dict(plan.arguments)
    elif given is None:
        given = {
            k: v for k, v in attributes(module).items() if isinstance(v, bool | int | float | str)
        }
    return Child(
        path,
        kind,
        tuple([name for name, child in module._modules.items() if child is not None]),
        tuple(weights),
        frozenset(name for name, tensor in module._parameters.items() if tensor is not None),
        given,
        isinstance(module, nn.Sequential | nn.ModuleList),
    )


def shared(net: nn.Module) -> dict[str, str]:
    """The keys of parameters that are another one's tensor, and the key of that one."""
    first: dict[int, str] = {}
    same: dict[str, str] = {}
    for key, tensor in net.named_parameters(remove_duplicate=False):
        if id(tensor) in first:
            same[key] = first[id(tensor)]
        first.setdefault(id(tensor), key)
    return same


def elements(tensor: Tensor) -> Any:
    """The elements of a buffer or constant, as nested lists of what Python has for them."""
    return tensor.detach().cpu().tolist()


def buffer_data(net: nn.Module) -> dict[str, Any]:
    """The elements of every buffer of a user's own, by key."""
    return {
        key: elements(tensor) for key, tensor in net.named_buffers() if tensor.numel() <= 1 << 16
    }


def known_classes(names: Mapping[str, object]) -> dict[str, str]:
    """The full names of classes that ops are read from; those without a dot are of torch.nn."""
    found: dict[str, str] = {}
    for name in names:
        if "." in name:
            found[name] = name
        elif isinstance(kind := getattr(torch.nn, name, None), type):
            found[f"{kind.__module__}.{kind.__qualname__}"] = name
    return found
