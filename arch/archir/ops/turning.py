"""Turns along dims."""

from typing import TYPE_CHECKING, Annotated

from archir import rules
from archir.op.contract import Int, Op, Size
from archir.op.dependence import AxisAccess, Edge, periodic, same
from archir.op.extents import readable
from archir.op.fields import Field
from archir.op.recipe import Arg, Call, FunctionRecipe, Input
from archir.ops.dims import resolve_dim, resolve_dims
from archir.shapes.conditions import Check
from archir.shapes.dims import evaluate
from archir.shapes.types import TensorType

if TYPE_CHECKING:
    from archir.memory.storage import Tensor
    from archir.memory.trace import MemoryTrace

SomeDims = Annotated[tuple[Int, ...], Field(min_length=1, max_length=64)]


class Roll(Op):
    """Moves everything on along a dim, or along several; what is moved past the end begins anew.

    A negative shift moves towards the beginning. The shifts may be sizes of the input.

    torch: `torch.roll`.

    ```arch
    model example() {
      input image: [N, 3, H = 56, W = 56]
      conv(96, 4, stride = 4) -> permute(0, 2, 3, 1) -> roll([-3, -3], [1, 2]) -> linear(96)
    }
    ```
    """

    keyword = "roll"
    torch_name = "torch.roll"
    read_calls = ("roll(input, shifts, dims)",)
    is_module = False

    shifts: Size | Annotated[tuple[Size, ...], Field(min_length=1, max_length=64)] = Field(
        description="how far to move, or how far along each dim"
    )
    dims: Int | SomeDims = Field(description="the dim along which to move, or a list of them")

    def infer(self, inputs: tuple[TensorType, ...], check: Check) -> tuple[TensorType, ...] | None:
        given = inputs[0]  # others are asked for sizes
        shifts, dims = _listed(self.shifts), _listed(self.dims)
        if len(shifts) != len(dims):
            facts = (self.keyword, len(shifts), len(dims))
            check.report(rules.copies.ShiftsDiffer(*facts))
        for shift in shifts:
            readable(shift, inputs, check)
        for dim in self._dims():
            resolve_dim(self.keyword, "dims", dim, given.rank, check)
        return (given,)

    def _dims(self) -> tuple[int, ...]:
        return self.dims if isinstance(self.dims, tuple) else (self.dims,)

    def dependence(self, edge: Edge) -> tuple[AxisAccess, ...] | None:
        rank = len(edge.given)
        moved = [0] * rank
        for shift, dim in zip(_listed(self.shifts), self._dims(), strict=True):
            moved[dim] += evaluate(shift, edge.sizes)
        return tuple(
            same(dim) if moved[dim] % extent == 0 else _turned(dim, extent, moved[dim])
            for dim, extent in enumerate(edge.given)
        )

    def allocate(
        self, trace: "MemoryTrace", inputs: "tuple[Tensor, ...]", outputs: tuple[TensorType, ...]
    ) -> "tuple[Tensor, ...]":
        # What one dim after the other has made is there until the last is made.
        made = inputs[0]
        for _ in self._dims():
            made = trace.new(made.shape, made, format=made)
        return (made,)

    def recipe(self, inputs: tuple[TensorType, ...]) -> FunctionRecipe:
        return FunctionRecipe(Call(".roll", (Input(), Arg("shifts"), Arg("dims"))))


def _listed(given: Size | tuple[Size, ...]) -> tuple[Size, ...]:
    return given if isinstance(given, tuple) else (given,)


def _turned(dim: int, extent: int, moved: int) -> AxisAccess:
    return periodic(dim, extent, extent, lambda place: ((place - moved) % extent, 1, 1))


class Flip(Op):
    """Turns the order of the elements round along dims, given one by one or as a list.

    torch: `torch.flip`.

    ```arch
    model example() {
      input tokens: [N, L = 16, 64]
      add [linear(64), flip(1) -> linear(64) -> flip(1)]
    }
    ```
    """

    keyword = "flip"
    torch_name = "torch.flip"
    read_calls = ("flip(input, *dims)",)
    is_module = False
    variadic = True

    dims: SomeDims = Field(description="the dims that are turned round")

    def infer(self, inputs: tuple[TensorType, ...], check: Check) -> tuple[TensorType, ...] | None:
        resolve_dims(self.keyword, "dims", self.dims, inputs[0].rank, check)
        return inputs

    def dependence(self, edge: Edge) -> tuple[AxisAccess, ...] | None:
        turned = {dim % len(edge.given) for dim in self.dims}
        return tuple(
            _flipped(dim, extent) if dim in turned and extent > 1 else same(dim)
            for dim, extent in enumerate(edge.given)
        )

    def allocate(
        self, trace: "MemoryTrace", inputs: "tuple[Tensor, ...]", outputs: tuple[TensorType, ...]
    ) -> "tuple[Tensor, ...]":
        return (trace.copy(inputs[0]),)

    def recipe(self, inputs: tuple[TensorType, ...]) -> FunctionRecipe:
        return FunctionRecipe(Call(".flip", (Input(), *self.dims)))


def _flipped(dim: int, extent: int) -> AxisAccess:
    return periodic(dim, extent, extent, lambda place: (extent - 1 - place, 1, 1))
