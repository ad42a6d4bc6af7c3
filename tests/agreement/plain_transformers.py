"""Language models in plain torch, with the names that Hugging Face gives what they are made of."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class Conv1D(nn.Module):
    """A linear layer whose weight is ``[in, out]``."""

    def __init__(self, before: int, width: int, deviation: float = 0.02) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(before, width))
        nn.init.normal_(self.weight, std=deviation)
        self.bias = nn.Parameter(torch.zeros(width))

    def forward(self, x: Tensor) -> Tensor:
        return x @ self.weight + self.bias


def split(x: Tensor, heads: int) -> Tensor:
    """``[N, L, D]`` as ``[N, heads, L, D / heads]``."""
    return x.reshape(*x.shape[:2], heads, x.shape[2] // heads).transpose(1, 2)


class Attention(nn.Module):
    """No place sees one behind it."""

    def __init__(self, width: int, heads: int, p: float, last: float) -> None:
        super().__init__()
        self.c_attn = Conv1D(width, 3 * width)
        self.c_proj = Conv1D(width, width, last)
        self.resid_dropout = nn.Dropout(p)
        self.heads = heads

    def forward(self, x: Tensor) -> Tensor:
        query, key, value = (split(each, self.heads) for each in self.c_attn(x).chunk(3, 2))
        x = F.scaled_dot_product_attention(query, key, value, is_causal=True)
        made: Tensor = self.resid_dropout(self.c_proj(x.transpose(1, 2).flatten(2)))
        return made


class MLP(nn.Module):
    """Four times as wide in the middle."""

    def __init__(self, width: int, p: float, last: float) -> None:
        super().__init__()
        self.c_fc = Conv1D(width, 4 * width)
        self.c_proj = Conv1D(4 * width, width, last)
        self.dropout = nn.Dropout(p)

    def forward(self, x: Tensor) -> Tensor:
        x = F.gelu(self.c_fc(x), approximate="tanh")
        made: Tensor = self.dropout(self.c_proj(x))
        return made


class GPT2Block(nn.Module):
    """Radford et al. (2019), section 2.3: norms before what they are for."""

    def __init__(self, width: int, heads: int, p: float, last: float) -> None:
        super().__init__()
        self.ln_1 = nn.LayerNorm(width)
        self.attn = Attention(width, heads, p, last)
        self.ln_2 = nn.LayerNorm(width)
        self.mlp = MLP(width, p, last)

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.attn(self.ln_1(x))
        made: Tensor = x + self.mlp(self.ln_2(x))
        return made


class Transformer(nn.Module):
    """Words and places, added; layers; and a last norm.

    The weights of layers that are added to a sum begin smaller by the root of how many there are.
    """

    def __init__(
        self, vocabulary: int, width: int, layers: int, heads: int, places: int, p: float
    ) -> None:
        super().__init__()
        last = 0.02 / (2 * layers) ** 0.5
        self.register_buffer("position_ids", torch.arange(places)[None], persistent=False)
        self.wte, self.wpe = nn.Embedding(vocabulary, width), nn.Embedding(places, width)
        self.drop = nn.Dropout(p)
        self.h = nn.Sequential(*(GPT2Block(width, heads, p, last) for _ in range(layers)))
        self.ln_f = nn.LayerNorm(width)

    def forward(self, words: Tensor) -> Tensor:
        places = self.get_buffer("position_ids")[:, : words.shape[1]]
        x: Tensor = self.drop(self.wte(words) + self.wpe(places))
        made: Tensor = self.ln_f(self.h(x))
        return made


class GPT2(nn.Module):
    """Radford et al. (2019), section 2.3: words are scored by their own vectors."""

    def __init__(
        self, vocabulary: int, width: int, layers: int, heads: int, places: int, p: float
    ) -> None:
        super().__init__()
        self.transformer = Transformer(vocabulary, width, layers, heads, places, p)
        self.lm_head = nn.Linear(width, vocabulary, bias=False)
        self.lm_head.weight = self.transformer.wte.weight
        for embedding in (self.transformer.wte, self.transformer.wpe):
            nn.init.normal_(embedding.weight, std=0.02)

    def forward(self, input_ids: Tensor) -> Tensor:
        scores: Tensor = self.lm_head(self.transformer(input_ids))
        return scores


class Embeddings(nn.Module):
    """Devlin et al. (2018), figure 2: a word, its sentence and its place, added."""

    def __init__(self, vocabulary: int, width: int, places: int, segments: int, p: float) -> None:
        super().__init__()
        self.register_buffer("position_ids", torch.arange(places)[None], persistent=False)
        self.word_embeddings = nn.Embedding(vocabulary, width, padding_idx=0)
        self.position_embeddings = nn.Embedding(places, width)
        self.token_type_embeddings = nn.Embedding(segments, width)
        self.LayerNorm = nn.LayerNorm(width, eps=1e-12)
        self.p = p

    def forward(self, words: Tensor, sentences: Tensor) -> Tensor:
        places = self.get_buffer("position_ids")[:, : words.shape[1]]
        x = self.word_embeddings(words) + self.token_type_embeddings(sentences)
        x = self.LayerNorm(x + self.position_embeddings(places))
        return F.dropout(x, self.p, self.training)


class SelfAttention(nn.Module):
    """Queries, keys and values of all heads."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.query, self.key, self.value = (nn.Linear(width, width) for _ in range(3))
        self.heads = heads

    def forward(self, x: Tensor) -> Tensor:
        layers = (self.query, self.key, self.value)
        query, key, value = (split(layer(x), self.heads) for layer in layers)
        return F.scaled_dot_product_attention(query, key, value).transpose(1, 2).flatten(2)


class Output(nn.Module):
    """What is added to what was there, and the norm behind that."""

    def __init__(self, before: int, width: int, p: float) -> None:
        super().__init__()
        self.dense = nn.Linear(before, width)
        self.LayerNorm = nn.LayerNorm(width, eps=1e-12)
        self.p = p

    def forward(self, x: Tensor, before: Tensor) -> Tensor:
        made: Tensor = self.LayerNorm(F.dropout(self.dense(x), self.p, self.training) + before)
        return made


class BertLayer(nn.Module):
    """Vaswani et al. (2017), section 3.1, with GELU."""

    def __init__(self, width: int, heads: int, hidden: int, p: float) -> None:
        super().__init__()
        self.attention = nn.ModuleDict(
            {"self": SelfAttention(width, heads), "output": Output(width, width, p)}
        )
        self.intermediate = nn.ModuleDict({"dense": nn.Linear(width, hidden)})
        self.output = Output(hidden, width, p)

    def forward(self, x: Tensor) -> Tensor:
        x = self.attention["output"](self.attention["self"](x), x)
        made: Tensor = self.output(F.gelu(self.intermediate["dense"](x)), x)
        return made


class Encoded(NamedTuple):
    """What BERT gives."""

    last_hidden_state: Tensor
    pooler_output: Tensor


class Bert(nn.Module):
    """Devlin et al. (2018), section 3."""

    def __init__(
        self,
        vocabulary: int,
        width: int,
        layers: int,
        heads: int,
        hidden: int,
        places: int,
        segments: int,
        p: float,
    ) -> None:
        super().__init__()
        self.embeddings = Embeddings(vocabulary, width, places, segments, p)
        each = (BertLayer(width, heads, hidden, p) for _ in range(layers))
        self.encoder = nn.ModuleDict({"layer": nn.Sequential(*each)})
        self.pooler = nn.ModuleDict({"dense": nn.Linear(width, width)})
        for module in self.modules():
            if isinstance(module, nn.Linear | nn.Embedding):
                nn.init.normal_(module.weight, std=0.02)
            if isinstance(module, nn.Linear):
                nn.init.zeros_(module.bias)

    def forward(self, input_ids: Tensor, token_type_ids: Tensor) -> Encoded:
        x = self.encoder["layer"](self.embeddings(input_ids, token_type_ids))
        return Encoded(x, self.pooler["dense"](x[:, 0]).tanh())
