"""Strategies: dims of one size variable as networks make them, and conditions on them."""

from __future__ import annotations

from typing import get_args

from hypothesis import strategies as st

from archir.shapes.arithmetic import add, floor_div, maximum, minimum, multiply
from archir.shapes.choice import choice
from archir.shapes.conditions import Condition, Relation
from archir.shapes.dims import Dim, variable, variables

KINDS = ("add", "multiply", "window", "window", "branch", "extremum", "choice")


@st.composite
def dims(draw: st.DrawFn, name: str = "H", depth: int = 4) -> Dim:
    """Windows, strides, repetitions, sums of branches, extrema and cases over a size variable."""
    dim: Dim = variable(name)
    for _ in range(draw(st.integers(0, depth))):
        kind = draw(st.sampled_from(KINDS))
        if kind == "add":
            dim = add(dim, draw(st.integers(-6, 6)))
        elif kind == "multiply":
            dim = multiply(dim, draw(st.sampled_from((1, 2, 3, -1))))
        elif kind == "window":
            shifted = add(dim, draw(st.integers(-4, 4)))
            dim = floor_div(shifted, draw(st.integers(1, 5)))
        elif depth > 1:
            other = draw(dims(name, depth - 2))
            if kind == "branch":
                dim = add(dim, other)
            elif kind == "choice":
                dim = choice(draw(dims(name, depth - 2)), dim, other)
            else:
                choose = draw(st.sampled_from((minimum, maximum)))
                dim = choose(dim, add(other, draw(st.integers(-3, 3))))
    return dim


@st.composite
def conditions(draw: st.DrawFn, name: str = "H") -> Condition:
    """Any relation between two dims of one variable, one of which may be a number."""
    relation = draw(st.sampled_from(get_args(Relation)))
    left = draw(dims(name).filter(lambda dim: bool(variables(dim))))
    if relation == "divisible" and not draw(st.booleans()):
        return Condition("divisible", left, draw(st.integers(1, 9)))
    right: Dim = draw(st.one_of(st.integers(-5, 40), dims(name)))
    return Condition(relation, left, right)
