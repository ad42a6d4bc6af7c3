"""When the variables of a ``forward`` are in use, and which lines stand inside of others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Protocol

from archc.python.merging.flows import Around, Choice, Flow, Lines, Step, Variable
from archir.base.record import Struct
from archir.graph import modules
from archir.op.recipe import (
    AllInputs,
    Code,
    Device,
    Extent,
    Fold,
    Infix,
    Input,
    Items,
    Only,
    Range,
    Subscript,
)
from archir.op.recipe import Call as CallCode

INLINE = 60
"""Calls are written inside one another up to about this many columns."""


class Says(Protocol):
    """What the class around a ``forward`` says of its lines."""

    def target(self, step: Step) -> str:
        """Python for the module that is called, or the parameter that is read."""

    def code(self, step: Step) -> Code:
        """What is computed."""

    def label(self, step: Step) -> str:
        """A word for the result of a call."""

    def gathered(self) -> set[str]:
        """The names that the text gives to lists of values, which loops leave."""

    def overwrites(self, step: Step) -> bool:
        """Whether it may work in place, on what others read too."""

    def begin(self, around: Around) -> str | None:
        """A loop begins: its variables are known. It may take one more name, of a module."""

    def loop(self, around: Around, body: list[str]) -> str:
        """The head of a loop with these lines."""

    def test(self, choice: Choice, arm: int) -> str:
        """The condition of an arm; empty where it is the last, and is taken if no other is."""


class Needed(Struct):
    """When a variable is in use: from the line that makes it to the last that reads it."""

    start: int
    end: int


class Web(Struct):
    """Variables that share a name."""

    members: list[Variable]
    start: int
    end: int
    name: str = ""


class Timing:
    """Works out which calls stand in other lines, and from when to when variables are needed."""

    def __init__(self, lines: Lines, says: Says, taken: set[str], names_inputs: bool) -> None:
        self.lines = lines
        self.says = says
        self.taken = taken
        self.names_inputs = names_inputs
        self.inline: dict[Variable, Step] = {}
        self.times: dict[int, int] = {}
        self.ends: dict[int, int] = {}
        """When each line, loop or condition begins, and when it is over."""

        self.spans: dict[Variable, Needed] = {}
        self.reads: dict[Variable, list[Step]] = {}
        self.makers: dict[Variable, Step] = {}
        self.webs: dict[Variable, Web] = {}
        self.copies: dict[int, list[tuple[Variable, Variable]]] = {}
        """Lines ``variable = other`` before a loop or condition (or at the end of an arm)."""

        self.ending: dict[tuple[int, int], list[tuple[Variable, Variable]]] = {}
        self.several: dict[str, bool] = {}
        self.clock = 0

    def _choose_inline(self) -> None:
        """Put calls into the line that merges them, where the order of running stays the same."""
        uses: Counter[Variable] = Counter(self.lines.results)
        blocks = list(blocks_of(self.lines.body))
        for block in blocks:
            for flow in block:
                if isinstance(flow, Step):
                    for variable in self._operands(flow):
                        uses[variable] += 1
                elif isinstance(flow, Around):
                    for carried in flow.carried:
                        uses.update(v for v in (carried.first, carried.last) if v is not None)
                else:
                    for join in flow.joins:
                        uses.update(v for v in (*join.arms, join.other) if v is not None)
        for block in blocks:
            self._inline_in(block, uses)

    def _operands(self, step: Step) -> list[Variable]:
        """The variables in a step's text, in the order in which they are evaluated."""
        if not isinstance(step.line, modules.Compute):
            return step.inputs
        return list(_order(self.says.code(step), step.inputs))

    def _inline_in(self, block: list[Flow], uses: Counter[Variable]) -> None:
        for index, step in enumerate(block):
            if not isinstance(step, Step) or not isinstance(step.line, modules.Compute):
                continue
            if len(step.inputs) < 2:
                continue
            wanted = self._operands(step)
            chosen: list[Step] = []
            at = index - 1
            for position, variable in reversed(list(enumerate(wanted))):
                before = block[at] if at >= 0 else None
                if (
                    isinstance(before, Step)
                    and isinstance(before.line, modules.ModuleCall)
                    and before.outputs == [variable]
                    and before.training == step.training
                    and variable.name is None
                    and uses[variable] == 1
                    # The first two are merged by then, and what they were must not change.
                    and not (position > 1 and self.says.overwrites(before))
                ):
                    chosen.append(before)
                    at -= 1
            length = sum(len(self.says.target(each)) + 4 for each in chosen) + 4 * len(wanted)
            if chosen and length <= INLINE:
                self.inline.update((each.outputs[0], each) for each in chosen)

    def _define(self, variable: Variable, time: int) -> None:
        self.spans[variable] = Needed(time, time)

    def _use(self, variable: Variable, time: int, loops: tuple[tuple[int, int], ...]) -> None:
        """Note a use; one inside a loop of what is made before it lasts until the loop is over."""
        span = self.spans.setdefault(variable, Needed(time, time))
        for start, end in loops:
            if span.start < start:
                time = max(time, end)
                break
        span.end = max(span.end, time)

    def _measure(self, flows: list[Flow], loops: tuple[tuple[int, int], ...]) -> None:
        for flow in flows:
            self.clock += 1
            start = self.times[id(flow)] = self.clock
            if isinstance(flow, Step):
                for variable in flow.inputs:
                    self._use(variable, start, loops)
                    self.reads.setdefault(variable, []).append(flow)
                for variable in flow.outputs:
                    self._define(variable, start)
                    self.makers[variable] = flow
                continue
            if isinstance(flow, Around):
                end = start + 1 + size_of(flow.body)
                for carried in flow.carried:
                    self._define(carried.variable, start)
                    if carried.first is not None:
                        self._use(carried.first, start, loops)
                self._measure(flow.body, (*loops, (start, end)))
                self.clock = self.ends[id(flow)] = end
                for carried in flow.carried:
                    self._define(carried.out, end)
                    if carried.last is not None:
                        self._use(carried.last, end, loops)
                continue
            for number, arm in enumerate(flow.arms):
                self._measure(arm, loops)
                self.clock += 1
                for join in flow.joins:
                    value = join.arms[number]
                    if value is not None:
                        self._use(value, self.clock, loops)
            self.ends[id(flow)] = self.clock
            for join in flow.joins:
                self._define(join.variable, self.clock)
                if join.other is not None:
                    self._use(join.other, start, loops)


def size_of(flows: list[Flow]) -> int:
    """How many moments the lines take."""
    total = 0
    for flow in flows:
        total += 1
        if isinstance(flow, Around):
            total += size_of(flow.body) + 1
        elif isinstance(flow, Choice):
            total += sum(size_of(arm) + 1 for arm in flow.arms)
    return total


def blocks_of(flows: list[Flow]) -> Iterator[list[Flow]]:
    yield flows
    for flow in flows:
        if isinstance(flow, Around):
            yield from blocks_of(flow.body)
        elif isinstance(flow, Choice):
            for arm in flow.arms:
                yield from blocks_of(arm)


def _order(code: Code, inputs: list[Variable]) -> Iterator[Variable]:
    """The incoming tensors in the order in which Python evaluates them."""
    if isinstance(code, Input):
        yield inputs[code.index]
    elif isinstance(code, AllInputs | Fold):
        yield from inputs
    elif isinstance(code, Infix):
        yield from _order(code.left, inputs)
        yield from _order(code.right, inputs)
    elif isinstance(code, Only):
        yield from _order(code.code, inputs)
    elif isinstance(code, Extent | Device):
        yield inputs[code.input]
    elif isinstance(code, Items):
        for item in code.items:
            yield from _order(item, inputs)
    elif isinstance(code, Subscript):
        yield from _order(code.base, inputs)
        for item in code.items:
            yield from _order(item, inputs)
    elif isinstance(code, Range):
        for bound in (code.start, code.end, code.step):
            yield from _order(bound, inputs)
    elif isinstance(code, CallCode):
        for argument in (*code.args, *(value for _, value in code.kwargs)):
            yield from _order(argument, inputs)
