"""What the tests of weights work with: a small network with a head, in a folder of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest
import torch
from torch import Tensor, nn

import archc

TEXT = """\
arch 1

model net(classes = 10, width = 8) {
  input image: [N, 3, H = 16, W = 16]
  features: { conv(width, 3) -> batch_norm -> relu -> conv(width, 3) }
  global_avg_pool -> flatten
  head: linear(classes)
}
"""

State: TypeAlias = dict[str, Tensor]
Net: TypeAlias = Callable[..., nn.Module]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in, with ``net.arch``."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "net.arch").write_text(TEXT, "utf-8")
    return tmp_path


@pytest.fixture
def net(folder: Path) -> Net:
    """``net(seed, classes=…)``: the network with random numbers in every entry."""

    def make(seed: int = 0, **settings: int) -> nn.Module:
        made = archc.load("net.arch", settings=settings)
        generator = torch.Generator().manual_seed(seed)
        with torch.no_grad():
            for tensor in made.state_dict().values():
                if tensor.is_floating_point():
                    tensor.uniform_(0.1, 1, generator=generator)
                else:
                    tensor.random_(1, 100, generator=generator)
        return made

    return make
