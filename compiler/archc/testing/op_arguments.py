"""An op from arguments as a call of Python gives them: names are bound, values validated.

A user's mistake becomes a problem that says which of the call's arguments it is about.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from archir import rules
from archir.base.diagnostics import Problem
from archir.op.binding import ArgumentProblem, of_op
from archir.op.contract import Op
from archir.op.validate import validate


def bind(
    op: type[Op], positional: int, keywords: Sequence[str], *, partial: bool = False
) -> tuple[ArgumentProblem, ...]:
    """Check a call's names without its values: for text that is not evaluated.

    With ``partial`` the call may leave out arguments that have no default.
    """
    given = (*(None,) * positional, *keywords)
    return of_op(op).plan(op.keyword, given, partial=partial).problems


def make_op(
    op: type[Op], positional: Sequence[object], keywords: Mapping[str, object]
) -> Op | tuple[ArgumentProblem, ...]:
    """The op for a call's arguments, or all that is wrong with them."""
    positional = op.gathered(positional)
    misnamed = bind(op, len(positional), tuple(keywords))
    if misnamed:
        return misnamed + check_partial(op, positional, keywords, names=False)
    made = validate(op, _by_name(op, positional, keywords))
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
    made = validate(op, _by_name(op, positional, keywords))
    wrong = () if isinstance(made, Op) else _located(op, made, len(positional))
    return misnamed + tuple(
        w for w in wrong if not isinstance(w.problem, rules.arguments.MissingArgument)
    )


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
