"""``forward``: values get the names of variables, and lines their text."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from archc.python.body import Body, Line, Statement, Training
from archc.python.identifiers import RESERVED, base, is_plain, numbered
from archc.python.recipes import expression
from archc.python.text import INDENT, Call, Expr, Raw, flat, layout
from archir.graph import Value
from archir.recipe import (
    AllInputs,
    Code,
    Extent,
    Fold,
    Infix,
    Input,
    Items,
    Only,
    Range,
    Subscript,
)
from archir.recipe import Call as CallCode

RUNNING = "x"
"""The variable of the current value."""

SPARE = ("out", "y", "z")
"""Variables for what stands beside the current value."""

INLINE = 60
"""Calls are written inside one another up to about this many columns."""


@dataclass(slots=True)
class Forward:
    """A body's ``forward``: the names of its parameters, and its lines but for the return."""

    arguments: list[str]
    lines: list[str]
    names: dict[Value, str]


def forward(body: Body, taken: set[str]) -> Forward:
    """Write a body's ``forward``; ``taken`` are the names that the file uses around it."""
    return _Writer(body, taken).write()


@dataclass(slots=True, eq=False)
class _Writer:
    body: Body
    taken: set[str]
    names: dict[Value, str] = field(default_factory=dict)
    """The variable that holds a value."""

    held: dict[str, Value] = field(default_factory=dict)
    """The value that a variable holds."""

    held_until: dict[str, tuple[int, float]] = field(default_factory=dict)
    """For a name: how many variables like it are in use, and until when none of them is free."""

    fixed: set[str] = field(default_factory=set)
    """Variables named by the text: the running value does not go on in them."""

    last: dict[Value, int] = field(default_factory=dict)
    inline: dict[Value, Statement] = field(default_factory=dict)
    readers: dict[Value, Statement] = field(default_factory=dict)
    time: int = 0

    def write(self) -> Forward:
        self._measure()
        arguments = []
        pairs = zip(self.body.inputs, self.body.input_names, strict=True)
        for number, (value, name) in enumerate(pairs, 1):
            wanted = name or (RUNNING if len(self.body.inputs) == 1 else f"{RUNNING}{number}")
            argument = self._claim(wanted, -1)
            arguments.append(argument)
            self._hold(value, argument)
            if name is not None and name != RUNNING:
                self.fixed.add(argument)
        lines = list(self._lines(self.body.lines, 2))
        return Forward(arguments, lines, self.names)

    # --- liveness -----------------------------------------------------------------------------

    def _measure(self) -> None:
        """Note when each value is used last, and which calls stand inside another line."""
        uses: Counter[Value] = Counter()
        order = list(_flat(self.body.lines))
        for time, statement in enumerate(order):
            uses.update(_reads(statement))
            self.last.update(dict.fromkeys(statement.inputs, time))
            self.readers.update(dict.fromkeys(statement.inputs, statement))
        for result in self.body.results:
            uses[result.value] += 1
            self.last[result.value] = len(order)
        for block in _blocks(self.body.lines):
            self._inline(block, uses)

    def _inline(self, block: list[Line], uses: Counter[Value]) -> None:
        """Put calls into the line that merges them, where the order of running stays the same."""
        for index, line in enumerate(block):
            if not isinstance(line, Statement) or line.kind != "compute" or len(line.inputs) < 2:
                continue
            wanted = list(_order(line.code, line.inputs))
            chosen: list[Statement] = []
            at = index - 1
            for position, value in reversed(list(enumerate(wanted))):
                before = block[at] if at >= 0 else None
                if (
                    isinstance(before, Statement)
                    and before.kind == "call"
                    and before.outputs == (value,)
                    and value.name is None
                    and uses[value] == 1
                    # The first two are merged by then, and what they were must not change.
                    and not (position > 1 and before.overwrites)
                ):
                    chosen.append(before)
                    at -= 1
            length = sum(len(statement.target) + 4 for statement in chosen) + 4 * len(wanted)
            if chosen and length <= INLINE:
                # A variable read before the inlined calls must not be changed by them: none is.
                self.inline.update((statement.outputs[0], statement) for statement in chosen)

    # --- variables ----------------------------------------------------------------------------

    def _is_free(self, name: str, time: int) -> bool:
        value = self.held.get(name)
        return value is None or self.last.get(value, -1) <= time

    def _claim(self, wanted: str, time: int, other_than: Sequence[str] = ()) -> str:
        """A variable like ``wanted`` that holds nothing which is still needed."""
        name = base(wanted)
        count, until = self.held_until.get(name, (1, math.inf))
        if time >= until:
            count, until = 1, math.inf
        while True:
            result = numbered(name, count)
            taken = result in self.taken or result in RESERVED
            if not taken:
                if self._is_free(result, time):
                    if result not in other_than:
                        break
                    until = time
                else:
                    until = min(until, self.last[self.held[result]])
            count += 1
        self.held_until[name] = count, until
        return result

    def _hold(self, value: Value, name: str) -> None:
        self.names[value] = name
        self.held[name] = value

    def _target(self, statement: Statement, value: Value, time: int) -> str:
        """The variable that a result goes to."""
        if value.name is not None:
            name = self._claim(value.name, time)
            self.fixed.add(name)
            return name
        reads = [self.names[v] for v in _sources(statement, self.inline) if v in self.names]
        for name in reads:
            if name not in self.fixed and self._is_free(name, time):
                return name
        if self._is_free(RUNNING, time) and RUNNING not in self.fixed:
            return RUNNING
        if self._stands_alone(statement, value) and is_plain(statement.label):
            return self._claim(statement.label, time)
        for name in SPARE:
            if name not in self.fixed and name not in self.taken and self._is_free(name, time):
                return name
        return self._claim(SPARE[-1], time)

    def _stands_alone(self, statement: Statement, value: Value) -> bool:
        """Whether the result is a whole branch: the next that reads it merges several values."""
        reader = self.readers.get(value)
        return statement.kind == "call" and reader is not None and len(reader.inputs) > 1

    # --- lines --------------------------------------------------------------------------------

    def _lines(self, lines: list[Line], indent: int) -> Iterator[str]:
        for line in lines:
            if isinstance(line, Training):
                inner = list(self._lines(line.statements, indent + 1))
                if inner:
                    yield f"{INDENT * indent}if self.training:"
                    yield from inner
                continue
            time, self.time = self.time, self.time + 1
            if not line.outputs or line.outputs[0] not in self.inline:
                yield from self._statement(line, time, indent)

    def _statement(self, statement: Statement, time: int, indent: int) -> Iterator[str]:
        value = self._expression(statement)
        targets = [
            self._target(statement, output, time) if output in self.last else "_"
            for output in statement.outputs
        ]
        # Several results of one line need several variables.
        for index, output in enumerate(statement.outputs):
            if targets[index] in targets[:index] and targets[index] != "_":
                targets[index] = self._claim(SPARE[1], time, targets)
            if targets[index] != "_":
                self._hold(output, targets[index])
        if isinstance(statement.code, Only):
            yield from layout(f"({targets[0]},) = ", value, "", indent)
        elif targets == ["_"]:
            yield from layout("", value, "", indent)
        elif not (statement.kind == "read" and flat(value) == targets[0]):
            yield from layout(f"{', '.join(targets)} = ", value, "", indent)

    def _expression(self, statement: Statement) -> Expr:
        inputs = [self._operand(value) for value in statement.inputs]
        if statement.kind == "read":
            return Raw(statement.target)
        if statement.kind == "compute":
            return expression(statement.code, inputs)
        return Call(statement.target, tuple((None, value) for value in inputs))

    def _operand(self, value: Value) -> Expr:
        statement = self.inline.get(value)
        return Raw(self.names[value]) if statement is None else self._expression(statement)


def _sources(statement: Statement, inline: dict[Value, Statement]) -> Iterator[Value]:
    for value in statement.inputs:
        if value in inline:
            yield from _sources(inline[value], inline)
        else:
            yield value


def _flat(lines: list[Line]) -> Iterator[Statement]:
    for line in lines:
        if isinstance(line, Training):
            yield from _flat(line.statements)
        else:
            yield line


def _blocks(lines: list[Line]) -> Iterator[list[Line]]:
    yield lines
    for line in lines:
        if isinstance(line, Training):
            yield from _blocks(line.statements)


def _reads(statement: Statement) -> list[Value]:
    """The values in a statement's text, as often as they stand in it."""
    if statement.kind != "compute":
        return list(statement.inputs)
    return list(_order(statement.code, statement.inputs))


def _order(code: Code, inputs: tuple[Value, ...]) -> Iterator[Value]:
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
    elif isinstance(code, Extent):
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
