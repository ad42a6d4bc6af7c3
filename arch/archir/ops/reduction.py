"""Reductions."""

from typing import TYPE_CHECKING, Annotated, ClassVar

from archir import rules
from archir.op.contract import Int, Keeps, Op
from archir.op.dependence import WHOLE, AxisAccess, Edge, same
from archir.op.fields import Field
from archir.op.recipe import Arg, Call, Code, FunctionRecipe, Input
from archir.ops.dims import resolve_dims
from archir.ops.spatial import require_dtype
from archir.shapes.conditions import Check
from archir.shapes.types import TensorType


class Reduction(Op):
    """Base of the ops that make one number of all those along some dims."""

    is_module = False
    keeps: ClassVar[Keeps] = ()

    if TYPE_CHECKING:
        dim: int | tuple[int, ...]
        keepdim: bool

    def infer(self, inputs: tuple[TensorType, ...], check: Check) -> tuple[TensorType, ...] | None:
        incoming = inputs[0]
        dtype = self.dtype(incoming, check)
        dims = resolve_dims(self.keyword, "dim", self._dims(), incoming.rank, check)
        if dims is None:
            return None
        if len(dims) == incoming.rank and not self.keepdim:
            check.report(rules.tensors.NoDimsLeft(self.keyword, str(incoming), keeps=True))
            return None
        kept = (1,) if self.keepdim else ()
        shape = [
            new
            for dim, extent in enumerate(incoming.shape)
            for new in (kept if dim in dims else (extent,))
        ]
        return (TensorType(tuple(shape), dtype),)

    def _dims(self) -> tuple[int, ...]:
        return self.dim if isinstance(self.dim, tuple) else (self.dim,)

    def dtype(self, incoming: TensorType, check: Check) -> str:
        """The dtype of the outcome."""
        return incoming.dtype

    def dependence(self, edge: Edge) -> tuple[AxisAccess, ...] | None:
        rank = len(edge.given)
        gone = {dim % rank for dim in self._dims()}
        kept = [dim for dim in range(rank) if self.keepdim or dim not in gone]
        return tuple(WHOLE if d in gone else same(kept.index(d)) for d in range(rank))

    def recipe(self, inputs: tuple[TensorType, ...]) -> FunctionRecipe:
        method = self.torch_name.removeprefix("torch")
        return FunctionRecipe(Call(method, (Input(), Arg("dim")), self.changed("keepdim")))

    def channels(self, inputs: tuple[TensorType, ...]) -> Code:
        dims = {dim % inputs[0].rank for dim in self._dims()}
        lost = 1 in dims or (0 in dims and not self.keepdim)
        return None if lost else super().channels(inputs)


class OverOneDim(Reduction):
    """Base of those that take one dim."""

    dim: Int = Field(description="the dim to reduce")
    keepdim: bool = Field(False, description="whether the dim stays, of size 1")


class OverDims(Reduction):
    """Base of those that take one dim or several."""

    dim: Int | Annotated[tuple[Int, ...], Field(min_length=1, max_length=64)] = Field(
        description="the dim to reduce, or a list of them"
    )
    keepdim: bool = Field(False, description="whether the dims stay, each of size 1")


class Mean(OverDims):
    """Gives the mean along a dim, or along all dims of a list.

    torch: `torch.mean`.

    ```arch
    model example() {
      input tokens: [N, L = 64, 192]
      mean(1) -> linear(10)
    }
    ```
    """

    keyword = "mean"
    torch_name = "torch.mean"
    read_calls = ("mean(input, dim, keepdim=False, dtype=None)",)

    def dtype(self, incoming: TensorType, check: Check) -> str:
        require_dtype(self.keyword, incoming, ("float32",), check)
        return "float32"


class Sum(OverDims):
    """Gives the sum along a dim, or along all dims of a list.

    As a stage `sum` is this op; where it is called in an expression it is the function that adds
    up a list.

    torch: `torch.sum`.

    ```arch
    model example() {
      input image: [N, 3, H = 32, W = 32]
      conv(16, 3) -> sum([2, 3]) -> linear(10)
    }
    ```
    """

    keyword = "sum"
    between = "add"
    torch_name = "torch.sum"
    read_calls = ("sum(input, dim, keepdim=False, dtype=None)",)

    def dtype(self, incoming: TensorType, check: Check) -> str:
        return "float32" if incoming.dtype == "float32" else "int64"
