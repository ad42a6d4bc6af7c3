"""What is known of dims at the sizes at which some conditions hold: simpler forms of them.

A slice may be one thing or another, and a slice of that again: written out, the cases double with
each. But few of them are met by any size, as each slice takes something at valid sizes.
"""

from __future__ import annotations

from functools import cached_property

from archir.shapes.arithmetic import (
    Extremum,
    Quotient,
    floor_div,
    maximum,
    minimum,
    multiply,
    product,
    subtract,
    total,
)
from archir.shapes.choice import Choice, choice
from archir.shapes.conditions import Condition
from archir.shapes.dims import Atom, Dim, SizeExpr, atomic, variable, variables
from archir.shapes.scaling import Scaled, scaled
from archir.sizes.sets import BeyondExactError, Box, SizeSet, at_least, between
from archir.sizes.solve import is_implied, solve
from archir.sizes.valid import valid_sizes


class Known:
    """The sizes at which dims are at least 0; the dims that are asked about are of these sizes."""

    def __init__(self, *bounds: Dim) -> None:
        self.bounds = tuple(dict.fromkeys(dim for dim in bounds if isinstance(dim, SizeExpr)))

    def __and__(self, bound: Dim) -> Known:
        return Known(*self.bounds, bound)

    @cached_property
    def boxes(self) -> tuple[Box, ...]:
        """Sets in which these sizes lie."""
        names = sorted({name for dim in self.bounds for name in variables(dim)})
        conditions = [Condition("at-least", dim, 0) for dim in self.bounds]
        return tuple(dict(box) for box in valid_sizes(names, conditions).boxes)

    @property
    def is_nothing(self) -> bool:
        """Whether it is certain that there is no such size."""
        return not self.boxes

    def is_never_negative(self, dim: Dim) -> bool:
        """Whether it is certain that a dim is at least 0 at all of these sizes."""
        if not isinstance(dim, SizeExpr):
            return dim >= 0
        condition, names = Condition("at-least", dim, 0), variables(dim)
        if is_implied(condition, dict.fromkeys(names, 1)):
            return True
        return all(self._holds(condition, names, box) for box in self.boxes)

    @staticmethod
    def _holds(condition: Condition, names: frozenset[str], box: Box) -> bool:
        least = {name: (box[name].smallest or 1) if name in box else 1 for name in names}
        if is_implied(condition, least):
            return True
        if len(names) > 1:
            return False
        (name,) = names
        try:
            return box.get(name, at_least(1)).lies_in(solve(condition))
        except BeyondExactError:
            return False

    def smaller(self, left: Dim, right: Dim) -> Dim:
        """The minimum of two dims: one of them, where it is that at all of these sizes."""
        if self.is_never_negative(subtract(left, right)):
            return right
        return left if self.is_never_negative(subtract(right, left)) else minimum(left, right)

    def greater(self, left: Dim, right: Dim) -> Dim:
        """The maximum of two dims: one of them, where it is that at all of these sizes."""
        if self.is_never_negative(subtract(left, right)):
            return left
        return right if self.is_never_negative(subtract(right, left)) else maximum(left, right)

    # --- simpler forms ------------------------------------------------------------------------

    def choose(self, test: Dim, then: Dim, other: Dim) -> Dim:
        """``then`` where ``test`` is at least 0, else ``other``."""
        if self.is_never_negative(test):
            return then
        if self.is_never_negative(subtract(-1, test)):
            return other
        return choice(self._bound(test), then, other)

    def simplified(self, dim: Dim) -> Dim:
        """A dim that is the same at all of these sizes."""
        if not isinstance(dim, SizeExpr) or not _has_cases(dim):
            return dim
        return total(
            multiply(coefficient, product(self._atom(atom) for atom in monomial))
            for monomial, coefficient in dim.terms
        )

    def _atom(self, atom: Atom) -> Dim:
        if isinstance(atom, Choice):
            then, other = self & atom.test, self & subtract(-1, atom.test)
            cases = then.simplified(atom.then), other.simplified(atom.other)
            return self.choose(atom.test, *cases)
        if isinstance(atom, Quotient):
            return floor_div(self.simplified(atom.numerator), self.simplified(atom.denominator))
        if isinstance(atom, Scaled):
            return scaled(self.simplified(atom.dim), atom.factor)
        if isinstance(atom, Extremum):
            first, *others = map(self.simplified, atom.dims)
            for dim in others:
                first = (self.smaller if atom.kind == "min" else self.greater)(first, dim)
            return first
        return atomic(atom)

    def _bound(self, test: Dim) -> Dim:
        """A test with the same outcome: a bound on the size itself, where that is enough."""
        names = variables(test)
        if len(names) > 1 or len(self.boxes) != 1:
            return self.simplified(test)
        (name,), box = names, self.boxes[0]
        try:
            every = box.get(name, at_least(1))
            bound = _as_bound(every, every.intersect(solve(Condition("at-least", test, 0))))
        except BeyondExactError:
            return self.simplified(test)
        if bound is None:
            return self.simplified(test)
        size, sign = bound
        return multiply(subtract(variable(name), size), sign)


def _as_bound(every: SizeSet, part: SizeSet) -> tuple[int, int] | None:
    """The size from which on (1), or up to which (-1), a set's members are in a part of it."""
    first = part.smallest
    if first is None:
        return None
    if every.intersect(at_least(first)) == part:
        return first, 1
    last = part.pieces[-1].last
    if last is not None and every.intersect(between(1, last)) == part:
        return last, -1
    return None


def _has_cases(dim: Dim) -> bool:
    """Whether a choice, a minimum or a maximum stands anywhere in it."""
    waiting = [dim]
    while waiting:
        each = waiting.pop()
        for monomial, _ in each.terms if isinstance(each, SizeExpr) else ():
            for atom in monomial:
                if isinstance(atom, Choice | Extremum):
                    return True
                waiting.extend(atom.inner())
    return False


__all__ = ["Known"]
