"""Problems that an op's shape rule finds in what flows into it."""

from __future__ import annotations

import re
from math import gcd
from typing import ClassVar

from archir.base import argument_fixes as fixes
from archir.base.diagnostics import Diagnostic, Problem
from archir.base.fixes import Edit, Fix
from archir.base.pieces import call_at


def _model(body: str) -> str:
    return f"model m() {{\n  input image: [N, 3, H = 32, W = 32]\n  {body}\n}}\n"


def rank_shown(shape: str) -> int:
    """How many dims a shape has as it is shown: those of ``[N, min(H, 8)]`` are 2."""
    depth = found = 0
    for letter in shape:
        depth += (letter in "([") - (letter in ")]")
        found += letter == "," and depth == 1
    return found + 1


class WrongRank(Problem):
    """An op is applied to a tensor with too many or too few dims."""

    name = "wrong-rank"
    bad = _model("flatten -> conv(8, 3)")
    good = _model("conv(8, 3) -> flatten")
    callee: str
    wanted: tuple[str, ...]
    shape: str

    def message(self) -> str:
        *others, last = self.wanted
        wanted = f"{', '.join(others)} or {last}" if others else last
        return f"{self.callee} takes {wanted}, and the shape here is {self.shape}"

    def hint(self) -> str | None:
        if "[N, C, H, W]" in self.wanted and rank_shown(self.shape) == 2:
            return f"put {self.callee} before the flatten or pooling that removes the axes"
        if "[N, L, E]" in self.wanted and rank_shown(self.shape) in (4, 5):
            return "the places of an image are a sequence by `flatten(2) -> transpose(1, 2)`"
        return None


class WrongDtype(Problem):
    """An op is applied to a kind of number that torch has no such computation for."""

    name = "wrong-dtype"
    bad = """model m() {
  input ids: int[N, 16]
  linear(8)
}
"""
    good = """model m() {
  input features: [N, 16]
  linear(8)
}
"""
    callee: str
    wanted: tuple[str, ...]
    dtype: str

    def message(self) -> str:
        return (
            f"{self.callee} computes on {' or '.join(self.wanted)} here, and the incoming tensor"
            f" is {self.dtype}"
        )

    def hint(self) -> str | None:
        if self.dtype == "int64" and self.wanted == ("float32",):
            return (
                "embedding looks up a vector for each of these numbers; where they are measured,"
                ' declare the input without int, or make floats of them with cast("float")'
            )
        if self.wanted == ("bool",):
            return "compare to get truths: greater(0), equal(1)"
        if self.wanted == ("int64",) and self.dtype == "float32":
            return (
                "declare the input with int before its shape, as `input ids: int[N, T = 16]`;"
                ' cast("int") makes whole numbers of others'
            )
        word = {"float32": "float", "int64": "int"}.get(self.wanted[-1])
        return None if word is None else f'cast("{word}") makes such numbers of it'


class ChannelsNotDivisible(Problem):
    """The channels are split into equal groups, so their number is a multiple of the groups'.

    A grouped convolution splits its incoming and its outgoing channels, ``group_norm`` the
    incoming ones.
    """

    name = "channels-not-divisible"
    bad = _model("conv(8, 1) -> conv(12, 3, groups = 3)")
    good = _model("conv(8, 1) -> conv(12, 3, groups = 4)")
    callee: str
    which: str
    """``incoming`` or ``outgoing``."""

    channels: int
    other: int | None
    """The channels at the other end, where the groups must divide these too."""

    groups: int

    def message(self) -> str:
        return f"{self.channels} {self.which} channels cannot be split into {self.groups} groups"

    def hint(self) -> str:
        fewer = self._fewer()
        if self.other is None:
            return f"{fewer} group{'s'[: fewer != 1]} would divide these"
        end = "outgoing" if self.which == "incoming" else "incoming"
        if fewer == 1:
            return f"no number of groups above 1 divides these and the {self.other} {end} ones"
        return f"{fewer} groups would divide these and the {self.other} {end} ones"

    def _fewer(self) -> int:
        """The most groups below these that would go."""
        common = self.channels if self.other is None else gcd(self.channels, self.other)
        return max(n for n in range(1, min(self.groups, common, 4096) + 1) if common % n == 0)

    def fix(self, at: Diagnostic) -> Fix | None:
        if self._fewer() == 1:
            return None
        words = str(self._fewer())
        return fixes.rewrite(at.span, self.callee, "groups", words, str(self.groups), safe=False)


class ShapesDiffer(Problem):
    """Values that are merged must have the same shape, save the dim along which they are joined.

    ``add`` and its kin follow torch's broadcasting: counted from the last, two dims go together
    where they are equal or one of them is 1.
    """

    name = "shapes-differ"
    bad = _model("add [conv(8, 3, padding = 1), conv(16, 3, padding = 1)]")
    good = _model("add [conv(16, 3, padding = 1), conv(16, 3, padding = 1)]")
    callee: str
    what: str
    """Which dim differs, in words; ``rank`` where their number does."""

    left_input: int
    left: str
    right_input: int
    right: str
    shapes: tuple[str, str]
    how: str = ""
    """What to do, where the op knows it."""

    _WORDS: ClassVar[dict[str, str]] = {
        "channels": "number of channels",
        "rank": "number of dims",
    }
    _HINTS: ClassVar[dict[str, str]] = {
        "channels": "bring both to the same number of channels, usually with conv(…, 1) on one",
        "rank": "flatten or pool all of them, or none",
    }

    def message(self) -> str:
        what = self._WORDS.get(self.what, self.what)
        one, other = self.shapes
        return (
            f"{self.callee} needs the same {what} in all values, and value {self.left_input},"
            f" {one}, has {self.left} where value {self.right_input}, {other}, has {self.right}"
        )

    def hint(self) -> str:
        if self.how:
            return self.how
        if self.what != "rank" and len({*map(rank_shown, self.shapes)}) > 1:
            return "shapes of different rank are lined up from the last dim on"
        known = self._HINTS.get(self.what)
        names = [re.search(r"\((\w+)\)$", side) for side in (self.left, self.right)]
        if known is None and names[0] and names[1]:
            one, other = names[0][1], names[1][1]
            return f"give both one size where they are declared: write {one} for {other} too"
        return known or f"compare the strides and paddings on the ways to them along {self.what}"

    def label(self) -> str:
        return f"{self.what} {self.left} against {self.right}"


class DimOutOfRange(Problem):
    """A dim is named by a number that the tensor does not have.

    Dims are counted from 0, and from -1 backwards.
    """

    name = "dim-out-of-range"
    bad = _model("flatten(4)")
    good = _model("flatten(3)")
    callee: str
    argument: str
    dim: int
    rank: int

    def message(self) -> str:
        dims = "1 dim" if self.rank == 1 else f"{self.rank} dims"
        return f"{self.argument} {self.dim} of {self.callee} is outside of a tensor of {dims}"

    def hint(self) -> str | None:
        if self.rank == 0:
            return None
        return f"use a dim from {-self.rank} to {self.rank - 1}"


class DimsOutOfOrder(Problem):
    """``flatten`` joins the dims from ``start_dim`` to ``end_dim``, so the end is not before."""

    name = "dims-out-of-order"
    bad = _model("flatten(3, 2)")
    good = _model("flatten(2, 3)")
    callee: str
    start: int
    end: int

    def message(self) -> str:
        return f"start_dim {self.start} of {self.callee} comes after end_dim {self.end}"

    def hint(self) -> str:
        return "exchange the two"

    def fix(self, at: Diagnostic) -> Fix | None:
        call = call_at(at.span, self.callee)
        first = fixes.argument(call, "start_dim", str(self.start))
        last = fixes.argument(call, "end_dim", str(self.end))
        if first is None or last is None:
            return None
        edits = (Edit(first.value, str(self.end)), Edit(last.value, str(self.start)))
        return Fix("exchange the two", edits)


class TooFewValues(Problem):
    """Statistics are a mean and a variance, which one value alone does not have.

    ``batch_norm`` takes them of each channel, ``instance_norm`` of each channel of each example:
    with running statistics this matters in training only; without them (``track_running_stats =
    false``) always. For ``group_norm`` torch counts the values of a group over the whole batch.
    """

    name = "too-few-values"
    bad = """model m() {
  input features: [1, 8]
  batch_norm(track_running_stats = false)
}
"""
    good = """model m() {
  input features: [16, 8]
  batch_norm(track_running_stats = false)
}
"""
    callee: str
    shape: str
    unit: str = "channel"
    """What has one value."""

    def message(self) -> str:
        return (
            f"{self.callee} needs more than one value a {self.unit} to take statistics of, and"
            f" {self.shape} has one"
        )

    def hint(self) -> str:
        if self.unit == "channel of each example":
            return "give larger inputs, or put it where they are larger"
        return "give more than one example at a time, or larger ones"
