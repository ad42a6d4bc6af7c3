"""Models of transformers come in by their configurations, bit by bit the same."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import archc
from archc.api.importing import described, from_callable
from archc.errors import SettingError

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
