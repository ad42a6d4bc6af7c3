"""From the arguments of a use to an op: names are bound, values are checked.

A user's mistake becomes a problem that says which argument it is about; each distinct use of an
op is checked once, and equal uses share one instance.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache
from itertools import islice
from typing import Any, TypeAlias

from archir import rules
from archir.accepted import accepted
from archir.argument_types import is_sized, shown
from archir.diagnostics import Problem, nearest
from archir.dims import SizeExpr, brief
from archir.op import Op, arguments_of, values_of
from archir.record import Record

MOST_PROBLEMS = 20
"""Of one kind with the names of one call: what is asked behind so many is another callee's."""

Suggest: TypeAlias = Callable[[str, tuple[str, ...]], str | None]
"""Says which of the known names was likely meant."""


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
    suggest: Suggest = nearest,
) -> tuple[ArgumentProblem, ...]:
    """The same for anything that is called and has named parameters, as far as anybody reads it."""
    found: list[ArgumentProblem] = []
    if positional > len(known):
        problem = rules.arguments.TooManyArguments(callee, positional, known)
        found.append(ArgumentProblem(len(known), problem))
    by_position = known[:positional]
    places = {name: place for place, name in enumerate(known)}
    counted = Counter(keywords)
    for name, times in counted.items():
        if len(found) == MOST_PROBLEMS:
            return tuple(found)
        place = places.get(name)
        if place is None:
            found.append(
                ArgumentProblem(
                    name,
                    rules.arguments.UnknownArgument(callee, name, known, suggest(name, known)),
                )
            )
        elif place < len(by_position):
            found.append(
                ArgumentProblem(name, rules.arguments.ArgumentGivenTwice(callee, name, place + 1))
            )
        elif times > 1:
            found.append(
                ArgumentProblem(name, rules.arguments.ArgumentGivenTwice(callee, name, None))
            )
    if not partial:
        missing = (name for name in known[positional:] if name in required and name not in counted)
        found.extend(
            ArgumentProblem(None, rules.arguments.MissingArgument(callee, m, known))
            for m in islice(missing, MOST_PROBLEMS)
        )
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
    return misnamed + tuple(
        w for w in wrong if not isinstance(w.problem, rules.arguments.MissingArgument)
    )


@cache
def _sized(op: type[Op]) -> frozenset[str]:
    """The arguments that may be sizes of the input."""
    known = arguments_of(op).items()
    return frozenset(name for name, argument in known if is_sized(argument.annotation))


@cache
def _required(op: type[Op]) -> frozenset[str]:
    known = arguments_of(op).items()
    return frozenset(name for name, argument in known if argument.is_required())


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
            if isinstance(problem, rules.arguments.MissingArgument) or not name
            else position.get(name, name),
            problem,
        )
        for name, problem in problems.items()
    )


# --- values ---------------------------------------------------------------------------------------


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


def _plain(typed: _Typed) -> object:
    kind, value = typed
    return tuple([_plain(item) for item in value]) if kind is tuple else value


@lru_cache(maxsize=2**16)
def _validated(op: type[Op], key: _Key) -> Op | Mapping[str, Problem]:
    values = {name: _plain(value) for name, value in key}
    sized = {
        name: rules.arguments.ArgumentDependsOnSize(op.keyword, name, found)
        for name, value in values.items()
        if (found := _size_in(value)) is not None and name not in _sized(op)
    }
    plain = {name: value for name, value in values.items() if name not in sized}
    made: Op | dict[str, Problem] | None = accepted(op, plain)
    if made is None:
        from archir.judge import refusals  # it needs pydantic, and a right file does not

        made = refusals(op, plain, values)
    if isinstance(made, dict):
        return {**made, **sized}
    return sized or _interned(op, _key(values_of(made)))


@lru_cache(maxsize=2**16)
def _interned(op: type[Op], key: _Key) -> Op:
    """One instance for all uses that mean the same, however they are written."""
    values = {name: _plain(value) for name, value in key}
    return accepted(op, values) or op(**values)


def _size_in(value: object) -> str | None:
    if isinstance(value, SizeExpr):
        return brief(value)
    if isinstance(value, tuple):
        return next((found for item in value if (found := _size_in(item))), None)
    return None
