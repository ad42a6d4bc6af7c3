"""What expressions depend on: what the class takes, what flows in, and loops."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from contextlib import suppress
from typing import Any

from archc.python.classes.said import Var, is_plain_value, same
from archc.python.classes.values import Values
from archc.python.merging.flows import Variable
from archc.python.merging.merge import Inst
from archc.python.reading.evaluate import UnknownError, evaluate
from archc.python.reading.scope import UnsayableError
from archir.base.source import Span
from archir.program import expressions as e
from archir.program import statements as s
from archir.program.nodes import Expr
from archir.program.walk import nested


class Depending(Values):
    """Says on what things of the text depend."""

    def leaves(self, expr: Expr, *, in_loops: bool = True) -> frozenset[Var]:
        """All that an expression depends on, whether it can be said or not; what loops run over
        too, unless it is asked for one turn.
        """
        return frozenset(self._leaves(expr, in_loops, set()))

    def own_leaves(self, expr: Expr) -> frozenset[Var]:
        """What an expression depends on besides what a run reads off the values that flow."""
        found = set(self.leaves(expr))
        for part in nested(expr):
            if isinstance(part, e.Local | e.Flowing):
                found -= self._flows(part)
        return frozenset(found)

    def bake_foreign(self, span: Span) -> None:
        """What stands in the text of another block has no words here: what decides on it is baked,
        or all there is where that is not known.
        """
        places = self.family.places
        if places is None or span in places.stages:
            return
        known = places.foreign.get(span)
        found = self.deps if known is None else {v for expr in known for v in self.leaves(expr)}
        self.file.fix(self.live(found))

    def bake_part(self, span: Span) -> None:
        """An op or block that a name holds stands there itself: what decides on it is baked."""
        places, use = self.family.places, self.part_at(span)
        target = None if use is None or places is None else places.meant(use.target)
        if isinstance(target, e.Local):
            self.file.fix(self.live(self.leaves(target)))

    def is_worth(self, expr: Expr, values: Mapping[Inst, object]) -> bool:
        """Whether an expression has these values at the default sizes; it may be no word here."""
        places = self.family.places
        if places is None:
            return False

        def worth(expr: Expr, inst: Inst) -> object:
            return evaluate(expr, lambda each: look(each, inst))

        def look(expr: Expr, inst: Inst) -> object:
            if not isinstance(expr, e.Local):
                raise UnknownError
            bound = places.lets.get(expr.slot)
            if bound is not None:
                item = bound.item(expr.slot)
                value: Any = worth(item or bound.statement.value, inst)
                return value if item is not None else value[bound.place(expr.slot)]
            for number, given in enumerate(places.block.inputs if self.family.is_block else ()):
                for axis, dim in enumerate(given.shape.dims):
                    if dim.binds is not None and dim.binds.slot == expr.slot:
                        return self.file.shape(inst.whole.network.inputs[number])[axis]
            return self.known(expr.slot, inst)

        try:
            return all(same(worth(expr, inst), value) for inst, value in values.items())
        except (UnknownError, IndexError):
            return False

    def turn_leaves(self, loop: s.Loop) -> frozenset[Var]:
        """What the number of a loop's turns depends on, and what they are for: of values, which."""
        places = self.family.places
        found: set[Var] = set()
        waiting = [loop.iterable if isinstance(loop, s.For) else loop.count]
        while waiting and places is not None:
            for part in nested(waiting.pop()):
                slot = part.slot if isinstance(part, e.Local) else -1
                kind = places.slots[slot].kind if 0 <= slot < len(places.slots) else ""
                if slot in places.gathered:
                    found |= self.turn_leaves(places.gathered[slot])
                elif slot in places.lets:
                    waiting.append(places.lets[slot].statement.value)
                elif slot in places.targets:
                    waiting.append(places.targets[slot].iterable)
                elif kind == "parameter":
                    found.add(("slot", slot))
                elif isinstance(part, e.Access) and isinstance(part.trailers[0], e.Attribute):
                    found |= self.leaves(part)
        return frozenset(found)

    def length(self, slot: int) -> int:
        """How many items a list has; raises ``UnsayableError`` where instances have others."""
        found = [self.known(slot, inst) for inst in self.insts]
        lengths = {len(value) for value in found if isinstance(value, tuple)}
        if len(lengths) != 1:
            raise UnsayableError("a list of any length")
        return lengths.pop()

    def sized_by(self, expr: Expr) -> set[int] | None:
        """The parameters that are lists and whose lengths alone decide that of a list; None where
        something else does.
        """
        places = self.family.places
        if isinstance(expr, e.ListDisplay):
            return set()
        if isinstance(expr, e.Local) and places is not None:
            if expr.slot in places.gathered:
                loop = places.gathered[expr.slot]
                return self.sized_by(loop.iterable) if isinstance(loop, s.For) else None
            if places.meant(expr) is not expr:
                return self.sized_by(places.meant(expr))
            return {expr.slot} if expr.slot < len(places.block.parameters) else None
        if isinstance(expr, e.BuiltinCall) and expr.function in ("enumerate", "reversed", "zip"):
            found = [self.sized_by(item.value) for item in expr.arguments.items]
            known = [each for each in found if each is not None]
            return set().union(*known) if len(known) == len(found) else None
        return None

    def behind(self, variable: Variable) -> Iterator[Var]:
        """All that a value's extents depend on, its channels and features too."""
        yield from self.extents.get(variable, ())
        for axis in (1, -1):
            said = self.channels.get((variable, axis))
            yield from () if said is None else (*said.vars, *said.fixed)

    def _before(self, span: Span) -> Iterator[Var]:
        """What the values that there are at a place depend on."""
        places = self.family.places
        loops = () if places is None else {loop for p in places.stages.values() for loop in p.loops}
        around = [loop.span.end for loop in loops if loop.span.covers(span)]
        last = max([span.start, *around])
        within = {} if places is None else places.within
        for step, _ in self.steps:
            if step.item.span.end <= last or (within and step.item.span in within):
                for variable in step.outputs:
                    yield from self.behind(variable)
        yield from (("in", number) for number in range(len(self.insts[0].network.inputs)))

    def _leaves(self, expr: Expr, in_loops: bool, followed: set[int]) -> Iterator[Var]:
        """The leaves; what a name stands for is ``followed`` once, however often it is named."""
        places = self.family.places
        for part in nested(expr):
            if isinstance(part, e.Local) and places is not None:
                if part.slot not in followed:
                    if part.slot in places.lets:
                        followed.add(part.slot)
                        value = places.lets[part.slot].statement.value
                        yield from self._leaves(value, in_loops, followed)
                    elif part.slot in places.targets and in_loops:
                        followed.add(part.slot)
                        over = places.targets[part.slot].iterable
                        yield from self._leaves(over, True, followed)
                if in_loops or part.slot not in places.targets:
                    yield ("slot", part.slot)
                yield from self._flows(part)
            elif isinstance(part, e.Flowing):
                yield from self._flows(part)

    def _flows(self, part: e.Local | e.Flowing) -> frozenset[Var]:
        """What the value that a name stands for depends on, or the dim of one."""
        places = self.family.places
        if isinstance(part, e.Local):
            kinds = () if places is None else places.slots
            kind = kinds[part.slot].kind if part.slot < len(kinds) else ""
            if kind not in ("value", "dim"):
                return frozenset()
            if kind == "dim":
                with suppress(UnknownError):
                    number, axis = self.axis_of(part.slot)
                    return frozenset([("in" if axis == 1 else "feat", number)])
        return frozenset(self._before(part.span))

    def tests(self, span: Span) -> Hashable:
        """The conditions around a place that depend on what the class takes, or on a turn."""
        places = self.family.places
        place = None if places is None else places.stages.get(span)
        if places is None or place is None or span in self.untested:
            return None
        tests = [test for test in place.tests if self.varies(test.condition)]
        return tuple([(test.condition.span, test.wanted) for test in tests]) or None

    def varies(self, expr: Expr) -> bool:
        """Whether an expression may be another for another use, in another turn or model."""
        places = self.family.places
        assert places is not None
        for var in self.leaves(expr):
            if var[0] != "slot":
                return True
            kind = places.slots[var[1]].kind
            if var[1] in places.targets or (self.is_root and self.live([var])):
                return True
            if kind == "parameter" and not self.is_root and not self.is_one_part(var[1]):
                return True
        return False

    def is_one_part(self, slot: int) -> bool:
        """Whether a parameter holds the same op or block in all instances, or none in all."""
        if (self.family, ("slot", slot)) in self.file.required:
            return False
        try:
            first, *others = [self.known(slot, inst) for inst in self.insts]
        except UnknownError:
            return True
        absent = first is None or not (isinstance(first, tuple) or is_plain_value(first))
        return absent and all(each == first for each in others)

    def expose(self) -> None:
        """The model's own parameters that are numbers can be parameters here."""
        definition, places = self.family.networks[0].definition, self.family.places
        if places is None or not self.is_root:
            return
        for slot, (name, value) in enumerate(definition.arguments):
            followed = isinstance(value, tuple) or (is_plain_value(value) and value is not None)
            if followed and name not in self.file.baked:
                self.deps["slot", slot] = frozenset([name])
