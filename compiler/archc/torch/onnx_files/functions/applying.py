"""A node without weights, done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from torch import Tensor

from archc.torch.onnx_files.functions.elementwise import ELEMENTWISE
from archc.torch.onnx_files.functions.given import Function, Value
from archc.torch.onnx_files.functions.pooling import POOLING
from archc.torch.onnx_files.functions.reducing import REDUCING
from archc.torch.onnx_files.functions.shaping import SHAPING
from archc.torch.onnx_files.graph_file import OnnxError, OnnxNode

FUNCTIONS: Mapping[str, Function] = {**ELEMENTWISE, **REDUCING, **POOLING, **SHAPING}
"""By op of ONNX what does it. What torch has as a layer with weights is in ``layers``."""


def applied(node: OnnxNode, given: Sequence[Value]) -> tuple[Tensor, ...]:
    """What a node makes. OnnxError where it is an op that is not read."""
    function = FUNCTIONS.get(node.kind)
    if function is None:
        raise OnnxError(f"{node.kind} is an op that is not read", node.place)
    made = function(node, given)
    return tuple(made) if isinstance(made, tuple | list) else (made,)
