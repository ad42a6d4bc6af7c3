"""The slots that a piece of a resolved text depends on."""

from __future__ import annotations

from collections.abc import Iterator

from archir.base.record import field_names
from archir.program.expressions import Comprehension, Local, Target
from archir.program.nodes import Node
from archir.program.statements import Pipeline, Turns


def mentioned(*nodes: object) -> tuple[int, ...]:
    """The slots whose values decide what these do, in order.

    Names that are bound inside of them alone are none of these: the items of a comprehension, and
    all that a loop names.
    """
    read: set[int] = set()
    own: set[int] = set()
    for node in walk(nodes):
        if isinstance(node, Local):
            read.update((node.slot, *node.behind))
        elif isinstance(node, Pipeline):
            # What is named must have no name yet.
            read.update(target.slot for target in node.names if target.name != "_")
        elif isinstance(node, Turns):
            own.update(node.fresh)
        elif isinstance(node, Comprehension):
            targets = [*node.targets, *(name for _, names in node.rows for name in names)]
            own.update(target.slot for target in targets)
    return tuple(sorted(read - own))


def as_bits(slots: tuple[int, ...]) -> int:
    """Slots as a set of bits."""
    return sum([1 << slot for slot in slots])


def holds(kind: type[Node] | tuple[type[Node], ...], *nodes: object) -> bool:
    """Whether a node of a kind stands somewhere in these."""
    return any(isinstance(node, kind) for node in walk(nodes))


def walk(nodes: tuple[object, ...]) -> Iterator[Node]:
    """All nodes in these."""
    waiting = list(nodes)
    while waiting:
        node = waiting.pop()
        if isinstance(node, tuple):
            waiting.extend(node)
        elif isinstance(node, Node):
            yield node
            waiting.extend(getattr(node, name) for name in field_names(type(node)))


def targets(node: Node) -> tuple[int, ...]:
    """The slots that a statement fills which has no statements inside, or a written shape."""
    inside = [
        each
        for comprehension in walk((node,))
        if isinstance(comprehension, Comprehension)
        for each in walk((comprehension,))
    ]
    own = {each.slot for each in inside if isinstance(each, Target)}
    found = {each.slot for each in walk((node,)) if isinstance(each, Target)}
    return tuple(sorted(found - own))
