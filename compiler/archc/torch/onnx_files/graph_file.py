"""An ONNX file as data: nodes in the order of running, constants, and what flows in and out.

All that can be wrong with a file is found here, before anything is made of it: what is cut off, a
tensor that claims more than there is, a value that nothing makes, nodes in a circle, shapes that
do not fit.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy
import onnx
import onnx.inliner
from google.protobuf.message import DecodeError
from onnx import external_data_helper, helper, numpy_helper

from archir.base.record import Record, Struct

OLDEST = 13
"""The oldest opset that is read: axes became inputs in it."""

LARGEST = 1 << 31
"""The bytes of the largest file, and of the largest tensor beside one."""

DTYPES: Mapping[int, str] = {
    onnx.TensorProto.FLOAT: "float32",
    onnx.TensorProto.INT64: "int64",
    onnx.TensorProto.INT32: "int64",
    onnx.TensorProto.BOOL: "bool",
}
"""What may flow in, and what it is called here."""


WRONG = (
    onnx.checker.ValidationError,
    onnx.shape_inference.InferenceError,
    ValueError,
    RuntimeError,
)
"""What ONNX's own checks raise."""


class OnnxError(Exception):
    """What is wrong with a file, or cannot be said of it, and at which place."""

    def __init__(self, said: str, place: str = "") -> None:
        super().__init__(said)
        self.said, self.place = said, place

    def message(self) -> str:
        """It in one sentence."""
        return f"{self.place}: {self.said}" if self.place else self.said


class OnnxNode(Struct):
    """One node: its number in the file, its op, and what it takes and gives by name."""

    number: int
    kind: str
    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: Mapping[str, Any]
    notes: Mapping[str, str]
    """What the exporter says of it: in which modules it was."""

    @property
    def place(self) -> str:
        """Where it is, in words."""
        return f"node {self.number}, {self.kind}" + (f" {self.name}" if self.name else "")


class FileInput(Record):
    """What flows in: a dim is a number, or the name of one that may vary."""

    name: str
    dims: tuple[int | str, ...]
    dtype: str


class OnnxGraph(Struct):
    """What a file says."""

    nodes: list[OnnxNode]
    constants: dict[str, numpy.ndarray[Any, Any]]
    inputs: tuple[FileInput, ...]
    outputs: tuple[str, ...]
    ranks: Mapping[str, int]
    opset: int
    model: onnx.ModelProto


def read_onnx(path: Path) -> OnnxGraph:
    """What is in a file. OnnxError, with the place, for what is wrong in it."""
    model = _parsed(path)
    if model.functions:
        model = onnx.inliner.inline_local_functions(model)
    graph = model.graph
    opset = _opset(model)
    constants = dict(_constants(graph, path.parent))
    nodes = [_node(number, each) for number, each in enumerate(graph.node)]
    inputs = tuple([_input(each) for each in graph.input if each.name not in constants])
    outputs = tuple([each.name for each in graph.output])
    if not outputs or not inputs:
        raise OnnxError("it has no " + ("output" if inputs else "input"))
    _in_order(nodes, {*constants, *(each.name for each in inputs)}, outputs)
    return OnnxGraph(nodes, constants, inputs, outputs, _ranks(model, nodes), opset, model)


def _parsed(path: Path) -> onnx.ModelProto:
    size = path.stat().st_size
    if size >= LARGEST:
        raise OnnxError(f"it has {size:,} bytes, and a file of this kind has less than {LARGEST:,}")
    try:
        model = onnx.load_model_from_string(path.read_bytes())
    except DecodeError:
        raise OnnxError(f"it is cut off, or no ONNX file: {size:,} bytes make no model") from None
    if not model.HasField("graph") or not model.opset_import:
        raise OnnxError(f"it is cut off, or no ONNX file: {size:,} bytes have no graph with ops")
    return model


def _opset(model: onnx.ModelProto) -> int:
    versions = {each.domain: each.version for each in model.opset_import}
    found: int = max(versions.get("", 0), versions.get("ai.onnx", 0))
    if found < OLDEST:
        raise OnnxError(f"it is of opset {found}, and {OLDEST} and newer are read")
    return found


# --- tensors ------------------------------------------------------------------------------------


def _constants(
    graph: onnx.GraphProto, folder: Path
) -> Iterator[tuple[str, numpy.ndarray[Any, Any]]]:
    for tensor in graph.initializer:
        yield tensor.name, array(tensor, f"tensor {tensor.name}", folder)
    for sparse in graph.sparse_initializer:
        raise OnnxError("it is sparse, and such are not read", f"tensor {sparse.values.name}")


def array(tensor: onnx.TensorProto, place: str, folder: Path | None) -> numpy.ndarray[Any, Any]:
    """The elements of a tensor, once there are as many as it claims."""
    try:
        dtype = helper.tensor_dtype_to_np_dtype(tensor.data_type)
    except (KeyError, TypeError, ValueError):
        raise OnnxError(f"there is no dtype {tensor.data_type}", place) from None
    if any(extent < 0 for extent in tensor.dims):
        raise OnnxError(f"it claims the extents {list(tensor.dims)}", place)
    claimed = math.prod(tensor.dims) * dtype.itemsize
    outside = tensor.data_location == onnx.TensorProto.EXTERNAL
    there = _outside(tensor, place, folder) if outside else _bytes(tensor, dtype.itemsize)
    if there < claimed:
        raise OnnxError(f"it claims {claimed:,} bytes, and there are {there:,}", place)
    if outside and folder is not None:
        external_data_helper.load_external_data_for_tensor(tensor, str(folder))
    try:
        return numpy_helper.to_array(tensor)
    except (ValueError, TypeError) as error:
        raise OnnxError(str(error).split("\n")[0], place) from None


def _bytes(tensor: onnx.TensorProto, size: int) -> int:
    if tensor.HasField("raw_data"):
        return len(tensor.raw_data)
    fields = (
        tensor.float_data,
        tensor.int32_data,
        tensor.int64_data,
        tensor.double_data,
        tensor.uint64_data,
        tensor.string_data,
    )
    return max(len(each) for each in fields) * size


def _outside(tensor: onnx.TensorProto, place: str, folder: Path | None) -> int:
    """How many bytes of a tensor there are in another file, which must lie beside this one."""
    said = {each.key: each.value for each in tensor.external_data}
    name = said.get("location", "")
    if folder is None or not name or Path(name).name != name or name.startswith("."):
        raise OnnxError(f"its elements are in {name!r}, which is no file beside this one", place)
    file = folder / name
    if file.is_symlink() or not file.is_file():
        raise OnnxError(f"its elements are in {name}, and there is no such file", place)
    try:
        offset, length = int(said.get("offset", 0)), int(said.get("length", 0))
    except ValueError:
        raise OnnxError(f"its place in {name} is no number", place) from None
    rest = file.stat().st_size - offset
    if offset < 0 or rest < 0 or not 0 <= length <= rest:
        raise OnnxError(f"it is to be {length:,} bytes of {name} behind {offset:,}", place)
    return length or rest


# --- nodes --------------------------------------------------------------------------------------


def _node(number: int, proto: onnx.NodeProto) -> OnnxNode:
    notes = {each.key: each.value for each in proto.metadata_props}
    names = (tuple(proto.input), tuple(proto.output))
    made = OnnxNode(number, proto.op_type, proto.name, *names, {}, notes)
    if any(isinstance(each, bytes) for each in (made.kind, made.name, *names[0], *names[1])):
        raise OnnxError("a name in it is no text", f"node {number}")
    if proto.domain not in ("", "ai.onnx"):
        raise OnnxError(f"{proto.domain}.{proto.op_type} is an op of nobody's standard", made.place)
    made.attributes = {each.name: _attribute(each, made.place) for each in proto.attribute}
    return made


def _attribute(proto: onnx.AttributeProto, place: str) -> Any:
    if proto.type == onnx.AttributeProto.TENSOR:
        return array(proto.t, place, None)
    if proto.type in (onnx.AttributeProto.GRAPH, onnx.AttributeProto.GRAPHS):
        raise OnnxError("which nodes run hangs on the elements of a tensor", place)
    try:
        value = helper.get_attribute_value(proto)
    except ValueError:
        raise OnnxError(f"its attribute {proto.name} has no value", place) from None
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return list(value) if isinstance(value, list | tuple) or hasattr(value, "extend") else value


def _input(proto: onnx.ValueInfoProto) -> FileInput:
    kind = proto.type.tensor_type
    place = f"input {proto.name}"
    if not proto.type.HasField("tensor_type") or not kind.HasField("shape"):
        raise OnnxError("it is no tensor with a shape", place)
    if kind.elem_type not in DTYPES:
        raise OnnxError("it is of float32, int64 or bool, and no other dtype is read", place)
    dims = [
        each.dim_value if each.HasField("dim_value") else each.dim_param or f"dim{number}"
        for number, each in enumerate(kind.shape.dim)
    ]
    if any(isinstance(each, int) and each < 1 for each in dims):
        raise OnnxError(f"it has the extents {dims}", place)
    return FileInput(proto.name, tuple(dims), DTYPES[kind.elem_type])


def _in_order(nodes: list[OnnxNode], known: set[str], outputs: tuple[str, ...]) -> None:
    """Raises where a node takes what is not there when it runs."""
    makers: dict[str, OnnxNode] = {}
    for node in nodes:
        for name in filter(None, node.outputs):
            if name in makers or name in known:
                raise OnnxError(f"it makes {name}, which is there already", node.place)
            makers[name] = node
    there = set(known)
    for node in nodes:
        for name in filter(None, node.inputs):
            if name not in there:
                later = makers.get(name)
                if later is None:
                    raise OnnxError(f"it takes {name}, which nothing makes", node.place)
                raise OnnxError(
                    f"it takes {name}, which {later.place} makes: they stand in a circle, or the"
                    " file is not in the order of running",
                    node.place,
                )
        there.update(filter(None, node.outputs))
    for name in outputs:
        if name not in there:
            raise OnnxError("nothing makes it", f"output {name}")


def _ranks(model: onnx.ModelProto, nodes: list[OnnxNode]) -> dict[str, int]:
    """How many dims values have, as far as ONNX finds that. OnnxError where shapes do not fit."""
    try:
        onnx.checker.check_model(model)
        found = onnx.shape_inference.infer_shapes(model, check_type=True, strict_mode=True)
    except UnicodeDecodeError:
        raise OnnxError("a name in it is no text") from None
    except WRONG as error:
        raise OnnxError(*_of_onnx(str(error), nodes)) from None
    graph = found.graph
    return {
        each.name: len(each.type.tensor_type.shape.dim)
        for each in (*graph.value_info, *graph.input, *graph.output)
        if each.type.tensor_type.HasField("shape")
    }


def _of_onnx(said: str, nodes: list[OnnxNode]) -> tuple[str, str]:
    """ONNX's own finding, with the node that it names, or else the only one of the op that it
    names."""
    lines = [each.strip() for each in said.split("\n") if each.strip()]
    last = re.sub(
        r"^.*(\(op_type:[^)]*\): |\[ShapeInferenceError\] )", "", lines[-1] if lines else ""
    )
    last = last or "it is no right model"
    named = [each for each in nodes if each.name and f"node name: {each.name})" in said]
    kinds = [each for each in nodes if f"(op_type:{each.kind}" in said]
    found = named or (kinds if len(kinds) == 1 else [])
    return last, found[0].place if found else ""
