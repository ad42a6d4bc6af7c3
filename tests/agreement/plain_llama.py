"""Llama in plain torch, with the names that Hugging Face gives what it is made of."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F


def slow_turns_stretched(turn: float, by: float) -> float:
    """Llama 3.1: what has less than a turn in 8192 places, and gradually up to four."""
    turns = 8192 * turn / (2 * math.pi)
    if turns < 1:
        return turn / by
    if turns > 4:
        return turn
    share = (turns - 1) / 3
    return (1 - share) * turn / by + share * turn


def turned(x: Tensor, cosines: Tensor, sines: Tensor) -> Tensor:
    """Su et al. (2021), equation 34, with the halves as pairs."""
    first, second = x.chunk(2, -1)
    return x * cosines + torch.cat((-second, first), -1) * sines


class Attention(nn.Module):
    """Ainslie et al. (2023): heads of queries share heads of keys and values."""

    def __init__(self, width: int, heads: int, kv_heads: int) -> None:
        super().__init__()
        size = width // heads
        self.q_proj = nn.Linear(width, width, bias=False)
        self.k_proj = nn.Linear(width, kv_heads * size, bias=False)
        self.v_proj = nn.Linear(width, kv_heads * size, bias=False)
        self.o_proj = nn.Linear(width, width, bias=False)
        self.size = size

    def forward(self, x: Tensor, cosines: Tensor, sines: Tensor) -> Tensor:
        layers = (self.q_proj, self.k_proj, self.v_proj)
        query, key, value = (
            layer(x).unflatten(-1, (-1, self.size)).transpose(1, 2) for layer in layers
        )
        query, key = turned(query, cosines, sines), turned(key, cosines, sines)
        x = F.scaled_dot_product_attention(query, key, value, is_causal=True, enable_gqa=True)
        made: Tensor = self.o_proj(x.transpose(1, 2).flatten(2))
        return made


class MLP(nn.Module):
    """Shazeer (2020), with SiLU in the gate."""

    def __init__(self, width: int, hidden: int) -> None:
        super().__init__()
        self.gate_proj = nn.Linear(width, hidden, bias=False)
        self.up_proj = nn.Linear(width, hidden, bias=False)
        self.down_proj = nn.Linear(hidden, width, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        made: Tensor = self.down_proj(F.silu(self.gate_proj(x)) * self.up_proj(x))
        return made


class Layer(nn.Module):
    """Norms before what they are for."""

    def __init__(self, width: int, heads: int, kv_heads: int, hidden: int, eps: float) -> None:
        super().__init__()
        self.self_attn = Attention(width, heads, kv_heads)
        self.mlp = MLP(width, hidden)
        self.input_layernorm = nn.RMSNorm(width, eps)
        self.post_attention_layernorm = nn.RMSNorm(width, eps)

    def forward(self, x: Tensor, cosines: Tensor, sines: Tensor) -> Tensor:
        x = x + self.self_attn(self.input_layernorm(x), cosines, sines)
        made: Tensor = x + self.mlp(self.post_attention_layernorm(x))
        return made


class Llama(nn.Module):
    """Grattafiori et al. (2024), section 3.2."""

    def __init__(
        self,
        vocabulary: int,
        width: int,
        layers: int,
        heads: int,
        kv_heads: int,
        hidden: int,
        base: float = 500000.0,
        eps: float = 1e-5,
        stretch: float = 1.0,
        tied: bool = False,
    ) -> None:
        super().__init__()
        size = width // heads
        turns = [base ** (-2 * i / size) for i in range(size // 2)]
        self.model = nn.ModuleDict()
        self.model.register_buffer(
            "inv_freq",
            torch.tensor([slow_turns_stretched(turn, stretch) for turn in turns]),
            persistent=False,
        )
        self.model["embed_tokens"] = embedding = nn.Embedding(vocabulary, width)
        self.layers = [Layer(width, heads, kv_heads, hidden, eps) for _ in range(layers)]
        self.model["layers"] = nn.ModuleList(self.layers)
        self.model["norm"] = nn.RMSNorm(width, eps)
        self.lm_head = nn.Linear(width, vocabulary, bias=False)
        if tied:
            self.lm_head.weight = embedding.weight
        for module in self.modules():
            is_tied = tied and module is self.lm_head
            if isinstance(module, nn.Embedding | nn.Linear) and not is_tied:
                nn.init.normal_(module.weight, std=0.02)

    def forward(self, input_ids: Tensor) -> Tensor:
        places = torch.arange(input_ids.shape[1]).float()
        angles: Tensor = places[:, None] * self.model.get_buffer("inv_freq")
        angles = torch.cat((angles, angles), -1)
        x: Tensor = self.model["embed_tokens"](input_ids)
        for layer in self.layers:
            x = layer(x, angles.cos(), angles.sin())
        made: Tensor = self.lm_head(self.model["norm"](x))
        return made
