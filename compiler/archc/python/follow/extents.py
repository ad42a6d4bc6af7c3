"""Whether numbers taken from the graph's extents are right for all arguments of a constructor.

A ``linear`` behind a ``flatten`` counts the height and width of what flows in. The text does not
say them, so printed source has the graph's numbers; and those are right only while no argument of
the constructor changes them. What is not known to be fixed counts as changing: then the source is
printed from the graph, and takes no such argument.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass

from archir import template
from archir.op import Op

_CHANNELS = frozenset(
    {
        *("out_channels", "out_features", "groups", "multiplier", "bias", "padding_mode"),
        *("count_include_pad", "divisor_override", "norm_type"),
    }
)
"""Arguments that change channels or values and no extents, in ops whose others do."""


class Extents:
    """Follows the flowing value. ``fixed``: no argument changes its extents.

    A model's input has extents of its own; a block is given any.
    """

    def __init__(self, *, is_model: bool) -> None:
        self.fixed = is_model
        self.steady: set[str] = set()
        """Loop variables and ``let`` names whose values no argument changes."""

        self.varying = 0
        """How many loops and conditions are around that depend on an argument."""

    def is_steady(self, expr: template.Expr) -> bool:
        """Whether an expression has the same value for all arguments."""
        return all(
            isinstance(part, template.Local) and part.name in self.steady
            for part in parts_of(expr)
            if isinstance(part, template.Local | template.Channels)
        )

    def bind(self, names: tuple[str, ...], value: template.Expr) -> None:
        """Names for the items or the value of an expression."""
        if self.is_steady(value):
            self.steady.update(names)
        else:
            self.steady.difference_update(names)

    def apply(self, op: Op, given: dict[str, template.Expr]) -> None:
        """An op whose arguments stand in the text as ``given``."""
        if op.keeps_shape:
            return
        shaping = (value for name, value in given.items() if name not in _CHANNELS)
        if self.varying or not all(map(self.is_steady, shaping)):
            self.fixed = False
        elif _sets_all_extents(op):
            self.fixed = True

    def part(self, given: dict[str, template.Expr], *, held: bool = False) -> None:
        """A block, or a part that a parameter holds, with the arguments of its stage."""
        if held or self.varying or not all(map(self.is_steady, given.values())):
            self.fixed = False


def _sets_all_extents(op: Op) -> bool:
    """Whether an op's output has the extents that it is told, whatever flows in."""
    size = getattr(op, "output_size", None)
    return size is not None and (not isinstance(size, tuple) or None not in size)


def parts_of(expr: object) -> Iterator[object]:
    """An expression and all inside it."""
    yield expr
    if isinstance(expr, tuple):
        for item in expr:
            yield from parts_of(item)
    elif is_dataclass(expr) and not isinstance(expr, template.Global | template.Function):
        for each in fields(expr):
            yield from parts_of(getattr(expr, each.name))
