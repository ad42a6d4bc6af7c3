"""Networks on torch's meta device, where shapes flow and nothing is computed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import torch
from torch import Tensor
from torch.nn import functional
from torch.nn.attention import SDPBackend
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


@contextmanager
def attending_as_on_cpu() -> Iterator[None]:
    """Has attention done on the meta device by the kernel that torch chooses for it on the CPU.

    Left alone it is done there in steps, which keep other tensors.
    """
    as_it_is = functional.scaled_dot_product_attention

    def attend(
        query: Tensor,
        key: Tensor,
        value: Tensor,
        attn_mask: Tensor | None = None,
        dropout_p: float = 0.0,
        is_causal: bool = False,
        **named: Any,
    ) -> Tensor:
        given = (query, key, value, attn_mask, dropout_p, is_causal)
        chosen = torch._fused_sdp_choice(*map(_on_cpu, given), **named)
        if chosen != SDPBackend.FLASH_ATTENTION.value:
            return as_it_is(*given, **named)
        kernel = aten._scaled_dot_product_flash_attention_for_cpu
        made: Tensor = kernel(
            *(query, key, value, dropout_p, is_causal),
            attn_mask=attn_mask,
            scale=named.get("scale"),
        )[0]
        return made

    # A function mode is not asked: torch's module of several heads calls it out of its sight.
    with patch.object(functional, "scaled_dot_product_attention", attend):
        yield


def _on_cpu(given: Any) -> Any:
    """A tensor of the same form on the CPU, whose elements nobody writes."""
    if not isinstance(given, Tensor):
        return given
    made = torch.empty_strided(given.shape, given.stride(), dtype=given.dtype)
    return made.requires_grad_(given.requires_grad)


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
