"""Merges."""

from functools import partial
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from archir import rules
from archir.op.contract import Op, channels_of
from archir.op.dependence import AxisAccess, Edge, pointwise
from archir.op.fields import Field
from archir.op.recipe import (
    Arg,
    Call,
    Code,
    Fold,
    FunctionRecipe,
    Inferred,
    Infix,
    Input,
)
from archir.ops.spatial import AXIS_NAMES, show_extent
from archir.shapes.conditions import Check
from archir.shapes.dims import Dim
from archir.shapes.types import TensorType

if TYPE_CHECKING:
    from archir.memory.storage import Tensor
    from archir.memory.trace import MemoryTrace

PROMOTION = ("bool", "int64", "float32")
"""Of two dtypes the later one is the outcome, as torch promotes them."""


def promoted(inputs: tuple[TensorType, ...]) -> str:
    """The dtype of a value made of all the inputs."""
    return max((given.dtype for given in inputs), key=PROMOTION.index)


def dim_name(dim: int, rank: int) -> str:
    """A dim in people's words: batch, channels, height; ``dim 2`` where there is no word."""
    if rank == 2:
        return ("batch size", "channels")[dim]
    names = ("batch size", "channels", *AXIS_NAMES.get(rank - 2, ()))
    return names[dim] if rank == len(names) else f"dim {dim}"


def one_by_one(function: str, count: int) -> FunctionRecipe:
    """A function of two values applied to the first and the second, to that and the third …"""
    code: Code = Input(0)
    for number in range(1, count):
        code = Call(function, (code, Input(number)))
    return FunctionRecipe(code)


class Broadcasting(Op):
    """Base of what is worked out element by element of all inputs, with torch's broadcasting."""

    arity = "many"
    is_module = False

    def infer(self, inputs: tuple[TensorType, ...], check: Check) -> tuple[TensorType, ...] | None:
        shape = broadcast(self.keyword, inputs, check)
        dtype = self.dtype(inputs, check)
        return None if shape is None else (TensorType(shape, dtype),)

    def dtype(self, inputs: tuple[TensorType, ...], check: Check) -> str:
        """The dtype of the outcome."""
        return promoted(inputs)

    def dependence(self, edge: Edge) -> tuple[AxisAccess, ...] | None:
        return pointwise(edge)

    def channels(self, inputs: tuple[TensorType, ...]) -> Code:
        rank = max(given.rank for given in inputs)
        aligned = [
            (channels_of(given), -number)
            for number, given in enumerate(inputs)
            if given.rank == rank
        ]
        channels, negated = max(aligned)
        shorter = [given.shape[1 - rank] for given in inputs if rank > given.rank >= rank - 1]
        if any(extent not in (1, channels) for extent in shorter):
            return None  # the channels come from a value of fewer dims
        return Inferred("channels", channels, -negated)


def broadcast(
    callee: str, inputs: tuple[TensorType, ...], check: Check, behind: int = 0
) -> tuple[Dim, ...] | None:
    """What broadcasting makes of all dims but the last ``behind``; None after a report."""
    rank = max(given.rank for given in inputs)
    shape: list[Dim] = []
    for dim in range(-rank, -behind):
        extent = _extent(callee, inputs, dim, rank, check)
        if extent is None:
            return None
        shape.append(extent)
    return tuple(shape)


def _extent(
    callee: str, inputs: tuple[TensorType, ...], dim: int, rank: int, check: Check
) -> Dim | None:
    """What broadcasting makes of one dim, counted from the last; None after a report."""
    extent: Dim | None = 1
    widest = 0
    for number, given in enumerate(inputs):
        if given.rank < -dim or extent is None:
            continue
        here = given.shape[dim]
        problem = partial(differ, callee, inputs, widest, number, dim, dim + rank, check)
        merged = check.broadcast(extent, here, problem)
        if merged == here and here != extent:
            widest = number
        extent = merged
    return extent


Whole = Annotated[int, Field(ge=-(2**63), le=2**63 - 1)]
"""What torch takes as an integer."""

Number = Annotated[float, Field(allow_inf_nan=False)] | Whole


class BinaryArithmetic(Broadcasting):
    """An operator between all inputs, or between one input and a number."""

    operator: ClassVar[str]

    other: Number | None = Field(None, description="a number, in the place of a second value")

    def takes(self) -> Literal["one", "many"]:
        return "many" if self.other is None else "one"

    def is_alone(self, inputs: tuple[TensorType, ...]) -> bool:
        """Whether there is nothing to compute: one value, which is given on as it is."""
        return len(inputs) == 1 and self.other is None

    def dtype(self, inputs: tuple[TensorType, ...], check: Check) -> str:
        dtypes = [super().dtype(inputs, check)]
        if self.other is not None:
            dtypes.append("float32" if isinstance(self.other, float) else "int64")
        return max(dtypes, key=PROMOTION.index)

    def allocate(
        self, trace: "MemoryTrace", inputs: "tuple[Tensor, ...]", outputs: tuple[TensorType, ...]
    ) -> "tuple[Tensor, ...]":
        if self.other is not None:
            made = trace.new(inputs[0].shape, *inputs, dtype=outputs[0].dtype, like=inputs[0])
            return (made,)
        made = inputs[0]
        for number, other in enumerate(inputs[1:]):
            before, made = made, self.combine(trace, made, other)
            if number:
                trace.drop(before)
        return (made,)

    def combine(self, trace: "MemoryTrace", left: "Tensor", right: "Tensor") -> "Tensor":
        """What the operator makes of two tensors."""
        return trace.merged(left, right)

    def recipe(self, inputs: tuple[TensorType, ...]) -> FunctionRecipe:
        if self.other is None:
            return FunctionRecipe(Fold(self.operator))
        return FunctionRecipe(Infix(self.operator, Input(), Arg("other")))


def differ(
    callee: str,
    inputs: tuple[TensorType, ...],
    left: int,
    right: int,
    dim: int,
    position: int,
    check: Check,
) -> "rules.shapes.ShapesDiffer":
    """The problem that two inputs do not go together at a dim, the outcome's ``position``."""
    one, other = inputs[left], inputs[right]
    return rules.shapes.ShapesDiffer(
        callee,
        dim_name(position, max(given.rank for given in inputs)),
        left + 1,
        show_extent(one.shape[dim], check),
        right + 1,
        show_extent(other.shape[dim], check),
        (str(one), str(other)),
    )


class Add(BinaryArithmetic):
    """Adds values element by element: the merge of a residual network.

    Dims of size 1 are repeated as torch's broadcasting does. With a number it takes one value, and
    adds the number to each element: `add(0.5)`.

    torch: `torch.add`, written `+`.

    ```arch
    model example() {
      input image: [N, 16, H = 32, W = 32]
      add [conv(16, 3, padding = 1), _]
    }
    ```
    """

    keyword = "add"
    torch_name = "torch.add"
    read_calls = (
        "add(input, other, alpha=1)",
        "radd(input, other)",
    )
    operator = "+"


class Multiply(BinaryArithmetic):
    """Multiplies values element by element: the merge of a gate.

    Dims of size 1 are repeated as torch's broadcasting does. With a number it takes one value, and
    multiplies each element by the number: `multiply(0.5)`.

    torch: `torch.mul`, written `*`.

    ```arch
    model example() {
      input image: [N, 16, H = 32, W = 32]
      multiply [_, { adaptive_avg_pool(1) -> conv(16, 1) -> relu }]
    }
    ```
    """

    keyword = "multiply"
    torch_name = "torch.mul"
    read_calls = (
        "mul(input, other)",
        "rmul(input, other)",
    )
    operator = "*"

    def combine(self, trace: "MemoryTrace", left: "Tensor", right: "Tensor") -> "Tensor":
        return trace.multiplied(left, right)
