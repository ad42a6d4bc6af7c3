"""The ops that are functions: how each is called, and what of torch it is."""

from __future__ import annotations

import torch

from archc.testing.interpreter.torch_calls import attention, functional
from archc.testing.interpreter.torch_calls.declared import op

FUNCTIONS = (
    op("global_avg_pool(keepdim: bool = false)", run=functional.global_average),
    *(
        op(f"{name}()", run=functional.method(name))
        for name in (
            *("exp", "expm1", "log", "log1p", "sqrt", "rsqrt", "reciprocal", "sin", "cos", "erf"),
            *("abs", "neg", "sign", "floor", "ceil", "round", "square"),
        )
    ),
    op("clamp(min: number? = none, max: number? = none)", run=functional.clamp),
    op("pow(exponent: number? = none)", run=functional.power, merges=True),
    op("reshape(*shape: ints)", run=functional.reshape),
    op("expand(*size: ints)", run=functional.expand),
    op("permute(*dims: ints)", run=functional.permute),
    op("transpose(dim0: int, dim1: int)", run=functional.transpose),
    op("squeeze(dim: int|ints)", run=functional.squeeze),
    op("unsqueeze(dim: int)", run=functional.unsqueeze),
    op("chunk(chunks: count, dim: int = 1)", run=functional.chunk),
    op("split(split_size_or_sections: sections, dim: int = 1)", run=functional.split),
    op(
        "slice(dim: int, start: int? = none, end: int? = none, step: count = 1)",
        run=functional.slice_,
    ),
    op("select(dim: int, index: int)", run=functional.select),
    op("unbind(dim: int = 1)", run=functional.method("unbind")),
    op("roll(shifts: int|ints, dims: int|ints)", run=functional.method("roll")),
    op("flip(*dims: ints)", run=functional.method("flip")),
    op("tile(*dims: ints)", run=functional.tile),
    op("arange(*bounds: ints)", run=functional.arange),
    op("randn_like()", run=functional.method("randn_like")),
    op("rand_like()", run=functional.method("rand_like")),
    op("repeat_interleave(repeats: int, dim: int)", run=functional.repeat_interleave),
    op(
        "interpolate(size: counts? = none, scale_factor: scales? = none, "
        'mode: upsampling = "nearest", align_corners: bool? = none, '
        "recompute_scale_factor: bool? = none, antialias: bool = false)",
        run=functional.interpolate,
    ),
    op(
        'pad_by(padding: sides, mode: added = "constant", value: filler? = none)',
        run=functional.pad_by,
    ),
    op("contiguous()", run=functional.contiguous),
    op("diagonal(offset: int = 0, dim1: int = -2, dim2: int = -1)", run=functional.diagonal),
    op(
        "fold_by(output_size: pair, kernel_size: counted, dilation: counted = 1, "
        "padding: padded = 0, stride: counted = 1)",
        run=functional.fold,
    ),
    op("tril(diagonal: int = 0)", run=functional.method("tril")),
    op("triu(diagonal: int = 0)", run=functional.method("triu")),
    op("stack(dim: int = 1)", run=functional.stack, merges=True),
    op("concat(dim: int = 1)", run=functional.concat, merges=True),
    op("add(other: number? = none)", run=functional.add, merges=True),
    op("multiply(other: number? = none)", run=functional.multiply, merges=True),
    op("subtract(other: number? = none)", run=functional.subtract, merges=True),
    op("divide(other: number? = none)", run=functional.divide, merges=True),
    op("addcmul(value: number = 1)", run=functional.addcmul, merges=True),
    op("maximum()", run=functional.maximum, merges=True),
    op("minimum()", run=functional.minimum, merges=True),
    *(
        op(f"{name}(other: number? = none)", run=functional.compare(name), merges=True)
        for name in ("greater", "greater_equal", "less", "less_equal", "equal", "not_equal")
    ),
    *(
        op(f"logical_{name}()", run=functional.logical(name), merges=True)
        for name in ("and", "or", "xor")
    ),
    op("logical_not()", run=functional.method("logical_not")),
    op("where()", run=functional.where, merges=True),
    op("masked_fill(value: filler)", run=functional.masked_fill, merges=True),
    op("cast(dtype: dtype)", run=functional.cast),
    op("index_select(dim: int)", run=functional.index_select, merges=True),
    op("gather(dim: int)", run=functional.gather, merges=True),
    op("scatter(dim: int)", run=functional.scatter("scatter"), merges=True),
    op("scatter_add(dim: int)", run=functional.scatter("scatter_add"), merges=True),
    op(
        'grid_sample(mode: reading = "bilinear", padding_mode: beyond = "zeros", '
        "align_corners: bool? = none)",
        run=functional.grid_sample,
        merges=True,
    ),
    op("affine_grid(size: image, align_corners: bool? = none)", run=functional.affine_grid),
    op("matmul()", run=functional.matmul, merges=True),
    op("einsum(equation: text)", run=functional.einsum, merges=True, alone=lambda _: True),
    op("linear_by()", run=functional.linear_by, merges=True),
    op(
        "conv_by(stride: counts = 1, padding: padding = 0, dilation: counts = 1, groups: int = 1)",
        run=functional.sliding("conv"),
        merges=True,
    ),
    op(
        "conv_transpose_by(stride: counts = 1, padding: sizes = 0, output_padding: sizes = 0, "
        "groups: int = 1, dilation: counts = 1)",
        run=functional.sliding("conv_transpose"),
        merges=True,
    ),
    op(
        "scaled_dot_product_attention(is_causal: bool = false, scale: number? = none, "
        "enable_gqa: bool = false)",
        run=attention.scaled_dot_product,
        merges=True,
    ),
    op("mean(dim: int|ints, keepdim: bool = false)", run=functional.mean),
    op("sum(dim: int|ints, keepdim: bool = false)", run=functional.sum_),
    op("median(dim: int, keepdim: bool = false)", run=functional.median),
    op("max(dim: int, keepdim: bool = false)", run=functional.first(torch.max)),
    op("min(dim: int, keepdim: bool = false)", run=functional.first(torch.min)),
    *(
        op(f"{name}(dim: int, keepdim: bool = false)", run=functional.method(name))
        for name in ("argmax", "argmin")
    ),
    *(
        op(f"{name}(dim: int|ints, keepdim: bool = false)", run=functional.method(name))
        for name in ("amax", "amin", "logsumexp", "all", "any")
    ),
    *(
        op(
            f"{name}(dim: int|ints, keepdim: bool = false, correction: size = 1)",
            run=functional.deviation(name),
        )
        for name in ("std", "var")
    ),
    op("norm(dim: int|ints, keepdim: bool = false, p: number = 2.0)", run=functional.norm),
    op("prod(dim: int, keepdim: bool = false)", run=functional.method("prod")),
    op("sort(dim: int = -1, descending: bool = false)", run=functional.first(torch.sort)),
    op("argsort(dim: int = -1, descending: bool = false)", run=functional.method("argsort")),
    op(
        "topk(k: int, dim: int = -1, largest: bool = true, sorted: bool = true)",
        run=functional.topk,
    ),
    op("one_hot(num_classes: count)", run=functional.one_hot),
    op("cumsum(dim: int)", run=functional.method("cumsum")),
    op("cumprod(dim: int)", run=functional.method("cumprod")),
    op("normalize(p: number = 2.0, dim: int = 1, eps: number = 1e-12)", run=functional.normalize),
)
