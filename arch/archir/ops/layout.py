"""Order of dims."""

from typing import TYPE_CHECKING, Annotated

from archir import rules
from archir.op.contract import Int, Op
from archir.op.dependence import AxisAccess, Edge, Folded, same
from archir.op.fields import Field
from archir.op.recipe import Arg, Call, Code, FunctionRecipe, Input
from archir.ops.dims import resolve_dim, resolve_dims
from archir.shapes.conditions import Check
from archir.shapes.types import TensorType

if TYPE_CHECKING:
    from archir.memory.storage import Tensor
    from archir.memory.trace import MemoryTrace


class Permute(Op):
    """Puts the dims in another order: `permute(0, 2, 3, 1)` makes `[N, H, W, C]` of `[N, C, H, W]`.

    The dims are given one by one or as a list.

    torch: `torch.permute`.

    ```arch
    model example() {
      input image: [N, 3, H = 32, W = 32]
      conv(16, 4, stride = 4) -> permute(0, 2, 3, 1) -> linear(32)
    }
    ```
    """

    keyword = "permute"
    torch_name = "torch.permute"
    read_calls = ("permute(input, *dims)",)
    is_module = False
    moves = True
    variadic = True

    dims: Annotated[tuple[Int, ...], Field(min_length=1, max_length=64)] = Field(
        description="for each new dim the one that it was"
    )

    def infer(self, inputs: tuple[TensorType, ...], check: Check) -> tuple[TensorType, ...] | None:
        incoming = inputs[0]
        if len(self.dims) != incoming.rank:
            check.report(rules.tensors.NotAPermutation(self.keyword, len(self.dims), incoming.rank))
            return None
        dims = resolve_dims(self.keyword, "dims", self.dims, incoming.rank, check)
        if dims is None:
            return None
        return (incoming.with_shape(*(incoming.shape[dim] for dim in dims)),)

    def allocate(
        self, trace: "MemoryTrace", inputs: "tuple[Tensor, ...]", outputs: tuple[TensorType, ...]
    ) -> "tuple[Tensor, ...]":
        given = inputs[0]
        order = [dim % len(given.shape) for dim in self.dims]
        strides = tuple(given.strides[dim] for dim in order)
        return (trace.view(given, trace.extents(outputs[0]), strides),)

    def recipe(self, inputs: tuple[TensorType, ...]) -> FunctionRecipe:
        return FunctionRecipe(Call(".permute", (Input(), *self.dims)))

    def dependence(self, edge: Edge) -> tuple[AxisAccess, ...] | None:
        rank = len(edge.given)
        dims = [dim % rank for dim in self.dims]
        return tuple(same(dims.index(dim)) for dim in range(rank))

    def channels(self, inputs: tuple[TensorType, ...]) -> Code:
        rank = inputs[0].rank
        kept = rank > 1 and self.dims[1] % rank == 1
        return super().channels(inputs) if kept else None


class Transpose(Op):
    """Exchanges two dims.

    torch: `torch.transpose`.

    ```arch
    model example() {
      input image: [N, 3, H = 32, W = 32]
      conv(16, 4, stride = 4) -> flatten(2) -> transpose(1, 2) -> linear(32)
    }
    ```
    """

    keyword = "transpose"
    torch_name = "torch.transpose"
    read_calls = ("transpose(input, dim0, dim1)",)
    is_module = False
    moves = True

    dim0: Int = Field(description="the first of the two dims")
    dim1: Int = Field(description="the second of the two dims")

    def infer(self, inputs: tuple[TensorType, ...], check: Check) -> tuple[TensorType, ...] | None:
        incoming = inputs[0]
        first = resolve_dim(self.keyword, "dim0", self.dim0, incoming.rank, check)
        second = resolve_dim(self.keyword, "dim1", self.dim1, incoming.rank, check)
        if first is None or second is None:
            return None
        shape = list(incoming.shape)
        shape[first], shape[second] = shape[second], shape[first]
        return (incoming.with_shape(*shape),)

    def allocate(
        self, trace: "MemoryTrace", inputs: "tuple[Tensor, ...]", outputs: tuple[TensorType, ...]
    ) -> "tuple[Tensor, ...]":
        return (trace.transposed(inputs[0], self.dim0, self.dim1),)

    def recipe(self, inputs: tuple[TensorType, ...]) -> FunctionRecipe:
        return FunctionRecipe(Call(".transpose", (Input(), Arg("dim0"), Arg("dim1"))))

    def dependence(self, edge: Edge) -> tuple[AxisAccess, ...] | None:
        rank = len(edge.given)
        dims = list(range(rank))
        dims[self.dim0], dims[self.dim1] = dims[self.dim1], dims[self.dim0]
        return tuple(same(dim) for dim in dims)

    def channels(self, inputs: tuple[TensorType, ...]) -> Code:
        rank = inputs[0].rank
        first, second = self.dim0 % rank, self.dim1 % rank
        return None if first != second and 1 in (first, second) else super().channels(inputs)


class Squeeze(Op):
    """Leaves out dims of extent 1; a dim of another extent stays.

    Whether a dim is left out is decided at the default sizes, and the model is valid for sizes
    that decide alike. The dims are always named: the batch is often 1 too.

    torch: `torch.squeeze`.

    ```arch
    model example() {
      input image: [N, 3, H = 32, W = 32]
      conv(1, 1) -> squeeze(1)
    }
    ```
    """

    keyword = "squeeze"
    torch_name = "torch.squeeze"
    read_calls = ("squeeze(input, dim)",)
    is_module = False

    dim: Int | Annotated[tuple[Int, ...], Field(min_length=1, max_length=64)] = Field(
        description="the dim to leave out, or a list of them"
    )

    def infer(self, inputs: tuple[TensorType, ...], check: Check) -> tuple[TensorType, ...] | None:
        incoming = inputs[0]
        dims = resolve_dims(self.keyword, "dim", self._wanted(), incoming.rank, check)
        if dims is None:
            return None
        shape = []
        for dim, extent in enumerate(incoming.shape):
            if dim in dims and check.value(extent) == 1:
                check.concrete(extent)
                continue
            if dim in dims:
                check.assume("at-least", extent, 2)
            shape.append(extent)
        if not shape:
            check.report(rules.tensors.NoDimsLeft(self.keyword, str(incoming)))
            return None
        return (incoming.with_shape(*shape),)

    def allocate(
        self, trace: "MemoryTrace", inputs: "tuple[Tensor, ...]", outputs: tuple[TensorType, ...]
    ) -> "tuple[Tensor, ...]":
        given, shape = inputs[0], trace.extents(outputs[0])
        wanted = self.dim if isinstance(self.dim, tuple) else (self.dim,)
        places = {dim % len(given.shape) for dim in wanted}
        strides = tuple(
            step
            for dim, step in enumerate(given.strides)
            if dim not in places or given.shape[dim] != 1
        )
        return (trace.view(given, shape, strides),)

    def recipe(self, inputs: tuple[TensorType, ...]) -> FunctionRecipe:
        return FunctionRecipe(Call(".squeeze", (Input(), Arg("dim"))))

    def dependence(self, edge: Edge) -> tuple[AxisAccess, ...] | None:
        rank = len(edge.given)
        wanted = {dim % rank for dim in self._wanted()}
        kept = [dim for dim in range(rank) if dim not in wanted or edge.given[dim] > 1]
        return tuple(same(kept.index(d)) if d in kept else Folded() for d in range(rank))

    def _wanted(self) -> tuple[int, ...]:
        return self.dim if isinstance(self.dim, tuple) else (self.dim,)

    def channels(self, inputs: tuple[TensorType, ...]) -> Code:
        rank = inputs[0].rank
        kept = all(dim % rank > 1 for dim in self._wanted())
        return super().channels(inputs) if kept else None


class Unsqueeze(Op):
    """Puts in a dim of extent 1.

    torch: `torch.unsqueeze`.

    ```arch
    model example() {
      input image: [N, 3, H = 32, W = 32]
      select(1, 0) -> unsqueeze(1) -> conv(16, 3)
    }
    ```
    """

    keyword = "unsqueeze"
    torch_name = "torch.unsqueeze"
    read_calls = ("unsqueeze(input, dim)",)
    is_module = False

    dim: Int = Field(description="the place of the new dim, from 0, or from -1 backwards")

    def infer(self, inputs: tuple[TensorType, ...], check: Check) -> tuple[TensorType, ...] | None:
        incoming = inputs[0]
        places = incoming.rank + 1
        if not -places <= self.dim < places:
            check.report(rules.shapes.DimOutOfRange(self.keyword, "dim", self.dim, places))
            return None
        place = self.dim % places
        return (incoming.with_shape(*incoming.shape[:place], 1, *incoming.shape[place:]),)

    def allocate(
        self, trace: "MemoryTrace", inputs: "tuple[Tensor, ...]", outputs: tuple[TensorType, ...]
    ) -> "tuple[Tensor, ...]":
        return (trace.unsqueezed(inputs[0], self.dim),)

    def recipe(self, inputs: tuple[TensorType, ...]) -> FunctionRecipe:
        return FunctionRecipe(Call(".unsqueeze", (Input(), Arg("dim"))))

    def dependence(self, edge: Edge) -> tuple[AxisAccess, ...] | None:
        rank = len(edge.given)
        place = self.dim % (rank + 1)
        return tuple(same(dim if dim < place else dim + 1) for dim in range(rank))

    def channels(self, inputs: tuple[TensorType, ...]) -> Code:
        place = self.dim % (inputs[0].rank + 1)
        return super().channels(inputs) if place > 1 else None
