"""Clipping and shrinking."""

from typing import TYPE_CHECKING, Annotated

from archir import rules
from archir.init.values import show_constant
from archir.op.contract import Finite
from archir.op.fields import Field
from archir.op.recipe import Arg, Call, ModuleRecipe
from archir.ops.activation import Elementwise, GivesFloats
from archir.shapes.conditions import Check
from archir.shapes.types import TensorType

if TYPE_CHECKING:
    from archir.memory.storage import Tensor
    from archir.memory.trace import MemoryTrace


class Hardtanh(Elementwise):
    """Puts the bound for what is below `min_val` or above `max_val`, and keeps all between.

    torch: `torch.nn.Hardtanh`.

    ```arch
    model example() {
      input image: [N, 3, H = 32, W = 32]
      conv(16, 3) -> hardtanh(0, 6)
    }
    ```
    """

    keyword = "hardtanh"
    torch_name = "torch.nn.Hardtanh"
    read_calls = ("hardtanh(input, min_val=-1.0, max_val=1.0, inplace=False)",)
    held = ("min_val", "max_val")
    dtypes = ("float32", "int64")

    min_val: Finite = Field(-1.0, description="the least that is left as it is")
    max_val: Finite = Field(1.0, description="the greatest that is left as it is")
    inplace: bool = Field(False, description="whether the input's memory is used for the output")

    def infer(self, inputs: tuple[TensorType, ...], check: Check) -> tuple[TensorType, ...] | None:
        if self.max_val <= self.min_val:
            wanted = f"a number above min_val, which is {show_constant(self.min_val)}"
            facts = ("max_val", show_constant(self.max_val), wanted)
            check.report(rules.argument_values.ArgumentOutOfBounds(self.keyword, *facts))
        return super().infer(inputs, check)


class Threshold(Elementwise):
    """Keeps what is above a threshold, and puts a value for the rest.

    torch: `torch.nn.Threshold`.

    ```arch
    model example() {
      input image: [N, 3, H = 32, W = 32]
      conv(16, 3) -> threshold(0.1, 0)
    }
    ```
    """

    keyword = "threshold"
    torch_name = "torch.nn.Threshold"
    read_calls = ("threshold(input, threshold, value, inplace=False)",)
    held = ("threshold", "value")
    again = True
    dtypes = ("float32", "int64")

    threshold: Finite = Field(description="what an element must be above to be kept")
    value: Finite = Field(description="what is put for the others")
    inplace: bool = Field(False, description="whether the input's memory is used for the output")

    def recipe(self, inputs: tuple[TensorType, ...]) -> ModuleRecipe:
        given = (Arg("threshold"), Arg("value"))
        return ModuleRecipe(Call("nn.Threshold", given, self.changed("inplace")))


class Hardshrink(Elementwise):
    """Puts 0 for what is from `-lambd` to `lambd`, and keeps the rest.

    torch: `torch.nn.Hardshrink`.

    ```arch
    model example() {
      input image: [N, 3, H = 32, W = 32]
      conv(16, 3) -> hardshrink(0.1)
    }
    ```
    """

    keyword = "hardshrink"
    torch_name = "torch.nn.Hardshrink"
    read_calls = ("hardshrink(input, lambd=0.5)",)
    held = ("lambd",)

    lambd: Finite = Field(0.5, description="how far from 0 an element becomes 0")


class Softshrink(Elementwise):
    """Brings every element nearer to 0 by `lambd`, and to 0 what is nearer.

    torch: `torch.nn.Softshrink`.

    ```arch
    model example() {
      input image: [N, 3, H = 32, W = 32]
      conv(16, 3) -> softshrink(0.1)
    }
    ```
    """

    keyword = "softshrink"
    torch_name = "torch.nn.Softshrink"
    read_calls = ("softshrink(input, lambd=0.5)",)
    held = ("lambd",)

    lambd: Annotated[Finite, Field(ge=0)] = Field(
        0.5, description="how much nearer to 0 an element comes"
    )


class Tanhshrink(GivesFloats):
    """Takes its tanh from every element.

    torch: `torch.nn.Tanhshrink`.

    ```arch
    model example() {
      input image: [N, 3, H = 32, W = 32]
      conv(16, 3) -> tanhshrink
    }
    ```
    """

    keyword = "tanhshrink"
    torch_name = "torch.nn.Tanhshrink"
    read_calls = ("tanhshrink(input)",)
    dtypes = ("float32", "int64")

    def allocate(
        self, trace: "MemoryTrace", inputs: "tuple[Tensor, ...]", outputs: tuple[TensorType, ...]
    ) -> "tuple[Tensor, ...]":
        given = inputs[0]
        tanh = trace.new(given.shape, given, dtype="float32", like=given)
        trace.keep(tanh, tanh)
        return (trace.merged(given, tanh),)


class Softsign(GivesFloats):
    """Divides every element by 1 more than its size: `x / (1 + abs(x))`.

    torch: `torch.nn.Softsign`.

    ```arch
    model example() {
      input image: [N, 3, H = 32, W = 32]
      conv(16, 3) -> softsign
    }
    ```
    """

    keyword = "softsign"
    torch_name = "torch.nn.Softsign"
    read_calls = ("softsign(input)",)
    dtypes = ("float32", "int64")

    def allocate(
        self, trace: "MemoryTrace", inputs: "tuple[Tensor, ...]", outputs: tuple[TensorType, ...]
    ) -> "tuple[Tensor, ...]":
        given = inputs[0]
        size = trace.copy(given)
        trace.keep(size, given)
        more = trace.copy(size)
        trace.drop(size)
        return (trace.divided(given, more),)
