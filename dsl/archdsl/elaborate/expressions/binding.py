"""Arguments of a call: evaluated, bound where that has had to wait, held to types and domains."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from archdsl import rules
from archdsl.elaborate.expressions.evaluate import Evaluator
from archdsl.elaborate.session import Session
from archdsl.elaborate.values.describe import describe, kind_of
from archdsl.elaborate.values.kinds import UNKNOWN, Unknown, holds
from archir import rules as ir_rules
from archir.base.diagnostics import Problem
from archir.base.record import Record, Struct, replaced
from archir.base.source import Span
from archir.catalogue.registry import ops
from archir.init.values import Part, show_constant
from archir.op.binding import Signature, of_op
from archir.program.declarations import Block, Parameter
from archir.program.expressions import Arguments, Gathered, Truth
from archir.program.nodes import Expr
from archir.program.types import fits, wanted


class BoundArguments(Struct):
    """Values by parameter, those of an earlier partial application included."""

    values: dict[str, object]
    arguments: Arguments | None
    """What the call gives, bound."""

    span: Span

    def written(self, name: str) -> Expr | None:
        """The expression of a parameter's value, where this call gives it."""
        items = () if self.arguments is None else self.arguments.items
        return next((item.value for item in items if item.name == name), None)

    def place(self, name: str) -> Span:
        """Where a parameter's value is written; the call where it was given before."""
        items = () if self.arguments is None else self.arguments.items
        return next((item.value.span for item in items if item.name == name), self.span)


def bind(
    evaluator: Evaluator,
    callee: str,
    signature: Signature,
    arguments: Arguments | None,
    span: Span,
    *,
    before: tuple[tuple[str, object], ...] = (),
    partial: bool = False,
) -> BoundArguments | None:
    """The arguments of a call, evaluated.

    None once a misnamed, missing or superfluous argument has been reported: which can only be
    where what is called was not known before.
    """
    if arguments is None or not arguments.bound:
        given = () if arguments is None else tuple([item.name for item in arguments.items])
        early = tuple([name for name, _ in before])
        suggest = evaluator.session.suggest
        plan = signature.plan(callee, given, early, partial=partial, suggest=suggest)
        if plan.problems:
            for item in () if arguments is None else arguments.items:
                evaluator.value(item.value)
            for found in plan.problems:
                place = None if arguments is None else arguments.place(found.argument)
                evaluator.session.report(found.problem, place or span)
            return None
        arguments = None if arguments is None else arguments.to(plan)
    values = dict(before)
    for item in () if arguments is None else arguments.items:
        assert item.name is not None
        values[item.name] = argument(evaluator, item.value)
    return BoundArguments(values, arguments, span)


def argument(evaluator: Evaluator, node: Expr) -> object:
    """An argument; several of one parameter are a list, or the items of one."""
    if not isinstance(node, Gathered):
        return evaluator.value(node)
    values = tuple([evaluator.value(item) for item in node.items])
    if any(isinstance(value, Unknown) for value in values):
        return UNKNOWN
    alone = len(values) == 1 and isinstance(values[0], tuple)
    return values[0] if alone else values


def report(
    session: Session,
    problems: Mapping[str, Problem],
    arguments: Arguments | None,
    span: Span,
) -> None:
    """Report what is wrong with the values of parameters, each at its own argument."""
    for name, problem in problems.items():
        place = None if arguments is None else arguments.given(name)
        if place is not None and place.text.startswith(name):
            problem = problem.where_named()
        wrong = (
            problem.item if isinstance(problem, ir_rules.argument_values.FloatForCount) else None
        )
        if arguments is not None and wrong is not None:
            place = arguments.item(name, wrong)
        session.report(problem, place or span)


def fill(
    inner: Evaluator, owner: str, params: tuple[Parameter, ...], bound: BoundArguments
) -> bool:
    """Put parameters into their slots, defaults included; whether all are known and good.

    Of one that has none nothing is known, and so nothing is said of what is made of it.
    """
    fine = True
    values = bound.values
    for param in params:
        name = param.target.name
        is_good = False
        value: object = UNKNOWN
        if name in values:
            value = values[name]
            is_good = check_parameter(inner, owner, param, value, bound.place)
        elif param.default is not None:
            value = inner.value(param.default)
            is_good = check_parameter(inner, owner, param, value, _default(param.default))
        inner.env[param.target.slot] = value if is_good else UNKNOWN
        fine = fine and is_good
    return fine


def _default(default: Expr) -> Callable[[str], Span]:
    return lambda _: default.span


def signature_of(part: Part) -> Signature:
    """What an op takes, a block, or what a variant is made from."""
    if part.kind == "op":
        return of_op(ops()[part.name])
    assert isinstance(part.origin, Block)
    return part.origin.signature


# --- types and domains ----------------------------------------------------------------------------

Place = Callable[[str], Span]
"""Says where the value of a parameter is written; asked where there is something to report."""


def check_parameter(
    evaluator: Evaluator, owner: str, param: Parameter, value: object, place: Place
) -> bool:
    """Whether a value is of a parameter's type and in its domain; reports it if not."""
    if holds(Unknown, value):
        return False
    name = param.name
    if value is None and _takes_none(param):
        return True
    if param.type is not None and not fits(param.type, value):
        problem = rules.parts.ArgumentOfWrongType(owner, name, wanted(param.type), describe(value))
        evaluator.session.report(problem, place(name))
        return False
    if param.domain is not None and not _check_domain(
        evaluator, Given(owner, name, value, place(name)), param.domain
    ):
        return False
    return not param.items or _check_items(evaluator, owner, param, value, place)


def _takes_none(param: Parameter) -> bool:
    optional = isinstance(param.default, Truth) and param.default.value is None
    return optional or (param.type is not None and param.type.name in ("op", "block", "init"))


def _check_items(
    evaluator: Evaluator, owner: str, param: Parameter, value: object, place: Place
) -> bool:
    """Whether lists have as many items as their type says, and each is in its domain."""
    fine = True
    lists = [(param.name, value)]
    for asked in param.items:
        inner: list[tuple[str, object]] = []
        for name, each in lists:
            assert isinstance(each, tuple)
            items = [(f"{name}[{number}]", item) for number, item in enumerate(each)]
            inner += items
            given = Given(owner, name, each, place(param.name))
            if asked.count is not None and not _check_count(evaluator, given, asked.count):
                fine = False
            if asked.domain is not None:
                each_given = [replaced(given, name=at, value=item) for at, item in items]
                found = [_check_domain(evaluator, one, asked.domain) for one in each_given]
                fine = fine and all(found)
        lists = inner
    return fine


class Given(Record):
    """A value that is given for a parameter, or one of a list of them."""

    owner: str
    name: str
    value: object
    span: Span


def _check_count(evaluator: Evaluator, given: Given, count: Expr) -> bool:
    many = evaluator.value(count)
    if isinstance(many, Unknown):
        return False
    if isinstance(many, bool) or not isinstance(many, int):
        evaluator.session.report(rules.values.WrongOperand("of", describe(many)), count.span)
        return False
    assert isinstance(given.value, tuple)
    if len(given.value) == many:
        return True
    found = len(given.value)
    problem = rules.parts.WrongNumberOfItems(given.owner, given.name, many, found)
    evaluator.session.report(problem, given.span)
    return False


def _check_domain(evaluator: Evaluator, given: Given, domain: Expr) -> bool:
    from archdsl.elaborate.expressions.domains import choices  # most parameters have none

    found = choices(evaluator, domain)
    if isinstance(found, Unknown):
        return False
    value = given.value
    if value in found:
        return True
    shown = show_constant(value) if isinstance(value, str | float | int) else kind_of(value)
    shown = describe(value) if isinstance(value, Part) else shown
    problem = rules.parts.OutsideDomain(given.owner, given.name, domain.span.text, shown)
    evaluator.session.report(problem, given.span)
    return False
