"""What each part of a module is given while it runs."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from archc.torch.compare import quiet
from archc.torch.rng import seeded
from archir.base.record import Record

TOP = 2
"""Below which numbers that stand for places in a table are drawn."""


class PartGiven(Record):
    """The tensors that a part is given when it is first called: parameter, extents, dtype."""

    tensors: tuple[tuple[str, tuple[int, ...], str], ...]
    is_alone: bool
    """Whether those are all that it is given: nothing else, and none by a name out of order."""


def given_to_parts(
    net: nn.Module, inputs: list[tuple[tuple[int, ...], str]]
) -> Mapping[str, PartGiven]:
    """By path what each part is given, in evaluation. The module runs once, for real, as far as
    it gets: what it raises is no concern of this."""
    found: dict[str, PartGiven] = {}
    hooks: list[Any] = []
    for path, module in net.named_modules():

        def note(part: nn.Module, args: Any, kwargs: Any, *, path: str = path) -> None:
            found.setdefault(path, _given(part, args, kwargs))

        hooks.append(module.register_forward_pre_hook(note, with_kwargs=True))
    was = {module: module.training for module in net.modules()}
    kept = [(buffer, buffer.clone()) for buffer in net.buffers()]
    try:
        with torch.no_grad(), quiet(), seeded(0):
            net.eval()(*[_drawn(extents, dtype) for extents, dtype in inputs])
    except Exception:
        pass
    finally:
        for hook in hooks:
            hook.remove()
        for module, mode in was.items():
            module.training = mode
        with torch.no_grad():
            for buffer, before in kept:
                buffer.copy_(before)
    return found


def _drawn(extents: tuple[int, ...], dtype: str) -> Tensor:
    if dtype == "float32":
        return torch.randn(extents)
    return torch.randint(TOP, extents).to(getattr(torch, dtype))


def _given(part: nn.Module, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> PartGiven:
    try:
        bound = inspect.signature(part.forward).bind(*args, **kwargs)
    except TypeError:
        return PartGiven((), False)
    names, values = list(bound.arguments), list(bound.arguments.values())
    known = list(bound.signature.parameters)
    defaults = [each.default for each in bound.signature.parameters.values()]
    while values and not isinstance(values[-1], Tensor):
        if values[-1] is not defaults[known.index(names[-1])]:
            return PartGiven((), False)
        names.pop(), values.pop()
    alone = bool(values) and all(isinstance(each, Tensor) for each in values)
    if not alone or names != known[: len(names)]:
        return PartGiven((), False)
    return PartGiven(
        tuple(
            [
                (name, tuple(value.shape), str(value.dtype).removeprefix("torch."))
                for name, value in zip(names, values, strict=True)
            ]
        ),
        True,
    )
