"""What papers and other libraries call the things that our ops do.

Looked at where a name means nothing, to say what was likely meant. Names that are merely spelled in
another way, such as ``BatchNorm2d``, need no entry: they are near enough to ours.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from archir.base.likeness import is_slip, letters

OTHER_NAMES: Final = {
    "absolute": "abs",
    "as_type": "cast",
    "astype": "cast",
    "atrous_conv": "conv",
    "average_pool": "avg_pool",
    "average_pooling": "avg_pool",
    "batch_matmul": "matmul",
    "batch_normalization": "batch_norm",
    "batched_matmul": "matmul",
    "bi_lstm": "lstm",
    "bmm": "matmul",
    "bn": "batch_norm",
    "cat": "concat",
    "center_crop": "slice",
    "circular_pad": "pad",
    "clip": "clamp",
    "clip_by_value": "clamp",
    "col2im": "fold",
    "concatenate": "concat",
    "connected": "linear",
    "constant_pad": "pad",
    "contract": "einsum",
    "conv_general_dilated": "conv",
    "conv_with_weight": "conv_by",
    "convolution": "conv",
    "convolutional": "conv",
    "cosine": "cosine_similarity",
    "cross_attention": "multihead_attention",
    "cross_correlation": "conv_by",
    "cross_map_lrn": "local_response_norm",
    "cumulative_product": "cumprod",
    "cumulative_sum": "cumsum",
    "cyclic_shift": "roll",
    "deconv": "conv_transpose",
    "deconvolution": "conv_transpose",
    "dense": "linear",
    "dense_general": "linear",
    "depth_to_space": "pixel_shuffle",
    "depthwise_conv": "depthwise",
    "diag": "diagonal",
    "diag_part": "diagonal",
    "dilated_conv": "conv",
    "div": "divide",
    "dot_general": "einsum",
    "dot_product_attention": "scaled_dot_product_attention",
    "drop_connect": "stochastic_depth",
    "drop_path": "stochastic_depth",
    "dropout1d": "channel_dropout",
    "dropout2d": "channel_dropout",
    "dropout3d": "channel_dropout",
    "dropout_path": "stochastic_depth",
    "dw_conv": "depthwise",
    "dynamic_conv": "conv_by",
    "dynamic_linear": "linear_by",
    "einstein_sum": "einsum",
    "embed": "embedding",
    "embedding_lookup": "embedding",
    "eq": "equal",
    "exponential": "exp",
    "extract_image_patches": "unfold",
    "extract_patches": "unfold",
    "fc": "linear",
    "feature_dropout": "channel_dropout",
    "flash_attention": "scaled_dot_product_attention",
    "fliplr": "flip",
    "flipud": "flip",
    "fold_patches": "fold",
    "fully_connected": "linear",
    "functional_conv": "conv_by",
    "functional_conv_transpose": "conv_transpose_by",
    "functional_linear": "linear_by",
    "gap": "global_avg_pool",
    "gated_linear_unit": "glu",
    "gaussian_noise": "randn_like",
    "ge": "greater_equal",
    "global_average_pool": "global_avg_pool",
    "global_average_pooling": "global_avg_pool",
    "gn": "group_norm",
    "greater_than": "greater",
    "group_conv": "conv",
    "group_normalization": "group_norm",
    "grouped_conv": "conv",
    "gt": "greater",
    "hadamard": "multiply",
    "hadamard_product": "multiply",
    "h_sigmoid": "hardsigmoid",
    "h_swish": "hardswish",
    "hyper_conv": "conv_by",
    "hyper_linear": "linear_by",
    "im2col": "unfold",
    "inner_product": "linear",
    "instance_normalization": "instance_norm",
    "inv_sqrt": "rsqrt",
    "layer_normalization": "layer_norm",
    "lazy_batch_norm": "batch_norm",
    "lazy_conv": "conv",
    "lazy_linear": "linear",
    "le": "less_equal",
    "less_than": "less",
    "linear_projection": "linear",
    "ln": "layer_norm",
    "long_short_term_memory": "lstm",
    "lookup": "embedding",
    "lower_triangle": "tril",
    "lrelu": "leaky_relu",
    "lrn": "local_response_norm",
    "lt": "less",
    "mask_fill": "masked_fill",
    "matrix_diag_part": "diagonal",
    "max_over_time": "max",
    "max_pooling": "max_pool",
    "mha": "multihead_attention",
    "mm": "matmul",
    "move_axis": "permute",
    "move_dim": "permute",
    "mul": "multiply",
    "multi_head": "multihead_attention",
    "multi_head_dot_product_attention": "multihead_attention",
    "multihead_self_attention": "multihead_attention",
    "narrow": "slice",
    "ne": "not_equal",
    "nearest_upsample": "upsample",
    "negate": "neg",
    "negative": "neg",
    "normal_like": "randn_like",
    "permute_dims": "permute",
    "position_ids": "arange",
    "positions": "arange",
    "power": "pow",
    "product": "prod",
    "put_along_axis": "scatter",
    "recurrent": "rnn",
    "reduce_max": "amax",
    "reduce_mean": "mean",
    "reduce_min": "amin",
    "reduce_prod": "prod",
    "reduce_std": "std",
    "reduce_sum": "sum",
    "reflection_pad": "pad",
    "reparameterize": "randn_like",
    "repeat_interleaved": "repeat_interleave",
    "replication_pad": "pad",
    "resize": "interpolate",
    "resizing": "interpolate",
    "reverse": "flip",
    "rms_normalization": "rms_norm",
    "scaled_dot_product": "scaled_dot_product_attention",
    "scatter_nd": "scatter",
    "scatter_sum": "scatter_add",
    "sdpa": "scaled_dot_product_attention",
    "segment_sum": "scatter_add",
    "select_where": "where",
    "self_attention": "multihead_attention",
    "shift": "roll",
    "simple_rnn": "rnn",
    "space_to_depth": "pixel_unshuffle",
    "spatial_dropout": "channel_dropout",
    "standard_deviation": "std",
    "sub": "subtract",
    "swap_axes": "transpose",
    "swish": "silu",
    "sync_bn": "batch_norm",
    "take": "index_select",
    "take_along_dim": "gather",
    "take_diagonal": "diagonal",
    "tensordot": "einsum",
    "thresholded_relu": "threshold",
    "to": "cast",
    "to_contiguous": "contiguous",
    "to_one_hot": "one_hot",
    "token_embedding": "embedding",
    "transposed_conv": "conv_transpose",
    "transposed_convolution": "conv_transpose",
    "type_as": "cast",
    "unfold_patches": "unfold",
    "uniform_noise": "rand_like",
    "unit_norm": "normalize",
    "unit_normalization": "normalize",
    "unstack": "unbind",
    "up_conv": "conv_transpose",
    "up_sampling": "upsample",
    "upper_triangle": "triu",
    "upsampling_bilinear": "upsample",
    "upsampling_nearest": "upsample",
    "variance": "var",
    "vector_norm": "norm",
    "view": "reshape",
    "weighted_linear": "linear_by",
    "word_embedding": "embedding",
    "xcorr": "conv_by",
    "zero_pad": "pad",
    "zero_padding": "pad",
}
"""Each other name, and the op it means."""


_TYPES: Final = {
    **dict.fromkeys(("integer", "long", "short", "int8", "int16", "int32", "int64"), "int"),
    **dict.fromkeys(("number", "double", "half", "real", "float16", "float32", "float64"), "float"),
    **dict.fromkeys(("boolean", "logical"), "bool"),
    **dict.fromkeys(("str", "text", "char"), "string"),
    **dict.fromkeys(("module", "layer"), "block"),
    "initializer": "init",
}


def type_elsewhere(word: str) -> str | None:
    """The language's type or dtype that goes by another name elsewhere: ``int`` for ``int64``."""
    return _TYPES.get(word.casefold())


_ARGUMENTS_ELSEWHERE: Final = {
    "out_channels": (
        *("filters", "num_filters", "out_planes", "out_dim", "num_output", "features"),
        *("width", "channels", "planes", "out_ch"),
    ),
    "output_size": ("size", "out_size", "target_size"),
    "kernel_size": (
        *("kernel", "k", "ks", "ksize", "pool_size", "filter_size", "pool", "kernel_shape"),
        *("window", "window_shape", "window_size"),
    ),
    "out_features": (
        *("units", "out_dim", "features", "num_output"),
        *("dim", "width", "outputs", "num_classes", "classes"),
    ),
    "num_embeddings": ("vocab_size", "vocab", "n_vocab", "vocabulary", "num_tokens", "input_dim"),
    "embedding_dim": (
        *("embed_dim", "emb_dim", "features", "output_dim", "d_model", "hidden_size"),
        *("dim", "width"),
    ),
    "num_groups": ("groups", "n_groups"),
    "p": (
        "rate",
        "prob",
        "drop",
        "dropout",
        "drop_rate",
        "drop_prob",
        "dropout_rate",
        "dropout_ratio",
    ),
    "stride": ("s", "subsample", "step"),
    "padding": ("pad", "pads", "p", "pad_size"),
    "num_heads": ("heads", "n_heads", "n_head", "nhead", "num_attention_heads", "h"),
    "num_layers": ("layers", "n_layers", "depth"),
    "hidden_size": ("hidden", "hidden_dim", "units"),
    "dilation": ("dilation_rate", "dilations", "rate", "atrous_rate", "dilate", "d"),
    "bias": ("use_bias", "bias_term"),
    "eps": ("epsilon",),
    "negative_slope": ("alpha", "slope"),
    "dim": ("axis",),
    "keepdim": ("keepdims", "keep_dims"),
    "groups": ("group", "num_group", "n_groups"),
    "scale_factor": ("scale", "factor"),
    "std": ("stddev", "sigma", "stdev"),
    "mean": ("mu",),
}
"""Arguments, and what they are called elsewhere."""


_LETTERS = 4
"""So many letters and more of a name's first word are known with a slip: ``kernal``."""

_INITIALISERS: Final = {
    "gaussian": "normal",
    "glorot_normal": "xavier_normal",
    "glorot_uniform": "xavier_uniform",
    "he_normal": "kaiming_normal",
    "he_uniform": "kaiming_uniform",
    "msra": "kaiming_normal",
    "random_normal": "normal",
    "random_uniform": "uniform",
    "truncated_normal": "trunc_normal",
    "xavier": "xavier_uniform",
    "zero": "zeros",
    "one": "ones",
}


def initialiser_elsewhere(word: str) -> str | None:
    """The initialiser that goes by another name elsewhere: ``kaiming_normal`` for ``HeNormal``."""
    plain = letters(word)
    return next((ours for other, ours in _INITIALISERS.items() if letters(other) == plain), None)


def argument_elsewhere(word: str, known: Collection[str]) -> str | None:
    """The argument among those known that goes by another name elsewhere, or begins with a word.

    >>> argument_elsewhere("filters", ["out_channels"])
    'out_channels'
    >>> argument_elsewhere("kern", ["kernel_size"])
    'kernel_size'
    """
    for other, names in _ARGUMENTS_ELSEWHERE.items():
        if word in names and other in known:
            return other
    begun = [name for name in known if len(word) > 2 and name.startswith(word)]
    if not begun and len(word) > _LETTERS:
        begun = [name for name in known if "_" in name and is_slip(word, name.split("_")[0])]
    return begun[0] if len(begun) == 1 else None


def synonym(word: str) -> str | None:
    """The op that goes by another name elsewhere: ``silu`` for ``swish`` and ``Swish``.

    >>> synonym("ReflectionPad2d"), synonym("HSwish"), synonym("relu")
    ('pad', 'hardswish', None)
    """
    found = _EXACTLY.get(_plain(word)) or _BY_LETTERS.get(letters(word))
    return None if found == word else found


def _plain(word: str) -> str:
    return word.casefold().replace("_", "")


_EXACTLY: Final = {_plain(other): op for other, op in OTHER_NAMES.items()}

_BY_LETTERS: Final = {
    letters(other): op for other, op in OTHER_NAMES.items() if letters(other) == _plain(other)
}
"""The names that do not say a number of dims: what is called ``Crop3d`` elsewhere is ``crop``."""
