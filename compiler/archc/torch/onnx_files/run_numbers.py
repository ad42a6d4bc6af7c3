"""The numbers of a run: constants, and what follows from the extents of what flows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy
from torch import Tensor

from archc.torch.onnx_files.folding import SIZES, Array, computed
from archc.torch.onnx_files.graph_file import OnnxNode


class Numbers:
    """What is known beside tensors. Extents are told as tensors are made; the rest is worked out
    when it is asked for."""

    def __init__(
        self, constants: Mapping[str, Array], nodes: Iterable[OnnxNode], opset: int
    ) -> None:
        self.constants = constants
        self.makers = {name: node for node in nodes for name in node.outputs if name}
        self.asked = {node.inputs[0] for node in self.makers.values() if node.kind in SIZES}
        self.opset = opset
        self.known: dict[str, Array] = {}
        self.extents: dict[str, tuple[int, ...]] = {}

    def begin(self) -> None:
        """A run begins: nothing is known of its sizes."""
        self.known, self.extents = {}, {}

    def saw(self, name: str, tensor: Tensor) -> None:
        """A tensor was made."""
        if name in self.asked:
            self.extents[name] = tuple(tensor.shape)

    def __contains__(self, name: str) -> bool:
        return name in self.constants or name in self.makers

    def __getitem__(self, name: str) -> Array:
        """What has this name, worked out in the order of the file."""
        waiting = [name]
        while waiting:
            node = None if self.at_hand(waiting[-1]) else self.makers[waiting[-1]]
            inputs = [] if node is None or self.of_extents(node) else node.inputs
            missing = [each for each in inputs if each and not self.at_hand(each)]
            if missing:
                waiting.extend(missing)
                continue
            waiting.pop()
            if node is not None:
                self.known.update(zip(node.outputs, self.made(node), strict=False))
        return self.constants[name] if name in self.constants else self.known[name]

    def at_hand(self, name: str) -> bool:
        """Whether it is known by now."""
        return name in self.constants or name in self.known

    def of_extents(self, node: OnnxNode) -> bool:
        """Whether a node asks a tensor for its extents."""
        return node.kind in SIZES and node.inputs[0] in self.extents

    def made(self, node: OnnxNode) -> list[Array]:
        """What one node makes of what is at hand."""
        if not self.of_extents(node):
            given = [self[each] if each else None for each in node.inputs]
            return computed(node, given, self.opset)
        extents: Any = numpy.asarray(self.extents[node.inputs[0]], numpy.int64)
        if node.kind == "Size":
            return [numpy.asarray(extents.prod())]
        return [extents[node.attributes.get("start", 0) : node.attributes.get("end", None)]]
