"""What the lines of instances read: a variable of the merged lines, of a loop, of a condition."""

from __future__ import annotations

from collections.abc import Hashable, Mapping

from archc.python.merging.flows import Around, Carried, Choice, Join, Variable
from archc.python.merging.merge import Fold, Inst, Merger, UnfoldError, When, apart
from archir.base.source import Span
from archir.graph.graph import Value
from archir.graph.modules import Line
from archir.program import statements as s


class Reading:
    """Finds variables for the values that instances read."""

    def __init__(self, merger: Merger, insts: list[Inst], depth: int) -> None:
        self.merger = merger
        self.depth = depth
        self.insts = insts
        self.rows = set(insts)
        self.trained: dict[Line, bool] = {}
        self.made: dict[tuple[Inst, Value], tuple[Inst, Variable]] = {}
        """Who makes a value of an instance, and what it is in the merged lines."""

        self.whens: dict[Variable, list[tuple[When, int]]] = {}
        """The conditions around what makes a variable, from the outside, and the arms."""

        self.inputs: dict[Variable, list[Variable]] = {}
        self.order: dict[Variable, int] = {}
        self.folds: dict[Fold, tuple[list[tuple[When, int]], int]] = {}
        """The conditions around a loop, and when it begins."""

        self.arounds: dict[Fold, Around] = {}
        self.choices: dict[When, Choice] = {}
        self.loops: dict[tuple[Inst, Span], Around] = {}
        self.joins: dict[Hashable, Variable] = {}

    def _base(self, inst: Inst) -> Inst:
        """The one of the instances that a turn belongs to."""
        while inst not in self.rows:
            assert inst.outer is not None
            inst = inst.outer
        return inst

    def _maker(self, inst: Inst, value: Value) -> tuple[Inst, Variable]:
        return self.made[self._base(inst), value]

    def _variable(self, values: dict[Inst, Value], whens: list[tuple[When, int]]) -> Variable:
        names = {value.name for value in values.values()}
        variable = Variable(names.pop() if len(names) == 1 else None, values)
        self.whens[variable] = whens
        self.order[variable] = len(self.order)
        for inst, value in values.items():
            self.made.setdefault((self._base(inst), value), (inst, variable))
        return variable

    def _read(self, values: Mapping[Inst, Value], span: Span | None = None) -> Variable:
        """The variable that holds these values where these instances read, at a place."""
        seen: dict[Inst, Variable] = {}
        turns: list[Inst] = []
        for inst, value in values.items():
            found = self._seen(inst, value)
            if isinstance(found, Inst):
                turns.append(found)
                continue
            seen[inst] = found
            left = self._left_in(inst, value) or self._left_by(inst, value, span)
            if left is not None:
                turns.append(left)
        if turns:  # of several loops the innermost, whose variable begins with the outer one's
            variable = self._carried(values, max(turns, key=lambda turn: turn.depth), span)
        else:
            variable = self._joined(seen, values, span)
        for inst, value in values.items():
            variable.values.setdefault(inst, value)
        return variable

    def _entered(self, values: Mapping[Inst, Value], span: Span | None) -> Variable | None:
        """The variable of a loop whose first turns alone read these values, which begin it.

        That they do the text says: there is no other turn that would show it.
        """
        turns = set(values)
        if span is None or self.merger.places is None or any(t.turn for t in turns):
            return None
        first = next(iter(turns))
        if first.loop is None or any(turn.loop is not first.loop for turn in turns):
            return None
        if any(turn in chain(self._maker(turn, value)[0]) for turn, value in values.items()):
            return None
        place = self.merger.places.stages.get(span)
        if place is None or not self._takes(first.loop, span, True):
            return None
        if place.names_too:
            raise UnfoldError(first.loop)
        return self._carried(values, first, span)

    def _takes(self, loop: s.Loop, span: Span | None, begins: bool) -> bool:
        """Whether what stands there takes what a turn begins with, or what the loop leaves."""
        places = self.merger.places
        place = None if span is None or places is None else places.stages.get(span)
        return place is not None and any(
            each is loop and begin == begins for each, begin in place.current
        )

    def _left_by(self, inst: Inst, value: Value, span: Span | None) -> Inst | None:
        """The only turn of a loop, which leaves a value: no other turn shows that it does."""
        maker, _ = self._maker(inst, value)
        above = chain(inst)
        while maker not in above:
            assert maker.outer is not None
            assert maker.loop is not None
            if maker.outer in above:
                turns = self.loops[maker.outer, maker.loop.span].fold.turns.values()
                if any(len(each) > 1 for each in turns):
                    return None
                flows = value.name is None if span is None else self._takes(maker.loop, span, False)
                return maker if flows else None
            maker = maker.outer
        return None

    def _seen(self, inst: Inst, value: Value) -> Variable | Inst:
        """The variable of a value; or the turn in which it is made, where it goes round a loop."""
        maker, variable = self.made[self._base(inst), value]
        above = chain(inst)
        turn = maker
        leaves: Inst | None = None
        while turn not in above:
            assert turn.outer is not None
            assert turn.loop is not None
            reader = next((r for r in above if r.outer is turn.outer), None)
            ahead = reader is not None and reader.loop is turn.loop
            follows = reader is not None and reader.turn == turn.turn + 1
            at_end = follows if ahead else self._is_last(turn)
            if not at_end and not self.whens[variable]:
                raise UnfoldError(turn.loop)  # others have come in between: a list of values
            if ahead:
                return turn
            if not at_end:
                leaves = turn
            turn = turn.outer
        return variable if leaves is None else leaves

    def _left_in(self, inst: Inst, value: Value) -> Inst | None:
        """The last turn of a loop that is over, if what it leaves goes round in others.

        What is absent in the last turn alone hands on what would have flowed into it.
        """
        maker, variable = self._maker(inst, value)
        above = chain(inst)
        turn = maker
        while turn not in above and turn.outer is not None and turn.outer not in above:
            turn = turn.outer
        if turn in above or turn.outer is None or turn.loop is None:
            return None
        around = self.loops[turn.outer, turn.loop.span]
        for carried in around.carried:
            for at, wanted in carried.wanted.items():
                made = self._maker(at, wanted)[1]
                if made is not variable and (
                    variable in self._or_before(made, around)
                    or made in self._or_before(variable, around)
                ):
                    return turn
        return None

    def _or_before(self, made: Variable, around: Around) -> set[Variable]:
        """A variable, and what is current where a condition in the loop has it absent."""
        found: set[Variable] = set()
        waiting = [made]
        outside = len(self.folds[around.fold][0])
        while waiting:
            variable = waiting.pop()
            if variable not in found:
                found.add(variable)
                inside = len(self.whens[variable]) > outside
                waiting += self.inputs.get(variable, ()) if inside else ()
        return found

    def _is_last(self, turn: Inst) -> bool:
        assert turn.outer is not None
        assert turn.loop is not None
        around = self.loops[turn.outer, turn.loop.span]
        return around.fold.turns[turn.outer][-1] is turn

    def _carried(
        self, values: Mapping[Inst, Value], turn: Inst, span: Span | None = None
    ) -> Variable:
        """A variable of the loop of which ``turn`` is one, for values that go round it."""
        assert turn.outer is not None
        assert turn.loop is not None
        around = self.loops[turn.outer, turn.loop.span]
        wanted = _wanted(around, turn.loop, values)
        behind = any(at in around.fold.turns for at in wanted)
        names = {value.name for value in wanted.values()}
        enters = any(self._takes(turn.loop, span, begins) for begins in (True, False))
        enters = enters or (span is None and names == {None})
        for carried in around.carried:
            if self._continues(around, carried, wanted, enters):
                carried.wanted.update(wanted)
                carried.enters = carried.enters or enters
                return carried.out if behind else carried.variable
        name = names.pop() if len(names) == 1 else None
        carried = Carried(Variable(name), wanted, Variable(name), enters=enters)
        around.carried.append(carried)
        for variable in (carried.variable, carried.out):
            self.whens[variable], self.order[variable] = self.folds[around.fold]
        return carried.out if behind else carried.variable

    def _continues(
        self, around: Around, carried: Carried, wanted: dict[Inst, Value], enters: bool
    ) -> bool:
        """Whether a variable of the loop may hold these values too: it has some of them, or
        what is wanted behind the loop is made where others are.
        """
        if any(carried.wanted.get(at, value) is not value for at, value in wanted.items()):
            return False
        if carried.wanted.keys() & wanted.keys() or (enters and carried.enters):
            return True
        made = {
            each
            for at, value in carried.wanted.items()
            for each in self._or_before(self._maker(at, value)[1], around)
        }
        return all(self._maker(at, value)[1] in made for at, value in wanted.items())

    def _joined(
        self, seen: Mapping[Inst, Variable], values: Mapping[Inst, Value], span: Span | None = None
    ) -> Variable:
        entered = self._entered({inst: values[inst] for inst in seen}, span)
        if entered is not None:
            return entered
        distinct = set(seen.values())
        if len(distinct) == 1:
            return distinct.pop()
        latest = max(distinct, key=lambda variable: self.order[variable])
        for when, _ in self.whens[latest]:
            parts: list[dict[Inst, Variable]] = [{} for _ in range(len(when.arms) + 1)]
            for inst, variable in seen.items():
                parts[arm_of(when, inst)][inst] = variable
            if sum(map(bool, parts)) < 2:
                continue
            joined = [self._joined(part, values, span) if part else None for part in parts]
            return self._join(when, joined)
        turns = [self._maker(inst, values[inst])[0] for inst in seen]
        for turn in turns:
            if turn.outer is not None and any(turn not in chain(inst) for inst in seen):
                return self._carried(values, turn)
        raise apart(next(iter(seen)))

    def _join(self, when: When, joined: list[Variable | None]) -> Variable:
        key = (when, *joined)
        if key not in self.joins:
            *arms, other = joined
            names = {variable.name for variable in joined if variable is not None}
            variable = self.joins[key] = Variable(names.pop() if len(names) == 1 else None)
            self.choices[when].joins.append(Join(variable, arms, other))
            made = [each for each in arms if each is not None]
            self.order[variable] = max(self.order[each] for each in made)
            around = self.whens[made[0]]
            places = [number for number, (each, _) in enumerate(around) if each is when]
            self.whens[variable] = around[: places[0]] if places else []
        return self.joins[key]


def _wanted(around: Around, loop: s.Loop, values: Mapping[Inst, Value]) -> dict[Inst, Value]:
    """What each turn begins with, and what is read behind the loop, if it is one value each."""
    wanted: dict[Inst, Value] = {}
    for inst, value in values.items():
        above = chain(inst)
        at = next((i for i in above if i.loop is loop), None)
        at = at or next((i for i in above if i in around.fold.turns), None)
        if at is None or wanted.setdefault(at, value) is not value:
            raise UnfoldError(loop)
    return wanted


def chain(inst: Inst) -> list[Inst]:
    """An instance and all that it is a turn in."""
    found = [inst]
    while found[-1].outer is not None:
        found.append(found[-1].outer)
    return found


def arm_of(when: When, inst: Inst) -> int:
    """The arm that an instance takes; the number of arms where it takes none."""
    above = chain(inst)
    for number, (having, _) in enumerate(when.arms):
        if any(each in having for each in above):
            return number
    return len(when.arms)
