"""Problems with the values of an op's arguments."""

from __future__ import annotations

from archir.base import argument_fixes as fixes
from archir.base.diagnostics import Diagnostic, Problem
from archir.base.fixes import Edit, Fix, renamed, swap
from archir.base.pieces import call_around, call_at, pieces
from archir.base.record import replaced
from archir.base.source import Span

_TRUTHS = {'"true"': "true", '"false"': "false", "0": "false", "1": "true", "none": "false"}

ACTIVATIONS = frozenset(
    {
        *("relu", "gelu", "silu", "tanh", "sigmoid", "leaky_relu", "elu", "relu6", "selu", "mish"),
        *("hardswish", "softmax", "prelu", "softplus", "batch_norm"),
    }
)
"""Stages that other libraries take as an argument of a layer."""

_PADDING = (
    "padding has one number for each axis, which both ends get; where they differ, pad before:"
    " pad([left, right, top, bottom]) -> …"
)


def _model(body: str) -> str:
    return f"model m() {{\n  input image: [N, 3, H = 32, W = 32]\n  {body}\n}}\n"


class WrongArgumentType(Problem):
    """An argument is of a kind that the op does not take there."""

    name = "wrong-argument-type"
    bad = _model('conv(8, 3, bias = "no")')
    good = _model("conv(8, 3, bias = false)")
    callee: str
    argument: str
    value: str
    wanted: str
    inferred: str = ""
    """What torch's class begins with, where the value is likely another argument's for that."""

    instead: str = ""
    """The argument that is to stand there, where that is known."""

    other: str = ""
    """Another argument of the op, which takes this value."""

    def message(self) -> str:
        if self.inferred:
            return (
                f"{self.value} is read as {self.argument} of {self.callee}, which must be"
                f" {self.wanted}: the order is not torch's"
            )
        return f"{self.argument} of {self.callee} must be {self.wanted}, and {self.value} is not"

    def hint(self) -> str | None:
        if self.inferred:
            return (
                f"{self.inferred} is read off the shape that comes in, and is not written:"
                " leave the first argument out"
            )
        if self.other:
            return f"it is another argument, given by its name: `{self.other} = {self.value}`"
        if self.value.startswith("the value "):
            name = self.value.removeprefix("the value ")
            return f"values flow in: {name} -> {self.callee}(…)"
        if self.callee in ("layer_norm", "rms_norm") and self.argument == "dims":
            return (
                "say how many of the last dims, 1 if left out; their sizes are read off the shape"
            )
        if "true or false" in self.wanted and self.value in _TRUTHS:
            return f"write `{_TRUTHS[self.value]}`"
        word = self.value.strip('"')
        if word in ACTIVATIONS:
            return f"an activation is a stage of its own: {self.callee}(…) -> {word}"
        if self.value.startswith("[") and "list" not in self.wanted and "integer" in self.wanted:
            return "give one number: an item of a list `xs` is `xs[0]`, and a loop takes them all"
        if self.instead:
            return f"write `{self.instead}`: as many places as with TensorFlow's SAME, at any size"
        if (self.argument, self.value) == ("padding", '"same"'):
            return "write it as a number: half the kernel, rounded down, keeps the size at stride 1"
        return None

    def where_named(self) -> Problem:
        return replaced(self, inferred="") if self.inferred else self

    def fix(self, at: Diagnostic) -> Fix | None:
        found = fixes.in_call(at.span, self.callee)
        if found is None:
            return None
        call, given = found
        if self.inferred and given.name is None and call.arguments[0] != given:
            return fixes.without(call, call.arguments[0], safe=False)
        if self.instead:
            return swap(given.span, self.instead, safe=False)
        if self.other:
            is_free = given.name is None and call.named(self.other) is None
            return swap(given.span, f"{self.other} = {self.value}") if is_free else None
        digits = self.value.strip('"')
        if self.value == f'"{digits}"' and digits.isdecimal() and "integer" in self.wanted:
            return swap(given.value, digits) if given.value.text == self.value else None
        if "true or false" in self.wanted and given.value.text == self.value:
            truth = _TRUTHS.get(self.value)
            return None if truth is None else swap(given.value, truth)
        return None


class FloatForCount(Problem):
    """A float stands where a count is wanted. Even a whole float such as ``64.0`` is refused.

    ``/`` always gives a float, as in Python; ``//`` divides two integers to an integer.
    """

    name = "float-for-count"
    bad = _model("conv(64 / 2, 3)")
    good = _model("conv(64 // 2, 3)")
    callee: str
    argument: str
    value: str
    wanted: str
    item: int | None = None
    """Which of several it is, counted from 0."""

    def message(self) -> str:
        found = f"{self.value} is a float"
        found = found if self.item is None else f"its item [{self.item}] is the float {self.value}"
        return f"{self.argument} of {self.callee} must be {self.wanted}, and {found}"

    def hint(self) -> str:
        return "divide with // to stay with integers, or round with int(…)"

    def fix(self, at: Diagnostic) -> Fix | None:
        if not float(self.value).is_integer():
            return None
        found = fixes.in_call(at.span, self.callee)
        return fixes.whole(at.span if found is None or self.item is not None else found[1].value)


class ArgumentOutOfBounds(Problem):
    """A number or a list lies outside of what the op takes."""

    name = "argument-out-of-bounds"
    bad = _model("dropout(1.5)")
    good = _model("dropout(0.5)")
    callee: str
    argument: str
    value: str
    wanted: str
    near: str | None = None
    """What is taken and most like what was given, if that can be said."""

    inferred: str = ""
    """What torch's class begins with, where the value is likely another argument's for that."""

    def message(self) -> str:
        return f"{self.argument} of {self.callee} must be {self.wanted}, and {self.value} is not"

    def hint(self) -> str | None:
        if self._is_channels():
            return "leave the number of channels out: it is read off the incoming shape"
        if self._has_both_ends():
            return _PADDING
        if self.inferred:
            return (
                f"{self.inferred} is read off the shape that comes in, and is not written: leave"
                " the first argument out"
            )
        if self.argument == "p" and self.value.isdecimal() and int(self.value) <= 100:
            return f"it is a share of all: {self.value} % are {int(self.value) / 100:g}"
        if self.callee == "pad" and self.value.startswith("[["):
            return "all of them stand in one list: [left, right, top, bottom]"
        if self.argument == "padding" and self.value.startswith("-"):
            return f"`pad({self.value})` before it crops"
        return f"did you mean {self.near}?" if self.near else None

    def _has_both_ends(self) -> bool:
        """Whether a layer's padding is a list of numbers with two for each axis."""
        numbers = self.value[1:-1].split(",") if self.value.startswith("[") else []
        plain = all(number.strip().isdecimal() for number in numbers)
        return self.argument == "padding" and plain and len(numbers) in (4, 6)

    def _is_channels(self) -> bool:
        """Whether it is what torch's norms begin with."""
        return self.argument == "eps" and self.value.isdecimal()

    def fix(self, at: Diagnostic) -> Fix | None:
        found = fixes.in_call(at.span, self.callee)
        if found is None:
            return None
        if self._is_channels():
            return fixes.without(*found)
        if self.near and found[1].value.text == self.value:
            return renamed(found[1].value, self.near)
        if self._has_both_ends():
            return fixes.padded_before(*found)
        return None


class ArgumentDependsOnSize(Problem):
    """A layer is to be made with a number that the input's size decides.

    The layers of a model are made before it sees an input, so their arguments are plain numbers.
    """

    name = "argument-depends-on-size"
    bad = _model("conv(_.height, 3)")
    good = _model("conv(_.channels, 3)")
    callee: str
    argument: str
    value: str
    function: str = ""
    """The op that does the same as a function, if there is one."""

    over_all: str = ""
    """The op that does the same over the whole extent, if there is one."""

    def message(self) -> str:
        return (
            f"{self.argument} of {self.callee} is {self.value}, which depends on the size of the"
            " input"
        )

    def hint(self) -> str:
        if self.function:
            return (
                f"write {self.function}, which takes sizes: it does the same as a function of"
                f" torch, while {self.callee} is a module, made before it meets an input"
            )
        if self.over_all:
            return f"over the whole extent, at every size, it is `{self.over_all}`"
        return (
            "a module is made before it meets an input: write a number, or fix the size in the"
            " input, as `32` for `H = 32`"
        )

    def fix(self, at: Diagnostic) -> Fix | None:
        call = call_around(at.span, self.callee) if self.function else None
        found = None if call is None else pieces(at.span.source)
        at_head = None if call is None or found is None else found.at(call.head.start)
        if call is None or found is None or at_head is None or found.text(at_head - 1) == ":":
            return None  # a function carries no label
        return swap(call.head, self.function, safe=False)  # it takes no number among its children


class WrongListLength(Problem):
    """A list has one entry for each axis of the incoming tensor; this one has more or fewer."""

    name = "wrong-list-length"
    bad = _model("conv(8, [3, 3, 3])")
    good = _model("conv(8, [3, 3])")
    callee: str
    argument: str
    length: int
    axes: tuple[str, ...]

    def message(self) -> str:
        entries = "1 entry" if self.length == 1 else f"{self.length} entries"
        return (
            f"{self.argument} of {self.callee} has {entries}, and the incoming tensor has"
            f" {len(self.axes)} ({', '.join(self.axes)})"
        )

    def hint(self) -> str:
        return "give one number for all axes, or a list with one for each"

    def fix(self, at: Diagnostic) -> Fix | None:
        return fixes.one_for_all(at.span, self.callee, self.argument, self.length)


class ArgumentNotForRank(Problem):
    """torch has this argument in two and three dimensions only."""

    name = "argument-not-for-rank"
    bad = """model m() {
  input signal: [N, 2, L = 32]
  avg_pool(2, divisor_override = 1)
}
"""
    good = """model m() {
  input signal: [N, 2, L = 32]
  avg_pool(2)
}
"""
    callee: str
    argument: str
    layout: str

    def message(self) -> str:
        return (
            f"{self.callee} does not take {self.argument} on {self.layout}: torch has that over two"
            " and three axes only"
        )

    def hint(self) -> str:
        return "leave it out, or give the incoming tensor another axis"

    def fix(self, at: Diagnostic) -> Fix | None:
        return fixes.leave_out(at.span, self.callee, self.argument, safe=False)


class StridedSamePadding(Problem):
    """``padding = "same"`` keeps the size, which a stride above 1 cannot. torch refuses the two.

    TensorFlow's SAME gives as many places as the stride goes into the size, rounded up. It pads by
    what is missing, which depends on the size: on the remainder that the stride leaves. So it is
    written with ``pad``, which adds the most that any size needs, and ``slice``, which takes back
    what this one does not. At the end nothing needs to be taken back.
    """

    name = "strided-same-padding"
    bad = _model('conv(8, 3, stride = 2, padding = "same")')
    good = _model(
        "pad(1) -> slice(2, (_.shape[2] + 1) % 2) -> slice(3, (_.shape[3] + 1) % 2)"
        " -> conv(8, 3, stride = 2)"
    )
    callee: str
    stride: str
    before: str | None = None
    """The stages that pad as TensorFlow does, for every size; empty where none are needed."""

    usual: str | None = None
    """Half of the window, rounded down."""

    def message(self) -> str:
        return f'{self.callee} cannot have padding "same" together with stride {self.stride}'

    def hint(self) -> str:
        usual = f"{self.callee} with a stride takes a number; the usual one is half the kernel"
        if self.usual is not None:
            usual = f"a number is padded at any stride: write `padding = {self.usual}`"
        if not self.before:
            return usual
        return (
            f"{usual}\nTensorFlow's SAME, right for every size, without a padding of {self.callee}:"
            f"\n{self.before} -> {self.callee}(…)"
        )

    def fix(self, at: Diagnostic) -> Fix | None:
        left = fixes.leave_out(at.span, self.callee, "padding", '"same"', safe=False)
        call = call_at(at.span, self.callee)
        if left is None or call is None or self.before is None or call.head.start != at.span.start:
            return None  # a label would be the padding's
        if not self.before:
            return left
        before = Edit(Span(at.span.source, at.span.start, at.span.start), f"{self.before} -> ")
        return Fix("pad as TensorFlow does", (before, *left.edits), is_safe=False)


class PoolPaddingTooLarge(Problem):
    """A pool's padding is at most half its kernel, so that every window sees some of the input."""

    name = "pool-padding-too-large"
    bad = _model("max_pool(3, padding = 2)")
    good = _model("max_pool(3, padding = 1)")
    callee: str
    padding: int
    kernel: int

    def message(self) -> str:
        return (
            f"padding {self.padding} of {self.callee} is more than half of the kernel's"
            f" {self.kernel}"
        )

    def hint(self) -> str:
        return f"use a padding of at most {self.kernel // 2}"

    def fix(self, at: Diagnostic) -> Fix | None:
        most, written = str(self.kernel // 2), str(self.padding)
        return fixes.rewrite(at.span, self.callee, "padding", most, written, safe=False)
