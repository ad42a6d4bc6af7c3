"""Evaluation of resolved expressions: no name is looked up here, a slot is read.

What each kind of node gives is in the table that ``evaluates`` fills (``operators``, ``calls``):
these evaluate what is inside of a node through an ``Evaluator`` again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from archdsl import rules
from archdsl.elaborate.constants import Values
from archdsl.elaborate.session import Session
from archdsl.elaborate.values.arithmetic import Trouble
from archdsl.elaborate.values.describe import (
    describe,
    show_conditions,
    show_value,
    shown_parts,
)
from archdsl.elaborate.values.kinds import (
    UNBOUND,
    UNKNOWN,
    Env,
    Flow,
    FunctionValue,
    SizeConditions,
    Unknown,
    empty,
)
from archir.base.diagnostics import Diagnostics
from archir.base.record import Struct
from archir.graph.graph import Value
from archir.init.values import Part
from archir.program import expressions as e
from archir.program.declarations import Block, Constant, Declaration, Function, Variant
from archir.program.nodes import Expr, Node
from archir.shapes.dims import DimTooLargeError, SizeExpr
from archir.shapes.types import TensorType

Types = Callable[[Value], TensorType | None]

_Evaluate = Callable[["Evaluator", Any], object]

_EVALUATE: dict[type[Node], _Evaluate] = {}


def evaluates(kind: type[Node]) -> Callable[[_Evaluate], _Evaluate]:
    """Says that a function gives the value of a kind of node; it may raise Trouble."""

    def note(function: _Evaluate) -> _Evaluate:
        _EVALUATE[kind] = function
        return function

    return note


class Evaluator(Struct):
    """Evaluates expressions at one place of the program.

    ``env`` are the slots of its declaration, ``flow`` is what ``_`` means, ``types`` gives the
    types of values. A problem is reported once and gives UNKNOWN.
    """

    session: Session
    env: Env
    flow: Flow | None = None
    types: Types | None = None

    @property
    def diagnostics(self) -> Diagnostics:
        return self.session.diagnostics

    def value(self, node: Expr) -> Any:
        """The value of an expression, or UNKNOWN once its problem has been reported."""
        budget = self.session.budget
        budget.steps += 1
        if budget.steps > budget.most_steps:
            budget.stop(budget.limiting, node.span)
        if isinstance(node, _LITERALS):
            return node.value
        return self.inner(node)

    def inner(self, node: Expr) -> Any:
        """The same without counting it as a step: of a part of another node."""
        try:
            return _EVALUATE[type(node)](self, node)
        except Trouble as trouble:
            self.session.report(trouble.problem, node.span)
        except DimTooLargeError:
            self.session.report(
                rules.values.BadValue("sizes", "the expression is too long"), node.span
            )
        return UNKNOWN

    def meaning(self, node: Expr) -> Any:
        """What a name means; raises Trouble where it means nothing."""
        return _EVALUATE[type(node)](self, node)

    def refuse_sizes(self, value: object) -> None:
        """No text depends on a size: a label would be the formula, and not what it gives.

        What an ``assert`` says is for people, and may show the formula.
        """
        if not self.session.in_message and _speaks_of_sizes(value):
            raise Trouble(rules.values.DependsOnSize("a text", show_value(value)))

    def condition(self, node: Expr) -> bool | Unknown:
        """The value of a condition, which must be decided at compile time."""
        value = self.truth(node)
        if not isinstance(value, SizeConditions):
            return value
        shown = show_conditions(value)
        self.session.report(rules.values.DependsOnSize("a condition", shown), node.span)
        return UNKNOWN

    def truth(self, node: Expr) -> bool | SizeConditions | Unknown:
        """The value of a condition, which may speak of sizes."""
        value = self.value(node)
        if isinstance(value, bool | SizeConditions | Unknown):
            return value
        if value is None or isinstance(value, Part):
            return value is not None
        is_size = isinstance(value, SizeExpr)
        self.session.report(rules.kinds.NotACondition(describe(value), is_size), node.span)
        return UNKNOWN

    def items(self, node: Expr, use: str) -> tuple[Any, ...] | Unknown:
        """The items of a list."""
        value = self.value(node)
        if isinstance(value, tuple | Unknown):
            return value
        if self.is_unknown(value):
            return UNKNOWN
        self.session.report(rules.kinds.NotAList(describe(value), use), node.span)
        return UNKNOWN

    def is_unknown(self, value: object) -> bool:
        """Whether it is a value of a network of which nothing is known: it may be a list."""
        known = self.types
        return isinstance(value, Value) and known is not None and known(value) is None

    def text(self, node: e.Text) -> str | Unknown:
        """A string with its expressions filled in."""
        value = self.value(node)
        assert isinstance(value, str | Unknown)
        return value

    def said(self, node: e.Text) -> tuple[str | SizeExpr, ...] | Unknown:
        """A string with its expressions filled in, but for sizes, which stand for themselves."""
        parts: list[str | SizeExpr] = []
        for part in node.parts:
            value = part if isinstance(part, str) else self.value(part)
            if isinstance(value, Unknown):
                return UNKNOWN
            parts += shown_parts(value)
        self.session.budget.text("".join(map(str, parts)), node.span)
        return tuple(parts)

    def destructure(
        self, targets: tuple[e.Target, ...], value: object, *, in_loop: bool = False
    ) -> None:
        """Bind one name to a value, or several to the items of a list."""
        env = self.env
        if len(targets) == 1:
            env[targets[0].slot] = value
            return
        items: tuple[object, ...] = (UNKNOWN,) * len(targets)
        if isinstance(value, tuple) and len(value) == len(targets):
            items = value
        elif not isinstance(value, Unknown):
            span = targets[0].span.to(targets[-1].span)
            given = f"{len(value)} items" if isinstance(value, tuple) else describe(value)
            is_pair = in_loop and len(targets) == 2 and not isinstance(value, tuple)
            may_count = is_pair and targets[0].name in _COUNTERS
            problem = rules.kinds.WrongItemCount(len(targets), given, may_count)
            self.session.report(problem, span)
        for target, item in zip(targets, items, strict=True):
            env[target.slot] = item

    def bound(self, node: e.Local) -> Any:
        """What a slot holds, or one that is meant as long as it is empty; else UNBOUND."""
        for slot in (node.slot, *node.behind):
            if self.env[slot] is not UNBOUND:
                return self.env[slot]
        return UNBOUND


_COUNTERS = frozenset({"i", "j", "k", "n", "idx", "index", "number", "stage", "layer", "_"})
"""Names that are given to the numbers of items."""

_LITERALS = (e.Number, e.Truth)


def _speaks_of_sizes(value: object) -> bool:
    if isinstance(value, tuple):
        return any(map(_speaks_of_sizes, value))
    return isinstance(value, SizeExpr)


def of_declaration(session: Session, declaration: Declaration) -> object:
    """The value of what a file declares with one name."""
    if isinstance(declaration, Block):
        return Part(declaration.kind, declaration.name, (), declaration)
    if isinstance(declaration, Function):
        return FunctionValue(declaration.name, declaration)
    return of_constant(session, declaration)[declaration.name]


def of_constant(session: Session, declaration: Declaration) -> Values:
    """What the names of a ``let`` of a file, or of a variant, stand for."""
    return session.constants.values(declaration, lambda other: _constant(session, other))


def _constant(session: Session, declaration: Declaration) -> Values:
    assert isinstance(declaration, Constant | Variant)
    around, session.uses = session.uses, []  # it is what it is, whoever asks for it first
    inner = Evaluator(session, empty(declaration))
    try:
        value = inner.value(declaration.value)
    finally:
        session.uses = around
    if isinstance(declaration, Variant):
        return {declaration.name: value}
    inner.destructure(declaration.targets, value)
    return {target.name: inner.env[target.slot] for target in declaration.targets}
