"""The JSON document of a model.

A model is flat here: loops are unrolled and blocks are entered, every module has its full path
(the prefix of its keys in the state dict) and every value a number of its own.
"""

from __future__ import annotations

from typing import Any

from archir.base.source import Span
from archir.check.summary import Port, summarise
from archir.graph.flat import FlatModule, FlatStep, flatten
from archir.graph.graph import Definition, Scope
from archir.graph.typed import TypedGraph
from archir.init.values import show_constant
from archir.op.contract import Op, values_of
from archir.shapes.dims import Dim, SizeExpr, show
from archir.shapes.types import ParameterSpec, TensorType
from archir.sizes.data import as_data

FORMAT = "archc-model"
VERSION = 1


def describe(typed: TypedGraph) -> dict[str, Any]:
    """The model as plain lists, dicts, strings and numbers."""
    summary = summarise(typed)
    flat = flatten(typed)
    root = flat.typed.graph.root
    return {
        "format": FORMAT,
        "version": VERSION,
        "model": summary.name,
        "doc": summary.doc,
        "arguments": {name: _constant(value) for name, value in root.arguments},
        "sizes": dict(summary.sizes),
        "inputs": [
            {"value": number, **_port(port)}
            for number, port in zip(flat.inputs, summary.inputs, strict=True)
        ],
        "outputs": [
            {"value": number, **_port(port), "when_training": port.when_training}
            for number, port in zip(flat.outputs, summary.outputs, strict=True)
        ],
        "parameter_count": summary.parameters,
        "valid_sizes": as_data(summary.valid_sizes),
        "training_sizes": as_data(summary.training_sizes),
        "modules": [_module(module) for module in flat.modules],
        "steps": [_step(step) for step in flat.steps],
        "values": [{"name": value.name, **_type(value.type)} for value in flat.values],
    }


def _module(module: FlatModule) -> dict[str, Any]:
    state = [_entry(spec) for spec in module.state]
    return {"path": module.path, **_kind(module), "state": state}


def _kind(module: FlatModule) -> dict[str, Any]:
    member = module.member
    if isinstance(member, Scope):
        return {"kind": "group"}
    if isinstance(member, Op):
        return {"kind": "op", **_op(member)}
    assert isinstance(member, Definition)
    if not module.path:
        return {"kind": "model"}
    arguments = {key: _constant(value) for key, value in member.arguments}
    return {"kind": "block", "block": member.name, "arguments": arguments}


def _step(step: FlatStep) -> dict[str, Any]:
    if step.op is None:
        what: dict[str, Any] = {"parameter": step.parameter}
    else:
        what = {"module": step.module, **_op(step.op)}
    return {
        **what,
        "inputs": list(step.inputs),
        "outputs": list(step.outputs),
        "when_training": step.training,
        "place": _place(step.span),
    }


def _op(op: Op) -> dict[str, Any]:
    arguments = {name: _constant(value) for name, value in values_of(op).items()}
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


def _entry(spec: ParameterSpec) -> dict[str, Any]:
    return {
        "name": spec.name,
        "shape": list(spec.shape),
        "dtype": spec.dtype,
        "buffer": spec.is_buffer,
        **({} if spec.is_persistent else {"persistent": False}),
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
