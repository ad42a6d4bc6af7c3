"""A model flattened: every module with its full path, every step in the order of running.

Loops are unrolled and blocks are entered. A value has a number of its own for each time that it
comes to be, so two uses of a block have different values; what only reads, writes or counts a
network works on this, and need not know of definitions, scopes and uses.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from archir.base.record import Record, Struct, fresh
from archir.base.source import Span
from archir.graph.graph import (
    Apply,
    Definition,
    Group,
    Leaf,
    RawParameter,
    Read,
    Scope,
    Slot,
    Step,
    TrainOnly,
    Use,
    Value,
)
from archir.graph.groups import self_contained
from archir.graph.measure import slot_parameters
from archir.graph.naming import followed, names, ties
from archir.graph.steps import visits
from archir.graph.typed import TypedGraph
from archir.graph.unroll import unroll
from archir.op.contract import Op
from archir.shapes.types import ParameterSpec, Sized, TensorType

Sizes: TypeAlias = "tuple[tuple[str, int], ...]"


class FlatModule(Struct):
    """A module: the model itself (path ""), a block's, a labelled group's, or an op's.

    ``state`` are its own parameters and buffers, in torch's order.
    """

    path: str
    member: Definition | Scope | Op
    state: tuple[ParameterSpec, ...]


class FlatStep(Struct):
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


class FlatCall(Struct):
    """A call of a module with modules inside: it runs the steps from ``first`` to before ``end``.

    While it runs, torch's caller holds its ``inputs``. It gives its ``outputs``, in the order in
    which they are declared. The model's own call is not among them.
    """

    module: str
    first: int
    end: int
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    span: Span


class FlatValue(Struct):
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

    ties: Mapping[str, str] = fresh(factory=dict)
    """The keys of tied parameters, and those of the tensors that they are: these count once."""

    types: dict[Sizes, tuple[TensorType, ...]] = fresh(factory=dict)
    """The types of all values at the sizes that were asked for so far."""


def last_uses(flat: Flat) -> dict[int, int]:
    """The last step that reads each value; the model's outputs are read behind all steps."""
    last: dict[int, int] = {}
    for number, step in enumerate(flat.steps):
        for value in step.inputs:
            last[value] = number
    last.update(dict.fromkeys(flat.outputs, len(flat.steps)))
    return last


def raw_state(flat: Flat) -> dict[str, ParameterSpec]:
    """The raw parameters and buffers of a model by their keys."""
    return {
        f"{module.path}.{spec.name}" if module.path else spec.name: spec
        for module in flat.modules
        if not isinstance(module.member, Op)
        for spec in module.state
    }


def counted(flat: Flat, module: FlatModule) -> tuple[ParameterSpec, ...]:
    """The state of a module, but for what is another one's tensor and counts there."""
    if not flat.ties:
        return module.state
    prefix = f"{module.path}." if module.path else ""
    if all(prefix + spec.name not in flat.ties for spec in module.state):
        return module.state
    return tuple([spec for spec in module.state if prefix + spec.name not in flat.ties])


def types_at(flat: Flat, sizes: Mapping[str, int]) -> tuple[TensorType, ...]:
    """The types of all values at sizes."""
    key = tuple(sizes.items())
    if key not in flat.types:
        answers = flat.typed.graph.answers
        at = (answers.defaults if sizes == answers.sizes else Sized(sizes)).at
        flat.types[key] = tuple([at(value.type) for value in flat.values])
    return flat.types[key]


def flatten(typed: TypedGraph) -> Flat:
    """A typed model flattened."""
    typed = unroll(typed)
    root = typed.graph.root
    walker = _Walker(typed)
    inputs = walker.new(typed.types[root], root.inputs)
    outputs = walker.definition(root, "", inputs)
    walker.register(root, "")
    return Flat(
        typed,
        tuple(walker.modules),
        tuple(walker.steps),
        tuple(walker.values),
        inputs,
        outputs,
        tuple(walker.calls),
        {key: followed(key, walker.ties) for key in walker.ties},
    )


class _Plan(Struct):
    """What all uses of a definition share: its modules and raw parameters, by paths in it."""

    row: tuple[TensorType, ...]
    paths: dict[Slot, str]
    owners: dict[RawParameter, str]
    closed: set[Group]
    """Groups that are modules of their own."""

    ties: dict[str, str]

    modules: list[tuple[str, Definition | Scope | Op, tuple[ParameterSpec, ...]]] = fresh(
        factory=list
    )
    """Path, member and state of each module, in torch's order of registration."""


class _Frame(Struct):
    """One use of a definition while it is walked: where it is, and numbers of its values."""

    plan: _Plan
    prefix: str
    numbers: dict[Value, int]


class _Walker:
    def __init__(self, typed: TypedGraph) -> None:
        self.typed = typed
        self.modules: list[FlatModule] = []
        self.steps: list[FlatStep] = []
        self.values: list[FlatValue] = []
        self.calls: list[FlatCall] = []
        self.plans: dict[Definition, _Plan] = {}
        self.ties: dict[str, str] = {}

    def plan(self, definition: Definition) -> _Plan:
        """The plan of a definition, made once."""
        if definition not in self.plans:
            made = _Plan(
                self.typed.types[definition], {}, {}, self_contained(definition), ties(definition)
            )
            leaves = slot_parameters(self.typed, definition)
            _plan_scope(made, definition.scope, "", leaves)
            self.plans[definition] = made
        return self.plans[definition]

    def register(self, definition: Definition, path: str) -> None:
        """Note a definition's module and all below it, in torch's order of registration."""
        # As deep as blocks are nested, which the elaborator bounds.
        self.modules.append(FlatModule(path, definition, _raw(definition.scope)))
        prefix = f"{path}." if path else ""
        tied = self.plan(definition).ties
        self.ties.update((prefix + key, prefix + other) for key, other in tied.items())
        for name, member, state in self.plan(definition).modules:
            if isinstance(member, Definition):
                self.register(member, prefix + name)
            else:
                self.modules.append(FlatModule(prefix + name, member, state))

    # --- what runs ----------------------------------------------------------------------------

    def definition(
        self, definition: Definition, prefix: str, inputs: Sequence[int], training: bool = False
    ) -> tuple[int, ...]:
        """Walk one use of a definition; the numbers of its outputs."""
        numbers = dict(zip(definition.inputs, inputs, strict=True))
        frame = _Frame(self.plan(definition), prefix, numbers)
        self._steps(frame, definition.steps, prefix, training)
        return tuple([numbers[output.value] for output in definition.outputs])

    def _steps(self, frame: _Frame, steps: Sequence[Step], prefix: str, training: bool) -> None:
        scopes, begins, depth = [prefix.removesuffix(".")], list[int](), int(training)
        for when, step in visits(steps):
            if isinstance(step, (Apply, Read)):
                self._step(frame, step, scopes[-1], depth > 0)
            elif isinstance(step, Use):
                inputs = [frame.numbers[value] for value in step.inputs]
                first, path = len(self.steps), frame.prefix + frame.plan.paths[step.slot]
                outputs = self.definition(step.definition, f"{path}.", inputs, depth > 0)
                self._call(path, first, inputs, outputs, step.span)
                frame.numbers.update(zip(step.outputs, outputs, strict=True))
            elif isinstance(step, TrainOnly):
                depth += 1 if when == "enter" else -1
            elif isinstance(step, Group) and when == "enter":
                begins.append(len(self.steps))
                scopes.append(frame.prefix + frame.plan.paths[step.slot])
            elif isinstance(step, Group):
                first, path = begins.pop(), scopes.pop()
                if step in frame.plan.closed:
                    given, made = (
                        [frame.numbers[value] for value in values]
                        for values in (step.inputs, step.outputs)
                    )
                    self._call(path, first, given, made, step.span)

    def _call(
        self,
        module: str,
        first: int,
        inputs: Sequence[int],
        outputs: Sequence[int],
        span: Span,
    ) -> None:
        end = len(self.steps)
        self.calls.append(FlatCall(module, first, end, tuple(inputs), tuple(outputs), span))

    def _step(self, frame: _Frame, step: Apply | Read, scope: str, training: bool) -> None:
        plan, numbers = frame.plan, frame.numbers
        op = module = parameter = None
        inputs: tuple[int, ...] = ()
        if isinstance(step, Apply):
            op = step.op
            module = None if step.slot is None else frame.prefix + plan.paths[step.slot]
            inputs = tuple([numbers[value] for value in step.inputs])
        else:
            parameter = frame.prefix + plan.owners[step.parameter]
        outputs = self.new(plan.row, step.outputs)
        for value, number in zip(step.outputs, outputs, strict=True):
            numbers[value] = number
        made = FlatStep(op, module, scope, parameter, inputs, outputs, training, step.span)
        self.steps.append(made)

    def new(self, row: tuple[TensorType, ...], values: Sequence[Value]) -> tuple[int, ...]:
        """Numbers for values that come to be."""
        first = len(self.values)
        self.values += [FlatValue(row[value.index], value.name) for value in values]
        return tuple(range(first, len(self.values)))


def _plan_scope(
    plan: _Plan, scope: Scope, prefix: str, leaves: Mapping[Slot, tuple[ParameterSpec, ...]]
) -> None:
    """Note what a scope registers, and the scopes in it: as deep as braces in the text."""
    for parameter in scope.parameters:
        plan.owners[parameter] = prefix + parameter.name
    for slot, name in names(scope).items():
        member = slot.member
        path = plan.paths[slot] = prefix + name
        if isinstance(member, Scope):
            plan.modules.append((path, member, _raw(member)))
            _plan_scope(plan, member, f"{path}.", leaves)
        elif isinstance(member, Definition):
            plan.modules.append((path, member, ()))
        elif isinstance(member, Leaf):
            plan.modules.append((path, member.op, leaves.get(slot, ())))


def _raw(scope: Scope) -> tuple[ParameterSpec, ...]:
    """A scope's own raw parameters, then its buffers, as torch has them in the state dict."""
    if not scope.parameters:
        return ()
    ordered = sorted(scope.parameters, key=lambda parameter: parameter.is_buffer)
    return tuple([one.spec for one in ordered])
