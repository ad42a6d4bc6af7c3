"""The values of an op's arguments validated: an op, or the reasons why there is none.

One road for all of them, those of own ops too. What is plainly right takes the fast path; for
whatever is not, pydantic has the verdict. Each distinct use of an op is validated once, and equal
uses share one instance.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any

from archir import rules
from archir.base.diagnostics import Problem, nearest
from archir.base.record import Record, replaced
from archir.op.argument_types import choices, describe, is_counted, is_measured, is_sized, shown
from archir.op.contract import Op, arguments_of, assembled, values_of
from archir.op.fast_path import fast_path
from archir.op.fields import is_verdict
from archir.shapes.brief import brief
from archir.shapes.dims import SizeExpr

TOGETHER = ""
"""Stands for an argument's name where it is several that do not go together."""


def validate(op: type[Op], values: Mapping[str, object]) -> Op | Mapping[str, Problem]:
    """The op with arguments that are bound to names of its own, or what is wrong with each.

    One that is needed and not given is a problem too (``MissingArgument``).
    """
    return _validated(op, _key(values))


@lru_cache(maxsize=2**16)
def _validated(op: type[Op], key: _Key) -> Op | Mapping[str, Problem]:
    values = {name: _untyped(value) for name, value in key}
    sized: dict[str, Problem] = {
        name: rules.argument_values.ArgumentDependsOnSize(
            op.keyword, name, found, op.as_function, op.over_all
        )
        for name, value in values.items()
        if (found := _size_in(value)) is not None and name not in _sized(op)
    }
    given = {name: value for name, value in values.items() if name not in sized}
    try:
        made = fast_path(op, given) or op(**given)
    except Exception as error:
        if not is_verdict(error):
            raise
        return {**_reasons(op, error, values), **sized}
    return sized or _interned(op, _key(values_of(made)))


@lru_cache(maxsize=2**16)
def _interned(op: type[Op], key: _Key) -> Op:
    """One instance for all uses that mean the same, however they are written."""
    return assembled(op, {name: _untyped(value) for name, value in key})


@cache
def _sized(op: type[Op]) -> frozenset[str]:
    """The arguments that may be sizes of the input."""
    known = arguments_of(op).items()
    return frozenset(name for name, argument in known if is_sized(argument.annotation))


def _size_in(value: object) -> str | None:
    if isinstance(value, SizeExpr):
        return brief(value)
    if isinstance(value, tuple):
        return next((found for item in value if (found := _size_in(item))), None)
    return None


# --- distinct uses --------------------------------------------------------------------------------


class _Foreign(Record):
    """What no op takes, such as a block; only its words are kept, not the text it came from."""

    words: str

    def __repr__(self) -> str:
        return self.words


_Typed = tuple[type, Any]
"""A value that is equal to another only if their types are: 1, 1.0 and true differ."""

_Key = tuple[tuple[str, _Typed], ...]


def _key(values: Mapping[str, object]) -> _Key:
    return tuple((name, _typed(values[name])) for name in sorted(values))


def _typed(value: object) -> _Typed:
    if isinstance(value, tuple):
        return tuple, tuple([_typed(item) for item in value])
    if value is None or isinstance(value, bool | int | float | str | SizeExpr):
        return type(value), value
    return _Foreign, _Foreign(shown(value))


def _untyped(typed: _Typed) -> object:
    kind, value = typed
    return tuple([_untyped(item) for item in value]) if kind is tuple else value


# --- the reasons ----------------------------------------------------------------------------------

_BY_AUTHOR = frozenset({"value_error", "assertion_error"})
"""The kinds of errors that a validator of a package's own raises, in its own words."""

_BOUNDS = frozenset(
    {
        "greater_than",
        "greater_than_equal",
        "less_than",
        "less_than_equal",
        "too_short",
        "too_long",
        "finite_number",
    }
)
"""The kinds of pydantic's errors that find the type right and the value wrong."""


def _reasons(op: type[Op], error: Any, values: Mapping[str, object]) -> dict[str, Problem]:
    """One problem for each argument: pydantic tells one error for each member of a union.

    ``values`` are all that the call has; one of them that was left out is not missing.
    """
    kinds: dict[str, set[str]] = {}
    found: dict[str, Problem] = {}
    for item in error.errors(include_url=False, include_context=False, include_input=False):
        name = str(item["loc"][0]) if item["loc"] else TOGETHER
        if item["type"] in _BY_AUTHOR:
            words = item["msg"].partition(", ")[2] or "its arguments are refused"
            found[name] = rules.packages.RefusedByOp(f"{op.keyword}: {words}")
        else:
            kinds.setdefault(name, set()).add(item["type"])
    for name, errors in kinds.items():
        if name in values:
            found[name] = _value_problem(op, name, values[name], errors)
            if (name, values[name]) == ("padding", "same"):
                found[name] = _of_same(found[name], values)
        elif errors == {"missing"}:
            found[name] = rules.arguments.MissingArgument(op.keyword, (name,), op.arguments())
    return found


def _taking(op: type[Op], word: str) -> str:
    """The one argument of an op that may be this word, as ``mode`` may be ``"bilinear"``."""
    known = arguments_of(op).items()
    names = [name for name, argument in known if word in choices(argument.annotation)]
    return names[0] if len(names) == 1 else ""


def _in_front(op: type[Op], name: str, value: object) -> str:
    """What torch's class has in front, where a whole number stands for a share or a factor."""
    measured = name != op.arguments()[0] and is_measured(arguments_of(op)[name].annotation)
    is_other = measured and isinstance(value, int) and not isinstance(value, bool) and value > 1
    return op.inferred if is_other else ""


def _of_same(problem: Problem, values: Mapping[str, object]) -> Problem:
    """The padding of TensorFlow's that no pool has, with what does the same."""
    from archir.op.same_padding import same_pool

    if not isinstance(problem, rules.argument_values.WrongArgumentType):
        return problem
    return replaced(problem, instead=same_pool(values))


def _value_problem(op: type[Op], name: str, value: object, errors: set[str]) -> Problem:
    words = rules.argument_values
    annotation = arguments_of(op)[name].annotation
    items = value if isinstance(value, tuple) else (value,)
    huge = any(isinstance(item, int) and item >= 2**31 for item in items)
    wanted = describe(annotation) + (", below 2**31" if huge else "")
    facts = (op.keyword, name, shown(value), wanted)
    if isinstance(value, str):
        # A string is of the right type where strings are taken at all.
        known = choices(annotation)
        near = nearest(value, known)
        if known:
            return words.ArgumentOutOfBounds(*facts, None if near is None else shown(near))
        return words.WrongArgumentType(*facts, other=_taking(op, value))
    if is_counted(annotation):
        for at, item in enumerate(items):
            if isinstance(item, float):
                number = at if isinstance(value, tuple) else None
                return words.FloatForCount(op.keyword, name, shown(item), wanted, number)
    # An integer that no float can hold is refused as if it were not a number.
    whole = isinstance(value, int) and not isinstance(value, bool)
    # A number where there is none to be is likely one of torch's, which has another in front.
    if errors & _BOUNDS or (whole and is_measured(annotation)):
        return words.ArgumentOutOfBounds(*facts, None, _in_front(op, name, value))
    shifted = whole and describe(annotation) == describe(bool)
    return words.WrongArgumentType(*facts, op.inferred if shifted else "")
