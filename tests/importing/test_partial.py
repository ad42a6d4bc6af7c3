"""Of a module that cannot be said, the largest parts that can be."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

import archc
from archc.cli.commands.import_ import import_


class Dense(nn.Module):
    """A layer that is sayable, of a class whose instances differ."""

    def __init__(self, ins: int, outs: int, act: type[nn.Module]) -> None:
        super().__init__()
        self.linear = nn.Linear(ins, outs)
        self.act = act()

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.act(self.linear(x))
        return y


class Choosing(nn.Module):
    """What it does hangs on the elements of a tensor; what is in it does not."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Sequential(Dense(4, 8, nn.ReLU), Dense(8, 8, nn.ReLU))
        self.second = nn.Sequential(Dense(4, 8, nn.GELU), Dense(8, 8, nn.GELU))
        self.unread = nn.Linear(1, 1)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.first(x) if x.sum() > 100 else self.second(x) + self.first(x)
        return y


class Net(nn.Module):
    """Equal parts in a list that is never called, and one that cannot be said between them."""

    def __init__(self) -> None:
        super().__init__()
        self.parts = nn.ModuleList([nn.Sequential(nn.Linear(4, 4), nn.ReLU()) for _ in range(3)])
        self.choosing = Choosing()
        self.head = nn.Sequential(nn.Linear(8, 3), nn.Softmax(-1))

    def forward(self, x: Tensor, scale: float = 1.0) -> Tensor:
        for part in self.parts:
            x = part(x) * scale
        y: Tensor = self.head(self.choosing(x))
        return y


def made() -> nn.Module:
    return Net()


def test_the_largest_parts_are_models_of_one_text() -> None:
    net = Net()
    text = archc.parts_of_module(net, ["2x4"])
    found = {part.model: part.paths for part in text.report.parts}
    assert found == {
        "parts_0": ("parts.0", "parts.1", "parts.2"),
        "choosing_first": ("choosing.first",),
        "choosing_second": ("choosing.second",),
        "head": ("head",),
    }
    assert [path for path, _ in text.report.rest] == ["", "choosing"]
    assert all("hangs on the elements" in reason for _, reason in text.report.rest)
    assert all(part.report.proofs for part in text.report.parts)
    shown = str(text.report)
    assert "not choosing: what is done hangs" in shown and "choosing_first: choosing.first" in shown


def test_blocks_of_one_name_that_differ_are_two() -> None:
    """Each model is what its part is, with the part's weights, also beside the others."""
    net = Net().eval()
    text = archc.parts_of_module(net, ["2x4"])
    x = torch.rand(3, 4)
    for part in text.report.parts:
        for path in part.paths:
            theirs = net.get_submodule(path)
            ours = archc.loads(text, part.model, weights=dict(theirs.state_dict())).eval()
            given = x if path != "head" else torch.rand(3, 8)
            assert torch.equal(ours(given), theirs(given))


def test_what_can_be_said_whole_is_one_model() -> None:
    text = archc.parts_of_module(Net().head, ["2x8"], "head")
    assert [part.paths for part in text.report.parts] == [("",)]
    assert text.report.rest == ()


class Lonely(nn.Module):
    """One layer, and a choice."""

    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(4, 4)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.linear(x)
        return y if y.sum() > 0 else -y


def test_where_no_part_can_be_said_there_is_no_text() -> None:
    with pytest.raises(archc.ImportRefusedError, match="no part of Lonely can be imported: what"):
        archc.parts_of_module(Lonely(), ["2x4"])


def test_the_command_says_what_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from archc.importing.whole import Given

    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(Path(__file__).parent))
    given = [Given(None, (2, 4), "float32")]
    assert import_("test_partial.made", given, {}, "parts.arch", partial=True) == 0
    assert "not all of it: what is done hangs" in capsys.readouterr().err
    assert archc.check("parts.arch").ok
