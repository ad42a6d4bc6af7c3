"""An op along one axis, over all its sizes: what torch gives, and what our rule says.

The rule is asked once, over a size variable, and its answer is read at every size: so conditions
and the arithmetic of sizes are tested too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import torch
from op_performer import REFUSALS, build, types_of

from archir.op.contract import Op
from archir.shapes.conditions import Check
from archir.shapes.dims import evaluate, variable
from archir.shapes.types import TensorType

DEFAULT = 1000
"""The size at which the rule is asked. It is large, so that what depends on the size fits."""


def torch_extents(run: Callable[..., Any], sizes: Iterable[int]) -> dict[int, int | None]:
    """The output's size for every input size, or None where torch refuses.

    What is infinite is of a window that saw nothing.
    """
    found: dict[int, int | None] = {}
    with torch.no_grad():
        for size in sizes:
            try:
                made = run(torch.ones(1, 1, size))
                found[size] = None if made.isinf().any() else made.shape[2] or None
            except REFUSALS:
                found[size] = None
    return found


def our_extents(made: Op, sizes: Iterable[int]) -> dict[int, int | None]:
    """The same by our rule."""
    answers: dict[int, int | None] = {}
    check = Check({"L": DEFAULT})
    outputs = made.infer((TensorType((1, 1, variable("L"))),), check)
    if check.problems or outputs is None:
        return dict.fromkeys(sizes)
    for size in sizes:
        holds = all(condition.holds({"L": size}) for condition in check.conditions)
        answers[size] = evaluate(outputs[0].shape[2], {"L": size}) if holds else None
    return answers


def assert_agrees(made: Op, sizes: Iterable[int]) -> None:
    """Both say the same of all sizes."""
    sizes = tuple(sizes)
    try:
        run = build(made, types_of((1, 1, 8)))
    except REFUSALS:
        expected: dict[int, int | None] = dict.fromkeys(sizes)
    else:
        expected = torch_extents(run, sizes)
    assert our_extents(made, sizes) == expected, repr(made)
