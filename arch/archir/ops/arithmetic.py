"""Arithmetic."""

from typing import TYPE_CHECKING

from archir.op.fields import Field
from archir.op.recipe import Call, FunctionRecipe, Input
from archir.ops.choice import takes_exactly
from archir.ops.merge import BinaryArithmetic, Broadcasting, Number, one_by_one
from archir.ops.spatial import require_dtype
from archir.shapes.conditions import Check
from archir.shapes.types import TensorType

if TYPE_CHECKING:
    from archir.memory.storage import Tensor
    from archir.memory.trace import MemoryTrace


class Subtract(BinaryArithmetic):
    """Takes the values behind the first from it, element by element.

    Dims of size 1 are repeated as torch's broadcasting does. With a number it takes one value, and
    the number from each element: `subtract(0.5)`.

    torch: `torch.sub`, written `-`.

    ```arch
    model example() {
      input image: [N, 3, H = 32, W = 32]
      subtract(0.5) -> conv(16, 3, padding = 1)
      subtract [_, mean([2, 3], keepdim = true)]
    }
    ```
    """

    keyword = "subtract"
    torch_name = "torch.sub"
    read_calls = ("sub(input, other, alpha=1)",)
    operator = "-"

    def dtype(self, inputs: tuple[TensorType, ...], check: Check) -> str:
        for given in () if self.is_alone(inputs) else inputs:
            require_dtype(self.keyword, given, ("float32", "int64"), check)
        return super().dtype(inputs, check)


class Divide(BinaryArithmetic):
    """Divides the first value by those behind it, element by element.

    The outcome is always a float. Dims of size 1 are repeated as torch's broadcasting does. With
    a number it takes one value, and divides each element by the number: `divide(2)`.

    torch: `torch.div`, written `/`.

    ```arch
    model example() {
      input image: [N, 3, H = 32, W = 32]
      divide(255) -> conv(16, 3, padding = 1)
      divide [_, sum(1, keepdim = true)]
    }
    ```
    """

    keyword = "divide"
    torch_name = "torch.div"
    read_calls = ("div(input, other, rounding_mode=None)",)
    operator = "/"

    def dtype(self, inputs: tuple[TensorType, ...], check: Check) -> str:
        return inputs[0].dtype if self.is_alone(inputs) else "float32"

    def combine(self, trace: "MemoryTrace", left: "Tensor", right: "Tensor") -> "Tensor":
        return trace.divided(left, right)


class AddProduct(Broadcasting):
    """Adds the product of the second and the third value to the first, element by element.

    That is `add [a, multiply [b, c]]` in one step, which is rounded once where the processor can.
    Dims of size 1 are repeated as torch's broadcasting does.

    torch: `torch.addcmul`.

    ```arch
    model example() {
      input image: [N, 3, H = 32, W = 32]
      conv(16, 3) -> relu as x
      mean([2, 3], keepdim = true) -> sigmoid as gate
      addcmul(0.5) [x, x, gate]
    }
    ```
    """

    keyword = "addcmul"
    torch_name = "torch.addcmul"
    read_calls = ("addcmul(input, tensor1, tensor2, value=1)",)

    value: Number = Field(1, description="a factor of the product")

    def infer(self, inputs: tuple[TensorType, ...], check: Check) -> tuple[TensorType, ...] | None:
        wanted = ("what is added to", "one factor", "the other factor")
        if not takes_exactly(self.keyword, wanted, inputs, check):
            return None
        for given in inputs:
            require_dtype(self.keyword, given, ("float32",), check)
        return super().infer(inputs, check)

    def allocate(
        self, trace: "MemoryTrace", inputs: "tuple[Tensor, ...]", outputs: tuple[TensorType, ...]
    ) -> "tuple[Tensor, ...]":
        shape = trace.extents(outputs[0])
        like = tuple(trace.expanded(each, shape) for each in inputs)
        made = trace.new(shape, *inputs, like=like)
        _, one, other = inputs
        trace.keep(made, *([other] if one.grad else []), *([one] if other.grad else []))
        return (made,)

    def recipe(self, inputs: tuple[TensorType, ...]) -> FunctionRecipe:
        given = (Input(0), Input(1), Input(2))
        return FunctionRecipe(Call("torch.addcmul", given, self.changed("value")))


class _Extremum(Broadcasting):
    """Base of the functions of two values, done one after the other."""

    def allocate(
        self, trace: "MemoryTrace", inputs: "tuple[Tensor, ...]", outputs: tuple[TensorType, ...]
    ) -> "tuple[Tensor, ...]":
        made = inputs[0]
        for number, other in enumerate(inputs[1:]):
            before, made = made, trace.merged(made, other)
            trace.keep(made, before, other)
            if number:
                trace.drop(before)
        return (made,)

    def recipe(self, inputs: tuple[TensorType, ...]) -> FunctionRecipe:
        return one_by_one(self.torch_name, len(inputs))


class Maximum(_Extremum):
    """Gives the greatest of several values, element by element.

    Dims of size 1 are repeated as torch's broadcasting does.

    torch: `torch.maximum`.

    ```arch
    model example() {
      input image: [N, 3, H = 32, W = 32]
      maximum [conv(16, 3, padding = 1), conv(16, 1)]
    }
    ```
    """

    keyword = "maximum"
    torch_name = "torch.maximum"
    read_calls = ("maximum(input, other)",)


class Minimum(_Extremum):
    """Gives the least of several values, element by element.

    Dims of size 1 are repeated as torch's broadcasting does.

    torch: `torch.minimum`.

    ```arch
    model example() {
      input image: [N, 3, H = 32, W = 32]
      minimum [conv(16, 3, padding = 1), conv(16, 1)]
    }
    ```
    """

    keyword = "minimum"
    torch_name = "torch.minimum"
    read_calls = ("minimum(input, other)",)
