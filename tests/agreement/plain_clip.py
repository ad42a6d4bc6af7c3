"""CLIP's two towers in plain torch, with the names that Hugging Face gives their parts."""

from __future__ import annotations

from typing import NamedTuple

import torch
from plain_transformers import split
from torch import Tensor, nn
from torch.nn import functional as F


class Attention(nn.Module):
    def __init__(self, width: int, heads: int, causal: bool) -> None:
        super().__init__()
        self.k_proj = nn.Linear(width, width)
        self.v_proj = nn.Linear(width, width)
        self.q_proj = nn.Linear(width, width)
        self.out_proj = nn.Linear(width, width)
        self.heads, self.causal = heads, causal

    def forward(self, x: Tensor) -> Tensor:
        keys, values = split(self.k_proj(x), self.heads), split(self.v_proj(x), self.heads)
        queries = split(self.q_proj(x), self.heads)
        x = F.scaled_dot_product_attention(queries, keys, values, is_causal=self.causal)
        mixed: Tensor = self.out_proj(x.transpose(1, 2).flatten(2))
        return mixed


class MLP(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.fc1 = nn.Linear(width, 4 * width)
        self.fc2 = nn.Linear(4 * width, width)

    def forward(self, x: Tensor) -> Tensor:
        x = self.fc1(x)
        made: Tensor = self.fc2(x * torch.sigmoid(x * 1.702))
        return made


class Layer(nn.Module):
    def __init__(self, width: int, heads: int, layers: int, causal: bool) -> None:
        super().__init__()
        self.self_attn = Attention(width, heads, causal)
        self.layer_norm1 = nn.LayerNorm(width)
        self.mlp = MLP(width)
        self.layer_norm2 = nn.LayerNorm(width)
        attention, inner = self.self_attn, (2 * layers * width) ** -0.5
        for made in (attention.k_proj, attention.v_proj, attention.q_proj):
            nn.init.normal_(made.weight, std=inner)
        nn.init.normal_(attention.out_proj.weight, std=width**-0.5)
        nn.init.normal_(self.mlp.fc1.weight, std=(2 * width) ** -0.5)
        nn.init.normal_(self.mlp.fc2.weight, std=inner)

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.self_attn(self.layer_norm1(x))
        made: Tensor = x + self.mlp(self.layer_norm2(x))
        return made


class Encoder(nn.Module):
    def __init__(self, width: int, heads: int, layers: int, causal: bool) -> None:
        super().__init__()
        made = [Layer(width, heads, layers, causal) for _ in range(layers)]
        self.layers = nn.ModuleList(made)

    def forward(self, x: Tensor) -> Tensor:
        for layer in self.layers:
            x = layer(x)
        return x


class TextEmbeddings(nn.Module):
    def __init__(self, vocabulary: int, places: int, width: int) -> None:
        super().__init__()
        self.token_embedding = nn.Embedding(vocabulary, width)
        self.position_embedding = nn.Embedding(places, width)
        self.register_buffer("position_ids", torch.arange(places)[None], persistent=False)

    def forward(self, ids: Tensor) -> Tensor:
        places = self.get_buffer("position_ids")[:, : ids.shape[1]]
        made: Tensor = self.token_embedding(ids) + self.position_embedding(places)
        return made


class Texts(nn.Module):
    def __init__(self, vocabulary: int, places: int, width: int, layers: int, heads: int) -> None:
        super().__init__()
        self.embeddings = TextEmbeddings(vocabulary, places, width)
        self.encoder = Encoder(width, heads, layers, causal=True)
        self.final_layer_norm = nn.LayerNorm(width)

    def forward(self, ids: Tensor) -> Tensor:
        x: Tensor = self.final_layer_norm(self.encoder(self.embeddings(ids)))
        ends = ids.argmax(1, keepdim=True).unsqueeze(2).expand(-1, 1, x.shape[2])
        return x.gather(1, ends).squeeze(1)


class ImageEmbeddings(nn.Module):
    def __init__(self, size: int, patch: int, width: int) -> None:
        super().__init__()
        self.class_embedding = nn.Parameter(torch.empty(width).normal_(std=width**-0.5))
        self.patch_embedding = nn.Conv2d(3, width, patch, patch, bias=False)
        places = (size // patch) ** 2 + 1
        self.position_embedding = nn.Embedding(places, width)
        self.register_buffer("position_ids", torch.arange(places)[None], persistent=False)

    def forward(self, image: Tensor) -> Tensor:
        patches = self.patch_embedding(image).flatten(2).transpose(1, 2)
        first = self.class_embedding.expand(image.shape[0], 1, -1)
        places: Tensor = self.position_embedding(self.get_buffer("position_ids"))
        return torch.cat([first, patches], dim=1) + places


class Images(nn.Module):
    def __init__(self, size: int, patch: int, width: int, layers: int, heads: int) -> None:
        super().__init__()
        self.embeddings = ImageEmbeddings(size, patch, width)
        self.pre_layrnorm = nn.LayerNorm(width)
        self.encoder = Encoder(width, heads, layers, causal=False)
        self.post_layernorm = nn.LayerNorm(width)

    def forward(self, image: Tensor) -> Tensor:
        x = self.encoder(self.pre_layrnorm(self.embeddings(image)))
        made: Tensor = self.post_layernorm(x[:, 0])
        return made


class Compared(NamedTuple):
    logits_per_image: Tensor
    logits_per_text: Tensor
    text_embeds: Tensor
    image_embeds: Tensor


class CLIP(nn.Module):
    """Texts and images in one space, by the cosines of all pairs."""

    def __init__(
        self,
        image_size: int,
        patch: int,
        vision_width: int,
        vision_layers: int,
        vision_heads: int,
        vocabulary: int,
        places: int,
        text_width: int,
        text_layers: int,
        text_heads: int,
        projection: int,
    ) -> None:
        super().__init__()
        self.logit_scale = nn.Parameter(torch.tensor(2.6592))
        self.text_model = Texts(vocabulary, places, text_width, text_layers, text_heads)
        self.vision_model = Images(image_size, patch, vision_width, vision_layers, vision_heads)
        self.visual_projection = nn.Linear(vision_width, projection, bias=False)
        self.text_projection = nn.Linear(text_width, projection, bias=False)
        for module in self.modules():
            if isinstance(module, nn.Embedding | nn.Conv2d):
                nn.init.normal_(module.weight, std=0.02)
            if isinstance(module, nn.Linear) and module.bias is not None:
                nn.init.zeros_(module.bias)
        nn.init.normal_(self.visual_projection.weight, std=vision_width**-0.5)
        nn.init.normal_(self.text_projection.weight, std=text_width**-0.5)

    def forward(self, input_ids: Tensor, pixel_values: Tensor) -> Compared:
        images = self.visual_projection(self.vision_model(pixel_values))
        texts = self.text_projection(self.text_model(input_ids))
        images = images / images.norm(dim=-1, keepdim=True)
        texts = texts / texts.norm(dim=-1, keepdim=True)
        scores = texts @ images.T * self.logit_scale.exp()
        return Compared(scores.T, scores, texts, images)
