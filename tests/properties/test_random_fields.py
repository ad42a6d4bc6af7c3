"""Receptive fields of random networks: what torch's outputs depend on is what is said, exactly.

A network runs as a positive copy of itself: no weight takes away what another has put in, all
windows are sums, and nothing is cut off. It is given one input for each question, all in a batch:
the same input but for the first or the last position of a field, or but for all outside it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

import pytest
import torch
from networks import Generator, MemoryTrace, Network, RefusedError
from resizing import ResizingGenerator
from torch import Tensor, nn
from torch.nn import functional as F

from archc import pipeline
from archir.base.source import Source
from archir.field.field import AxisField, receptive_fields
from archir.graph.flat import flatten

pytestmark = pytest.mark.filterwarnings("ignore:Using padding='same'")

EXTENT = 240
FAR = 1e4


def number(value: int | tuple[int, ...]) -> int:
    return value[0] if isinstance(value, tuple) else value


def summed(x: Tensor, pool: nn.MaxPool1d) -> Tensor:
    """The sum over each window of a pool of maxima, where torch puts the windows."""
    kernel, stride = number(pool.kernel_size), number(pool.stride)
    before, dilation = number(pool.padding), number(pool.dilation)
    length = pool(x).shape[-1]
    needed = (length - 1) * stride + dilation * (kernel - 1) + 1
    padded = F.pad(x, (before, max(0, needed - before - x.shape[-1])))
    ones = torch.ones(x.shape[1], 1, kernel, dtype=x.dtype)
    return F.conv1d(padded, ones, None, stride, 0, dilation, x.shape[1])[..., :length]


def mixed(x: Tensor, *dims: int) -> Tensor:
    """Each element with what all of some dims add up to; of one example."""
    dims = tuple(dim for dim in (dim % x.dim() for dim in dims) if dim)
    return x + x.sum(dims, keepdim=True) / 8 if dims else x


def positive(module: nn.Module, x: Tensor) -> Tensor:
    """What a module does, positively."""
    if isinstance(module, nn.Conv1d | nn.ConvTranspose1d | nn.Linear):
        torch.nn.init.uniform_(module.weight, 0.5, 1.5)
        if module.bias is not None:
            torch.nn.init.zeros_(module.bias)
        wide: Tensor = module.double()(x)
        return wide / 4
    if isinstance(module, nn.MaxPool1d):
        return summed(x, module)
    if isinstance(module, nn.AdaptiveMaxPool1d):
        size = module.output_size
        return F.adaptive_avg_pool1d(x, size[0] if isinstance(size, tuple) else size)
    if isinstance(module, nn.Softmax):
        return mixed(x, module.dim or 0)
    if isinstance(module, nn.LayerNorm | nn.RMSNorm):
        return mixed(x, *range(-len(module.normalized_shape), 0))
    if isinstance(module, nn.GroupNorm):
        return mixed(x, *range(1, x.dim()))
    if isinstance(module, nn.InstanceNorm1d):
        return x if module.track_running_stats else mixed(x, 2)
    if isinstance(module, LIKE_THEMSELVES):
        result: Tensor = module(x)
        return result
    return x  # element by element, or over channels


LIKE_THEMSELVES = (
    nn.AvgPool1d, nn.AdaptiveAvgPool1d, nn.LPPool1d, nn.Flatten, nn.Upsample, nn.ChannelShuffle,
    nn.ConstantPad1d, nn.ReflectionPad1d, nn.ReplicationPad1d, nn.CircularPad1d,
)  # fmt: skip


@dataclass
class PositiveTape(MemoryTrace):
    """Keeps all values, and applies the positive copies of modules."""

    values: list[Tensor] = field(default_factory=list)

    def apply(self, make: Callable[[], nn.Module], x: Tensor) -> Tensor:
        torch.manual_seed(len(self.values))
        module = make().double().eval()
        if len(x) == 1:  # the first run asks whether torch takes it
            if x.dim() > 3 and type(module).__name__.endswith("1d"):
                raise RefusedError("another rank")
            module(x)
        return self.record(positive(module, x))

    def record(self, y: Tensor) -> Tensor:
        self.values.append(y)
        return super().record(y)


@dataclass
class Question:
    """A position of a value, whose field is said to be from ``low`` to ``high``."""

    value: int
    dim: int | None
    position: int
    low: int
    high: int


def questions(number: int, said: AxisField, length: int, dim: int) -> list[Question]:
    """Positions in the middle, whose fields lie far enough from the borders."""
    found = []
    margin = EXTENT // 6
    for position in range(length):
        block, place = divmod(position, len(said.spans))
        span = said.spans[place]
        if span is None or said.stride is None:
            continue
        moved = block * int(said.stride * len(said.spans))
        low, high = span[0] + moved, span[1] + moved
        if low >= margin and high < EXTENT - margin:
            found.append(Question(number, dim, position, low, high))
    return found[:: max(1, len(found) // 4)][:6]


def check(network: Network) -> int:
    """Assert that torch agrees on one network; at how many places it was asked."""
    trace = PositiveTape()
    with torch.no_grad():
        try:
            network.body.run(torch.ones(1, network.channels, EXTENT).double(), trace, {})
        except (RuntimeError, ValueError, IndexError, RefusedError):
            return 0
    typed, _ = pipeline.compile_source(Source("net.arch", network.text()), None)
    if typed is None:
        return 0
    flat = flatten(typed)
    fields = receptive_fields(flat)
    numbers = [value for step in flat.steps for value in step.outputs]
    assert len(numbers) == len(trace.values)
    asked: list[Question] = []
    alls: list[int] = []
    small = False
    for at, number in enumerate(numbers):
        (said,) = fields.values[number]
        shape = trace.values[at].shape
        assert said.size is not None or said.unknown
        small |= len(shape) == 3 and 1 < shape[-1] < 9
        if said.whole:
            alls += [] if small else [at]  # what small values see is the borders' affair
        elif said.size and said.stride is not None and shape[-1] > 1:
            asked += questions(at, said, shape[-1], len(shape) - 1)
    answer(network, asked, alls)
    return len(asked) + len(alls)


def answer(network: Network, asked: list[Question], alls: list[int]) -> None:
    inputs = torch.ones(1 + 3 * len(asked) + 2, network.channels, EXTENT).double()
    for index, one in enumerate(asked):
        rows = inputs[1 + 3 * index :]
        rows[0, :, one.low] += FAR
        rows[1, :, one.high] += FAR
        rows[2, :, : one.low] += FAR
        rows[2, :, one.high + 1 :] += FAR
    inputs[-2, :, : EXTENT // 3] += FAR
    inputs[-1, :, -EXTENT // 3 :] += FAR
    trace = PositiveTape()
    with torch.no_grad():
        network.body.run(inputs, trace, {})
    for index, one in enumerate(asked):
        value = (
            trace.values[one.value]
            .movedim(one.dim or -1, 1)[:, one.position]
            .reshape(len(inputs), -1)
        )
        low, high, rest = (
            (value[1 + 3 * index + row] - value[0]).abs().max() > 1e-9 for row in range(3)
        )
        assert low, f"{one}: the first position is not seen"
        assert high, f"{one}: the last position is not seen"
        assert not rest, f"{one}: more than that is seen"
    for at in alls:
        value = trace.values[at]
        third = value.shape[-1] // 3  # at the ends there may be padding alone
        inner = value[..., third : value.shape[-1] - third]
        for row in (inner[-2], inner[-1]):
            assert (row != inner[0]).any(), f"{at} does not see all"


def drawn(random: Random, resizing: bool) -> Network:
    generator = (ResizingGenerator if resizing else Generator)(random, rank=1)
    channels = random.choice([1, 2, 4])
    body = generator.sequence(random.randint(2, 6), depth=2, top=True, width="")
    return Network(channels, (EXTENT,), body, generator.blocks)


def test_fields_equal_torch() -> None:
    places = 0
    for seed in range(160):
        network = drawn(Random(seed), seed % 2 == 0)
        try:
            places += check(network)
        except AssertionError as error:
            raise AssertionError(f"seed {seed}: {error}\n{network.text()}") from error
    assert places > 800
