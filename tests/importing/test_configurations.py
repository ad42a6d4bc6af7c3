"""Models of transformers come in by their configurations, bit by bit the same."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import archc
from archc.api.importing import described, from_callable
from archc.errors import SettingError
from imports import run, targets

TEXT: dict[str, Any] = {
    "vocab_size": 50,
    "hidden_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 24,
    "max_position_embeddings": 256,
}


def test_a_configuration_of_bert(tmp_path: Path) -> None:
    path = tmp_path / "bert.json"
    path.write_text(json.dumps({"model_type": "bert", **TEXT}), "utf-8")
    text = from_callable(f"hf:{path}", [described("ids=1x8:int64")], {"num_hidden_layers": 3})
    assert text.report.variables == ("L", "N")
    assert "model bert() {" in text
    for proof in text.report.proofs:
        assert {"keys", "eval outputs", "train outputs", "gradients"} <= set(proof.checks)
    assert archc.check(archc.Source("bert.arch", str(text))).ok
    assert archc.format(str(text)) == text
    state = archc.loads(text).state_dict()
    assert state["encoder.layer.2.attention.self.query.weight"].shape == (16, 16)


@pytest.mark.parametrize("said", ["[1", '{"hidden_size": 3}', "[]"])
def test_a_file_that_is_no_configuration(tmp_path: Path, said: str) -> None:
    path = tmp_path / "config.json"
    path.write_text(said, "utf-8")
    with pytest.raises(SettingError, match=r"config\.json"):
        from_callable(f"hf:{path}", [], {})


PROVEN = (
    *("Bert", "GPT2", "Llama", "ViT", "DistilBert", "Roberta", "Electra", "OPT", "GPTNeoX"),
    *(
        "Mistral",
        "Qwen2",
        "Phi",
        "Gemma",
        "Albert",
        "DebertaV2",
        "ConvNext",
        "CLIPVision",
        "ResNet",
        "DeiT",
    ),
)


@pytest.mark.every_size
@pytest.mark.parametrize("name", PROVEN)
def test_a_small_model_of_each_type(name: str) -> None:
    (target,) = [each for each in targets() if (each.library, each.name) == ("transformers", name)]
    found = run(target, None)
    assert not found.reason
    assert found.sizes == 3


@pytest.mark.every_size
def test_a_gradient_of_its_own_is_named() -> None:
    (target,) = [each for each in targets() if each.name == "Bloom"]
    said = run(target, None).reason
    assert "GeLUFunction has a gradient of its own in h.0.mlp.gelu_impl" in said
    assert "modeling_bloom.py:" in said
