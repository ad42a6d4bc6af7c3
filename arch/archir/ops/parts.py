"""Parts of a tensor."""

from collections.abc import Mapping
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any

from archir import rules
from archir.base.diagnostics import Problem
from archir.op.contract import Int, Op, Positive, Size, concrete
from archir.op.dependence import AxisAccess, Edge, Folded, Taps, same
from archir.op.extents import readable
from archir.op.fields import Field
from archir.op.recipe import Arg, Call, Code, FunctionRecipe, Input, Only
from archir.ops.dims import along, replaced_at, resolve_dim
from archir.ops.spatial import show_extent
from archir.shapes.arithmetic import ceil_div, multiply, subtract, total
from archir.shapes.conditions import Check
from archir.shapes.dims import Dim, variables
from archir.shapes.types import TensorType

if TYPE_CHECKING:
    from archir.memory.storage import Tensor
    from archir.memory.trace import MemoryTrace
    from archir.op.reading import Called, Read

MOST_PIECES = 4096
"""The most values that one op gives."""


class _Pieces(Op):
    """Base of the ops that take a tensor apart along a dim."""

    is_module = False
    moves = True

    def channels(self, inputs: tuple[TensorType, ...]) -> Code:
        return None

    def dependence(self, edge: Edge) -> tuple[AxisAccess, ...] | None:
        dim, before = self._dim() % len(edge.given), edge.outputs[: edge.target]
        offset = sum(concrete(other.shape[dim]) for other in before)
        return along(edge, dim, Taps(dim, taps=((offset, 1, 1),)))

    def _dim(self) -> int:
        """The dim as the text has it."""
        raise NotImplementedError

    def pieces(
        self, incoming: TensorType, dim: int, step: Dim, check: Check
    ) -> tuple[TensorType, ...] | None:
        """Pieces of an extent ``step``, the last one smaller if it must be.

        Their number is that at the default sizes; other sizes must give as many.
        """
        extent = incoming.shape[dim]
        count = -(-check.value(extent) // check.value(step))
        if count > MOST_PIECES:
            check.report(rules.tensors.TooManyPieces(self.keyword, count, MOST_PIECES))
            return None
        last = subtract(extent, multiply(step, count - 1))
        check.assume("at-least", last, 1)
        if last != step:
            if variables(last) <= check.batches:  # else another size can make up for the batch
                check.hold(last)
            check.assume("at-least", step, last)
        return tuple(replaced_at(incoming, dim, piece) for piece in (*[step] * (count - 1), last))

    def taken_apart(self, call: Call, incoming: TensorType) -> FunctionRecipe:
        """The call, which gives a tuple also where it gives one piece."""
        outputs = self.infer((incoming,), Check({})) or ()
        return FunctionRecipe(Only(call) if len(outputs) == 1 else call)

    def allocate(
        self, trace: "MemoryTrace", inputs: "tuple[Tensor, ...]", outputs: tuple[TensorType, ...]
    ) -> "tuple[Tensor, ...]":
        given = inputs[0]  # others say where it is split
        return trace.pieces(given, map(trace.extents, outputs), given.strides)


class Chunk(_Pieces):
    """Takes a tensor apart into `chunks` pieces of equal extent, the last smaller if it must be.

    It gives several values, named by `as a, b` or taken by a stage that merges. There are fewer
    of them where the extent has fewer equal parts: 5 channels in 4 chunks are 2, 2 and 1. The
    dim is the channels unless said otherwise. (`torch.chunk` takes dim 0.)

    torch: `torch.chunk`.

    ```arch
    model example() {
      input image: [N, 16, H = 32, W = 32]
      chunk(2) as left, right
      add [left -> conv(8, 3, padding = 1), right]
    }
    ```
    """

    keyword = "chunk"
    shown = "Split"
    torch_name = "torch.chunk"
    read_calls = ("chunk(input, chunks, dim=0)",)
    torch_defaults = MappingProxyType({"dim": 0})

    chunks: Positive = Field(description="how many pieces are wanted")
    dim: Int = Field(1, description="the dim that is taken apart")

    def infer(self, inputs: tuple[TensorType, ...], check: Check) -> tuple[TensorType, ...] | None:
        incoming = inputs[0]
        dim = resolve_dim(self.keyword, "dim", self.dim, incoming.rank, check)
        if dim is None:
            return None
        return self.pieces(incoming, dim, ceil_div(incoming.shape[dim], self.chunks), check)

    def _dim(self) -> int:
        return self.dim

    def recipe(self, inputs: tuple[TensorType, ...]) -> FunctionRecipe:
        call = Call(".chunk", (Input(), Arg("chunks")), (("dim", Arg("dim")),))
        return self.taken_apart(call, inputs[0])


class Split(_Pieces):
    """Takes a tensor apart into pieces of a given extent, or of those in a list.

    It gives several values. With one extent the last piece may be smaller; those of a list must
    add up to what there is. The dim is the channels unless said otherwise. (`torch.split` takes
    dim 0.)

    torch: `torch.split`.

    ```arch
    model example() {
      input image: [N, 16, H = 32, W = 32]
      split([4, 12]) as few, many
      concat [few -> conv(4, 3, padding = 1), many]
    }
    ```
    """

    keyword = "split"
    by_number = "chunk"
    torch_name = "torch.split"
    read_calls = (
        "split(input, split_size, dim=0)",
        "split(input, split_size_or_sections, dim=0)",
    )
    torch_defaults = MappingProxyType({"dim": 0})

    split_size_or_sections: Positive | Annotated[tuple[Size, ...], Field(min_length=1)] = Field(
        description="the extent of a piece, or of each"
    )
    dim: Int = Field(1, description="the dim that is taken apart")

    def infer(self, inputs: tuple[TensorType, ...], check: Check) -> tuple[TensorType, ...] | None:
        incoming = inputs[0]
        dim = resolve_dim(self.keyword, "dim", self.dim, incoming.rank, check)
        if dim is None:
            return None
        wanted = self.split_size_or_sections
        extents = wanted if isinstance(wanted, tuple) else (wanted,)
        pieces = [readable(extent, inputs, check) for extent in extents]
        for piece in pieces:
            if not check.at_least(piece, 1, partial(self._below_one, show_extent(piece, check))):
                return None
        if not isinstance(wanted, tuple):
            return self.pieces(incoming, dim, pieces[0], check)
        if len(pieces) > MOST_PIECES:
            check.report(rules.tensors.TooManyPieces(self.keyword, len(pieces), MOST_PIECES))
            return None
        extent = incoming.shape[dim]
        shown = show_extent(extent, check)
        together = total(pieces)
        known = (self.keyword, dim, shown, show_extent(together, check))
        check.equal(together, extent, lambda: rules.tensors.SectionsDiffer(*known))
        return tuple(replaced_at(incoming, dim, piece) for piece in pieces)

    def _below_one(self, shown: str) -> Problem:
        name = "split_size_or_sections"
        return rules.tensors.ExtentBelowOne(self.keyword, name, shown, False)

    def _dim(self) -> int:
        return self.dim

    @classmethod
    def read_bound(cls, values: Mapping[str, Any], call: "Called") -> "Read | None":
        size = values.get("split_size", values.get("split_size_or_sections"))
        rest = {name: value for name, value in values.items() if name != "split_size"}
        return super().read_bound({**rest, "split_size_or_sections": size}, call)

    def recipe(self, inputs: tuple[TensorType, ...]) -> FunctionRecipe:
        sizes = Arg("split_size_or_sections")
        call = Call(".split", (Input(), sizes), (("dim", Arg("dim")),))
        wanted = self.split_size_or_sections
        if isinstance(wanted, tuple):
            return FunctionRecipe(Only(call) if len(wanted) == 1 else call)
        return self.taken_apart(call, inputs[0])


class Unbind(_Pieces):
    """Takes a tensor apart along a dim into what stands at each of its places, without the dim.

    It gives several values, as many as the dim has places at the default sizes; other sizes must
    give as many. The dim is the channels unless said otherwise. (`torch.unbind` takes dim 0.)

    torch: `torch.unbind`.

    ```arch
    model example() {
      input tokens: [N, L = 16, 64]
      linear(3 * 64) -> reshape(N, L, 3, 64) -> unbind(2) as query, key, value
      matmul [query, key -> transpose(1, 2)] -> softmax(-1)
      matmul [_, value]
    }
    ```
    """

    keyword = "unbind"
    shown = "Split"
    torch_name = "torch.unbind"
    read_calls = ("unbind(input, dim=0)",)
    torch_defaults = MappingProxyType({"dim": 0})

    dim: Int = Field(1, description="the dim that is taken apart")

    def infer(self, inputs: tuple[TensorType, ...], check: Check) -> tuple[TensorType, ...] | None:
        (given,) = inputs
        dim = resolve_dim(self.keyword, "dim", self.dim, given.rank, check)
        if dim is None:
            return None
        if given.rank == 1:
            check.report(rules.tensors.NoDimsLeft(self.keyword, str(given)))
            return None
        count = check.concrete(given.shape[dim])
        if count > MOST_PIECES:
            check.report(rules.tensors.TooManyPieces(self.keyword, count, MOST_PIECES))
            return None
        return (given.with_shape(*given.shape[:dim], *given.shape[dim + 1 :]),) * count

    def allocate(
        self, trace: "MemoryTrace", inputs: "tuple[Tensor, ...]", outputs: tuple[TensorType, ...]
    ) -> "tuple[Tensor, ...]":
        (given,) = inputs
        dim = self.dim % len(given.shape)
        strides = (*given.strides[:dim], *given.strides[dim + 1 :])
        return trace.pieces(given, map(trace.extents, outputs), strides)

    def dependence(self, edge: Edge) -> tuple[AxisAccess, ...] | None:
        rank = len(edge.given)
        gone = self.dim % rank
        at = Folded(position=edge.target)
        places = (dim if dim < gone else dim - 1 for dim in range(rank))
        return tuple(at if dim == gone else same(place) for dim, place in enumerate(places))

    def _dim(self) -> int:
        return self.dim

    def recipe(self, inputs: tuple[TensorType, ...]) -> FunctionRecipe:
        call = Call(".unbind", (Input(), Arg("dim")))
        return FunctionRecipe(Only(call) if inputs[0].extents[self.dim] == 1 else call)
