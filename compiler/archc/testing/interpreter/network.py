"""A network: a model with its parameters given, built once and run on tensors."""

from __future__ import annotations

import sys
from collections import namedtuple
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import chain, product
from random import Random
from typing import Any

import torch
from torch import Tensor, nn

from archc.testing import seeding
from archc.testing.interpreter import shapes, uses
from archc.testing.interpreter.arguments import fill
from archc.testing.interpreter.declarations import Project
from archc.testing.interpreter.names import Body, Here, Names, Reading
from archc.testing.interpreter.refused import Place, Refused, place_of, wrong
from archc.testing.interpreter.scopes import Scope, Slot, install
from archc.testing.interpreter.torch_calls.initial_weights import construct, tie
from archc.testing.interpreter.values import Flow, Part
from archdsl.tree import ast

DEEP = 20_000
"""How deep Python may go: blocks in blocks are read with calls in calls."""

MOST_MET = 12
"""How many extents of a run are tried as sizes, the smallest first."""


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
    look_elsewhere: Callable[[], None] = lambda: None
    """Read the text at other sizes too: what is written may be the same at all."""
    left_open: set[int] = field(default_factory=set)
    """Lines of remarks that hold if a size in them is a number, as it was wherever it was met."""
    reads_all: bool = False
    """Whether what is written is only read, and not held against what there is."""
    other_batch: bool = False
    """Whether the sizes are the defaults, but for that of the batch."""

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

    def is_other_batch(self, extents: Sequence[int]) -> bool:
        """Whether a shape is the default one, but for the batch: a first dim with a bare name."""
        first = self.item.shape.dims[0] if self.item.shape.dims else None
        has_batch = first is not None and isinstance(first.value, ast.Name) and not first.default
        others = slice(1 if has_batch else 0, None)
        return tuple(extents[others]) == self.defaults[others]

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
        self._part, self._parameters = part, parameters
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
        self._has_looked_elsewhere = False
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
        reading = Reading(self._home, Names())
        fill(self._node.name.text, self._node.params, self._values, reading, self._node)
        names = Names(reading.names, holds_values=True)
        names.variables |= self.sizes.keys()
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
            seeding.seed(seed)
        construct(self._scope, is_model=True)
        self._root = install(self._scope)
        tie(self._root, self._scope)

    def run(self, *inputs: Tensor, training: bool = False) -> tuple[Tensor, ...] | Tensor:
        """Run the text at the sizes of the inputs, with the modules made at the defaults."""
        if len(inputs) != len(self.inputs):
            raise wrong(self._node, f"there are {len(self.inputs)} inputs, not {len(inputs)}")
        self._root.train(training)
        other_batch = all(
            spec.is_other_batch(value.shape)
            for spec, value in zip(self.inputs, inputs, strict=True)
        )
        self._run = Run(
            training=training, look_elsewhere=self._look_elsewhere, other_batch=other_batch
        )
        outputs = self._pass(inputs, self._beginning(self._run))
        return outputs if len(outputs) > 1 else outputs[0]

    @property
    def left_open(self) -> set[int]:
        """The lines of remarks of which the last run could not tell whether they hold."""
        return self._run.left_open

    def _look_elsewhere(self) -> None:
        """Read the text with other defaults, once, and note what is written down there."""
        if self._has_looked_elsewhere:
            return
        self._has_looked_elsewhere = True
        with torch.no_grad(), torch.random.fork_rng(devices=[]):
            met = {
                extent
                for _, _, _, given, made, _ in self._run.trace
                for extent in chain(*given, *made)
            }
            for sizes in _others(self.sizes, met):
                other = Network(self._part, self._parameters)  # with weights for these sizes
                with suppress(Refused):
                    inputs = tuple(spec.example(sizes, 0) for spec in self.inputs)
                    other._pass(inputs, other._beginning(Run(building=True, reads_all=True)))
                _note(other._decided, self._decided)

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
        if len(found) > 1:
            try:
                namedtuple("Outputs", self.outputs)
            except ValueError as error:
                raise wrong(self._node, str(error)) from error
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

    def tensors(self) -> list[Tensor]:
        """All parameters and buffers, also those outside of the state dict."""
        return [*self._root.parameters(), *self._root.buffers()]

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


def _note(found: Mapping[Any, Any], into: dict[Any, Any]) -> None:
    """Add the sizes that remarks write down in one network to those of another."""
    for key, value in found.items():
        if isinstance(value, dict):
            _note(value, into.setdefault(key, {}))
        elif isinstance(value, set):
            into.setdefault(key, set()).update(value)


def _others(sizes: Mapping[str, int], met: Collection[int]) -> Iterator[dict[str, int]]:
    """Some sizes other than the default ones, and such as others that it meets.

    A size may have to be 1 or as large as another to be taken at all.
    """
    for name, extent in product(sizes, dict.fromkeys([*sorted(met)[:MOST_MET], *range(1, 6)])):
        yield {**sizes, name: extent}
    random = Random(0)
    for _ in range(40):
        yield {
            name: random.choice((size, size + 1, 2 * size, 3 * size, random.randint(1, 20)))
            for name, size in sizes.items()
        }


def _constant(value: Any) -> Any:
    """A value of Python as one of the language: lists are tuples."""
    return tuple(map(_constant, value)) if isinstance(value, list | tuple) else value
