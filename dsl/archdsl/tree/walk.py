"""What is inside of expressions and bodies, for passes that treat most of it alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from operator import attrgetter

from archdsl.tree import ast
from archir.base.record import field_names
from archir.base.source import Source, Span


def modules_ahead(body: ast.Body) -> dict[str, ast.ModuleStatement]:
    """The ``module`` statements of a declaration's body that may be applied before they stand.

    They stand in the body itself or in an ``if`` of it, and no other has their name.
    """
    found: dict[str, list[ast.ModuleStatement]] = {}
    for statement in own_statements(body):
        if isinstance(statement, ast.ModuleStatement):
            found.setdefault(statement.name.text, []).append(statement)
    return {name: nodes[0] for name, nodes in found.items() if len(nodes) == 1}


def own_statements(body: ast.Body) -> Iterator[ast.Statement]:
    """The statements of a declaration's body, and those in an ``if`` of it."""
    bodies = [body]
    for inner in bodies:  # grows while it is walked
        for statement in inner.statements:
            yield statement
            if isinstance(statement, ast.If):
                bodies.extend(arm for _, arm in statement.arms)
                bodies.extend([] if statement.otherwise is None else [statement.otherwise])


def nodes(root: ast.Node) -> Iterator[ast.Node]:
    """A node and all nodes inside it, in the order of the text as far as the fields have it."""
    stack: list[ast.Node] = [root]
    while stack:
        node = stack.pop()
        yield node
        inner = [each for field in field_names(node)[1:] for each in _inner(getattr(node, field))]
        stack.extend(reversed(inner))


def _inner(value: object) -> Iterator[ast.Node]:
    if isinstance(value, ast.Node):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _inner(item)  # tuples of tuples, as the arms of an `if`


def are_alike(one: object, other: object) -> bool:
    """Whether two trees say the same, wherever they stand: all but their places is equal."""
    waiting = [(one, other)]
    while waiting:
        one, other = waiting.pop()
        if one is other:
            continue
        kind = type(one)
        if kind is not type(other):
            return False
        if kind is tuple:
            assert isinstance(one, tuple) and isinstance(other, tuple)
            if len(one) != len(other):
                return False
            waiting += zip(one, other, strict=True)
        elif isinstance(one, ast.Node):
            fields = _fields_of(one.__class__)
            waiting += zip(fields(one), fields(other), strict=True)
        elif one != other and not isinstance(one, Source | Span):
            return False
    return True


@cache
def _fields_of(kind: type[ast.Node]) -> Callable[[object], tuple[object, ...]]:
    """What a node of a kind says, all in one call: a file has many nodes."""
    names = field_names(kind)[1:]
    if len(names) > 1:
        return attrgetter(*names)
    return lambda node: tuple([getattr(node, name) for name in names])


def bound_names(root: ast.Node) -> Iterator[ast.Identifier]:
    """Names of parameters, values, ``let``, loops, inputs and modules that a declaration binds."""
    for node in nodes(root):
        match node:
            case ast.Pipeline(names=names) | ast.Let(names=names) | ast.For(targets=names):
                yield from names
            case ast.InputItem(name=name) | ast.Param(name=name):
                yield name
            case ast.ParamStatement(name=name) | ast.ModuleStatement(name=name):
                yield name
            case _:
                continue
