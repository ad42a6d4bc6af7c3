"""A graph as a module of torch: a scope for each module that its nodes were in."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from functools import partial
from itertools import groupby
from types import FunctionType
from typing import Any

import numpy
from torch import Tensor, nn

from archc.torch.onnx_files.folding import fold
from archc.torch.onnx_files.functions.applying import applied
from archc.torch.onnx_files.fusing import fuse
from archc.torch.onnx_files.graph_file import OnnxError, OnnxGraph, OnnxNode
from archc.torch.onnx_files.layers import LABELS, WEIGHTS, Layers, sides
from archc.torch.onnx_files.module_places import ModulePlace, place_of
from archc.torch.onnx_files.run_numbers import Numbers
from archir.base.record import Struct

Work = Callable[[Sequence[Any]], Any]

CONTAINER = "Sequential"
"""What a scope is called that holds numbered ones alone."""


class ScopeStep(Struct):
    """One thing that a scope does: it calls a child by its label, or a function by its node."""

    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    call: Callable[[Work, Sequence[Any]], Any]
    node: OnnxNode | None = None
    label: str = ""


class ModuleScope(nn.Module):
    """What nodes do that were in one module."""

    def __init__(self, takes: Sequence[str], gives: Sequence[str], numbers: Numbers) -> None:
        super().__init__()
        self.takes, self.gives, self.numbers = takes, gives, numbers
        self.steps: list[ScopeStep] = []
        self.raw: dict[str, str] = {}
        """By the names of constants the parameters that they are."""

    def forward(self, *given: Tensor) -> Any:
        there: dict[str, Tensor] = dict(zip(self.takes, given, strict=True))
        for step in self.steps:
            values = [self.value(name, there) for name in step.inputs]
            made = step.call(partial(self.work, step), values)
            for name, each in zip(step.outputs, made, strict=False):
                there[name] = each
                self.numbers.saw(name, each)
        return self.given_back(there)

    def given_back(self, there: dict[str, Tensor]) -> Any:
        """What the scope is to give: one tensor, or several in order."""
        found = tuple([there[name] for name in self.gives])
        return found[0] if len(found) == 1 else found

    def value(self, name: str, there: dict[str, Tensor]) -> Any:
        """What has a name: a tensor that flows, a parameter, numbers; None for an empty one."""
        if not name or name in there:
            return there.get(name)
        if name in self.raw:
            return getattr(self, self.raw[name])
        return self.numbers[name]

    def work(self, step: ScopeStep, given: Sequence[Any]) -> Any:
        """One step, as several values."""
        if step.node is not None:
            return applied(step.node, given)
        made = self._modules[step.label](*given)  # type: ignore[misc]
        return made if isinstance(made, tuple) else (made,)


class Root(ModuleScope):
    """The whole network."""

    fields: tuple[str, ...] = ()

    def forward(self, *given: Tensor) -> Any:
        self.numbers.begin()
        for name, tensor in zip(self.takes, given, strict=True):
            self.numbers.saw(name, tensor)
        return super().forward(*given)

    def given_back(self, there: dict[str, Tensor]) -> Any:
        found = super().given_back(there)
        return dict(zip(self.fields, found, strict=True)) if isinstance(found, tuple) else found


def net_of(graph: OnnxGraph, file: str) -> nn.Module:
    """The network of a graph, with its weights, in evaluation.

    Frames that do a node's work say that they are at line ``number + 1`` of ``file``: so whatever
    watches the network finds the node. Raises OnnxError.
    """
    numbers = fold(graph)
    fuse(graph, numbers)
    return _NetBuilder(graph, numbers, file).root().eval()


class _NetBuilder:
    def __init__(self, graph: OnnxGraph, numbers: set[str], file: str) -> None:
        self.graph = graph
        self.file = file
        self.layers = Layers(graph)
        still = [node for node in graph.nodes if any(each in numbers for each in node.outputs)]
        self.numbers = Numbers(graph.constants, still, graph.opset)
        self.nodes = [node for node in graph.nodes if not any(o in numbers for o in node.outputs)]
        self.places: dict[int, ModulePlace] = {}
        self.users: dict[str, set[int]] = defaultdict(set)
        self.kinds: dict[str, type[ModuleScope]] = {}
        for node in self.nodes:
            self.places[node.number] = place_of(node, self.layers.weights(node))
            for name in node.inputs:
                self.users[name].add(node.number)
        for name in graph.outputs:
            self.users[name].add(-1)
            if name in self.numbers:
                raise OnnxError("it hangs on no element of what flows in", f"output {name}")

    def root(self) -> nn.Module:
        takes = [each.name for each in self.graph.inputs]
        made = Root(takes, self.graph.outputs, self.numbers)
        made.fields = tuple([re.sub(r"\W", "_", each) for each in self.graph.outputs])
        self.fill(made, self.nodes, 0)
        return made

    def labels(self, node: OnnxNode) -> tuple[str, ...]:
        return self.places[node.number].labels

    def fill(self, scope: ModuleScope, nodes: Sequence[OnnxNode], depth: int) -> None:
        """Give a scope its steps: those of inner modules in scopes of their own."""
        taken: Counter[str] = Counter()

        def unique(label: str) -> str:
            taken[label] += 1
            found = label if taken[label] == 1 else f"{label}_{taken[label]}"
            return found if not hasattr(scope, found) else unique(label)

        for label, run in groupby(nodes, lambda node: self.labels(node)[depth : depth + 1]):
            inner = list(run)
            layers = [each for each in inner if self.layers.weights(each)]
            if label and len(inner) > 1 and (layers or any(map(self.raw, inner))):
                self.add(scope, unique(label[0]), inner, depth + 1)
                continue
            for node in inner:
                word = label[0] if label else LABELS.get(node.kind, "norm")
                if node in layers:
                    self.layer(scope, unique(word), node)
                else:
                    self.function(scope, node, unique)

    def add(self, scope: ModuleScope, label: str, nodes: Sequence[OnnxNode], depth: int) -> None:
        """A child that is a scope."""
        made = {name for node in nodes for name in node.outputs}
        own = {node.number for node in nodes}
        used = dict.fromkeys(name for node in nodes for name in node.inputs if name)
        takes = [name for name in used if name not in made and name not in self.numbers]
        gives = [name for node in nodes for name in node.outputs if name and self.users[name] - own]
        child = self.kind(nodes, depth, label)(tuple(takes), tuple(gives), self.numbers)
        self.fill(child, nodes, depth)
        scope.add_module(label, child)
        step = ScopeStep(tuple(takes), tuple(gives), self.call(nodes[0]), label=label)
        scope.steps.append(step)

    def kind(self, nodes: Sequence[OnnxNode], depth: int, label: str) -> type[ModuleScope]:
        """The class of a scope: the exporter's, or one by the name of what it holds."""
        labels = self.labels(nodes[0])[:depth]
        known = (dict(self.places[node.number].classes).get(labels) for node in nodes)
        name = next((each for each in known if each), None) or self.named(nodes, depth, label)
        name = name if name.isidentifier() else "Part"
        if name not in self.kinds:
            self.kinds[name] = type(name, (ModuleScope,), {})
        return self.kinds[name]

    def named(self, nodes: Sequence[OnnxNode], depth: int, label: str) -> str:
        inner = {self.labels(node)[depth : depth + 1] for node in nodes}
        if all(each and each[0].isdigit() for each in inner):
            return CONTAINER
        words = [each for each in (*self.labels(nodes[0])[: depth - 1], label) if _stem(each)]
        if not words:
            return "Part"
        stem = _stem(words[-1])
        if label.isdigit() and stem.endswith("s") and len(stem) > 3:
            stem = stem[:-1]
        return (
            "".join(part[:1].upper() + part[1:] for part in re.split(r"[_-]", stem) if part)
            or "Part"
        )

    def layer(self, scope: ModuleScope, label: str, node: OnnxNode) -> None:
        """A child that is a layer of torch."""
        scope.add_module(label, self.layers.made(node))
        takes = node.inputs[1:2] if node.kind == "Gather" else node.inputs[:1]
        if node.kind == "Conv":
            before, behind = sides(node, len(self.layers.shape(node, 1)) - 2)
            if before != behind:
                outside = OnnxNode(
                    node.number, "Padded", node.name, takes, (f"{node.outputs[0]} padded",),
                    node.attributes, {},
                )  # fmt: skip
                self.function(scope, outside, unique=str)
                takes = outside.outputs
        scope.steps.append(ScopeStep(takes, node.outputs[:1], self.call(node), label=label))

    def function(self, scope: ModuleScope, node: OnnxNode, unique: Callable[[str], str]) -> None:
        """A step that is a function, whose constants are parameters of the scope."""
        for name in self.raw(node):
            word = re.sub(r"\W", "_", name.rpartition(".")[2]).lstrip("_0123456789") or "weight"
            scope.raw[name] = unique(word if "." in name else "weight")
            scope.register_parameter(scope.raw[name], nn.Parameter(self.layers.tensor(name)))
        scope.steps.append(ScopeStep(node.inputs, node.outputs, self.call(node), node))

    def raw(self, node: OnnxNode) -> list[str]:
        """The constants of a node that are weights: what has several elements with a point."""
        if node.kind in WEIGHTS and self.layers.weights(node):
            return []
        found = []
        for name in dict.fromkeys(node.inputs):
            constant = self.graph.constants.get(name)
            if constant is None or not numpy.issubdtype(constant.dtype, numpy.floating):
                continue
            if node.kind in ("Resize", "Clip", "Pad") or constant.ndim == 0:
                continue
            if constant.size > 1 or "." in name:
                found.append(name)
        return found

    def call(self, node: OnnxNode) -> Callable[[Work, Sequence[Any]], Any]:
        return _located(self.file, node)


def _stem(label: str) -> str:
    """A label without the number behind it."""
    return label.rstrip("0123456789_-")


def _call(work: Work, given: Sequence[Any]) -> Any: return work(given)  # fmt: skip


def _located(file: str, node: OnnxNode) -> Callable[[Work, Sequence[Any]], Any]:
    """A call whose frame says that it is at the line of a file that has the node's number."""
    code = _call.__code__.replace(co_filename=file, co_firstlineno=node.number + 1)
    return FunctionType(code, {"__name__": file})
