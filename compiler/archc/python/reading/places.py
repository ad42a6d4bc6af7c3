"""What the text of a declaration says of each place of it: found by the span of a stage."""

from __future__ import annotations

from typing import TypeAlias

from archir.base.record import Struct, fresh
from archir.base.source import Span
from archir.program import expressions as e
from archir.program import statements as s
from archir.program.declarations import Block, Slot
from archir.program.nodes import Expr
from archir.program.walk import nested

Region: TypeAlias = "tuple[Span, bool]"
"""Braces or a branch around a place, in which one thing runs behind the other; or, with False, a
stage, what stands in which begins with what flows into it."""


Current: TypeAlias = "tuple[tuple[s.Loop, bool], ...]"
"""What the current value may be: with True what a turn of the loop begins with, as nothing else
need have run; with False what the loop leaves."""


class Test(Struct):
    """A condition around a place: ``condition`` is ``wanted`` there."""

    condition: Expr
    wanted: bool


class Place(Struct):
    """A stage, or a raw parameter, with what is around it in its declaration."""

    span: Span
    stage: s.Stage | None
    loops: tuple[s.Loop, ...]
    """Those around it, from the outside."""

    tests: tuple[Test, ...]
    """The conditions around it, inside of its loop and its labelled group."""

    regions: tuple[Region, ...]
    """The braces, branches and stages around it, from the outside."""

    current: Current = ()
    """What the value may be that flows into it."""

    outer: tuple[Test, ...] = ()
    """The conditions around its loop or group."""

    names_too: bool = False
    """Whether it takes values by their names besides what flows into it."""

    def is_gone(self, present: set[Span]) -> bool:
        """Whether no child and no line comes from here, where an op or a block stands."""
        unit = None if self.stage is None else self.stage.unit
        if self.stage is None or not isinstance(unit, s.Use):
            return False
        if not isinstance(unit.target, e.OpValue | e.BlockValue) or self.span in present:
            return False
        label = self.stage.label
        spliced = unit.splice or getattr(unit.target, "keyword", "") == "identity"
        return not spliced and (label is None or label.span not in present)


class Bound(Struct):
    """A ``let``: its statement, the loops around it, and whether it stands in a condition."""

    statement: s.Let
    loops: tuple[s.Loop, ...]
    regions: tuple[Region, ...]
    tested: bool

    def place(self, slot: int) -> int:
        """Which of the statement's names has that slot."""
        return [target.slot for target in self.statement.targets].index(slot)

    def item(self, slot: int) -> Expr | None:
        """The expression of a name; None where it is that of all of several names."""
        value, count = self.statement.value, len(self.statement.targets)
        if count == 1:
            return value
        if isinstance(value, e.ListDisplay) and len(value.items) == count:
            return value.items[self.place(slot)]
        return None


class Places(Struct):
    """All places of one declaration: stages by their own spans and by those of their labels."""

    block: Block
    slots: list[Slot] = fresh(factory=list)
    """Those of the declaration, and behind them those of each block that is spliced into it."""

    within: dict[Span, tuple[Span, ...]] = fresh(factory=dict)
    """Of what stands in spliced blocks: the places of these, from the outside."""

    stages: dict[Span, Place] = fresh(factory=dict)
    foreign: dict[Span, tuple[Expr, ...]] = fresh(factory=dict)
    """Of stages without a place, as what is spliced in twice has none: all that decides on the
    numbers there, wherever it is known.
    """

    lets: dict[int, Bound] = fresh(factory=dict)
    """By the slot of the name."""

    targets: dict[int, s.For] = fresh(factory=dict)
    """The loops of loop variables, by their slots."""

    rows: dict[int, tuple[e.Target, ...]] = fresh(factory=dict)
    """The names in brackets of loop variables, by the slots of what they are the items of."""

    gathered: dict[int, s.Loop] = fresh(factory=dict)
    """The loops that leave lists of values, by the slots of the lists."""

    raws: dict[Span, s.ParamStatement] = fresh(factory=dict)
    deciding: list[Expr] = fresh(factory=list)
    """The conditions around outputs."""

    asserted: set[int] = fresh(factory=set)
    """The slots that conditions of the declaration's own speak of."""

    def end(self, span: Span) -> tuple[int, ...]:
        """Where something ends; what is spliced in stands where that is done."""
        return (*(around.end for around in self.within.get(span, ())), span.end)

    def inside(self, region: Span, span: Span) -> Span | None:
        """What of a place stands in braces: itself, or the splice that it belongs to."""
        for each in (*self.within.get(span, ()), span):
            if each.source == region.source and region.start <= each.start < region.end:
                return each
        return None

    def stage(self, span: Span) -> s.Stage | None:
        """The stage there."""
        place = self.stages.get(span)
        return None if place is None else place.stage

    def loops(self, span: Span) -> tuple[s.Loop, ...]:
        """The loops around a place; none around one of another text."""
        place = self.stages.get(span)
        return () if place is None else place.loops

    def excludes(self, span: Span, other: Span) -> bool:
        """Whether two places are in different arms of a condition."""
        one, two = self.stages.get(span), self.stages.get(other)
        if one is None or two is None:
            return False
        contrary = {(test.condition.span, not test.wanted) for test in (*one.outer, *one.tests)}
        return any((t.condition.span, t.wanted) in contrary for t in (*two.outer, *two.tests))

    def is_certain(self, span: Span) -> bool:
        """Whether the stage there is run in each turn of its innermost loop."""
        place = self.stages.get(span)
        if place is None or place.stage is None or place.tests:
            return False
        unit = place.stage.unit
        if isinstance(unit, s.Use):
            target = self.meant(unit.target)
            kinds = self.slots
            # An op in a parameter may be none; a block may not.
            return isinstance(target, e.OpValue | e.BlockValue) or (
                isinstance(target, e.Local)
                and kinds[target.slot].kind == "parameter"
                and (known := self.block.parameters[target.slot].type) is not None
                and known.name == "block"
            )
        return True

    def turns(self, slot: int) -> bool:
        """Whether a name is a loop's, or is given to what a loop's are in."""
        waiting, seen = [slot], set[int]()
        while waiting:
            here = waiting.pop()
            if here in self.targets:
                return True
            if here in self.lets and here not in seen:
                seen.add(here)
                parts = nested(self.lets[here].statement.value)
                waiting += [part.slot for part in parts if isinstance(part, e.Local)]
        return False

    def meant(self, expr: Expr) -> Expr:
        """What a name stands for where a ``let`` has given it to a part."""
        while isinstance(expr, e.Local) and expr.slot in self.lets:
            item = self.lets[expr.slot].item(expr.slot)
            if item is None:
                break
            expr = item
        return expr
