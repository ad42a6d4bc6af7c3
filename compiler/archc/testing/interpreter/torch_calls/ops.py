"""The ops (the op reference): how each is called, and which class or function of torch it is.

Arguments are torch.nn's, less what can be read off the incoming shape.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from torch import Tensor, nn

from archc.testing.interpreter.refused import Refused, UnwrittenMemoryError, place_of, wrong
from archc.testing.interpreter.torch_calls import attention, layers
from archc.testing.interpreter.torch_calls.declared import Op, op
from archc.testing.interpreter.torch_calls.function_ops import FUNCTIONS
from archc.testing.interpreter.torch_calls.kinds import KINDS
from archc.testing.interpreter.values import literal
from archdsl.tree import ast


def check_arguments(node: ast.Node, keyword: str, values: Mapping[str, Any]) -> None:
    """Whether the arguments that are given are of their kinds."""
    for name, value in values.items():
        kind = OPS[keyword].kinds[name]
        if not KINDS[kind](value):
            reason = f"{name} of {keyword} cannot be {literal(value)}"
            raise wrong(node, reason, keyword)


_REFUSALS = (
    *(RuntimeError, ValueError, TypeError, LookupError, ArithmeticError),
    *(NotImplementedError, AssertionError, MemoryError),
)


def attempt(node: ast.Node, keyword: str, run: Callable[..., Any], *given: Any) -> Any:
    """What torch makes of a call; an exception of its is a refusal."""
    try:
        return run(*given)
    except Refused:
        raise
    except _REFUSALS as error:
        reason = f"{type(error).__name__}: {error}"
        refusal = Refused(reason, place_of(node), keyword, "torch")
        refusal.reads_other_memory = isinstance(error, UnwrittenMemoryError)
        raise refusal from error


def check_extents(
    node: ast.Node, keyword: str, given: tuple[Tensor, ...], made: tuple[Tensor, ...]
) -> None:
    """What an op gives has at least one element along each dim.

    It has at least one dim too, but of a raw parameter that has none.
    """
    has_dims = all(value.dim() for value in given)
    for value in made:
        if 0 in value.shape or (has_dims and value.dim() == 0):
            raise wrong(node, f"{keyword} gives a value of shape {list(value.shape)}", keyword)


# --- the ops --------------------------------------------------------------------------------------

_MODULES = (
    op(
        "conv(out_channels: count, kernel_size: counts, stride: counts = 1, padding: padding = 0, "
        "dilation: counts = 1, groups: count = 1, bias: bool = true, "
        'padding_mode: filling = "zeros")',
        make=layers.convolution,
    ),
    op(
        "depthwise(kernel_size: counts, stride: counts = 1, padding: padding = 0, "
        'dilation: counts = 1, bias: bool = true, padding_mode: filling = "zeros", '
        "multiplier: count = 1)",
        make=layers.depthwise,
    ),
    op(
        "conv_transpose(out_channels: count, kernel_size: counts, stride: counts = 1, "
        "padding: sizes = 0, output_padding: sizes = 0, groups: count = 1, bias: bool = true, "
        'dilation: counts = 1, padding_mode: zeros = "zeros")',
        make=layers.convolution_transposed,
    ),
    op(
        "max_pool(kernel_size: counts, stride: counts? = none, padding: sizes = 0, "
        "dilation: counts = 1, ceil_mode: bool = false)",
        make=layers.by_axes(nn.MaxPool1d, nn.MaxPool2d, nn.MaxPool3d),
        asks=layers.windows_see_something,
    ),
    op(
        "avg_pool(kernel_size: counts, stride: counts? = none, padding: sizes = 0, "
        "ceil_mode: bool = false, count_include_pad: bool = true, "
        "divisor_override: count? = none)",
        make=layers.average_pool,
    ),
    op(
        "adaptive_avg_pool(output_size: output)",
        make=layers.by_axes(nn.AdaptiveAvgPool1d, nn.AdaptiveAvgPool2d, nn.AdaptiveAvgPool3d),
    ),
    op(
        "adaptive_max_pool(output_size: output)",
        make=layers.by_axes(nn.AdaptiveMaxPool1d, nn.AdaptiveMaxPool2d, nn.AdaptiveMaxPool3d),
    ),
    op(
        "lp_pool(norm_type: nonzero, kernel_size: counts, stride: counts? = none, "
        "ceil_mode: bool = false)",
        make=layers.by_axes(nn.LPPool1d, nn.LPPool2d, nn.LPPool3d),
    ),
    op(
        "batch_norm(eps: positive = 1e-05, momentum: share? = 0.1, affine: bool = true, "
        "track_running_stats: bool = true)",
        make=layers.batch_norm,
    ),
    op(
        "layer_norm(dims: count = 1, eps: share = 1e-05, elementwise_affine: bool = true, "
        "bias: bool = true)",
        make=layers.over_last_dims(nn.LayerNorm),
    ),
    op(
        "rms_norm(dims: count = 1, eps: share? = none, elementwise_affine: bool = true)",
        make=layers.over_last_dims(nn.RMSNorm),
    ),
    op(
        "group_norm(num_groups: count, eps: share = 1e-05, affine: bool = true)",
        make=layers.group_norm,
    ),
    op(
        "instance_norm(eps: share = 1e-05, momentum: share = 0.1, affine: bool = false, "
        "track_running_stats: bool = false)",
        make=layers.instance_norm,
    ),
    op(
        "local_response_norm(size: count, alpha: number = 0.0001, beta: number = 0.75, "
        "k: number = 1.0)",
        make=layers.simple(nn.LocalResponseNorm),
    ),
    op("relu(inplace: bool = false)", make=layers.simple(nn.ReLU)),
    op("relu6(inplace: bool = false)", make=layers.simple(nn.ReLU6)),
    op(
        "leaky_relu(negative_slope: number = 0.01, inplace: bool = false)",
        make=layers.rectifier(nn.LeakyReLU, "negative_slope"),
    ),
    op(
        "elu(alpha: number = 1.0, inplace: bool = false)",
        make=layers.rectifier(nn.ELU, "alpha"),
    ),
    op("prelu(num_parameters: count = 1, init: number = 0.25)", make=layers.simple(nn.PReLU)),
    op("silu(inplace: bool = false)", make=layers.simple(nn.SiLU)),
    op("hardswish(inplace: bool = false)", make=layers.simple(nn.Hardswish)),
    op('gelu(approximate: approximate = "none")', make=layers.simple(nn.GELU)),
    op("mish(inplace: bool = false)", make=layers.simple(nn.Mish)),
    op("softplus(beta: number = 1.0, threshold: number = 20.0)", make=layers.simple(nn.Softplus)),
    op("sigmoid()", make=layers.simple(nn.Sigmoid)),
    op("hardsigmoid(inplace: bool = false)", make=layers.simple(nn.Hardsigmoid)),
    op("tanh()", make=layers.simple(nn.Tanh)),
    op("softmax(dim: int)", make=layers.simple(nn.Softmax)),
    op("log_softmax(dim: int)", make=layers.simple(nn.LogSoftmax)),
    op("softmin(dim: int)", make=layers.simple(nn.Softmin)),
    op("logsigmoid()", make=layers.simple(nn.LogSigmoid)),
    op("glu(dim: int = -1)", make=layers.simple(nn.GLU)),
    op("selu(inplace: bool = false)", make=layers.simple(nn.SELU)),
    op(
        "celu(alpha: nonzero = 1.0, inplace: bool = false)",
        make=layers.rectifier(nn.CELU, "alpha"),
    ),
    op(
        "hardtanh(min_val: number = -1.0, max_val: number = 1.0, inplace: bool = false)",
        make=layers.simple(nn.Hardtanh),
    ),
    op(
        "threshold(threshold: number, value: number, inplace: bool = false)",
        make=layers.simple(nn.Threshold),
    ),
    op("hardshrink(lambd: number = 0.5)", make=layers.simple(nn.Hardshrink)),
    op("softshrink(lambd: nonnegative = 0.5)", make=layers.simple(nn.Softshrink)),
    op("tanhshrink()", make=layers.simple(nn.Tanhshrink)),
    op("softsign()", make=layers.simple(nn.Softsign)),
    op("dropout(p: share = 0.5, inplace: bool = false)", make=layers.simple(nn.Dropout)),
    op(
        "channel_dropout(p: share = 0.5, inplace: bool = false)",
        make=layers.by_axes(nn.Dropout1d, nn.Dropout2d, nn.Dropout3d),
    ),
    op("alpha_dropout(p: share = 0.5)", make=layers.simple(nn.AlphaDropout)),
    op(
        "feature_alpha_dropout(p: share = 0.5)",
        make=layers.by_axes(*[nn.FeatureAlphaDropout] * 3),
    ),
    op(
        'stochastic_depth(p: share, mode: rows = "row")',
        make=layers.simple(layers.StochasticDepth),
    ),
    op(
        "embedding(num_embeddings: count, embedding_dim: count, padding_idx: int? = none)",
        make=layers.simple(nn.Embedding),
    ),
    op(
        'embedding_bag(num_embeddings: count, embedding_dim: count, mode: bags = "mean", '
        "padding_idx: int? = none)",
        make=layers.embedding_bag,
    ),
    op(
        "multihead_attention(num_heads: count, dropout: share = 0.0, bias: bool = true, "
        "add_bias_kv: bool = false, add_zero_attn: bool = false, batch_first: bool = true, "
        "attn_mask: bool = false, key_padding_mask: bool = false, is_causal: bool = false, "
        "need_weights: bool = false, average_attn_weights: bool = true)",
        make_of_all=attention.heads,
        merges=True,
        alone=lambda given: not given["attn_mask"] and not given["key_padding_mask"],
    ),
    *(
        op(
            f"{kind}(hidden_size: count, num_layers: count = 1, {between}bias: bool = true, "
            f"batch_first: bool = true, dropout: share = 0.0, bidirectional: bool = false{more})",
            make_of_all=attention.recurrent(kind),
            merges=True,
            alone=lambda _: True,
        )
        for kind, between, more in (
            ("lstm", "", ", proj_size: size = 0"),
            ("gru", "", ""),
            ("rnn", 'nonlinearity: nonlinearity = "tanh", ', ""),
        )
    ),
    op("linear(out_features: count, bias: bool = true)", make=layers.linear),
    op("flatten(start_dim: int = 1, end_dim: int = -1)", make=layers.simple(nn.Flatten)),
    op("identity()", make=layers.simple(nn.Identity)),
    op(
        'pad(padding: pads, mode: added = "constant", value: filler = 0.0)',
        make=layers.padding,
        asks=layers.enough_to_repeat,
    ),
    op(
        "upsample(size: counts? = none, scale_factor: scales? = none, "
        'mode: upsampling = "nearest", align_corners: bool? = none, '
        "recompute_scale_factor: bool? = none)",
        make=layers.upsample,
    ),
    op(
        "unfold(kernel_size: counted, dilation: counted = 1, padding: padded = 0, "
        "stride: counted = 1)",
        make=layers.images(nn.Unfold),
    ),
    op(
        "fold(output_size: counted, kernel_size: counted, dilation: counted = 1, "
        "padding: padded = 0, stride: counted = 1)",
        make=layers.folded,
    ),
    op("pixel_shuffle(upscale_factor: count)", make=layers.images(nn.PixelShuffle)),
    op("pixel_unshuffle(downscale_factor: count)", make=layers.images(nn.PixelUnshuffle)),
    op("channel_shuffle(groups: count)", make=layers.simple(nn.ChannelShuffle)),
    op("unflatten(dim: int, unflattened_size: ints)", make=layers.simple(nn.Unflatten)),
    op(
        "cosine_similarity(dim: int = 1, eps: nonnegative = 1e-08)",
        make=layers.simple(nn.CosineSimilarity),
        merges=True,
    ),
)

OPS: Mapping[str, Op] = {each.keyword: each for each in (*_MODULES, *FUNCTIONS)}
