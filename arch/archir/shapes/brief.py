"""Dims for messages: simplified, and cut where they are long.

What depends on what is not asked here, so forms may be merged that printed source keeps apart.
"""

from __future__ import annotations

from functools import lru_cache

from archir.shapes.arithmetic import Extremum, Quotient, add, floor_div, multiply, product, total
from archir.shapes.dims import Atom, Dim, Monomial, atomic, normal, show

_LONGEST = 72


def brief(dim: Dim, most: int = _LONGEST) -> str:
    """A dim as the language writes it, cut: deep networks make expressions of kilobytes.

    >>> from archir.shapes.arithmetic import minimum, subtract
    >>> from archir.shapes.dims import variable
    >>> brief(minimum(subtract(minimum(variable("H"), 30), 1), 25))
    'min(H - 1, 25)'
    """
    text = show(dim)
    if "min(" in text or "max(" in text:
        text = show(merged(dim))
    if len(text) <= most:
        return text
    kept = text[: most - 1]
    return kept + "\N{HORIZONTAL ELLIPSIS}" + ")" * (kept.count("(") - kept.count(")"))


@lru_cache(maxsize=1 << 10)
def merged(dim: Dim) -> Dim:
    """The same number, with one ``min`` or ``max`` for those that stand inside of each other."""
    if isinstance(dim, int):
        return dim
    return total(
        multiply(coefficient, product(_merged(atom) for atom in monomial))
        for monomial, coefficient in dim.terms
    )


def _merged(atom: Atom) -> Dim:
    if isinstance(atom, Quotient):
        return floor_div(merged(atom.numerator), merged(atom.denominator))
    if not isinstance(atom, Extremum):
        return atomic(atom)
    best = min if atom.kind == "min" else max
    # Of those that differ by a number alone, one counts.
    by_rest: dict[tuple[tuple[Monomial, int], ...], int] = {}
    for each in atom.dims:
        for rest, number in _flat(atom.kind, merged(each)):
            by_rest[rest] = best(by_rest.get(rest, number), number)
    dims = [add(normal(dict(rest)), number) for rest, number in by_rest.items()]
    if len(dims) == 1:
        return dims[0]
    dims.sort(key=lambda one: (isinstance(one, int), show(one)))
    return atomic(Extremum(atom.kind, tuple(dims)))


def _flat(kind: str, dim: Dim) -> list[tuple[tuple[tuple[Monomial, int], ...], int]]:
    """What a dim is the least or the greatest of, each as what is no number, and a number."""
    if isinstance(dim, int):
        return [((), dim)]
    number = dict(dim.terms).get((), 0)
    rest = tuple([term for term in dim.terms if term[0]])
    if len(rest) == 1 and rest[0][1] == 1 and len(rest[0][0]) == 1:
        atom = rest[0][0][0]
        if isinstance(atom, Extremum) and atom.kind == kind:
            inner = [found for each in atom.dims for found in _flat(kind, each)]
            return [(terms, least + number) for terms, least in inner]
    return [(rest, number)]
