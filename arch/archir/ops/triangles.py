"""Triangles and diagonals of matrices."""

from typing import TYPE_CHECKING, ClassVar

from archir import rules
from archir.op.contract import Int, Keeps, Op
from archir.op.dependence import AxisAccess, Edge, Taps, same
from archir.op.fields import Field
from archir.op.recipe import Call, Code, FunctionRecipe, Input
from archir.ops.activation import ElementwiseFunction
from archir.ops.dims import resolve_dims
from archir.ops.spatial import show_extent
from archir.shapes.arithmetic import add, minimum
from archir.shapes.conditions import Check
from archir.shapes.types import TensorType

if TYPE_CHECKING:
    from archir.memory.storage import Tensor
    from archir.memory.trace import MemoryTrace


class Tril(ElementwiseFunction):
    """Keeps the lower triangle of the matrices in the last two dims, and puts 0 for the rest.

    The diagonal is kept too, and as many above it as `diagonal` says; a negative number leaves
    that many out.

    torch: `torch.tril`.

    ```arch
    model example() {
      input scores: [N, 8, L = 16, L]
      tril -> softmax(-1)
    }
    ```
    """

    keyword = "tril"
    torch_name = "torch.tril"
    read_calls = ("tril(input, diagonal=0)",)
    dtypes = ("float32", "int64", "bool")
    keeps: ClassVar[Keeps] = ()
    keeps_layout = False

    diagonal: Int = Field(0, description="the last diagonal that is kept, counted to the right")

    def infer(self, inputs: tuple[TensorType, ...], check: Check) -> tuple[TensorType, ...] | None:
        if inputs[0].rank < 2:
            check.report(rules.shapes.WrongRank(self.keyword, ("[…, M, N]",), str(inputs[0])))
        return super().infer(inputs, check)


class Triu(Tril):
    """Keeps the upper triangle of the matrices in the last two dims, and puts 0 for the rest.

    The diagonal is kept too; a `diagonal` above 0 leaves out that many, one below 0 keeps more.

    torch: `torch.triu`.

    ```arch
    model example() {
      input scores: [N, 8, L = 16, L]
      triu(1)
    }
    ```
    """

    keyword = "triu"
    torch_name = "torch.triu"
    read_calls = ("triu(input, diagonal=0)",)


class Diagonal(Op):
    """Takes the diagonal of the matrices in two dims: it becomes the last dim, and they are gone.

    An `offset` above 0 takes one that lies so many columns to the right, one below 0 so many rows
    down.

    torch: `torch.linalg.diagonal`.

    ```arch
    model example() {
      input tokens: [N, L = 16, 64]
      matmul [_, transpose(1, 2)] -> diagonal
    }
    ```
    """

    keyword = "diagonal"
    torch_name = "torch.linalg.diagonal"
    is_module = False
    moves = True

    offset: Int = Field(0, description="which diagonal, counted to the right")
    dim1: Int = Field(-2, description="the dim of the rows")
    dim2: Int = Field(-1, description="the dim of the columns")

    def infer(self, inputs: tuple[TensorType, ...], check: Check) -> tuple[TensorType, ...] | None:
        (given,) = inputs
        found = resolve_dims(self.keyword, "dim", (self.dim1, self.dim2), given.rank, check)
        if found is None:
            return None
        rows, columns = (given.shape[dim] for dim in found)
        down, right = max(0, -self.offset), max(0, self.offset)
        shown = (show_extent(rows, check), show_extent(columns, check))
        extent = minimum(add(rows, -down), add(columns, -right))
        facts = (self.keyword, *shown, self.offset)
        if not check.at_least(extent, 1, lambda: rules.tensors.NoSuchDiagonal(*facts)):
            return None
        kept = [each for dim, each in enumerate(given.shape) if dim not in found]
        return (given.with_shape(*kept, extent),)

    def _dims(self, rank: int) -> tuple[int, int]:
        return self.dim1 % rank, self.dim2 % rank

    def dependence(self, edge: Edge) -> tuple[AxisAccess, ...] | None:
        rank = len(edge.given)
        rows, columns = self._dims(rank)
        kept = [dim for dim in range(rank) if dim not in (rows, columns)]
        starts = {rows: max(0, -self.offset), columns: max(0, self.offset)}
        return tuple(
            Taps(rank - 2, 1, ((starts[dim], 1, 1),)) if dim in starts else same(kept.index(dim))
            for dim in range(rank)
        )

    def allocate(
        self, trace: "MemoryTrace", inputs: "tuple[Tensor, ...]", outputs: tuple[TensorType, ...]
    ) -> "tuple[Tensor, ...]":
        (given,) = inputs
        dims = self._dims(len(given.shape))
        strides = [step for dim, step in enumerate(given.strides) if dim not in dims]
        along = sum(given.strides[dim] for dim in dims)
        return (trace.view(given, trace.extents(outputs[0]), (*strides, along)),)

    def recipe(self, inputs: tuple[TensorType, ...]) -> FunctionRecipe:
        keywords = self.changed("offset", "dim1", "dim2")
        return FunctionRecipe(Call("torch.linalg.diagonal", (Input(),), keywords))

    def channels(self, inputs: tuple[TensorType, ...]) -> Code:
        return None
