"""Padding."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from archir import rules
from archir.base.diagnostics import Problem
from archir.init.values import show_constant
from archir.op.contract import Int, Op, Size, channels_of
from archir.op.dependence import AxisAccess, Edge, Taps, same
from archir.op.extents import readable
from archir.op.fields import Field
from archir.op.recipe import (
    Arg,
    Call,
    Code,
    FunctionRecipe,
    Inferred,
    Infix,
    Input,
    Items,
    ModuleRecipe,
)
from archir.ops.numbers import holds
from archir.ops.spatial import AXIS_NAMES, LAYOUTS, require_dtype, show_extent
from archir.shapes.arithmetic import add, maximum, minimum, subtract
from archir.shapes.conditions import Check
from archir.shapes.dims import Dim, evaluate
from archir.shapes.types import TensorType

if TYPE_CHECKING:
    from archir.memory.storage import Tensor
    from archir.memory.trace import MemoryTrace
    from archir.op.reading import Called, Made, Read

_CLASSES = {
    "constant": "ConstantPad",
    "reflect": "ReflectionPad",
    "replicate": "ReplicationPad",
    "circular": "CircularPad",
}

Filling = Annotated[float, Field(allow_inf_nan=False)] | Literal["-inf", "inf"]
"""A number, or an infinity: what a maximum over windows never takes."""


class Padding(Op):
    """What `pad` and `pad_by` share: all but how torch is called."""

    idle: ClassVar[Mapping[str, object] | None] = {"padding": 0}

    most_dims: ClassVar[int] = 3
    """How many of the last dims a constant may be put around."""

    padding: Size | tuple[Size, ...] = Field(
        description="how much is added; in a list before and behind each axis, the last one first"
    )
    mode: Literal["constant", "reflect", "replicate", "circular"] = Field(
        "constant", description="what is added"
    )
    value: Filling | None = Field(0.0, description='the number that mode "constant" puts there')

    def infer(self, inputs: tuple[TensorType, ...], check: Check) -> tuple[TensorType, ...] | None:
        incoming = inputs[0]
        if not self._fits(incoming, check):
            return None
        self._verify(incoming, check)
        shape = list(incoming.shape)
        refused: set[tuple[int, ...]] = set()
        for dim, *side in self._sides(incoming.rank):
            before, after = (readable(each, inputs, check) for each in side)
            # What is wrong with height and width alike is said once.
            facts = tuple(map(check.value, (shape[dim], before, after)))
            extent = None if facts in refused else self._extent(incoming, dim, before, after, check)
            if extent is None:
                refused.add(facts)
            else:
                shape[dim] = extent
        return None if refused else (incoming.with_shape(*shape),)

    def dependence(self, edge: Edge) -> tuple[AxisAccess, ...] | None:
        accesses: list[AxisAccess] = [same(dim) for dim in range(len(edge.given))]
        for dim, before, _ in self._sides(len(edge.given)):
            accesses[dim] = Taps(dim, taps=((-evaluate(before, edge.sizes), 1, 1),))
        return tuple(accesses)

    def allocate(
        self, trace: "MemoryTrace", inputs: "tuple[Tensor, ...]", outputs: tuple[TensorType, ...]
    ) -> "tuple[Tensor, ...]":
        given, shape = inputs[0], trace.extents(outputs[0])
        if self.mode == "constant" and not self._grows(given.shape, shape):
            return (trace.new(shape, given, like=given),)  # what is left is copied
        made = trace.new(shape, given, format=None if self.mode == "circular" else given)
        trace.keep(made, *((given,) if self.mode in ("reflect", "replicate") else ()))
        return (made,)

    def channels(self, inputs: tuple[TensorType, ...]) -> Code:
        code: Code = Inferred("channels", channels_of(inputs[0]))
        for dim, before, after in self._sides(inputs[0].rank):
            more = add(before, after) if dim == 1 else 0
            if not isinstance(more, int):
                return None
            if more:
                code = Infix("+", code, Inferred("constant", more))
        return code

    def _fits(self, incoming: TensorType, check: Check) -> bool:
        """Whether torch has this padding for tensors of this rank."""
        rank, padding = incoming.rank, self.padding
        spatial = 3 <= rank <= 5
        if not spatial and (self.mode != "constant" or not isinstance(padding, tuple) or not rank):
            check.report(rules.shapes.WrongRank(self.keyword, LAYOUTS, str(incoming)))
            return False
        if not isinstance(padding, tuple):
            return True
        wanted = tuple(2 * dims for dims in range(1, min(rank, self.most_dims) + 1))
        if self.mode != "constant":
            wanted = (2 * (rank - 2),)
        if len(padding) not in wanted:
            problem = rules.padding.WrongPaddingLength(
                self.keyword, len(padding), wanted, self.mode
            )
            check.report(problem)
            return False
        return True

    def _verify(self, incoming: TensorType, check: Check) -> None:
        value = self.value or 0.0
        given = show_constant(value)
        if self.mode in ("reflect", "replicate"):
            require_dtype(self.keyword, incoming, ("float32", "int64"), check)
        if self.mode != "constant":
            if value:
                check.report(rules.padding.ValueNotForMode(self.keyword, given, self.mode))
        elif self._may_grow(incoming.rank) and not _holds(incoming.dtype, value):
            check.report(rules.padding.PaddingValueTooLarge(self.keyword, given, incoming.dtype))

    def _may_grow(self, rank: int) -> bool:
        """Whether anything may be added, rather than cropped alone."""
        sides = (side for _, *both in self._sides(rank) for side in both)
        return any(not isinstance(side, int) or side > 0 for side in sides)

    def _grows(self, given: tuple[int, ...], made: tuple[int, ...]) -> bool:
        """Whether anything is added at sizes that are given; of a size as it is for the axis."""
        for dim, before, after in self._sides(len(given)):
            if isinstance(before, int) and isinstance(after, int):
                if max(before, after) > 0:
                    return True
            elif made[dim] > given[dim]:
                return True
        return False

    def _sides(self, rank: int) -> list[tuple[int, Dim, Dim]]:
        """The padded dims in the order of the shape, each with what comes before and behind."""
        padding = self.padding
        pairs: tuple[tuple[Dim, Dim], ...]
        if isinstance(padding, tuple):
            pairs = tuple(zip(padding[::2], padding[1::2], strict=True))  # the last dim first
        else:
            pairs = ((padding, padding),) * (rank - 2)
        return [(rank - 1 - n, *pairs[n]) for n in reversed(range(len(pairs)))]

    def _extent(
        self, incoming: TensorType, dim: int, before: Dim, after: Dim, check: Check
    ) -> Dim | None:
        """The extent along a padded dim; None after a report."""
        old = incoming.shape[dim]
        name, shown = _dim_name(dim, incoming.rank), show_extent(old, check)
        most = maximum(before, after)
        cropped = add(minimum(before, 0), minimum(after, 0))

        def crop() -> Problem:
            sides = check.value(before), check.value(after)
            return rules.padding.CropTooLarge(self.keyword, name, shown, *sides)

        def repeated() -> Problem:
            facts = (self.keyword, name, shown, check.value(most), self.mode)
            return rules.padding.PaddingRepeatsTooMuch(*facts, max(0, check.value(there)))

        # torch's circular padding reads what it has written, and no more than that is there.
        there = add(old, -1 if self.mode == "reflect" else cropped)
        repeats = self.mode in ("reflect", "circular") and not (isinstance(most, int) and most <= 0)
        if repeats and not check.at_least(there, most, repeated):
            return None
        crops = self.mode == "constant" and cropped != 0
        if crops and not check.at_least(old, subtract(0, cropped), crop):
            return None
        extent = add(old, add(before, after))
        return extent if check.at_least(extent, 1, crop) else None


class Pad(Padding):
    """Adds to the ends of the axes, or crops them where a padding is negative.

    One number is added to both ends of every spatial axis. A list has two numbers for each axis,
    the last axis first: `[left, right, top, bottom, front, back]`. With `mode = "constant"` the
    list may also speak of the last axes alone, or reach beyond the spatial ones: on `[N, C, H, W]`
    two numbers pad the width, and six the channels too.

    `mode` says what is put there: `"constant"` puts `value`, `"reflect"` mirrors the input at its
    edge, `"replicate"` repeats the edge, `"circular"` goes on with the other end. A reflected
    padding is below the size of its axis, a circular one at most what is left of the size where the
    other end is cropped. The modes are one class of torch each, and take `value` in the constant
    one alone, where it may be `"-inf"`: a maximum over windows never takes that.

    The paddings are numbers: torch's modules are made before they meet an input. `pad_by` does the
    same as a function, and takes sizes of the input.

    torch: `torch.nn.ConstantPad1d`, `ConstantPad2d`, `ConstantPad3d`, and `ReflectionPad`,
    `ReplicationPad` and `CircularPad` likewise.

    ```arch
    model example() {
      input image: [N, 3, H = 32, W = 32]
      pad(3, mode = "reflect") -> conv(16, 7) -> pad([0, 1, 0, 1]) -> max_pool(3, stride = 2)
    }
    ```
    """

    keyword = "pad"
    as_function = "pad_by"
    torch_name = "torch.nn.ConstantPad2d"
    read_modules = tuple(f"{kind}{rank}d" for kind in _CLASSES.values() for rank in (1, 2, 3))
    own_arguments = ("mode",)

    padding: Int | Annotated[tuple[Int, ...], Field(min_length=2, max_length=6)] = Field(
        description="how much is added; in a list before and behind each axis, the last one first"
    )
    value: Filling = Field(0.0, description='the number that mode "constant" puts there')

    @classmethod
    def read_module(cls, made: "Made", call: "Called") -> "Read | None":
        from archir.op.reading import Read

        found = super().read_module(made, call)
        mode = next(mode for mode, kind in _CLASSES.items() if made.kind.startswith(kind))
        if found is None:
            return None
        return Read({**_with_words(found.arguments), "mode": mode}, found.inputs)

    def recipe(self, inputs: tuple[TensorType, ...]) -> ModuleRecipe:
        function = f"nn.{_CLASSES[self.mode]}{len(self._sides(inputs[0].rank))}d"
        value = (_code(self.value),) if self.mode == "constant" else ()
        return ModuleRecipe(Call(function, (Arg("padding"), *value)))


class PadBy(Padding):
    """Adds to the ends of the axes, or crops them, by sizes of the input: `pad` as a function.

    What is given is what `pad` takes, and the same is computed. But a function is given its
    arguments as it runs, so a padding may be made of sizes: those that a model's input names, those
    that a block has given names, and those of other values, `skip.height`. Where one is negative
    the end is cropped. It takes no place among the modules.

    With `mode = "constant"` the list may speak of any of the last dims, down to the batch.

    torch: `torch.nn.functional.pad`.

    ```arch
    model example() {
      input image: [N, 3, H = 65, W = 65]
      conv(16, 3, padding = 1) as skip
      max_pool(2) -> conv_transpose(16, 2, stride = 2)
      pad_by([0, skip.width - _.width, 0, skip.height - _.height])
      concat [skip, _] -> conv(8, 3)
    }
    ```
    """

    keyword = "pad_by"
    shown = "Pad"
    torch_name = "torch.nn.functional.pad"
    read_calls = ("pad(input, pad, mode=constant, value=None)",)
    is_module = False
    most_dims = 64

    padding: Size | Annotated[tuple[Size, ...], Field(min_length=2, max_length=128)] = Field(
        description="how much is added; in a list before and behind each axis, the last one first"
    )

    value: Filling | None = Field(
        None, description='the number that mode "constant" puts there; none is 0'
    )

    @classmethod
    def read_bound(cls, values: Mapping[str, Any], call: "Called") -> "Read | None":
        named = {("padding" if name == "pad" else name): each for name, each in values.items()}
        return super().read_bound(_with_words(named), call)

    def recipe(self, inputs: tuple[TensorType, ...]) -> FunctionRecipe:
        padding: Code = Arg("padding")
        if not isinstance(self.padding, tuple):
            padding = Items((padding,) * (2 * (inputs[0].rank - 2)))
        value = (("value", _code(self.value)),) if self.value is not None else ()
        named = (*self.changed("mode"), *value)
        return FunctionRecipe(Call("F.pad", (Input(), padding), named))


def _holds(dtype: str, value: float | str) -> bool:
    return dtype != "int64" if isinstance(value, str) else holds(dtype, value)


def _code(value: float | str | None) -> Code:
    """An infinity as Python has it: it is a word where the text is written."""
    return float(value) if isinstance(value, str) else Arg("value")


def _with_words(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """What is read of torch, an infinity by its word."""
    value = values.get("value")
    return {**values, "value": str(value)} if value in (float("inf"), float("-inf")) else values


def _dim_name(dim: int, rank: int) -> str:
    if dim < 2:
        return "channels" if dim else "the batch size"
    names = AXIS_NAMES.get(rank - 2)
    return names[dim - 2] if names else f"dim {dim}"
