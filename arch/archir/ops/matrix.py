"""Matrices."""

from math import prod
from typing import TYPE_CHECKING

from archir import rules
from archir.op.contract import Op
from archir.op.dependence import WHOLE, AxisAccess, Edge, pointwise, same
from archir.op.recipe import Code, Fold, FunctionRecipe
from archir.ops.merge import broadcast
from archir.ops.spatial import require_dtype, show_extent
from archir.shapes.arithmetic import product
from archir.shapes.conditions import Check
from archir.shapes.dims import Dim
from archir.shapes.types import TensorType

if TYPE_CHECKING:
    from archir.memory.storage import Tensor
    from archir.memory.trace import MemoryTrace


class Matmul(Op):
    """Multiplies two values as matrices: `[N, H, L, D]` and `[N, H, D, M]` give `[N, H, L, M]`.

    The last two dims are rows and columns, and those in front of them are broadcast. A value of
    one dim is a row where it comes first, and a column where it comes second. Both are of one
    dtype. The cost is that of torch's counter, which does not count products with such a column.

    torch: `torch.matmul`, written `@`.

    ```arch
    model example() {
      input tokens: [N, L = 64, 192]
      matmul [_, transpose(1, 2)] -> matmul [_, tokens]
    }
    ```
    """

    keyword = "matmul"
    torch_name = "torch.matmul"
    read_calls = (
        "matmul(input, other)",
        "bmm(input, other)",
    )
    arity = "many"
    is_module = False

    def infer(self, inputs: tuple[TensorType, ...], check: Check) -> tuple[TensorType, ...] | None:
        if len(inputs) != 2:
            check.report(rules.merging.NotTwoValues(self.keyword, len(inputs)))
            return None
        left, right = inputs
        self._dtypes(left, right, check)
        shapes = (str(left), str(right))
        columns, rows = left.shape[-1], _rows(right)
        shown = (show_extent(columns, check), show_extent(rows, check))
        if not check.equal(
            columns, rows, lambda: rules.merging.InnerDimsDiffer(self.keyword, *shown, shapes)
        ):
            return None
        batch: tuple[Dim, ...] | None = ()
        if max(left.rank, right.rank) > 2:
            batch = broadcast(self.keyword, inputs, check, behind=2)
        if batch is None:
            return None
        shape = (*batch, *left.shape[-2:-1], *(right.shape[-1:] if right.rank > 1 else ()))
        if not shape:
            check.report(rules.tensors.NoDimsLeft(self.keyword, " and ".join(shapes)))
            return None
        return (left.with_shape(*shape),)

    def _dtypes(self, left: TensorType, right: TensorType, check: Check) -> None:
        if left.dtype != right.dtype:
            check.report(rules.merging.DtypesDiffer(self.keyword, (left.dtype, right.dtype)))
        else:
            require_dtype(self.keyword, left, ("float32", "int64"), check)

    def macs(self, inputs: tuple[TensorType, ...], outputs: tuple[TensorType, ...]) -> Dim:
        if inputs[1].rank == 1:
            return 0
        return product((*outputs[0].shape, inputs[0].shape[-1]))

    def dependence(self, edge: Edge) -> tuple[AxisAccess, ...] | None:
        rank, first = len(edge.given), edge.source == 0
        if rank == 1:
            return (WHOLE,)
        other = len(edge.inputs[1 - edge.source].shape)
        last = len(edge.made) - 1
        # The rows of the left and the columns of the right are those of the outcome.
        row = last if other == 1 else last - 1
        ends = (same(row), WHOLE) if first else (WHOLE, same(last))
        return (*pointwise(_batch(edge)), *ends)

    def allocate(
        self, trace: "MemoryTrace", inputs: "tuple[Tensor, ...]", outputs: tuple[TensorType, ...]
    ) -> "tuple[Tensor, ...]":
        left, right = inputs
        return (matrix_product(trace, left, right, trace.extents(outputs[0])),)

    def recipe(self, inputs: tuple[TensorType, ...]) -> FunctionRecipe:
        return FunctionRecipe(Fold("@"))

    def channels(self, inputs: tuple[TensorType, ...]) -> Code:
        return None


def _batch(edge: Edge) -> Edge:
    """The same of the dims in front of the matrices alone."""
    behind = 2 - sum(given.rank == 1 for given in edge.inputs)
    made = edge.outputs[0].shape
    given = TensorType(edge.inputs[edge.source].shape[:-2])
    return Edge((given,), (TensorType(made[: len(made) - behind]),))


def _rows(right: TensorType) -> Dim:
    return right.shape[-2] if right.rank > 1 else right.shape[0]


def matrix_product(
    trace: "MemoryTrace", left: "Tensor", right: "Tensor", shape: tuple[int, ...]
) -> "Tensor":
    """What torch does for ``left @ right``: mostly a product of two matrices or of two batches."""
    if len(left.shape) < 3 and len(right.shape) < 3:
        return trace.multiplied(left, right, shape)
    if _folds(left, right):
        turned = len(right.shape) > len(left.shape)
        large, small = (trace.transposed(right, -2, -1), left) if turned else (left, right)
        rows = prod(large.shape[:-1])
        folded = trace.reshape(large, (rows, large.shape[-1]))
        columns = small.shape[-2 if turned else -1 :][:1] if len(small.shape) == 2 else ()
        made = trace.multiplied(folded, small, (rows, *columns))
        if turned and columns:
            across = trace.reshape(made, (*large.shape[:-1], *columns))
            return trace.contiguous(trace.transposed(across, -2, -1))
        return trace.reshape(made, shape)
    return _batched(trace, left, right, shape)


def _folds(left: "Tensor", right: "Tensor") -> bool:
    """Whether torch joins the dims in front of the larger one, and multiplies two matrices."""
    larger = len(left.shape) >= len(right.shape)
    large, small = (left, right) if larger else (right, left)
    if len(large.shape) < 3 or len(small.shape) > 2:
        return False
    if small.grad:
        return True  # else the backward pass would make as many gradients as there are matrices
    if len(left.shape) == 2:
        return False
    strides = list(large.strides)
    extents = list(large.shape)
    if not larger:
        strides[-2:], extents[-2:] = strides[:-3:-1], extents[:-3:-1]
    return all(
        strides[dim] == strides[dim + 1] * extents[dim + 1] for dim in range(len(strides) - 2)
    )


def _batched(
    trace: "MemoryTrace", left: "Tensor", right: "Tensor", shape: tuple[int, ...]
) -> "Tensor":
    """A product of as many pairs of matrices as broadcasting makes."""
    column, row = len(right.shape) == 1, len(left.shape) == 1
    batch = shape[: len(shape) - 2 + column + row]
    if row:
        left = trace.view(left, (1, *left.shape), (left.shape[0] * left.strides[0], *left.strides))
    if column:
        right = trace.view(right, (*right.shape, 1), (*right.strides, 1))
    rows, columns = left.shape[-2], right.shape[-1]
    first, second = (
        trace.reshape(
            trace.expanded(given, (*batch, *given.shape[-2:])), (prod(batch), *given.shape[-2:])
        )
        for given in (left, right)
    )
    made = trace.multiplied(first, second, (prod(batch), rows, columns))
    return trace.reshape(made, shape)
