"""Structure found again: stages in other numbers, rates of their own, what does nothing gone."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn

import archc
from archc.api.importing import imported, made_by
from archc.importing.whole import Given

IMAGE = Given(None, (1, 3, 16, 16), "float32")


class Unit(nn.Module):
    def __init__(self, channels: int, width: int, stride: int = 1, rate: float = 0.0) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, width, 3, stride=stride, padding=1)
        self.drop = nn.Dropout(rate)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.drop(self.conv(x).relu())
        return out


def _unit(channels: int, width: int, number: int) -> Unit:
    return Unit(width, width) if number else Unit(channels, width, 2)


class Stage(nn.Module):
    """Stages that differ in how many units they have, of which the first halves the size."""

    def __init__(self, channels: int, width: int, depth: int) -> None:
        super().__init__()
        self.units = nn.Sequential(*[_unit(channels, width, n) for n in range(depth)])

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.units(x)
        return out


class Named(nn.Module):
    """The same with a name for each unit."""

    def __init__(self, channels: int, width: int, depth: int) -> None:
        super().__init__()
        self.depth = depth
        for n in range(depth):
            self.add_module(f"u{n + 1}", _unit(channels, width, n))

    def forward(self, x: Tensor) -> Tensor:
        for n in range(self.depth):
            x = self.get_submodule(f"u{n + 1}")(x)
        return x


class Rated(nn.Module):
    """Units with a rate each."""

    def __init__(self, width: int, rates: list[float]) -> None:
        super().__init__()
        self.units = nn.Sequential(*[Unit(width, width, rate=rate) for rate in rates])

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.units(x)
        return out


class Optional(nn.Module):
    """A residual around a body that some have alone, and that others lack with the residual."""

    def __init__(self, width: int, kind: str) -> None:
        super().__init__()
        self.kind = kind
        self.first = Unit(width, width)
        self.body = nn.Conv2d(width, width, 1) if kind != "none" else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        x = self.first(x)
        out: Tensor = x + self.body(x) if self.kind == "residual" else self.body(x)
        return out


class Grid(nn.Module):
    """Waves along the height beside waves along the width, and masks of moved windows."""

    grid: Tensor
    mask: Tensor

    def __init__(self) -> None:
        super().__init__()
        along = torch.arange(6).float()[:, None] / 7 ** torch.arange(8)
        waves = torch.cat([along.sin(), along.cos()], 1)
        grid = torch.cat([waves[:, None].expand(6, 6, 16), waves[None].expand(6, 6, 16)], 2)
        self.register_buffer("grid", grid[None], persistent=False)
        region = torch.tensor([[0] * 6, [0, 0, 0, 1, 1, 1], [0, 2, 0, 2, 0, 2]])
        far = region[:, :, None] != region[:, None]
        self.register_buffer("mask", torch.where(far, -100.0, 0.0), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        return (x[:, None, None] * self.grid).sum(-1) + self.mask.sum(0)


def stages() -> nn.Module:
    return nn.Sequential(Stage(3, 20, 1), Stage(20, 40, 2), Stage(40, 40, 5))


def named() -> nn.Module:
    return nn.Sequential(Named(3, 20, 1), Named(20, 40, 2), Named(40, 40, 5))


def rated() -> nn.Module:
    return nn.Sequential(Rated(3, [0.1, 0.2, 0.3]), Rated(3, [0.4, 0.5, 0.6, 0.7]))


def optional() -> nn.Module:
    return nn.Sequential(*[Optional(3, kind) for kind in ("residual", "plain", "none")])


def _text(name: str) -> str:
    net, shown, known = made_by(f"{__name__}:{name}", {})
    text = imported(net, [IMAGE], shown, known)
    assert text.report.form == "blocks"
    assert len(text.report.proofs) == 3
    _is_right(str(text))
    return str(text)


def _is_right(text: str) -> None:
    result = archc.check(archc.Source("net.arch", text))
    assert result.ok
    assert not result.warnings
    assert archc.format(text) == text


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("stages", "repeat depth - 1 { Unit(width) }"),
        ("named", 'for i in 2..depth { "u{i}": Unit(width) }'),
        ("rated", "for rate in rates { Unit(rate) }"),
    ],
)
def test_stages_in_other_numbers_are_a_loop(name: str, lines: str) -> None:
    text = _text(name)
    assert lines in text
    assert text.count("Unit(") <= 3  # declared, the first of a stage, the others


def test_a_residual_may_be_off_and_its_body_lacking() -> None:
    text = _text("optional")
    assert "residual if" in text
    assert text.count("block ") == 2


def test_what_does_nothing_is_left_out() -> None:
    net = nn.Sequential()
    net.add_module("conv", nn.Conv2d(3, 4, 1))
    net.add_module("nothing", nn.Identity())
    net.add_module("never", nn.Dropout(0.0))
    net.add_module("none", nn.ZeroPad2d(0))
    net.add_module("norm", nn.BatchNorm2d(4))
    text = archc.from_module(net, ["1x3x16x16"], "net")
    assert not any(word in text for word in ("identity", "dropout", "pad"))


def test_a_number_among_children_stays() -> None:
    net = nn.Sequential(nn.Conv2d(3, 4, 1), nn.Identity(), nn.BatchNorm2d(4))
    assert "conv(4, 1) -> identity -> batch_norm" in archc.from_module(net, ["1x3x8x8"], "net")


def test_tables_are_by_their_axes_and_groups() -> None:
    net = Grid()
    text = str(archc.from_module(net, ["1x32"], "grid"))
    _is_right(text)
    assert "rows[j] + rows[k]" in text
    assert "0.0 if groups[i][j] == groups[i][k] else -100.0" in text
    again: Any = archc.loads(text)
    assert torch.equal(again.grid, net.get_buffer("grid"))
    assert torch.equal(again.mask, net.get_buffer("mask"))
