"""What a dim of one size variable does as the size grows.

Two things are worked out of a dim: whether it only grows or only falls (then a bound on it is a
bound on the size), and how it repeats: a dim without products of the variable by itself satisfies
``v(x + period) == v(x) + rise`` from some ``start`` on.
"""

from __future__ import annotations

from math import gcd, lcm

from archir.base.record import Record
from archir.shapes.arithmetic import Extremum, Quotient
from archir.shapes.choice import Choice
from archir.shapes.dims import Atom, Dim, SizeExpr, Variable
from archir.shapes.scaling import Scaled
from archir.sizes.sets import MAX_PERIOD, BeyondExactError

MAX_WORK = 2_000_000
"""The most steps of arithmetic for one question: a tenth of a second."""

Direction = int
"""1: never falls as the size grows; -1: never rises; 0: constant."""


def direction(dim: Dim) -> Direction | None:
    """Whether a dim of one variable is monotone, and which way; None where that is not plain."""
    if isinstance(dim, int):
        return 0
    found: set[Direction] = set()
    for monomial, coefficient in dim.terms:
        way = _of_product(monomial)
        if way is None:
            return None
        found.add(way if coefficient > 0 else -way)
    found.discard(0)
    return None if len(found) > 1 else next(iter(found), 0)


def _of_product(monomial: tuple[Atom, ...]) -> Direction | None:
    ways = [_of_atom(atom) for atom in monomial]
    if len(ways) <= 1:
        return ways[0] if ways else 0
    # A product of what never falls and is never negative never falls.
    if all(way == 1 and is_never_negative(atom) for way, atom in zip(ways, monomial, strict=True)):
        return 1
    return None


def _of_atom(atom: Atom) -> Direction | None:
    if isinstance(atom, Variable):
        return 1
    if isinstance(atom, Quotient):
        if not isinstance(atom.denominator, int):
            return None
        return direction(atom.numerator)
    if isinstance(atom, Scaled):
        return direction(atom.dim)  # the factor is positive, and rounding keeps the order
    if isinstance(atom, Choice):
        return None  # at its border it may leap
    assert isinstance(atom, Extremum)
    ways = {direction(dim) for dim in atom.dims} - {0}
    return None if None in ways or len(ways) > 1 else next(iter(ways), 0)


def is_never_negative(atom: Atom) -> bool:
    """Whether an atom that never falls is at least 0 at the size 1, and so everywhere."""
    return at(_only(atom), 1) >= 0


def _only(atom: Atom) -> SizeExpr:
    return SizeExpr((((atom,), 1),))


def at(dim: Dim, size: int) -> int:
    """The value of a dim of one variable."""
    if isinstance(dim, int):
        return dim
    result = 0
    for monomial, coefficient in dim.terms:
        for atom in monomial:
            coefficient *= _atom_at(atom, size)
        result += coefficient
    return result


def _atom_at(atom: Atom, size: int) -> int:
    if isinstance(atom, Variable):
        return size
    if isinstance(atom, Quotient):
        return at(atom.numerator, size) // at(atom.denominator, size)
    if isinstance(atom, Scaled):
        return atom.of(at(atom.dim, size))
    if isinstance(atom, Choice):
        return at(atom.then if at(atom.test, size) >= 0 else atom.other, size)
    assert isinstance(atom, Extremum)
    values = [at(dim, size) for dim in atom.dims]
    return min(values) if atom.kind == "min" else max(values)


def values(dim: Dim, last: int) -> list[int]:
    """The values of a dim for the sizes from 1 to ``last``, worked out all at once."""
    if isinstance(dim, int):
        return [dim] * last
    result = [0] * last
    for monomial, coefficient in dim.terms:
        column = [coefficient] * last
        for atom in monomial:
            column = [a * b for a, b in zip(column, _atom_values(atom, last), strict=True)]
        result = [a + b for a, b in zip(result, column, strict=True)]
    return result


def _atom_values(atom: Atom, last: int) -> list[int]:
    if isinstance(atom, Variable):
        return list(range(1, last + 1))
    if isinstance(atom, Quotient):
        numerators = values(atom.numerator, last)
        if isinstance(atom.denominator, int):
            divisor = atom.denominator
            return [each // divisor for each in numerators]
        denominators = values(atom.denominator, last)
        return [a // b for a, b in zip(numerators, denominators, strict=True)]
    if isinstance(atom, Scaled):
        return [atom.of(each) for each in values(atom.dim, last)]
    if isinstance(atom, Choice):
        columns = (values(dim, last) for dim in (atom.test, atom.then, atom.other))
        return [a if test >= 0 else b for test, a, b in zip(*columns, strict=True)]
    assert isinstance(atom, Extremum)
    choose = min if atom.kind == "min" else max
    return [choose(each) for each in zip(*(values(d, last) for d in atom.dims), strict=True)]


def weight(dim: Dim) -> int:
    """How much work one value of a dim is, in steps of arithmetic."""
    if isinstance(dim, int):
        return 1
    return 1 + sum(1 + sum(map(_atom_weight, monomial)) for monomial, _ in dim.terms)


def _atom_weight(atom: Atom) -> int:
    if isinstance(atom, Quotient):
        return 1 + weight(atom.numerator) + weight(atom.denominator)
    if isinstance(atom, Scaled):
        return 1 + weight(atom.dim)
    if isinstance(atom, Choice):
        return 1 + weight(atom.test) + weight(atom.then) + weight(atom.other)
    return 1 + sum(map(weight, atom.dims)) if isinstance(atom, Extremum) else 1


class Course(Record):
    """``v(x + period) == v(x) + rise`` for all x from ``start`` on."""

    period: int
    rise: int
    start: int

    def over(self, period: int) -> Course:
        """The same for a multiple of the period."""
        return Course(period, self.rise * (period // self.period), self.start)


CONSTANT = Course(1, 0, 1)


def course(dim: Dim) -> Course:
    """How a dim of one variable goes on. BeyondExactError where it has no such course."""
    if isinstance(dim, int):
        return CONSTANT
    found = CONSTANT
    for monomial, coefficient in dim.terms:
        courses = [c for atom in monomial if (c := _course_of(atom)) != CONSTANT]
        if len(courses) > 1:
            raise BeyondExactError("the size is multiplied by itself")
        one = courses[0] if courses else CONSTANT
        if len(monomial) > 1 and one != CONSTANT:
            raise BeyondExactError("the size is multiplied by itself")
        period = _common(found, one)
        left, right = found.over(period), one.over(period)
        rise = left.rise + coefficient * right.rise
        found = Course(period, rise, max(left.start, right.start))
    return found


def _course_of(atom: Atom) -> Course:
    if isinstance(atom, Variable):
        return Course(1, 1, 1)
    if isinstance(atom, Quotient):
        if not isinstance(atom.denominator, int):
            raise BeyondExactError("a size is divided by a size")
        inner = course(atom.numerator)
        times = atom.denominator // gcd(inner.rise, atom.denominator)
        period = _checked(inner.period * times)
        return Course(period, inner.rise * times // atom.denominator, inner.start)
    if isinstance(atom, Scaled):
        raise BeyondExactError("a size is multiplied by a number that is no short fraction")
    if isinstance(atom, Choice):
        return _choice(atom)
    assert isinstance(atom, Extremum)
    return _extremum(atom)


def _choice(atom: Choice) -> Course:
    """One of the two in the end, or both by turns."""
    test = course(atom.test)
    start = settled_from(atom.test, test)
    if test.period * weight(atom.test) > MAX_WORK:
        raise BeyondExactError(f"sizes repeat after {test.period} only")
    signs = {at(atom.test, size) >= 0 for size in range(start, start + test.period)}
    if len(signs) == 1:
        taken = course(atom.then if signs.pop() else atom.other)
        return Course(taken.period, taken.rise, max(start, taken.start))
    then, other = course(atom.then), course(atom.other)
    period = _checked(lcm(test.period, then.period, other.period))
    then, other = then.over(period), other.over(period)
    if then.rise != other.rise:
        raise BeyondExactError("two cases take turns, and grow apart")
    return Course(period, then.rise, max(start, then.start, other.start))


def settled_from(dim: Dim, one: Course) -> int:
    """From where on the sign of a dim repeats: at once if it does not rise or fall in the end.

    Where it rises or falls it is not 0 from there on either.
    """
    if one.rise == 0:
        return one.start
    if one.period * weight(dim) > MAX_WORK:
        raise BeyondExactError(f"sizes repeat after {one.period} only")
    # In one period it comes no nearer to 0 than this; each further one adds the rise.
    sign = 1 if one.rise > 0 else -1
    least = min(sign * at(dim, x) for x in range(one.start, one.start + one.period))
    periods = max(0, -((least - 1) // abs(one.rise)))
    return one.start + periods * one.period


def _extremum(atom: Extremum) -> Course:
    """The least or largest of several: in the end, that of those that rise the least or most."""
    courses = [course(dim) for dim in atom.dims]
    period = _checked(lcm(*(each.period for each in courses)))
    courses = [each.over(period) for each in courses]
    if period * sum(map(weight, atom.dims)) > MAX_WORK:
        raise BeyondExactError(f"sizes repeat after {period} only")
    sign = 1 if atom.kind == "min" else -1
    rise = sign * min(sign * each.rise for each in courses)
    start = max(each.start for each in courses)
    leader = next(n for n, each in enumerate(courses) if each.rise == rise)
    for number, each in enumerate(courses):
        if each.rise == rise:
            continue
        # From how many periods on the leader is ahead of this one for good.
        ahead = min(
            sign * (at(atom.dims[number], x) - at(atom.dims[leader], x))
            for x in range(start, start + period)
        )
        periods = -(min(ahead, 0) // (sign * (each.rise - rise)))
        start = max(start, start + periods * period)
    return Course(period, rise, start)


def _common(left: Course, right: Course) -> int:
    return _checked(lcm(left.period, right.period))


def _checked(period: int) -> int:
    if period > MAX_PERIOD:
        raise BeyondExactError(f"sizes repeat after {period} only")
    return period
