"""Slices with bounds of sizes: valid where Python takes something, and as much as it takes.

The rule is asked at one default, and its answer read at all sizes from 1 to 40: whichever default
it was asked at, the set of valid sizes and the lengths in it are those of Python's own slices. z3
proves the same for all sizes.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
import torch
import z3
from op_performer import op
from z3_sizes import member, proven, term

from archir.shapes.arithmetic import add, floor_div, modulo, multiply, subtract
from archir.shapes.conditions import Check, Condition
from archir.shapes.dims import Dim, evaluate, variable
from archir.shapes.types import TensorType
from archir.sizes.sets import SizeSet
from archir.sizes.valid import ValidSizes, valid_sizes

H, W = variable("H"), variable("W")
HALF, BACK = floor_div(H, 2), multiply(H, -1)
SIZES = range(1, 41)

EXTENTS: tuple[Dim, ...] = (H, HALF, multiply(2, HALF), add(floor_div(add(H, -3), 2), 1), 7)
"""Those behind nothing, a pool, a pool and an upsampling, a strided convolution, and a number."""

BOUNDS: tuple[Dim | None, ...] = (
    None, 0, 3, -2, H, add(H, -1), add(H, -4), add(H, -20), HALF, floor_div(H, 3), add(BACK, 5),
    add(BACK, 12), multiply(HALF, -1), add(HALF, -3), subtract(2, floor_div(H, 3)),
)  # fmt: skip

Bounds = tuple[Dim | None, Dim | None, int]


def answer(
    extent: Dim, bounds: Bounds, defaults: dict[str, int]
) -> tuple[Dim | None, tuple[Condition, ...]]:
    """The length of the slice and what it asks of sizes, by our rule at a default."""
    check = Check(defaults)
    given = TensorType((H, W, extent) if "W" in defaults else (H, extent))
    outputs = op("slice", -1, *bounds).infer((given,), check)
    length = None if check.problems or outputs is None else outputs[0].shape[-1]
    return length, (Condition("at-least", extent, 1), *check.conditions)


def taken(extent: Dim, bounds: Bounds, sizes: dict[str, int]) -> int:
    """How much Python takes."""
    start, end, step = (b if b is None else evaluate(b, sizes) for b in bounds)
    return len(range(evaluate(extent, sizes))[slice(start, end, step)])


def holds(valid: ValidSizes, sizes: dict[str, int]) -> bool:
    """Whether sizes lie in the closed form."""
    return any(all(sizes[name] in box[name] for name in valid.names) for box in valid.boxes)


def all_bounds() -> Iterator[Bounds]:
    for start, end in product(BOUNDS, BOUNDS):
        yield start, end, 1
    for start, end, step in product(BOUNDS[::2], BOUNDS[1::3], (2, 3)):
        yield start, end, step


@pytest.mark.parametrize("extent", EXTENTS, ids=str)
def test_valid_sizes_and_lengths_are_those_of_python(extent: Dim) -> None:
    tried = 0
    for bounds in all_bounds():
        expected = {
            size: much
            for size in SIZES
            if evaluate(extent, {"H": size}) > 0 and (much := taken(extent, bounds, {"H": size}))
        }
        for default in (3, 9, 30):
            length, conditions = answer(extent, bounds, {"H": default})
            assert (length is not None) == (default in expected), bounds
            if length is None:
                continue
            valid = valid_sizes("H", conditions)
            assert valid.is_exact, bounds
            found = {
                size: evaluate(length, {"H": size}) for size in SIZES if holds(valid, {"H": size})
            }
            assert found == expected, (bounds, default)
            tried += 1
    assert tried > 150


def test_torch_takes_what_python_takes() -> None:
    for extent, bounds, size in product((HALF, H), [*all_bounds()][::7], (1, 2, 3, 5, 8, 13)):
        values = torch.zeros(evaluate(extent, {"H": size}))
        start, end, step = (b if b is None else evaluate(b, {"H": size}) for b in bounds)
        assert values[slice(start, end, step)].numel() == taken(extent, bounds, {"H": size})


TWO: tuple[Dim | None, ...] = (
    None, W, subtract(H, W), subtract(W, H), floor_div(W, 2), multiply(W, -1), subtract(3, W),
    add(W, -2), subtract(W, HALF),
)  # fmt: skip


@pytest.mark.parametrize("extent", [H, floor_div(add(H, W), 2)], ids=str)
def test_bounds_over_two_axes(extent: Dim) -> None:
    """Each pair of sizes is decided as Python decides it; what is called exact is that."""
    exact = 0
    for start, end in product(TWO, TWO):
        bounds = (start, end, 1)
        pairs = [{"H": h, "W": w} for h, w in product(range(1, 12), repeat=2)]
        expected = {(s["H"], s["W"]): taken(extent, bounds, s) for s in pairs}
        for defaults in ({"H": 8, "W": 3}, {"H": 3, "W": 9}):
            length, conditions = answer(extent, bounds, defaults)
            assert (length is not None) == (expected[defaults["H"], defaults["W"]] > 0)
            if length is None:
                continue
            valid = valid_sizes("HW", conditions)
            exact += valid.is_exact
            for sizes in pairs:
                much = expected[sizes["H"], sizes["W"]]
                assert (sizes in valid) == (much > 0), (bounds, sizes)
                assert much == 0 or evaluate(length, sizes) == much
                assert holds(valid, sizes) or not much, "what is open only takes away"
                assert not valid.is_exact or holds(valid, sizes) == (much > 0)
    assert exact > 5


@pytest.mark.parametrize("extent", EXTENTS[:4], ids=str)
def test_z3_proves_the_sets_and_the_lengths(extent: Dim) -> None:
    size = z3.Int("H")
    names = {"H": size}
    whole = term(extent, names)

    def index(bound: Dim | None, otherwise: Any) -> Any:
        if bound is None:
            return otherwise
        at = term(bound, names)
        ahead, behind = z3.If(at > whole, whole, at), z3.If(at + whole < 0, 0, at + whole)
        return z3.If(at < 0, behind, ahead)

    proofs = 0
    for start, end in product(BOUNDS[3::2], BOUNDS[::3]):
        length, conditions = answer(extent, (start, end, 1), {"H": 30})
        if length is None:
            continue
        valid = valid_sizes("H", conditions)
        runs = index(end, whole) - index(start, z3.IntVal(0))
        inside = member(_only(valid), size)
        claim = z3.And(inside == z3.And(whole >= 1, runs >= 1))
        agrees = z3.Implies(inside, term(length, names) == runs)
        assert proven(z3.Implies(size >= 1, z3.And(claim, agrees))) is not False, (start, end)
        proofs += 1
    assert proofs > 12


def _only(valid: ValidSizes) -> SizeSet:
    (box,) = valid.boxes
    return box["H"]


def test_sizes_that_take_turns() -> None:
    """A bound whose sign repeats for ever: two cases that are never one, and grow apart."""
    bound = add(modulo(H, 7), -3)
    length, conditions = answer(H, (bound, None, 1), {"H": 10})
    assert length is not None
    valid = valid_sizes("H", conditions)
    for size in range(1, 200):
        much = taken(H, (bound, None, 1), {"H": size})
        assert ({"H": size} in valid) == (much > 0)
        assert not valid.is_exact or holds(valid, {"H": size}) == (much > 0)
        assert not much or evaluate(length, {"H": size}) == much
