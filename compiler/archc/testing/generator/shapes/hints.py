"""What fits, argument by argument: the little that declarations do not say."""

from __future__ import annotations

from typing import Any

from archc.testing.generator.choices import Choices
from archc.testing.generator.shapes.spatial_hints import (
    Drawn,
    Hint,
    align,
    antialias,
    channel_divisor,
    conv_padding,
    divisor,
    factor,
    groups,
    kernel,
    mode,
    output_padding,
    output_size,
    pad_value,
    pads,
    per_axis,
    pool_padding,
    recompute,
    square_divisor,
    upsampled,
    width,
)
from archc.testing.generator.shapes.tensor_rules import product
from archc.testing.generator.values import Size, Values


def _features(choose: Choices, inputs: Values, made: Drawn) -> int:
    last = inputs[0].shape[-1]
    return choose.pick([*([] if isinstance(last, Size) else [last]), 2, 3, 4, 5, 6, 8])


def _heads(choose: Choices, inputs: Values, made: Drawn) -> int:
    """A number of heads."""
    return divisor(choose, int(inputs[0].shape[-1]))


def _dim(choose: Choices, inputs: Values, made: Drawn) -> int:
    rank = inputs[0].rank
    low = 0 if choose.chance(8) else 1
    dim = choose.integer(min(low, rank - 1), rank - 1)
    return dim - rank if choose.chance(30) else dim


def _new_dim(choose: Choices, inputs: Values, made: Drawn) -> int:
    return choose.integer(0 if choose.chance(20) else 1, inputs[0].rank)


def _several_dims(choose: Choices, inputs: Values, made: Drawn) -> Any:
    if choose.chance(60):
        return _dim(choose, inputs, made)
    rank = inputs[0].rank
    dims = choose.shuffled(range(1, rank))[: choose.integer(1, max(1, rank - 1))] or [0]
    return tuple(dim - rank if choose.chance(25) else dim for dim in dims)


def _ones(choose: Choices, inputs: Values, made: Drawn) -> Any:
    ones = [dim for dim, extent in enumerate(inputs[0].shape) if extent == 1 and dim]
    return choose.pick(ones) if ones else _several_dims(choose, inputs, made)


def _permutation(choose: Choices, inputs: Values, made: Drawn) -> tuple[int, ...]:
    rank = inputs[0].rank
    behind = choose.shuffled(range(1, rank))
    return (0, *behind) if choose.chance(85) else tuple(choose.shuffled(range(rank)))


def _last_count(choose: Choices, inputs: Values, made: Drawn) -> int:
    fixed = 0
    for extent in reversed(inputs[0].shape[1:]):
        if isinstance(extent, Size):
            break
        fixed += 1
    return choose.integer(1, max(1, fixed))


def _start_dim(choose: Choices, inputs: Values, made: Drawn) -> int:
    return choose.integer(1, max(1, inputs[0].rank - 1))


def _end_dim(choose: Choices, inputs: Values, made: Drawn) -> int:
    rank = inputs[0].rank
    last = choose.integer(made.get("start_dim", 1), max(1, rank - 1))
    return last - rank if choose.chance(40) else last


def _shape(choose: Choices, inputs: Values, made: Drawn) -> tuple[int, ...]:
    """Dims joined or taken apart, and perhaps one of them left open."""
    shape = list(inputs[0].shape)
    if len(shape) > 2 and choose.chance(60):
        at = choose.integer(1, len(shape) - 2)
        shape[at : at + 2] = [product(tuple(shape[at : at + 2]))]
    else:
        at = choose.integer(1, max(1, len(shape) - 1)) % len(shape)
        by = divisor(choose, int(shape[at]))
        shape[at : at + 1] = [by, shape[at] // by] if choose.chance(50) else [shape[at] // by, by]
    return _opened(choose, shape, 45)


def _opened(choose: Choices, shape: list[int], percent: int) -> tuple[int, ...]:
    if choose.chance(percent):
        shape[choose.integer(0, len(shape) - 1)] = -1
    return tuple(shape)


def _unflattened(choose: Choices, inputs: Values, made: Drawn) -> tuple[int, ...]:
    extent = inputs[0].shape[made["dim"]]
    by = divisor(choose, int(extent))
    if isinstance(extent, Size):
        return (-1, by) if choose.chance(50) else (by, -1)
    return _opened(choose, [by, extent // by], 40)


def _expanded(choose: Choices, inputs: Values, made: Drawn) -> tuple[int, ...]:
    new = [2] if choose.chance(10) else []
    aims = [
        choose.integer(1, 3) if extent == 1 and place and not isinstance(extent, Size)
        else choose.pick([-1, -1, extent])
        for place, extent in enumerate(inputs[0].shape)
    ]  # fmt: skip
    return tuple(new + aims)


def _pieces(choose: Choices, inputs: Values, made: Drawn) -> int:
    return choose.integer(1, 4)


def _sections(choose: Choices, inputs: Values, made: Drawn) -> Any:
    extent = inputs[0].channels
    if choose.chance(40) or extent < 2:
        return choose.integer(1, max(1, min(4, int(extent))))
    first = choose.integer(1, int(extent) - 1)
    return (first, extent - first) if choose.chance(50) else (extent - first, first)


def _split_dim(choose: Choices, inputs: Values, made: Drawn) -> int:
    return choose.pick([2, 1, -1, -2, 2]) if inputs[0].rank > 2 else 1


def _bound(choose: Choices, inputs: Values, made: Drawn) -> Any:
    extent = inputs[0].shape[made["dim"]]
    if isinstance(extent, Size) and choose.chance(45):
        return choose.pick([extent // 2, extent - 1, extent, extent - extent // 2])
    return choose.pick([1, 2, 0, -1, -2, int(extent) // 2, 3, None, int(extent) + 2])


def _equation(choose: Choices, rank: int) -> str:
    """Of one value: the dims in another order, and perhaps some of them summed over."""
    letters = "abcdefgh"[:rank]
    kept = "".join(choose.shuffled(letters[1:])[: choose.integer(0, rank - 1)])
    return f"{letters}->a{kept}"


def _pair(least: int, most: int) -> Hint:
    """A number for both axes of an image, or one for each."""

    def drawn(choose: Choices, inputs: Values, made: Drawn) -> Any:
        one, other = choose.integer(least, most), choose.integer(least, most)
        return one if choose.chance(70) else (one, other)

    return drawn


def _index(choose: Choices, inputs: Values, made: Drawn) -> int:
    return choose.integer(0, int(inputs[0].shape[made["dim"]]) - 1) - choose.pick([0, 0, 1])


def _number(choose: Choices, inputs: Values, made: Drawn) -> Any:
    return choose.pick([2, 0.5, 1, -1, 3.0])


def _range(choose: Choices, inputs: Values, made: Drawn) -> tuple[int, ...]:
    extent = choose.pick(inputs[0].shape)
    whole = [(extent,), (0, extent), (1, extent + 1), (0, extent, 2), (extent - 1, -1, -1), (3,)]
    return choose.pick(whole)


HINTS: dict[str, Hint] = {
    "out_channels": width,
    "kernel_size": kernel,
    "stride": per_axis(1, 2),
    "padding": conv_padding,
    "max_pool.padding": pool_padding,
    "avg_pool.padding": pool_padding,
    "conv_transpose.padding": per_axis(0, 1),
    "conv_transpose.dilation": per_axis(2, 2),
    "output_padding": output_padding,
    "dilation": per_axis(1, 2),
    "groups": groups,
    "channel_shuffle.groups": channel_divisor,
    "num_groups": channel_divisor,
    "multiplier": lambda choose, *_: choose.integer(1, 2),
    "output_size": output_size,
    "out_features": _features,
    "dim": _dim,
    "unsqueeze.dim": _new_dim,
    "squeeze.dim": _ones,
    "stack.dim": _new_dim,
    "roll.dims": _several_dims,
    "shifts": lambda choose, *_: choose.pick([1, -1, 2, (1, -2)]),
    "flip.dims": lambda choose, inputs, made: (_dim(choose, inputs, made),),
    "tile.dims": lambda choose, *_: choose.pick([(2,), (1, 2), (2, 1), (1,), (1, 1, 2)]),
    **dict.fromkeys(("unfold.kernel_size", "fold.kernel_size", "fold_by.kernel_size"), _pair(1, 2)),
    **dict.fromkeys(("unfold.dilation", "fold.dilation", "fold_by.dilation"), _pair(1, 2)),
    **dict.fromkeys(("unfold.stride", "fold.stride", "fold_by.stride"), _pair(1, 2)),
    **dict.fromkeys(("unfold.padding", "fold.padding", "fold_by.padding"), _pair(0, 1)),
    **dict.fromkeys(("fold.output_size", "fold_by.output_size"), _pair(2, 4)),
    "equation": lambda choose, inputs, _: _equation(choose, inputs[0].rank),
    "offset": lambda choose, *_: choose.integer(-1, 1),
    "diagonal.dim1": _dim,
    "diagonal.dim2": _dim,
    "topk.k": lambda choose, *_: choose.integer(1, 2),
    "num_classes": lambda choose, *_: choose.integer(2, 4),
    "bounds": _range,
    "repeats": lambda choose, *_: choose.integer(1, 3),
    "diagonal": lambda choose, *_: choose.integer(-1, 1),
    **{
        f"{op}.dim": _several_dims
        for op in (
            *("mean", "sum", "amax", "amin", "std", "var", "norm", "logsumexp", "all", "any"),
        )
    },
    "correction": lambda choose, *_: choose.integer(0, 2),
    "p": lambda choose, *_: choose.pick([0.5, 0.25, 0, 0.1]),
    "norm.p": lambda choose, *_: choose.pick([1, 2.0, 3]),
    "normalize.p": lambda choose, *_: choose.pick([1.0, 2, 3]),
    "eps": lambda choose, *_: choose.pick([1e-5, 1e-3, 1e-6]),
    "dim0": _dim,
    "dim1": _dim,
    "permute.dims": _permutation,
    "dims": _last_count,
    "start_dim": _start_dim,
    "end_dim": _end_dim,
    "pad.padding": pads,
    "pad_by.padding": pads,
    "value": pad_value,
    "upsample.mode": mode,
    "interpolate.mode": mode,
    "antialias": antialias,
    "align_corners": align,
    "size": upsampled,
    "scale_factor": factor,
    "recompute_scale_factor": recompute,
    "upscale_factor": square_divisor,
    "downscale_factor": lambda choose, *_: choose.integer(1, 2),
    "num_heads": _heads,
    "hidden_size": lambda choose, *_: choose.integer(1, 6),
    "num_layers": lambda choose, *_: choose.integer(1, 2),
    "num_parameters": lambda choose, inputs, _: choose.pick([1, inputs[0].shape[1]]),
    "local_response_norm.size": lambda choose, *_: choose.integer(1, 5),
    "shape": _shape,
    "unflattened_size": _unflattened,
    "expand.size": _expanded,
    "chunks": _pieces,
    "split_size_or_sections": _sections,
    "split.dim": _split_dim,
    "slice.start": _bound,
    "slice.end": _bound,
    "slice.step": lambda choose, *_: choose.integer(1, 3),
    "index": _index,
    "other": _number,
    "masked_fill.value": lambda choose, *_: choose.pick([0, 0.5, "-inf"]),
    "exponent": lambda choose, *_: choose.pick([2, 0.5, 3, 1.0]),
    "hardtanh.min_val": lambda choose, *_: choose.pick([-1.0, -0.5, 0]),
    "hardtanh.max_val": lambda choose, *_: choose.pick([0.5, 1, 6.0]),
    "celu.alpha": lambda choose, *_: choose.pick([1.0, 0.5, 2]),
    "norm_type": lambda choose, *_: choose.pick([2.0, 1.0, 3.0]),
    "divisor_override": lambda choose, *_: choose.integer(1, 5),
    "inplace": lambda choose, *_: choose.chance(80),
}
"""By an argument's name, or an op's and an argument's: what fits the values and those before."""

OFTEN: dict[str, int] = {
    "multihead_attention.attn_mask": 0,
    **dict.fromkeys((f"{kind}.dropout" for kind in ("lstm", "gru", "rnn")), 8),
    "lstm.proj_size": 0,  # torch warns that it takes another way
    "multihead_attention.key_padding_mask": 0,
    "multihead_attention.need_weights": 0,
    "conv.padding": 50,
    "conv.groups": 20,
    "conv.dilation": 15,
    "conv_transpose.dilation": 80,
    "conv.padding_mode": 10,
    "depthwise.padding_mode": 10,
    "depthwise.dilation": 15,
    "split.dim": 65,
    "chunk.dim": 50,
    "upsample.size": 40,
    "upsample.scale_factor": 100,
    "interpolate.size": 40,
    "interpolate.scale_factor": 100,
    "interpolate.mode": 70,
    "slice.start": 50,
    "slice.end": 70,
    "add.other": 0,
    "multiply.other": 0,
    "subtract.other": 0,
    "divide.other": 0,
    "pow.exponent": 0,
    **dict.fromkeys((f"{each}.other" for each in ("greater", "less", "equal", "not_equal")), 50),
}
"""How often an argument with a default is given, in percent, where it is not as often as others."""
