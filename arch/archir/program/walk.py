"""One traversal of expressions and one of statements, for all that treats most of them alike.

What evaluates or prints has a function for each kind of node instead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from operator import is_
from typing import Any, TypeVar

from archir.base.record import field_names, replaced
from archir.program import expressions as e
from archir.program import statements as s
from archir.program.nodes import Expr, Node

N = TypeVar("N")

# --- expressions ----------------------------------------------------------------------------------


def children(node: Node) -> tuple[Expr, ...]:
    """The expressions directly inside of one (or of its trailers), in the order of the text."""
    parts = _PARTS.get(type(node))
    return () if parts is None else tuple(parts(node))


def nested(expr: Expr) -> Iterator[Expr]:
    """An expression and all inside it, those outside first."""
    stack = [expr]
    while stack:
        here = stack.pop()
        yield here
        stack.extend(reversed(children(here)))


def mapped(expr: Expr, change: Callable[[Expr], Expr]) -> Expr:
    """An expression of operators with each part changed; itself where none of them is another."""
    rebuild = _REBUILD.get(type(expr))
    if rebuild is None:
        return expr
    before = children(expr)
    after = [change(part) for part in before]
    if all(map(is_, before, after)):
        return expr
    return rebuild(expr, iter(after))


def _some(*parts: Expr | None) -> list[Expr]:
    return [part for part in parts if part is not None]


def _given(node: e.OpValue | e.BlockValue | e.InitialiserValue) -> tuple[Expr, ...]:
    return () if node.arguments is None else children(node.arguments)


def _in_access(node: e.Access) -> Iterator[Expr]:
    yield node.base
    for trailer in node.trailers:
        yield from children(trailer)


_PARTS: dict[type[Node], Callable[[Any], Iterable[Expr]]] = {
    e.Text: lambda node: [part for part in node.parts if not isinstance(part, str)],
    e.ListDisplay: lambda node: node.items,
    e.Arithmetic: lambda node: (node.first, *[operand for _, operand in node.rest]),
    e.Power: lambda node: node.operands,
    e.Unary: lambda node: (node.operand,),
    e.Compare: lambda node: (node.left, node.right),
    e.Logical: lambda node: node.operands,
    e.Range: lambda node: _some(node.first, node.last, node.step),
    e.Conditional: lambda node: (*chain.from_iterable(node.arms), node.otherwise),
    e.Comprehension: lambda node: _some(node.iterable, node.element, node.condition),
    e.Access: _in_access,
    e.Index: lambda node: (node.index,),
    e.Slice: lambda node: _some(node.first, node.last),
    e.Arguments: lambda node: [item.value for item in node.items],
    e.Gathered: lambda node: node.items,
    e.OpValue: _given,
    e.BlockValue: _given,
    e.InitialiserValue: _given,
    e.ParameterKey: lambda node: (node.key,),
    e.FunctionCall: lambda node: children(node.arguments),
    e.BuiltinCall: lambda node: children(node.arguments),
}

_Anew = Iterator[Expr]
"""The parts of an expression as they are to be, in order."""


def _text(node: e.Text, anew: _Anew) -> Expr:
    parts = tuple([part if isinstance(part, str) else next(anew) for part in node.parts])
    return e.Text(node.span, parts)


def _arithmetic(node: e.Arithmetic, anew: _Anew) -> Expr:
    first = next(anew)
    return e.Arithmetic(node.span, first, tuple([(sign, next(anew)) for sign, _ in node.rest]))


def _conditional(node: e.Conditional, anew: _Anew) -> Expr:
    arms = tuple([(next(anew), next(anew)) for _ in node.arms])
    return e.Conditional(node.span, arms, next(anew))


_REBUILD: dict[type[Node], Callable[[Any, _Anew], Expr]] = {
    e.Text: _text,
    e.ListDisplay: lambda node, anew: e.ListDisplay(node.span, tuple(anew)),
    e.Arithmetic: _arithmetic,
    e.Power: lambda node, anew: e.Power(node.span, tuple(anew)),
    e.Unary: lambda node, anew: e.Unary(node.span, node.operator, node.count, *anew),
    e.Compare: lambda node, anew: e.Compare(node.span, node.operator, *anew),
    e.Logical: lambda node, anew: e.Logical(node.span, node.operator, tuple(anew)),
    e.Range: lambda node, anew: e.Range(node.span, *anew),
    e.Conditional: _conditional,
}


def moved(node: N, by: int) -> N:
    """A tree whose slots have numbers that are larger by ``by``: of another list of values."""
    made: Any = node
    if isinstance(made, tuple):
        made = tuple([moved(item, by) for item in made])
    elif isinstance(made, e.Local | e.Target):
        made = replaced(made, slot=made.slot + by)
    elif isinstance(made, s.Turns):
        collected = tuple([(moved(target, by), slot + by) for target, slot in made.collected])
        made = replaced(made, collected=collected)
    elif isinstance(made, Node):
        before = {name: getattr(made, name) for name in field_names(made)}
        after = {name: moved(value, by) for name, value in before.items()}
        made = replaced(made, **after)
    result: N = made
    return result


# --- statements -----------------------------------------------------------------------------------


def bodies(node: s.Statement | s.Unit) -> Iterator[s.Body]:
    """The bodies directly inside of a statement or unit, in the order of the text."""
    match node:
        case s.Pipeline(stages=stages):
            for stage in stages:
                yield from bodies(stage.unit)
        case s.For(body=body) | s.RepeatLoop(body=body) | s.TrainOnlyStatement(body=body):
            yield body
        case s.If(arms=arms, otherwise=otherwise):
            yield from (body for _, body in arms)
            yield from () if otherwise is None else (otherwise,)
        case s.ModuleStatement(unit=unit):
            yield from bodies(unit)
        case s.Use(branches=branches):
            yield from () if branches is None else (branches.body,)
        case s.Sequence(body=body) | s.Branches(body=body) | s.Dense(body=body):
            yield body
        case s.Residual(body=body, shortcut=shortcut):
            yield from (body,) if shortcut is None else (body, shortcut)
        case _:
            return


def statements(body: s.Body) -> Iterator[s.Statement]:
    """All statements of a body, those inside others behind these."""
    stack = list(reversed(body.statements))
    while stack:
        statement = stack.pop()
        yield statement
        inner = [each for within in bodies(statement) for each in within.statements]
        stack.extend(reversed(inner))


def own_statements(body: s.Body) -> Iterator[s.Statement]:
    """The statements of a declaration's body, and those in an ``if`` of it."""
    stack = list(reversed(body.statements))
    while stack:
        statement = stack.pop()
        yield statement
        if isinstance(statement, s.If):
            inner = [each for within in bodies(statement) for each in within.statements]
            stack.extend(reversed(inner))
