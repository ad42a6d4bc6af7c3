"""Dims for messages: simplified, and cut where they are long.

What depends on what is not asked here, so forms may be merged that printed source keeps apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from functools import lru_cache

from archir.shapes.arithmetic import (
    Extremum,
    Quotient,
    add,
    floor_div,
    multiply,
    product,
    subtract,
    total,
)
from archir.shapes.dims import (
    Atom,
    Dim,
    Monomial,
    SizeExpr,
    Variable,
    atomic,
    evaluate,
    normal,
    show,
    terms_of,
    variables,
)

_LONGEST = 72

_MOST_COMPARED = 8
"""Dims of one ``min`` or ``max`` that are held against each other."""

_MOST_TAKEN_IN = 400
"""Characters of what is worth a second look: what is longer is cut anyway."""


def brief(dim: Dim, most: int = _LONGEST) -> str:
    """A dim as the language writes it, cut: deep networks make expressions of kilobytes.

    >>> from archir.shapes.arithmetic import minimum, subtract
    >>> from archir.shapes.dims import variable
    >>> brief(minimum(subtract(minimum(variable("H"), 30), 1), 25))
    'min(H - 1, 25)'

    >>> from archir.shapes.arithmetic import maximum
    >>> brief(subtract(variable("H"), maximum(subtract(variable("H"), 6), 0)))
    'min(H, 6)'
    >>> twice = subtract(multiply(variable("H"), 2), 6)
    >>> brief(minimum(minimum(twice, subtract(variable("H"), 6)), 17))
    'min(H - 6, 17)'
    """
    text = whole(dim)
    if len(text) <= most:
        return text
    kept = text[: most - 1]
    return kept + "\N{HORIZONTAL ELLIPSIS}" + ")" * (kept.count("(") - kept.count(")"))


def whole(dim: Dim) -> str:
    """A dim as the language writes it, simplified and however long."""
    text = show(dim)
    return show(merged(dim)) if "min(" in text or "max(" in text else text


def zero_divisor(dims: Iterable[Dim], sizes: Mapping[str, int]) -> tuple[str, str]:
    """What a size is divided by that is 0 at sizes, and which these are, for a message."""
    waiting = list(dims)
    while waiting:
        for monomial, _ in terms_of(waiting.pop()):
            for atom in monomial:
                waiting += atom.inner()
                if isinstance(atom, Quotient) and _is_zero(atom.denominator, sizes):
                    names = sorted(variables(atom.denominator))
                    at = ", ".join(f"{name} = {sizes[name]}" for name in names)
                    return brief(atom.denominator), f"at {at}"
    return "another", "here"


def _is_zero(dim: Dim, sizes: Mapping[str, int]) -> bool:
    with suppress(ZeroDivisionError):  # then it is what stands in it
        return evaluate(dim, sizes) == 0
    return False


@lru_cache(maxsize=1 << 10)
def merged(dim: Dim) -> Dim:
    """The same number, with one ``min`` or ``max`` for those that stand inside of each other."""
    if isinstance(dim, int):
        return dim
    found = total(
        multiply(coefficient, product(_merged(atom) for atom in monomial))
        for monomial, coefficient in dim.terms
    )
    if isinstance(found, int) or _length(found) > _MOST_TAKEN_IN:
        return found
    return min(found, _taken_in(found), key=_length)


def _length(dim: Dim) -> int:
    return len(show(dim))


def _taken_in(dim: SizeExpr) -> Dim:
    """``H - max(H - 6, 0)`` with what stands beside the ``max`` taken into it: ``min(H, 6)``."""
    for term in dim.terms:
        monomial, sign = term
        if abs(sign) == 1 and len(monomial) == 1 and isinstance(monomial[0], Extremum):
            inner = monomial[0]
            rest = normal(dict(other for other in dim.terms if other is not term))
            if rest == 0 and sign == 1:
                return dim
            kinds = ("min", "max") if inner.kind == "min" else ("max", "min")
            dims = tuple([add(rest, multiply(sign, each)) for each in inner.dims])
            return _merged(Extremum(kinds[sign < 0], dims))
    return dim


def _least(dim: Dim) -> int | None:
    """A number that a dim is never below, as far as that is plain: extents are at least 1."""
    if isinstance(dim, int):
        return dim
    least = 0
    for monomial, coefficient in dim.terms:
        for atom in monomial:
            below = _least_of(atom)
            if below is None or below < 0 or coefficient < 0:
                return None
            coefficient *= below
        least += coefficient
    return least


def _least_of(atom: Atom) -> int | None:
    if isinstance(atom, Variable):
        return 1
    if isinstance(atom, Quotient):
        below, divisor = _least(atom.numerator), atom.denominator
        if below is None or not isinstance(divisor, int) or divisor <= 0:
            return None
        return below // divisor
    if not isinstance(atom, Extremum):
        return None
    known = [_least(each) for each in atom.dims]
    if atom.kind == "max":
        return max((each for each in known if each is not None), default=None)
    sure = [each for each in known if each is not None]
    return min(sure) if len(sure) == len(known) else None


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
    dims = _counting(atom.kind, [add(normal(dict(rest)), each) for rest, each in by_rest.items()])
    dims = _deciding(atom.kind, dims)
    if len(dims) == 1:
        return dims[0]
    dims.sort(key=lambda one: (isinstance(one, int), show(one)))
    return atomic(Extremum(atom.kind, tuple(dims)))


def _counting(kind: str, dims: list[Dim]) -> list[Dim]:
    """Without what never counts beside a number: ``max(H // 2, 0)`` is ``H // 2``."""
    number = next((each for each in dims if isinstance(each, int)), None)
    if number is None:
        return dims
    sizes: list[Dim] = [each for each in dims if not isinstance(each, int)]
    above = [each for each in sizes if (least := _least(each)) is not None and least >= number]
    if kind == "max":
        return sizes if above else dims
    return [each for each in dims if each not in above]


def _deciding(kind: str, dims: list[Dim]) -> list[Dim]:
    """Without what another is always before: ``min(2*H - 6, H - 6)`` is ``H - 6``."""
    if len(dims) > _MOST_COMPARED:
        return dims
    kept: list[Dim] = []
    for at, each in enumerate(dims):
        others = (*kept, *dims[at + 1 :])
        gaps = (subtract(each, one) if kind == "min" else subtract(one, each) for one in others)
        if not any((least := _least(gap)) is not None and least >= 0 for gap in gaps):
            kept.append(each)
    return kept


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
