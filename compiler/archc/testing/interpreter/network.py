"""A network: a model with its parameters given, built once and run on tensors."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from archc.testing.interpreter import shapes, uses
from archc.testing.interpreter.arguments import fill
from archc.testing.interpreter.declarations import Project
from archc.testing.interpreter.names import Body, Here, Names, Reading
from archc.testing.interpreter.refused import Place, Refused, place_of, wrong
from archc.testing.interpreter.scopes import Scope, Slot, install
from archc.testing.interpreter.values import Flow, Part
from archc.testing.interpreter.weights import construct
from archdsl import ast

DEEP = 20_000
"""How deep Python may go: blocks in blocks are read with calls in calls."""


@dataclass(frozen=True)
class Event:
    """An op that was applied: where it stands, what flowed in and out, the key of its module."""

    op: str
    place: Place
    key: str | None
    inputs: tuple[tuple[int, ...], ...]
    outputs: tuple[tuple[int, ...], ...]
    dtypes: tuple[str, ...]


@dataclass(eq=False)
class Run:
    """One run of a text: to build the network, in evaluation, or in training."""

    building: bool = False
    training: bool = False
    trace: list[tuple[Any, ...]] = field(default_factory=list)
    applied: int = 0

    @property
    def in_training(self) -> bool:
        """Whether what is there in training alone is there. Building makes all modules."""
        return self.building or self.training

    def note(self, op: str, node: ast.Node, slot: Slot | None, inputs: Flow, outputs: Flow) -> None:
        shapes_in = tuple(tuple(value.shape) for value in inputs)
        shapes_out = tuple(tuple(value.shape) for value in outputs)
        dtypes = tuple(str(value.dtype).removeprefix("torch.") for value in outputs)
        self.trace.append((op, node, slot, shapes_in, shapes_out, dtypes))


@dataclass(frozen=True)
class InputSpec:
    """One input of a model: its dtype, its dims as they are written, and their default extents."""

    name: str
    dtype: str
    dims: tuple[str, ...]
    defaults: tuple[int, ...]
    item: ast.InputItem
    reading: Reading

    def extents(self, sizes: Mapping[str, int]) -> tuple[int, ...]:
        """The shape at some sizes."""
        names = Names(self.reading.names)
        names.bound.update(sizes)
        inside = self.reading.inside(names)
        return tuple(shapes.size(dim.value, inside) for dim in self.item.shape.dims)

    def example(self, sizes: Mapping[str, int], seed: int) -> Tensor:
        """A random tensor of that shape."""
        random = torch.Generator().manual_seed(seed)
        shape = self.extents(sizes)
        if self.dtype == "float32":
            return torch.randn(shape, generator=random)
        numbers = torch.randint(0, 2 if self.dtype == "bool" else 100, shape, generator=random)
        return numbers.to(getattr(torch, self.dtype))


class Network:
    """A model of a text, with its parameters. ``build`` it, then ``run`` it at any sizes."""

    def __init__(self, part: Part, parameters: Mapping[str, Any]) -> None:
        assert part.node is not None and part.home is not None
        self._node, self._home = part.node, part.home
        self._values = {**dict(part.given), **parameters}
        known = {param.name.text for param in part.node.params}
        for name in self._values.keys() - known:
            raise wrong(part.node, f"{part.name} has no parameter {name}")
        self._scope = Scope(False)
        self._made: dict[Any, Any] = {}
        self._decided: dict[Any, Any] = {}
        self._root = nn.Module()
        self._run = Run()
        self.sizes: dict[str, int] = {}
        self.inputs = self._inputs()
        self.outputs: tuple[str, ...] = ()

    def _inputs(self) -> tuple[InputSpec, ...]:
        reading = self._beginning(Run()).reading(None)
        given = self._node.body.statements[:1]
        if not given or not isinstance(given[0], ast.Input):
            raise wrong(self._node, f"the model {self._node.name.text} has no input")
        found: list[InputSpec] = []
        names = Names(reading.names)
        inside = reading.inside(names)
        for item in given[0].items:
            defaults = shapes.default_shape(item, inside)
            dims = tuple(dim.value.span.text for dim in item.shape.dims)
            dtype = shapes.dtype(item)
            found.append(InputSpec(item.name.text, dtype, dims, defaults, item, reading))
        self.sizes.update(names.bound)
        return tuple(found)

    def _beginning(self, run: Run) -> Here:
        names = Names(holds_values=True)
        reading = Reading(self._home, names)
        fill(self._node.name.text, self._node.params, self._values, reading, self._node)
        return Here(self._home, names, run, Body(), self._scope, self._made, self._decided)

    def build(self, seed: int | None = None) -> None:
        """Run once at the default sizes to make all modules, then draw their initial weights."""
        examples = tuple(spec.example(self.sizes, 0) for spec in self.inputs)
        run = Run(building=True)
        here = self._beginning(run)
        self._scope.is_labelled = uses.new_scope(self._node.body, here).is_labelled
        with torch.no_grad():
            self._pass(examples, here)
        if seed is not None:
            torch.manual_seed(seed)
        construct(self._scope, is_model=True)
        self._root = install(self._scope)

    def run(self, *inputs: Tensor, training: bool = False) -> tuple[Tensor, ...] | Tensor:
        """Run the text at the sizes of the inputs, with the modules made at the defaults."""
        if len(inputs) != len(self.inputs):
            raise wrong(self._node, f"there are {len(self.inputs)} inputs, not {len(inputs)}")
        self._root.train(training)
        self._run = Run(training=training)
        outputs = self._pass(inputs, self._beginning(self._run))
        return outputs if len(outputs) > 1 else outputs[0]

    def _pass(self, inputs: Flow, here: Here) -> Flow:
        before = sys.getrecursionlimit()
        sys.setrecursionlimit(max(before, DEEP))
        try:
            here = uses.begin(self._node.body, here)
            last = uses.finish(self._node.body, inputs, here)
        except RecursionError as error:
            reason = f"{self._node.name.text} needs itself, or is too deep"
            raise Refused(reason, place_of(self._node)) from error
        finally:
            sys.setrecursionlimit(before)
        found = here.body.outputs
        if not found and len(last) > 1:
            raise wrong(self._node, f"{len(last)} values are the last, and have no names")
        if found and all(when for _, _, when in found):
            raise wrong(self._node, "all outputs are there in training alone")
        self.outputs = tuple(name for name, _, _ in found)
        return tuple(value for _, value, _ in found) or last

    @property
    def trace(self) -> list[Event]:
        """What the last run applied, in running order."""
        return [
            Event(op, place_of(node), None if slot is None else slot.key, given, made, dtypes)
            for op, node, slot, given, made, dtypes in self._run.trace
        ]

    def state(self) -> dict[str, Tensor]:
        """The state dict, in torch's own order."""
        return dict(self._root.state_dict())

    def load(self, state: Mapping[str, Tensor]) -> None:
        """Take other weights; all keys must be there."""
        self._root.load_state_dict(dict(state), strict=True)


class Interpreter:
    """The texts of a project, by their paths in it, and the one that is meant."""

    def __init__(self, files: Mapping[str, str], main: str) -> None:
        self._file = Project(files).file(main)

    def models(self) -> tuple[str, ...]:
        """The models and variants that stand by themselves."""
        return self._file.models()

    def network(self, model: str, **parameters: Any) -> Network:
        """A model with its parameters; those of a variant may be given anew."""
        given = {name: _constant(value) for name, value in parameters.items()}
        return Network(self._file.model(model), given)


def _constant(value: Any) -> Any:
    """A value of Python as one of the language: lists are tuples."""
    return tuple(map(_constant, value)) if isinstance(value, list | tuple) else value
