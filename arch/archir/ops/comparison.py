"""Comparisons and verdicts."""

from typing import TYPE_CHECKING, ClassVar

from archir import rules
from archir.op.contract import Keeps
from archir.op.recipe import Arg, Call, FunctionRecipe, Input
from archir.ops.activation import ElementwiseFunction
from archir.ops.merge import BinaryArithmetic, Broadcasting, one_by_one
from archir.shapes.conditions import Check
from archir.shapes.types import TensorType

if TYPE_CHECKING:
    from archir.memory.storage import Tensor
    from archir.memory.trace import MemoryTrace


class _Comparison(BinaryArithmetic):
    """Base of those that hold two values against each other, or one against a number."""

    method: ClassVar[str]

    def infer(self, inputs: tuple[TensorType, ...], check: Check) -> tuple[TensorType, ...] | None:
        if self.other is None and len(inputs) != 2:
            check.report(rules.merging.NotTwoValues(self.keyword, len(inputs)))
            return None
        return super().infer(inputs, check)

    def dtype(self, inputs: tuple[TensorType, ...], check: Check) -> str:
        return "bool"

    def combine(self, trace: "MemoryTrace", left: "Tensor", right: "Tensor") -> "Tensor":
        return trace.merged(left, right, dtype="bool")

    def recipe(self, inputs: tuple[TensorType, ...]) -> FunctionRecipe:
        other = Input(1) if self.other is None else Arg("other")
        return FunctionRecipe(Call(self.method, (Input(), other)))


class Greater(_Comparison):
    """Says of every element whether it is greater than that of a second value, or a number.

    The outcome is of truths. Dims of size 1 are repeated as torch's broadcasting does; with a
    number it takes one value.

    torch: `torch.gt`.

    ```arch
    model example() {
      input features: [N, 64]
      where [greater(0), _, multiply(0.1)]
    }
    ```
    """

    keyword = "greater"
    torch_name = "torch.gt"
    read_calls = ("gt(input, other)",)
    method = ".gt"


class GreaterEqual(_Comparison):
    """Says of every element whether it is at least that of a second value, or a number.

    The outcome is of truths. Dims of size 1 are repeated as torch's broadcasting does; with a
    number it takes one value.

    torch: `torch.ge`.

    ```arch
    model example() {
      input features: [N, 64]
      multiply [_, greater_equal(0.5)]
    }
    ```
    """

    keyword = "greater_equal"
    torch_name = "torch.ge"
    read_calls = ("ge(input, other)",)
    method = ".ge"


class Less(_Comparison):
    """Says of every element whether it is less than that of a second value, or a number.

    The outcome is of truths. Dims of size 1 are repeated as torch's broadcasting does; with a
    number it takes one value.

    torch: `torch.lt`.

    ```arch
    model example() {
      input features: [N, 64]
      masked_fill(0) [_, less(0.1)]
    }
    ```
    """

    keyword = "less"
    torch_name = "torch.lt"
    read_calls = ("lt(input, other)",)
    method = ".lt"


class LessEqual(_Comparison):
    """Says of every element whether it is at most that of a second value, or a number.

    The outcome is of truths. Dims of size 1 are repeated as torch's broadcasting does; with a
    number it takes one value.

    torch: `torch.le`.

    ```arch
    model example() {
      input features: [N, 64]
      masked_fill(1) [_, abs -> less_equal(1)]
    }
    ```
    """

    keyword = "less_equal"
    torch_name = "torch.le"
    read_calls = ("le(input, other)",)
    method = ".le"


class Equal(_Comparison):
    """Says of every element whether it equals that of a second value, or a number.

    The outcome is of truths. Dims of size 1 are repeated as torch's broadcasting does; with a
    number it takes one value.

    torch: `torch.eq`.

    ```arch
    model example() {
      input features: [N, 64]
      equal [features, amax(1, keepdim = true)] -> cast("float") -> linear(8)
    }
    ```
    """

    keyword = "equal"
    torch_name = "torch.eq"
    read_calls = ("eq(input, other)",)
    method = ".eq"


class NotEqual(_Comparison):
    """Says of every element whether it differs from that of a second value, or a number.

    The outcome is of truths. Dims of size 1 are repeated as torch's broadcasting does; with a
    number it takes one value.

    torch: `torch.ne`.

    ```arch
    model example() {
      input features: [N, 64]
      not_equal(0) -> cast("float") -> linear(8)
    }
    ```
    """

    keyword = "not_equal"
    torch_name = "torch.ne"
    read_calls = ("ne(input, other)",)
    method = ".ne"


class _Logical(Broadcasting):
    """Base of those that join verdicts: numbers count as true where they are not 0.

    A single value is passed on as it is, as any merge does.
    """

    def dtype(self, inputs: tuple[TensorType, ...], check: Check) -> str:
        return "bool" if len(inputs) > 1 else inputs[0].dtype

    def allocate(
        self, trace: "MemoryTrace", inputs: "tuple[Tensor, ...]", outputs: tuple[TensorType, ...]
    ) -> "tuple[Tensor, ...]":
        made = inputs[0]
        for number, other in enumerate(inputs[1:]):
            before, made = made, trace.merged(made, other, dtype="bool")
            if number:
                trace.drop(before)
        return (made,)

    def recipe(self, inputs: tuple[TensorType, ...]) -> FunctionRecipe:
        return one_by_one(self.torch_name, len(inputs))


class LogicalAnd(_Logical):
    """Says of the elements of several values whether all are true, or not 0.

    torch: `torch.logical_and`.

    ```arch
    model example() {
      input features: [N, 64]
      logical_and [greater(0), less(1)] as inside
      where [inside, features, square]
    }
    ```
    """

    keyword = "logical_and"
    torch_name = "torch.logical_and"
    read_calls = ("logical_and(input, other)",)


class LogicalOr(_Logical):
    """Says of the elements of several values whether any is true, or not 0.

    torch: `torch.logical_or`.

    ```arch
    model example() {
      input features: [N, 64]
      logical_or [greater(0), less(1)] as inside
      where [inside, features, square]
    }
    ```
    """

    keyword = "logical_or"
    torch_name = "torch.logical_or"
    read_calls = ("logical_or(input, other)",)


class LogicalXor(_Logical):
    """Says of the elements of several values whether an odd number is true, or not 0.

    torch: `torch.logical_xor`.

    ```arch
    model example() {
      input features: [N, 64]
      logical_xor [greater(0), less(1)] as inside
      where [inside, features, square]
    }
    ```
    """

    keyword = "logical_xor"
    torch_name = "torch.logical_xor"
    read_calls = ("logical_xor(input, other)",)


class LogicalNot(ElementwiseFunction):
    """Says of every element whether it is false, or 0.

    torch: `torch.logical_not`.

    ```arch
    model example() {
      input features: [N, 64], missing: bool[N, 64]
      concat [features, missing -> logical_not -> cast("float")] -> linear(8)
    }
    ```
    """

    keyword = "logical_not"
    torch_name = "torch.logical_not"
    read_calls = ("logical_not(input)",)
    keeps: ClassVar[Keeps] = ()

    def infer(self, inputs: tuple[TensorType, ...], check: Check) -> tuple[TensorType, ...] | None:
        return (TensorType(inputs[0].shape, "bool"),)
