"""The values of expressions, one function for each kind of node."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from archdsl import ast, rules
from archdsl.elaborate import attributes, functions
from archdsl.elaborate.arithmetic import Trouble, binary, compare, negate
from archdsl.elaborate.describe import brief_value, describe, show_value
from archdsl.elaborate.environment import UNKNOWN, Frame, FunctionValue, SizeConditions, Unknown
from archdsl.elaborate.limits import SIZES
from archir.dims import SizeExpr, brief, evaluate, variables
from archir.graph import Value
from archir.init import Initialiser
from archir.values import Part

if TYPE_CHECKING:
    from archdsl.elaborate.evaluate import Evaluator


def _name(evaluator: Evaluator, node: ast.Name) -> object:
    if node.text == "_":
        if evaluator.flow is None:
            raise Trouble(rules.flow.NothingFlowsIn())
        return evaluator.flow[0] if len(evaluator.flow) == 1 else evaluator.flow
    found = evaluator.lookup(node.text)
    if found is None:
        raise Trouble(evaluator.without_meaning(node.text))
    return found[0]


def _text(evaluator: Evaluator, node: ast.Text) -> object:
    parts: list[str] = []
    for part in node.parts:
        value = part if isinstance(part, str) else evaluator.value(part)
        if isinstance(value, Unknown):
            return UNKNOWN
        refuse_sizes(evaluator, value)
        parts.append(show_value(value))
    text = "".join(parts)
    budget = evaluator.session.budget
    budget.weigh(text, node.span)
    if len(text) > budget.limits.characters:
        budget.stop("characters", node.span)
    return text


def refuse_sizes(evaluator: Evaluator, value: object) -> None:
    """No text depends on a size: a label would be the formula, and not what it gives.

    What an ``assert`` says is for people, and may show the formula.
    """
    if not evaluator.session.in_message and _speaks_of_sizes(value):
        raise Trouble(rules.values.DependsOnSize("a text", show_value(value)))


def _speaks_of_sizes(value: object) -> bool:
    if isinstance(value, tuple):
        return any(map(_speaks_of_sizes, value))
    return isinstance(value, SizeExpr)


def _list(evaluator: Evaluator, node: ast.ListDisplay) -> object:
    made = tuple([evaluator.value(item) for item in node.items])
    evaluator.session.budget.weigh(made, node.span)
    return made


def _comprehension(evaluator: Evaluator, node: ast.Comprehension) -> object:
    items = evaluator.items(node.iterable, "a comprehension")
    if isinstance(items, Unknown):
        return UNKNOWN
    result: list[object] = []
    for item in items:
        frame = Frame(evaluator.frame)
        inner = evaluator.inside(frame)
        evaluator.destructure(node.targets, item, frame)
        keep = True if node.condition is None else inner.condition(node.condition)
        if isinstance(keep, Unknown):
            return UNKNOWN
        if keep:
            result.append(inner.value(node.element))
    made = tuple(result)
    evaluator.session.budget.weigh(made, node.span)
    return made


def _arithmetic(evaluator: Evaluator, node: ast.Arithmetic) -> object:
    result = evaluator.value(node.first)
    for sign, operand in node.rest:
        value = evaluator.value(operand)
        if isinstance(result, Unknown) or isinstance(value, Unknown):
            return UNKNOWN
        result = _binary(evaluator, node, sign, result, value)
    return result


def _power(evaluator: Evaluator, node: ast.Power) -> object:
    values = [evaluator.value(operand) for operand in node.operands]
    if any(isinstance(value, Unknown) for value in values):
        return UNKNOWN
    result = values.pop()
    while values:
        result = _binary(evaluator, node, "**", values.pop(), result)
    return result


def _binary(evaluator: Evaluator, node: ast.Expr, sign: str, left: object, right: object) -> object:
    _refuse_tensors(left, right)
    budget = evaluator.session.budget
    result = binary(sign, left, right, budget.limits)
    if sign in ("//", "%") and isinstance(right, SizeExpr):
        _refuse_zero(result, right, evaluator.session.sizes)
    budget.weigh(result, node.span)
    if isinstance(result, SizeExpr):
        budget.step(node.span, SIZES * sum([1 + len(factors) for factors, _ in result.terms]))
    if isinstance(result, str) and len(result) > budget.limits.characters:
        budget.stop("characters", node.span)
    return result


def _refuse_zero(quotient: object, divisor: SizeExpr, sizes: Mapping[str, int]) -> None:
    """Refuse a size as a divisor that is 0 at the default sizes."""
    if evaluate(divisor, sizes) == 0:
        at = ", ".join(f"{name} = {sizes[name]}" for name in sorted(variables(divisor)))
        raise Trouble(rules.values.DivisionByZero(f"{brief_value(quotient)} at {at}"))


def _unary(evaluator: Evaluator, node: ast.Unary) -> object:
    if node.operator == "not":
        truth = evaluator.condition(node.operand)
        return truth if isinstance(truth, Unknown) else truth ^ (node.count % 2 == 1)
    value = evaluator.value(node.operand)
    if isinstance(value, Unknown):
        return UNKNOWN
    _refuse_tensors(value)
    negated = negate(value)
    return negated if node.count % 2 else value


def _compare(evaluator: Evaluator, node: ast.Compare) -> object:
    left, right = evaluator.value(node.left), evaluator.value(node.right)
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return UNKNOWN
    _refuse_tensors(left, right)
    evaluator.session.budget.weigh(left, node.span)
    evaluator.session.budget.weigh(right, node.span)
    return compare(node.operator, left, right)


def _logical(evaluator: Evaluator, node: ast.Logical) -> object:
    decisive = node.operator == "or"
    conditions: list[SizeConditions] = []
    unknown = False
    for operand in node.operands:
        value = evaluator.value(operand)
        if isinstance(value, SizeConditions) and node.operator == "and":
            conditions.append(value)
            continue
        truth = value if isinstance(value, bool | Unknown) else evaluator.condition(operand)
        if isinstance(truth, Unknown):
            unknown = True
        elif truth is decisive:
            return decisive
    if unknown:
        return UNKNOWN
    if conditions:
        return SizeConditions(tuple(c for each in conditions for c in each.conditions))
    return not decisive


def _range(evaluator: Evaluator, node: ast.Range) -> object:
    first, last = evaluator.value(node.first), evaluator.value(node.last)
    if isinstance(first, Unknown) or isinstance(last, Unknown):
        return UNKNOWN
    for bound in (first, last):
        if isinstance(bound, SizeExpr):
            raise Trouble(rules.values.DependsOnSize("a range", brief(bound)))
        if isinstance(bound, bool) or not isinstance(bound, int):
            raise Trouble(rules.values.WrongOperand("..", describe(bound)))
    return functions.counted(range(first, last + 1), evaluator.session.budget.limits.items)


def _conditional(evaluator: Evaluator, node: ast.Conditional) -> object:
    for value, condition in node.arms:
        truth = evaluator.condition(condition)
        if isinstance(truth, Unknown):
            return UNKNOWN
        if truth:
            return evaluator.value(value)
    return evaluator.value(node.otherwise)


def _access(evaluator: Evaluator, node: ast.Access) -> object:
    if isinstance(node.base, ast.Name) and isinstance(node.trailers[0], ast.Arguments):
        found = evaluator.lookup(node.base.text, called=True)
        value = evaluator.value(node.base) if found is None else found[0]
    else:
        value = evaluator.value(node.base)
    for trailer in node.trailers:
        if isinstance(value, Unknown):
            return UNKNOWN
        try:
            value = _trailer(evaluator, value, trailer)
        except Trouble as trouble:
            evaluator.session.report(trouble.problem, node.base.span.to(trailer.span))
            return UNKNOWN
    return value


def _trailer(evaluator: Evaluator, value: object, trailer: ast.Trailer) -> object:
    if isinstance(trailer, ast.Attribute):
        return attributes.attribute(value, trailer.name, evaluator.types)
    if isinstance(trailer, ast.Arguments):
        return _call(evaluator, value, trailer)
    if not isinstance(value, tuple | str):
        raise Trouble(rules.kinds.NotAList(describe(value), "an index"))
    if isinstance(trailer, ast.Index):
        return _index(value, evaluator.value(trailer.index))
    bounds = [None if b is None else evaluator.value(b) for b in (trailer.first, trailer.last)]
    for bound in bounds:
        if isinstance(bound, Unknown):
            return UNKNOWN
        if isinstance(bound, bool) or not isinstance(bound, int | None):
            raise Trouble(rules.values.WrongOperand("a slice", describe(bound)))
    return value[bounds[0] : bounds[1]]


def _index(value: tuple[object, ...] | str, index: object) -> object:
    if isinstance(index, Unknown):
        return UNKNOWN
    if isinstance(index, bool) or not isinstance(index, int):
        raise Trouble(rules.values.WrongOperand("an index", describe(index)))
    if not -len(value) <= index < len(value):
        raise Trouble(rules.values.IndexOutOfRange(index, len(value)))
    return value[index]


def _call(evaluator: Evaluator, callee: object, arguments: ast.Arguments) -> object:
    from archdsl.elaborate import calls

    if isinstance(callee, FunctionValue):
        return calls.function(evaluator, callee, arguments)
    if isinstance(callee, Part):
        return calls.partial(evaluator, callee, arguments)
    if isinstance(callee, Initialiser):
        return calls.initialiser(evaluator, callee, arguments)
    raise Trouble(rules.kinds.NotCallable(describe(callee)))


def _refuse_tensors(*values: object) -> None:
    for value in values:
        if isinstance(value, Value):
            raise Trouble(rules.kinds.TensorInExpression(describe(value)))


def show_conditions(conditions: SizeConditions) -> str:
    """Conditions on sizes as the language writes them."""
    signs = {"at-least": ">=", "equal": "=="}
    return " and ".join(
        f"{brief(c.left)} {signs.get(c.relation, c.relation)} {brief(c.right)}"
        for c in conditions.conditions
    )


EVALUATE: dict[type[ast.Node], Callable[[Evaluator, Any], object]] = {
    ast.Name: _name,
    ast.Text: _text,
    ast.ListDisplay: _list,
    ast.Comprehension: _comprehension,
    ast.Arithmetic: _arithmetic,
    ast.Power: _power,
    ast.Unary: _unary,
    ast.Compare: _compare,
    ast.Logical: _logical,
    ast.Range: _range,
    ast.Conditional: _conditional,
    ast.Access: _access,
}
