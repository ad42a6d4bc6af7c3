"""Joins."""

from functools import partial, reduce
from types import MappingProxyType
from typing import TYPE_CHECKING

from archir import rules
from archir.memory.strides import is_channels_last
from archir.op.contract import Int, Op, channels_of
from archir.op.dependence import AxisAccess, Edge, Folded, same
from archir.op.fields import Field
from archir.op.recipe import AllInputs, Arg, Call, Code, FunctionRecipe, Inferred, Infix
from archir.ops.dims import resolve_dim
from archir.ops.merge import differ, promoted
from archir.shapes.arithmetic import total
from archir.shapes.conditions import Check
from archir.shapes.dims import Dim
from archir.shapes.types import TensorType

if TYPE_CHECKING:
    from archir.memory.storage import Tensor
    from archir.memory.trace import MemoryTrace

_MOST_ADDED = 50
"""Of more values than this nobody would write the channels as a sum."""


class Concat(Op):
    """Joins values along a dim, the channels unless said otherwise.

    All other dims must agree. (`torch.cat` joins along dim 0 unless told otherwise.)

    torch: `torch.cat`.

    ```arch
    model example() {
      input image: [N, 3, H = 32, W = 32]
      concat [conv(8, 1), conv(8, 3, padding = 1), _]
    }
    ```
    """

    keyword = "concat"
    torch_name = "torch.cat"
    read_calls = ("cat(tensors, dim=0)",)
    torch_defaults = MappingProxyType({"dim": 0})
    arity = "many"
    keeps = ()
    is_module = False

    dim: Int = Field(1, description="the dim along which the values are joined")

    def infer(self, inputs: tuple[TensorType, ...], check: Check) -> tuple[TensorType, ...] | None:
        first = inputs[0]
        if not self._are_of_one_rank(inputs, check):
            return None
        joined = resolve_dim(self.keyword, "dim", self.dim, first.rank, check)
        if joined is None:
            return None
        shape = [
            total(given.shape[dim] for given in inputs)
            if dim == joined
            else self._agreed(inputs, dim, check)
            for dim in range(first.rank)
        ]
        return (TensorType(tuple(shape), promoted(inputs)),)

    def dependence(self, edge: Edge) -> tuple[AxisAccess, ...] | None:
        joined, given = self.dim % len(edge.given), edge.given
        # Along the joined dim a position belongs to one input alone: behind those before it.
        at = Folded(joined, index=edge.begin(joined))
        return tuple(at if dim == joined else same(dim) for dim in range(len(given)))

    def _agreed(self, inputs: tuple[TensorType, ...], dim: int, check: Check) -> Dim:
        """The extent that all inputs have: a number, where it is one in any of them."""
        extents = [given.shape[dim] for given in inputs]
        for number, extent in enumerate(extents):
            problem = partial(differ, self.keyword, inputs, 0, number, dim, dim, check)
            # After a report the other dims are mostly wrong for the same reason.
            if check.problems or not check.equal(extents[0], extent, problem):
                break
        return next((extent for extent in extents if isinstance(extent, int)), extents[0])

    def _are_of_one_rank(self, inputs: tuple[TensorType, ...], check: Check) -> bool:
        first = inputs[0]
        other = next((n for n, t in enumerate(inputs) if t.rank != first.rank), None)
        if other is None:
            return True
        shapes = (str(inputs[0].at(check.sizes)), str(inputs[other].at(check.sizes)))
        ranks = (str(inputs[0].rank), str(inputs[other].rank))
        facts = ("rank", 1, ranks[0], other + 1, ranks[1], shapes)
        check.report(rules.shapes.ShapesDiffer(self.keyword, *facts))
        return False

    def allocate(
        self, trace: "MemoryTrace", inputs: "tuple[Tensor, ...]", outputs: tuple[TensorType, ...]
    ) -> "tuple[Tensor, ...]":
        # torch takes the memory format that all of them have, and else the usual one.
        last = all(is_channels_last(given.shape, given.strides) for given in inputs)
        (made,) = outputs
        shape, like = trace.extents(made), inputs[0] if last else None
        return (trace.new(shape, *inputs, dtype=made.dtype, format=like),)

    def recipe(self, inputs: tuple[TensorType, ...]) -> FunctionRecipe:
        # torch's own default is 0, so the dim is always written.
        return FunctionRecipe(Call("torch.cat", (AllInputs(),), (("dim", Arg("dim")),)))

    def channels(self, inputs: tuple[TensorType, ...]) -> Code:
        codes: list[Code] = [
            Inferred("channels", channels_of(given), number) for number, given in enumerate(inputs)
        ]
        if self.dim % inputs[0].rank != 1:
            return codes[0]
        if len(codes) > _MOST_ADDED:
            return None
        return reduce(lambda left, right: Infix("+", left, right), codes)


class Stack(Concat):
    """Puts values of one shape side by side along a new dim, at 1 unless said otherwise.

    (`torch.stack` puts them along dim 0 unless told otherwise.)

    torch: `torch.stack`.

    ```arch
    model example() {
      input image: [N, 3, H = 32, W = 32]
      stack [conv(8, 1), conv(8, 3, padding = 1)] -> amax(1)
    }
    ```
    """

    keyword = "stack"
    torch_name = "torch.stack"
    read_calls = ("stack(tensors, dim=0)",)

    dim: Int = Field(1, description="the place of the new dim")

    def infer(self, inputs: tuple[TensorType, ...], check: Check) -> tuple[TensorType, ...] | None:
        first = inputs[0]
        if not self._are_of_one_rank(inputs, check):
            return None
        place = resolve_dim(self.keyword, "dim", self.dim, first.rank + 1, check)
        if place is None:
            return None
        shape = [self._agreed(inputs, dim, check) for dim in range(first.rank)]
        return (TensorType((*shape[:place], len(inputs), *shape[place:]), promoted(inputs)),)

    def dependence(self, edge: Edge) -> tuple[AxisAccess, ...] | None:
        place = self.dim % len(edge.made)
        return tuple(same(dim + (dim >= place)) for dim in range(len(edge.given)))

    def allocate(
        self, trace: "MemoryTrace", inputs: "tuple[Tensor, ...]", outputs: tuple[TensorType, ...]
    ) -> "tuple[Tensor, ...]":
        # torch joins views that have the new dim.
        views = tuple(trace.unsqueezed(given, self.dim) for given in inputs)
        return super().allocate(trace, views, outputs)

    def recipe(self, inputs: tuple[TensorType, ...]) -> FunctionRecipe:
        return FunctionRecipe(Call("torch.stack", (AllInputs(),), (("dim", Arg("dim")),)))

    def channels(self, inputs: tuple[TensorType, ...]) -> Code:
        rank = inputs[0].rank
        kept = self.dim % (rank + 1) > 1
        return Inferred("channels", channels_of(inputs[0])) if kept else None
