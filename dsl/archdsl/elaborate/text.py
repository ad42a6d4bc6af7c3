"""What can be read off a body's text, without running it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from archdsl import ast
from archir.record import Record, field_names

Resolve = Callable[[ast.Name], ast.Body | None]
"""Gives the body of a block that is spliced, so that its labels count for the scope around."""


def is_labelled(units: Iterator[ast.Stage] | Iterator[object], resolve: Resolve) -> bool:
    """Whether a scope with these stages and statements has a label, taken or not."""
    return any(_labels(item, resolve) for item in units)


def body_is_labelled(body: ast.Body, resolve: Resolve) -> bool:
    """Whether the scope of these braces names its children by label."""
    return is_labelled(iter(body.statements), resolve)


def unit_is_labelled(unit: ast.Unit, resolve: Resolve) -> bool:
    """The same for a combinator or brackets that a label makes a scope of."""
    return _unit_labels(unit, resolve)


def _labels(item: object, resolve: Resolve) -> bool:
    if isinstance(item, ast.Pipeline):
        return any(_stage_labels(stage, resolve) for stage in item.stages)
    if isinstance(item, ast.For | ast.RepeatLoop | ast.TrainOnlyStatement):
        return body_is_labelled(item.body, resolve)
    if isinstance(item, ast.If):
        bodies = [body for _, body in item.arms] + ([item.otherwise] if item.otherwise else [])
        return any(body_is_labelled(body, resolve) for body in bodies)
    return isinstance(item, ast.ModuleStatement)


def _stage_labels(stage: ast.Stage, resolve: Resolve) -> bool:
    if stage.label is not None and stage.label.name is not None:
        return True
    if stage.label is not None and not isinstance(stage.unit, ast.PartUse):
        return False  # `_: { … }` is a scope of its own
    return _unit_labels(stage.unit, resolve)


def _unit_labels(unit: ast.Unit, resolve: Resolve) -> bool:
    if isinstance(unit, ast.Sequence | ast.Dense):
        return body_is_labelled(unit.body, resolve)
    if isinstance(unit, ast.Residual):
        shortcut = unit.shortcut
        return body_is_labelled(unit.body, resolve) or (
            shortcut is not None and body_is_labelled(shortcut, resolve)
        )
    if isinstance(unit, ast.Branches):
        return is_labelled(iter(unit.items), resolve)
    if unit.splice:
        body = resolve(unit.name)
        if body is not None and body_is_labelled(body, resolve):
            return True
    return unit.branches is not None and is_labelled(iter(unit.branches.items), resolve)


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
