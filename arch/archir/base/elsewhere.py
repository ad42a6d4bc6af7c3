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
_TRAINING = "what runs in training alone stands in `train_only { … }`; dropout knows by itself"
_ROPE = "rotary positions are a block of the library: `import std.transformers: Rope`"
_LAYER = "a layer of an encoder is a block of the library: `import std.transformers: EncoderLayer`"
_SWIGLU = "a gated network is a block of the library: `import std.transformers: SwiGLU`"
_NETWORK = "a file says what a network is; how it is trained is told to torch"

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
_REPEATED = "what runs several times stands in braces: `repeat 3 { … }`"

_FORMS: Final = {
    **dict.fromkeys(("sequential", "module_sequential", "chain"), _IN_ORDER),
    **dict.fromkeys(("module_list", "module_dict"), _SEVERAL),
    **dict.fromkeys(("input", "input_layer", "placeholder"), _INPUT),
    **dict.fromkeys(("training", "is_training"), _TRAINING),
    **dict.fromkeys(("self", "torch", "nn", "np", "numpy", "tf", "keras"), _PYTHON),
    **dict.fromkeys(("optimizer", "adam", "sgd", "loss", "compile", "fit"), _NETWORK),
    **dict.fromkeys(("merge", "join", "combine"), _MERGED),
    **dict.fromkeys(("parallel", "branch", "branches"), _BESIDE),
    **dict.fromkeys(("rope", "rotary_embedding", "rotary_position_embedding", "rotary"), _ROPE),
    **dict.fromkeys(("transformer_encoder_layer", "transformer_block", "encoder_layer"), _LAYER),
    **dict.fromkeys(("pool", "pooling"), _POOLED),
    "swiglu": _SWIGLU,
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
    "activation": "an activation is a stage of its own: `relu`, `gelu`, `silu`",
    "separable_conv": "a separable convolution is two stages: `depthwise(3) -> conv(8, 1)`",
    "pointwise_conv": "it is a convolution of size 1: `conv(8, 1)`",
    "route": "values are named by `as`, and joined by `concat [a, b]`",
    "skip_connection": "write `residual { … }`, or name the value by `as` and `add [_, value]`",
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
    sized = re.fullmatch(r"([A-Za-z_]+?)_?(\d)[xX]\2", word)
    if sized:
        return f"the size of a window is an argument: `{sized[1].lower()}(…, {sized[2]})`"
    return _PLAIN.get(letters(word))


_CONSTANTS: Final = {
    **dict.fromkeys(("yes", "on"), "true"),
    **dict.fromkeys(("no", "off"), "false"),
    **dict.fromkeys(("null", "nil", "nullptr", "undefined"), "none"),
}


def constant_elsewhere(word: str) -> str | None:
    """The constant that goes by another name elsewhere: ``none`` for ``null``."""
    return _CONSTANTS.get(word.casefold())
