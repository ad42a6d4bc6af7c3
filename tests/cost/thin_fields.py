# ruff: noqa: ARG002  (the functions have torch's signatures)
"""Networks run thinly along one axis, and positively, so that torch shows what they see.

The real module runs, but each of torch's functions that it calls is done on values of one channel
whose other axis has one place: a convolution is one with the same window along the axis, and with
ones for weights; a maximum is a mean. Nothing is cut off or taken away, so an output is above 0
if and only if something that it sees is. One run asks many questions, in a batch.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.overrides import TorchFunctionMode


def at(value: Any, axis: int) -> Any:
    """What an argument says of one axis."""
    return value[axis if len(value) > 1 else 0] if isinstance(value, tuple | list) else value


class Thin(TorchFunctionMode):
    """Does torch's functions along one spatial axis. Values are [N, 1, L, 1] throughout."""

    def __init__(self, axis: int) -> None:
        super().__init__()
        self.axis = axis

    def __torch_function__(
        self, function: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        name = getattr(function, "__name__", "")
        method: Callable[..., Any] | None = getattr(self, f"do_{name}", None)
        if method is not None and name in OVERALL:
            return method(*args, **(kwargs or {}))
        if method is not None:
            return method(args[0][..., 0], *args[1:], **(kwargs or {}))[..., None]
        if name in SAME:
            return args[0]
        if name in ALIKE:
            return function(*args, **(kwargs or {}))
        raise NotImplementedError(f"{name} has no thin form")

    def do_conv2d(
        self,
        x: Tensor,
        weight: Tensor,
        bias: Tensor | None = None,
        stride: Any = 1,
        padding: Any = 0,
        dilation: Any = 1,
        groups: int = 1,
    ) -> Tensor:
        kernel = weight.shape[2 + self.axis]
        how = (at(stride, self.axis), at(padding, self.axis), at(dilation, self.axis))
        return F.conv1d(x, torch.ones(1, 1, kernel, dtype=x.dtype), None, *how) / kernel

    def do_conv_transpose2d(
        self,
        x: Tensor,
        weight: Tensor,
        bias: Tensor | None = None,
        stride: Any = 1,
        padding: Any = 0,
        output_padding: Any = 0,
        groups: int = 1,
        dilation: Any = 1,
    ) -> Tensor:
        ones = torch.ones(1, 1, weight.shape[2 + self.axis], dtype=x.dtype)
        step, cut, more = (at(each, self.axis) for each in (stride, padding, output_padding))
        return F.conv_transpose1d(x, ones, None, step, cut, more, 1, at(dilation, self.axis))

    def do_max_pool2d(
        self,
        x: Tensor,
        kernel: Any,
        stride: Any = None,
        padding: Any = 0,
        dilation: Any = 1,
        ceil_mode: bool = False,
        return_indices: bool = False,
    ) -> Tensor:
        stride = kernel if stride is None else stride
        size, step, before = (at(each, self.axis) for each in (kernel, stride, padding))
        length = F.max_pool1d(x, size, step, before, 1, ceil_mode).shape[-1]
        assert at(dilation, self.axis) == 1
        after = max(0, (length - 1) * step + size - before - x.shape[-1])
        ones = torch.ones(1, 1, size, dtype=x.dtype) / size
        return F.conv1d(F.pad(x, (before, after)), ones, None, step)[..., :length]

    do_boolean_dispatch = do_max_pool2d
    do__max_pool2d = do_max_pool2d

    def do_avg_pool2d(
        self,
        x: Tensor,
        kernel: Any,
        stride: Any = None,
        padding: Any = 0,
        ceil_mode: bool = False,
        *others: Any,
    ) -> Tensor:
        stride = kernel if stride is None else stride
        size, step, before = (at(each, self.axis) for each in (kernel, stride, padding))
        return F.avg_pool1d(x, size, step, before, ceil_mode)

    def do_adaptive_avg_pool2d(self, x: Tensor, size: Any) -> Tensor:
        return F.adaptive_avg_pool1d(x, at(size, self.axis))

    def do_cat(self, values: Any, dim: int = 0) -> Tensor:
        assert dim == 1, "one channel stands for all"
        return torch.stack(tuple(values)).sum(0)

    def do_mean(self, x: Tensor, dim: Any = None, **_: Any) -> Tensor:
        return x.mean((2, 3))

    def do_flatten(self, x: Tensor, *_: Any) -> Tensor:
        return x.sum((2, 3))

    def do_linear(self, x: Tensor, *_: Any) -> Tensor:
        return x


OVERALL = frozenset({"cat", "mean", "flatten", "linear"})
"""Functions that have a thin form, and are more than a window along the axis."""

SAME = frozenset(
    {
        "batch_norm", "relu", "relu_", "relu6", "hardtanh", "hardtanh_", "dropout",
        "local_response_norm", "sigmoid",
    }
)  # fmt: skip
"""Functions that treat each place for itself, in evaluation."""

ALIKE = frozenset({"add", "__add__", "mul", "add_", "__get__", "dim", "size"})
"""Functions that do the same to thin values."""


def outputs(
    net: nn.Module, wanted: Mapping[str, Any], axis: int, inputs: Tensor
) -> dict[str, Tensor]:
    """What comes out of some modules, by path, when the network runs thinly along an axis."""
    found: dict[str, Tensor] = {}
    hooks = []
    for path in wanted:

        def keep(_: nn.Module, __: Any, output: Tensor, path: str = path) -> None:
            found[path] = output

        hooks.append(net.get_submodule(path).register_forward_hook(keep))
    net.eval()
    with torch.no_grad(), Thin(axis):
        net(inputs)
    for hook in hooks:
        hook.remove()
    return found
