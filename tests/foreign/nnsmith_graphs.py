"""Graphs of NNSmith, a published generator, translated: they must check, and give the same bits.

NNSmith (Liu et al., 2023, https://arxiv.org/abs/2207.13066) draws graphs of tensor operations with
a solver, so that all of them run. It is not installed with the tests; it needs

    pip install --no-deps nnsmith multipledispatch appdirs hydra-core omegaconf pyyaml

and is run by hand: ``python tests/foreign/nnsmith_graphs.py --graphs 1000 --seed 0``.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Callable
from typing import Any

import torch

import archc
from archc.torch.rng import seeded

WINDOWS = "kernel_h_size", "kernel_w_size"
ELEMENTWISE = {
    "ReLU": "relu", "GELU": "gelu", "LeakyReLU": "leaky_relu", "PReLU": "prelu",
    "Sigmoid": "sigmoid",
}  # fmt: skip
MERGES = {
    "Add": "add", "Sub": "subtract", "Mul": "multiply", "Div": "divide", "Max": "maximum",
    "Min": "minimum", "MatMul": "matmul", "PTMatMul": "matmul",
}  # fmt: skip
MODULES = {
    "PReLU", "LeakyReLU", "Softmax", "MaxPool2d", "AvgPool2d", "BatchNorm2d", "Conv1d",
    "NCHWConv2d", "Linear",
}  # fmt: skip
"""What NNSmith makes as a module, and so registers."""


def _plain(keyword: str) -> Callable[[Any], str]:
    return lambda _: keyword


def _pool(keyword: str) -> Callable[[Any], str]:
    def write(op: Any) -> str:
        kernel = [op.kernel_h_size, op.kernel_w_size]
        return f"{keyword}({kernel}, stride = {op.stride}, padding = {op.padding})"

    return write


def _pad(op: Any) -> str:
    mode = op.extra_attrs["type"]
    value = ", value = 0.5" if mode == "constant" else ""
    return f'pad({list(op.padding_list)}, mode = "{mode}"{value})'


def _slice(op: Any) -> str:
    """As NNSmith's own translation to torch has it: some bounds count from the end."""
    region, axis = op.extra_attrs["region"], op.extra_attrs["axis"]
    extent = op.input_like[0].shape[axis]
    start, end = op.start, op.end
    open_end = end == type(op).INT_MAX
    if region in ("left", "mid"):
        start -= extent
    if region == "left" and end < extent and not open_end:
        end -= extent
    return f"slice({axis}, {start}, {'none' if open_end else end}, step = {op.step})"


def _resampled(mode: str) -> Callable[[Any], str]:
    return lambda op: f'upsample(size = {list(op.size)}, mode = "{mode}")'


def _reduced(keyword: str) -> Callable[[Any], str]:
    return lambda op: f"{keyword}({op.extra_attrs['reduce_dim']})"


def _transpose(op: Any) -> str:
    first, second = op._init_swap_dims(op.input_like[0].shape)
    return f"transpose({first}, {second})"


NOT_SAID = "the language cannot say it"

UNARY: dict[str, Callable[[Any], str]] = {
    **{name: _plain(word) for name, word in ELEMENTWISE.items()},
    "Softmax": lambda op: f"softmax({op.dim})",
    "MaxPool2d": _pool("max_pool"),
    "AvgPool2d": _pool("avg_pool"),
    "Slice": _slice,
    "ConstPad": _pad,
    "ReplicatePad": _pad,
    "ReflectPad": _pad,
    **dict.fromkeys(
        ["ExpandLast1", "ExpandLast2", "ExpandLast3", "ExpandLast4"],
        lambda op: f"expand({list(op.output_like[0].shape)})",
    ),
    "BatchNorm2d": lambda _: "batch_norm",
    "Conv1d": lambda op: (
        f"conv({op.out_channels}, {op.kernel_size}, stride = {op.stride}, "
        f"padding = {op.padding}, dilation = {op.dilation})"
    ),
    "NCHWConv2d": lambda op: (
        f"conv({op.out_channels}, [{op.kernel_h_size}, {op.kernel_w_size}], stride = {op.stride}, "
        f"padding = {op.padding}, dilation = [{op.dilation_h}, {op.dilation_w}])"
    ),
    "Reshape": lambda op: f"reshape({list(op.target_shape)})",
    "Flatten": lambda _: "reshape(-1)",
    "Transpose": _transpose,
    "NearestInterp": _resampled("nearest"),
    "LinearInterp": _resampled("linear"),
    "BilinearInterp": _resampled("bilinear"),
    "BicubicInterp": _resampled("bicubic"),
    "TrilinearInterp": _resampled("trilinear"),
    "Squeeze": _reduced("squeeze"),
    "TorchReduceSum": _reduced("sum"),
    "ReduceMean": _reduced("mean"),
    "Linear": lambda op: f"linear({op.ofeat})",
}
CONCATS = {f"Concat{n}" for n in range(1, 6)}
KNOWN = {*UNARY, *MERGES, *CONCATS}
"""NNSmith's names of the ops that the language has."""


def translate(ir: Any) -> str:
    """The graph as a text. Its modules are called m0, m1, ... in NNSmith's order."""
    inputs, lines, number = [], [], 0
    for inst in ir.insts:
        op, name = inst.iexpr.op, inst.retval()
        kind = type(op).__name__
        if kind == "Input":
            inputs.append(f"{name}: {_shape(ir.vars[name])}")
            continue
        if kind == "Constant":
            lines.append(f"param {name}: {_shape(ir.vars[name])} = zeros")
            continue
        label = ""
        if kind in MODULES:
            label, number = f"m{number}: ", number + 1
        arguments = list(inst.iexpr.args)
        if kind in UNARY:
            lines.append(f"{arguments[0]} -> {label}{UNARY[kind](op)} as {name}")
            continue
        merge = f"concat({op.extra_attrs['axis']})" if kind in CONCATS else MERGES[kind]
        if len(arguments) == 1:  # the concatenation of one
            lines.append(f"{arguments[0]} -> identity as {name}")
            continue
        lines.append(f"{merge} [{', '.join(arguments)}] as {name}")
    lines.append("output " + ", ".join(f"out_{name} = {name}" for name in ir.leaf_var()))
    body = "\n  ".join([f"input {', '.join(inputs)}", *lines])
    return f"model net() {{\n  {body}\n}}\n"


def _shape(tensor: Any) -> str:
    return str(list(tensor.shape))


NARROWER = {"no-dims-left", "wrong-padding-length", "argument-out-of-bounds"}
"""Where the language has less than torch, and says so: values have a dim, padding is of axes."""


def difference(ir: Any, theirs: torch.nn.Module) -> str | None:
    """What differs between NNSmith's module and ours; None where nothing does."""
    text = translate(ir)
    try:
        ours = archc.loads(text)
    except archc.ArchError as error:
        if all(each.problem.name in NARROWER for each in error.diagnostics if each.is_error):
            return NOT_SAID
        return f"refused:\n{error}"
    if [x.shape for x in ours.state_dict().values()] != sorted_state(theirs, shapes=True):
        return f"other weights: {list(ours.state_dict())} and {list(theirs.state_dict())}"
    state = dict(zip(ours.state_dict(), sorted_state(theirs), strict=True))
    ours.load_state_dict(state)
    namespace: dict[str, Any] = {}
    exec(compile(archc.source(archc.Source("text", text)), "printed", "exec"), namespace)
    printed = namespace["Net"]()
    printed.load_state_dict(state)
    shapes = [ir.vars[name].shape for name in ir.input_var()]
    with seeded(0), torch.no_grad():
        given = [torch.randn(tuple(shape)) for shape in shapes]
        for net in (ours, printed, theirs):
            net.eval()
        wanted = theirs(*given)
        for found in (ours(*given), printed(*given)):
            outputs = list(found) if isinstance(found, tuple) else [found]
            for one, other in zip(outputs, wanted, strict=True):
                if one.shape != other.shape or not torch.equal(
                    one.nan_to_num(), other.nan_to_num()
                ):
                    return "other outputs"
    return None


def sorted_state(net: torch.nn.Module, *, shapes: bool = False) -> list[Any]:
    """Their weights in our order: raw parameters first, then those of modules."""
    state = net.state_dict()
    raw = [value for key, value in state.items() if key.endswith(".data")]
    rest = [value for key, value in state.items() if not key.endswith(".data")]
    return [x.shape if shapes else x for x in (*raw, *rest)]


def generated(seed: int, nodes: int) -> tuple[Any, torch.nn.Module]:
    """A graph of NNSmith and its own module for it."""
    from nnsmith.graph_gen import model_gen
    from nnsmith.materialize.torch.forward import ALL_TORCH_OPS
    from nnsmith.materialize.torch.symbolnet import SymbolNet

    random.seed(seed)
    opset = [op for op in ALL_TORCH_OPS if op.__name__ in KNOWN]
    made = model_gen(
        opset=opset, method="symbolic-cinit", seed=seed, max_nodes=nodes, timeout_ms=20_000,
        max_elem_per_tensor=4096, rank_choices=[1, 2, 3, 4, 5], dtype_choices=["f32"],
    )  # fmt: skip
    ir = made.make_concrete()
    with seeded(seed):
        return ir, SymbolNet(ir)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--graphs", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--nodes", type=int, default=8)
    options = parser.parse_args()
    found, unsaid, kinds = 0, 0, set[str]()
    for seed in range(options.seed, options.seed + options.graphs):
        ir, theirs = generated(seed, options.nodes)
        kinds |= {type(inst.iexpr.op).__name__ for inst in ir.insts}
        said = difference(ir, theirs)
        if said == NOT_SAID:
            unsaid += 1
        elif said is not None:
            found += 1
            print(f"--- graph {seed}: {said}\n{translate(ir)}", flush=True)
    print(f"ops: {' '.join(sorted(kinds & KNOWN))}")
    print(f"{options.graphs} graphs, {unsaid} not sayable, {found} disagreements")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
