"""The rules of other counters, read off their sources: what each counts for an op."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import prod
from types import MappingProxyType
from typing import TypeAlias

from archir.base.record import Record
from archir.counters import heads
from archir.counters.applied import Applied

Rule: TypeAlias = Callable[[Applied], int]

Rules: TypeAlias = Mapping[str, tuple[Rule, str]]
"""For a class what is counted, and in words why it is not ours."""


def nothing(_: Applied) -> int:
    """The rule for what a tool does not look at."""
    return 0


def ours(one: Applied) -> int:
    """The rule for what a tool counts as we do."""
    return one.macs


class Tool(Record):
    """One counter: for each class that it knows a rule."""

    version: str
    note: str
    rules: Rules
    otherwise: tuple[Rule, str] = (nothing, "is not looked at")
    """The rule for other classes."""

    gradients: Rules | None = None
    """Where it counts training steps: the rules for gradients of weights that are not ours."""

    operations: int = 1
    """How many it prints for each multiply-accumulate."""

    counts_parameters: Callable[[Applied], bool] | None = None
    """Whose parameters are counted where it is not all of them."""

    has_parameters: bool = True

    traces: bool = False
    """Whether it looks at what runs: others do not know a layer's class with a made weight."""


def _per_input(count: int) -> Rule:
    return lambda one: count * one.taken


def _per_output(count: int) -> Rule:
    return lambda one: count * one.given


def _affine(with_weights: int, without: int) -> Rule:
    return lambda one: (with_weights if one.weights else without) * one.taken


def _by_rank(*names: str) -> list[str]:
    return [f"nn.{name}{rank}d" for name in names for rank in (1, 2, 3)]


def _table(*entries: tuple[Sequence[str], Rule, str]) -> Rules:
    return MappingProxyType({name: (rule, why) for names, rule, why in entries for name in names})


CONVOLUTIONS = _by_rank("Conv")
TRANSPOSED = _by_rank("ConvTranspose")
BATCH_NORMS = _by_rank("BatchNorm")
INSTANCE_NORMS = _by_rank("InstanceNorm")
RECURRENT = ("nn.LSTM", "nn.GRU", "nn.RNN")

_GATES = "biases and what the gates add and multiply too"


def _info_convolution(one: Applied) -> int:
    given = one.outputs[0]
    return one.parameters * given[0] * prod(given[2:])


def _info_other(one: Applied) -> int:
    return one.outputs[0][0] * one.parameters


def _thop_transposed(one: Applied) -> int:
    kernel = prod(one.weights[0].shape[2:])
    groups = one.option("groups")
    assert isinstance(groups, int)
    return one.given * (one.inputs[0][1] // groups) * kernel


def _thop_adaptive(one: Applied) -> int:
    window = 1.0
    for taken, given in zip(one.inputs[0][2:], one.outputs[0][2:], strict=True):
        window *= taken / given
    return int((window + 1) * one.given)


def _thop_softmax(one: Applied) -> int:
    dim = one.option("dim")
    assert isinstance(dim, int)
    features = one.inputs[0][dim]
    return one.taken // features * (3 * features - 1)


def _thop_upsample(one: Applied) -> int:
    each = {"nearest": 1, "linear": 5, "bilinear": 11, "bicubic": 259}
    return each.get(str(one.option("mode")), 0) * one.given


def _fvcore_convolution(one: Applied) -> int:
    return 0 if isinstance(one.option("padding"), str) else one.macs


def _fvcore_batch_norm(one: Applied) -> int:
    if not one.option("track_running_stats"):
        return _affine(5, 4)(one)
    return _affine(2, 1)(one)


def _fvcore_upsample(one: Applied) -> int:
    each = {"nearest": 1, "bilinear": 4}
    if getattr(one.op, "antialias", False):
        return 0
    return each.get(str(one.option("mode")), 0) * one.given if len(one.inputs[0]) == 4 else 0


def _fvcore_matmul(one: Applied) -> int:
    return prod(one.inputs[0]) * one.inputs[1][-1]


def _pt_biased(one: Applied) -> int:
    return one.macs + (one.given if one.has_bias else 0)


def _pt_local_response(one: Applied) -> int:
    # The square, its scaling and the constant are tensor methods; the mean pads the channels.
    size = one.option("size")
    assert isinstance(size, int)
    shape = one.inputs[0]
    padded = shape[0] * (shape[1] + size - 1) * prod(shape[2:])
    return 3 * one.taken + padded


def _info_recurrent(one: Applied) -> int:
    return prod(one.outputs[0][:2]) * one.parameters


def _thop_recurrent(gates: int, beside: int) -> Rule:
    """Products, sums and biases of each gate, and ``beside`` for each number of the state."""

    def rule(one: Applied) -> int:
        hidden, layers = one.option("hidden_size"), one.option("num_layers")
        assert isinstance(hidden, int) and isinstance(layers, int)
        ways = 2 if one.option("bidirectional") else 1
        each = gates * (hidden + (3 if one.option("bias") else 1)) + beside
        taken = one.inputs[0][-1] + (layers - 1) * hidden * ways
        return prod(one.inputs[0][:2]) * ways * hidden * (layers * each + gates * taken)

    return rule


def _pt_recurrent(beside: int) -> Rule:
    """The weights of one way, twice where there are two, and ``beside`` for each number."""

    def rule(one: Applied) -> int:
        hidden, layers = one.option("hidden_size"), one.option("num_layers")
        assert isinstance(hidden, int) and isinstance(layers, int)
        ways = 2 if one.option("bidirectional") else 1
        forward = [
            weight
            for weight in one.weights
            if not weight.name.endswith("_reverse") and not weight.name.startswith("weight_hr")
        ]
        each = sum(weight.numel for weight in forward) + layers * beside * hidden
        return prod(one.inputs[0][:2]) * ways * each

    return rule


def _torch_gradient(one: Applied) -> int:
    return one.inputs[0][1] * one.given * prod(one.weights[0].shape[2:])


def _torch_transposed_gradient(one: Applied) -> int:
    return one.outputs[0][1] * one.taken * prod(one.weights[0].shape[2:])


_TORCHINFO = Tool(
    "1.8.0",
    "it multiplies each layer's parameters with the places of its output, whatever the layer does",
    _table(
        ((*CONVOLUTIONS, *TRANSPOSED), _info_convolution, "bias too, at each place of the output"),
        (
            ("nn.Linear", *BATCH_NORMS, *INSTANCE_NORMS, "nn.LayerNorm", "nn.GroupNorm",
             "nn.PReLU", "nn.RMSNorm", "nn.Embedding", "nn.EmbeddingBag"),
            _info_other,
            "each parameter once a sample",
        ),
        (RECURRENT, _info_recurrent, "biases too, at each place"),
    ),
)  # fmt: skip

THOP_KNOWS = frozenset((*CONVOLUTIONS, *TRANSPOSED, *BATCH_NORMS, *INSTANCE_NORMS)).union(
    ("nn.Linear", "nn.LayerNorm", "nn.PReLU", *RECURRENT)
)
"""The classes with parameters that thop has rules for."""

_THOP = Tool(
    "0.1.1",
    "it counts the modules that it has rules for, and the parameters of those that ran",
    _table(
        ((*CONVOLUTIONS, "nn.Linear"), ours, ""),
        (TRANSPOSED, _thop_transposed, "the kernel at each place of the output, not of the input"),
        ((*BATCH_NORMS, *INSTANCE_NORMS, "nn.LayerNorm"), _affine(4, 2),
         "4 for each element, or 2 without weights"),
        (("nn.PReLU",), _per_input(1), "1 for each element"),
        (("nn.RNN",), _thop_recurrent(1, 0), _GATES),
        (("nn.GRU",), _thop_recurrent(3, 4), _GATES),
        (("nn.LSTM",), _thop_recurrent(4, 4), _GATES),
        (("nn.Softmax",), _thop_softmax, "3 for each element, less 1 for each sum"),
        (_by_rank("AvgPool"), _per_output(1), "1 for each element of the output"),
        (_by_rank("AdaptiveAvgPool"), _thop_adaptive, "the window and 1 for each element given"),
        (("nn.Upsample",), _thop_upsample, "some for each element of the output, by the mode"),
    ),
    counts_parameters=lambda one: one.name in THOP_KNOWS,
)  # fmt: skip

_FVCORE = Tool(
    "0.1.5",
    "it traces the model, and adds some for norms and for averages over the picture",
    _table(
        (CONVOLUTIONS, _fvcore_convolution, "padding by name is not known"),
        ((*TRANSPOSED, "nn.Linear", "linear_by"), ours, ""),
        (("nn.MultiheadAttention",), heads.projected,
         "its projections alone, and its products where the weights are wanted"),
        (("matmul",), _fvcore_matmul, "the first value times the columns of the second"),
        (BATCH_NORMS, _fvcore_batch_norm, "2 for each element, or 1 without weights"),
        ((*INSTANCE_NORMS, "nn.LayerNorm", "nn.GroupNorm"), _affine(5, 4),
         "5 for each element, or 4 without weights"),
        (("nn.AdaptiveAvgPool2d",), _per_input(1), "1 for each element of the input"),
        (("nn.Upsample", "interpolate"), _fvcore_upsample, "1 for each element, or 4 if bilinear"),
    ),
    has_parameters=False,
    traces=True,
)  # fmt: skip

_PTFLOPS = Tool(
    "0.7.5",
    "it counts modules and the functions that they call, so some twice; always one sample",
    _table(
        ((*CONVOLUTIONS, *TRANSPOSED, "nn.Linear"), _pt_biased, "bias too"),
        ((*BATCH_NORMS, *INSTANCE_NORMS, "nn.GroupNorm"), _affine(2, 1),
         "2 for each element, or 1 without weights"),
        (("nn.LayerNorm",), _per_input(1), "1 for each element"),
        (("nn.MultiheadAttention",), heads.attended,
         "biases, scaling and softmax too; products twice where the weights are wanted"),
        (("nn.ReLU", "nn.PReLU", "nn.ELU", "nn.GELU"), _per_input(2),
         "1 for each element, twice: as a module, and as the function that it calls"),
        (("nn.LeakyReLU", "nn.ReLU6", "nn.SiLU", "nn.Softmax"), _per_input(1),
         "1 for each element"),
        (_by_rank("MaxPool", "AvgPool", "AdaptiveAvgPool", "AdaptiveMaxPool"), _per_input(2),
         "1 for each element of the input, twice: as a module, and as the function"),
        (_by_rank("LPPool"), lambda one: one.taken + 2 * one.given,
         "the average, relu and product that it is made of"),
        (("nn.Upsample",), _per_output(2), "1 for each element, twice"),
        (("interpolate",), _per_output(1), "1 for each element"),
        (("nn.RNN",), _pt_recurrent(1), _GATES),
        (("nn.GRU",), _pt_recurrent(7), _GATES),
        (("nn.LSTM",), _pt_recurrent(10), _GATES),
        (("nn.LocalResponseNorm",), _pt_local_response, "its products, sums and means"),
    ),
)  # fmt: skip

_AS_IF_ONE_GROUP = "the gradient of a grouped convolution's weights, as if it had one group"

_TORCH = Tool(
    "2.15",
    "its FlopCounterMode counts two operations for each multiply-accumulate",
    _table(),
    otherwise=(ours, ""),
    gradients=_table(
        (CONVOLUTIONS, _torch_gradient, _AS_IF_ONE_GROUP),
        (TRANSPOSED, _torch_transposed_gradient, _AS_IF_ONE_GROUP),
    ),
    operations=2,
    has_parameters=False,
    traces=True,
)

TOOLS: Mapping[str, Tool] = MappingProxyType(
    {
        "fvcore": _FVCORE,
        "ptflops": _PTFLOPS,
        "thop": _THOP,
        "torch": _TORCH,
        "torchinfo": _TORCHINFO,
    }
)
