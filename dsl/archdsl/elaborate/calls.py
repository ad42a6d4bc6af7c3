"""Calls: what functions, parts and initialisers make of their arguments."""

from __future__ import annotations

from typing import TypeGuard

from archdsl import ast, rules
from archdsl.builtins import BUILTINS
from archdsl.elaborate import functions
from archdsl.elaborate.arithmetic import Trouble
from archdsl.elaborate.binding import as_called, bind, fill, parameters_of, report
from archdsl.elaborate.describe import describe
from archdsl.elaborate.environment import UNKNOWN, Frame, FunctionValue, Unknown
from archdsl.elaborate.evaluate import Evaluator
from archdsl.elaborate.expressions import refuse_sizes
from archdsl.elaborate.parameters import of_initialiser
from archdsl.program import Declared
from archir.arguments import check_partial
from archir.graph import Value
from archir.init import Arithmetic, Fan, Formula, Initialiser
from archir.initialisers import INITIALISERS, InitialiserArgument
from archir.registry import ops
from archir.values import Part

_CALL = 10
"""The steps that a call counts for: about as long as it takes."""


def function(evaluator: Evaluator, callee: FunctionValue, arguments: ast.Arguments) -> object:
    """A ``fn`` or a built-in applied."""
    if callee.declared is not None:
        return _declared(evaluator, callee.declared, arguments)
    values = [evaluator.value(item.value) for item in arguments.items]
    if any(isinstance(value, Unknown) for value in values):
        return UNKNOWN
    builtin = BUILTINS[callee.name]
    given = list(zip(arguments.items, values, strict=True))
    positional = [value for item, value in given if item.name is None]
    keywords = {item.name.text: value for item, value in given if item.name is not None}
    if not builtin.least <= len(values) <= (builtin.most or len(values)) or any(
        name not in builtin.keywords for name in keywords
    ):
        raise Trouble(rules.values.BadValue(callee.name, f"it is called as {builtin.usage}"))
    for value in values:
        if isinstance(value, Value):
            raise Trouble(rules.kinds.TensorInExpression(describe(value)))
    if callee.name == "str":
        refuse_sizes(evaluator, values[0])
    budget = evaluator.session.budget
    result = functions.call(callee.name, positional, keywords, budget.limits)
    for value in (*values, result):
        budget.weigh(value, arguments.span)
    return result


def _declared(evaluator: Evaluator, declared: Declared, arguments: ast.Arguments) -> object:
    node = declared.node
    assert isinstance(node, ast.Function)
    parameters = evaluator.session.parameters(declared)
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


def partial(evaluator: Evaluator, part: Part, arguments: ast.Arguments) -> object:
    """An op or block with some of its arguments: a value again."""
    parameters = parameters_of(evaluator.session, part)
    bound = bind(
        evaluator,
        part.name,
        parameters,
        arguments,
        arguments.span,
        before=part.arguments,
        partial=True,
    )
    if bound is None or any(isinstance(value, Unknown) for value in bound.values.values()):
        return UNKNOWN
    values = bound.values
    budget = evaluator.session.budget
    budget.step(arguments.span, _CALL + len(values))
    if part.kind == "op":
        problems = check_partial(ops()[part.name], (), values)
        told = as_called(evaluator.session, problems, part, arguments)
        report(evaluator.session, told, arguments, arguments.span)
        if problems:
            return UNKNOWN
    ordered = tuple((name, values[name]) for name in parameters.names if name in values)
    made = Part(part.kind, part.name, ordered, part.origin)  # type: ignore[arg-type]
    budget.weigh(made, arguments.span)
    return made


def initialiser(evaluator: Evaluator, callee: Initialiser, arguments: ast.Arguments) -> object:
    """``normal(std = 0.01)`` as a value."""
    spec = INITIALISERS[callee.function]
    parameters = of_initialiser(callee.function)
    # Wherever it is written, its arguments may speak of the fans of what it will fill.
    inner = evaluator.inside(evaluator.frame, fans=True)
    bound = bind(inner, callee.function, parameters, arguments, arguments.span)
    if bound is None:
        return UNKNOWN
    formulas: list[tuple[str, Formula]] = []
    for argument in spec.arguments:
        if argument.name not in bound.values:
            continue
        value = bound.values[argument.name]
        if isinstance(value, Unknown):
            return UNKNOWN
        if not _is_formula(value, argument):
            wrong = f"{argument.name} of {callee.function} takes {argument.wanted} and"
            problem = rules.values.WrongOperand(wrong, describe(value))
            evaluator.session.report(problem, bound.place(argument.name))
            return UNKNOWN
        formulas.append((argument.name, value))
    return Initialiser(callee.function, tuple(formulas))


def _is_formula(value: object, argument: InitialiserArgument) -> TypeGuard[Formula]:
    """Whether an initialiser's argument takes a value; numbers may be counted from the fans."""
    if isinstance(value, Fan | Arithmetic):
        return argument.kind == "float"
    return isinstance(value, bool | int | float | str) and argument.accepts(value)
