"""T5 in plain torch, with the names that Hugging Face gives what it is made of."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn


def buckets_of(ahead: Tensor, count: int, distance: int, *, causal: bool) -> Tensor:
    """Raffel et al. (2020), section 2.1: small distances one by one, then growing bins."""
    found = torch.zeros_like(ahead)
    if causal:
        far = -torch.clamp(ahead, max=0)
    else:
        count //= 2
        found = (ahead > 0).long() * count
        far = ahead.abs()
    exact = count // 2
    grown = (far.clamp(min=exact).float() / exact).log() / math.log(distance / exact)
    binned = (exact + (grown * (count - exact)).long()).clamp(max=count - 1)
    return torch.where(far < exact, far, binned) + found


class Attention(nn.Module):
    """Products are not scaled; how far apart two words are may count."""

    def __init__(self, width: int, heads: int, size: int, p: float, bins: int = 0) -> None:
        super().__init__()
        self.q, self.k, self.v = (nn.Linear(width, heads * size, bias=False) for _ in range(3))
        self.o = nn.Linear(heads * size, width, bias=False)
        if bins:
            self.relative_attention_bias = nn.Embedding(bins, heads)
        self.heads, self.p = heads, p

    def biases(self, length: int, distance: int, *, causal: bool) -> Tensor:
        places = torch.arange(length)
        ahead = places[None] - places[:, None]
        count = self.relative_attention_bias.num_embeddings
        bins = buckets_of(ahead, count, distance, causal=causal)
        bias: Tensor = self.relative_attention_bias(bins).permute(2, 0, 1)[None]
        return bias.masked_fill(ahead > 0, -math.inf) if causal else bias

    def forward(self, x: Tensor, memory: Tensor, bias: Tensor | None) -> Tensor:
        given = ((self.q, x), (self.k, memory), (self.v, memory))
        query, key, value = (
            layer(each).unflatten(-1, (self.heads, -1)).transpose(1, 2) for layer, each in given
        )
        scores = query @ key.transpose(2, 3)
        scores = (scores if bias is None else scores + bias).softmax(-1)
        scores = nn.functional.dropout(scores, self.p, self.training)
        made: Tensor = self.o((scores @ value).transpose(1, 2).flatten(2))
        return made


class Attending(nn.Module):
    """A norm, attention, and a sum."""

    def __init__(self, kind: str, attention: Attention, width: int, p: float) -> None:
        super().__init__()
        self.add_module(kind, attention)
        self.attention = (attention,)  # in a tuple, so that it has no second key
        self.layer_norm = nn.RMSNorm(width, 1e-6)
        self.dropout = nn.Dropout(p)

    def forward(self, x: Tensor, memory: Tensor | None, bias: Tensor | None) -> Tensor:
        seen = self.layer_norm(x)
        made: Tensor = x + self.dropout(
            self.attention[0](seen, seen if memory is None else memory, bias)
        )
        return made


class Forward(nn.Module):
    """A norm, two layers, and a sum."""

    def __init__(self, width: int, hidden: int, p: float) -> None:
        super().__init__()
        self.DenseReluDense = nn.ModuleDict(
            {
                "wi": nn.Linear(width, hidden, bias=False),
                "wo": nn.Linear(hidden, width, bias=False),
            }
        )
        self.layer_norm = nn.RMSNorm(width, 1e-6)
        self.inner, self.outer = nn.Dropout(p), nn.Dropout(p)

    def forward(self, x: Tensor) -> Tensor:
        dense = self.DenseReluDense
        seen = self.inner(dense["wi"](self.layer_norm(x)).relu())
        made: Tensor = x + self.outer(dense["wo"](seen))
        return made


class Stack(nn.Module):
    """Encoder or decoder; the first layer says how much distances count, for all of them."""

    def __init__(
        self,
        width: int,
        layers: int,
        heads: int,
        size: int,
        hidden: int,
        buckets: int,
        distance: int,
        p: float,
        decodes: bool,
    ) -> None:
        super().__init__()
        self.first: tuple[Attention, ...] = ()
        self.parts: list[list[nn.Module]] = []
        for i in range(layers):
            own = Attention(width, heads, size, p, 0 if i else buckets)
            self.first = self.first or (own,)  # in a tuple, so that it has no second key
            parts: list[nn.Module] = [Attending("SelfAttention", own, width, p)]
            if decodes:
                asking = Attention(width, heads, size, p)
                parts.append(Attending("EncDecAttention", asking, width, p))
            self.parts.append([*parts, Forward(width, hidden, p)])
        self.block = nn.ModuleList(
            nn.ModuleDict({"layer": nn.ModuleList(parts)}) for parts in self.parts
        )
        self.final_layer_norm = nn.RMSNorm(width, 1e-6)
        self.dropout = nn.Dropout(p)
        self.distance, self.decodes = distance, decodes

    def forward(self, x: Tensor, memory: Tensor | None = None) -> Tensor:
        x = self.dropout(x)
        bias = self.first[0].biases(x.shape[1], self.distance, causal=self.decodes)
        for own, *others in self.parts:
            x = own(x, None, bias)
            for other in others[:-1]:
                x = other(x, memory, None)
            x = others[-1](x)
        made: Tensor = self.dropout(self.final_layer_norm(x))
        return made


class T5(nn.Module):
    """Raffel et al. (2020), section 2.1; initial weights as their code has them."""

    def __init__(
        self,
        vocabulary: int,
        width: int,
        layers: int,
        heads: int,
        size: int,
        hidden: int,
        buckets: int,
        distance: int,
        p: float,
    ) -> None:
        super().__init__()
        self.shared = nn.Embedding(vocabulary, width)
        given = (width, layers, heads, size, hidden, buckets, distance, p)
        self.encoder = Stack(*given, decodes=False)
        self.decoder = Stack(*given, decodes=True)
        self.lm_head = nn.Linear(width, vocabulary, bias=False)
        self.lm_head.weight = self.shared.weight
        deviations = {
            "shared": 1.0,
            "q": (width * size) ** -0.5,
            "o": (heads * size) ** -0.5,
            "wo": hidden**-0.5,
            **dict.fromkeys(("k", "v", "wi", "relative_attention_bias"), width**-0.5),
        }
        for path, module in self.named_modules():
            deviation = deviations.get(path.rpartition(".")[2])
            if deviation is not None and isinstance(module, nn.Embedding | nn.Linear):
                nn.init.normal_(module.weight, std=deviation)

    def forward(self, input_ids: Tensor, decoder_input_ids: Tensor) -> Tensor:
        memory = self.encoder(self.shared(input_ids))
        x = self.decoder(self.shared(decoder_input_ids), memory)
        scores: Tensor = self.lm_head(x * self.shared.embedding_dim**-0.5)
        return scores
