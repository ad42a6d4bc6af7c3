"""The values of expressions, one function for each kind of node."""

from __future__ import annotations

from collections.abc import Mapping

from archdsl import rules
from archdsl.elaborate.expressions import calls
from archdsl.elaborate.expressions.evaluate import Evaluator, evaluates, of_constant
from archdsl.elaborate.limits import SIZES
from archdsl.elaborate.values.arithmetic import Trouble, binary, compare, negate
from archdsl.elaborate.values.describe import brief_value, describe, show_value
from archdsl.elaborate.values.kinds import (
    UNBOUND,
    UNKNOWN,
    Env,
    FunctionValue,
    SharedModule,
    SizeConditions,
    Unknown,
)
from archir.base.diagnostics import Problem
from archir.base.source import Span
from archir.graph.graph import Value
from archir.init.init_rules import Fan
from archir.program import expressions as e
from archir.program.nodes import Expr
from archir.shapes.brief import brief
from archir.shapes.dims import SizeExpr, evaluate, variables


@evaluates(e.Local)
def _local(evaluator: Evaluator, node: e.Local) -> object:
    found = evaluator.env[node.slot]
    if found is UNBOUND:
        found = evaluator.bound(node)
        if found is UNBOUND and evaluator.session.has_gaps:
            return UNKNOWN
        if found is UNBOUND:
            inside = named_inside(evaluator.env, node)
            early = _applied_early(evaluator, node)
            raise Trouble(rules.value_names.ValueNotMade(node.name, early, inside=inside))
    return found


def named_inside(env: Env, node: e.Local) -> str | None:
    """The module outside of whose text a name stands that only its text gives."""
    for each in env:
        if isinstance(each, SharedModule) and node.slot in each.node.hidden:
            return each.node.target.name
    return None


def _applied_early(evaluator: Evaluator, node: e.Local) -> str | None:
    """The module whose text asks for a name that stands behind the place where it is applied."""
    module = evaluator.session.early
    if module is None or module.env is not evaluator.env:
        return None
    is_own = node.slot in module.node.fresh or node.slot in module.node.slots
    return None if is_own else module.node.target.name


@evaluates(e.Flowing)
def _flowing(evaluator: Evaluator, _: e.Flowing) -> object:
    if evaluator.flow is None:
        raise Trouble(rules.flow.NothingFlowsIn())
    return evaluator.flow[0] if len(evaluator.flow) == 1 else evaluator.flow


@evaluates(e.Global)
def _global(evaluator: Evaluator, node: e.Global) -> object:
    return of_constant(evaluator.session, node.declaration)[node.name]


@evaluates(e.Fan)
def _fan(_: Evaluator, node: e.Fan) -> object:
    return Fan(node.name)


@evaluates(e.FunctionName)
def _function(_: Evaluator, node: e.FunctionName) -> object:
    return FunctionValue(node.name if node.function is None else node.function.name, node.function)


@evaluates(e.Nameless)
def _nameless(_: Evaluator, node: e.Nameless) -> object:
    raise Trouble(node.problem)


@evaluates(e.Refused)
def _refused(_: Evaluator, __: e.Refused) -> object:
    return UNKNOWN


@evaluates(e.Text)
def _text(evaluator: Evaluator, node: e.Text) -> object:
    parts: list[str] = []
    for part in node.parts:
        value = part if isinstance(part, str) else evaluator.value(part)
        if isinstance(value, Unknown):
            return UNKNOWN
        evaluator.refuse_sizes(value)
        parts.append(show_value(value))
    text = "".join(parts)
    evaluator.session.budget.text(text, node.span)
    return text


@evaluates(e.ListDisplay)
def _list(evaluator: Evaluator, node: e.ListDisplay) -> object:
    made = tuple([evaluator.value(item) for item in node.items])
    evaluator.session.budget.weigh(made, node.span)
    return made


@evaluates(e.Comprehension)
def _comprehension(evaluator: Evaluator, node: e.Comprehension) -> object:
    items = evaluator.items(node.iterable, "a comprehension")
    if isinstance(items, Unknown):
        return UNKNOWN
    result: list[object] = []
    for item in items:
        evaluator.destructure(node.targets, item, in_loop=True)
        for row, names in node.rows:
            evaluator.destructure(names, evaluator.env[row.slot])
        keep = True if node.condition is None else evaluator.condition(node.condition)
        if isinstance(keep, Unknown):
            return UNKNOWN
        if keep:
            result.append(evaluator.value(node.element))
    made = tuple(result)
    evaluator.session.budget.weigh(made, node.span)
    return made


@evaluates(e.Arithmetic)
def _arithmetic(evaluator: Evaluator, node: e.Arithmetic) -> object:
    result = evaluator.value(node.first)
    for sign, operand in node.rest:
        value = evaluator.value(operand)
        if isinstance(result, Unknown) or isinstance(value, Unknown):
            return UNKNOWN
        result = _binary(evaluator, node, sign, result, value)
    return result


@evaluates(e.Power)
def _power(evaluator: Evaluator, node: e.Power) -> object:
    values = [evaluator.value(operand) for operand in node.operands]
    if any(isinstance(value, Unknown) for value in values):
        return UNKNOWN
    result = values.pop()
    while values:
        result = _binary(evaluator, node, "**", values.pop(), result)
    return result


def _binary(evaluator: Evaluator, node: Expr, sign: str, left: object, right: object) -> object:
    if isinstance(left, Value) or isinstance(right, Value):
        raise Trouble(_merged(node, sign, left, right))
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


_MERGES = {"+": "add", "-": "subtract", "*": "multiply", "/": "divide"}


def _merged(node: Expr, sign: str, left: object, right: object) -> Problem:
    """What to say of ``x + y`` with values of the network."""
    value = describe(left if isinstance(left, Value) else right)
    instead = None
    rest = node.rest if isinstance(node, e.Arithmetic) else ()
    is_pair = len(rest) == 1 and isinstance(left, Value) and sign in _MERGES
    if isinstance(node, e.Arithmetic) and is_pair:
        one, other = node.first.span.text, rest[0][1].span.text
        is_value = isinstance(right, Value)
        op = _MERGES[sign]
        instead = f"{op} [{one}, {other}]" if is_value else f"{one} -> {op}({other})"
    return rules.kinds.TensorInExpression(value, instead)


def _refuse_zero(quotient: object, divisor: SizeExpr, sizes: Mapping[str, int]) -> None:
    """Refuse a size as a divisor that is 0 at the default sizes."""
    if evaluate(divisor, sizes) == 0:
        at = ", ".join(f"{name} = {sizes[name]}" for name in sorted(variables(divisor)))
        raise Trouble(rules.values.DivisionByZero(f"{brief_value(quotient)} at {at}"))


@evaluates(e.Unary)
def _unary(evaluator: Evaluator, node: e.Unary) -> object:
    if node.operator == "not":
        truth = evaluator.truth(node.operand)
        if isinstance(truth, Unknown) or node.count % 2 == 0:
            return truth
        if not isinstance(truth, SizeConditions):
            return not truth
        from archdsl.elaborate.values.size_logic import negated as opposite

        return opposite(truth)
    value = evaluator.value(node.operand)
    if isinstance(value, Unknown):
        return UNKNOWN
    _refuse_tensors(value)
    negated = negate(value)
    return negated if node.count % 2 else value


@evaluates(e.Compare)
def _compare(evaluator: Evaluator, node: e.Compare) -> object:
    left, right = evaluator.value(node.left), evaluator.value(node.right)
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return UNKNOWN
    _refuse_tensors(left, right)
    evaluator.session.budget.weigh(left, node.span)
    evaluator.session.budget.weigh(right, node.span)
    return compare(node.operator, left, right)


@evaluates(e.Logical)
def _logical(evaluator: Evaluator, node: e.Logical) -> object:
    decisive = node.operator == "or"
    conditions: list[SizeConditions] = []
    unknown = False
    for operand in node.operands:
        if decisive and (one_of := _one_of(node, operand)) is not None:
            evaluator.session.report(*one_of)
            return UNKNOWN
        truth = evaluator.truth(operand)
        if isinstance(truth, SizeConditions):
            conditions.append(truth)
        elif isinstance(truth, Unknown):
            unknown = True
        elif truth is decisive:
            return decisive
    if unknown:
        return UNKNOWN
    if conditions and decisive:
        from archdsl.elaborate.values.size_logic import either  # few texts ask for sizes

        return either(conditions)
    if conditions:
        return SizeConditions(tuple(c for each in conditions for c in each.conditions))
    return not decisive


def _one_of(node: e.Logical, operand: Expr) -> tuple[Problem, Span] | None:
    """``a == 2 or 3``, which is no condition, and is meant as ``a in [2, 3]``."""
    before = node.operands[: node.operands.index(operand)]
    compared = next((each for each in reversed(before) if isinstance(each, e.Compare)), None)
    if compared is None or compared.operator != "==" or not isinstance(operand, e.Number | e.Text):
        return None
    items = [compared.right, *node.operands[node.operands.index(compared) + 1 :]]
    if not all(isinstance(each, e.Number | e.Text) for each in items):
        return None
    listed = ", ".join(each.span.text for each in items)
    instead = f"{compared.left.span.text} in [{listed}]"
    what = describe(operand.value if isinstance(operand, e.Number) else operand.span.text[1:-1])
    return rules.kinds.NotACondition(what, False, instead), compared.span.to(items[-1].span)


@evaluates(e.Range)
def _range(evaluator: Evaluator, node: e.Range) -> object:
    first, last = evaluator.value(node.first), evaluator.value(node.last)
    step = 1 if node.step is None else evaluator.value(node.step)
    if isinstance(first, Unknown) or isinstance(last, Unknown) or isinstance(step, Unknown):
        return UNKNOWN
    for operator, bound in (("..", first), ("..", last), ("step", step)):
        if isinstance(bound, SizeExpr):
            raise Trouble(rules.values.DependsOnSize("a range", brief(bound)))
        if isinstance(bound, bool) or not isinstance(bound, int):
            raise Trouble(rules.values.WrongOperand(operator, describe(bound)))
    if step < 1:
        raise Trouble(rules.values.StepNotPositive(step))
    from archdsl.elaborate.values.functions import counted

    return counted(range(first, last + 1, step), evaluator.session.budget.limits.items)


@evaluates(e.Conditional)
def _conditional(evaluator: Evaluator, node: e.Conditional) -> object:
    for value, condition in node.arms:
        truth = evaluator.condition(condition)
        if isinstance(truth, Unknown):
            return UNKNOWN
        if truth:
            return evaluator.value(value)
    return evaluator.value(node.otherwise)


@evaluates(e.Access)
def _access(evaluator: Evaluator, node: e.Access) -> object:
    value = evaluator.inner(node.base) if _heads_a_call(node) else evaluator.value(node.base)
    for trailer in node.trailers:
        if isinstance(value, Unknown):
            return UNKNOWN
        try:
            value = _trailer(evaluator, value, trailer)
        except Trouble as trouble:
            evaluator.session.report(trouble.problem, node.base.span.to(trailer.span))
            return UNKNOWN
    return value


def _heads_a_call(node: e.Access) -> bool:
    """Whether the chain begins with ``name(…)``, which is one step with it."""
    base = node.base
    if isinstance(base, e.OpValue | e.BlockValue | e.InitialiserValue) and base.arguments:
        return True
    called = isinstance(node.trailers[0], e.Arguments) and isinstance(base, _NAMES)
    return called or isinstance(base, e.FunctionCall | e.BuiltinCall)


_NAMES = (
    *(e.Local, e.Global, e.Flowing, e.Nameless, e.FunctionName),
    *(e.OpValue, e.BlockValue, e.InitialiserValue),
)


def _trailer(
    evaluator: Evaluator, value: object, trailer: e.Attribute | e.Index | e.Slice | e.Arguments
) -> object:
    if isinstance(trailer, e.Attribute):
        from archdsl.elaborate.values.functions import attribute

        return attribute(value, trailer.name, evaluator.types)
    if isinstance(trailer, e.Arguments):
        return calls.call(evaluator, value, trailer)
    if evaluator.is_unknown(value):
        return UNKNOWN
    if not isinstance(value, tuple | str):
        raise Trouble(rules.kinds.NotAList(describe(value), "an index"))
    if isinstance(trailer, e.Index):
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


def _refuse_tensors(*values: object) -> None:
    for value in values:
        if isinstance(value, Value):
            raise Trouble(rules.kinds.TensorInExpression(describe(value)))
