"""The fast path of validation: arguments that are plainly right are seen without pydantic.

Importing pydantic and making a validator takes longer than all the rest of a short run. So what is
plainly right is read off the same declarations; whatever is not is left to the model, whose verdict
counts (``archir.op.validate``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, partial
from math import isfinite
from operator import ge, gt, le, lt
from typing import Any, Literal, get_args, get_origin

from archir.op.argument_types import Constraints, members
from archir.op.contract import Op, arguments_of, assembled
from archir.op.fields import validators_of
from archir.shapes.dims import SizeExpr

_EXACT = 2**53
"""Integers up to this are floats as they are."""


class _Refused(Exception):  # noqa: N818  (a verdict, which is not told to anyone)
    """The value is not plainly right."""


_Take = Callable[[Any], Any]
"""Gives the value as the op holds it, or raises ``_Refused``."""


def fast_path(op: type[Op], values: Mapping[str, object]) -> Op | None:
    """The op with these arguments if they are plainly right, else None."""
    takes, required = _plan(op)
    if takes is None or not required <= values.keys() <= takes.keys():
        return None
    try:
        taken = {name: takes[name](value) for name, value in values.items()}
    except _Refused:
        return None
    return assembled(op, taken)


@cache
def _plan(op: type[Op]) -> tuple[Mapping[str, _Take] | None, frozenset[str]]:
    """How each argument is taken, and which must be given; None where that is not simple."""
    known = arguments_of(op)
    required = frozenset(name for name, argument in known.items() if argument.is_required())
    if validators_of(op) or any(argument.factory for argument in known.values()):
        return None, required
    takes: dict[str, _Take] = {}
    for name, argument in known.items():
        take = _taker(argument.annotation)
        if take is None:
            return None, required
        takes[name] = take
    return takes, required


def _taker(annotation: Any) -> _Take | None:
    """How a value of that type is taken: what fits as it is goes before what is converted."""
    exact: list[_Take] = []
    converted: list[_Take] = []
    for member, bounds in members(annotation):
        if get_origin(member) is tuple:
            taker = _tuple(member, bounds)
        elif member is float:
            taker = _number(float, bounds)
            whole = _number(int, bounds)
            if whole is not None:
                converted.append(_as_float(whole))
        elif member is int:
            taker = _number(int, bounds)
        else:
            taker = _plain(member, bounds)
        if taker is None:
            return None
        exact.append(taker)
    return _first([*exact, *converted])


def _first(takers: list[_Take]) -> _Take:
    if len(takers) == 1:
        return takers[0]

    def take(value: Any) -> Any:
        for taker in takers:
            try:
                return taker(value)
            except _Refused:
                continue
        raise _Refused

    return take


def _plain(member: Any, bounds: Constraints) -> _Take | None:
    """None, a truth value, a string, one of several strings, or a size of the input."""
    if member is SizeExpr:
        return lambda value: value if isinstance(value, SizeExpr) else _refuse()
    if bounds:
        return None
    if get_origin(member) is Literal:
        choices = get_args(member)
        return lambda value: value if type(value) is str and value in choices else _refuse()
    if member is None or member is type(None):
        return lambda value: None if value is None else _refuse()
    if member in (bool, str):
        return lambda value: value if type(value) is member else _refuse()
    return None


def _refuse() -> Any:
    raise _Refused


_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {  # the bound goes before the value
    "ge": le,
    "gt": lt,
    "le": ge,
    "lt": gt,
    "allow_inf_nan": lambda allowed, value: allowed or isfinite(value),
}
_LENGTH: Mapping[str, Callable[[Any, Any], bool]] = {
    "min_length": lambda bound, value: bound <= len(value),
    "max_length": lambda bound, value: bound >= len(value),
}

_Test = Callable[[Any], bool]


def _tests(
    bounds: Constraints, known: Mapping[str, Callable[[Any, Any], bool]]
) -> list[_Test] | None:
    """The tests that constraints stand for; None where one is not known here."""
    tests: list[_Test] = []
    for bound in bounds:
        compare = known.get(bound.name)
        if compare is None:
            return None
        tests.append(partial(compare, bound.value))
    return tests


def _number(kind: type, bounds: Constraints) -> _Take | None:
    tests = _tests(bounds, _COMPARE)
    if tests is None:
        return None
    return lambda value: (
        value if type(value) is kind and all(test(value) for test in tests) else _refuse()
    )


def _as_float(whole: _Take) -> _Take:
    return lambda value: (
        float(whole(value)) if type(value) is int and abs(value) <= _EXACT else _refuse()
    )


def _tuple(member: Any, bounds: Constraints) -> _Take | None:
    tests, arguments = _tests(bounds, _LENGTH), get_args(member)
    if tests is None or len(arguments) != 2 or arguments[1] is not Ellipsis:
        return None
    item = _taker(arguments[0])
    if item is None:
        return None
    return lambda value: (
        tuple([item(each) for each in value])
        if type(value) is tuple and all(test(value) for test in tests)
        else _refuse()
    )
