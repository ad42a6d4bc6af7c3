"""Merges."""

from functools import partial, reduce
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from archir import rules
from archir.check import Check
from archir.dims import Dim, total
from archir.fields import Field
from archir.op import Int, Op, channels_of
from archir.ops.dims import resolve_dim
from archir.ops.spatial import AXIS_NAMES, show_extent
from archir.reach import Folded, Look, Wire, pointwise, same
from archir.recipe import AllInputs, Arg, Call, Code, Fold, FunctionRecipe, Inferred, Infix, Input
from archir.strides import is_channels_last
from archir.types import TensorType

if TYPE_CHECKING:
    from archir.storage import Tensor
    from archir.tape import Tape

PROMOTION = ("bool", "int64", "float32")
"""Of two dtypes the later one is the outcome, as torch promotes them."""


def promoted(inputs: tuple[TensorType, ...]) -> str:
    """The dtype of a value made of all the inputs."""
    return max((given.dtype for given in inputs), key=PROMOTION.index)


def dim_name(dim: int, rank: int) -> str:
    """A dim in people's words: batch, channels, height; ``dim 2`` where there is no word."""
    if rank == 2:
        return ("batch size", "channels")[dim]
    names = ("batch size", "channels", *AXIS_NAMES.get(rank - 2, ()))
    return names[dim] if rank == len(names) else f"dim {dim}"


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
    torch_defaults = MappingProxyType({"dim": 0})
    arity = "many"
    keeps = ()
    is_module = False

    dim: Int = Field(1, description="the dim along which the values are joined")

    def infer(self, inputs: tuple[TensorType, ...], check: Check) -> tuple[TensorType, ...] | None:
        first = inputs[0]
        other = next((n for n, t in enumerate(inputs) if t.rank != first.rank), None)
        if other is not None:
            check.report(self._rank_problem(inputs, other, check))
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

    def reach(self, wire: Wire) -> tuple[Look, ...] | None:
        joined, given = self.dim % len(wire.given), wire.given
        # Along the joined dim a position belongs to one input alone: behind those before it.
        at = Folded(joined, index=wire.begin(joined))
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

    def _rank_problem(
        self, inputs: tuple[TensorType, ...], other: int, check: Check
    ) -> "rules.shapes.ShapesDiffer":
        shapes = (str(inputs[0].at(check.sizes)), str(inputs[other].at(check.sizes)))
        ranks = (str(inputs[0].rank), str(inputs[other].rank))
        return rules.shapes.ShapesDiffer(
            self.keyword, "rank", 1, ranks[0], other + 1, ranks[1], shapes
        )

    def allocate(
        self, tape: "Tape", inputs: "tuple[Tensor, ...]", outputs: tuple[TensorType, ...]
    ) -> "tuple[Tensor, ...]":
        # torch takes the memory format that all of them have, and else the usual one.
        last = all(is_channels_last(given.shape, given.strides) for given in inputs)
        (made,) = outputs
        shape, like = tape.extents(made), inputs[0] if last else None
        return (tape.new(shape, *inputs, dtype=made.dtype, format=like),)

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


class Broadcasting(Op):
    """Base of what is worked out element by element of all inputs, with torch's broadcasting."""

    arity = "many"
    is_module = False

    def infer(self, inputs: tuple[TensorType, ...], check: Check) -> tuple[TensorType, ...] | None:
        shape = broadcast(self.keyword, inputs, check)
        dtype = self.dtype(inputs, check)
        return None if shape is None else (TensorType(shape, dtype),)

    def dtype(self, inputs: tuple[TensorType, ...], check: Check) -> str:
        """The dtype of the outcome."""
        return promoted(inputs)

    def reach(self, wire: Wire) -> tuple[Look, ...] | None:
        return pointwise(wire)

    def channels(self, inputs: tuple[TensorType, ...]) -> Code:
        rank = max(given.rank for given in inputs)
        aligned = [
            (channels_of(given), -number)
            for number, given in enumerate(inputs)
            if given.rank == rank
        ]
        channels, negated = max(aligned)
        shorter = [given.shape[1 - rank] for given in inputs if rank > given.rank >= rank - 1]
        if any(extent not in (1, channels) for extent in shorter):
            return None  # the channels come from a value of fewer dims
        return Inferred("channels", channels, -negated)


def broadcast(
    callee: str, inputs: tuple[TensorType, ...], check: Check, behind: int = 0
) -> tuple[Dim, ...] | None:
    """What broadcasting makes of all dims but the last ``behind``; None after a report."""
    rank = max(given.rank for given in inputs)
    shape: list[Dim] = []
    for dim in range(-rank, -behind):
        extent = _extent(callee, inputs, dim, rank, check)
        if extent is None:
            return None
        shape.append(extent)
    return tuple(shape)


def _extent(
    callee: str, inputs: tuple[TensorType, ...], dim: int, rank: int, check: Check
) -> Dim | None:
    """What broadcasting makes of one dim, counted from the last; None after a report."""
    extent: Dim | None = 1
    widest = 0
    for number, given in enumerate(inputs):
        if given.rank < -dim or extent is None:
            continue
        here = given.shape[dim]
        problem = partial(differ, callee, inputs, widest, number, dim, dim + rank, check)
        merged = check.broadcast(extent, here, problem)
        if merged == here and here != extent:
            widest = number
        extent = merged
    return extent


Whole = Annotated[int, Field(ge=-(2**63), le=2**63 - 1)]
"""What torch takes as an integer."""

Number = Annotated[float, Field(allow_inf_nan=False)] | Whole


class Arithmetic(Broadcasting):
    """An operator between all inputs, or between one input and a number."""

    operator: ClassVar[str]

    other: Number | None = Field(None, description="a number, in the place of a second value")

    def takes(self) -> Literal["one", "many"]:
        return "many" if self.other is None else "one"

    def dtype(self, inputs: tuple[TensorType, ...], check: Check) -> str:
        dtypes = [super().dtype(inputs, check)]
        if self.other is not None:
            dtypes.append("float32" if isinstance(self.other, float) else "int64")
        return max(dtypes, key=PROMOTION.index)

    def allocate(
        self, tape: "Tape", inputs: "tuple[Tensor, ...]", outputs: tuple[TensorType, ...]
    ) -> "tuple[Tensor, ...]":
        if self.other is not None:
            made = tape.new(inputs[0].shape, *inputs, dtype=outputs[0].dtype, like=inputs[0])
            return (made,)
        made = inputs[0]
        for number, other in enumerate(inputs[1:]):
            before, made = made, self.combine(tape, made, other)
            if number:
                tape.drop(before)
        return (made,)

    def combine(self, tape: "Tape", left: "Tensor", right: "Tensor") -> "Tensor":
        """What the operator makes of two tensors."""
        return tape.merged(left, right)

    def recipe(self, inputs: tuple[TensorType, ...]) -> FunctionRecipe:
        if self.other is None:
            return FunctionRecipe(Fold(self.operator))
        return FunctionRecipe(Infix(self.operator, Input(), Arg("other")))


def differ(
    callee: str,
    inputs: tuple[TensorType, ...],
    left: int,
    right: int,
    dim: int,
    position: int,
    check: Check,
) -> "rules.shapes.ShapesDiffer":
    """The problem that two inputs do not go together at a dim, the outcome's ``position``."""
    one, other = inputs[left], inputs[right]
    return rules.shapes.ShapesDiffer(
        callee,
        dim_name(position, max(given.rank for given in inputs)),
        left + 1,
        show_extent(one.shape[dim], check),
        right + 1,
        show_extent(other.shape[dim], check),
        (str(one), str(other)),
    )


class Add(Arithmetic):
    """Adds values element by element: the merge of a residual network.

    Dims of size 1 are repeated as torch's broadcasting does. With a number it takes one value, and
    adds the number to each element: `add(0.5)`.

    torch: `torch.add`, written `+`.

    ```arch
    model example() {
      input image: [N, 16, H = 32, W = 32]
      add [conv(16, 3, padding = 1), _]
    }
    ```
    """

    keyword = "add"
    torch_name = "torch.add"
    operator = "+"


class Multiply(Arithmetic):
    """Multiplies values element by element: the merge of a gate.

    Dims of size 1 are repeated as torch's broadcasting does. With a number it takes one value, and
    multiplies each element by the number: `multiply(0.5)`.

    torch: `torch.mul`, written `*`.

    ```arch
    model example() {
      input image: [N, 16, H = 32, W = 32]
      multiply [_, { adaptive_avg_pool(1) -> conv(16, 1) -> relu }]
    }
    ```
    """

    keyword = "multiply"
    torch_name = "torch.mul"
    operator = "*"

    def combine(self, tape: "Tape", left: "Tensor", right: "Tensor") -> "Tensor":
        return tape.multiplied(left, right)
