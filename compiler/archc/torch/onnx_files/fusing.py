"""Nodes that are one layer together: a product and its bias, and activations that were taken apart.

An exporter writes ``linear`` as ``MatMul`` and ``Add``, ``silu`` as ``Sigmoid`` and ``Mul``, and
``gelu`` as five nodes around ``Erf``.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator

from archc.torch.onnx_files.graph_file import OnnxGraph, OnnxNode

TURNED = "turned"
"""Of a ``Linear``: that its weight lies as torch has it, a row for each output."""


def fuse(graph: OnnxGraph, numbers: set[str]) -> None:
    """Put one node in the place of several that are a layer, and drop what hands on."""
    _hand_on(graph)
    found = _Graph(graph)
    for node in graph.nodes:
        if not any(each in numbers for each in node.outputs):
            found.look(node)
    graph.nodes = [each for each in graph.nodes if id(each) not in found.gone]


def _hand_on(graph: OnnxGraph) -> None:
    """Without nodes that give what they take: Identity, and Dropout as it is exported."""
    same: dict[str, str] = {}
    kept: list[OnnxNode] = []
    for node in graph.nodes:
        node.inputs = tuple([same.get(each, each) for each in node.inputs])
        if node.kind in ("Identity", "Dropout"):
            same[node.outputs[0]] = node.inputs[0]
        else:
            kept.append(node)
    graph.nodes = kept
    graph.outputs = tuple([same.get(each, each) for each in graph.outputs])


class _Graph:
    def __init__(self, graph: OnnxGraph) -> None:
        self.constants = graph.constants
        self.makers = {name: node for node in graph.nodes for name in node.outputs}
        self.uses = Counter(name for node in graph.nodes for name in node.inputs)
        self.uses.update(graph.outputs)
        self.gone: set[int] = set()

    def look(self, node: OnnxNode) -> None:
        """Take in what stands before a node, where they are one layer."""
        if node.kind == "Gemm":
            self.gemm(node)
        elif node.kind == "MatMul" and self.rank(node.inputs[1]) == 2:
            node.kind, node.attributes = "Linear", {}
        elif node.kind == "Add":
            self.biased(node)
        elif node.kind == "Mul":
            self.activation(node)

    def rank(self, name: str) -> int:
        """Of a constant; -1 for what is none."""
        return self.constants[name].ndim if name in self.constants else -1

    def number(self, name: str) -> float | None:
        """A constant that is one number."""
        found = self.constants.get(name)
        return float(found.item()) if found is not None and found.size == 1 else None

    def before(self, name: str, kind: str) -> OnnxNode | None:
        """What makes a value, if it is of a kind and nothing else takes that."""
        node = self.makers.get(name)
        return node if node is not None and node.kind == kind and self.uses[name] == 1 else None

    def gemm(self, node: OnnxNode) -> None:
        said = node.attributes
        plain = said.get("alpha", 1.0) == said.get("beta", 1.0) == 1.0 and not said.get("transA")
        right = all(
            self.rank(name) == rank
            for name, rank in zip(node.inputs[1:], (2, 1), strict=False)
            if name
        )
        if plain and right:
            node.kind = "Linear"
            node.attributes = {TURNED: True} if said.get("transB") else {}

    def biased(self, node: OnnxNode) -> None:
        for bias, name in (node.inputs, node.inputs[::-1]):
            product = self.before(name, "Linear")
            if product is None or len(product.inputs) != 2 or self.rank(bias) != 1:
                continue
            rows, columns = self.constants[product.inputs[1]].shape
            width = rows if TURNED in product.attributes else columns
            if self.constants[bias].shape == (width,):
                self.take(node, product)
                node.kind, node.attributes = "Linear", product.attributes
                node.inputs = (*product.inputs, bias)
                node.name = product.name
                return

    def activation(self, node: OnnxNode) -> None:
        for one, other in (node.inputs, node.inputs[::-1]):
            gate = self.before(other, "Sigmoid")
            if gate is not None and gate.inputs[0] == one:
                self.take(node, gate)
                node.kind, node.inputs = "Swish", (one,)
                return
        for source, parts in self.gelus(node):
            for part in parts:
                self.take(node, part)
            node.kind, node.inputs, node.attributes = "Gelu", (source,), {}
            return

    def gelus(self, node: OnnxNode) -> Iterator[tuple[str, list[OnnxNode]]]:
        """``x (erf(x / sqrt(2)) + 1) / 2``, of which either product may be the last."""
        for one, other in (node.inputs, node.inputs[::-1]):
            half = self.number(other)
            if half == 0.5 and (product := self.before(one, "Mul")) is not None:
                for x, rest in (product.inputs, product.inputs[::-1]):
                    if (inner := self.erf(rest, x)) is not None:
                        yield x, [product, *inner]
            elif (product := self.before(one, "Mul")) is not None:
                for x, scale in (product.inputs, product.inputs[::-1]):
                    inner = self.erf(other, x)
                    if self.number(scale) == 0.5 and inner is not None:
                        yield x, [product, *inner]

    def erf(self, name: str, source: str) -> list[OnnxNode] | None:
        """The nodes of ``erf(source / sqrt(2)) + 1``."""
        added = self.before(name, "Add")
        if added is None:
            return None
        for one, other in (added.inputs, added.inputs[::-1]):
            node = self.before(one, "Erf") if self.number(other) == 1 else None
            for kind, scale in (("Div", math.sqrt(2)), ("Mul", math.sqrt(0.5))):
                inner = None if node is None else self.before(node.inputs[0], kind)
                if inner is None or node is None or inner.inputs[0] != source:
                    continue
                found = self.number(inner.inputs[1])
                if found is not None and math.isclose(found, scale, rel_tol=1e-6):
                    return [added, node, inner]
        return None

    def take(self, node: OnnxNode, part: OnnxNode) -> None:
        """A node is a part of another from now on, and gone."""
        self.gone.add(id(part))
        node.notes = node.notes or part.notes
