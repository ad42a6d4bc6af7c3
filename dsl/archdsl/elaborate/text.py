"""What can be read off a body's text, without running it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain
from typing import TypeAlias

from archdsl import ast
from archdsl.walk import modules_ahead
from archir.record import Record, field_names


class Spliced(Record):
    """The body of a block that is spliced, and how the names of that block's file are resolved."""

    body: ast.Body
    resolve: Resolve


Resolve: TypeAlias = "Callable[[ast.Name], Spliced | None]"
"""Gives the block that is spliced by a name, so that its labels count for the scope around."""


def is_labelled(node: ast.Body | ast.Unit, resolve: Resolve) -> bool:
    """Whether the scope of these braces, or of a combinator, names its children by label.

    A label counts whether its stage is taken or not.
    """
    if isinstance(node, ast.Body):
        return _any_labels(node.statements, resolve)
    return _unit_labels(node, resolve)


def _any_labels(items: tuple[ast.Statement, ...], resolve: Resolve) -> bool:
    return any(_labels(item, resolve) for item in items)


def _labels(item: ast.Statement, resolve: Resolve) -> bool:
    if isinstance(item, ast.Pipeline):
        return any(_stage_labels(stage, resolve) for stage in item.stages)
    if isinstance(item, ast.For | ast.RepeatLoop | ast.TrainOnlyStatement):
        return is_labelled(item.body, resolve)
    if isinstance(item, ast.If):
        bodies = [body for _, body in item.arms] + ([item.otherwise] if item.otherwise else [])
        return any(is_labelled(body, resolve) for body in bodies)
    return isinstance(item, ast.ModuleStatement)


def _stage_labels(stage: ast.Stage, resolve: Resolve) -> bool:
    if stage.label is not None and stage.label.name is not None:
        return True
    if stage.label is not None and not isinstance(stage.unit, ast.PartUse):
        return False  # `_: { … }` is a scope of its own
    return _unit_labels(stage.unit, resolve)


def _unit_labels(unit: ast.Unit, resolve: Resolve) -> bool:
    if isinstance(unit, ast.Sequence | ast.Dense):
        return is_labelled(unit.body, resolve)
    if isinstance(unit, ast.Residual):
        shortcut = unit.shortcut
        return is_labelled(unit.body, resolve) or (
            shortcut is not None and is_labelled(shortcut, resolve)
        )
    if isinstance(unit, ast.Branches):
        return _any_labels(unit.items, resolve)
    if unit.splice:
        spliced = resolve(unit.name)
        if spliced is not None and is_labelled(spliced.body, spliced.resolve):
            return True
    return unit.branches is not None and _any_labels(unit.branches.items, resolve)


class Outline(Record):
    """What a declaration's body declares itself."""

    inputs: tuple[ast.InputItem, ...]
    """What its ``input`` statements declare, in order."""

    ahead: dict[str, ast.ModuleStatement]
    """Modules that may be applied before they stand."""


def outline(body: ast.Body) -> Outline:
    """What a declaration's body declares itself."""
    items = (each.items for each in body.statements if isinstance(each, ast.Input))
    return Outline(tuple(chain.from_iterable(items)), modules_ahead(body))


class Facts(Record):
    """What the text of a loop's body says."""

    bound: tuple[str, ...]
    """The names that ``as`` binds in it, in order."""

    mentions: frozenset[str]
    """Every name that is used anywhere in it."""

    can_fold: bool
    """Whether the turns of the loop may stand for each other.

    They may not where a turn leaves something behind that the text can tell apart: a name, an
    output, a raw parameter, a module with a name of its own.
    """


def facts(body: ast.Body) -> Facts:
    """What the text of a loop's body says."""
    bound: set[str] = set()
    mentions: set[str] = set()
    can_fold = True
    for node in nodes(body):
        if isinstance(node, ast.Name):
            mentions.add(node.text)
        elif isinstance(node, ast.Pipeline):
            bound.update(name.text for name in node.names)
            can_fold = can_fold and not node.names
        elif isinstance(node, _LEAVES_SOMETHING):
            can_fold = False
    return Facts(tuple(sorted(bound - {"_"})), frozenset(mentions), can_fold)


_LEAVES_SOMETHING = (
    ast.OutputStatement,
    ast.ParamStatement,
    ast.ModuleStatement,
    ast.TrainOnlyStatement,
    ast.InitStatement,
    ast.Input,
    ast.Assert,
)


def nodes(root: ast.Node) -> Iterator[ast.Node]:
    """A node and all nodes inside it."""
    stack: list[ast.Node] = [root]
    while stack:
        node = stack.pop()
        yield node
        for entry in field_names(node)[1:]:  # all but the span
            stack.extend(_inner(getattr(node, entry)))


def _inner(value: object) -> Iterator[ast.Node]:
    if isinstance(value, ast.Node):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _inner(item)  # tuples of tuples, as the arms of an `if`
