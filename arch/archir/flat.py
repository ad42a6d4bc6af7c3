"""A model flattened: every module with its full path, every step in the order of running.

Loops are unrolled and blocks are entered. A value has a number of its own for each time that it
comes to be, so two uses of a block have different values; what only reads, writes or counts a
network works on this, and need not know of definitions, scopes and uses.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from archir.dims import Dim, evaluate
from archir.graph import (
    Apply,
    Definition,
    Group,
    Leaf,
    Parameter,
    Read,
    Scope,
    Slot,
    Step,
    TrainOnly,
    Use,
    Value,
    definitions,
)
from archir.groups import self_contained
from archir.measure import slot_parameters
from archir.naming import names
from archir.op import Op
from archir.record import Record, Struct, fresh
from archir.source import Span
from archir.typed import TypedGraph
from archir.types import ParameterSpec, TensorType
from archir.unroll import unroll


class FlatModule(Record):
    """A module: the model itself (path ""), a block's, a labelled group's, or an op's.

    ``state`` are its own parameters and buffers, in torch's order.
    """

    path: str
    member: Definition | Scope | Op
    state: tuple[ParameterSpec, ...]


class FlatStep(Record):
    """An op that runs, or a raw parameter that is read (``op`` is None).

    ``module`` is the path of its module, None for a function; ``scope`` that of the module in
    which it runs; ``parameter`` the key of a raw parameter. ``inputs`` and ``outputs`` are numbers
    of values. ``training`` marks what runs in training alone.
    """

    op: Op | None
    module: str | None
    scope: str
    parameter: str | None
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    training: bool
    span: Span


class FlatCall(Record):
    """A call of a module with modules inside: it runs the steps from ``first`` to before ``end``.

    While it runs, torch's caller holds its ``inputs``. The model's own call is not among them.
    """

    module: str
    first: int
    end: int
    inputs: tuple[int, ...]


class FlatValue(Record):
    """A value: its type over the size variables, and the name that the text gives it."""

    type: TensorType
    name: str | None


class Flat(Record):
    """The whole model. ``inputs`` and ``outputs`` are numbers of values, in the model's order."""

    typed: TypedGraph
    modules: tuple[FlatModule, ...]
    steps: tuple[FlatStep, ...]
    values: tuple[FlatValue, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    calls: tuple[FlatCall, ...]
    """Calls of blocks, and of labelled groups that are modules of their own, inner ones first."""


def types_at(flat: Flat, sizes: Mapping[str, int]) -> tuple[TensorType, ...]:
    """The types of all values at sizes. Each dim that many of them share is worked out once."""
    extents: dict[Dim, int] = {}
    types: dict[TensorType, TensorType] = {}
    for value in flat.values:
        given = value.type
        if given in types:
            continue
        for dim in given.shape:
            if dim not in extents:
                extents[dim] = evaluate(dim, sizes)
        types[given] = given.with_shape(*[extents[dim] for dim in given.shape])
    return tuple([types[value.type] for value in flat.values])


def flatten(typed: TypedGraph) -> Flat:
    """A typed model flattened."""
    typed = unroll(typed)
    root = typed.graph.root
    walker = _Walker(typed)
    inputs = walker.new(root, root.inputs)
    outputs = walker.definition(root, "", inputs)
    return Flat(
        typed,
        tuple(walker.modules(root)),
        tuple(walker.steps),
        tuple(walker.values),
        inputs,
        outputs,
        tuple(walker.calls),
    )


class _Frame(Struct):
    """One use of a definition while it is walked: paths below it, and numbers of its values."""

    definition: Definition
    prefix: str
    paths: dict[Slot, str]
    owners: dict[Parameter, str]
    closed: set[Group]
    numbers: dict[Value, int] = fresh(factory=dict)


class _Walker:
    def __init__(self, typed: TypedGraph) -> None:
        self.typed = typed
        self.steps: list[FlatStep] = []
        self.values: list[FlatValue] = []
        self.calls: list[FlatCall] = []
        self.closed: dict[Definition, set[Group]] = {}
        self.leaves = {
            definition: slot_parameters(typed, definition)
            for definition in definitions(typed.graph)
        }

    # --- what is registered -------------------------------------------------------------------

    def modules(self, definition: Definition) -> Iterator[FlatModule]:
        """A definition's module and all below it, in torch's order of registration."""
        yield FlatModule("", definition, _raw(definition.scope))
        yield from self._scope(definition, definition.scope, "")

    def _scope(self, definition: Definition, scope: Scope, prefix: str) -> Iterator[FlatModule]:
        # As deep as blocks and groups are nested, which the elaborator bounds.
        for slot, name in names(scope).items():
            path = prefix + name
            member = slot.member
            if isinstance(member, Scope):
                yield FlatModule(path, member, _raw(member))
                yield from self._scope(definition, member, f"{path}.")
            elif isinstance(member, Definition):
                yield FlatModule(path, member, _raw(member.scope))
                yield from self._scope(member, member.scope, f"{path}.")
            elif isinstance(member, Leaf):
                yield FlatModule(path, member.op, self.leaves[definition].get(slot, ()))

    # --- what runs ----------------------------------------------------------------------------

    def definition(
        self, definition: Definition, prefix: str, inputs: Sequence[int], training: bool = False
    ) -> tuple[int, ...]:
        """Walk one use of a definition; the numbers of its outputs."""
        paths = dict(_paths(definition.scope, prefix))
        owners = dict(_owners(definition.scope, prefix))
        if definition not in self.closed:
            self.closed[definition] = self_contained(definition)
        frame = _Frame(definition, prefix, paths, owners, self.closed[definition])
        frame.numbers.update(zip(definition.inputs, inputs, strict=True))
        self._steps(frame, definition.steps, prefix, training)
        return tuple(frame.numbers[output.value] for output in definition.outputs)

    def _steps(self, frame: _Frame, steps: Sequence[Step], prefix: str, training: bool) -> None:
        for step in steps:
            if isinstance(step, Group):
                first, path = len(self.steps), frame.paths[step.slot]
                self._steps(frame, step.steps, f"{path}.", training)
                if step in frame.closed:
                    self._call(path, first, [frame.numbers[value] for value in step.inputs])
            elif isinstance(step, TrainOnly):
                self._steps(frame, step.steps, prefix, True)
            elif isinstance(step, Use):
                inputs = [frame.numbers[value] for value in step.inputs]
                first, path = len(self.steps), frame.paths[step.slot]
                outputs = self.definition(step.definition, f"{path}.", inputs, training)
                self._call(path, first, inputs)
                frame.numbers.update(zip(step.outputs, outputs, strict=True))
            elif isinstance(step, Apply | Read):
                self._step(frame, step, prefix, training)

    def _call(self, module: str, first: int, inputs: Sequence[int]) -> None:
        self.calls.append(FlatCall(module, first, len(self.steps), tuple(inputs)))

    def _step(self, frame: _Frame, step: Apply | Read, prefix: str, training: bool) -> None:
        op = module = parameter = None
        inputs: tuple[int, ...] = ()
        if isinstance(step, Apply):
            op = step.op
            module = None if step.slot is None else frame.paths[step.slot]
            inputs = tuple(frame.numbers[value] for value in step.inputs)
        else:
            parameter = frame.owners[step.parameter]
        outputs = self.new(frame.definition, step.outputs)
        frame.numbers.update(zip(step.outputs, outputs, strict=True))
        scope = prefix.removesuffix(".")
        made = FlatStep(op, module, scope, parameter, inputs, outputs, training, step.span)
        self.steps.append(made)

    def new(self, definition: Definition, values: Sequence[Value]) -> tuple[int, ...]:
        """Numbers for values that come to be."""
        first = len(self.values)
        for value in values:
            self.values.append(FlatValue(self.typed.type_of(definition, value), value.name))
        return tuple(range(first, len(self.values)))


def _paths(scope: Scope, prefix: str) -> Iterator[tuple[Slot, str]]:
    for slot, name in names(scope).items():
        yield slot, prefix + name
        if isinstance(slot.member, Scope):
            yield from _paths(slot.member, f"{prefix}{name}.")


def _owners(scope: Scope, prefix: str) -> Iterator[tuple[Parameter, str]]:
    for parameter in scope.parameters:
        yield parameter, prefix + parameter.name
    for slot, name in names(scope).items():
        if isinstance(slot.member, Scope):
            yield from _owners(slot.member, f"{prefix}{name}.")


def _raw(scope: Scope) -> tuple[ParameterSpec, ...]:
    """A scope's own raw parameters, then its buffers, as torch has them in the state dict."""
    ordered = sorted(scope.parameters, key=lambda parameter: parameter.is_buffer)
    return tuple(ParameterSpec(one.name, one.shape, is_buffer=one.is_buffer) for one in ordered)
