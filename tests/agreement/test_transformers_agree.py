"""Language models, and CLIP, against transformers, with random weights: outputs and gradients."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import pytest
import torch
import transformers
from observing import randomise, words
from printing import built
from shipped import EXAMPLES
from torch import Tensor, nn

import archc

LENGTHS = (1, 7, 24)


class Twin(NamedTuple):
    """An example, its settings, what transformers has of the same, and what each is asked for."""

    example: str
    settings: Mapping[str, Any]
    theirs: Callable[[], nn.Module]
    inputs: Mapping[str, int]
    """By name, the number of words of each input."""

    outputs: tuple[str, ...] = ("logits",)
    tied: tuple[str, ...] = ()
    """Keys that they have twice or more."""

    images: Mapping[str, tuple[int, ...]] = {}
    """By name, the shape of each input of floats."""


def _gpt2() -> nn.Module:
    config = transformers.GPT2Config(
        vocab_size=50, n_embd=24, n_layer=3, n_head=4, n_positions=40, attn_pdrop=0.0
    )
    return transformers.GPT2LMHeadModel(config)


def _bert() -> nn.Module:
    config = transformers.BertConfig(
        vocab_size=50, hidden_size=24, num_hidden_layers=3, num_attention_heads=4,
        intermediate_size=40, max_position_embeddings=40, type_vocab_size=3,
        attention_probs_dropout_prob=0.0,
    )  # fmt: skip
    return transformers.BertModel(config)


def _llama(*, layers: int, width: int, heads: int, kv_heads: int, **more: Any) -> nn.Module:
    config = transformers.LlamaConfig(
        vocab_size=50, hidden_size=width, num_hidden_layers=layers, num_attention_heads=heads,
        num_key_value_heads=kv_heads, intermediate_size=40, rms_norm_eps=1e-5, **more,
    )  # fmt: skip
    return transformers.LlamaForCausalLM(config)


def _t5() -> nn.Module:
    config = transformers.T5Config(
        vocab_size=50, d_model=24, num_layers=3, num_heads=4, d_kv=8, d_ff=40,
        relative_attention_num_buckets=8, relative_attention_max_distance=20,
    )  # fmt: skip
    return transformers.T5ForConditionalGeneration(config)


def _clip() -> nn.Module:
    text = {
        "vocab_size": 50, "hidden_size": 24, "num_hidden_layers": 3, "num_attention_heads": 4,
        "intermediate_size": 96, "max_position_embeddings": 30, "eos_token_id": 2,
    }  # fmt: skip
    image = {
        "image_size": 32, "patch_size": 8, "hidden_size": 16, "num_hidden_layers": 2,
        "num_attention_heads": 2, "intermediate_size": 64,
    }  # fmt: skip
    return transformers.CLIPModel(
        transformers.CLIPConfig(text_config=text, vision_config=image, projection_dim=12)
    )


SMALL = {"vocabulary": 50, "width": 24, "layers": 3, "heads": 4}
STRETCHED = {
    "rope_type": "llama3", "rope_theta": 500000.0, "factor": 8.0, "low_freq_factor": 1.0,
    "high_freq_factor": 4.0, "original_max_position_embeddings": 8192,
}  # fmt: skip
TWINS = [
    Twin("gpt2", {**SMALL, "places": 40}, _gpt2, {"input_ids": 50}),
    Twin(
        "bert_base",
        {**SMALL, "hidden": 40, "places": 40, "segments": 3},
        _bert,
        {"input_ids": 50, "token_type_ids": 3},
        ("last_hidden_state", "pooler_output"),
    ),
    Twin(
        "llama",
        {"vocabulary": 50, "width": 32, "layers": 3, "heads": 4, "kv_heads": 2, "hidden": 40},
        lambda: _llama(
            layers=3, width=32, heads=4, kv_heads=2,
            rope_parameters={"rope_type": "default", "rope_theta": 500000.0},
        ),
        {"input_ids": 50},
    ),
    Twin(
        "llama3_1b",
        {"vocabulary": 50, "width": 48, "layers": 2, "heads": 3, "kv_heads": 1, "hidden": 40}
        | {"stretch": 8.0, "tied": True},
        lambda: _llama(
            layers=2, width=48, heads=3, kv_heads=1, tie_word_embeddings=True,
            rope_parameters=STRETCHED,
        ),
        {"input_ids": 50},
    ),
    Twin(
        "t5_small",
        {**SMALL, "size": 8, "hidden": 40, "buckets": 8, "distance": 20},
        _t5,
        {"input_ids": 50, "decoder_input_ids": 50},
        tied=("encoder.embed_tokens.weight", "decoder.embed_tokens.weight"),
    ),
    Twin(
        "clip_vit_b_32",
        {"image_size": 32, "patch": 8, "vision_width": 16, "vision_layers": 2, "vision_heads": 2}
        | {"vocabulary": 50, "places": 30, "text_width": 24, "text_layers": 3, "text_heads": 4}
        | {"projection": 12},
        _clip,
        {"input_ids": 50},
        ("logits_per_image", "logits_per_text", "text_embeds", "image_embeds"),
        images={"pixel_values": (2, 3, 32, 32)},
    ),
]  # fmt: skip


def outputs(
    model: nn.Module, inputs: Mapping[str, Tensor], wanted: tuple[str, ...]
) -> list[Tensor]:
    made = model(**inputs)
    if isinstance(made, Tensor):
        return [made]
    return [getattr(made, name) for name in wanted]


@pytest.mark.parametrize("twin", TWINS, ids=lambda twin: twin.example)
@pytest.mark.parametrize("how", ["live", "printed"])
def test_it_is_the_model_of_transformers(twin: Twin, how: str) -> None:
    path = EXAMPLES / f"{twin.example}.arch"
    settings = {**twin.settings}
    ours = (
        archc.load(path, settings=settings)
        if how == "live"
        else built(archc.source(path, settings=settings))
    )
    theirs = twin.theirs().eval()
    randomise(theirs)
    weights = {key: value for key, value in theirs.state_dict().items() if key not in twin.tied}
    assert list(ours.state_dict()) == list(weights)
    ours.eval().load_state_dict(weights)
    for length in LENGTHS:
        inputs = {name: words(many, 2, length) for name, many in twin.inputs.items()}
        inputs |= {name: torch.randn(shape) for name, shape in twin.images.items()}
        made = outputs(ours, inputs, twin.outputs)
        wanted = outputs(theirs, inputs, twin.outputs)
        # They scale before they multiply, or add in another order: equal up to rounding.
        torch.testing.assert_close(made, wanted, rtol=1e-5, atol=1e-5)
        found = [gradients(model, each) for model, each in ((ours, made), (theirs, wanted))]
        torch.testing.assert_close(found[0], found[1], rtol=1e-4, atol=1e-4)


def gradients(model: nn.Module, made: list[Tensor]) -> dict[str, Tensor]:
    """Those of each parameter, for a loss that depends on all outputs."""
    named = dict(model.named_parameters())
    loss = torch.stack([output.square().mean() for output in made]).sum()
    return dict(zip(named, torch.autograd.grad(loss, list(named.values())), strict=True))
