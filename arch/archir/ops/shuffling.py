"""Shuffles between channels and space."""

from typing import TYPE_CHECKING

from archir import rules
from archir.memory.strides import channels_last, has_gaps, is_channels_last
from archir.op.contract import Op, Positive, channels_of
from archir.op.dependence import AxisAccess, Edge, Unsaid, periodic, same, sliding
from archir.op.fields import Field
from archir.op.recipe import Arg, Call, Code, Inferred, Infix, ModuleRecipe
from archir.ops.spatial import show_extent
from archir.shapes.arithmetic import floor_div, multiply
from archir.shapes.conditions import Check
from archir.shapes.dims import Dim
from archir.shapes.types import TensorType

if TYPE_CHECKING:
    from archir.memory.storage import Tensor
    from archir.memory.trace import MemoryTrace

_IMAGES = ("[N, C, H, W]", "[N, …, C, H, W]")


class _PixelOp(Op):
    """What the two that trade channels for height and width share.

    The channels are the third dim from the end, as in torch; all dims before them are left alone.
    """

    reads_in_order = True

    def infer(self, inputs: tuple[TensorType, ...], check: Check) -> tuple[TensorType, ...] | None:
        incoming = inputs[0]
        if incoming.rank < 4:
            check.report(rules.shapes.WrongRank(self.keyword, _IMAGES, str(incoming)))
            return None
        *others, channels, height, width = incoming.shape
        image = self.image(channels, height, width, check)
        return None if image is None else (incoming.with_shape(*others, *image),)

    def image(
        self, channels: Dim, height: Dim, width: Dim, check: Check
    ) -> tuple[Dim, Dim, Dim] | None:
        """The output's channels, height and width; None after a report."""
        raise NotImplementedError

    def dependence(self, edge: Edge) -> tuple[AxisAccess, ...] | None:
        first = len(edge.given) - 3
        accesses: list[AxisAccess] = [same(dim) for dim in range(first)]
        accesses.append(Unsaid(f"{self.keyword} makes space of its channels, or channels of space"))
        for dim in (first + 1, first + 2):
            given, made = edge.given[dim], edge.made[dim]
            larger = periodic(dim, 1, made // given, lambda _: (0, 1, 1))
            accesses.append(larger if made > given else sliding(dim, given // made, given // made))
        return tuple(accesses)

    def divisible(self, what: str, extent: Dim, divisor: int, why: str, check: Check) -> bool:
        """Require that an extent can be divided."""
        shown = show_extent(extent, check)
        facts = (self.keyword, what, shown, divisor, why)
        return check.divisible(extent, divisor, lambda: rules.resizing.ExtentNotDivisible(*facts))

    def allocate(
        self, trace: "MemoryTrace", inputs: "tuple[Tensor, ...]", outputs: tuple[TensorType, ...]
    ) -> "tuple[Tensor, ...]":
        given = inputs[0]
        if len(given.shape) == 5 and is_channels_last(given.shape, given.strides):
            # What has gaps is copied first, and then it is the copy that is looked at.
            dense = channels_last(given.shape)
            if not has_gaps(given.shape, given.strides) or is_channels_last(given.shape, dense):
                trace.refuse("layout", given)  # it knows the channels of images alone
        return (trace.new(trace.extents(outputs[0]), given, format=given),)

    def recipe(self, inputs: tuple[TensorType, ...]) -> ModuleRecipe:
        function = self.torch_name.removeprefix("torch.")
        return ModuleRecipe(Call(function, tuple(Arg(name) for name in self.arguments())))


class PixelShuffle(_PixelOp):
    """Makes an image larger out of its channels: `[N, C*r*r, H, W]` becomes `[N, C, H*r, W*r]`.

    Behind a convolution to `C*r*r` channels this is the sub-pixel convolution of super-resolution
    networks. Dims before the channels, such as the frames of a film, are left alone.

    torch: `torch.nn.PixelShuffle`.

    ```arch
    model example() {
      input image: [N, 3, H = 32, W = 32]
      conv(3 * 2 ** 2, 3, padding = 1) -> pixel_shuffle(2) :: [N, 3, 2 * H, 2 * W]
    }
    ```
    """

    keyword = "pixel_shuffle"
    torch_name = "torch.nn.PixelShuffle"
    read_calls = ("pixel_shuffle(input, upscale_factor)",)

    upscale_factor: Positive = Field(description="how many times larger each axis becomes")

    def image(
        self, channels: Dim, height: Dim, width: Dim, check: Check
    ) -> tuple[Dim, Dim, Dim] | None:
        factor = self.upscale_factor
        why = f"upscale_factor {factor} squared"
        if not self.divisible("channels", channels, factor * factor, why, check):
            return None
        fewer = floor_div(channels, factor * factor)
        return fewer, multiply(height, factor), multiply(width, factor)

    def channels(self, inputs: tuple[TensorType, ...]) -> Code:
        channels = Inferred("channels", channels_of(inputs[0]))
        if inputs[0].rank > 4:
            return channels
        return Infix("//", channels, Infix("**", Arg("upscale_factor"), 2))


class PixelUnshuffle(_PixelOp):
    """Makes channels out of an image's pixels: `[N, C, H*r, W*r]` becomes `[N, C*r*r, H, W]`.

    It is the inverse of `pixel_shuffle`: it makes the image smaller and loses nothing. Dims before
    the channels are left alone.

    torch: `torch.nn.PixelUnshuffle`.

    ```arch
    model example() {
      input image: [N, 3, H = 32, W = 32]
      pixel_unshuffle(2) :: [N, 12, H // 2, W // 2]
    }
    ```
    """

    keyword = "pixel_unshuffle"
    torch_name = "torch.nn.PixelUnshuffle"
    read_calls = ("pixel_unshuffle(input, downscale_factor)",)

    downscale_factor: Positive = Field(description="how many times smaller each axis becomes")

    def image(
        self, channels: Dim, height: Dim, width: Dim, check: Check
    ) -> tuple[Dim, Dim, Dim] | None:
        factor = self.downscale_factor
        fit = [
            self.divisible(what, extent, factor, "downscale_factor", check)
            for what, extent in (("height", height), ("width", width))
        ]
        if not all(fit):
            return None
        more = multiply(channels, factor * factor)
        return more, floor_div(height, factor), floor_div(width, factor)

    def channels(self, inputs: tuple[TensorType, ...]) -> Code:
        channels = Inferred("channels", channels_of(inputs[0]))
        if inputs[0].rank > 4:
            return channels
        return Infix("*", channels, Infix("**", Arg("downscale_factor"), 2))


class ChannelShuffle(Op):
    """Deals the channels out again, so that each group gets some of every group.

    The channels stand in `groups` equal parts; the output has the first of each part, then the
    second of each, and so on. Between two grouped convolutions it lets the groups exchange what
    they know, as in ShuffleNet.

    torch: `torch.nn.ChannelShuffle`.

    ```arch
    model example() {
      input image: [N, 24, H = 32, W = 32]
      conv(48, 1, groups = 3) -> channel_shuffle(3) -> depthwise(3, padding = 1)
    }
    ```
    """

    keyword = "channel_shuffle"
    torch_name = "torch.nn.ChannelShuffle"
    read_calls = ("channel_shuffle(input, groups)",)

    groups: Positive = Field(description="how many equal parts the channels stand in")

    def infer(self, inputs: tuple[TensorType, ...], check: Check) -> tuple[TensorType, ...] | None:
        incoming = inputs[0]
        if incoming.rank < 3:
            check.report(rules.shapes.WrongRank(self.keyword, ("[N, C, …]",), str(incoming)))
            return None
        shown = show_extent(incoming.shape[1], check)
        facts = (self.keyword, "channels", shown, self.groups, "groups")
        check.divisible(
            incoming.shape[1], self.groups, lambda: rules.resizing.ExtentNotDivisible(*facts)
        )
        return (incoming,)

    def dependence(self, edge: Edge) -> tuple[AxisAccess, ...] | None:
        dealt = Unsaid(f"{self.keyword} deals out the dim that the axis is in")
        rest = range(2, len(edge.given))
        return (same(0), dealt if self.groups > 1 else same(1), *(same(dim) for dim in rest))

    def allocate(
        self, trace: "MemoryTrace", inputs: "tuple[Tensor, ...]", outputs: tuple[TensorType, ...]
    ) -> "tuple[Tensor, ...]":
        return (trace.new(trace.extents(outputs[0]), *inputs, format=inputs[0]),)

    def recipe(self, inputs: tuple[TensorType, ...]) -> ModuleRecipe:
        return ModuleRecipe(Call("nn.ChannelShuffle", (Arg("groups"),)))
