"""Random networks, each written down twice: as text in the language, and as plain torch.

Every node below knows its text, and runs itself straight on torch.nn: nothing of the compiler is
used for that. The second run of a network, at another input size, keeps the modules of the first,
as a torch module would.
"""

# ruff: noqa: ARG002  (nodes share one signature, and so do the methods that draw them)

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Protocol

import torch
from torch import Tensor, nn

Extent = int | tuple[int, ...]
Env = dict[str, int]


class RefusedError(Exception):
    """The network breaks a rule of the language that torch's classes leave open.

    torch takes ``[C, L]`` for an unbatched sequence; in the language dim 0 is always the batch.
    """


@dataclass
class MemoryTrace:
    """What a run leaves behind: the modules it made, and the shape of every value."""

    modules: list[nn.Module] = field(default_factory=list)
    ranks: list[int] = field(default_factory=list)
    shapes: list[tuple[int, ...]] = field(default_factory=list)
    index: int = 0

    def apply(self, make: Callable[[], nn.Module], x: Tensor) -> Tensor:
        """Apply the module that belongs here; the first run makes it."""
        if self.index == len(self.modules):
            self.modules.append(make().eval())
            self.ranks.append(x.dim())
        module = self.modules[self.index]
        spatial_class = type(module).__name__.endswith(("1d", "2d", "3d"))
        if spatial_class and self.ranks[self.index] != x.dim():
            raise RefusedError("a module for another rank; torch reads it as one without a batch")
        self.index += 1
        return self.record(module(x))

    def record(self, y: Tensor) -> Tensor:
        self.shapes.append(tuple(y.shape))
        return y

    def rewind(self) -> None:
        """Get ready for another run with the same modules."""
        self.index = 0
        self.shapes = []


class Node(Protocol):
    def text(self) -> str:
        """The statements of the node, on lines of their own."""

    def run(self, x: Tensor, trace: MemoryTrace, env: Env) -> Tensor: ...


def spatial(x: Tensor) -> int:
    """How many spatial dims there are: 1 to 3."""
    if not 3 <= x.dim() <= 5:
        raise RefusedError(f"rank {x.dim()}")
    return x.dim() - 2


def by_rank(x: Tensor, *classes: type[nn.Module]) -> type[nn.Module]:
    return classes[spatial(x) - 1]


def extent(value: Extent) -> str:
    return f"[{', '.join(map(str, value))}]" if isinstance(value, tuple) else str(value)


def refuse_odd_lists(x: Tensor, *values: Extent) -> None:
    """A list has one number for each spatial dim; torch also takes some longer or shorter ones."""
    for value in values:
        if isinstance(value, tuple) and len(value) != spatial(x):
            raise RefusedError("list length")


@dataclass
class Width:
    """A number of channels: itself, a multiple or fraction of the incoming ones, or a name."""

    number: int = 0
    times: int = 0
    divided: int = 0
    name: str = ""

    def text(self) -> str:
        if self.name:
            return self.name
        if self.times:
            return "_.channels" if self.times == 1 else f"{self.times} * _.channels"
        return f"_.channels // {self.divided}" if self.divided else str(self.number)

    def value(self, x: Tensor, env: Env) -> int:
        if self.name:
            return env[self.name]
        if self.times:
            return self.times * x.shape[1]
        return x.shape[1] // self.divided if self.divided else self.number


@dataclass
class Conv:
    out: Width
    kernel: Extent
    stride: Extent = 1
    padding: Extent | str = 0
    dilation: Extent = 1
    groups: int = 1
    bias: bool = True
    mode: str = "zeros"

    def text(self) -> str:
        padding = f'"{self.padding}"' if isinstance(self.padding, str) else extent(self.padding)
        return (
            f"conv({self.out.text()}, {extent(self.kernel)}, stride = {extent(self.stride)}, "
            f"padding = {padding}, dilation = {extent(self.dilation)}, groups = {self.groups}, "
            f'bias = {str(self.bias).lower()}, padding_mode = "{self.mode}")'
        )

    def run(self, x: Tensor, trace: MemoryTrace, env: Env) -> Tensor:
        refuse_odd_lists(x, self.kernel, self.stride, self.dilation)
        if isinstance(self.padding, tuple):
            refuse_odd_lists(x, self.padding)
        make = by_rank(x, nn.Conv1d, nn.Conv2d, nn.Conv3d)
        out = self.out.value(x, env)
        if out < 1:
            raise RefusedError("no channels")
        return trace.apply(
            lambda: make(
                x.shape[1], out, self.kernel, self.stride, self.padding, self.dilation,
                self.groups, self.bias, self.mode,
            ),
            x,
        )  # fmt: skip


@dataclass
class Depthwise:
    kernel: int
    stride: int
    padding: int
    multiplier: int

    def text(self) -> str:
        return (
            f"depthwise({self.kernel}, stride = {self.stride}, padding = {self.padding}, "
            f"multiplier = {self.multiplier})"
        )

    def run(self, x: Tensor, trace: MemoryTrace, env: Env) -> Tensor:
        make = by_rank(x, nn.Conv1d, nn.Conv2d, nn.Conv3d)
        channels = x.shape[1]
        return trace.apply(
            lambda: make(
                channels, channels * self.multiplier, self.kernel, self.stride, self.padding,
                groups=channels,
            ),
            x,
        )  # fmt: skip


@dataclass
class MaxPool:
    kernel: Extent
    stride: Extent | None
    padding: int
    dilation: int
    ceil: bool

    def text(self) -> str:
        stride = "none" if self.stride is None else extent(self.stride)
        return (
            f"max_pool({extent(self.kernel)}, {stride}, {self.padding}, {self.dilation}, "
            f"ceil_mode = {str(self.ceil).lower()})"
        )

    def run(self, x: Tensor, trace: MemoryTrace, env: Env) -> Tensor:
        refuse_odd_lists(x, self.kernel, *([] if self.stride is None else [self.stride]))
        make = by_rank(x, nn.MaxPool1d, nn.MaxPool2d, nn.MaxPool3d)

        def pool() -> nn.Module:
            return make(
                self.kernel, self.stride, self.padding, self.dilation, ceil_mode=self.ceil
            )  # fmt: skip

        made = trace.apply(pool, x)
        if pool()(torch.zeros(1, 1, *x.shape[2:])).isinf().any():
            # Its gradient would be written to where the padding stands: outside of the tensor.
            raise RefusedError("a window of padding alone")
        return made


@dataclass
class AvgPool:
    kernel: Extent
    stride: int | None
    padding: int
    ceil: bool
    counted: bool

    def text(self) -> str:
        stride = "" if self.stride is None else f"stride = {self.stride}, "
        return (
            f"avg_pool({extent(self.kernel)}, {stride}padding = {self.padding}, "
            f"ceil_mode = {str(self.ceil).lower()}, "
            f"count_include_pad = {str(self.counted).lower()})"
        )

    def run(self, x: Tensor, trace: MemoryTrace, env: Env) -> Tensor:
        refuse_odd_lists(x, self.kernel)
        make = by_rank(x, nn.AvgPool1d, nn.AvgPool2d, nn.AvgPool3d)
        return trace.apply(
            lambda: make(self.kernel, self.stride, self.padding, self.ceil, self.counted), x
        )


@dataclass
class AdaptivePool:
    size: int

    def text(self) -> str:
        return f"adaptive_avg_pool({self.size})"

    def run(self, x: Tensor, trace: MemoryTrace, env: Env) -> Tensor:
        make = by_rank(x, nn.AdaptiveAvgPool1d, nn.AdaptiveAvgPool2d, nn.AdaptiveAvgPool3d)
        return trace.apply(lambda: make(self.size), x)


@dataclass
class BatchNorm:
    def text(self) -> str:
        return "batch_norm"

    def run(self, x: Tensor, trace: MemoryTrace, env: Env) -> Tensor:
        classes = {2: nn.BatchNorm1d, 3: nn.BatchNorm1d, 4: nn.BatchNorm2d, 5: nn.BatchNorm3d}
        return trace.apply(lambda: classes[x.dim()](x.shape[1]), x)


POINTWISE: dict[str, Callable[[], nn.Module]] = {
    "relu": nn.ReLU,
    "identity": nn.Identity,
    "dropout(0.25)": nn.Dropout,
    "relu6": nn.ReLU6,
    "leaky_relu(0.2)": lambda: nn.LeakyReLU(0.2),
    "elu": nn.ELU,
    "prelu": nn.PReLU,
    "silu": nn.SiLU,
    "hardswish": nn.Hardswish,
    "gelu": nn.GELU,
    'gelu("tanh")': lambda: nn.GELU("tanh"),
    "mish": nn.Mish,
    "softplus": nn.Softplus,
    "sigmoid": nn.Sigmoid,
    "hardsigmoid": nn.Hardsigmoid,
    "tanh": nn.Tanh,
    "softmax(1)": lambda: nn.Softmax(1),
    "softmax(-2)": lambda: nn.Softmax(-2),
}
"""The ops that keep the shape of anything, and their modules."""


@dataclass
class Pointwise:
    words: str

    def text(self) -> str:
        return self.words

    def run(self, x: Tensor, trace: MemoryTrace, env: Env) -> Tensor:
        return trace.apply(POINTWISE[self.words], x)


@dataclass
class LayerNorm:
    """``layer_norm`` or ``rms_norm`` over some of the last dims."""

    words: str
    dims: int

    def text(self) -> str:
        return f"{self.words}({self.dims})"

    def run(self, x: Tensor, trace: MemoryTrace, env: Env) -> Tensor:
        if self.dims > x.dim():
            raise RefusedError("dims")
        make = {"layer_norm": nn.LayerNorm, "rms_norm": nn.RMSNorm}[self.words]
        return trace.apply(lambda: make(x.shape[-self.dims :]), x)


@dataclass
class GroupNorm:
    groups: int
    affine: bool

    def text(self) -> str:
        return f"group_norm({self.groups}, affine = {str(self.affine).lower()})"

    def run(self, x: Tensor, trace: MemoryTrace, env: Env) -> Tensor:
        return trace.apply(lambda: nn.GroupNorm(self.groups, x.shape[1], affine=self.affine), x)


@dataclass
class InstanceNorm:
    track: bool

    def text(self) -> str:
        return f"instance_norm(affine = true, track_running_stats = {str(self.track).lower()})"

    def run(self, x: Tensor, trace: MemoryTrace, env: Env) -> Tensor:
        make = by_rank(x, nn.InstanceNorm1d, nn.InstanceNorm2d, nn.InstanceNorm3d)
        channels, track = x.shape[1], self.track
        return trace.apply(lambda: make(channels, affine=True, track_running_stats=track), x)


@dataclass
class ResponseNorm:
    size: int

    def text(self) -> str:
        return f"local_response_norm({self.size})"

    def run(self, x: Tensor, trace: MemoryTrace, env: Env) -> Tensor:
        return trace.apply(lambda: nn.LocalResponseNorm(self.size), x)


@dataclass
class GlobalPool:
    def text(self) -> str:
        return "global_avg_pool"

    def run(self, x: Tensor, trace: MemoryTrace, env: Env) -> Tensor:
        spatial(x)
        return trace.record(x.mean(dim=tuple(range(2, x.dim()))))


@dataclass
class Flatten:
    start: int
    end: int

    def text(self) -> str:
        return f"flatten({self.start}, {self.end})"

    def run(self, x: Tensor, trace: MemoryTrace, env: Env) -> Tensor:
        return trace.apply(lambda: nn.Flatten(self.start, self.end), x)


@dataclass
class Linear:
    out: int

    def text(self) -> str:
        return f"linear({self.out})"

    def run(self, x: Tensor, trace: MemoryTrace, env: Env) -> Tensor:
        return trace.apply(lambda: nn.Linear(x.shape[-1], self.out), x)


@dataclass
class Sequence:
    nodes: list[Node]

    def text(self) -> str:
        return "\n".join(node.text() for node in self.nodes)

    def run(self, x: Tensor, trace: MemoryTrace, env: Env) -> Tensor:
        for node in self.nodes:
            x = node.run(x, trace, env)
        return x


@dataclass
class Merge:
    """``add``, ``multiply`` or ``concat`` of branches; None is the input itself."""

    how: str
    branches: list[Node | None]
    dim: int = 1

    def text(self) -> str:
        inside = "\n".join("_" if b is None else braces(b) for b in self.branches)
        dim = f"(dim = {self.dim})" if self.how == "concat" and self.dim != 1 else ""
        return f"{self.how}{dim} [\n{inside}\n]"

    def run(self, x: Tensor, trace: MemoryTrace, env: Env) -> Tensor:
        values = [x if b is None else b.run(x, trace, env) for b in self.branches]
        return trace.record(merge(self.how, values, self.dim))


def merge(how: str, values: list[Tensor], dim: int = 1) -> Tensor:
    if how == "concat":
        return torch.cat(values, dim)
    result = values[0]
    for value in values[1:]:
        result = result + value if how == "add" else result * value
    return result


@dataclass
class Residual:
    body: Node
    shortcut: Node | None

    def text(self) -> str:
        shortcut = "" if self.shortcut is None else f"\nshortcut {braces(self.shortcut)}"
        return f"residual {braces(self.body)}{shortcut}"

    def run(self, x: Tensor, trace: MemoryTrace, env: Env) -> Tensor:
        y = self.body.run(x, trace, env)
        return trace.record(y + (self.shortcut.run(x, trace, env) if self.shortcut else x))


@dataclass
class Dense:
    body: Node

    def text(self) -> str:
        return f"dense {braces(self.body)}"

    def run(self, x: Tensor, trace: MemoryTrace, env: Env) -> Tensor:
        return trace.record(torch.cat([x, self.body.run(x, trace, env)], 1))


@dataclass
class Skip:
    """A named value that is merged with what becomes of it."""

    name: str
    how: str
    body: Node

    def text(self) -> str:
        return f"_ as {self.name}\n{self.body.text()}\n{self.how} [{self.name}, _]"

    def run(self, x: Tensor, trace: MemoryTrace, env: Env) -> Tensor:
        return trace.record(merge(self.how, [x, self.body.run(x, trace, env)]))


@dataclass
class Loop:
    """``repeat``, or ``for`` over widths that the body uses by name."""

    name: str
    widths: list[int]
    body: Node

    def text(self) -> str:
        if not self.name:
            return f"repeat {len(self.widths)} {braces(self.body)}"
        return f"for {self.name} in [{', '.join(map(str, self.widths))}] {braces(self.body)}"

    def run(self, x: Tensor, trace: MemoryTrace, env: Env) -> Tensor:
        for width in self.widths:
            x = self.body.run(x, trace, {**env, self.name: width})
        return x


@dataclass
class Block:
    """A use of a block that is declared with one parameter, ``width``."""

    name: str
    label: str
    width: int
    body: Node

    def text(self) -> str:
        return f"{self.label}{self.name}({self.width})"

    def declaration(self) -> str:
        return f"block {self.name}(width) {braces(self.body)}\n"

    def run(self, x: Tensor, trace: MemoryTrace, env: Env) -> Tensor:
        return self.body.run(x, trace, {"width": self.width})


@dataclass
class Shared:
    """One module applied twice, with something in between."""

    name: str
    body: Node
    between: Node

    def text(self) -> str:
        return (
            f"module {self.name} = {braces(self.body)}\n"
            f"{self.name}\n{self.between.text()}\n{self.name}"
        )

    def run(self, x: Tensor, trace: MemoryTrace, env: Env) -> Tensor:
        first = trace.index
        x = self.between.run(self.body.run(x, trace, env), trace, env)
        end, trace.index = trace.index, first
        x = self.body.run(x, trace, env)
        trace.index = end
        return x


def braces(node: Node) -> str:
    return "{\n" + node.text() + "\n}"


@dataclass
class Network:
    """A whole model."""

    channels: int
    sizes: tuple[int, ...]
    body: Sequence
    blocks: list[Block]

    def text(self, *, sized: bool = True) -> str:
        """The file; without ``sized`` the input's dims are plain numbers."""
        names = ("D", "H", "W")[-len(self.sizes) :]
        pairs = zip(names, self.sizes, strict=True)
        sizes = ", ".join(f"{name} = {size}" if sized else str(size) for name, size in pairs)
        blocks = "".join(block.declaration() for block in self.blocks)
        return (
            f"{blocks}model net() {{\ninput x: [N = 1, {self.channels}, {sizes}]\n"
            f"{self.body.text()}\n}}\n"
        )

    def run(self, trace: MemoryTrace, sizes: tuple[int, ...]) -> bool:
        """Run on torch, and say whether it went through."""
        trace.rewind()
        try:
            with torch.no_grad():
                self.body.run(torch.zeros(1, self.channels, *sizes), trace, {})
        except (RuntimeError, ValueError, IndexError, RefusedError):
            return False
        return True


# --- drawing ------------------------------------------------------------------------------------


@dataclass
class Generator:
    """Draws networks. Small sizes and kernels of all kinds, so that the corners are met often."""

    random: Random
    rank: int = 2
    names: int = 0
    blocks: list[Block] = field(default_factory=list)

    def network(self) -> Network:
        self.rank = self.random.choice([1, 2, 2, 2, 2, 3])
        top = {1: 40, 2: 24, 3: 9}[self.rank]
        low = 1 if self.chance(0.2) else top // 3
        sizes = tuple(self.random.randint(low, top) for _ in range(self.rank))
        channels = self.random.choice([1, 2, 3, 4, 6])
        body = self.sequence(self.random.randint(1, 5), depth=2, top=True, width="")
        return Network(channels, sizes, body, self.blocks)

    def sequence(self, length: int, depth: int, top: bool, width: str) -> Sequence:
        nodes = [self.node(depth, top, width) for _ in range(length)]
        if top and self.chance(0.3):
            nodes += self.head()
        return Sequence(nodes)

    def head(self) -> list[Node]:
        firsts: list[Node] = [GlobalPool(), Flatten(1, -1), AdaptivePool(2)]
        first = self.random.choice(firsts)
        rest: list[Node] = [Linear(5), BatchNorm(), Pointwise("relu"), Linear(3)]
        return [first, *self.random.sample(rest, self.random.randint(0, 3))]

    def node(self, depth: int, top: bool, width: str) -> Node:
        if depth and self.chance(0.4):
            return self.compound(depth - 1, top, width)
        drawers = [
            self.conv, self.conv, self.same_conv, self.max_pool, self.max_pool, self.avg_pool,
            self.small,
        ]  # fmt: skip
        return self.random.choice(drawers)(width)

    def chance(self, p: float) -> bool:
        return self.random.random() < p

    def fresh(self, prefix: str) -> str:
        self.names += 1
        return f"{prefix}{self.names}"

    def extent(self, low: int, high: int) -> Extent:
        """One number for all dims mostly, or one for each, rarely too few or too many."""
        if self.chance(0.8):
            return self.random.randint(low, high)
        length = self.rank if self.chance(0.97) else self.random.randint(2, 4)
        return tuple(self.random.randint(low, high) for _ in range(length))

    def out(self, width: str) -> Width:
        if width and self.chance(0.5):
            return Width(name=width)
        kind = self.random.random()
        if kind < 0.2:
            return Width(times=self.random.randint(1, 2))
        if kind < 0.25:
            return Width(divided=2)
        return Width(self.random.choice([1, 2, 3, 4, 6, 8]))

    def conv(self, width: str) -> Node:
        same = self.chance(0.15)
        modes = ["zeros"] * 12 + ["reflect", "replicate", "circular"]
        kernel, dilation = self.extent(1, 5), self.random.choice([1, 1, 1, 2, 3])
        return Conv(
            out=self.out(width),
            kernel=kernel,
            stride=1 if same and self.chance(0.9) else self.extent(1, 3),
            padding="same" if same else self.extent(0, 3),
            dilation=dilation,
            groups=self.random.choice([1] * 9 + [2, 2, 3]),
            bias=self.chance(0.7),
            mode=self.random.choice(modes),
        )

    def same_conv(self, width: str) -> Node:
        """A convolution that keeps the shape, as the bodies of residuals do."""
        if self.chance(0.2):
            return Depthwise(3, self.random.randint(1, 2), 1, self.random.randint(1, 2))
        kernel = self.random.choice([1, 3, 5])
        return Conv(Width(times=1), kernel, padding=kernel // 2, bias=self.chance(0.5))

    def pool_padding(self, kernel: Extent) -> int:
        """Half of the kernel at most, mostly."""
        least = min(kernel) if isinstance(kernel, tuple) else kernel
        return self.random.randint(0, 2) if self.chance(0.1) else self.random.randint(0, least // 2)

    def max_pool(self, width: str) -> Node:
        kernel = self.extent(1, 4)
        return MaxPool(
            kernel=kernel,
            stride=None if self.chance(0.4) else self.extent(1, 4),
            padding=self.pool_padding(kernel),
            dilation=self.random.choice([1, 1, 1, 2]),
            ceil=self.chance(0.5),
        )

    def avg_pool(self, width: str) -> Node:
        kernel = self.extent(1, 4)
        return AvgPool(
            kernel=kernel,
            stride=None if self.chance(0.4) else self.random.randint(1, 4),
            padding=self.pool_padding(kernel),
            ceil=self.chance(0.5),
            counted=self.chance(0.5),
        )

    def small(self, width: str) -> Node:
        nodes: list[Node] = [
            BatchNorm(),
            Pointwise(self.random.choice(list(POINTWISE))),
            Pointwise(self.random.choice(list(POINTWISE))),
            Pointwise(self.random.choice(list(POINTWISE))),
            LayerNorm(
                self.random.choice(["layer_norm", "rms_norm"]), self.random.choice([1, 1, 2, 3])
            ),
            GroupNorm(self.random.choice([1, 1, 2, 3]), self.chance(0.5)),
            InstanceNorm(self.chance(0.5)),
            ResponseNorm(self.random.randint(1, 5)),
            AdaptivePool(self.random.randint(1, 7)),
            # Not (1, 2): channels that depend on a size are no numbers for `_.channels`.
            Flatten(2, self.random.choice([-1, 3])),
            Linear(self.random.randint(1, 6)),
        ]
        return self.random.choice(nodes)

    def compound(self, depth: int, top: bool, width: str) -> Node:
        drawers = [self.merge, self.residual, self.skip, self.loop, self.dense]
        if top:
            drawers += [self.block, self.shared]
        return self.random.choice(drawers)(depth, width)

    def inner(self, depth: int, width: str) -> Sequence:
        return self.sequence(self.random.randint(1, 3), depth, False, width)

    def keeping(self, depth: int, width: str) -> Sequence:
        """A body that keeps the shape, mostly."""
        if self.chance(0.25):
            return self.inner(depth, width)
        act = Pointwise(self.random.choice(["relu", *POINTWISE]))
        return Sequence([self.same_conv(width), BatchNorm(), act])

    def merge(self, depth: int, width: str) -> Node:
        how = self.random.choice(["add", "multiply", "concat", "concat"])
        if how == "concat" and self.chance(0.7):
            # Equal sizes and other channels: the towers of an inception module.
            return Merge(how, [self.tower(width) for _ in range(self.random.randint(2, 3))])
        count = self.random.randint(2, 3)
        branches: list[Node | None] = [
            None if self.chance(0.3) else self.keeping(depth, width) for _ in range(count)
        ]
        if how == "multiply" and self.chance(0.5):
            branches[-1] = Sequence([AdaptivePool(1), Conv(Width(times=1), 1)])
        return Merge(how, branches, self.random.choice([1, 1, 1, 2, -1]))

    def tower(self, width: str) -> Node:
        kernel = self.random.choice([1, 3, 5])
        pool = MaxPool(3, 1, 1, 1, self.chance(0.5))
        conv = Conv(self.out(width), kernel, padding=kernel // 2)
        return Sequence([pool, conv] if self.chance(0.3) else [conv])

    def residual(self, depth: int, width: str) -> Node:
        if self.chance(0.5):
            return Residual(self.keeping(depth, width), None)
        stride, out = self.random.randint(1, 3), self.out(width)
        kernel = self.random.choice([1, 3])
        body = Conv(out, kernel, stride, kernel // 2)
        return Residual(body, Conv(out, 1, stride, self.random.choice([0, 0, 0, 1])))

    def skip(self, depth: int, width: str) -> Node:
        how = self.random.choice(["add", "concat"])
        return Skip(self.fresh("s"), how, self.keeping(depth, width))

    def dense(self, depth: int, width: str) -> Node:
        return Dense(self.keeping(depth, width))

    def loop(self, depth: int, width: str) -> Node:
        if self.chance(0.5):
            body = self.keeping(depth, width) if self.chance(0.5) else self.inner(depth, width)
            return Loop("", [0] * self.random.randint(0, 4), body)
        name = self.fresh("w")
        widths = [self.random.choice([2, 3, 4, 6]) for _ in range(self.random.randint(0, 3))]
        body = Sequence([Conv(Width(name=name), 3, padding=1), *self.inner(depth, name).nodes])
        return Loop(name, widths, body)

    def block(self, depth: int, width: str) -> Node:
        if self.blocks and self.chance(0.5):
            known = self.random.choice(self.blocks)
            return Block(known.name, "", self.random.choice([2, 3, 4]), known.body)
        body = self.inner(depth, "width")
        made = Block(self.fresh("B"), "", self.random.choice([2, 3, 4]), body)
        self.blocks.append(made)
        return made

    def shared(self, depth: int, width: str) -> Node:
        return Shared(self.fresh("m"), self.keeping(0, width), self.inner(0, width))
