"""Arguments of a call: evaluated, and bound to parameters."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain

from archdsl import ast
from archdsl.elaborate.environment import UNKNOWN, Unknown
from archdsl.elaborate.evaluate import Evaluator
from archdsl.elaborate.parameters import Parameters, check_parameter, of_op
from archdsl.elaborate.session import Session
from archdsl.program import Declared
from archir.arguments import ArgumentProblem
from archir.record import Struct
from archir.registry import ops
from archir.source import Span
from archir.values import Part


class Bound(Struct):
    """Values by parameter, those of an earlier partial application included."""

    values: dict[str, object]
    names: tuple[str, ...]
    """The parameter of each argument."""

    items: tuple[ast.Argument, ...]
    span: Span

    def place(self, name: str) -> Span:
        """Where a parameter's value is written; the call where it was given before."""
        pairs = zip(self.names, self.items, strict=True)
        places = [item.value.span for parameter, item in pairs if parameter == name]
        return places[0].to(places[-1]) if places else self.span


def bind(
    evaluator: Evaluator,
    callee: str,
    parameters: Parameters,
    arguments: ast.Arguments | None,
    span: Span,
    *,
    before: tuple[tuple[str, object], ...] = (),
    partial: bool = False,
) -> Bound | None:
    """The arguments of a call, evaluated.

    None once a misnamed, missing or superfluous argument has been reported.
    """
    items = () if arguments is None else arguments.items
    given = tuple([None if item.name is None else item.name.text for item in items])
    early = tuple([name for name, _ in before])
    suggest = evaluator.session.suggest
    plan = parameters.plan(callee, given, early, partial=partial, suggest=suggest)
    values = [evaluator.value(item.value) for item in items]
    if plan.problems:
        report(evaluator.session, plan.problems, arguments, span)
        return None
    if plan.gathers:
        count = given.count(None)
        bound = dict(chain(before, [(plan.names[0], _gathered(values[:count]))]))
        bound.update(zip(plan.names[count:], values[count:], strict=True))
    else:
        bound = dict(before)
        bound.update(zip(plan.names, values, strict=True))
    return Bound(bound, plan.names, items, span)


def _gathered(values: list[object]) -> object:
    """The one argument that all of these are: a list, or the items of one."""
    if any(isinstance(value, Unknown) for value in values):
        return UNKNOWN
    alone = len(values) == 1 and isinstance(values[0], tuple)
    return values[0] if alone else tuple(values)


def report(
    session: Session,
    problems: tuple[ArgumentProblem, ...],
    arguments: ast.Arguments | None,
    span: Span,
) -> None:
    """Report problems of a call, each at its own argument."""
    items = () if arguments is None else arguments.items
    positional = [item for item in items if item.name is None]
    named = {item.name.text: item.span for item in items if item.name is not None}
    for found in problems:
        place = span
        if isinstance(found.argument, int) and found.argument < len(positional):
            place = positional[found.argument].span
        elif isinstance(found.argument, str):
            place = named.get(found.argument, span)
        session.report(found.problem, place)


def fill(inner: Evaluator, owner: str, params: tuple[ast.Param, ...], bound: Bound) -> bool:
    """Bind parameters in ``inner``'s frame, defaults included; whether all have good values."""
    fine = True
    names, values = inner.frame.names, bound.values
    for param in params:
        name = param.name.text
        value: object = UNKNOWN
        if name in values:
            value = values[name]
            fine = check_parameter(inner, owner, param, value, bound.place) and fine
        elif param.default is not None:
            value = inner.value(param.default)
            fine = check_parameter(inner, owner, param, value, _default(param.default)) and fine
        names[name] = value
    return fine


def _default(default: ast.Expr) -> Callable[[str], Span]:
    return lambda _: default.span


def as_called(
    session: Session,
    problems: tuple[ArgumentProblem, ...],
    part: Part,
    arguments: ast.Arguments | None,
) -> tuple[ArgumentProblem, ...]:
    """Problems by name, told by position where the call gave the argument so."""
    items = () if arguments is None else arguments.items
    count = sum(item.name is None for item in items)
    early = {name for name, _ in part.arguments}
    names = parameters_of(session, part).names
    still_open = [name for name in names if name not in early]
    position = {name: at for at, name in enumerate(still_open[:count])}
    return tuple(
        ArgumentProblem(position.get(p.argument, p.argument), p.problem)
        if isinstance(p.argument, str)
        else p
        for p in problems
    )


def parameters_of(session: Session, part: Part) -> Parameters:
    """The parameters of an op, of a block, or of what a variant is made from."""
    if part.kind == "op":
        return of_op(ops()[part.name])
    assert isinstance(part.origin, Declared)
    return session.parameters(part.origin)
