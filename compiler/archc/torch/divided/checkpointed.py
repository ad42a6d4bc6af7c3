"""Modules that keep nothing in the forward pass, and run again when the backward pass comes.

torch's ``checkpoint`` does it. A module becomes one by its class, as in torch's ``fully_shard``: so
its keys and its children stay what they are.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

import torch
from torch import nn
from torch.utils.checkpoint import checkpoint


class Checkpointed:
    """What stands before a module's own class."""

    def forward(self, *inputs: Any) -> Any:
        """The same as its own, computed again in the backward pass."""
        own = super().forward  # type: ignore[misc]  # that of the module's class
        if not torch.is_grad_enabled():
            return own(*inputs)
        return checkpoint(own, *inputs, use_reentrant=False, context_fn=self._contexts)

    def _contexts(self) -> tuple[AbstractContextManager[None], AbstractContextManager[None]]:
        return nullcontext(), _unchanged_buffers(self)  # type: ignore[arg-type]  # it is a module

    def __reduce__(self) -> tuple[Any, ...]:
        return _blank, (type(self).__mro__[2],), self.__dict__


@contextmanager
def _unchanged_buffers(module: nn.Module) -> Iterator[None]:
    """Has a module work on copies of its buffers: running statistics have seen this batch."""
    owners = [(each, dict(each._buffers)) for each in module.modules() if each._buffers]
    for owner, buffers in owners:
        owner._buffers = {
            name: None if buffer is None else buffer.clone() for name, buffer in buffers.items()
        }
    try:
        yield
    finally:
        for owner, buffers in owners:
            owner._buffers = buffers


def make_checkpointed(module: nn.Module) -> None:
    """Have a module checkpointed from here on, once."""
    if not isinstance(module, Checkpointed):
        module.__class__ = _class(type(module))


_CLASSES: dict[type[nn.Module], type[nn.Module]] = {}


def _class(own: type[nn.Module]) -> type[nn.Module]:
    if own not in _CLASSES:
        _CLASSES[own] = type(f"Checkpointed{own.__name__}", (Checkpointed, own), {})
    return _CLASSES[own]


def _blank(own: type[nn.Module]) -> nn.Module:
    """An empty module of a class of these, while one is copied or unpickled."""
    made = _class(own)
    return made.__new__(made)
