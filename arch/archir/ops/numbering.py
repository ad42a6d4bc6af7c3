"""Numbers of places."""

from typing import TYPE_CHECKING, Annotated

from archir import rules
from archir.base.diagnostics import Problem
from archir.op.contract import Op, Size
from archir.op.dependence import AxisAccess, Edge, Taps
from archir.op.extents import readable
from archir.op.fields import Field
from archir.op.recipe import Call, Code, Device, FunctionRecipe
from archir.ops.spatial import show_extent
from archir.shapes.arithmetic import ceil_div, subtract
from archir.shapes.conditions import Check
from archir.shapes.types import TensorType

if TYPE_CHECKING:
    from archir.memory.storage import Tensor
    from archir.memory.trace import MemoryTrace


class Arange(Op):
    """Numbers places: `arange(L)` gives the integers from 0 to before L.

    One number is that to stop before; two are the first and that to stop before, and a third is
    the step, as for `range`. They may be sizes of the input, and nothing else of it counts.
    `cast("float")` makes floats of them.

    torch: `torch.arange`.

    ```arch
    model example() {
      input words: int[N, L = 16]
      words -> embedding(100, 64) as vectors
      words -> arange(L) -> embedding(512, 64) -> add [_, vectors]
    }
    ```
    """

    keyword = "arange"
    torch_name = "torch.arange"
    is_module = False
    variadic = True

    bounds: Annotated[tuple[Size, ...], Field(min_length=1, max_length=3)] = Field(
        description="where to stop; or the first, where to stop, and perhaps the step"
    )

    def infer(self, inputs: tuple[TensorType, ...], check: Check) -> tuple[TensorType, ...] | None:
        bounds = [readable(each, inputs, check) for each in self.bounds]
        start = bounds[0] if len(bounds) > 1 else 0
        end, step = bounds[min(len(bounds), 2) - 1], check.concrete((*bounds, 1, 1)[2])
        if step == 0:
            check.report(rules.copies.StepOfNothing(self.keyword))
            return None
        span = subtract(end, start) if step > 0 else subtract(start, end)

        def problem() -> Problem:
            shown = show_extent(start, check), show_extent(end, check)
            return rules.copies.NoPlaces(self.keyword, *shown, step)

        if not check.at_least(span, 1, problem):
            return None
        return (TensorType((ceil_div(span, abs(step)),), "int64"),)

    def dependence(self, edge: Edge) -> tuple[AxisAccess, ...] | None:
        return (Taps(0, taps=(None,)),) * len(edge.given)

    def allocate(
        self, trace: "MemoryTrace", inputs: "tuple[Tensor, ...]", outputs: tuple[TensorType, ...]
    ) -> "tuple[Tensor, ...]":
        return (trace.new(trace.extents(outputs[0]), dtype="int64"),)

    def recipe(self, inputs: tuple[TensorType, ...]) -> FunctionRecipe:
        return FunctionRecipe(Call("torch.arange", self.bounds, (("device", Device()),)))

    def channels(self, inputs: tuple[TensorType, ...]) -> Code:
        return None
