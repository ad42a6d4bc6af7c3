"""The rows of a model's table: a tree of its modules and functions, in the order of running.

A row is an op, a raw parameter that is read, or a scope (the model, a block or a labelled group),
whose numbers are sums over the rows inside. A module that is applied again has a row again, without
its parameters, so that sums count them once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, TypeAlias

from archir.base.record import Struct, fresh
from archir.graph.flat import Flat, FlatModule, FlatStep, counted, last_uses, raw_state
from archir.graph.graph import Definition
from archir.op.contract import Op
from archir.shapes.arithmetic import product, total
from archir.shapes.dims import Dim
from archir.shapes.types import ParameterSpec, TensorType

Kind: TypeAlias = Literal["model", "block", "group", "op", "function", "parameter"]


class Row(Struct):
    """One row. ``path`` is that of the module; for a function, of the scope in which it runs.

    ``name`` is what the path has behind that of the scope, and empty for a function. ``what`` is
    the keyword of an op or the name of a block. ``values`` are the numbers of the outputs.
    ``elements`` counts those of all outputs of ops inside. In ``macs`` and ``elements`` what runs
    in training alone has no part, except where the whole row does.
    """

    path: str
    name: str
    kind: Kind
    what: str
    op: Op | None
    values: tuple[int, ...]
    outputs: tuple[TensorType, ...]
    parameters: int
    buffers: int
    macs: Dim
    elements: Dim
    training: bool
    again: bool
    steps: range
    """The steps of the flat model that it stands for."""

    inside: tuple[Row, ...] = ()

    def walk(self) -> Iterator[Row]:
        """The row and all below it, in order."""
        # As deep as blocks and groups are nested, which the elaborator bounds.
        yield self
        for row in self.inside:
            yield from row.walk()


def rows(flat: Flat, types: Sequence[TensorType], macs: Sequence[Dim]) -> Row:
    """The row of the whole model; ``types`` are those of the values and ``macs`` of the steps."""
    return _Builder(flat, types, macs).build()


class _Open(Struct):
    """A scope while its steps come by."""

    path: str
    start: int
    rows: list[Row] = fresh(factory=list)


class _Builder:
    def __init__(self, flat: Flat, types: Sequence[TensorType], macs: Sequence[Dim]) -> None:
        self.flat = flat
        self.types = types
        self.macs = macs
        self.modules = {module.path: module for module in flat.modules}
        self.raw = raw_state(flat)
        self.counted: set[str] = set()
        self.last_use = last_uses(flat)
        self.read = {step.parameter for step in flat.steps}
        self.calls = {(call.module, call.first): call for call in flat.calls}
        self.ends = {call.end for call in flat.calls}
        self.made: dict[TensorType, Dim] = {}
        """The elements of each type."""
        self.numels: dict[int, tuple[int, int]] = {}
        """The numbers in the parameters and buffers of ops."""

    def build(self) -> Row:
        stack = [_Open("", 0)]
        for number, step in enumerate(self.flat.steps):
            if step.scope != stack[-1].path or number in self.ends:
                self._move(stack, number, step.scope)
            stack[-1].rows.append(self._step(step, number, step.scope))
        while len(stack) > 1:
            self._close(stack, len(self.flat.steps))
        return self._scope(stack[0], len(self.flat.steps), "")

    def _move(self, stack: list[_Open], number: int, scope: str) -> None:
        """Leave the scopes that end before a step, and enter those that begin there."""
        while not _is_within(scope, stack[-1].path) or self._ended(stack, number):
            self._close(stack, number)
        while scope != stack[-1].path:
            stack.append(_Open(_next(stack[-1].path, scope), number))

    def _ended(self, stack: list[_Open], number: int) -> bool:
        """Whether a call of an open module ends at a step: it may run again at once."""
        for scope in stack[1:]:
            call = self.calls.get((scope.path, scope.start))
            if call is not None and call.end == number:
                return True
        return False

    def _close(self, stack: list[_Open], end: int) -> None:
        closed = stack.pop()
        stack[-1].rows.append(self._scope(closed, end, stack[-1].path))

    # --- one row ------------------------------------------------------------------------------

    def _step(self, step: FlatStep, number: int, scope: str) -> Row:
        outputs = tuple([self.types[value] for value in step.outputs])
        path, kind, what = step.scope, "function", ""
        again = False
        parameters = buffers = 0
        if step.parameter is not None:
            path, kind, what = step.parameter, "parameter", "param"
            again, parameters, buffers = self._raw(step.parameter)
        elif step.module is not None:
            path, kind = step.module, "op"
            again, parameters, buffers = self._own(self.modules[path])
        if step.op is not None:
            what = step.op.keyword
        return Row(
            path=path,
            name="" if kind == "function" else _relative(path, scope),
            kind=kind,  # type: ignore[arg-type]  # one of the words above
            what=what,
            op=step.op,
            values=step.outputs,
            outputs=outputs,
            parameters=parameters,
            buffers=buffers,
            macs=self.macs[number],
            # Reading a parameter makes nothing: it is there.
            elements=0 if step.op is None else total([self._elements(each) for each in outputs]),
            training=step.training,
            again=again,
            steps=range(number, number + 1),
        )

    def _elements(self, given: TensorType) -> Dim:
        if given not in self.made:
            self.made[given] = product(given.shape)
        return self.made[given]

    def _scope(self, scope: _Open, end: int, outer: str) -> Row:
        module = self.modules[scope.path]
        again, parameters, buffers = self._own(module)
        member = module.member
        kind: Kind = "model" if not scope.path else "group"
        if scope.path and isinstance(member, Definition):
            kind = "block"
        training = bool(scope.rows) and all(row.training for row in scope.rows)
        counting = [row for row in scope.rows if row.training == training]
        values = self._results(scope.path, scope.start, end) if scope.path else self.flat.outputs
        return Row(
            path=scope.path,
            name=_relative(scope.path, outer),
            kind=kind,
            what=member.name if isinstance(member, Definition) else "",
            op=None,
            values=values,
            outputs=tuple([self.types[value] for value in values]),
            parameters=parameters + sum([row.parameters for row in scope.rows]),
            buffers=buffers + sum([row.buffers for row in scope.rows]),
            macs=total([row.macs for row in counting]),
            elements=total([row.elements for row in counting]),
            training=training,
            again=again,
            steps=range(scope.start, end),
            inside=tuple(scope.rows),
        )

    def _results(self, path: str, start: int, end: int) -> tuple[int, ...]:
        """What a module gives; of a group that is no module the values that are read behind it."""
        call = self.calls.get((path, start))
        if call is not None and call.end == end and call.outputs:
            return call.outputs
        steps = self.flat.steps[start:end]
        made = [value for step in steps for value in step.outputs]
        read = tuple([value for value in made if self.last_use.get(value, -1) >= end])
        return read or steps[-1].outputs

    # --- parameters ---------------------------------------------------------------------------

    def _own(self, module: FlatModule) -> tuple[bool, int, int]:
        """Whether it has been counted before, and its own parameters and buffers if not.

        Raw parameters that are read have rows of their own, which count them.
        """
        if module.path in self.counted:
            return True, 0, 0
        self.counted.add(module.path)
        entries = counted(self.flat, module)
        if len(entries) < len(module.state):
            return False, *_numel(entries)
        if entries and not isinstance(module.member, Op):
            prefix = f"{module.path}." if module.path else ""
            entries = tuple(one for one in entries if prefix + one.name not in self.read)
            return False, *_numel(entries)
        if id(entries) not in self.numels:  # equal ops share their state
            self.numels[id(entries)] = _numel(entries)
        return False, *self.numels[id(entries)]

    def _raw(self, key: str) -> tuple[bool, int, int]:
        if key in self.counted:
            return True, 0, 0
        self.counted.add(key)
        return False, *_numel((self.raw[key],))


def _is_within(path: str, scope: str) -> bool:
    return not scope or path == scope or path.startswith(f"{scope}.")


def _next(scope: str, path: str) -> str:
    """The scope below ``scope`` on the way to ``path``."""
    begin = len(scope) + 1 if scope else 0
    dot = path.find(".", begin)
    return path if dot < 0 else path[:dot]


def _relative(path: str, scope: str) -> str:
    return path[len(scope) + 1 :] if scope and path.startswith(f"{scope}.") else path


def _numel(entries: Sequence[ParameterSpec]) -> tuple[int, int]:
    """The numbers in parameters, and in buffers."""
    found = [0, 0]
    for entry in entries:
        found[entry.is_buffer] += entry.numel
    return found[0], found[1]
