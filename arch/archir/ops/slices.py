"""Places of a tensor."""

from typing import TYPE_CHECKING

from archir import rules
from archir.op.contract import Int, Op, Positive, Size
from archir.op.dependence import AxisAccess, Edge, Folded, Taps, same
from archir.op.extents import readable
from archir.op.fields import Field
from archir.op.recipe import Arg, Call, Code, FunctionRecipe, Input, Range, Subscript
from archir.ops.dims import along, replaced_at, resolve_dim
from archir.ops.spatial import show_extent
from archir.shapes.arithmetic import ceil_div
from archir.shapes.conditions import Check
from archir.shapes.dims import evaluate
from archir.shapes.types import TensorType
from archir.sizes.cut import length

if TYPE_CHECKING:
    from archir.memory.storage import Tensor
    from archir.memory.trace import MemoryTrace


class Slice(Op):
    """Takes what lies from `start` to before `end` along a dim, every `step`-th of it.

    Bounds are those of a Python slice: `none` is the very start or end, a negative number counts
    from the end, and what lies outside is cut off. They may be sizes of the input:
    `slice(2, 0, H - 4)` counts from the end at the sizes below 4.

    torch: `torch.slice_copy`, written `x[:, start:end:step]`.

    ```arch
    model example() {
      input image: [N, 16, H = 32, W = 32]
      concat [slice(1, 0, 4) -> conv(4, 3, padding = 1), slice(1, 4)]
      slice(2, 0, _.height // 2) -> slice(-1, step = 2)
    }
    ```
    """

    keyword = "slice"
    torch_name = "torch.slice_copy"
    read_calls = ("slice(input, dim, start=None, end=None, step=1)",)
    is_module = False
    moves = True

    dim: Int = Field(description="the dim along which to take")
    start: Size | None = Field(None, description="the first index that is taken")
    end: Size | None = Field(None, description="the index to stop before")
    step: Positive = Field(1, description="how far apart the indices are")

    def infer(self, inputs: tuple[TensorType, ...], check: Check) -> tuple[TensorType, ...] | None:
        incoming = inputs[0]
        dim = resolve_dim(self.keyword, "dim", self.dim, incoming.rank, check)
        if dim is None:
            return None
        extent = incoming.shape[dim]
        bounds = (self.start, self.end)
        start, end = (None if b is None else readable(b, inputs, check) for b in bounds)
        shown = ["none" if bound is None else show_extent(bound, check) for bound in (start, end)]
        facts = (self.keyword, dim, show_extent(extent, check), shown[0], shown[1])
        taken = length(extent, start, end, check, lambda: rules.tensors.SliceEmpty(*facts))
        return None if taken is None else (replaced_at(incoming, dim, ceil_div(taken, self.step)),)

    def allocate(
        self, trace: "MemoryTrace", inputs: "tuple[Tensor, ...]", outputs: tuple[TensorType, ...]
    ) -> "tuple[Tensor, ...]":
        given = inputs[0]
        strides = list(given.strides)
        strides[self.dim] *= self.step
        return (trace.view(given, trace.extents(outputs[0]), tuple(strides)),)

    def recipe(self, inputs: tuple[TensorType, ...]) -> FunctionRecipe:
        step = None if self.step == 1 else Arg("step")
        taken = Range(Arg("start"), Arg("end"), step)
        place = self.dim if self.dim >= 0 else self.dim + inputs[0].rank
        before = (Range(),) * place
        return FunctionRecipe(Subscript(Input(), (*before, taken)))

    def dependence(self, edge: Edge) -> tuple[AxisAccess, ...] | None:
        dim = self.dim % len(edge.given)
        start = None if self.start is None else evaluate(self.start, edge.sizes)
        first = slice(start, None).indices(edge.given[dim])[0]
        return along(edge, dim, Taps(dim, self.step, ((first, 1, 1),)))

    def channels(self, inputs: tuple[TensorType, ...]) -> Code:
        return None if self.dim % inputs[0].rank == 1 else super().channels(inputs)


class Select(Op):
    """Takes one index along a dim, which is left out: `select(1, 0)` is the first channel.

    torch: `torch.select`.

    ```arch
    model example() {
      input tokens: [N, 65, 192]
      select(1, 0) -> linear(10)
    }
    ```
    """

    keyword = "select"
    torch_name = "torch.select"
    read_calls = ("select(input, dim, index)",)
    is_module = False
    moves = True

    dim: Int = Field(description="the dim along which to take, which is left out")
    index: Int = Field(description="the index that is taken, from 0, or from -1 backwards")

    def infer(self, inputs: tuple[TensorType, ...], check: Check) -> tuple[TensorType, ...] | None:
        incoming = inputs[0]
        dim = resolve_dim(self.keyword, "dim", self.dim, incoming.rank, check)
        if dim is None:
            return None
        extent = incoming.shape[dim]
        least = self.index + 1 if self.index >= 0 else -self.index
        shown = show_extent(extent, check)
        check.at_least(
            extent,
            least,
            lambda: rules.tensors.IndexOutsideDim(self.keyword, self.index, dim, shown),
        )
        if incoming.rank == 1:
            check.report(rules.tensors.NoDimsLeft(self.keyword, str(incoming)))
            return None
        return (incoming.with_shape(*incoming.shape[:dim], *incoming.shape[dim + 1 :]),)

    def allocate(
        self, trace: "MemoryTrace", inputs: "tuple[Tensor, ...]", outputs: tuple[TensorType, ...]
    ) -> "tuple[Tensor, ...]":
        given = inputs[0]
        place = self.dim % len(given.shape)
        strides = (*given.strides[:place], *given.strides[place + 1 :])
        return (trace.view(given, trace.extents(outputs[0]), strides),)

    def recipe(self, inputs: tuple[TensorType, ...]) -> FunctionRecipe:
        return FunctionRecipe(Call(".select", (Input(), Arg("dim"), Arg("index"))))

    def dependence(self, edge: Edge) -> tuple[AxisAccess, ...] | None:
        given = edge.given
        gone = self.dim % len(given)
        at = Folded(position=self.index % given[gone])
        places = (dim if dim < gone else dim - 1 for dim in range(len(given)))
        return tuple(at if dim == gone else same(place) for dim, place in enumerate(places))

    def channels(self, inputs: tuple[TensorType, ...]) -> Code:
        return None if self.dim % inputs[0].rank < 2 else super().channels(inputs)
