"""Nodes that hang on constants and sizes alone, computed by ONNX's own reference as they stand.

They are arithmetic of shapes for the most part: ``Shape``, ``Gather``, ``Concat``, and then
``Reshape``. What they give is no tensor of the network but numbers that its layers are told.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy
import onnx
from onnx import helper, numpy_helper
from onnx.reference import ReferenceEvaluator

from archc.torch.onnx_files.graph_file import OnnxError, OnnxGraph, OnnxNode

MOST = 1 << 24
"""The elements of the largest tensor that is computed so."""

GROWING = ("ConstantOfShape", "Expand", "Tile", "Range", "Resize", "Pad", "OneHot", "EyeLike")
"""Ops whose output is as large as their inputs' elements say."""

RANDOM = ("RandomNormal", "RandomUniform", "RandomNormalLike", "RandomUniformLike", "Bernoulli")

SIZES = ("Shape", "Size")
"""Ops that ask a tensor for its extents."""

Array = numpy.ndarray[Any, Any]


def fold(graph: OnnxGraph) -> set[str]:
    """Compute what hangs on constants alone. The names of values that hang on sizes alone too.

    Those nodes leave the graph; the others stay, and are computed as the network runs.
    """
    kept: list[OnnxNode] = []
    numbers: set[str] = set()
    for node in graph.nodes:
        inputs = [each for each in node.inputs if each]
        if node.kind not in RANDOM and all(each in graph.constants for each in inputs):
            found = computed(node, [graph.constants.get(each) for each in node.inputs], graph.opset)
            graph.constants.update(zip(node.outputs, found, strict=False))
            continue
        known = all(each in graph.constants or each in numbers for each in inputs)
        if node.kind in SIZES or (known and node.kind not in RANDOM):
            numbers.update(node.outputs)
        kept.append(node)
    graph.nodes = kept
    return numbers


def computed(node: OnnxNode, given: Sequence[Array | None], opset: int) -> list[Array]:
    """What a node makes of numbers. OnnxError where that is more than there should be."""
    if node.kind == "Constant":
        return [_constant(node)]
    _bounded(node, given)
    names = [f"x{number}" if each is not None else "" for number, each in enumerate(given)]
    made = helper.make_node(node.kind, names, list(node.outputs), **_protos(node))
    ports = [
        helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(each.dtype), each.shape)
        for name, each in zip(names, given, strict=True)
        if each is not None
    ]
    results = [onnx.ValueInfoProto(name=each) for each in node.outputs if each]
    graph = helper.make_graph([made], "one", ports, results)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)])
    feeds = {name: each for name, each in zip(names, given, strict=True) if each is not None}
    try:
        found = ReferenceEvaluator(model).run(None, feeds)
    except Exception as error:  # whatever numpy says of numbers that do not fit
        raise OnnxError(str(error).split("\n")[0], node.place) from error
    return [numpy.asarray(each) for each in found]


def _protos(node: OnnxNode) -> dict[str, Any]:
    return {
        name: numpy_helper.from_array(value) if isinstance(value, numpy.ndarray) else value
        for name, value in node.attributes.items()
    }


def _constant(node: OnnxNode) -> Array:
    for name, value in node.attributes.items():
        if name == "value":
            return numpy.asarray(value)
        if name in ("value_float", "value_floats"):
            return numpy.asarray(value, numpy.float32)
        if name in ("value_int", "value_ints"):
            return numpy.asarray(value, numpy.int64)
    raise OnnxError("it has no number for its value", node.place)


def _bounded(node: OnnxNode, given: Sequence[Array | None]) -> None:
    if node.kind not in GROWING:
        return
    asked = _asked(node, [each for each in given if each is not None])
    if not 0 <= asked <= MOST:
        raise OnnxError(f"it is to make {asked:,.0f} elements of numbers", node.place)


def _asked(node: OnnxNode, given: Sequence[Array]) -> float:
    """How many elements a node is to make."""
    if node.kind == "ConstantOfShape":
        return _product(given[0])
    if node.kind == "Expand" or node.kind == "Tile":
        return _product(given[1]) * (given[0].size if node.kind == "Tile" else 1)
    if node.kind == "Range" and given[2].item():
        return float(abs((given[1].item() - given[0].item()) / given[2].item()))
    if node.kind == "Pad":
        return math.prod(float(e) + _product(numpy.abs(given[1]).sum()) for e in given[0].shape)
    raise OnnxError(f"{node.kind} of numbers alone is not read", node.place)


def _product(extents: Array) -> float:
    return float(math.prod(float(each) for each in numpy.asarray(extents).flatten()))
