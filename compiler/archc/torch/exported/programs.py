"""Programs of ``torch.export`` as modules: their tree is put together again, and their layers are
torch's own.

A program is of functions alone, of which each keeps in which module it was. ``unflatten`` makes
modules of that; here those that were layers with weights are such again, since a norm or a dropout
of a program is what it is in evaluation for ever.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, fx, nn
from torch.export import ExportedProgram

from archc.torch.tensors import leaves
from archir.base.record import Record


class ProgramError(Exception):
    """What is wrong with a file, or cannot be said of it."""


class ProgramInput(Record):
    """What flows in: the name, the extents that it was exported with, which may vary, the dtype."""

    name: str
    extents: tuple[int, ...]
    is_open: tuple[bool, ...]
    dtype: str


class LoadedProgram(Record):
    """A program, the module of it, and its inputs."""

    program: ExportedProgram
    net: nn.Module
    inputs: tuple[ProgramInput, ...]


def read_program(path: Path) -> LoadedProgram:
    """The program of a ``.pt2`` file, read by torch. ProgramError where torch cannot."""
    try:
        program = torch.export.load(path)
    except Exception as error:  # whatever torch makes of what is no such file
        first = str(error).strip().split("\n")[0]
        raise ProgramError(f"torch.export.load: {first}") from error
    inputs = _inputs(program)
    net = torch.export.unflatten(program)
    for module in list(net.modules()):
        if isinstance(getattr(module, "graph", None), fx.Graph):
            _tidy(module)
    for path_of, module in list(net.named_modules()):
        _layers(module)
        name = getattr(module, "_ty", None)
        if path_of and isinstance(name, str):
            # what is never called is a list, for which torch has the class of what is in it
            called = len(getattr(getattr(module, "graph", None), "nodes", ())) > 0
            word = name.rpartition(".")[2] if called else "ModuleList"
            module.__class__ = type(word, (type(module),), {})
    for module in net.modules():
        for node in getattr(getattr(module, "graph", None), "nodes", ()):
            node.meta = {}  # of tensors with symbolic extents, which no copy can be made of
    return LoadedProgram(program, net.eval(), inputs)


def farthest(program: LoadedProgram, net: nn.Module, given: Sequence[Tensor]) -> float:
    """The largest difference of an output from the program's, as a share of its largest element."""
    with torch.no_grad():
        theirs = [tensor for _, tensor in leaves(program.program.module()(*given))]
        ours = [tensor for _, tensor in leaves(net.eval()(*given))]
    pairs = zip(ours, theirs, strict=True)
    return max(
        float((one - other).abs().max() / other.abs().max().clamp(min=1e-12))
        for one, other in pairs
    )


def _inputs(program: ExportedProgram) -> tuple[ProgramInput, ...]:
    names = program.graph_signature.user_inputs
    nodes = {node.name: node for node in program.graph.nodes if node.op == "placeholder"}
    found = []
    for name in names:
        value = nodes[str(name)].meta.get("val") if str(name) in nodes else None
        if not isinstance(value, Tensor):
            raise ProgramError(f"its input {name} is no tensor")
        open_ = tuple(not isinstance(extent, int) for extent in value.shape)
        extents = tuple(_hint(extent) for extent in value.shape)
        dtype = str(value.dtype).removeprefix("torch.")
        found.append(ProgramInput(str(name), extents, open_, dtype))
    return tuple(found)


def _hint(extent: Any) -> int:
    return extent if isinstance(extent, int) else int(extent.node.hint or 2)


def _tidy(module: nn.Module) -> None:
    """Without what does nothing: a dropout of an evaluation, and checks."""
    graph: Any = module.graph
    for node in list(graph.nodes):
        name = str(node.target)
        if name.startswith(("aten.dropout", "aten.feature_dropout")) and not node.args[2]:
            node.replace_all_uses_with(node.args[0])
            graph.erase_node(node)
        elif "_assert" in name or "sym_constrain" in name:
            graph.erase_node(node)


def _layers(module: nn.Module) -> None:
    """Put layers of torch in the place of modules that do what one does."""
    for label, child in list(module._modules.items()):
        graph: Any = getattr(child, "graph", None)
        if child is None or not isinstance(graph, fx.Graph):
            continue
        calls = [node for node in graph.nodes if node.op == "call_function"]
        inner = [node for node in graph.nodes if node.op == "call_module"]
        if len(calls) != 1 or inner or not child._parameters:
            continue
        make = LAYERS.get(str(calls[0].target))
        layer = None if make is None else make(child, calls[0])
        if layer is not None:
            for name, tensor in (*child._parameters.items(), *child._buffers.items()):
                if tensor is not None:
                    setattr(layer, name, tensor)
            module._modules[label] = layer


def _said(node: fx.Node, place: int, usual: Any) -> Any:
    value = node.args[place] if len(node.args) > place else usual
    return tuple(value) if isinstance(value, Sequence) else value


def _convolution(kind: Any) -> Callable[[nn.Module, fx.Node], nn.Module | None]:
    def make(module: nn.Module, node: fx.Node) -> nn.Module | None:
        weight = module._parameters.get("weight")
        if weight is None or isinstance(_said(node, 4, 0), str):
            return None
        groups = _said(node, 6, 1)
        bias = module._parameters.get("bias") is not None
        with torch.device("meta"):
            made: nn.Module = kind(
                weight.shape[1] * groups, weight.shape[0], tuple(weight.shape[2:]),
                _said(node, 3, 1), _said(node, 4, 0), _said(node, 5, 1), groups, bias,
            )  # fmt: skip
        return made

    return make


def _linear(module: nn.Module, _: fx.Node) -> nn.Module | None:
    weight = module._parameters["weight"]
    if weight is None:
        return None
    with torch.device("meta"):
        return nn.Linear(
            weight.shape[1], weight.shape[0], module._parameters.get("bias") is not None
        )


def _batch_norm(module: nn.Module, node: fx.Node) -> nn.Module | None:
    mean = module._buffers.get("running_mean")
    kinds = {3: nn.BatchNorm1d, 2: nn.BatchNorm1d, 4: nn.BatchNorm2d, 5: nn.BatchNorm3d}
    given: Any = node.args[0]
    kind = kinds.get(given.meta["val"].dim()) if isinstance(given, fx.Node) else None
    if mean is None or kind is None or module._parameters.get("weight") is None:
        return None
    with torch.device("meta"):
        return kind(mean.shape[0], eps=_said(node, 7, 1e-5), momentum=_said(node, 6, 0.1))


def _layer_norm(module: nn.Module, node: fx.Node) -> nn.Module | None:
    if module._parameters.get("weight") is None:
        return None
    bias = module._parameters.get("bias") is not None
    with torch.device("meta"):
        return nn.LayerNorm(_said(node, 1, ()), eps=_said(node, 4, 1e-5), bias=bias)


def _group_norm(module: nn.Module, node: fx.Node) -> nn.Module | None:
    weight = module._parameters.get("weight")
    if weight is None:
        return None
    with torch.device("meta"):
        return nn.GroupNorm(_said(node, 1, 1), weight.shape[0], eps=_said(node, 4, 1e-5))


def _embedding(module: nn.Module, node: fx.Node) -> nn.Module | None:
    weight = module._parameters["weight"]
    if weight is None or _said(node, 2, -1) != -1:
        return None
    with torch.device("meta"):
        return nn.Embedding(weight.shape[0], weight.shape[1])


LAYERS: Mapping[str, Callable[[nn.Module, fx.Node], nn.Module | None]] = {
    "aten.conv1d.default": _convolution(nn.Conv1d),
    "aten.conv2d.default": _convolution(nn.Conv2d),
    "aten.conv3d.default": _convolution(nn.Conv3d),
    "aten.linear.default": _linear,
    "aten.batch_norm.default": _batch_norm,
    "aten.layer_norm.default": _layer_norm,
    "aten.group_norm.default": _group_norm,
    "aten.embedding.default": _embedding,
}
"""By function of a program the layer that it was, where its module did nothing else."""
