"""Padding."""

from typing import TYPE_CHECKING, Annotated, Literal

from archir import rules
from archir.check import Check
from archir.diagnostics import Problem
from archir.dims import Dim, add
from archir.fields import Field
from archir.op import Int, Op, channels_of
from archir.ops.spatial import AXIS_NAMES, LAYOUTS, require_dtype, show_extent
from archir.reach import Look, Taps, Wire, same
from archir.recipe import Arg, Call, Code, Inferred, Infix, ModuleRecipe
from archir.types import TensorType
from archir.values import show_constant

if TYPE_CHECKING:
    from archir.storage import Tensor
    from archir.tape import Tape

_CLASSES = {
    "constant": "ConstantPad",
    "reflect": "ReflectionPad",
    "replicate": "ReplicationPad",
    "circular": "CircularPad",
}

_BOUNDS = {
    "float32": (-3.4028234663852886e38, 3.4028234663852886e38),
    "int64": (-(2.0**63), 2.0**63 - 1024),
}
"""The least and largest doubles that a dtype can hold; for a bool every number will do."""


class Pad(Op):
    """Adds to the ends of the axes, or crops them where a padding is negative.

    One number is added to both ends of every spatial axis. A list has two numbers for each axis,
    the last axis first: `[left, right, top, bottom, front, back]`. With `mode = "constant"` the
    list may also speak of the last axes alone, or reach beyond the spatial ones: on `[N, C, H, W]`
    two numbers pad the width, and six the channels too.

    `mode` says what is put there: `"constant"` puts `value`, `"reflect"` mirrors the input at its
    edge, `"replicate"` repeats the edge, `"circular"` goes on with the other end. A reflected
    padding is below the size of its axis, a circular one at most the size. The modes are one class
    of torch each, and take `value` in the constant one alone.

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
    torch_name = "torch.nn.ConstantPad2d"
    own_arguments = ("mode",)

    padding: Int | Annotated[tuple[Int, ...], Field(min_length=2, max_length=6)] = Field(
        description="how much is added; in a list before and behind each axis, the last one first"
    )
    mode: Literal["constant", "reflect", "replicate", "circular"] = Field(
        "constant", description="what is added"
    )
    value: Annotated[float, Field(allow_inf_nan=False)] = Field(
        0.0, description='the number that mode "constant" puts there'
    )

    def infer(self, inputs: tuple[TensorType, ...], check: Check) -> tuple[TensorType, ...] | None:
        incoming = inputs[0]
        if not self._fits(incoming, check):
            return None
        self._verify(incoming, check)
        shape = list(incoming.shape)
        refused: set[tuple[int, int, int]] = set()
        for dim, before, after in self._sides(incoming.rank):
            # What is wrong with height and width alike is said once.
            facts = (check.value(shape[dim]), before, after)
            extent = None if facts in refused else self._extent(incoming, dim, before, after, check)
            if extent is None:
                refused.add(facts)
            else:
                shape[dim] = extent
        return None if refused else (incoming.with_shape(*shape),)

    def reach(self, wire: Wire) -> tuple[Look, ...] | None:
        looks: list[Look] = [same(dim) for dim in range(len(wire.given))]
        for dim, before, _ in self._sides(len(wire.given)):
            looks[dim] = Taps(dim, taps=((-before, 1, 1),))
        return tuple(looks)

    def allocate(
        self, tape: "Tape", inputs: "tuple[Tensor, ...]", outputs: tuple[TensorType, ...]
    ) -> "tuple[Tensor, ...]":
        given, shape = inputs[0], tape.extents(outputs[0])
        sides = [max(side) for _, *side in self._sides(len(shape))]
        if self.mode == "constant" and max(sides) <= 0:
            return (tape.new(shape, given, like=given),)  # what is left is copied
        made = tape.new(shape, given, format=None if self.mode == "circular" else given)
        tape.keep(made, *((given,) if self.mode in ("reflect", "replicate") else ()))
        return (made,)

    def recipe(self, inputs: tuple[TensorType, ...]) -> ModuleRecipe:
        function = f"nn.{_CLASSES[self.mode]}{len(self._pairs(inputs[0].rank))}d"
        value = (Arg("value"),) if self.mode == "constant" else ()
        return ModuleRecipe(Call(function, (Arg("padding"), *value)))

    def channels(self, inputs: tuple[TensorType, ...]) -> Code:
        code: Code = Inferred("channels", channels_of(inputs[0]))
        for dim, before, after in self._sides(inputs[0].rank):
            if dim == 1 and before + after:
                code = Infix("+", code, Inferred("constant", before + after))
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
        wanted = tuple(2 * dims for dims in (1, 2, 3) if dims <= rank)
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
        given = show_constant(self.value)
        if self.mode in ("reflect", "replicate"):
            require_dtype(self.keyword, incoming, ("float32", "int64"), check)
        if self.mode != "constant":
            if self.value:
                check.report(rules.padding.ValueNotForMode(self.keyword, given, self.mode))
        elif any(before > 0 or after > 0 for before, after in self._pairs(incoming.rank)):
            least, most = _BOUNDS.get(incoming.dtype, (self.value, self.value))
            if not least <= self.value <= most:
                check.report(
                    rules.padding.PaddingValueTooLarge(self.keyword, given, incoming.dtype)
                )

    def _pairs(self, rank: int) -> tuple[tuple[int, int], ...]:
        """Before and behind each padded axis, the last one first."""
        padding = self.padding
        if not isinstance(padding, tuple):
            return ((padding, padding),) * (rank - 2)
        return tuple(zip(padding[::2], padding[1::2], strict=True))

    def _sides(self, rank: int) -> list[tuple[int, int, int]]:
        """The padded dims in the order of the shape, each with what comes before and behind."""
        pairs = self._pairs(rank)
        return [(rank - 1 - n, *pairs[n]) for n in reversed(range(len(pairs)))]

    def _extent(
        self, incoming: TensorType, dim: int, before: int, after: int, check: Check
    ) -> Dim | None:
        """The extent along a padded dim; None after a report."""
        old = incoming.shape[dim]
        name, shown = _dim_name(dim, incoming.rank), show_extent(old, check)
        most = max(before, after)
        cropped = min(before, 0) + min(after, 0)

        def crop() -> Problem:
            return rules.padding.CropTooLarge(self.keyword, name, shown, before, after)

        if self.mode in ("reflect", "circular") and most > 0:
            # torch's circular padding reads what it has written, and no more than that is there.
            spare = -1 if self.mode == "reflect" else cropped
            facts = (self.keyword, name, shown, most, self.mode)
            largest = max(0, check.value(old) + spare)
            if not check.at_least(
                add(old, spare), most, lambda: rules.padding.PaddingRepeatsTooMuch(*facts, largest)
            ):
                return None
        if self.mode == "constant" and cropped and not check.at_least(old, -cropped, crop):
            return None
        extent = add(old, before + after)
        return extent if check.at_least(extent, 1, crop) else None


def _dim_name(dim: int, rank: int) -> str:
    if dim < 2:
        return "channels" if dim else "the batch size"
    names = AXIS_NAMES.get(rank - 2)
    return names[dim - 2] if names else f"dim {dim}"
