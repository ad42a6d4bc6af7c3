"""Channels: how many each value of a ``forward`` has, in the words of the constructor.

torch's modules are told how many channels come in, which the text never says. So the printer keeps
count, by what each op says of its own channels. Where there are no words the count is not known,
and the number that the graph has is printed.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

from archc.python.channels.codes import AXES, moved, worth
from archc.python.channels.steps import Steps
from archc.python.classes.klass import Class, File
from archc.python.classes.said import Said, Var, same
from archc.python.classes.scope import say
from archc.python.code.layout import constant
from archc.python.merging.flows import Around, Carried, Choice, Flow, Join, Step, Variable
from archc.python.merging.merge import Inst
from archc.python.reading.evaluate import UnknownError, evaluate
from archc.python.reading.scope import ATOM, UnsayableError
from archir.base.record import replaced
from archir.graph.modules import ModuleCall, Network
from archir.program import expressions as e
from archir.program import statements as s


def analyse(owner: Class, file: File) -> None:
    """Work out the channels of all values of a class; inner classes are done."""
    _Analysis(owner, file).run()


class _Analysis(Steps):
    def run(self) -> None:
        owner = self.owner
        owner.steps = list(_steps(owner.lines.body, ()))
        names = [variable.name for variable in owner.lines.inputs]
        for number, variable in enumerate(owner.lines.inputs):
            owner.extents[variable] = frozenset([("ext", number)])
            for axis, kind, word in ((1, "in", "channels"), (-1, "feat", "features")):
                self.known[variable, axis] = self._incoming(
                    number, variable, axis, kind, word, names
                )
        self._flows(owner.lines.body, ())
        if len(owner.lines.results) == 1:
            result = owner.lines.results[0]
            owner.result = {axis: self.known.get((result, axis)) for axis in AXES}
            owner.result_extents = owner.extents[result]

    def _incoming(
        self,
        number: int,
        variable: Variable,
        axis: int,
        kind: str,
        word: str,
        names: list[str | None],
    ) -> Said | None:
        owner = self.owner
        shapes = [owner.file.shape(variable.values[i]) for i in owner.insts]
        if any(len(shape) < 2 for shape in shapes):
            return None
        if axis == -1 and all(len(shape) == 2 for shape in shapes):
            kind, word = "in", "channels"
        if owner.is_root:
            return self._of_model(number, axis, shapes[0][axis])
        var: Var = (kind, number)
        first = names[number]
        wanted = f"in_{word}" if number == 0 or first is None else f"{first}_{word}"
        return Said(owner.named(var, wanted), ATOM, frozenset([var]))

    def _of_model(self, number: int, axis: int, value: int) -> Said:
        """What the model's text says that flows in, where it says more than a number."""
        owner, places = self.owner, self.owner.family.places
        if places is not None and number < len(places.block.inputs):
            given = places.block.inputs[number]
            said = given.shape.dims[axis].value
            if said is not None and owner.leaves(said):
                with suppress(UnsayableError):
                    if owner.holds(said, dict.fromkeys(owner.insts, value), given.span):
                        return say(owner, said, given.span, {})
        return Said(constant(value))

    def _flows(self, flows: list[Flow], arounds: tuple[Around, ...]) -> None:
        for flow in flows:
            if isinstance(flow, Step):
                self._step(flow)
            elif isinstance(flow, Around):
                self._around(flow, arounds)
            else:
                self._choice(flow, arounds)

    def _choice(self, choice: Choice, arounds: tuple[Around, ...]) -> None:
        for arm in choice.arms:
            self._flows(arm, arounds)
        for join in choice.joins:
            values = [v for v in (*join.arms, join.other) if v is not None]
            for axis in AXES:
                said = [self.known.get((value, axis)) for value in values]
                one = self._counted_on(choice, join) if axis == 1 else None
                self.known[join.variable, axis] = one or self._one_of(choice, join, said, axis)
            self.owner.extents[join.variable] = frozenset(
                var for value in values for var in self.owner.extents.get(value, ())
            )

    def _counted_on(self, choice: Choice, join: Join) -> Said | None:
        """A running count that what stands in a condition changes."""
        if join.other is None or len(join.arms) != 1:
            return None
        before, (arm,) = self.known.get((join.other, 1)), join.arms
        after = None if arm is None else self.known.get((arm, 1))
        if before is not None and after is not None and before.text == after.text:
            return None
        flow = choice.arms[0][-1]
        if before is None or after is None or before.text != self.owner.counter:
            return None
        if (
            not isinstance(flow, Step)
            or flow.outputs != [arm]
            or not isinstance(flow.line, ModuleCall)
        ):
            return None
        var: Var = ("run", choice)
        self.owner.counted[flow.item.key] = (var, after)
        return Said(self.owner.counter, ATOM, frozenset([var]))

    def _one_of(
        self, choice: Choice, join: Join, all_said: list[Said | None], axis: int
    ) -> Said | None:
        """The words for what is one of several values: those that are true in all instances."""
        said = [each for each in all_said if each is not None]
        if len(said) < len(all_said):
            return None
        if len({each.text for each in said}) == 1:
            return said[0]
        numbers = self._numbers(join.variable, axis)
        for each in said:
            if each.of is None or not numbers:
                continue
            if self.owner.holds(each.of[0], numbers, each.of[1]):
                others = [other for other in said if other is not each]
                if all(self._means(each, other, choice) for other in others):
                    return each
                # They may mean the same number by chance: what they name is baked.
                return replaced(
                    each, fixed=frozenset(v for one in said for v in (*one.vars, *one.fixed))
                )
        return None

    def _means(self, one: Said, other: Said, choice: Choice) -> bool:
        """Whether words that mean the same where an arm is not taken do so for any numbers but
        those that decide it.
        """
        owner, places = self.owner, self.owner.family.places
        insts = [
            i for i in choice.when.everyone if all(i not in had for had, _ in choice.when.arms)
        ]
        if places is None or one.of is None or not insts:
            return False
        flows = [flow for arm in choice.arms for flow in arm if isinstance(flow, Step)]
        spans = [flow.item.span for flow in flows if flow.item.span in places.stages]
        tests = [test.condition for span in spans for test in places.stages[span].tests]
        decided = frozenset(v for test in tests for v in owner.leaves(test))
        try:
            return all(
                same(evaluate(one.of[0], look), worth(other, look, number))
                for inst in insts
                for by in (1, 2, 5)
                for look, number in [moved(owner, inst, one.of[1], decided, by)]
            )
        except UnknownError:
            return False

    def _around(self, around: Around, arounds: tuple[Around, ...]) -> None:
        loop = around.fold.loop
        outside = dict(self.loops)
        self.owner.running.pop(around, None)
        self.loops.update(self.owner.loop_names(loop))
        turns = self.owner.leaves(loop.iterable if isinstance(loop, s.For) else loop.count)
        for carried in around.carried:
            first = carried.first
            known = frozenset(self.owner.deps)  # of what nothing is known
            before = known if first is None else self.owner.extents.get(first, known)
            self.owner.extents[carried.variable] = before | turns
            for axis in AXES:
                said = None if first is None else self.known.get((first, axis))
                self.known[carried.variable, axis] = said
        self._flows(around.body, (*arounds, around))
        while not self._settled(around):
            self._flows(around.body, (*arounds, around))
        self._leave(around)
        self.loops = outside

    def _settled(self, around: Around) -> bool:
        """Whether a turn leaves what it begins with. What it does not is counted, or not known."""
        extents = self.owner.extents
        settled = True
        for carried in around.carried:
            if carried.last is not None:
                more = extents.get(carried.last, frozenset()) - extents[carried.variable]
                settled = settled and not more
                extents[carried.variable] |= more
            for axis in AXES:
                settled = self._same_again(around, carried, axis) and settled
        return settled

    def _same_again(self, around: Around, carried: Carried, axis: int) -> bool:
        owner, last = self.owner, carried.last
        before = self.known[carried.variable, axis]
        after = None if last is None else self.known.get((last, axis))
        if before is None:
            return True
        counts = before.vars == {("run", around)}
        if counts and after is not None:
            owner.running[around] = (owner.running[around][0], after)
            return True
        if after is not None and (after.text, after.vars) == (before.text, before.vars):
            fixed = before.fixed | after.fixed
            self.known[carried.variable, axis] = replaced(before, fixed=fixed)
            return fixed == before.fixed
        if axis == 1 and around not in owner.running and last is not None:
            self._count(around, carried, before, after)
            return False
        if counts:
            owner.running.pop(around, None)
            self.uncounted.add(around)
        self.known[carried.variable, axis] = None
        if last is not None:
            found = {v for x in (before, after) if x for v in (*x.vars, *x.fixed)}
            owner.extents[carried.variable] |= found - {("run", around)}
        return False

    def _count(self, around: Around, carried: Carried, before: Said, after: Said | None) -> None:
        var: Var = ("run", around)
        self.known[carried.variable, 1] = None
        if around in self.uncounted:
            return
        self.known[carried.variable, 1] = Said(self.owner.counter, ATOM, frozenset([var]))
        self.owner.running[around] = (before, after or before)
        self.owner.deps.setdefault(var, frozenset())

    def _leave(self, around: Around) -> None:
        """Behind a loop its count is of what a turn has left: other values have no words by it."""
        owner = self.owner
        lasting = {carried.last for carried in around.carried}
        inside = [v for step, loops in owner.steps if around in loops for v in step.outputs]
        for variable, axis in [(v, axis) for v in inside if v not in lasting for axis in AXES]:
            said = self.known.get((variable, axis))
            if said is not None and ("run", around) in said.vars:
                owner.inside[variable, axis] = (around.fold.loop.span, said)
                owner.extents[variable] |= said.vars
                self.known[variable, axis] = None
        for carried in around.carried:
            owner.extents[carried.out] = owner.extents[carried.variable]
            for axis in AXES:
                said, last = self.known[carried.variable, axis], carried.last
                left = None if last is None else self.known.get((last, axis))
                if left is not None and _turns_surely(around.fold.loop) and self._lasts(left):
                    said = left
                self.known[carried.out, axis] = said
                if last is not None and said is not None and said != self.known.get((last, axis)):
                    owner.inside[last, axis] = (around.fold.loop.span, self.known.get((last, axis)))
                    self.known[last, axis] = said

    def _lasts(self, said: Said) -> bool:
        """Whether words that are true in a turn are true behind the loop."""
        places = self.owner.family.places
        turning = () if places is None else places.targets
        return not any(v[0] == "run" or (v[0] == "slot" and v[1] in turning) for v in said.vars)

    def inline(self, step: Step, networks: dict[Inst, Network], around: frozenset[Var]) -> None:
        """A labelled chain: its lines are of this class too."""
        owner = self.owner
        lines = owner.chain(networks)
        (variable,) = step.outputs
        if lines is None:
            owner.extents[variable] = around | frozenset(owner.deps)
            return
        for axis in AXES:
            self.known[lines.inputs[0], axis] = self.known.get((step.inputs[0], axis))
        owner.extents[lines.inputs[0]] = around
        at = next(i for i, (st, _) in enumerate(owner.steps) if st is step)
        if (lines, at) not in owner.chains:
            owner.chains.add((lines, at))
            owner.steps[at:at] = list(_steps(lines.body, owner.steps[at][1]))
        self._flows(lines.body, ())
        for axis in AXES:
            self.known[variable, axis] = self.known.get((lines.results[0], axis))
        owner.extents[variable] = owner.extents.get(lines.results[0], around)


def _turns_surely(loop: s.Loop) -> bool:
    """Whether a loop has a turn, whatever the numbers are."""
    if isinstance(loop, s.RepeatLoop):
        return isinstance(loop.count, e.Number) and loop.count.value > 0
    return isinstance(loop.iterable, e.ListDisplay) and bool(loop.iterable.items)


def _steps(
    flows: Iterable[Flow], around: tuple[Around, ...]
) -> Iterable[tuple[Step, tuple[Around, ...]]]:
    for flow in flows:
        if isinstance(flow, Step):
            yield flow, around
        elif isinstance(flow, Around):
            yield from _steps(flow.body, (*around, flow))
        else:
            for arm in flow.arms:
                yield from _steps(arm, around)
