"""The names of variables: those that are never needed at one time may share one."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Iterator
from itertools import pairwise

from archc.python.code.identifiers import RESERVED, base, is_plain, numbered
from archc.python.forward.timing import Needed, Timing, Web
from archc.python.merging.flows import Around, Choice, Flow, Join, Step, Variable
from archc.python.merging.merge import UnfoldError
from archir.graph import modules

RUNNING = "x"
"""The variable of the current value."""


SPARE = ("out", "y", "z", "w", "v", "u")
"""Variables for what stands beside the current value."""


_MANY = 16
"""Where so many names are in use, those before are not tried again until one of them is free."""


class Naming(Timing):
    """Gives variables names."""

    def _web(self, variable: Variable) -> Web:
        if variable not in self.webs:
            span = self.spans[variable]
            self.webs[variable] = Web([variable], span.start, span.end)
        return self.webs[variable]

    def _together(self, one: Variable, other: Variable) -> bool:
        """Give two variables one name, if neither is in use while the other is."""
        a, b = self._web(one), self._web(other)
        if a is b:
            return True
        for mine in a.members:
            for theirs in b.members:
                if _overlap(self.spans[mine], self.spans[theirs]):
                    return False
        if fixed_name(a) and fixed_name(b) and fixed_name(a) != fixed_name(b):
            return False
        a.members += b.members
        a.start, a.end = min(a.start, b.start), max(a.end, b.end)
        for variable in b.members:
            self.webs[variable] = a
        return True

    def _tie(self, flows: list[Flow]) -> None:
        for flow in flows:
            if isinstance(flow, Around):
                for carried in flow.carried:
                    last, first = carried.last, carried.first
                    if last is not None and not self._together(carried.variable, last):
                        copy = (carried.variable, last)
                        self.ending.setdefault((id(flow), 0), []).append(copy)
                    tied = self._together(carried.variable, carried.out)
                    if not tied and self._is_read(carried.out):
                        raise UnfoldError(flow.fold.loop)  # both are needed at one time
                    if first is not None and not self._together(carried.variable, first):
                        copy = (carried.variable, first)
                        self.copies.setdefault(id(flow), []).append(copy)
                self._tie(flow.body)
            elif isinstance(flow, Choice):
                for arm in flow.arms:
                    self._tie(arm)
                for join in flow.joins:
                    self._tie_join(flow, join)

    def _tie_join(self, flow: Choice, join: Join) -> None:
        for number, value in enumerate(join.arms):
            if value is None:
                continue
            made_inside = self.spans[value].start >= self.times[id(flow)]
            if not (made_inside and self._together(join.variable, value)):
                copy = (join.variable, value)
                self.ending.setdefault((id(flow), number), []).append(copy)
        if join.other is not None:
            # What it was before must not be needed once an arm has overwritten it.
            web = self._web(join.variable)
            first = min(
                [self.spans[m].start for m in web.members if m is not join.variable]
                + [self.ends[id(flow)]]
            )
            late = self.spans[join.other].end > first
            if late or not self._together(join.variable, join.other):
                copy = (join.variable, join.other)
                self.ending.setdefault((id(flow), len(flow.arms)), []).append(copy)

    def _name(self) -> None:
        self.given: dict[str, list[tuple[Needed, Web]]] = {}
        """When each name is needed, and by what, in order."""

        self.busy: dict[tuple[str, ...], tuple[int, int]] = {}
        inputs = self.lines.inputs
        for number, variable in enumerate(inputs, 1):
            name = variable.name if self.names_inputs else None
            wanted = name or (RUNNING if len(inputs) == 1 else f"{RUNNING}{number}")
            self._give(self._web(variable), [wanted])
        for variable in self.spans:
            if variable in self.inline or self._web(variable).name:
                continue
            if not self._is_read(variable):
                continue
            self._give(self._web(variable), self._wanted(self._web(variable)))

    def _is_read(self, variable: Variable) -> bool:
        return any(
            self.spans[member].end > self.spans[member].start
            for member in self._web(variable).members
        )

    def _give(self, web: Web, wanted: list[str]) -> None:
        wanted = [base(each) for each in wanted]
        number, busy = self.busy.get(tuple(wanted), (1, 0))
        if number < _MANY or web.start >= busy:
            number, busy = 1, self.clock + 2
        while True:
            for each in wanted:
                name = numbered(each, number)
                if name in self.taken or name in RESERVED:
                    continue
                others = self._others(name, web)
                if not others:
                    web.name = name
                    given = self.given.setdefault(name, [])
                    for member in web.members:
                        insort(given, (self.spans[member], web), key=_start)
                    self.busy[tuple(wanted)] = (number, busy)
                    return
                busy = min(busy, *[other.end for other in others])
            number += 1

    def _others(self, name: str, web: Web) -> list[Web]:
        """Those that have the name while this one is needed.

        Of what one name is given to no two overlap, so they end in the order in which they start.
        """
        given = self.given.get(name, [])
        found: list[Web] = []
        for member in web.members:
            span = self.spans[member]
            at = max(0, bisect_right(given, span.start, key=_start) - 1)
            while at < len(given) and given[at][0].start <= span.end:
                if _overlap(span, given[at][0]):
                    found.append(given[at][1])
                at += 1
        return found

    def _clash(self, web: Web, other: Web) -> bool:
        return any(
            _overlap(self.spans[one], self.spans[two])
            for one in web.members
            for two in other.members
        )

    def _wanted(self, web: Web) -> list[str]:
        """The names that a web may have, best first."""
        fixed = fixed_name(web)
        maker = next((self.makers[v] for v in web.members if v in self.makers), None)
        if fixed is not None:
            # Items of a list of values go by the names of the modules that they come from.
            label = "" if maker is None else self.says.label(maker)
            if is_plain(label) and self._is_several(fixed):
                return [label, fixed]
            return [fixed]
        wanted: list[str] = []
        if maker is not None:
            for variable in self._sources(maker):
                source = self._web(variable)
                if source.name and fixed_name(source) is None:
                    wanted.append(source.name)
        wanted.append(RUNNING)
        if maker is not None and self._stands_alone(web, maker):
            label = self.says.label(maker)
            if is_plain(label):
                wanted.append(label)
        return [*dict.fromkeys(wanted), *SPARE]

    def _is_several(self, name: str) -> bool:
        """Whether the text has several values of that name at one time."""
        if name not in self.several:
            found = (self._web(variable) for variable in self.spans if variable.name == name)
            webs = list({id(web): web for web in found}.values())
            self.several[name] = any(self._clash(*two) for two in pairwise(webs))
        return self.several[name]

    def _stands_alone(self, web: Web, maker: Step) -> bool:
        """Whether the result is a whole branch: the next that reads it merges several values."""
        readers = [step for v in web.members for step in self.reads.get(v, ())]
        called = isinstance(maker.line, modules.ModuleCall)
        return called and any(len(step.inputs) > 1 for step in readers)

    def _sources(self, step: Step) -> Iterator[Variable]:
        for variable in step.inputs:
            if variable in self.inline:
                yield from self._sources(self.inline[variable])
            else:
                yield variable

    def _name_of(self, variable: Variable) -> str:
        return self._web(variable).name or "_"


def _start(item: tuple[Needed, Web]) -> int:
    return item[0].start


def _overlap(one: Needed, other: Needed) -> bool:
    """Whether both are needed at one time; a line may overwrite what it reads last."""
    if one.start == other.start:
        return True
    first, second = (one, other) if one.start < other.start else (other, one)
    return first.end > second.start


def fixed_name(web: Web) -> str | None:
    """The name that the text gives."""
    return next((v.name for v in web.members if v.name is not None), None)
