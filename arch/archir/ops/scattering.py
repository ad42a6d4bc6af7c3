"""Elements put at places."""

from typing import TYPE_CHECKING, ClassVar

from archir import rules
from archir.op.contract import Int, Op
from archir.op.dependence import AxisAccess, Edge, Unsaid, same
from archir.op.fields import Field
from archir.op.recipe import Arg, Call, FunctionRecipe, Input
from archir.ops.choice import each_place, takes_exactly
from archir.ops.dims import resolve_dim
from archir.ops.spatial import require_dtype, show_extent
from archir.shapes.conditions import Check
from archir.shapes.types import TensorType

if TYPE_CHECKING:
    from archir.memory.storage import Tensor
    from archir.memory.trace import MemoryTrace

_WANTED = ("a value", "the places", "what is put there")

_BY_VALUE = Unsaid("where elements are put stands in a value")


class Scatter(Op):
    """Puts the elements of a third value where a second one, of places along a dim, says.

    The first value is what they are put into. It has as many dims as the other two; the places are
    integers, from 0, and are not more in any dim than what is put, nor in the other dims than what
    it is put into. Where two elements are put at one place, either may be there. A place that there
    is not is an error where the network runs.

    torch: `torch.scatter`.

    ```arch
    model example() {
      input tokens: [N, L = 16, 64]
      scatter(1) [_, argmax(1, keepdim = true), mean(1, keepdim = true)]
    }
    ```
    """

    keyword = "scatter"
    torch_name = "torch.scatter"
    arity = "many"
    is_module = False

    replaces: ClassVar[bool] = True
    """Whether what stands at a place before is gone."""

    dim: Int = Field(description="the dim along which the places are")

    def infer(self, inputs: tuple[TensorType, ...], check: Check) -> tuple[TensorType, ...] | None:
        if not takes_exactly(self.keyword, _WANTED, inputs, check):
            return None
        given, index, put = inputs
        require_dtype(f"the second value of {self.keyword}", index, ("int64",), check)
        if given.dtype != put.dtype:
            check.report(rules.merging.DtypesDiffer(self.keyword, (given.dtype, put.dtype)))
        dim = resolve_dim(self.keyword, "dim", self.dim, given.rank, check)
        for number, other in ((2, index), (3, put)):
            if other.rank != given.rank:
                facts = ("rank", 1, str(given.rank), number, str(other.rank))
                shapes = (str(given), str(other))
                how = each_place(index, put if put.rank == given.rank else given)
                check.report(rules.shapes.ShapesDiffer(self.keyword, *facts, shapes, how))
                return None
        if dim is not None:
            self._hold(inputs, dim, check)
        return (given,)

    def _hold(self, inputs: tuple[TensorType, ...], dim: int, check: Check) -> None:
        """Require that there is an element for each place, and one at each."""
        given, index, put = inputs
        for at, extent in enumerate(index.shape):
            for other in (put,) if at == dim else (put, given):
                shown = (show_extent(extent, check), show_extent(other.shape[at], check))
                facts_here = (self.keyword, at, *shown)
                check.at_least(
                    other.shape[at],
                    extent,
                    lambda facts=facts_here: rules.copies.LongerThanGathered(*facts),  # type: ignore[misc]
                )

    def dependence(self, edge: Edge) -> tuple[AxisAccess, ...] | None:
        dim = self.dim % len(edge.given)
        return tuple(_BY_VALUE if at == dim else same(at) for at in range(len(edge.given)))

    def allocate(
        self, trace: "MemoryTrace", inputs: "tuple[Tensor, ...]", outputs: tuple[TensorType, ...]
    ) -> "tuple[Tensor, ...]":
        given, index, put = inputs
        made = trace.new(given.shape, given, put)
        if self.replaces or put.grad:
            trace.keep(made, index)
        return (made,)

    def recipe(self, inputs: tuple[TensorType, ...]) -> FunctionRecipe:
        method = self.torch_name.removeprefix("torch")
        return FunctionRecipe(Call(method, (Input(0), Arg("dim"), Input(1), Input(2))))


class ScatterAdd(Scatter):
    """Adds the elements of a third value where a second one, of places along a dim, says.

    It takes what `scatter` takes, and what is added at one place comes together there.

    torch: `torch.scatter_add`.

    ```arch
    model example() {
      input counts: [N, 100], ids: int[N, 16], weights: [N, 16]
      scatter_add(1) [counts, ids, weights] -> linear(10)
    }
    ```
    """

    keyword = "scatter_add"
    torch_name = "torch.scatter_add"
    replaces = False
