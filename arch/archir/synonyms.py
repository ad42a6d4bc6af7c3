"""What papers and other libraries call the things that our ops do.

Looked at where a name means nothing, to say what was likely meant. Names that are merely spelled in
another way, such as ``BatchNorm2d``, need no entry: they are near enough to ours.
"""

from __future__ import annotations

from typing import Final

OTHER_NAMES: Final = {
    "average_pool": "avg_pool",
    "bmm": "matmul",
    "bn": "batch_norm",
    "cat": "concat",
    "circular_pad": "pad",
    "concatenate": "concat",
    "constant_pad": "pad",
    "crop": "slice",
    "deconv": "conv_transpose",
    "deconvolution": "conv_transpose",
    "depth_to_space": "pixel_shuffle",
    "div": "divide",
    "drop_connect": "stochastic_depth",
    "drop_path": "stochastic_depth",
    "dropout_path": "stochastic_depth",
    "dw_conv": "depthwise",
    "einsum": "matmul",
    "fc": "linear",
    "fully_connected": "linear",
    "gap": "global_avg_pool",
    "global_average_pool": "global_avg_pool",
    "gn": "group_norm",
    "h_sigmoid": "hardsigmoid",
    "h_swish": "hardswish",
    "interpolate": "upsample",
    "ln": "layer_norm",
    "lrelu": "leaky_relu",
    "lrn": "local_response_norm",
    "mm": "matmul",
    "mul": "multiply",
    "narrow": "slice",
    "reduce_mean": "mean",
    "reduce_sum": "sum",
    "reflection_pad": "pad",
    "replication_pad": "pad",
    "resize": "upsample",
    "space_to_depth": "pixel_unshuffle",
    "sub": "subtract",
    "swap_axes": "transpose",
    "swish": "silu",
    "transposed_conv": "conv_transpose",
    "up_conv": "conv_transpose",
    "view": "reshape",
    "zero_pad": "pad",
}
"""Each other name, and the op it means."""


def synonym(word: str) -> str | None:
    """The op that goes by another name elsewhere: ``silu`` for ``swish`` and ``Swish``.

    >>> synonym("ReflectionPad2d"), synonym("HSwish"), synonym("relu")
    ('pad', 'hardswish', None)
    """
    return _BY_LETTERS.get(_letters(word))


def _letters(word: str) -> str:
    """A name without what differs between the ways of writing it: case, ``_`` and ``2d``."""
    plain = word.casefold().replace("_", "")
    return plain[:-2] if plain.endswith(("1d", "2d", "3d")) else plain


_BY_LETTERS: Final = {_letters(other): op for other, op in OTHER_NAMES.items()}
