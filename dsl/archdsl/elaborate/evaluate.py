"""Evaluation of compile-time expressions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from archdsl import ast, rules
from archdsl.builtins import BUILTINS
from archdsl.elaborate import attributes, functions
from archdsl.elaborate.arithmetic import Trouble, binary, compare, negate
from archdsl.elaborate.describe import describe, show_value
from archdsl.elaborate.environment import (
    UNKNOWN,
    Flow,
    Frame,
    FunctionValue,
    SizeConditions,
    Unknown,
)
from archdsl.elaborate.session import Session
from archdsl.program import Declared, FileScope
from archir.diagnostics import Diagnostics, Problem, nearest
from archir.dims import DimTooLargeError, SizeExpr, show
from archir.graph import Value
from archir.init import Fan, Initialiser
from archir.initialisers import FANS, INITIALISERS
from archir.record import Struct
from archir.registry import built_in, ops
from archir.types import TensorType
from archir.values import Part

Types = Callable[[Value], TensorType | None]


class Evaluator(Struct):
    """Evaluates expressions at one place of the program.

    ``flow`` is what ``_`` means, ``types`` the types of values, ``fans`` whether ``fan_in`` and
    ``fan_out`` have a meaning. A problem is reported once and gives UNKNOWN.
    """

    session: Session
    home: FileScope
    frame: Frame
    flow: Flow | None = None
    types: Types | None = None
    fans: bool = False

    @property
    def diagnostics(self) -> Diagnostics:
        return self.session.diagnostics

    def value(self, node: ast.Expr) -> Any:
        """The value of an expression, or UNKNOWN once its problem has been reported."""
        budget = self.session.budget
        budget.steps += 1
        if budget.steps > budget.most_steps:
            budget.stop("steps", node.span)
        if isinstance(node, _LITERALS):
            return node.value
        try:
            return _EVALUATE[type(node)](self, node)
        except Trouble as trouble:
            self.session.report(trouble.problem, node.span)
        except DimTooLargeError:
            self.session.report(
                rules.values.BadValue("sizes", "the expression is too long"), node.span
            )
        return UNKNOWN

    def condition(self, node: ast.Expr) -> bool | Unknown:
        """The value of a condition, which must be decided at compile time."""
        value = self.value(node)
        if isinstance(value, bool | Unknown):
            return value
        if value is None or isinstance(value, Part):
            return value is not None
        if isinstance(value, SizeConditions):
            self.session.report(
                rules.values.DependsOnSize("a condition", _show_conditions(value)), node.span
            )
        else:
            self.session.report(rules.kinds.NotACondition(describe(value)), node.span)
        return UNKNOWN

    def items(self, node: ast.Expr, use: str) -> tuple[Any, ...] | Unknown:
        """The items of a list."""
        value = self.value(node)
        if isinstance(value, tuple | Unknown):
            return value
        self.session.report(rules.kinds.NotAList(describe(value), use), node.span)
        return UNKNOWN

    def text(self, node: ast.Text) -> str | Unknown:
        """A string with its expressions filled in."""
        value = self.value(node)
        assert isinstance(value, str | Unknown)
        return value

    def destructure(self, names: tuple[ast.Identifier, ...], value: object, frame: Frame) -> None:
        """Bind one name to a value, or several to the items of a list."""
        if len(names) == 1:
            frame.names[names[0].text] = value
            return
        items: tuple[object, ...] = (UNKNOWN,) * len(names)
        if isinstance(value, tuple) and len(value) == len(names):
            items = value
        elif not isinstance(value, Unknown):
            span = names[0].span.to(names[-1].span)
            given = f"{len(value)} items" if isinstance(value, tuple) else describe(value)
            self.session.report(rules.kinds.WrongItemCount(len(names), given), span)
        for name, item in zip(names, items, strict=True):
            frame.names[name.text] = item

    def lookup(
        self, name: str, ahead: Mapping[str, object] | None = None, *, called: bool = False
    ) -> tuple[object] | None:
        """What a name means here, in a tuple; None where nothing has that name.

        An op may be called as a function is (`sum`): it is meant where a stage or a value stands,
        and the function where an expression is called. ``ahead`` is what the body makes further on.
        """
        found = self.frame.find(name)
        if found is not None:
            return found
        declared = self.home.names.get(name)
        if declared is not None:
            return (self.declared(declared, name),)
        if self.fans and name in FANS:
            return (Fan(name),)
        if name in built_in() and not (called and name in BUILTINS):
            return (Part("op", name),)
        if name in BUILTINS:
            return (FunctionValue(name),)
        if name in INITIALISERS:
            return (Initialiser(name),)
        if ahead and name in ahead:
            return (ahead[name],)
        return (Part("op", name),) if name in ops() else None  # packages come last

    def declared(self, declared: Declared, name: str) -> object:
        """The value of a file-level declaration."""
        node = declared.node
        if isinstance(node, ast.PartDeclaration):
            return Part("block" if node.kind == "block" else "model", declared.name, (), declared)
        if isinstance(node, ast.Function):
            return FunctionValue(declared.name, declared)
        known = self.session.constants.get((declared, name))
        if known is None:
            inner = Evaluator(self.session, declared.home, Frame(None))
            value = inner.value(node.value)
            if isinstance(node, ast.Let):
                frame = Frame(None)
                inner.destructure(node.names, value, frame)
                value = frame.names[name]
            known = self.session.constants[(declared, name)] = value
        return known

    def inside(self, frame: Frame, *, fans: bool | None = None) -> Evaluator:
        """An evaluator for an inner place."""
        fans = self.fans if fans is None else fans
        return Evaluator(self.session, self.home, frame, self.flow, self.types, fans)

    def _without_meaning(self, name: str) -> Problem:
        if self.types is None and self.frame.parent is None and not self.frame.names:
            # Outside of all bodies, in a setting: nobody has looked at its names before.
            known = [*self.home.names, *BUILTINS, *ops(), *INITIALISERS]
            near = nearest(name, known)
            note = None if near else "a string stands in quotes: 'name=\"value\"'"
            return rules.names.UnknownName(name, near, note)
        # The name is bound somewhere in this body, or it would have been reported before.
        return rules.named.ValueNotMade(name)

    # --- nodes --------------------------------------------------------------------------------

    def _name(self, node: ast.Name) -> object:
        if node.text == "_":
            if self.flow is None:
                raise Trouble(rules.flow.NothingFlowsIn())
            return self.flow[0] if len(self.flow) == 1 else self.flow
        found = self.lookup(node.text)
        if found is None:
            raise Trouble(self._without_meaning(node.text))
        return found[0]

    def _text(self, node: ast.Text) -> object:
        parts: list[str] = []
        for part in node.parts:
            value = part if isinstance(part, str) else self.value(part)
            if isinstance(value, Unknown):
                return UNKNOWN
            parts.append(show_value(value))
        text = "".join(parts)
        if len(text) > self.session.budget.limits.characters:
            self.session.budget.stop("characters", node.span)
        return text

    def _list(self, node: ast.ListDisplay) -> object:
        made = tuple(self.value(item) for item in node.items)
        self.session.budget.weigh(made, node.span)
        return made

    def _comprehension(self, node: ast.Comprehension) -> object:
        items = self.items(node.iterable, "a comprehension")
        if isinstance(items, Unknown):
            return UNKNOWN
        result: list[object] = []
        for item in items:
            frame = Frame(self.frame)
            inner = self.inside(frame)
            self.destructure(node.targets, item, frame)
            keep = True if node.condition is None else inner.condition(node.condition)
            if isinstance(keep, Unknown):
                return UNKNOWN
            if keep:
                result.append(inner.value(node.element))
        made = tuple(result)
        self.session.budget.weigh(made, node.span)
        return made

    def _arithmetic(self, node: ast.Arithmetic) -> object:
        result = self.value(node.first)
        for sign, operand in node.rest:
            value = self.value(operand)
            if isinstance(result, Unknown) or isinstance(value, Unknown):
                return UNKNOWN
            result = self._binary(node, sign, result, value)
        return result

    def _power(self, node: ast.Power) -> object:
        values = [self.value(operand) for operand in node.operands]
        if any(isinstance(value, Unknown) for value in values):
            return UNKNOWN
        result = values.pop()
        while values:
            result = self._binary(node, "**", values.pop(), result)
        return result

    def _binary(self, node: ast.Expr, sign: str, left: object, right: object) -> object:
        _refuse_tensors(left, right)
        budget = self.session.budget
        result = binary(sign, left, right, budget.limits)
        budget.weigh(result, node.span)
        if isinstance(result, str) and len(result) > budget.limits.characters:
            budget.stop("characters", node.span)
        return result

    def _unary(self, node: ast.Unary) -> object:
        if node.operator == "not":
            truth = self.condition(node.operand)
            return truth if isinstance(truth, Unknown) else truth ^ (node.count % 2 == 1)
        value = self.value(node.operand)
        if isinstance(value, Unknown):
            return UNKNOWN
        _refuse_tensors(value)
        negated = negate(value)
        return negated if node.count % 2 else value

    def _compare(self, node: ast.Compare) -> object:
        left, right = self.value(node.left), self.value(node.right)
        if isinstance(left, Unknown) or isinstance(right, Unknown):
            return UNKNOWN
        _refuse_tensors(left, right)
        self.session.budget.weigh(left, node.span)
        self.session.budget.weigh(right, node.span)
        return compare(node.operator, left, right)

    def _logical(self, node: ast.Logical) -> object:
        decisive = node.operator == "or"
        conditions: list[SizeConditions] = []
        unknown = False
        for operand in node.operands:
            value = self.value(operand)
            if isinstance(value, SizeConditions) and node.operator == "and":
                conditions.append(value)
                continue
            truth = value if isinstance(value, bool | Unknown) else self.condition(operand)
            if isinstance(truth, Unknown):
                unknown = True
            elif truth is decisive:
                return decisive
        if unknown:
            return UNKNOWN
        if conditions:
            return SizeConditions(tuple(c for each in conditions for c in each.conditions))
        return not decisive

    def _range(self, node: ast.Range) -> object:
        first, last = self.value(node.first), self.value(node.last)
        if isinstance(first, Unknown) or isinstance(last, Unknown):
            return UNKNOWN
        for bound in (first, last):
            if isinstance(bound, SizeExpr):
                raise Trouble(rules.values.DependsOnSize("a range", show(bound)))
            if isinstance(bound, bool) or not isinstance(bound, int):
                raise Trouble(rules.values.WrongOperand("..", describe(bound)))
        return functions.counted(range(first, last + 1), self.session.budget.limits.items)

    def _conditional(self, node: ast.Conditional) -> object:
        for value, condition in node.arms:
            truth = self.condition(condition)
            if isinstance(truth, Unknown):
                return UNKNOWN
            if truth:
                return self.value(value)
        return self.value(node.otherwise)

    def _access(self, node: ast.Access) -> object:
        if isinstance(node.base, ast.Name) and isinstance(node.trailers[0], ast.Arguments):
            found = self.lookup(node.base.text, called=True)
            value = self.value(node.base) if found is None else found[0]
        else:
            value = self.value(node.base)
        for trailer in node.trailers:
            if isinstance(value, Unknown):
                return UNKNOWN
            try:
                value = self._trailer(value, trailer)
            except Trouble as trouble:
                self.session.report(trouble.problem, node.base.span.to(trailer.span))
                return UNKNOWN
        return value

    def _trailer(self, value: object, trailer: ast.Trailer) -> object:
        if isinstance(trailer, ast.Attribute):
            return attributes.attribute(value, trailer.name, self.types)
        if isinstance(trailer, ast.Arguments):
            return self._call(value, trailer)
        if not isinstance(value, tuple | str):
            raise Trouble(rules.kinds.NotAList(describe(value), "an index"))
        if isinstance(trailer, ast.Index):
            return self._index(value, self.value(trailer.index))
        bounds = [None if b is None else self.value(b) for b in (trailer.first, trailer.last)]
        for bound in bounds:
            if isinstance(bound, Unknown):
                return UNKNOWN
            if isinstance(bound, bool) or not isinstance(bound, int | None):
                raise Trouble(rules.values.WrongOperand("a slice", describe(bound)))
        return value[bounds[0] : bounds[1]]

    def _index(self, value: tuple[object, ...] | str, index: object) -> object:
        if isinstance(index, Unknown):
            return UNKNOWN
        if isinstance(index, bool) or not isinstance(index, int):
            raise Trouble(rules.values.WrongOperand("an index", describe(index)))
        if not -len(value) <= index < len(value):
            raise Trouble(rules.values.IndexOutOfRange(index, len(value)))
        return value[index]

    def _call(self, callee: object, arguments: ast.Arguments) -> object:
        from archdsl.elaborate import calls

        if isinstance(callee, FunctionValue):
            return calls.function(self, callee, arguments)
        if isinstance(callee, Part):
            return calls.partial(self, callee, arguments)
        if isinstance(callee, Initialiser):
            return calls.initialiser(self, callee, arguments)
        raise Trouble(rules.kinds.NotCallable(describe(callee)))


_LITERALS = (ast.Number, ast.Constant)


def _refuse_tensors(*values: object) -> None:
    for value in values:
        if isinstance(value, Value):
            raise Trouble(rules.kinds.TensorInExpression(describe(value)))


def _show_conditions(conditions: SizeConditions) -> str:
    signs = {"at-least": ">=", "equal": "=="}
    return " and ".join(
        f"{show(c.left)} {signs.get(c.relation, c.relation)} {show(c.right)}"
        for c in conditions.conditions
    )


_EVALUATE: dict[type[ast.Node], Callable[[Evaluator, Any], object]] = {
    ast.Name: Evaluator._name,
    ast.Text: Evaluator._text,
    ast.ListDisplay: Evaluator._list,
    ast.Comprehension: Evaluator._comprehension,
    ast.Arithmetic: Evaluator._arithmetic,
    ast.Power: Evaluator._power,
    ast.Unary: Evaluator._unary,
    ast.Compare: Evaluator._compare,
    ast.Logical: Evaluator._logical,
    ast.Range: Evaluator._range,
    ast.Conditional: Evaluator._conditional,
    ast.Access: Evaluator._access,
}
