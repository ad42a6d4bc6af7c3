"""Parts of a tensor."""

from functools import partial
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from archir.check import Check
from archir.dims import Dim, add, ceil_div, evaluate, maximum, minimum, multiply, subtract, total
from archir.extents import readable
from archir.op import Int, Op, Positive, Size, concrete
from archir.ops.dims import resolve_dim
from archir.ops.spatial import show_extent
from archir.reach import Folded, Look, Taps, Wire, same
from archir.recipe import Arg, Call, Code, FunctionRecipe, Input, Range, Subscript
from archir.rules.tensors import (
    ExtentBelowOne,
    IndexOutsideDim,
    NoDimsLeft,
    SectionsDiffer,
    SliceEmpty,
    TooManyPieces,
)
from archir.types import TensorType

if TYPE_CHECKING:
    from archir.tape import Tape, Tensor

MOST_PIECES = 4096
"""The most values that one op gives."""


class _Pieces(Op):
    """Base of the ops that take a tensor apart along a dim."""

    is_module = False
    moves = True

    def channels(self, inputs: tuple[TensorType, ...]) -> Code:
        return None

    def reach(self, wire: Wire) -> tuple[Look, ...] | None:
        dim, before = self._dim() % len(wire.given), wire.outputs[: wire.target]
        offset = sum(concrete(other.shape[dim]) for other in before)
        return _along(wire, dim, Taps(dim, taps=((offset, 1, 1),)))

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
            check.report(TooManyPieces(self.keyword, count, MOST_PIECES))
            return None
        last = subtract(extent, multiply(step, count - 1))
        check.assume("at-least", last, 1)
        if last != step:
            check.assume("at-least", step, last)
        return tuple(_with(incoming, dim, piece) for piece in (*[step] * (count - 1), last))

    def taken_apart(self, call: Call, incoming: TensorType) -> FunctionRecipe:
        """The call, which gives a tuple also where it gives one piece."""
        outputs = self.infer((incoming,), Check({})) or ()
        return FunctionRecipe(Subscript(call, (0,)) if len(outputs) == 1 else call)

    def allocate(
        self, tape: "Tape", inputs: "tuple[Tensor, ...]", outputs: tuple[TensorType, ...]
    ) -> "tuple[Tensor, ...]":
        pieces = (tape.extents(each) for each in outputs)
        given = inputs[0]
        return tuple(tape.view(given, shape, given.strides, piece=True) for shape in pieces)


def _along(wire: Wire, dim: int, look: Look) -> tuple[Look, ...]:
    """A look at one dim; the others stay."""
    return tuple(look if at == dim else same(at) for at in range(len(wire.given)))


def _with(given: TensorType, dim: int, extent: Dim) -> TensorType:
    return given.with_shape(*given.shape[:dim], extent, *given.shape[dim + 1 :])


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
    torch_name = "torch.chunk"

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
    torch_name = "torch.split"

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
            shown = show_extent(piece, check)
            name = "split_size_or_sections"
            problem = partial(ExtentBelowOne, self.keyword, name, shown, False)
            if not check.at_least(piece, 1, problem):
                return None
        if not isinstance(wanted, tuple):
            return self.pieces(incoming, dim, pieces[0], check)
        if len(pieces) > MOST_PIECES:
            check.report(TooManyPieces(self.keyword, len(pieces), MOST_PIECES))
            return None
        extent = incoming.shape[dim]
        shown = show_extent(extent, check)
        together = total(pieces)
        known = (self.keyword, dim, shown, show_extent(together, check))
        check.equal(together, extent, partial(SectionsDiffer, *known))
        return tuple(_with(incoming, dim, piece) for piece in pieces)

    def _dim(self) -> int:
        return self.dim

    def recipe(self, inputs: tuple[TensorType, ...]) -> FunctionRecipe:
        sizes = Arg("split_size_or_sections")
        call = Call(".split", (Input(), sizes), (("dim", Arg("dim")),))
        wanted = self.split_size_or_sections
        if isinstance(wanted, tuple):
            return FunctionRecipe(Subscript(call, (0,)) if len(wanted) == 1 else call)
        return self.taken_apart(call, inputs[0])


class Slice(Op):
    """Takes what lies from `start` to before `end` along a dim, every `step`-th of it.

    Bounds are those of a Python slice: `none` is the very start or end, a negative number counts
    from the end, and what lies outside is cut off. They may be sizes of the input.

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
        first = self._first(start, extent, check)
        length = subtract(self._last(end, extent, check), first)
        shown = ["none" if bound is None else show_extent(bound, check) for bound in (start, end)]
        problem = partial(SliceEmpty, self.keyword, dim, show_extent(extent, check), *shown)
        if not check.at_least(length, 1, problem):
            return None
        return (_with(incoming, dim, ceil_div(length, self.step)),)

    def _first(self, start: Dim | None, extent: Dim, check: Check) -> Dim:
        """The first index, counted from 0. One past the end makes the slice empty."""
        if start is None:
            return 0
        if check.value(start) >= 0:
            check.assume("at-least", start, 0)
            return start
        check.assume("at-least", -1, start)
        shifted = add(extent, start)
        return shifted if start == -1 else maximum(shifted, 0)

    def _last(self, end: Dim | None, extent: Dim, check: Check) -> Dim:
        """The index to stop before, counted from 0."""
        if end is None:
            return extent
        if check.value(end) < 0:
            check.assume("at-least", -1, end)
            return add(extent, end)  # where that is below 0 the slice is empty as well
        check.assume("at-least", end, 0)
        if isinstance(end, int):
            return 1 if end == 1 else minimum(extent, end)
        within = check.value(end) <= check.value(extent)
        check.assume("at-least", *((extent, end) if within else (end, extent)))
        return end if within else extent

    def allocate(
        self, tape: "Tape", inputs: "tuple[Tensor, ...]", outputs: tuple[TensorType, ...]
    ) -> "tuple[Tensor, ...]":
        given = inputs[0]
        strides = list(given.strides)
        strides[self.dim] *= self.step
        return (tape.view(given, tape.extents(outputs[0]), tuple(strides)),)

    def recipe(self, inputs: tuple[TensorType, ...]) -> FunctionRecipe:
        step = None if self.step == 1 else Arg("step")
        taken = Range(Arg("start"), Arg("end"), step)
        place = self.dim if self.dim >= 0 else self.dim + inputs[0].rank
        before = (Range(),) * place
        return FunctionRecipe(Subscript(Input(), (*before, taken)))

    def reach(self, wire: Wire) -> tuple[Look, ...] | None:
        dim = self.dim % len(wire.given)
        start = None if self.start is None else evaluate(self.start, wire.sizes)
        first = slice(start, None).indices(wire.given[dim])[0]
        return _along(wire, dim, Taps(dim, self.step, ((first, 1, 1),)))

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
            extent, least, partial(IndexOutsideDim, self.keyword, self.index, dim, shown)
        )
        if incoming.rank == 1:
            check.report(NoDimsLeft(self.keyword, str(incoming)))
            return None
        return (incoming.with_shape(*incoming.shape[:dim], *incoming.shape[dim + 1 :]),)

    def allocate(
        self, tape: "Tape", inputs: "tuple[Tensor, ...]", outputs: tuple[TensorType, ...]
    ) -> "tuple[Tensor, ...]":
        given = inputs[0]
        place = self.dim % len(given.shape)
        strides = (*given.strides[:place], *given.strides[place + 1 :])
        return (tape.view(given, tape.extents(outputs[0]), strides),)

    def recipe(self, inputs: tuple[TensorType, ...]) -> FunctionRecipe:
        return FunctionRecipe(Call(".select", (Input(), Arg("dim"), Arg("index"))))

    def reach(self, wire: Wire) -> tuple[Look, ...] | None:
        given = wire.given
        gone = self.dim % len(given)
        at = Folded(position=self.index % given[gone])
        places = (dim if dim < gone else dim - 1 for dim in range(len(given)))
        return tuple(at if dim == gone else same(place) for dim, place in enumerate(places))

    def channels(self, inputs: tuple[TensorType, ...]) -> Code:
        return None if self.dim % inputs[0].rank < 2 else super().channels(inputs)
