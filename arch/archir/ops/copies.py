"""Copies."""

from typing import TYPE_CHECKING, Annotated

from archir.op.contract import Int, Op, Size
from archir.op.dependence import AxisAccess, Edge, periodic, same
from archir.op.extents import readable
from archir.op.fields import Field
from archir.op.recipe import Arg, Call, Code, FunctionRecipe, Input
from archir.ops.activation import ElementwiseFunction
from archir.ops.dims import along, replaced_at, resolve_dim
from archir.ops.reshape import below_one
from archir.ops.spatial import show_extent
from archir.shapes.arithmetic import multiply
from archir.shapes.conditions import Check
from archir.shapes.dims import Dim, evaluate
from archir.shapes.types import TensorType

if TYPE_CHECKING:
    from archir.memory.storage import Tensor
    from archir.memory.trace import MemoryTrace


def _times(
    callee: str, name: str, wanted: Dim, inputs: tuple[TensorType, ...], check: Check
) -> Dim:
    """How often something is repeated, as a text gives it: at least once."""
    times = readable(wanted, inputs, check)
    shown = show_extent(times, check)
    check.at_least(times, 1, lambda: below_one(callee, name, shown, False))
    return times


class Tile(Op):
    """Puts copies of all that there is behind each other along dims: `tile(1, 2)` makes two of it.

    How many are wanted is given for each of the last dims, one by one or as a list; for more dims
    than there are, new ones are put in front. They may be sizes of the input.

    torch: `torch.tile`.

    ```arch
    model example() {
      input code: [N, 128, 1, 1], image: [N, 3, H = 32, W = 32]
      concat [code -> tile(H, W), image]
    }
    ```
    """

    keyword = "tile"
    torch_name = "torch.tile"
    read_calls = (
        "tile(input, *dims)",
        "repeat(input, *dims)",
    )
    is_module = False
    keeps = ()
    variadic = True

    dims: Annotated[tuple[Size, ...], Field(min_length=1, max_length=64)] = Field(
        description="how many copies are wanted along each of the last dims"
    )

    def infer(self, inputs: tuple[TensorType, ...], check: Check) -> tuple[TensorType, ...] | None:
        given = inputs[0]
        times = [_times(self.keyword, "dims", each, inputs, check) for each in self.dims]
        if check.problems:
            return None
        rank = max(given.rank, len(times))
        extents = (1,) * (rank - given.rank) + given.shape
        all_times = [*[1] * (rank - len(times)), *times]
        return (given.with_shape(*map(multiply, extents, all_times)),)

    def dependence(self, edge: Edge) -> tuple[AxisAccess, ...] | None:
        new = len(edge.made) - len(edge.given)
        return tuple(
            same(dim) if extent == edge.made[dim] else _again(dim, extent)
            for dim, extent in enumerate(edge.given, new)
        )

    def recipe(self, inputs: tuple[TensorType, ...]) -> FunctionRecipe:
        return FunctionRecipe(Call(".tile", (Input(), *self.dims)))

    def channels(self, inputs: tuple[TensorType, ...]) -> Code:
        return None


def _again(dim: int, extent: int) -> AxisAccess:
    return periodic(dim, 0, extent, lambda place: (place, 1, 1))


class RepeatInterleave(Op):
    """Puts copies of each element along a dim behind it: the heads of grouped queries.

    How many are wanted may be a size of the input.

    torch: `torch.repeat_interleave`.

    ```arch
    model example() {
      input keys: [N, 2, L = 16, 32]
      repeat_interleave(4, 1)
    }
    ```
    """

    keyword = "repeat_interleave"
    torch_name = "torch.repeat_interleave"
    read_calls = ("repeat_interleave(input, repeats, dim)",)
    is_module = False
    keeps = ()

    repeats: Size = Field(description="how many of each are wanted")
    dim: Int = Field(description="the dim along which they are repeated")

    def infer(self, inputs: tuple[TensorType, ...], check: Check) -> tuple[TensorType, ...] | None:
        given = inputs[0]
        dim = resolve_dim(self.keyword, "dim", self.dim, given.rank, check)
        times = _times(self.keyword, "repeats", self.repeats, inputs, check)
        if dim is None:
            return None
        return (replaced_at(given, dim, multiply(given.shape[dim], times)),)

    def dependence(self, edge: Edge) -> tuple[AxisAccess, ...] | None:
        dim, times = self.dim % len(edge.given), evaluate(self.repeats, edge.sizes)
        return along(edge, dim, periodic(dim, 1, times, lambda _: (0, 1, 1)))

    def recipe(self, inputs: tuple[TensorType, ...]) -> FunctionRecipe:
        given = (Input(), Arg("repeats"))
        return FunctionRecipe(Call(".repeat_interleave", given, (("dim", Arg("dim")),)))

    def channels(self, inputs: tuple[TensorType, ...]) -> Code:
        return None if self.dim % inputs[0].rank == 1 else super().channels(inputs)


class Contiguous(ElementwiseFunction):
    """Puts the elements into memory in the order of the dims, where they do not lie so.

    The numbers are the same; which kernel torch takes for what follows may depend on it.

    torch: `torch.Tensor.contiguous`.

    ```arch
    model example() {
      input tokens: [N, L = 16, 64]
      transpose(1, 2) -> contiguous -> conv(64, 1)
    }
    ```
    """

    keyword = "contiguous"
    is_silent = True
    torch_name = "torch.Tensor.contiguous"
    read_calls = ("contiguous(input)",)
    dtypes = ("float32", "int64", "bool")

    def allocate(
        self, trace: "MemoryTrace", inputs: "tuple[Tensor, ...]", outputs: tuple[TensorType, ...]
    ) -> "tuple[Tensor, ...]":
        return (trace.contiguous(inputs[0]),)

    def recipe(self, inputs: tuple[TensorType, ...]) -> FunctionRecipe:
        return FunctionRecipe(Call(".contiguous", (Input(),)))
