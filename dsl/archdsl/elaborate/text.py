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


Labels: TypeAlias = tuple[bool, tuple[ast.Name, ...]]
"""Whether a scope's own text has a label, and the blocks that are spliced into it."""


def labels(node: ast.Body | ast.Unit) -> Labels:
    """What decides whether the scope of these braces, or of a combinator, names its children.

    A label counts whether its stage is taken or not.
    """
    spliced: list[ast.Name] = []
    return _of_scope(node, spliced), tuple(spliced)


def _of_scope(node: ast.Body | ast.Unit, spliced: list[ast.Name]) -> bool:
    if isinstance(node, ast.Body):
        return _any_labels(node.statements, spliced)
    return _unit_labels(node, spliced)


def _any_labels(items: tuple[ast.Statement, ...], spliced: list[ast.Name]) -> bool:
    return any(_labels(item, spliced) for item in items)


def _labels(item: ast.Statement, spliced: list[ast.Name]) -> bool:
    if isinstance(item, ast.Pipeline):
        return any(_stage_labels(stage, spliced) for stage in item.stages)
    if isinstance(item, ast.For | ast.RepeatLoop | ast.TrainOnlyStatement):
        return _of_scope(item.body, spliced)
    if isinstance(item, ast.If):
        bodies = [body for _, body in item.arms] + ([item.otherwise] if item.otherwise else [])
        return any(_of_scope(body, spliced) for body in bodies)
    return isinstance(item, ast.ModuleStatement)


def _stage_labels(stage: ast.Stage, spliced: list[ast.Name]) -> bool:
    if stage.label is not None and stage.label.name is not None:
        return True
    if stage.label is not None and not isinstance(stage.unit, ast.PartUse):
        return False  # `_: { … }` is a scope of its own
    return _unit_labels(stage.unit, spliced)


def _unit_labels(unit: ast.Unit, spliced: list[ast.Name]) -> bool:
    if isinstance(unit, ast.Sequence | ast.Dense):
        return _of_scope(unit.body, spliced)
    if isinstance(unit, ast.Residual):
        shortcut = unit.shortcut
        return _of_scope(unit.body, spliced) or (
            shortcut is not None and _of_scope(shortcut, spliced)
        )
    if isinstance(unit, ast.Branches):
        return _any_labels(unit.items, spliced)
    if unit.splice:
        spliced.append(unit.name)
    return unit.branches is not None and _any_labels(unit.branches.items, spliced)


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
