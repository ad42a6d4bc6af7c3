"""The JSON document of a model.

A model is flat here: loops are unrolled and blocks are entered, every module has its full path
(the prefix of its keys in the state dict) and every value a number of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from archir.dims import Dim, SizeExpr, show
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
from archir.measure import slot_parameters
from archir.naming import names
from archir.op import Op
from archir.source import Span
from archir.summary import Port, summarise
from archir.typed import TypedGraph
from archir.types import ParameterSpec, TensorType
from archir.unroll import unroll
from archir.values import show_constant

FORMAT = "archc-model"
VERSION = 1


def describe(typed: TypedGraph) -> dict[str, Any]:
    """The model as plain lists, dicts, strings and numbers."""
    summary = summarise(typed)
    flat = unroll(typed)
    root = flat.graph.root
    walker = _Walker(flat)
    inputs = walker.new(root, root.inputs)
    steps = walker.definition(root, "", inputs)
    return {
        "format": FORMAT,
        "version": VERSION,
        "model": summary.name,
        "doc": summary.doc,
        "arguments": {name: _constant(value) for name, value in root.arguments},
        "sizes": dict(summary.sizes),
        "inputs": [
            {"value": number, **_port(port)}
            for number, port in zip(inputs, summary.inputs, strict=True)
        ],
        "outputs": [
            {"value": number, **_port(port), "when_training": port.when_training}
            for number, port in zip(steps, summary.outputs, strict=True)
        ],
        "parameter_count": summary.parameters,
        "modules": list(walker.modules(root)),
        "steps": walker.steps,
        "values": walker.values,
    }


@dataclass(slots=True)
class _Frame:
    """One definition while it is walked: its path, and the numbers of its values."""

    definition: Definition
    paths: dict[Slot, str]
    prefix: str
    owners: dict[Parameter, str]
    numbers: dict[Value, int] = field(default_factory=dict)


class _Walker:
    def __init__(self, typed: TypedGraph) -> None:
        self.typed = typed
        self.steps: list[dict[str, Any]] = []
        self.values: list[dict[str, Any]] = []
        self.leaves = {
            definition: slot_parameters(typed, definition)
            for definition in definitions(typed.graph)
        }

    # --- what is registered -------------------------------------------------------------------

    def modules(self, definition: Definition) -> Iterator[dict[str, Any]]:
        """A definition's module and all below it, in torch's order of registration."""
        yield {"path": "", "kind": "model", "state": _raw(definition.scope)}
        yield from self._scope(definition, definition.scope, "")

    def _scope(self, definition: Definition, scope: Scope, prefix: str) -> Iterator[dict[str, Any]]:
        for slot, name in names(scope).items():
            path = prefix + name
            member = slot.member
            if isinstance(member, Scope):
                yield {"path": path, "kind": "group", "state": _raw(member)}
                yield from self._scope(definition, member, f"{path}.")
            elif isinstance(member, Definition):
                arguments = {key: _constant(value) for key, value in member.arguments}
                head = {"path": path, "kind": "block", "block": member.name}
                yield {**head, "arguments": arguments, "state": _raw(member.scope)}
                yield from self._scope(member, member.scope, f"{path}.")
            elif isinstance(member, Leaf):
                state = [_entry(spec) for spec in self.leaves[definition].get(slot, ())]
                yield {"path": path, "kind": "op", **_op(member.op), "state": state}

    # --- what runs ----------------------------------------------------------------------------

    def definition(
        self, definition: Definition, prefix: str, inputs: Sequence[int], training: bool = False
    ) -> list[int]:
        """Walk one use of a definition; the numbers of its outputs."""
        paths = dict(_paths(definition.scope, prefix))
        owners = dict(_owners(definition.scope, prefix))
        frame = _Frame(definition, paths, prefix, owners)
        frame.numbers.update(zip(definition.inputs, inputs, strict=True))
        self._steps(frame, definition.steps, training)
        return [frame.numbers[output.value] for output in definition.outputs]

    def _steps(self, frame: _Frame, steps: Sequence[Step], training: bool) -> None:
        for step in steps:
            if isinstance(step, Group):
                self._steps(frame, step.steps, training)
            elif isinstance(step, TrainOnly):
                self._steps(frame, step.steps, True)
            elif isinstance(step, Use):
                inputs = [frame.numbers[value] for value in step.inputs]
                path = f"{frame.paths[step.slot]}."
                outputs = self.definition(step.definition, path, inputs, training)
                frame.numbers.update(zip(step.outputs, outputs, strict=True))
            elif isinstance(step, Apply):
                module = None if step.slot is None else frame.paths[step.slot]
                self._step(frame, step, {"module": module, **_op(step.op)}, training)
            elif isinstance(step, Read):
                self._step(frame, step, {"parameter": frame.owners[step.parameter]}, training)

    def _step(
        self, frame: _Frame, step: Apply | Read, what: dict[str, Any], training: bool
    ) -> None:
        read = step.inputs if isinstance(step, Apply) else ()
        inputs = [frame.numbers[value] for value in read]
        outputs = self.new(frame.definition, step.outputs)
        frame.numbers.update(zip(step.outputs, outputs, strict=True))
        self.steps.append(
            {
                **what,
                "inputs": inputs,
                "outputs": outputs,
                "when_training": training,
                "place": _place(step.span),
            }
        )

    def new(self, definition: Definition, values: Sequence[Value]) -> list[int]:
        """Numbers for values that come to be."""
        first = len(self.values)
        for value in values:
            given = self.typed.type_of(definition, value)
            self.values.append({"name": value.name, **_type(given)})
        return list(range(first, len(self.values)))


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


def _op(op: Op) -> dict[str, Any]:
    arguments = {name: _constant(value) for name, value in op}
    return {"op": op.keyword, "torch": op.torch_name, "arguments": arguments}


def _constant(value: object) -> object:
    """A value of the language: JSON's own where there is one, else text of the language."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, tuple | list):
        return [_constant(item) for item in value]
    if isinstance(value, SizeExpr):
        return {"expression": show(value)}
    return {"expression": show_constant(value)}  # type: ignore[arg-type]  # a part or initialiser


def _raw(scope: Scope) -> list[dict[str, Any]]:
    """A scope's own raw parameters, then its buffers, as torch has them in the state dict."""
    ordered = sorted(scope.parameters, key=lambda parameter: parameter.is_buffer)
    return [_entry(ParameterSpec(one.name, one.shape, is_buffer=one.is_buffer)) for one in ordered]


def _entry(spec: ParameterSpec) -> dict[str, Any]:
    return {
        "name": spec.name,
        "shape": list(spec.shape),
        "dtype": spec.dtype,
        "buffer": spec.is_buffer,
    }


def _port(port: Port) -> dict[str, Any]:
    return {"name": port.name, **_type(port.type), "size": list(port.sizes)}


def _type(given: TensorType) -> dict[str, Any]:
    return {"dtype": given.dtype, "shape": [_dim(dim) for dim in given.shape]}


def _dim(dim: Dim) -> int | str:
    return dim if isinstance(dim, int) else show(dim)


def _place(span: Span) -> dict[str, Any]:
    line, column = span.source.position(span.start)
    return {"file": span.source.name, "line": line, "column": column}
