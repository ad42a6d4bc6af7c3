"""Order by size."""

from functools import partial
from typing import TYPE_CHECKING

from archir import rules
from archir.op.contract import Int, Op, Positive, Size
from archir.op.dependence import WHOLE, AxisAccess, Edge, pointwise, same
from archir.op.extents import readable
from archir.op.fields import Field
from archir.op.recipe import Arg, Call, Code, FunctionRecipe, Input, Subscript, Told
from archir.ops.activation import ElementwiseFunction
from archir.ops.dims import along, replaced_at, resolve_dim
from archir.ops.reshape import below_one
from archir.ops.spatial import require_dtype, show_extent
from archir.shapes.conditions import Check
from archir.shapes.types import TensorType

if TYPE_CHECKING:
    from archir.memory.storage import Tensor
    from archir.memory.trace import MemoryTrace


class Sort(ElementwiseFunction):
    """Puts the elements along a dim in order, the least first.

    `argsort` gives their places.

    torch: `torch.sort`, of which it gives the values.

    ```arch
    model example() {
      input points: [N, L = 16, 64]
      sort(1) -> flatten -> linear(10)
    }
    ```
    """

    keyword = "sort"
    torch_name = "torch.sort"

    dim: Int = Field(-1, description="the dim along which they are put in order")
    descending: bool = Field(False, description="whether the greatest comes first")

    def infer(self, inputs: tuple[TensorType, ...], check: Check) -> tuple[TensorType, ...] | None:
        resolve_dim(self.keyword, "dim", self.dim, inputs[0].rank, check)
        return inputs

    def dependence(self, edge: Edge) -> tuple[AxisAccess, ...] | None:
        return pointwise(edge, self.dim % len(edge.given))

    def allocate(
        self, trace: "MemoryTrace", inputs: "tuple[Tensor, ...]", outputs: tuple[TensorType, ...]
    ) -> "tuple[Tensor, ...]":
        made, places = _sorted(trace, inputs[0])
        trace.keep(made, places)
        return (made,)

    def recipe(self, inputs: tuple[TensorType, ...]) -> FunctionRecipe:
        both = Call(".sort", (Input(),), self.changed("dim", "descending"))
        return FunctionRecipe(Subscript(both, (0,)))


def _sorted(trace: "MemoryTrace", given: "Tensor") -> "tuple[Tensor, Tensor]":
    """The elements in order, and their places."""
    made = trace.new(given.shape, given, like=given)
    return made, trace.new(given.shape, dtype="int64", like=given)


class ArgSort(Sort):
    """Gives the places that the elements along a dim have to be taken from to be in order.

    No gradient flows back through it.

    torch: `torch.argsort`.

    ```arch
    model example() {
      input features: [N, 64]
      gather(1) [_, argsort(1, descending = true)] -> linear(10)
    }
    ```
    """

    keyword = "argsort"
    torch_name = "torch.argsort"

    def infer(self, inputs: tuple[TensorType, ...], check: Check) -> tuple[TensorType, ...] | None:
        super().infer(inputs, check)
        return (TensorType(inputs[0].shape, "int64"),)

    def allocate(
        self, trace: "MemoryTrace", inputs: "tuple[Tensor, ...]", outputs: tuple[TensorType, ...]
    ) -> "tuple[Tensor, ...]":
        made, places = _sorted(trace, inputs[0])
        trace.drop(made)
        return (places,)

    def recipe(self, inputs: tuple[TensorType, ...]) -> FunctionRecipe:
        keywords = self.changed("dim", "descending")
        return FunctionRecipe(Call(".argsort", (Input(),), keywords))


class TopK(Op):
    """Gives the greatest elements along a dim, and their places: `topk(2) as values, places`.

    There are `k` of them, which may be a size of the input, and no more than there are elements.

    torch: `torch.topk`.

    ```arch
    model example() {
      input features: [N, 64]
      linear(8) -> topk(2) as weights, experts
      weights -> softmax(1) as shares
      output shares, experts
    }
    ```
    """

    keyword = "topk"
    torch_name = "torch.topk"
    is_module = False

    k: Size = Field(description="how many are given")
    dim: Int = Field(-1, description="the dim along which they are looked for")
    largest: bool = Field(True, description="whether it is the greatest, and not the least")
    sorted: bool = Field(True, description="whether they are in order")

    def infer(self, inputs: tuple[TensorType, ...], check: Check) -> tuple[TensorType, ...] | None:
        given = inputs[0]  # others are asked for sizes
        require_dtype(self.keyword, given, ("float32", "int64"), check)
        dim = resolve_dim(self.keyword, "dim", self.dim, given.rank, check)
        wanted = readable(self.k, inputs, check)
        shown = show_extent(wanted, check)
        enough = check.at_least(wanted, 1, partial(below_one, self.keyword, "k", shown, False))
        if dim is None or not enough:
            return None
        facts = (self.keyword, shown, dim, show_extent(given.shape[dim], check))
        check.at_least(given.shape[dim], wanted, lambda: rules.copies.MoreThanThereAre(*facts))
        values = replaced_at(given, dim, wanted)
        return (values, TensorType(values.shape, "int64"))

    def dependence(self, edge: Edge) -> tuple[AxisAccess, ...] | None:
        return along(edge, self.dim % len(edge.given), WHOLE)

    def allocate(
        self, trace: "MemoryTrace", inputs: "tuple[Tensor, ...]", outputs: tuple[TensorType, ...]
    ) -> "tuple[Tensor, ...]":
        values = trace.new(trace.extents(outputs[0]), inputs[0])
        places = trace.new(values.shape, dtype="int64")
        trace.keep(values, places)
        return (values, places)

    def recipe(self, inputs: tuple[TensorType, ...]) -> FunctionRecipe:
        keywords = self.changed("dim", "largest", "sorted")
        return FunctionRecipe(Call(".topk", (Input(), Arg("k")), keywords))

    def channels(self, inputs: tuple[TensorType, ...]) -> Code:
        return None if self.dim % inputs[0].rank == 1 else super().channels(inputs)


class OneHot(Op):
    """Gives for each integer a row of zeros with a 1 at its place.

    The integers are from 0 to below `num_classes`; another one is an error where the network runs.
    The rows stand in a new last dim, and are of integers: `cast("float")` goes on from there.

    torch: `torch.nn.functional.one_hot`.

    ```arch
    model example() {
      input ids: int[N, L = 16]
      one_hot(100) -> cast("float") -> linear(64)
    }
    ```
    """

    keyword = "one_hot"
    torch_name = "torch.nn.functional.one_hot"
    is_module = False
    keeps = ()

    num_classes: Positive = Field(description="how many places there are")

    def infer(self, inputs: tuple[TensorType, ...], check: Check) -> tuple[TensorType, ...] | None:
        (given,) = inputs
        require_dtype(self.keyword, given, ("int64",), check)
        return (TensorType((*given.shape, self.num_classes), "int64"),)

    def dependence(self, edge: Edge) -> tuple[AxisAccess, ...] | None:
        return tuple(same(dim) for dim in range(len(edge.given)))

    def recipe(self, inputs: tuple[TensorType, ...]) -> FunctionRecipe:
        return FunctionRecipe(Call("F.one_hot", (Input(), Arg("num_classes"))))

    def channels(self, inputs: tuple[TensorType, ...]) -> Code:
        return super().channels(inputs) if inputs[0].rank > 1 else Arg("num_classes")

    def features(self, place: int) -> Told:
        return Told(Arg("num_classes"))
