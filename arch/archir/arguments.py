"""From the arguments of a use to an op: names are bound, values are checked by pydantic.

A user's mistake becomes a problem that says which argument it is about; each distinct use of an
op is checked once, and equal uses share one instance.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from typing import Any

from pydantic import ValidationError

from archir.accepted import accepted
from archir.argument_types import choices, describe, is_counted, is_measured, is_sized, shown
from archir.diagnostics import Problem, nearest
from archir.dims import SizeExpr, show
from archir.op import Op
from archir.packages import RefusedByOp
from archir.record import Record
from archir.rules.arguments import (
    ArgumentDependsOnSize,
    ArgumentGivenTwice,
    ArgumentOutOfBounds,
    FloatForCount,
    MissingArgument,
    TooManyArguments,
    UnknownArgument,
    WrongArgumentType,
)


class ArgumentProblem(Record):
    """A problem with one argument of a call.

    ``argument`` is a position (from 0) or a keyword, whichever the call used, so that the place
    can be found; None for the call as a whole. A keyword that is given twice means the later one.
    """

    argument: int | str | None
    problem: Problem


def bind(
    op: type[Op], positional: int, keywords: Sequence[str], *, partial: bool = False
) -> tuple[ArgumentProblem, ...]:
    """Check a call's names without its values: for text that is not evaluated.

    With ``partial`` the call may leave out arguments that have no default.
    """
    if op.variadic:
        positional = min(positional, 1)
    return bind_names(
        op.keyword, op.arguments(), _required(op), positional, keywords, partial=partial
    )


def bind_names(
    callee: str,
    known: tuple[str, ...],
    required: frozenset[str],
    positional: int,
    keywords: Sequence[str],
    *,
    partial: bool = False,
) -> tuple[ArgumentProblem, ...]:
    """The same for anything that is called and has named parameters."""
    found: list[ArgumentProblem] = []
    if positional > len(known):
        problem = TooManyArguments(callee, positional, known)
        found.append(ArgumentProblem(len(known), problem))
    by_position = known[:positional]
    for name, times in Counter(keywords).items():
        if name not in known:
            found.append(ArgumentProblem(name, UnknownArgument(callee, name, known)))
        elif name in by_position:
            position = by_position.index(name) + 1
            found.append(ArgumentProblem(name, ArgumentGivenTwice(callee, name, position)))
        elif times > 1:
            found.append(ArgumentProblem(name, ArgumentGivenTwice(callee, name, None)))
    if not partial:
        missing = (name for name in known[positional:] if name in required and name not in keywords)
        found.extend(ArgumentProblem(None, MissingArgument(callee, m, known)) for m in missing)
    return tuple(found)


def make_op(
    op: type[Op], positional: Sequence[object], keywords: Mapping[str, object]
) -> Op | tuple[ArgumentProblem, ...]:
    """The op for a call's arguments, or all that is wrong with them."""
    positional = op.gathered(positional)
    misnamed = bind(op, len(positional), tuple(keywords))
    if misnamed:
        return misnamed + check_partial(op, positional, keywords, names=False)
    made = _validated(op, _key(_by_name(op, positional, keywords)))
    return made if isinstance(made, Op) else _located(op, made, len(positional))


def check_partial(
    op: type[Op],
    positional: Sequence[object],
    keywords: Mapping[str, object],
    *,
    names: bool = True,
) -> tuple[ArgumentProblem, ...]:
    """Check the arguments that an op has been given so far; others may come later.

    Without ``names`` only the values are checked, of those arguments that the op has.
    """
    positional = op.gathered(positional)
    misnamed = bind(op, len(positional), tuple(keywords), partial=True) if names else ()
    made = _validated(op, _key(_by_name(op, positional, keywords)))
    wrong = () if isinstance(made, Op) else _located(op, made, len(positional))
    return misnamed + tuple(w for w in wrong if not isinstance(w.problem, MissingArgument))


@cache
def _sized(op: type[Op]) -> frozenset[str]:
    """The arguments that may be sizes of the input."""
    fields = op.model_fields.items()
    return frozenset(name for name, field in fields if is_sized(field.rebuild_annotation()))


@cache
def _required(op: type[Op]) -> frozenset[str]:
    return frozenset(name for name, field in op.model_fields.items() if field.is_required())


def _by_name(
    op: type[Op], positional: Sequence[object], keywords: Mapping[str, object]
) -> dict[str, object]:
    known = op.arguments()
    values = {name: value for name, value in keywords.items() if name in known}
    return {**values, **dict(zip(known, positional, strict=False))}


def _located(
    op: type[Op], problems: Mapping[str, Problem], positional: int
) -> tuple[ArgumentProblem, ...]:
    """Problems by argument name, told as the call gave the arguments: by position or by name."""
    position = {name: at for at, name in enumerate(op.arguments()[:positional])}
    return tuple(
        ArgumentProblem(
            None
            if isinstance(problem, MissingArgument) or name == _TOGETHER
            else position.get(name, name),
            problem,
        )
        for name, problem in problems.items()
    )


# --- values ---------------------------------------------------------------------------------------


class _Typed(Record):
    """A value that is equal to another only if their types are: 1, 1.0 and true differ."""

    kind: type
    value: object


class _Foreign(Record):
    """What no op takes, such as a block; only its words are kept, not the text it came from."""

    words: str

    def __repr__(self) -> str:
        return self.words


_Key = tuple[tuple[str, object], ...]


def _key(values: Mapping[str, object]) -> _Key:
    return tuple((name, _typed(values[name])) for name in sorted(values))


def _typed(value: object) -> object:
    if isinstance(value, tuple):
        return tuple(_typed(item) for item in value)
    if value is None or isinstance(value, bool | int | float | str | SizeExpr):
        return _Typed(type(value), value)
    return _Typed(_Foreign, _Foreign(shown(value)))


def _plain(value: object) -> object:
    if isinstance(value, tuple):
        return tuple(_plain(item) for item in value)
    return value.value if isinstance(value, _Typed) else value


@lru_cache(maxsize=2**16)
def _validated(op: type[Op], key: _Key) -> Op | Mapping[str, Problem]:
    values = {name: _plain(value) for name, value in key}
    sized = {
        name: ArgumentDependsOnSize(op.keyword, name, found)
        for name, value in values.items()
        if (found := _size_in(value)) is not None and name not in _sized(op)
    }
    plain = {name: value for name, value in values.items() if name not in sized}
    made = accepted(op, plain)
    if made is None:
        try:
            made = op(**plain)
        except ValidationError as error:
            return {**_problems(op, error, values), **sized}
    if sized:
        return sized
    return _interned(op, _key({name: getattr(made, name) for name in op.model_fields}))


@lru_cache(maxsize=2**16)
def _interned(op: type[Op], key: _Key) -> Op:
    """One instance for all uses that mean the same, however they are written."""
    values = {name: _plain(value) for name, value in key}
    return accepted(op, values) or op(**values)


def _size_in(value: object) -> str | None:
    if isinstance(value, SizeExpr):
        return show(value)
    if isinstance(value, tuple):
        return next((found for item in value if (found := _size_in(item))), None)
    return None


_BY_AUTHOR = frozenset({"value_error", "assertion_error"})
"""The kinds of errors that a validator of a package's own raises, in its own words."""

_TOGETHER = ""
"""Stands for an argument's name where it is several that do not go together."""

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


def _problems(
    op: type[Op], error: ValidationError, values: Mapping[str, object]
) -> dict[str, Problem]:
    """One problem for each argument: pydantic tells one error for each member of a union."""
    kinds: dict[str, set[str]] = {}
    found: dict[str, Problem] = {}
    for item in error.errors(include_url=False, include_context=False, include_input=False):
        name = str(item["loc"][0]) if item["loc"] else _TOGETHER
        if item["type"] in _BY_AUTHOR:
            words = item["msg"].partition(", ")[2] or "its arguments are refused"
            found[name] = RefusedByOp(f"{op.keyword}: {words}")
        else:
            kinds.setdefault(name, set()).add(item["type"])
    for name, errors in kinds.items():
        if name in values:
            found[name] = _value_problem(op, name, values[name], errors)
        elif errors == {"missing"}:
            found[name] = MissingArgument(op.keyword, name, op.arguments())
    return found


def _value_problem(op: type[Op], name: str, value: object, errors: set[str]) -> Problem:
    annotation: Any = op.model_fields[name].rebuild_annotation()
    items = value if isinstance(value, tuple) else (value,)
    huge = any(isinstance(item, int) and item >= 2**31 for item in items)
    wanted = describe(annotation) + (", below 2**31" if huge else "")
    facts = (op.keyword, name, shown(value), wanted)
    if isinstance(value, str):
        # A string is of the right type where strings are taken at all.
        known = choices(annotation)
        near = nearest(value, known)
        quoted = None if near is None else shown(near)
        return ArgumentOutOfBounds(*facts, quoted) if known else WrongArgumentType(*facts)
    if is_counted(annotation):
        for item in items:
            if isinstance(item, float):
                return FloatForCount(op.keyword, name, shown(item), wanted)
    # An integer that no float can hold is refused as if it were not a number.
    whole = isinstance(value, int) and not isinstance(value, bool)
    if errors & _BOUNDS or (whole and is_measured(annotation)):
        return ArgumentOutOfBounds(*facts)
    return WrongArgumentType(*facts)
