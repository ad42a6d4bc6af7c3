"""``archc.from_onnx``: an ONNX file as text, and its weights, held to what the file computes."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import archc.api.importing as modules
from archc.api.importing import ImportedText
from archc.api.proving import Proof
from archc.errors import ImportRefusedError, SettingError
from archc.importing.whole import Given
from archc.request.choice import names_for
from archir.base.optional import require
from archir.base.record import replaced

if TYPE_CHECKING:
    from archc.torch.onnx_files.graph_file import FileInput, OnnxGraph
    from archc.torch.types import nn

USUAL = {"N": 1, "H": 224, "W": 224, "D": 32, "L": 16}
"""The sizes that are looked at where the file leaves one open and nothing else is asked for."""

ROUNDING = 1e-5
"""How far outputs may be from what ONNX's reference computes, as a share of the largest."""


class OnnxText(ImportedText):
    """An imported text with the weights of its file: a state dict that fits what it builds."""

    weights: Mapping[str, Any]


def from_onnx(path: str | PathLike[str], inputs: Sequence[Any] = ()) -> OnnxText:
    """The text of an ONNX file, of opset 13 or newer: one model with the file's weights beside it.

    ``inputs`` say the sizes that the file leaves open, as those of ``from_module`` do. Blocks are
    found by the names of nodes, as torch's exporters write them; a file without such is one chain.
    ``.report`` says what is proven: that the text is the network that was read, bit by bit as a
    module is, and that with the file's weights it gives what ONNX's reference implementation
    gives, up to rounding. ``.weights`` are those.

    Raises ``ImportRefusedError``, with the node, for what is wrong in the file or cannot be said.
    """
    require("torch")
    require("onnx")
    file = Path(path)
    if not file.is_file():
        raise SettingError(f"there is no file {path}")
    from archc.torch.onnx_files.graph_file import OnnxError, read_onnx
    from archc.torch.onnx_files.net import net_of

    try:
        graph = read_onnx(file)
        given = _given(graph, [_asked(each) for each in inputs])
        nodes = {node.number: node.place for node in graph.nodes}
        net = net_of(graph, file.name)
        text = modules.imported(net, given, names_for(file.stem)[0], {}, _plans(graph, given))
        return _held(graph, net, text, given)
    except OnnxError as error:
        raise ImportRefusedError(f"{file.name} cannot be imported: {error.message()}") from error
    except ImportRefusedError as error:
        raise ImportRefusedError(_placed(str(error), file.name, nodes), error.hint) from error


def file_weights_writer(text: OnnxText) -> Callable[[Path], None]:
    """What writes the weights of a file, in safetensors' form."""
    from archc.api.functions import loads
    from archc.torch.weight_files.read import writer

    net = loads(str(text))
    net.load_state_dict(text.weights)
    return writer(net, "pt")


def _placed(said: str, file: str, nodes: Mapping[int, str]) -> str:
    """A message with the node's name in the place of its line."""
    line = re.compile(rf"\({re.escape(file)}:(\d+)\)")
    return line.sub(lambda found: f"({nodes.get(int(found[1]) - 1, 'a node')})", said)


def _asked(each: Any) -> Given:
    return each if isinstance(each, Given) else modules.given_as(None, each)


def _given(graph: OnnxGraph, asked: Sequence[Given]) -> list[Given]:
    """The inputs of a file at the sizes that are asked for. SettingError for others than it has."""
    by_name = {each.name: each for each in asked if each.name}
    unnamed = [each for each in asked if not each.name]
    if len(asked) > len(graph.inputs):
        raise SettingError(f"the file has {len(graph.inputs)} inputs, and {len(asked)} are given")
    made: list[Given] = []
    for each in graph.inputs:
        name = names_for(each.name)[0]
        found = by_name.pop(each.name, None) or by_name.pop(name, None)
        found = found or (unnamed.pop(0) if unnamed else None)
        made.append(Given(name, _extents(each, found), each.dtype))
    if by_name:
        known = ", ".join(each.name for each in graph.inputs)
        raise SettingError(f"the file has no input {next(iter(by_name))}; it has {known}")
    return made


def _extents(each: FileInput, asked: Given | None) -> tuple[int, ...]:
    if asked is None:
        axes = ("N", *Given(None, (1,) * len(each.dims), each.dtype).axes()[1:])
        pairs = zip(each.dims, axes, strict=False)
        return tuple([dim if isinstance(dim, int) else USUAL.get(axis, 4) for dim, axis in pairs])
    fits = len(asked.extents) == len(each.dims) and all(
        dim == extent or not isinstance(dim, int)
        for dim, extent in zip(each.dims, asked.extents, strict=True)
    )
    if not fits:
        said = " x ".join(map(str, each.dims))
        raise SettingError(f"the input {each.name} of the file is {said}, and other than that")
    return asked.extents


def _plans(graph: OnnxGraph, given: Sequence[Given]) -> list[frozenset[str]]:
    """The dims that the file leaves open in every input that has them."""
    open_: set[str] = set()
    fixed: set[str] = set()
    for each, one in zip(graph.inputs, given, strict=True):
        for dim, axis in zip(each.dims, ("N", *one.axes()[1:]), strict=False):
            (fixed if isinstance(dim, int) else open_).add(axis)
    free = frozenset(open_ - fixed - {""})
    found = [free, free & {"N"}, frozenset[str]()]
    return list(dict.fromkeys(found))


def _held(graph: OnnxGraph, net: nn.Module, text: ImportedText, given: Sequence[Given]) -> OnnxText:
    """The text, if what it builds gives with the file's weights what the file gives."""
    from archc.api.functions import loads
    from archc.torch.onnx_files.reference import farthest

    ours = loads(str(text))
    weights = dict(net.state_dict())
    ours.load_state_dict(weights)
    apart = farthest(graph, ours, [each.extents for each in given])
    shown = tuple(f"{each.name} [{', '.join(map(str, each.extents))}]" for each in given)
    if apart > ROUNDING:
        raise ImportRefusedError(
            f"{text.report.name} cannot be imported: what the text gives is {apart:.1e} from what"
            " ONNX's reference gives"
        )
    made = OnnxText(text)
    report = text.report
    proof = Proof(shown, (f"outputs of the file, up to {apart:.0e} of the largest",))
    made.report = replaced(report, proofs=(*report.proofs, proof))
    made.weights = weights
    return made
