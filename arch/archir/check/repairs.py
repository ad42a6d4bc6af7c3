"""Edits for what the shape checker refuses, where the types of the values say what to do."""

from __future__ import annotations

from collections.abc import Sequence

from archir.base.diagnostics import Problem
from archir.base.fixes import Fix, insert, shown
from archir.graph.graph import Apply
from archir.graph.steps import is_residual
from archir.rules.shapes import ShapesDiffer
from archir.shapes.arithmetic import add, floor_div
from archir.shapes.dims import Dim
from archir.shapes.types import TensorType

_STRIDES = range(1, 33)
"""The strides of a projection that are tried."""


def repair(problem: Problem, step: Apply, inputs: Sequence[TensorType]) -> Fix | None:
    """The edits that put a refused step right; None where the problem itself knows better."""
    if isinstance(problem, ShapesDiffer) and is_residual(step):
        text = projection(inputs)
        if text is not None and "shortcut" not in step.span.text and step.span.text[-1] == "}":
            added = insert(step.span.source, step.span.end, f" {text}", safe=False)
            return Fix(f"project what comes in: {shown(text)}", added.edits, is_safe=False)
    return None


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
