"""Dims with two cases: ``(H - 4 if H >= 4 else 2*H - 4)``.

Python counts a bound of a slice from the end where it is negative. A bound that is an expression
of sizes may be negative at some and not at others, and so what is taken is one thing or another.
"""

from __future__ import annotations

from collections.abc import Mapping

from archir.shapes.arithmetic import multiply, substitute
from archir.shapes.dims import Atom, Dim, SizeExpr, atomic, evaluate, extent, show, variables


class Choice(Atom):
    """``then`` where ``test`` is at least 0, and ``other`` elsewhere."""

    __slots__ = ("other", "test", "then")

    def __init__(self, test: Dim, then: Dim, other: Dim) -> None:
        self.test = test
        self.then = then
        self.other = other
        size = extent(test, then, other)
        super().__init__(f"({show(then)} if {show_bound(test)} else {show(other)})", size)

    def evaluate(self, sizes: Mapping[str, int]) -> int:
        taken = self.then if evaluate(self.test, sizes) >= 0 else self.other
        return evaluate(taken, sizes)

    def variables(self) -> frozenset[str]:
        return variables(self.test) | variables(self.then) | variables(self.other)

    def inner(self) -> tuple[Dim, ...]:
        return self.test, self.then, self.other

    def substitute(self, values: Mapping[str, Dim]) -> Dim:
        return choice(*(substitute(dim, values) for dim in self.inner()))


def choice(test: Dim, then: Dim, other: Dim) -> Dim:
    """``then`` where ``test`` is at least 0, else ``other``; one of them where that is plain."""
    if then == other or (isinstance(test, int) and test >= 0):
        return then
    return other if isinstance(test, int) else atomic(Choice(test, then, other))


def show_bound(gap: Dim) -> str:
    """``gap >= 0`` as people write it: ``H >= 4``, ``H // 2 <= 3``."""
    terms = gap.terms if isinstance(gap, SizeExpr) else (((), gap),)
    left = _part(terms, 1)
    right = multiply(_part(terms, -1), -1)
    if isinstance(left, int) and not isinstance(right, int):
        return f"{show(right)} <= {show(left)}"
    return f"{show(left)} >= {show(right)}"


def _part(terms: tuple[tuple[tuple[Atom, ...], int], ...], sign: int) -> Dim:
    """The terms with a sign."""
    kept = tuple(term for term in terms if term[1] * sign > 0)
    if not kept:
        return 0
    return kept[0][1] if len(kept) == 1 and not kept[0][0] else SizeExpr(kept)
