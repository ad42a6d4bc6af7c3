"""A network run on torch's meta device, and what torch says of it: shapes and operations."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from inspect import unwrap
from typing import Any

import torch
from measuring import tensors
from meta import Quick
from torch import Tensor, nn
from torch.utils.flop_counter import flop_registry

Shape = tuple[int, ...]
Shapes = dict[str, list[tuple[Shape, ...]]]
"""By the path of each module, for each of its calls, the shapes of what it gives."""


class Counter(Quick):  # type: ignore[no-untyped-call, unused-ignore]  # of some releases
    """What ``FlopCounterMode`` counts, by the same formulas, halved; without its sums by module.

    ``overrun`` is by how much they overstate the gradients of grouped convolutions' weights. Such
    a gradient takes as many multiply-accumulates as the forward pass; the formula multiplies all
    input channels with all output channels, and has ``groups`` times as many.
    """

    def __init__(self) -> None:
        super().__init__()
        self.total = 0
        self.overrun = 0

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        out = super().__torch_dispatch__(func, types, args, kwargs)
        formula = flop_registry.get(func._overloadpacket)
        if formula is not None:
            # What torch wraps around a formula looks for tensors in trees, which takes longer.
            count, shapes, made = unwrap(formula), _shapes(args), _shape(out)
            self.total += count(*shapes, out_shape=made) // 2
            if func._overloadpacket is torch.ops.aten.convolution_backward and args[-1][1]:
                stated = count(*shapes[:-1], [False, True, False], out_shape=made) // 2
                self.overrun += stated - stated // args[-2]
        return out


def _shape(given: Any) -> Any:
    if isinstance(given, Tensor):
        return given.shape
    return _shapes(given) if isinstance(given, tuple) else given


def _shapes(given: Sequence[Any]) -> list[Any]:
    return [_shape(each) for each in given]


class Counted:
    """One run: what each module gave, and the multiply-accumulates, forward and in all."""

    def __init__(self, net: nn.Module, inputs: list[Tensor], *, training: bool) -> None:
        self.shapes: Shapes = defaultdict(list)
        handles = [
            module.register_forward_hook(self._hook(path))
            for path, module in net.named_modules()
            if ".parametrizations." not in path  # they make a weight, and give no value
        ]
        net.train(training)
        with Counter() as counter, torch.set_grad_enabled(training):
            output = net(*inputs)
            self.forward = counter.total
            if training:
                backward(tensors(output))
        self.total = counter.total
        self.overrun = counter.overrun
        for handle in handles:
            handle.remove()

    def _hook(self, path: str) -> Any:
        def hook(_: nn.Module, __: Any, output: Any) -> None:
            self.shapes[path].append(tuple(tuple(each.shape) for each in tensors(output)))

        return hook


def backward(outputs: list[Tensor]) -> None:
    """The backward pass from all outputs that something learns of."""
    learning = [each.sum() for each in outputs if each.requires_grad]
    if learning:
        step: Any = torch.stack(learning).sum().backward  # some releases of torch give it no types
        step()
