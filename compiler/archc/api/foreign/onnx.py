"""``archc.from_onnx``: an ONNX file as text, and its weights, held to what the file computes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import Any

from archc.api import importing
from archc.api.foreign.weighted import FilePort, FileText, given_to, held, plans_of
from archc.errors import ImportRefusedError, SettingError
from archc.request.choice import names_for
from archir.base.optional import require


def from_onnx(path: str | PathLike[str], inputs: Sequence[Any] = ()) -> FileText:
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
    from archc.torch.onnx_files.reference import farthest

    try:
        graph = read_onnx(file)
        ports = [FilePort(each.name, each.dims, each.dtype) for each in graph.inputs]
        given = given_to(ports, inputs)
        nodes = {node.number: node.place for node in graph.nodes}
        net = net_of(graph, file.name)
        text = importing.imported(net, given, names_for(file.stem)[0], {}, plans_of(ports, given))
        shapes = [each.extents for each in given]
        return held(
            net, text, given, lambda ours: farthest(graph, ours, shapes), "ONNX's reference"
        )
    except OnnxError as error:
        raise ImportRefusedError(f"{file.name} cannot be imported: {error.message()}") from error
    except ImportRefusedError as error:
        raise ImportRefusedError(_placed(str(error), file.name, nodes), error.hint) from error


def _placed(said: str, file: str, nodes: Mapping[int, str]) -> str:
    """A message with the node's name in the place of its line."""
    line = re.compile(rf"\({re.escape(file)}:(\d+)\)")
    return line.sub(lambda found: f"({nodes.get(int(found[1]) - 1, 'a node')})", said)
