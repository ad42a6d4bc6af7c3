"""What other languages have a name for, and this one writes in another way than by a name.

Looked at where a name means nothing, before one that is merely spelled alike.
"""

from __future__ import annotations

import re
from typing import Final

from archir.base.likeness import letters

_IN_ORDER = "stages that run in order stand in braces: `{ conv(8, 3) -> relu }`"
_SEVERAL = "several modules are made by a loop: `for width in widths { … }`"
_INPUT = "a model begins with its input: `input image: [N, 3, H = 224, W = 224]`"
_PYTHON = "nothing of Python is in sight here: ops stand by their own names, as `relu`"
_SELF = (
    "there are no objects: what a part is made with are its parameters, a module has a label, and a"
    " value is named by `as`"
)
_TRAINING = "what runs in training alone stands in `train_only { … }`; dropout knows by itself"
_ROPE = "rotary positions are a block of the library: `import std.transformers: Rope`"
_LAYER = "a layer of an encoder is a block of the library: `import std.transformers: EncoderLayer`"
_LAYERS = (
    "layers of an encoder are blocks of the library, in a loop: `import std.transformers:"
    " EncoderLayer`, `repeat 6 { … }`"
)
_OUTPUT = "what comes out is said by `output name = value`, or is the last value"
_CHOSEN = "what is chosen stands in braces: `if … { … } else { … }`"
_SWIGLU = "a gated network is a block of the library: `import std.transformers: SwiGLU`"
_NETWORK = "a file says what a network is; how it is trained is told to torch"
_FED = "what is done to pictures before they flow in is no part of a network"
_EXCITED = "squeeze and excitation is a block of the library: `import std.mobile: SqueezeExcite`"
_GROUPED = "grouped queries are a block of the library: `import std.transformers: GroupedAttention`"
_EXAMPLE = "it is a block of an example"
_MBCONV = f"{_EXAMPLE}: `import examples.efficientnet: MBConv`"
_NOISE = "noise has the shape of what flows in: `x -> randn_like`, `x -> rand_like`"
_PATCHES = "patches are a convolution: `conv(96, 4, stride = 4) -> flatten(2) -> transpose(1, 2)`"
_TOKEN = (
    "a token is a raw parameter: `param token: [1, 1, 96] = zeros`, `token -> expand(N, -1, -1)`"
)
_MLP = "it is two layers: `linear(256) -> gelu -> linear(64)`"
_WORKED_OUT = "a weight that is worked out flows in: `param weight: …`, `conv_by [x, weight -> …]`"

_LOSS = "a loss is no part of a network: in Python it takes what the model gives, and the targets"
_ATTENTION = (
    "with weights of its own it is `multihead_attention(8)`; of queries, keys and values that are"
    " there it is `scaled_dot_product_attention [q, k, v]`"
)
_CROPPED = "`pad(-2)` takes 2 off each end of the axes; `slice(2, 4, 28)` takes a range of one dim"
_CHANNELS = "the channels of what flows in are `_.channels`; a number of your own is a parameter"
_FEATURES = "the features of what flows in are `_.features`; a number of your own is a parameter"
_UNIT = "a convolution with its norm and activation is `import std.blocks: ConvNormAct`"

_MERGED = "values are merged by what is done with them: `concat [a, b]`, `add [a, b]`"
_BESIDE = "what runs side by side stands in brackets: `concat [conv(8, 1), conv(8, 3)]`"

_POOLED = "pooling takes the largest or the mean of a window: `max_pool(2)`, `avg_pool(2)`"

_AXES = "axes are taken apart and moved by `reshape(N, C, -1)` and `permute(0, 2, 1)`"
_POSITIONS = (
    "learned positions are a raw parameter: `param pos: [1, 64, 96] = zeros`, `add [_, pos]`"
)
_BOTH_WAYS = "both directions are an argument: `lstm(64, bidirectional = true)`, `gru(64, …)`"
_EACH_STEP = (
    "`linear` acts along the last dim, whatever stands before it; for other stages put the steps"
    " into the batch: `reshape(N * L, C, H, W)`"
)
_BILINEAR = (
    'a product of two values and a weight is `einsum("ni,oij,nj->no") [a, weight, b]`; pictures'
    ' are resized by `interpolate(scale_factor = 2, mode = "bilinear")`'
)
_LENGTHS = "`normalize(1)` makes vectors of length 1 along dim 1; their lengths are `norm(1)`"
_SPECTRAL = "a weight is normalised behind its layer: `conv(8, 3) with weight = spectral_norm`"
_PLACES = "places are a buffer: `buffer at: int[6] = [k for k in range(16) if k % 4 < k // 4]`"
_ADDED_AT = (
    "what is added at places is `scatter_add(0) [x, index, rows]`, with a place for each element:"
    " `index -> unsqueeze(1) -> expand(E, 16)`"
)
_MEAN_AT = "it is `scatter_add`, divided by how many there are: the same `scatter_add` of ones"
_MODULATED = "what flows in scales and shifts: `multiply [x, scale]`, then `add [_, shift]`"
_SOUND = "frames flow in, as `input features: [N, T = 200, 80]`: they are made of sound before"
_SPARSE = "it is a block of the library: `import std.blocks: Sparsemax`"
_CHANNEL_NORM = (
    "a norm over the channels of an image turns it: `permute(0, 2, 3, 1) -> norm: layer_norm ->"
    " permute(0, 3, 1, 2)`"
)
_ACTIVATION = "an activation is a stage of its own: `relu`, `gelu`, `silu`"
_REPEATED = "what runs several times stands in braces: `repeat 3 { … }`"

_FORMS: Final = {
    **dict.fromkeys(("sequential", "module_sequential", "chain"), _IN_ORDER),
    **dict.fromkeys(("module_list", "module_dict"), _SEVERAL),
    **dict.fromkeys(("input", "input_layer", "placeholder"), _INPUT),
    **dict.fromkeys(("training", "is_training"), _TRAINING),
    **dict.fromkeys(("torch", "nn", "np", "numpy", "tf", "keras"), _PYTHON),
    **dict.fromkeys(("jax", "jnp", "lax", "flax", "haiku", "hk", "timm", "functional"), _PYTHON),
    "self": _SELF,
    **dict.fromkeys(("softmax_with_loss", "sigmoid_cross_entropy_loss", "euclidean_loss"), _LOSS),
    **dict.fromkeys(("cross_entropy", "criterion", "accuracy"), _LOSS),
    "attention": _ATTENTION,
    **dict.fromkeys(("crop", "cropping"), _CROPPED),
    **dict.fromkeys(("in_channels", "input_channels", "in_planes", "num_channels"), _CHANNELS),
    **dict.fromkeys(("in_features", "input_dim", "in_dim", "num_features"), _FEATURES),
    **dict.fromkeys(("conv_bn_relu", "conv_bn", "conv_bn_act", "conv_norm_relu", "cbr"), _UNIT),
    **dict.fromkeys(("conv_bn_silu", "cbs", "base_conv", "conv_normalization"), _UNIT),
    **dict.fromkeys(("optimizer", "adam", "sgd", "loss", "compile", "fit"), _NETWORK),
    **dict.fromkeys(("mse_loss", "nll_loss", "bce_loss", "bce_with_logits_loss"), _LOSS),
    **dict.fromkeys(("cross_entropy_loss", "kl_div_loss", "l1_loss", "smooth_l1_loss"), _LOSS),
    **dict.fromkeys(("checkpoint", "autocast", "jit", "grad", "no_grad"), _NETWORK),
    **dict.fromkeys(("random_flip", "random_crop", "random_rotation", "normalization"), _FED),
    **dict.fromkeys(("se_layer", "se_block", "se_module", "channel_attention"), _EXCITED),
    **dict.fromkeys(("gqa", "mqa", "grouped_query_attention", "multi_query_attention"), _GROUPED),
    **dict.fromkeys(("mb_conv", "mb_conv_block"), _MBCONV),
    "fused_mb_conv": f"{_EXAMPLE}: `import examples.efficientnet_v2_s: FusedMBConv`",
    "aspp": f"{_EXAMPLE}: `import examples.deeplabv3: ASPP`",
    "c2f": f"{_EXAMPLE}: `import examples.yolov8n: C2f`",
    "sppf": f"{_EXAMPLE}: `import examples.yolov8n: SPPF`",
    "window_attention": f"{_EXAMPLE}: `import examples.swin: WindowAttention`",
    **dict.fromkeys(
        ("fpn", "feature_pyramid_network"),
        "a pyramid is a block of the library: `import std.detection: FeaturePyramid`",
    ),
    "inverted_bottleneck": "it is a block of the library: `import std.mobile: InvertedResidual`",
    **dict.fromkeys(("patch_embed", "patch_embedding", "patchify"), _PATCHES),
    **dict.fromkeys(("class_token", "cls_token"), _TOKEN),
    **dict.fromkeys(("mlp", "feed_forward", "ffn", "mlp_block"), _MLP),
    **dict.fromkeys(("std_conv", "ws_conv", "weight_standardization"), _WORKED_OUT),
    "layer_scale": "it is a raw parameter: `param gamma: [96, 1, 1] = ones`, `multiply [_, gamma]`",
    "parameter_list": "a raw parameter in a loop is one of each turn: `param scale: [8] = ones`",
    **dict.fromkeys(("average", "mean_of"), "the mean of two is `add [a, b] -> divide(2)`"),
    "erfc": "it is `erf -> neg -> add(1)`",
    **dict.fromkeys(("rand", "randn"), _NOISE),
    "log2": "it is `log -> divide(log(2))`",
    "log10": "it is `log -> divide(log(10))`",
    "exp2": "it is `multiply(log(2)) -> exp`",
    "tan": "it is `divide [sin, cos]`",
    "sinh": "it is `subtract [exp, neg -> exp] -> divide(2)`",
    "cosh": "it is `add [exp, neg -> exp] -> divide(2)`",
    "remainder": "it is `subtract [_, divide(2) -> floor -> multiply(2)]`",
    "hypot": "it is `add [a -> pow(2), b -> pow(2)] -> sqrt`",
    "lerp": "it is `add [a, subtract [b, a] -> multiply(0.5)]`",
    "trace": "it is `diagonal -> sum(-1)`",
    **dict.fromkeys(("outer", "outer_product", "ger"), 'it is `einsum("ni,nj->nij") [a, b]`'),
    **dict.fromkeys(("dot", "vdot"), 'it is `einsum("ni,ni->n") [a, b]`'),
    **dict.fromkeys(("mv", "matvec"), 'it is `einsum("nij,nj->ni") [a, b]`'),
    **dict.fromkeys(("bilinear", "bilinear_form"), _BILINEAR),
    "meshgrid": (
        "rows and columns are buffers, which a merge repeats: `buffer rows: [32, 1] = [[i] for i in"
        " range(32)]`"
    ),
    "quick_gelu": "it is `multiply [_, multiply(1.702) -> sigmoid]`",
    **dict.fromkeys(("gelu_tanh", "gelu_new", "new_gelu"), 'it is `gelu(approximate = "tanh")`'),
    "clamp_min": "it is `clamp(min = 0)`",
    "clamp_max": "it is `clamp(max = 1)`",
    "floor_divide": "it is `divide(2) -> floor`",
    **dict.fromkeys(("zeros_like", "new_zeros"), "it is `multiply(0)`"),
    **dict.fromkeys(("floordiv", "integer_divide"), "it is `divide(2) -> floor`"),
    "ones_like": "it is `multiply(0) -> add(1)`",
    "linspace": "it is a buffer: `buffer steps: [5] = [i / 4 for i in range(5)]`",
    "rot90": "it is `flip(3) -> transpose(2, 3)`",
    "ravel": "`flatten` keeps the batch; all in one row is `reshape(-1)`",
    **dict.fromkeys(("addmm", "baddbmm"), "it is `add [c, matmul [a, b]]`"),
    **dict.fromkeys(
        ("clone", "deep_copy"), "nothing is written over here: a value is named, `_ as kept`"
    ),
    **dict.fromkeys(("scan", "while_loop", "fori_loop"), _REPEATED),
    **dict.fromkeys(("stacked_rnn_cells", "multi_rnn_cell"), "it is an argument: `num_layers = 2`"),
    **dict.fromkeys(("full", "constant_tensor"), "it is a buffer: `buffer b: [8] = constant(0.5)`"),
    **dict.fromkeys(("merge", "join", "combine"), _MERGED),
    **dict.fromkeys(("parallel", "branch", "branches"), _BESIDE),
    **dict.fromkeys(("rope", "rotary_embedding", "rotary_position_embedding", "rotary"), _ROPE),
    **dict.fromkeys(("transformer_encoder_layer", "transformer_block", "encoder_layer"), _LAYER),
    **dict.fromkeys(("pool", "pooling"), _POOLED),
    "swiglu": _SWIGLU,
    **dict.fromkeys(("transformer", "transformer_encoder"), _LAYERS),
    **dict.fromkeys(("outputs", "returns", "output_layer"), _OUTPUT),
    **dict.fromkeys(("try", "catch", "case", "default"), _CHOSEN),
    "scale": "what flows is multiplied by a number with `multiply(0.5)`",
    **dict.fromkeys(("rearrange", "einops"), _AXES),
    **dict.fromkeys(("positional_encoding", "positional_embedding", "pos_embed"), _POSITIONS),
    **dict.fromkeys(("position_embedding", "pos_embedding", "pos_encoding"), _POSITIONS),
    **dict.fromkeys(("loop", "times", "stack"), _REPEATED),
    "bidirectional": _BOTH_WAYS,
    **dict.fromkeys(("time_distributed", "vmap"), _EACH_STEP),
    **dict.fromkeys(("rescaling", "rescale"), "what flows is scaled by `multiply(1 / 255)`"),
    "repeat_vector": "it is a new dim, repeated: `unsqueeze(1) -> expand(N, 10, -1)`",
    **dict.fromkeys(
        ("global_max_pool", "global_max_pooling", "gmp"),
        "the largest of all places is `amax([2, 3])`; `adaptive_max_pool(1)` keeps the axes",
    ),
    **dict.fromkeys(("eltwise", "elementwise"), _MERGED),
    "dict": "a part is used by its name, with its arguments: `Name(depth = 50)`",
    "register_buffer": "a raw buffer is declared by `buffer mask: [16, 16] = ones`",
    "parameter": "a raw parameter is declared by `param token: [1, 1, 64] = zeros`",
    **dict.fromkeys(("activation", "act"), _ACTIVATION),
    "separable_conv": "a separable convolution is two stages: `depthwise(3) -> conv(8, 1)`",
    "pointwise_conv": "it is a convolution of size 1: `conv(8, 1)`",
    "route": "values are named by `as`, and joined by `concat [a, b]`",
    **dict.fromkeys(("skip", "skip_connect", "res", "add_skip"), "write `residual { … }`"),
    "skip_connection": "write `residual { … }`, or name the value by `as` and `add [_, value]`",
    **dict.fromkeys(("l2_norm", "l2_normalize", "l2_normalization"), _LENGTHS),
    **dict.fromkeys(("spectral_conv", "sn_conv", "spectral_linear"), _SPECTRAL),
    **dict.fromkeys(("tril_indices", "triu_indices"), _PLACES),
    "index_add": _ADDED_AT,
    **dict.fromkeys(("scatter_mean", "segment_mean", "global_mean_pool"), _MEAN_AT),
    **dict.fromkeys(("film", "modulate", "modulation"), _MODULATED),
    **dict.fromkeys(("mel", "mel_spectrogram", "log_mel", "spectrogram", "mfcc"), _SOUND),
    "sparsemax": _SPARSE,
    "print": "`archc summary` shows the shapes; a shape in the text is checked: `:: [N, 8, H, W]`",
    "lambda": "what is computed is written with ops, or by an op of your own (docs/own-ops.md)",
}

_PLAIN: Final = {letters(word): form for word, form in _FORMS.items()}


def form_elsewhere(word: str) -> str | None:
    """How it is written here; None of a word that is nothing known.

    >>> form_elsewhere("Sequential")
    'stages that run in order stand in braces: `{ conv(8, 3) -> relu }`'
    >>> form_elsewhere("conv3x3")
    'the size of a window is an argument: `conv(…, 3)`'
    >>> form_elsewhere("conv")
    """
    if (other := form_of_rank(word)) is not None:
        return other
    sized = re.fullmatch(r"([A-Za-z_]+?)_?(\d)[xX]\2", word)
    if sized:
        return f"the size of a window is an argument: `{sized[1].lower()}(…, {sized[2]})`"
    return _PLAIN.get(letters(word))


_OF_RANK: Final = {
    "layernorm2d": _CHANNEL_NORM,
    "rmsnorm2d": _CHANNEL_NORM.replace("layer_norm", "rms_norm"),
    "softmax2d": "over the channels of an image it is `softmax(1)`",
}


def form_of_rank(word: str) -> str | None:
    """How it is written here, where the same name without ``2d`` is another thing.

    >>> form_of_rank("Softmax2d")
    'over the channels of an image it is `softmax(1)`'
    >>> form_of_rank("BatchNorm2d")
    """
    return _OF_RANK.get(word.casefold().replace("_", ""))


_CONSTANTS: Final = {
    **dict.fromkeys(("yes", "on"), "true"),
    **dict.fromkeys(("no", "off"), "false"),
    **dict.fromkeys(("null", "nil", "nullptr", "undefined"), "none"),
}


def constant_elsewhere(word: str) -> str | None:
    """The constant that goes by another name elsewhere: ``none`` for ``null``."""
    return _CONSTANTS.get(word.casefold())
