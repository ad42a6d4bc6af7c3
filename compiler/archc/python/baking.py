"""The model's own parameters: what depends on them, and which cannot be parameters."""

from __future__ import annotations

from collections.abc import Iterable

from archc.python.channels.arguments import told_to
from archc.python.classes.klass import Class, File
from archc.python.classes.said import Var
from archc.python.merging.families import is_inline
from archc.python.merging.flows import Around, Step
from archc.python.reading.places import Place
from archir.base.source import Span
from archir.graph.modules import ModuleCall, Network
from archir.program import statements as s


class Baking:
    """Follows what depends on the model's parameters."""

    file: File

    def _deps(self, owner: Class) -> None:
        for around in owner.arounds:
            self._loop_deps(owner, around)
        self._count_deps(owner)
        for slot, said in owner.lets.items():
            owner.deps["let", slot] = owner.live(said.vars)
        for step, arounds in owner.steps:
            if isinstance(step.line, ModuleCall):
                self._told(owner, step, arounds)

    def _count_deps(self, owner: Class) -> None:
        """What running counts depend on: one may begin with another's."""
        counts = {var: (*said.vars, *said.fixed) for var, said in owner.counted.values()}
        counts |= {var: tuple(found) for var, found in owner.asked_of.items()}
        for around, both in owner.running.items():
            counts["run", around] = tuple([v for x in both for v in (*x.vars, *x.fixed)])
        changed = True
        while changed:
            changed = False
            for var, found in counts.items():
                live = owner.live(found)
                changed = changed or live != owner.deps.get(var, frozenset())
                owner.deps[var] = live

    def _told(self, owner: Class, step: Step, arounds: tuple[Around, ...]) -> None:
        """What the class of a block depends on through one use of it."""
        file = self.file
        networks = {
            inst: module
            for inst, each in step.item.by.items()
            if isinstance(module := file.module_of.get(each.step.slot), Network)
        }
        if len(networks) < len(step.item.by):
            return
        loops: dict[int, str] = {}
        for around in arounds:
            loops |= owner.loop_names(around.fold.loop)
        owner.at = owner.turned.get(step, {})
        for inner in {file.class_of(n): None for n in networks.values() if not is_inline(n)}:
            own = {i: n for i, n in networks.items() if file.class_of(n) is inner}
            told = told_to(owner, step.item.span, inner, step.inputs, loops, own)
            found: dict[Var, Iterable[Var]] = {
                ("ext", number): owner.extents.get(variable, ())
                for number, variable in enumerate(step.inputs)
            }
            for var, words in told.items():
                if words is not None:
                    found[var] = (*words.vars, *words.fixed)
                elif var[0] in ("in", "feat"):
                    found[var] = found["ext", var[1]]
            for var, names in found.items():
                inner.deps[var] = inner.deps.get(var, frozenset()) | owner.live(names)
        owner.at = {}

    def _loop_deps(self, owner: Class, around: Around) -> None:
        loop = around.fold.loop
        if isinstance(loop, s.For):
            found = owner.live(owner.leaves(loop.iterable))
            for target in loop.targets:
                owner.deps["slot", target.slot] = found

    def _bake(self, owner: Class) -> None:
        """What decides on what is not printed, a condition or an absent stage, is baked."""
        file, places = self.file, owner.family.places
        if places is None:
            if owner.family.kind != "function":  # nothing in it is said in the text's words
                file.fix(frozenset(p for found in file.origin.deps.values() for p in found))
            return
        file.fix(owner.live(v for each in places.deciding for v in owner.leaves(each)))
        present = self._present(owner)
        gone: list[Place] = []
        for place in places.stages.values():
            if owner.family.is_block and place.is_gone(present):
                gone.append(place)
            else:
                file.fix(owner.live(self._unsaid(owner, place)))
        file.fix(owner.live(self._absent(owner, gone)))
        for loop in {loop: None for place in places.stages.values() for loop in place.loops}:
            said = owner.sized_by(loop.iterable) if isinstance(loop, s.For) else None
            if loop.span in owner.unfolded and (said is None or not said <= owner.lengths.keys()):
                file.fix(owner.live(owner.turn_leaves(loop)))

    def _absent(self, owner: Class, gone: list[Place]) -> set[Var]:
        """What decides that there is nothing at some places, each test and loop looked at once."""
        tests = {id(t): t for place in gone for t in (*place.tests, *place.outer)}
        loops = dict.fromkeys(loop for place in gone for loop in place.loops)
        found = {v for test in tests.values() for v in owner.leaves(test.condition)}
        return found | {v for loop in loops for v in owner.turn_leaves(loop)}

    def _unsaid(self, owner: Class, place: Place) -> set[Var]:
        """What decides that there is something, where no condition is printed."""
        tests = [test for test in place.tests if test.condition.span not in self.file.tested]
        return {v for test in tests for v in owner.leaves(test.condition) if v[0] != "in"}

    def _present(self, owner: Class) -> set[Span]:
        """The places of a block's text of which there is anything, in it or in its groups."""
        found: set[Span] = set()
        for each in self.file.classes.values():
            if each is owner or (
                each.family.places is owner.family.places and not each.family.is_block
            ):
                found |= {step.item.span for step, _ in each.steps} | each.maker.present
        return found
