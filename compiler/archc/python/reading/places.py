"""What the text of a declaration says of each place of it: found by the span of a stage."""

from __future__ import annotations

from typing import TypeAlias

from archir.base.record import Struct, fresh
from archir.base.source import Span
from archir.program import expressions as e
from archir.program import statements as s
from archir.program.declarations import Block
from archir.program.nodes import Expr

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


class Places(Struct):
    """All places of one declaration: stages by their own spans and by those of their labels."""

    block: Block
    stages: dict[Span, Place] = fresh(factory=dict)
    lets: dict[int, Bound] = fresh(factory=dict)
    """By the slot of the name."""

    targets: dict[int, s.For] = fresh(factory=dict)
    """The loops of loop variables, by their slots."""

    gathered: dict[int, s.Loop] = fresh(factory=dict)
    """The loops that leave lists of values, by the slots of the lists."""

    raws: dict[Span, s.ParamStatement] = fresh(factory=dict)
    rules: list[s.Rule] = fresh(factory=list)

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
            kinds = self.block.slots
            # An op in a parameter may be none; a block may not.
            return isinstance(target, e.OpValue | e.BlockValue) or (
                isinstance(target, e.Local)
                and kinds[target.slot].kind == "parameter"
                and (known := self.block.parameters[target.slot].type) is not None
                and known.name == "block"
            )
        return True

    def meant(self, expr: Expr) -> Expr:
        """What a name stands for where a ``let`` has given it to a part."""
        while isinstance(expr, e.Local) and expr.slot in self.lets:
            statement = self.lets[expr.slot].statement
            if len(statement.targets) > 1:
                break
            expr = statement.value
        return expr
