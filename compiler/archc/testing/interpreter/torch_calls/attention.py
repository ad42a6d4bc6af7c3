"""Attention and recurrent layers (the op reference): how the interpreter calls torch for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

Arguments = Mapping[str, Any]


def scaled_dot_product(inputs: tuple[Tensor, ...], given: Arguments) -> Tensor:
    """Of queries, keys and values, and perhaps a mask; there is a value for each key."""
    query, key, value, *masks = inputs
    if key.shape[-2] != value.shape[-2]:
        raise ValueError(f"{key.shape[-2]} keys have {value.shape[-2]} values")
    (mask,) = masks or (None,)
    return functional.scaled_dot_product_attention(query, key, value, mask, **given)


class Heads(nn.MultiheadAttention):
    """Of one value, of a query and a memory, or of queries, keys and values; then come masks."""

    def __init__(self, embed_dim: int, given: Arguments, **own: Any) -> None:
        super().__init__(embed_dim, **own)
        self.given = given

    def forward(self, *inputs: Tensor) -> Any:  # type: ignore[override]
        masks = [name for name in ("attn_mask", "key_padding_mask") if self.given[name]]
        count = len(inputs) - len(masks)
        if not 1 <= count <= 3 or any(value.dim() != 3 for value in inputs[:count]):
            raise ValueError(f"{count} values attend")
        query, key, value = _roles(inputs, count)
        known: dict[str, Any] = dict(zip(masks, inputs[count:], strict=True))
        if len({mask.dtype for mask in known.values()}) > 1:
            raise ValueError("the masks are of two dtypes")
        if self.given["is_causal"]:
            if "attn_mask" in known:
                raise ValueError("there are two masks for queries and keys")
            length = 1 if self.batch_first else 0
            shape = (query.shape[length], key.shape[length])
            known["attn_mask"] = torch.full(shape, float("-inf")).triu(1)
        wanted = self.given["need_weights"]
        options = {
            "need_weights": wanted,
            "average_attn_weights": self.given["average_attn_weights"],
            "is_causal": self.given["is_causal"],
        }
        output, weights = super().forward(query, key, value, **known, **options)
        return (output, weights) if wanted else output


def _roles(inputs: tuple[Tensor, ...], count: int) -> list[Tensor]:
    """Queries, keys and values: the last value is all of those that are not there."""
    return [*inputs[:count], *[inputs[count - 1] for _ in range(3 - count)]]


def heads(inputs: tuple[Tensor, ...], given: Arguments) -> nn.Module:
    """The module: what keys and values have of features is read off them."""
    count = max(1, min(3, len(inputs) - given["attn_mask"] - given["key_padding_mask"]))
    query, key, value = _roles(inputs, count)
    names = ("num_heads", "dropout", "bias", "add_bias_kv", "add_zero_attn", "batch_first")
    own = {name: given[name] for name in names}
    return Heads(query.shape[-1], given, kdim=key.shape[-1], vdim=value.shape[-1], **own)


class _WithCell(nn.LSTM):
    """Its results side by side."""

    def forward(self, value: Tensor, *states: Tensor) -> Any:  # type: ignore[override]
        output, (hidden, cell) = super().forward(value, states or None)  # type: ignore[arg-type]
        return output, hidden, cell


def recurrent(kind: str) -> Any:
    """A layer along a sequence; a state for it flows in with all others, or none does."""
    made: Any = {"lstm": _WithCell, "gru": nn.GRU, "rnn": nn.RNN}[kind]

    def make(inputs: tuple[Tensor, ...], given: Arguments) -> nn.Module:
        value = inputs[0]
        if value.dim() != 3:
            raise ValueError(f"a sequence has 3 dims, and not {value.dim()}")
        if len(inputs) not in (1, 3 if kind == "lstm" else 2):
            raise ValueError(f"{len(inputs)} values flow into {kind}")
        if given["dropout"] and given["num_layers"] == 1:
            raise ValueError("dropout stands between layers, and there is one")
        module: nn.Module = made(value.shape[2], **given)
        return module

    return make
