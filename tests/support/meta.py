"""Networks on torch's meta device, where shapes flow and nothing is computed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

aten = torch.ops.aten


class Quick(TorchDispatchMode):  # type: ignore[no-untyped-call, unused-ignore]  # of some releases
    """Answers at once what torch works out in Python on the meta device, for milliseconds each.

    These are activations, batch norms and their gradients, whose outputs have the shapes of what
    is given, if that is contiguous, and the drawing of weights, which gives back what it fills:
    most of the time of a network there goes into them. All else is torch's.
    """

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call, unused-ignore]

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        answer = ANSWERS.get(func)
        if answer is None or not all(_is_plain(each) for each in args[:2]):
            return func(*args, **(kwargs or {}))
        return answer(*args)


def _is_plain(given: Any) -> bool:
    return not isinstance(given, Tensor) or (given.is_meta and given.is_contiguous())


def _like(given: Tensor, *_: Any) -> Tensor:
    return torch.empty(given.shape, dtype=given.dtype, device="meta")  # empty_like is as slow


def _itself(given: Tensor, *_: Any) -> Tensor:
    return given


def _gradient(_: Tensor, given: Tensor, *__: Any) -> Tensor:
    return _like(given)


def _batch_norm(given: Tensor, *_: Any) -> tuple[Tensor, Tensor, Tensor]:
    return _like(given), _channels(given), _channels(given)


def _batch_norm_gradients(_: Tensor, given: Tensor, *rest: Any) -> tuple[Tensor | None, ...]:
    for_input, for_weight, for_bias = rest[-1]
    return (
        _like(given) if for_input else None,
        _channels(given) if for_weight else None,
        _channels(given) if for_bias else None,
    )


def _channels(given: Tensor) -> Tensor:
    """A number for each channel."""
    return torch.empty(given.shape[1], dtype=given.dtype, device="meta")


ANSWERS: dict[Any, Callable[..., Any]] = {
    aten.normal_.default: _itself,
    aten.uniform_.default: _itself,
    aten.fill_.Scalar: _itself,
    aten.zero_.default: _itself,
    aten.relu.default: _like,
    aten.hardswish.default: _like,
    aten.hardsigmoid.default: _like,
    aten.silu.default: _like,
    aten.sigmoid.default: _like,
    aten.gelu.default: _like,
    aten.hardtanh.default: _like,
    aten.threshold_backward.default: _gradient,
    aten.hardswish_backward.default: _gradient,
    aten.hardsigmoid_backward.default: _gradient,
    aten.silu_backward.default: _gradient,
    aten.sigmoid_backward.default: _gradient,
    aten.gelu_backward.default: _gradient,
    aten.hardtanh_backward.default: _gradient,
    aten.native_batch_norm.default: _batch_norm,
    aten.native_batch_norm_backward.default: _batch_norm_gradients,
}
