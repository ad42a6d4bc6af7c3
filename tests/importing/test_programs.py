"""Programs of torch.export come in as text with their modules, and train as these did."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from test_onnx_files import Encoder, Small
from torch import Tensor, nn

import archc


class Dropping(nn.Module):
    """What is another thing in training: a dropout beside a norm."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(nn.Linear(4, 8), nn.LayerNorm(8), nn.Dropout(0.5), nn.GELU())

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.body(x)
        return y


def saved(net: nn.Module, given: Tensor, path: Path, *open_: int) -> Path:
    """A file of a program, with axes that are left open."""
    free = dict.fromkeys(open_, torch.export.Dim.AUTO)
    torch.export.save(torch.export.export(net.eval(), (given,), dynamic_shapes=(free,)), path)
    return path


def agree(text: archc.FileText, net: nn.Module, given: Tensor) -> None:
    made = archc.loads(text, weights=dict(text.weights)).eval()
    with torch.no_grad():
        torch.testing.assert_close(made(given), net(given), rtol=1e-5, atol=1e-6)


def test_a_program_has_the_blocks_and_keys_of_its_module(tmp_path: Path) -> None:
    net = Small()
    text = archc.from_program(saved(net, torch.rand(2, 3, 16, 16), tmp_path / "net.pt2", 0, 2, 3))
    assert "block Residual(" in text and "bn1: batch_norm" in text
    assert list(text.weights) == list(net.state_dict())
    assert text.report.variables == ("H", "N", "W")
    assert {"train outputs", "running state"} <= set(text.report.proofs[0].checks)
    agree(text, net, torch.rand(3, 3, 20, 24))


def test_attention_of_a_program_is_read(tmp_path: Path) -> None:
    net = Encoder()
    text = archc.from_program(saved(net, torch.randint(20, (2, 6)), tmp_path / "net.pt2", 0))
    assert text.count("block Attending") == 1 and "repeat 2" in text
    agree(text, net, torch.randint(20, (5, 6)))


def test_a_dropout_of_an_evaluation_does_nothing(tmp_path: Path) -> None:
    net = Dropping()
    text = archc.from_program(saved(net, torch.rand(2, 4), tmp_path / "net.pt2"))
    assert "dropout" not in text and "input x: [2, 4]" in text
    agree(text, net, torch.rand(2, 4))


def test_what_is_no_program_says_so(tmp_path: Path) -> None:
    file = tmp_path / "net.pt2"
    file.write_bytes(b"nothing")
    with pytest.raises(archc.ImportRefusedError, match=r"net\.pt2 cannot be imported: torch"):
        archc.from_program(file)
    with pytest.raises(archc.SettingError, match="there is no file"):
        archc.from_program(tmp_path / "gone.pt2")
