"""Kinds of ops: what a box's colour says, read off the file that an op is declared in."""

from __future__ import annotations

from archir.op.contract import Op

KINDS = {
    "convolution": "convolution",
    "transposed": "convolution",
    "normalisation": "norm",
    "layer_normalisation": "norm",
    "group_normalisation": "norm",
    "response_normalisation": "norm",
    "activation": "activation",
    "rectifier": "activation",
    "smooth": "activation",
    "gate": "activation",
    "logarithms": "activation",
    "shrinking": "activation",
    "pooling": "pooling",
    "pooling_more": "pooling",
    "reduction": "pooling",
    "extrema": "pooling",
    "statistics": "pooling",
    "resampling": "pooling",
    "warping": "pooling",
    "shuffling": "pooling",
    "dense": "linear",
    "given_weights": "linear",
    "given_windows": "convolution",
    "given_spreads": "convolution",
    "embedding": "linear",
    "matrix": "attention",
    "einsum": "attention",
    "attention": "attention",
    "multihead": "attention",
    "recurrent": "linear",
    "merge": "merge",
    "arithmetic": "merge",
    "comparison": "merge",
    "elementary": "merge",
    "powers": "merge",
    "choice": "merge",
    "scattering": "merge",
    "lengths": "merge",
    "sorting": "merge",
    "joins": "merge",
    "shape": "reshape",
    "reshape": "reshape",
    "layout": "reshape",
    "parts": "reshape",
    "slices": "reshape",
    "padding": "reshape",
    "patches": "reshape",
    "copies": "reshape",
    "numbering": "reshape",
    "triangles": "reshape",
    "turning": "reshape",
    "dropout": "dropout",
    "stochastic": "dropout",
    "noise": "dropout",
}
"""The kind of each family of ops; what an installed package brings is of the kind ``other``."""

FOLLOWERS = ("norm", "activation", "dropout", "reshape")
"""The kinds that are said in the box of the op that they belong to."""

ANCHORS = ("convolution", "linear", "attention")
"""The kinds of ops that norms and activations belong to."""

WORDS = {
    "convolution": "convolution",
    "norm": "normalisation",
    "activation": "activation",
    "pooling": "pooling, resampling",
    "linear": "linear",
    "attention": "attention",
    "merge": "arithmetic",
    "reshape": "reshape",
    "dropout": "dropout",
    "other": "other",
    "block": "block, drawn apart",
    "end": "input, output",
    "parameter": "parameter, constant",
    "same": "the same",
    "changed": "changed",
    "added": "added",
    "removed": "removed",
}
"""What a legend calls them."""


def kind_of(op: Op) -> str:
    """The kind of an op."""
    return KINDS.get(type(op).__module__.rpartition(".")[2], "other")
