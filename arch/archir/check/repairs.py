"""Edits for what the shape checker refuses, where the types of the values say what to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from archir.base import argument_fixes as fixes
from archir.base.diagnostics import Problem
from archir.base.fixes import Edit, Fix, insert, shown
from archir.graph.graph import Apply, Value
from archir.graph.steps import is_residual
from archir.ops.spatial import Window
from archir.rules.shapes import ShapesDiffer
from archir.shapes.arithmetic import add, floor_div, multiply
from archir.shapes.dims import Dim
from archir.shapes.types import TensorType

_STRIDES = range(1, 33)
"""The strides of a projection that are tried."""


Makers: TypeAlias = Mapping[Value, Apply]
"""The step that makes each value of a body."""


def repair(
    problem: Problem, step: Apply, inputs: Sequence[TensorType], makers: Makers
) -> Fix | None:
    """The edits that put a refused step right; None where the problem itself knows better."""
    if isinstance(problem, ShapesDiffer) and is_residual(step):
        padded = _padded(step, inputs, makers)
        if padded is not None:
            return padded
        text = projection(inputs)
        if text is not None and "shortcut" not in step.span.text and step.span.text[-1] == "}":
            added = insert(step.span.source, step.span.end, f" {text}", safe=False)
            return Fix(f"project what comes in: {shown(text)}", added.edits, is_safe=False)
    return None


def _padded(step: Apply, inputs: Sequence[TensorType], makers: Makers) -> Fix | None:
    """The padding with which the windows of a residual's body keep the size, if that is all."""
    if len(inputs) != 2 or inputs[0].rank != inputs[1].rank or inputs[0].rank < 3:
        return None
    made, beside = inputs
    missing = [add(b, multiply(-1, a)) for a, b in zip(made.shape, beside.shape, strict=True)]
    edits: list[Edit] = []
    words: list[str] = []
    for maker in _between(step.inputs[1], step.inputs[0], makers) or ():
        if not hasattr(maker.op, "window"):
            continue
        windows = [maker.op.window(axis) for axis in range(made.rank - 2)]
        lost = [each.span - 1 - each.before - each.after for each in windows]
        missing[2:] = [add(a, -b) for a, b in zip(missing[2:], lost, strict=True)]
        if any(lost):
            more = _padding(maker, windows, lost)
            if more is None:
                return None
            edits += more.edits
            words.append(f"{more.words.removeprefix('add ')} to {maker.op.keyword}")
    if any(missing) or not edits:
        return None
    told = " and ".join(dict.fromkeys(reversed(words)))
    return Fix(f"add {told}, so that the size stays", tuple(edits), is_safe=False)


def _between(first: Value, last: Value, makers: Makers) -> list[Apply] | None:
    """The steps of one input each that lead from a value to another, from the last back."""
    found: list[Apply] = []
    while last is not first:
        maker = makers.get(last)
        if maker is None or len(maker.inputs) != 1:
            return None
        found.append(maker)
        last = maker.inputs[0]
    return found


def _padding(maker: Apply, windows: Sequence[Window], lost: Sequence[int]) -> Fix | None:
    """The padding that a step has to be given, where it has none."""
    plain = all(each.stride == 1 and each.before == each.after == 0 for each in windows)
    if not plain or any(each % 2 for each in lost):
        return None
    padding = [each // 2 for each in lost]
    text = f"padding = {padding[0] if len(set(padding)) == 1 else padding}"
    return fixes.give(maker.span, maker.op.keyword, text, safe=False)


def projection(inputs: Sequence[TensorType]) -> str | None:
    """The shortcut that brings what comes in to what the body of a residual gives."""
    if len(inputs) != 2:
        return None
    made, beside = inputs
    width = made.shape[1] if made.rank > 1 else None
    if made.rank != beside.rank or made.dtype != beside.dtype or not isinstance(width, int):
        return None
    if made.rank == 2:
        return f"shortcut {{ linear({width}) }}"
    if made.rank not in (3, 4, 5) or made.shape[0] != beside.shape[0]:
        return None
    axes = list(zip(beside.shape[2:], made.shape[2:], strict=True))
    strides = [next((s for s in _STRIDES if _strided(a, s) == b), None) for a, b in axes]
    if None in strides:
        return None
    if all(stride == 1 for stride in strides):
        return f"shortcut {{ conv({width}, 1) }}"
    alike = len(set(strides)) == 1
    stride = str(strides[0]) if alike else f"[{', '.join(map(str, strides))}]"
    return f"shortcut {{ conv({width}, 1, stride = {stride}) }}"


def _strided(extent: Dim, stride: int) -> Dim:
    """What a window of one place leaves of an extent."""
    return add(floor_div(add(extent, -1), stride), 1)
