"""Reads a declaration: what is around each of its stages, and what flows into it."""

from __future__ import annotations

from collections.abc import Iterator

from archc.python.reading.places import Bound, Current, Place, Places, Region, Test
from archir.base.record import replaced
from archir.base.source import Span
from archir.program import expressions as e
from archir.program import statements as s
from archir.program.declarations import Block
from archir.program.nodes import Expr
from archir.program.walk import moved, nested


def places(block: Block) -> Places:
    """Read a declaration."""
    found = Places(block, list(block.slots))
    reader = _Reader(found)
    reader.body(block.body, (), (), ((block.body.span, True),))
    gone = {reader.spliced[span]: span for span in reader.twice if span in reader.spliced}
    for span in [span for span, around in found.within.items() if any(map(gone.get, around))]:
        place = found.stages.pop(span, None)
        found.raws.pop(span, None)
        own = None if place is None else _deciding(found, place)
        if own is not None:
            within = [gone[each] for each in found.within[span] if each in gone]
            uses = [expr for each in within for expr in reader.uses[each]]
            found.foreign[span] = (*own, *uses)
    return found


def _deciding(found: Places, place: Place) -> tuple[Expr, ...] | None:
    """What a stage's numbers, and its being there, hang on; None where it asks what flows."""
    if place.stage is None:
        return None
    unit = place.stage.unit
    given = unit.arguments if isinstance(unit, s.Use) else None
    bound = getattr(unit.target, "arguments", None) if isinstance(unit, s.Use) else None
    exprs = [
        *(item.value for each in (given, bound) if each is not None for item in each.items),
        *(override.value for override in place.stage.overrides),
        *around(place.loops, (*place.outer, *place.tests)),
        *(getattr(unit, part, None) for part in ("item", "condition")),
    ]
    decides = tuple([expr for expr in exprs if expr is not None])
    waiting, seen = list(decides), set[int]()
    while waiting:
        for part in nested(waiting.pop()):
            if isinstance(part, e.Flowing | e.Access):
                return None
            if isinstance(part, e.Local) and part.slot not in seen:
                seen.add(part.slot)
                if part.slot in found.lets:
                    waiting.append(found.lets[part.slot].statement.value)
    return decides


def around(loops: tuple[s.Loop, ...], tests: tuple[Test, ...]) -> Iterator[Expr]:
    """What decides how often something is there."""
    for loop in loops:
        yield loop.iterable if isinstance(loop, s.For) else loop.count
    yield from (test.condition for test in tests)


_DEEPEST = 20
"""Blocks that are spliced into each other are read as deep as this."""


class _Reader:
    def __init__(self, found: Places) -> None:
        self.found = found
        self.current: Current = ()
        self.called: dict[int, Current] = {}
        """The same of named values, by their slots."""

        self.outer: tuple[Test, ...] = ()
        """The conditions around the loop or group at hand."""

        self.branching = False
        """Whether statements are branches, each of which takes what flows in."""

        self.spliced: dict[Span, Span] = {}
        """The bodies of blocks that are spliced in, and where that is done."""

        self.twice: set[Span] = set()
        """Those that are spliced in again."""

        self.uses: dict[Span, list[Expr]] = {}
        """What all uses of each are given, and what decides on these."""

        self.splices: tuple[Span, ...] = ()
        """The places of the blocks that are spliced in around the one at hand."""

    def body(
        self,
        body: s.Body,
        loops: tuple[s.Loop, ...],
        tests: tuple[Test, ...],
        regions: tuple[Region, ...],
    ) -> None:
        # As deep as the text nests braces, which the parser bounds.
        before = self.current
        for statement in body.statements:
            self.current = before if self.branching else self.current
            self._statement(statement, loops, tests, regions)

    def _statement(
        self,
        node: s.Statement,
        loops: tuple[s.Loop, ...],
        tests: tuple[Test, ...],
        regions: tuple[Region, ...],
    ) -> None:
        match node:
            case s.Pipeline():
                for stage in node.stages:
                    self._stage(stage, loops, tests, regions)
                for target in node.names:
                    if target.slot is not None:
                        self.called[target.slot] = self.current
            case s.Let():
                tested = bool(tests or self.outer)
                for target in node.targets:
                    self.found.lets[target.slot] = Bound(node, loops, regions, tested)
                if isinstance(node.value, e.Local) and node.value.name.startswith("["):
                    self.found.rows[node.value.slot] = node.targets
            case s.For():
                self._gathered(node)
                for target in node.targets:
                    self.found.targets[target.slot] = node
                self._loop(node, loops, tests, regions)
            case s.RepeatLoop():
                self._gathered(node)
                self._loop(node, loops, tests, regions)
            case s.If():
                self._if(node, loops, tests, regions)
            case s.ModuleStatement():
                unit = s.Stage(
                    node.span, node.label, node.unit, node.overrides, None, node.labelling
                )
                before, self.current = self.current, ()
                self._stage(unit, loops, tests, regions)
                self.current = before
                self.found.stages[node.target.span] = self.found.stages[node.span]
            case s.TrainOnlyStatement():
                before = self.current
                self.body(node.body, loops, tests, (*regions, (node.body.span, True)))
                self.current = before
            case s.ParamStatement():
                self.found.raws[node.span] = node
                self._put(node.span, Place(node.span, None, loops, tests, regions))
            case s.OutputStatement():
                self.found.deciding += [test.condition for test in (*self.outer, *tests)]
            case _:
                self._asserted(node)

    def _asserted(self, node: s.Statement) -> None:
        parts = nested(node.condition) if isinstance(node, s.Assert) else ()
        self.found.asserted.update(part.slot for part in parts if isinstance(part, e.Local))

    def _loop(
        self,
        node: s.Loop,
        loops: tuple[s.Loop, ...],
        tests: tuple[Test, ...],
        regions: tuple[Region, ...],
    ) -> None:
        before = self.current
        self._put(node.span, Place(node.span, None, loops, tests, regions, before, self.outer))
        if not self.branching:
            self.current = (*before, (node, True))
        # What a turn depends on is said by the loop: tests around it are not its own.
        outer, self.outer = self.outer, (*self.outer, *tests)
        self.body(node.body, (*loops, node), (), (*regions, (node.body.span, True)))
        self.outer = outer
        inner = tuple([each for each in self.current if not each[1]])
        self.current = before if self.branching else both((*before, (node, False)), inner)

    def _gathered(self, loop: s.Loop) -> None:
        self.found.gathered.update((slot, loop) for _, slot in loop.turns.collected)

    def _if(
        self,
        node: s.If,
        loops: tuple[s.Loop, ...],
        tests: tuple[Test, ...],
        regions: tuple[Region, ...],
    ) -> None:
        before, current = tests, self.current
        behind = current if node.otherwise is None else ()
        for condition, body in node.arms:
            self.current = current
            self.body(body, loops, (*before, Test(condition, True)), (*regions, (body.span, True)))
            behind = both(behind, self.current)
            before = (*before, Test(condition, False))
        if node.otherwise is not None:
            self.current = current
            self.body(node.otherwise, loops, before, (*regions, (node.otherwise.span, True)))
            behind = both(behind, self.current)
        self.current = behind

    def _stage(
        self,
        stage: s.Stage,
        loops: tuple[s.Loop, ...],
        tests: tuple[Test, ...],
        regions: tuple[Region, ...],
    ) -> None:
        if stage.condition is not None:
            tests = (*tests, Test(stage.condition, True))
        before, unit = self.current, stage.unit
        place = Place(stage.span, stage, loops, tests, regions, before, self.outer)
        self._put(stage.span, place)
        if stage.label is not None:
            self._put(stage.label.span, place)
        branching, self.branching = self.branching, False
        outer = self.outer
        if stage.label is not None and isinstance(unit, s.Sequence):
            self.outer, tests = (*outer, *tests), ()
        place.names_too = self._inside(unit, loops, tests, (*regions, (stage.span, False)), before)
        self.branching, self.outer = branching, outer
        named = self._named(unit)
        if named is not None:
            self.current = self.called.get(named, ())
        elif not (isinstance(unit, s.Use) and isinstance(unit.target, e.Flowing)):
            loose = isinstance(unit, s.Sequence) and stage.label is None
            self.current = self.current if loose else ()
        if stage.condition is not None:
            self.current = both(before, self.current)

    def _put(self, span: Span, place: Place) -> None:
        self.found.stages[span] = place
        if self.splices:
            self.found.within[span] = self.splices

    def _named(self, unit: s.Unit) -> int | None:
        """The slot of the value that a stage is."""
        if isinstance(unit, s.Use) and isinstance(unit.target, e.Local) and unit.item is None:
            slot = unit.target.slot
            return slot if self.found.slots[slot].kind == "value" else None
        return None

    def _inside(
        self,
        unit: s.Unit,
        loops: tuple[s.Loop, ...],
        tests: tuple[Test, ...],
        inside: tuple[Region, ...],
        before: Current,
    ) -> bool:
        """Read what stands in a stage; whether a branch of it is a value by its name."""
        match unit:
            case s.Use(splice=True, target=e.BlockValue()):
                self._splice(unit, loops, tests, inside)
            case s.Use(branches=branches):
                return branches is not None and self._branches(branches.body, loops, tests, inside)
            case s.Branches(body=body):
                return self._branches(body, loops, tests, inside)
            case s.Sequence(body=body) | s.Dense(body=body):
                self.body(body, loops, tests, (*inside, (body.span, True)))
            case s.Residual(body=body, shortcut=shortcut, condition=condition):
                self.body(body, loops, tests, (*inside, (body.span, True)))
                if condition is not None:
                    tests = (*tests, Test(condition, True))
                    # The sum is not there always, though the stage is.
                    around = self.found.stages[inside[-1][0]]
                    self.found.stages[unit.span] = replaced(around, span=unit.span, tests=tests)
                if shortcut is not None:
                    self.current = before
                    self.body(shortcut, loops, tests, (*inside, (shortcut.span, True)))
        return False

    def _splice(
        self,
        unit: s.Use,
        loops: tuple[s.Loop, ...],
        tests: tuple[Test, ...],
        inside: tuple[Region, ...],
    ) -> None:
        """Read a block as if its text stood here; its parameters are names for their arguments.

        What is spliced into one text twice would stand at two places of it, and has none; nor has
        what stands deeper than texts of people do.
        """
        assert isinstance(unit.target, e.BlockValue)
        block, found = unit.target.block, self.found
        here = inside[-1][0]
        given = {
            item.name: item.value
            for each in (unit.target.arguments, unit.arguments)
            if each is not None
            for item in each.items
        }
        uses = self.uses.setdefault(block.body.span, [])
        uses += [*given.values(), *around(loops, (*self.outer, *tests))]
        if block.body.span in self.spliced or len(self.splices) == _DEEPEST:
            self.twice |= {block.body.span}
            return
        self.spliced[block.body.span] = here
        by = len(found.slots)
        found.slots += [
            replaced(slot, kind="let") if slot.kind in ("parameter", "dim") else slot
            for slot in block.slots
        ]
        means = {p.target: given.get(p.name, moved(p.default, by)) for p in block.parameters}
        for axis, dim in enumerate(block.inputs[0].shape.dims if len(block.inputs) == 1 else ()):
            if dim.binds is not None:
                asked = (e.Attribute(here, "shape"), e.Index(here, e.Number(here, axis)))
                means[dim.binds] = e.Access(here, e.Flowing(here), asked)
        for target, value in means.items():
            if value is not None:
                let = s.Let(value.span, (moved(target, by),), value)
                found.lets[by + target.slot] = Bound(let, loops, inside, bool(tests))
        outer, self.splices = self.splices, (*self.splices, here)
        self.body(moved(block.body, by), loops, tests, (*inside, (block.body.span, True)))
        self.splices = outer

    def _branches(
        self,
        body: s.Body,
        loops: tuple[s.Loop, ...],
        tests: tuple[Test, ...],
        regions: tuple[Region, ...],
    ) -> bool:
        before = self.current
        named = False
        for statement in body.statements:
            self.current, self.branching = before, True
            self._statement(statement, loops, tests, (*regions, (statement.span, True)))
            if isinstance(statement, s.Pipeline) and len(statement.stages) == 1:
                slot = self._named(statement.stages[0].unit)
                named = named or (slot is not None and not self.called.get(slot))
        self.branching = False
        return named


def both(one: Current, other: Current) -> Current:
    return tuple(dict.fromkeys((*one, *other)))
