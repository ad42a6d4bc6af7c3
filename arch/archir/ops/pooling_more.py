"""Other pooling."""

from typing import TYPE_CHECKING, Annotated

from archir import rules
from archir.init.values import show_constant
from archir.op.fields import Field
from archir.op.recipe import Arg, Call, ModuleRecipe
from archir.ops.pooling import AdaptiveAvgPool, WindowPool
from archir.ops.spatial import LAYOUTS, PerAxis, Window, at_axis, rank_suffix
from archir.shapes.conditions import Check
from archir.shapes.types import TensorType

if TYPE_CHECKING:
    from archir.memory.storage import Tensor
    from archir.memory.trace import MemoryTrace


class AdaptiveMaxPool(AdaptiveAvgPool):
    """Gives an output of a fixed size, each element the largest value of its share of the input.

    It takes any input size, so that layers behind it know theirs. In a list, `none` keeps the
    size of that axis (not on `[N, C, L]`).

    torch: `torch.nn.AdaptiveMaxPool1d`, `AdaptiveMaxPool2d`, `AdaptiveMaxPool3d`.

    ```arch
    model example() {
      input image: [N, 64, H = 32, W = 32]
      adaptive_max_pool(7) -> adaptive_max_pool([none, 1]) -> flatten -> linear(10)
    }
    ```
    """

    keyword = "adaptive_max_pool"
    torch_name = "torch.nn.AdaptiveMaxPool2d"
    read_calls = ("adaptive_max_pool?d(input, output_size)",)
    torch_class = "AdaptiveMaxPool"

    def allocate(
        self, trace: "MemoryTrace", inputs: "tuple[Tensor, ...]", outputs: tuple[TensorType, ...]
    ) -> "tuple[Tensor, ...]":
        made = trace.pooled(inputs[0], trace.extents(outputs[0]), *inputs)
        indices = trace.pooled(inputs[0], made.shape, dtype="int64")
        trace.keep(made, *inputs, indices)
        return (made,)


class LPPool(WindowPool):
    """Slides a window over the input and gives the power mean, unscaled, of what it sees.

    That is the p-th root of the sum of the p-th powers, where p is `norm_type`: with 1 it is the
    sum, and with larger ones it comes nearer to the largest value. The window moves by its own
    size unless `stride` says otherwise, and there is no padding. On `[N, C, L]` the kernel is a
    number; on `[N, C, D, H, W]` the input must be as large as the window. Integers become floats.

    torch: `torch.nn.LPPool1d`, `LPPool2d`, `LPPool3d`.

    ```arch
    model example() {
      input image: [N, 3, H = 32, W = 32]
      lp_pool(2, 3, stride = 2) -> lp_pool(1, [1, 3], ceil_mode = true)
    }
    ```
    """

    keyword = "lp_pool"
    torch_name = "torch.nn.LPPool2d"
    torch_class = "LPPool"
    averages = True
    dtypes = ("float32", "int64", "bool")
    per_axis = ("kernel_size", "stride")

    norm_type: Annotated[float, Field(allow_inf_nan=False)] = Field(
        description="the power, which is not 0"
    )
    kernel_size: PerAxis = Field(description="size of the window")
    stride: PerAxis | None = Field(
        None, description="how far the window moves at a time; none means by its own size"
    )
    ceil_mode: bool = Field(
        False, description="whether a last window that hangs over the end counts"
    )

    def infer(self, inputs: tuple[TensorType, ...], check: Check) -> tuple[TensorType, ...] | None:
        outputs = super().infer(inputs, check)
        return None if outputs is None else (TensorType(outputs[0].shape),)

    def verify(self, incoming: TensorType, check: Check) -> None:
        if not self.norm_type:
            facts = ("norm_type", show_constant(self.norm_type), "a number other than 0")
            check.report(rules.argument_values.ArgumentOutOfBounds(self.keyword, *facts))
        if incoming.rank == 3 and isinstance(self.kernel_size, tuple):
            what = "a list as kernel_size"
            check.report(rules.argument_values.ArgumentNotForRank(self.keyword, what, LAYOUTS[0]))

    def window(self, index: int) -> Window:
        stride = self.kernel_size if self.stride is None else self.stride
        return Window(at_axis(self.kernel_size, index), at_axis(stride, index), 0, 0)

    def allocate(
        self, trace: "MemoryTrace", inputs: "tuple[Tensor, ...]", outputs: tuple[TensorType, ...]
    ) -> "tuple[Tensor, ...]":
        given, shape = inputs[0], trace.extents(outputs[0])
        powers = trace.new(given.shape, given, dtype=outputs[0].dtype, like=given)
        trace.keep(powers, given)
        means = trace.pooled(powers, shape, powers)
        trace.keep(means, powers)
        trace.drop(powers)
        sign = trace.new(shape, means, like=means)
        size = trace.new(shape, means, like=means)
        trace.keep(size, means)
        positive = trace.new(shape, size, like=size)
        trace.keep(positive, positive)
        trace.drop(size)
        product = trace.multiplied(sign, positive)
        trace.drop(sign, positive)
        total = trace.new(shape, product, like=product)
        trace.drop(product)
        made = trace.new(shape, total, like=total)
        trace.keep(made, total)
        return (made,)

    def recipe(self, inputs: tuple[TensorType, ...]) -> ModuleRecipe:
        sizes = (Arg("norm_type"), Arg("kernel_size"))
        keywords = self.changed("stride", "ceil_mode")
        return ModuleRecipe(Call(f"nn.LPPool{rank_suffix(inputs[0])}", sizes, keywords))
