"""New shapes."""

from functools import partial
from typing import TYPE_CHECKING, Annotated

from archir import rules
from archir.base.diagnostics import Problem
from archir.op.contract import OPEN, Int, Op, Size
from archir.op.dependence import AxisAccess, Edge, pointwise, rearranged
from archir.op.extents import readable
from archir.op.fields import Field
from archir.op.recipe import Arg, Call, Code, FunctionRecipe, Input, ModuleRecipe
from archir.ops.dims import resolve_dim
from archir.ops.spatial import show_extent
from archir.shapes.arithmetic import floor_div, product
from archir.shapes.conditions import Check
from archir.shapes.dims import Dim
from archir.shapes.division import cancelled, exact_quotient, reduced
from archir.shapes.types import TensorType

if TYPE_CHECKING:
    from archir.memory.storage import Tensor
    from archir.memory.trace import MemoryTrace


def sized(
    callee: str,
    argument: str,
    wanted: tuple[Dim, ...],
    inputs: tuple[TensorType, ...],
    check: Check,
) -> tuple[Dim, ...] | None:
    """Extents as a text gives them, each -1 or at least 1; None after a report."""
    extents = tuple(readable(extent, inputs, check) for extent in wanted)
    for extent in extents:
        shown = show_extent(extent, check)
        problem = partial(below_one, callee, argument, shown, True)
        if extent != OPEN and not check.at_least(extent, 1, problem):
            return None
    return extents


def below_one(callee: str, argument: str, shown: str, is_open: bool) -> Problem:
    """The problem that an extent is not at least 1, nor -1 where that has a meaning."""
    return rules.tensors.ExtentBelowOne(callee, argument, shown, is_open)


def arranged(
    callee: str, given: tuple[Dim, ...], wanted: tuple[Dim, ...], check: Check
) -> tuple[Dim, ...] | None:
    """Extents with as many elements as those given, -1 worked out; None after a report."""
    shown = f"[{', '.join(show_extent(extent, check) for extent in wanted)}]"
    if wanted.count(OPEN) > 1:
        check.report(rules.tensors.SeveralOpenDims(callee, shown))
        return None
    is_open = OPEN in wanted
    above, below = cancelled(given, [extent for extent in wanted if extent != OPEN])
    # What stands on both sides is left out, so that few conditions are left.
    elements, divisor = product(above), product(below)
    was = f"[{', '.join(show_extent(extent, check) for extent in given)}]"
    count = check.value(product(given))
    wants = check.value(product(extent for extent in wanted if extent != OPEN))

    def problem() -> Problem:
        return rules.tensors.ElementsDiffer(callee, was, count, shown, wants, is_open)

    if not is_open:
        return wanted if check.equal(*reduced(elements, divisor), problem) else None
    rest = exact_quotient(elements, divisor)
    if rest is None:
        elements, divisor = reduced(elements, divisor)
        if not check.divisible(elements, divisor, problem):
            return None
        rest = floor_div(elements, divisor)
    return tuple(rest if extent == OPEN else extent for extent in wanted)


class Reshape(Op):
    """Gives a tensor another shape, with the same elements in the same order.

    The extents are given one by one or as a list. One of them may be -1, and is worked out from
    the others. They may be sizes of the input: `reshape(N, -1, 8)`. An expression of sizes is an
    extent, and at least 1; where it is -1 nothing is worked out.

    torch: `torch.reshape`.

    ```arch
    model example() {
      input image: [N, 16, H = 32, W = 32]
      reshape(N, 16, -1) -> permute(0, 2, 1) -> linear(8)
    }
    ```
    """

    keyword = "reshape"
    torch_name = "torch.reshape"
    read_calls = ("reshape(input, *shape)",)
    is_module = False
    open_extents = "shape"
    variadic = True

    shape: Annotated[tuple[Size, ...], Field(min_length=1, max_length=64)] = Field(
        description="the new extents, of which one may be -1"
    )

    def infer(self, inputs: tuple[TensorType, ...], check: Check) -> tuple[TensorType, ...] | None:
        wanted = sized(self.keyword, "shape", self.shape, inputs, check)
        if wanted is None:
            return None
        shape = arranged(self.keyword, inputs[0].shape, wanted, check)
        return None if shape is None else (inputs[0].with_shape(*shape),)

    def allocate(
        self, trace: "MemoryTrace", inputs: "tuple[Tensor, ...]", outputs: tuple[TensorType, ...]
    ) -> "tuple[Tensor, ...]":
        return (trace.reshape(inputs[0], trace.extents(outputs[0])),)

    def recipe(self, inputs: tuple[TensorType, ...]) -> FunctionRecipe:
        return FunctionRecipe(Call(".reshape", (Input(), *self.shape)))

    def dependence(self, edge: Edge) -> tuple[AxisAccess, ...] | None:
        return rearranged(edge)

    def channels(self, inputs: tuple[TensorType, ...]) -> Code:
        return None


class Unflatten(Op):
    """Takes one dim apart into several: `unflatten(1, [4, -1])` makes 4 groups of the channels.

    One of the new extents may be -1, and is worked out from the others.

    torch: `torch.nn.Unflatten`.

    ```arch
    model example() {
      input code: [N, 128]
      linear(16 * 7 * 7) -> unflatten(1, [16, 7, 7]) -> conv(8, 3)
    }
    ```
    """

    keyword = "unflatten"
    torch_name = "torch.nn.Unflatten"

    dim: Int = Field(description="the dim to take apart")
    unflattened_size: Annotated[tuple[Int, ...], Field(min_length=1, max_length=64)] = Field(
        description="the new extents, of which one may be -1"
    )

    def infer(self, inputs: tuple[TensorType, ...], check: Check) -> tuple[TensorType, ...] | None:
        incoming = inputs[0]
        dim = resolve_dim(self.keyword, "dim", self.dim, incoming.rank, check)
        wanted = sized(self.keyword, "unflattened_size", self.unflattened_size, (), check)
        if dim is None or wanted is None:
            return None
        extents = arranged(self.keyword, (incoming.shape[dim],), wanted, check)
        if extents is None:
            return None
        return (incoming.with_shape(*incoming.shape[:dim], *extents, *incoming.shape[dim + 1 :]),)

    def allocate(
        self, trace: "MemoryTrace", inputs: "tuple[Tensor, ...]", outputs: tuple[TensorType, ...]
    ) -> "tuple[Tensor, ...]":
        return (trace.reshape(inputs[0], trace.extents(outputs[0])),)

    def recipe(self, inputs: tuple[TensorType, ...]) -> ModuleRecipe:
        return ModuleRecipe(Call("nn.Unflatten", (Arg("dim"), Arg("unflattened_size"))))

    def dependence(self, edge: Edge) -> tuple[AxisAccess, ...] | None:
        return rearranged(edge)

    def channels(self, inputs: tuple[TensorType, ...]) -> Code:
        return super().channels(inputs) if self.dim % inputs[0].rank > 1 else None


class Expand(Op):
    """Repeats dims of extent 1 up to the extents given; -1 leaves a dim as it is.

    The extents are given one by one or as a list, and may be sizes of the input, which are at least
    1. More of them than there are dims are new dims in front.

    torch: `torch.Tensor.expand`.

    ```arch
    model example() {
      input image: [N, 3, H = 32, W = 32]
      param token: [1, 1, 64] = zeros
      conv(64, 4, stride = 4) -> flatten(2) -> transpose(1, 2) as patches
      concat [token -> expand(N, -1, -1), patches]
    }
    ```
    """

    keyword = "expand"
    torch_name = "torch.Tensor.expand"
    read_calls = ("expand(input, *size)",)
    is_module = False
    moves = True
    open_extents = "size"
    variadic = True

    size: Annotated[tuple[Size, ...], Field(min_length=1, max_length=64)] = Field(
        description="the extent of each dim, -1 for the one it has"
    )

    def infer(self, inputs: tuple[TensorType, ...], check: Check) -> tuple[TensorType, ...] | None:
        incoming = inputs[0]
        wanted = sized(self.keyword, "size", self.size, inputs, check)
        if wanted is None:
            return None
        new = len(wanted) - incoming.rank
        if new < 0 or OPEN in wanted[:new]:
            to = f"[{', '.join(show_extent(extent, check) for extent in wanted)}]"
            check.report(rules.tensors.CannotExpandTo(self.keyword, to, str(incoming)))
            return None
        shape = list(wanted[:new])
        for dim, (extent, aim) in enumerate(zip(incoming.shape, wanted[new:], strict=True)):
            shown = show_extent(extent, check), show_extent(aim, check)
            if aim != OPEN:
                check.expand(extent, aim, partial(self._cannot_expand, dim, *shown))
            shape.append(extent if aim == OPEN else aim)
        return (incoming.with_shape(*shape),)

    def _cannot_expand(self, dim: int, shown: str, aim: str) -> Problem:
        return rules.tensors.CannotExpand(self.keyword, dim, shown, aim)

    def allocate(
        self, trace: "MemoryTrace", inputs: "tuple[Tensor, ...]", outputs: tuple[TensorType, ...]
    ) -> "tuple[Tensor, ...]":
        return (trace.expanded(inputs[0], trace.extents(outputs[0])),)

    def recipe(self, inputs: tuple[TensorType, ...]) -> FunctionRecipe:
        return FunctionRecipe(Call(".expand", (Input(), *self.size)))

    def dependence(self, edge: Edge) -> tuple[AxisAccess, ...] | None:
        return pointwise(edge)

    def channels(self, inputs: tuple[TensorType, ...]) -> Code:
        new = len(self.size) - inputs[0].rank
        kept = new == 0 and inputs[0].rank > 1 and self.size[1] == OPEN
        return super().channels(inputs) if kept else None
