"""Construction without the draws that nobody sees: all weights are about to be replaced.

Most of a large network's construction is drawing initial weights. While this is on, a function of
``torch.nn.init`` or of tensors that would draw a parameter leaves it as it is in memory; buffers
are filled as always, since not all of them stand in a state dict.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

_skips: ContextVar[bool] = ContextVar("_skips", default=False)

DRAWS = frozenset(
    getattr(nn.init, name)
    for name in (
        "kaiming_normal_", "kaiming_uniform_", "normal_", "trunc_normal_", "uniform_",
        "xavier_normal_", "xavier_uniform_",
    )
) | frozenset(getattr(Tensor, name) for name in ("normal_", "random_", "uniform_"))  # fmt: skip


class _Skipping(TorchFunctionMode):
    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        given = kwargs or {}
        if func in DRAWS:
            target = args[0] if args else given.get("tensor")
            if isinstance(target, nn.Parameter):
                return target
        return func(*args, **given)


@contextmanager
def skipping() -> Iterator[None]:
    """No parameter is drawn inside."""
    token = _skips.set(True)
    try:
        with _Skipping():
            yield
    finally:
        _skips.reset(token)


def is_skipped(tensor: Tensor) -> bool:
    """Whether a tensor need not be drawn."""
    return _skips.get() and isinstance(tensor, nn.Parameter)


@contextmanager
def built_on(device: str | None, is_filled: bool) -> Iterator[None]:
    """Construction on a device, without draws where all weights are filled in afterwards.

    On the meta device there are no numbers, so none are drawn.
    """
    place = None if device is None else torch.device(device)
    skips = is_filled or (place is not None and place.type == "meta")
    with place or _nothing():
        if not skips:
            yield
            return
        with skipping():
            yield


@contextmanager
def _nothing() -> Iterator[None]:
    yield
