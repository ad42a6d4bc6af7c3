"""What people look for and archc does not have yet.

Looked at where a name means nothing: better than a name that merely looks alike is to be told that
there is none, and the way round. What has become an op is found before, so a word may stay here.
"""

from __future__ import annotations

from typing import Final

from archir.base.likeness import letters

NOT_YET: Final = (
    *("lstm_cell", "gru_cell", "rnn_cell"),
    *("transformer", "transformer_encoder", "transformer_decoder"),
    "transformer_decoder_layer",
    *("max_unpool", "fractional_max_pool"),
    "rrelu",
    *("scatter_reduce", "index_copy", "bincount"),
    *("quantile", "cummax", "cummin", "cross"),
    *("cdist", "pairwise_distance", "triplet_margin_loss", "cross_entropy"),
    *("fft", "ifft", "rfft", "irfft", "stft", "istft", "nms", "roi_align", "roi_pool"),
    *("deform_conv", "deformable_conv", "multinomial", "gumbel_softmax", "adaptive_log_softmax"),
    *("full_like", "atan2"),
    *("interpolate_as", "fmod", "nan_to_num", "trunc"),
    *("acos", "asin", "atan", "arccos", "arcsin", "arctan", "acosh", "asinh", "atanh", "frac"),
    *("sinc", "erfinv", "lgamma", "digamma", "logcumsumexp", "logaddexp"),
    *("det", "inverse", "pinverse", "svd", "qr", "cholesky", "eig", "eigh", "solve", "lstsq"),
    *("kron", "bernoulli", "randint", "poisson", "searchsorted", "bucketize", "histc"),
    *("masked_select", "masked_scatter", "nonzero", "unique", "detach", "stop_gradient"),
    *(
        "conv_lstm",
        "conv_lstm_cell",
        "drop_block",
        "ghost_batch_norm",
        "virtual_batch_norm",
        "gaussian_dropout",
        "linear_attention",
    ),
)
"""Names of layers and functions of torch and of papers, as people type them."""


def not_yet(word: str) -> str | None:
    """What to be told of a name that archc has nothing for yet; None of any other.

    >>> not_yet("LSTM")
    "LSTM is not in archc yet; an op of your own can call torch's (docs/own-ops.md)"
    >>> not_yet("relu")
    """
    if letters(word) not in _LETTERS:
        return None
    return f"{word} is not in archc yet; an op of your own can call torch's (docs/own-ops.md)"


_LETTERS: Final = frozenset(map(letters, NOT_YET))
