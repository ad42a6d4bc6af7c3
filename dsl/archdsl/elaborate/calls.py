"""Calls: arguments bound to parameters, and what functions, parts and initialisers make of them."""

from __future__ import annotations

from typing import TypeGuard

from archdsl import ast, rules
from archdsl.builtins import BUILTINS
from archdsl.elaborate import functions
from archdsl.elaborate.arithmetic import Trouble
from archdsl.elaborate.describe import describe
from archdsl.elaborate.environment import UNKNOWN, Frame, FunctionValue, Unknown
from archdsl.elaborate.evaluate import Evaluator
from archdsl.elaborate.parameters import Parameters, check_parameter
from archdsl.program import Declared
from archir import rules as ir_rules
from archir.arguments import ArgumentProblem, bind_names, check_partial
from archir.graph import Value
from archir.init import Arithmetic, Fan, Formula, Initialiser
from archir.initialisers import INITIALISERS, InitialiserArgument
from archir.record import Record, replaced
from archir.registry import ops
from archir.source import Span
from archir.values import Part

_CALL = 10
"""The steps that a call counts for: about as long as it takes."""


class Given(Record):
    """An argument's value and where it was written."""

    value: object
    span: Span


def bind(
    evaluator: Evaluator,
    callee: str,
    parameters: Parameters,
    arguments: ast.Arguments | None,
    span: Span,
    *,
    before: tuple[tuple[str, object], ...] = (),
    partial: bool = False,
) -> dict[str, Given] | None:
    """Values by parameter name, those of an earlier partial application included.

    None once a misnamed, missing or superfluous argument has been reported.
    """
    items = () if arguments is None else arguments.items
    positional = [item for item in items if item.name is None]
    keywords = [item.name.text for item in items if item.name is not None]
    # Positional arguments fill what is still open; a keyword may replace an earlier one.
    early = {name for name, _ in before}
    still_open = tuple(name for name in parameters.names if name not in early)
    required = parameters.required - early
    gathers = parameters.variadic and parameters.names[0] not in early
    count = min(len(positional), 1) if gathers else len(positional)
    problems = bind_names(
        callee,
        (*still_open, *(name for name, _ in before)),
        required,
        min(count, len(still_open)),
        keywords,
        partial=partial,
    )
    if count > len(still_open):
        too_many = ir_rules.arguments.TooManyArguments(callee, count, still_open)
        problems = (*problems, ArgumentProblem(len(still_open), too_many))
    values = list(evaluator.arguments(arguments))
    report(evaluator, problems, arguments, span)
    if problems:
        return None
    bound = {name: Given(value, span) for name, value in before}
    if gathers and positional:
        gathered = _gathered([(item, value) for item, value in values if item.name is None])
        bound[still_open[0]] = gathered
        values = [(item, value) for item, value in values if item.name is not None]
    names = iter(still_open)
    for item, value in values:
        name = next(names) if item.name is None else item.name.text
        bound[name] = Given(value, item.value.span)
    return bound


def _gathered(given: list[tuple[ast.Argument, object]]) -> Given:
    """The one argument that all of these are: a list, or the items of one."""
    span = given[0][0].span.to(given[-1][0].span)
    values = tuple(value for _, value in given)
    if any(isinstance(value, Unknown) for value in values):
        return Given(UNKNOWN, span)
    alone = len(values) == 1 and isinstance(values[0], tuple)
    return Given(values[0] if alone else values, span)


def report(
    evaluator: Evaluator,
    problems: tuple[ArgumentProblem, ...],
    arguments: ast.Arguments | None,
    span: Span,
) -> None:
    """Report problems of a call, each at its own argument."""
    items = () if arguments is None else arguments.items
    positional = [item for item in items if item.name is None]
    for found in problems:
        place = span
        if isinstance(found.argument, int) and found.argument < len(positional):
            place = positional[found.argument].span
        elif isinstance(found.argument, str):
            named = [i.span for i in items if i.name is not None and i.name.text == found.argument]
            place = named[-1] if named else span
        evaluator.session.report(found.problem, place)


def function(evaluator: Evaluator, callee: FunctionValue, arguments: ast.Arguments) -> object:
    """A ``fn`` or a built-in applied."""
    if callee.declared is not None:
        return _declared(evaluator, callee.declared, arguments)
    given = list(evaluator.arguments(arguments))
    values = [value for _, value in given]
    if any(isinstance(value, Unknown) for value in values):
        return UNKNOWN
    builtin = BUILTINS[callee.name]
    positional = [value for item, value in given if item.name is None]
    keywords = {item.name.text: value for item, value in given if item.name is not None}
    if not builtin.least <= len(values) <= (builtin.most or len(values)) or any(
        name not in builtin.keywords for name in keywords
    ):
        raise Trouble(rules.values.BadValue(callee.name, f"it is called as {builtin.usage}"))
    for value in values:
        if isinstance(value, Value):
            raise Trouble(rules.kinds.TensorInExpression(describe(value)))
    budget = evaluator.session.budget
    result = functions.call(callee.name, positional, keywords, budget.limits)
    for value in (*values, result):
        budget.weigh(value, arguments.span)
    return result


def _declared(evaluator: Evaluator, declared: Declared, arguments: ast.Arguments) -> object:
    node = declared.node
    assert isinstance(node, ast.Function)
    parameters = Parameters.of(node.params)
    bound = bind(evaluator, declared.name, parameters, arguments, arguments.span)
    if bound is None:
        return UNKNOWN
    budget = evaluator.session.budget
    budget.step(arguments.span, _CALL)
    budget.enter(arguments.span)
    frame = Frame(None)
    inner = Evaluator(evaluator.session, declared.home, frame)
    fine = fill(inner, declared.name, node.params, bound)
    result: object = inner.value(node.value) if fine else UNKNOWN
    budget.leave()
    return result


def fill(
    inner: Evaluator, owner: str, params: tuple[ast.Param, ...], bound: dict[str, Given]
) -> bool:
    """Bind parameters in ``inner``'s frame, defaults included; whether all have good values."""
    fine = True
    for param in params:
        name = param.name.text
        if name in bound:
            given = bound[name]
            value = given.value
            fine = check_parameter(inner, owner, param, value, given.span) and fine
        elif param.default is not None:
            value = inner.value(param.default)
            fine = check_parameter(inner, owner, param, value, param.default.span) and fine
        else:
            value = UNKNOWN
        inner.frame.names[name] = value
    return fine


def partial(evaluator: Evaluator, part: Part, arguments: ast.Arguments) -> object:
    """An op or block with some of its arguments: a value again."""
    parameters = parameters_of(part)
    bound = bind(
        evaluator,
        part.name,
        parameters,
        arguments,
        arguments.span,
        before=part.arguments,
        partial=True,
    )
    if bound is None or any(isinstance(given.value, Unknown) for given in bound.values()):
        return UNKNOWN
    values = {name: given.value for name, given in bound.items()}
    if part.kind == "op":
        problems = check_partial(ops()[part.name], (), values)
        report(evaluator, as_called(problems, part, arguments), arguments, arguments.span)
        if problems:
            return UNKNOWN
    ordered = tuple((name, values[name]) for name in parameters.names if name in values)
    return Part(part.kind, part.name, ordered, part.origin)  # type: ignore[arg-type]


def as_called(
    problems: tuple[ArgumentProblem, ...], part: Part, arguments: ast.Arguments | None
) -> tuple[ArgumentProblem, ...]:
    """Problems by name, told by position where the call gave the argument so."""
    items = () if arguments is None else arguments.items
    count = sum(item.name is None for item in items)
    early = {name for name, _ in part.arguments}
    still_open = [name for name in parameters_of(part).names if name not in early]
    position = {name: at for at, name in enumerate(still_open[:count])}
    return tuple(
        ArgumentProblem(position.get(p.argument, p.argument), p.problem)
        if isinstance(p.argument, str)
        else p
        for p in problems
    )


def parameters_of(part: Part) -> Parameters:
    """The parameters of an op, of a block, or of what a variant is made from."""
    if part.kind == "op":
        return Parameters.of_op(ops()[part.name])
    assert isinstance(part.origin, Declared)
    assert isinstance(part.origin.node, ast.PartDeclaration)
    return Parameters.of(part.origin.node.params)


def initialiser(evaluator: Evaluator, callee: Initialiser, arguments: ast.Arguments) -> object:
    """``normal(std = 0.01)`` as a value."""
    spec = INITIALISERS[callee.function]
    parameters = Parameters(
        tuple(a.name for a in spec.arguments),
        frozenset(a.name for a in spec.arguments if a.is_required),
    )
    # Wherever it is written, its arguments may speak of the fans of what it will fill.
    inner = replaced(evaluator, fans=True)
    bound = bind(inner, callee.function, parameters, arguments, arguments.span)
    if bound is None:
        return UNKNOWN
    formulas: list[tuple[str, Formula]] = []
    for argument in spec.arguments:
        given = bound.get(argument.name)
        if given is None:
            continue
        if isinstance(given.value, Unknown):
            return UNKNOWN
        if not _is_formula(given.value, argument):
            wrong = f"{argument.name} of {callee.function} takes {argument.wanted} and"
            problem = rules.values.WrongOperand(wrong, describe(given.value))
            evaluator.session.report(problem, given.span)
            return UNKNOWN
        formulas.append((argument.name, given.value))
    return Initialiser(callee.function, tuple(formulas))


def _is_formula(value: object, argument: InitialiserArgument) -> TypeGuard[Formula]:
    """Whether an initialiser's argument takes a value; numbers may be counted from the fans."""
    if isinstance(value, Fan | Arithmetic):
        return argument.kind == "float"
    return isinstance(value, bool | int | float | str) and argument.accepts(value)
