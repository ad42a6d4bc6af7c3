"""Stages that are a name of a value: which of these values are there in any case, or flow by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from archc.spaces.engine.mentions import walk
from archc.spaces.engine.rooms.room import HELD, NOTHING, Room
from archir.program.declarations import Block
from archir.program.expressions import Local, Target
from archir.program.statements import Body, Branches, InputStatement, Pipeline, Statement, Use


def heads(block: Block) -> dict[object, Room]:
    """What it takes to read a value by its name, where that is known.

    Whoever calls a block holds its inputs. A value that is named as it flows into the next
    statement, and read there in one branch, and nowhere else, is what flows.
    """
    nodes = list(walk((block.body,)))
    reads = Counter(each.slot for each in nodes if isinstance(each, Local))
    given = {
        each.slot
        for node in nodes
        if isinstance(node, InputStatement)
        for each in walk((node,))
        if isinstance(each, Target)
    }
    given.update(each.slot for each in walk((block.inputs,)) if isinstance(each, Target))
    found: dict[object, Room] = {}
    for node in nodes:
        if isinstance(node, Use) and isinstance(node.target, Local) and node.target.slot in given:
            found[node] = HELD
        if isinstance(node, Body):
            for first, second in zip(node.statements, node.statements[1:], strict=False):
                slot = _named(first)
                if slot is not None and reads[slot] == 1:
                    found.update((use, NOTHING) for use in _branches(second) if _reads(use, slot))
    return found


def _named(node: Statement) -> int | None:
    if isinstance(node, Pipeline) and len(node.names) == 1:
        return node.names[0].slot
    return None


def _reads(use: Use, slot: int) -> bool:
    return isinstance(use.target, Local) and use.target.slot == slot


def _branches(node: Statement) -> Iterator[Use]:
    """The branches of a statement's first stage that are a name alone."""
    if not isinstance(node, Pipeline) or not isinstance(node.stages[0].unit, Use):
        return
    inside = node.stages[0].unit.branches
    if not isinstance(inside, Branches) or node.stages[0].condition is not None:
        return
    for each in inside.body.statements:
        if isinstance(each, Pipeline) and len(each.stages) == 1 and not each.names:
            unit = each.stages[0].unit
            if isinstance(unit, Use) and each.stages[0].condition is None:
                yield unit
