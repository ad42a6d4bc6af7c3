"""Evaluation of compile-time expressions: what names mean, and what a value is wanted for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from archdsl import ast, rules
from archdsl.builtins import BUILTINS
from archdsl.elaborate.arithmetic import Trouble
from archdsl.elaborate.constants import Values
from archdsl.elaborate.describe import describe
from archdsl.elaborate.environment import (
    UNKNOWN,
    Flow,
    Frame,
    FunctionValue,
    SizeConditions,
    Unknown,
)
from archdsl.elaborate.expressions import EVALUATE, show_conditions
from archdsl.elaborate.session import Session
from archdsl.program import Declared, FileScope
from archir.diagnostics import Diagnostics, Problem, nearest
from archir.dims import DimTooLargeError
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
            budget.stop(budget.limiting, node.span)
        if isinstance(node, _LITERALS):
            return node.value
        try:
            return EVALUATE[type(node)](self, node)
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
                rules.values.DependsOnSize("a condition", show_conditions(value)), node.span
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
            return (_op(name),)
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
        return self.session.constants.values(declared, self._constant)[name]

    def _constant(self, declared: Declared) -> Values:
        """What the names of a ``let``, or of a variant, stand for."""
        node = declared.node
        assert isinstance(node, ast.Let | ast.Variant)
        inner = Evaluator(self.session, declared.home, Frame(None))
        value = inner.value(node.value)
        if isinstance(node, ast.Variant):
            return {declared.name: value}
        frame = Frame(None)
        inner.destructure(node.names, value, frame)
        return frame.names

    def inside(self, frame: Frame, *, fans: bool | None = None) -> Evaluator:
        """An evaluator for an inner place."""
        fans = self.fans if fans is None else fans
        return Evaluator(self.session, self.home, frame, self.flow, self.types, fans)

    def without_meaning(self, name: str) -> Problem:
        """What is wrong with a name that means nothing here."""
        if self.types is None and self.frame.parent is None and not self.frame.names:
            # Outside of all bodies, in a setting: nobody has looked at its names before.
            known = [*self.home.names, *BUILTINS, *ops(), *INITIALISERS]
            near = nearest(name, known)
            note = None if near else "a string stands in quotes: 'name=\"value\"'"
            return rules.names.UnknownName(name, near, note)
        # The name is bound somewhere in this body, or it would have been reported before.
        return rules.named.ValueNotMade(name)


@cache
def _op(name: str) -> Part:
    return Part("op", name)


_LITERALS = (ast.Number, ast.Constant)
