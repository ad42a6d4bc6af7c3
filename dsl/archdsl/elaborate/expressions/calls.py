"""Calls: what functions, parts and initialisers make of their arguments."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TypeGuard

from archdsl import rules
from archdsl.elaborate.expressions.binding import (
    BoundArguments,
    bind,
    fill,
    report,
    signature_of,
)
from archdsl.elaborate.expressions.evaluate import Evaluator, evaluates
from archdsl.elaborate.values.arithmetic import Trouble
from archdsl.elaborate.values.describe import describe
from archdsl.elaborate.values.kinds import UNKNOWN, FunctionValue, Unknown, empty, typed_key
from archir import rules as ir_rules
from archir.base.diagnostics import Label, Problem
from archir.base.source import Span
from archir.catalogue.registry import ops
from archir.graph.graph import Value
from archir.init.init_rules import Arithmetic, Fan, Formula, Initialiser, Tie
from archir.init.initialisers import GIVEN, InitialiserArgument
from archir.init.values import Part
from archir.op.binding import of_initialiser
from archir.op.contract import Op
from archir.op.validate import validate
from archir.program import expressions as e
from archir.program.builtins import BUILTINS
from archir.program.declarations import Function

_CALL = 10
"""The steps that a call counts for: about as long as it takes."""


def call(evaluator: Evaluator, callee: object, arguments: e.Arguments) -> object:
    """What a value gives that is called, of which nothing was known before."""
    if isinstance(callee, FunctionValue):
        if callee.function is None:
            return _builtin(evaluator, callee.name, arguments)
        return _function(evaluator, callee.function, arguments, arguments.span)
    if isinstance(callee, Part):
        return _partial(evaluator, callee, arguments)
    if isinstance(callee, Initialiser):
        return _initialiser(evaluator, callee.function, arguments)
    raise Trouble(rules.kinds.NotCallable(describe(callee)))


@evaluates(e.OpValue)
def _op(evaluator: Evaluator, node: e.OpValue) -> object:
    part = op_part(node.keyword)
    return part if node.arguments is None else _partial(evaluator, part, node.arguments)


@cache
def op_part(keyword: str) -> Part:
    """An op as a value, without arguments."""
    return Part("op", keyword)


@evaluates(e.BlockValue)
def _block(evaluator: Evaluator, node: e.BlockValue) -> object:
    part = Part(node.block.kind, node.block.name, (), node.block)
    return part if node.arguments is None else _partial(evaluator, part, node.arguments)


@evaluates(e.InitialiserValue)
def _initialised(evaluator: Evaluator, node: e.InitialiserValue) -> object:
    if node.arguments is None:
        return Initialiser(node.function)
    return _initialiser(evaluator, node.function, node.arguments)


@evaluates(e.ParameterKey)
def _parameter_key(evaluator: Evaluator, node: e.ParameterKey) -> object:
    key = evaluator.value(node.key)
    return Tie(key, node.span) if isinstance(key, str) else key


@evaluates(e.BuiltinCall)
def _builtin_call(evaluator: Evaluator, node: e.BuiltinCall) -> object:
    return _builtin(evaluator, node.function, node.arguments)


@evaluates(e.FunctionCall)
def _function_call(evaluator: Evaluator, node: e.FunctionCall) -> object:
    return _function(evaluator, node.function, node.arguments, node.span)


def _builtin(evaluator: Evaluator, name: str, arguments: e.Arguments) -> object:
    values = [evaluator.value(item.value) for item in arguments.items]
    if any(isinstance(value, Unknown) for value in values):
        return UNKNOWN
    builtin = BUILTINS[name]
    given = list(zip(arguments.items, values, strict=True))
    positional = [value for item, value in given if item.name is None]
    keywords = {item.name: value for item, value in given if item.name is not None}
    if not builtin.least <= len(values) <= (builtin.most or len(values)) or any(
        name not in builtin.keywords for name in keywords
    ):
        raise Trouble(rules.values.BadValue(name, f"it is called as {builtin.usage}"))
    for value in values:
        if isinstance(value, Value):
            raise Trouble(rules.kinds.TensorInExpression(describe(value)))
    if name == "str":
        evaluator.refuse_sizes(values[0])
    budget = evaluator.session.budget
    from archdsl.elaborate.values import functions  # a network of numbers alone calls none

    result = functions.call(name, positional, keywords, budget.limits)
    for value in (*values, result):
        budget.weigh(value, arguments.span)
    return result


def _function(
    evaluator: Evaluator, function: Function, arguments: e.Arguments, place: Span
) -> object:
    span = arguments.span
    bound = bind(evaluator, function.name, function.signature, arguments, span)
    if bound is None:
        return UNKNOWN
    budget = evaluator.session.budget
    budget.step(span, _CALL)
    lists = evaluator.session.lists
    if function in lists:
        known = lists[function].get(_key(bound))
        if known is not None:  # who walks it weighs it
            return known
    budget.enter(span)
    evaluator.session.uses.append(Label(place, f"in this call of {function.name}"))
    inner = Evaluator(evaluator.session, empty(function))
    fine = fill(inner, function.name, function.parameters, bound)
    result: object = inner.value(function.value) if fine else UNKNOWN
    evaluator.session.uses.pop()
    budget.leave()
    if isinstance(result, tuple) and not evaluator.session.has_errors:
        lists.setdefault(function, {})[_key(bound)] = result
    return result


def _key(bound: BoundArguments) -> object:
    """What a call gives a function, as far as its value depends on it."""
    return tuple([(name, typed_key(value)) for name, value in bound.values.items()])


def _partial(evaluator: Evaluator, part: Part, arguments: e.Arguments) -> object:
    """An op or block with some of its arguments: a value again."""
    signature, span = signature_of(part), arguments.span
    bound = bind(
        evaluator, part.name, signature, arguments, span, before=part.arguments, partial=True
    )
    if bound is None or any(isinstance(value, Unknown) for value in bound.values.values()):
        return UNKNOWN
    values = bound.values
    budget = evaluator.session.budget
    budget.step(span, _CALL + len(values))
    if part.kind == "op":
        for name, value in values.items():
            if isinstance(value, Value):
                place = bound.place(name)
                problem = rules.flow.ValueAsArgument(part.name, place.text)
                evaluator.session.report(problem, place)
                return UNKNOWN
        made_op = validate(ops()[part.name], values)
        wrong = {} if isinstance(made_op, Op) else _so_far(made_op)
        report(evaluator.session, wrong, bound.arguments, span)
        if wrong:
            return UNKNOWN
    ordered = tuple((name, values[name]) for name in signature.all if name in values)
    made = Part(part.kind, part.name, ordered, part.origin)  # type: ignore[arg-type]
    budget.weigh(made, span)
    return made


def _so_far(problems: Mapping[str, Problem]) -> dict[str, Problem]:
    """What is wrong with the arguments that there are; others may come later."""
    missing = ir_rules.arguments.MissingArgument
    return {name: each for name, each in problems.items() if not isinstance(each, missing)}


def _initialiser(evaluator: Evaluator, function: str, arguments: e.Arguments) -> object:
    """``normal(std = 0.01)`` as a value."""
    spec = GIVEN[function]
    bound = bind(evaluator, function, of_initialiser(function), arguments, arguments.span)
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
            wrong = f"{argument.name} of {function} takes {argument.wanted} and"
            problem = rules.values.WrongOperand(wrong, describe(value))
            evaluator.session.report(problem, bound.place(argument.name))
            return UNKNOWN
        formulas.append((argument.name, value))
    return Initialiser(function, tuple(formulas))


def _is_formula(value: object, argument: InitialiserArgument) -> TypeGuard[Formula]:
    """Whether an initialiser's argument takes a value; numbers may be counted from the fans."""
    if isinstance(value, Fan | Arithmetic):
        return argument.kind == "float"
    return isinstance(value, bool | int | float | str) and argument.accepts(value)
