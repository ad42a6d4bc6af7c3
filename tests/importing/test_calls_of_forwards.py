"""What forwards of published models do, each in a module as small as it gets."""

from __future__ import annotations

from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

import archc
from archc import from_module

EQUAL = {"keys", "shapes", "eval outputs", "train outputs", "gradients"}


class Outlook(nn.Module):
    """Windows weighed and put together again, and the greatest of all places."""

    def __init__(self) -> None:
        super().__init__()
        self.v = nn.Conv2d(3, 4, 1)
        self.unfold = nn.Unfold(3, padding=1, stride=2)

    def forward(self, x: Tensor) -> Tensor:
        windows = self.unfold(self.v(x)).softmax(1)
        image = F.fold(windows, output_size=x.shape[-2:], kernel_size=3, padding=1, stride=2)
        return image + image.flatten(2).max(2)[0][:, :, None, None]


class SamePooling(nn.Module):
    """A maximum over windows, with more room at one end than at the other."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 1)

    def forward(self, x: Tensor) -> Tensor:
        padded = F.pad(self.conv(x), (0, 1, 0, 1), mode="constant", value=-float("inf"))
        return F.max_pool2d(padded, 3, 2)


class Standardised(nn.Conv2d):
    """A convolution whose weights are brought to mean 0 and variance 1."""

    def forward(self, x: Tensor) -> Tensor:
        flat = self.weight.reshape(1, self.out_channels, -1)
        weight = F.batch_norm(flat, None, None, training=True, momentum=0.0, eps=1e-6)
        return F.conv2d(x, weight.reshape_as(self.weight), self.bias, padding=1)


class Weighed(nn.Module):
    """Each branch times one element of a vector."""

    def __init__(self) -> None:
        super().__init__()
        self.weights = nn.Parameter(torch.ones(2))
        self.heads = nn.ModuleList([nn.Conv2d(3, 4, 1), nn.Conv2d(3, 4, 3, padding=1)])

    def forward(self, x: Tensor) -> Tensor:
        weights = self.weights.softmax(-1)
        out: Tensor = weights[0] * self.heads[0](x) + weights[-1] * self.heads[1](x)
        return out


class Reverted(nn.Module):
    """Parts that are given all of a value, as a slice of it, in another order than they stand."""

    def __init__(self) -> None:
        super().__init__()
        self.reverts = nn.ModuleList(
            [nn.Sequential(nn.LayerNorm(8), nn.GELU(), nn.Linear(8, 8)) for _ in range(2)]
        )
        self.fusion = nn.ModuleList([nn.Linear(8, 8) for _ in range(2)])

    def forward(self, x: Tensor) -> Tensor:
        outs = []
        for revert, fusion in zip(self.reverts, self.fusion, strict=True):
            tmp = fusion(x[:, 0:1])
            outs += [revert(tmp[:, 0:1, ...]), tmp]
        return torch.cat((*outs, x[:, 1:]), dim=1)


class Keeping(nn.Module):
    """A buffer that is another one once the module has run."""

    def __init__(self) -> None:
        super().__init__()
        self.table: Tensor
        self.register_buffer("table", torch.zeros(1), persistent=False)
        self.seen = 0
        self.shift = nn.Parameter(torch.zeros(1))
        self.kept: dict[str, Tensor] = {}
        self.conv = nn.Conv2d(3, 4, 1)

    def forward(self, x: Tensor) -> Tensor:
        if self.table.numel() == 1:
            self.table = torch.arange(4.0).view(1, 4, 1, 1)
            self.seen = 1
        shift = self.shift * 2
        if not self.training:
            self.kept["shift"] = shift
        out: Tensor = self.conv(x) + self.table + shift
        return out


class Fusing(nn.Module):
    """Lists in a list, whose modules run by themselves."""

    def __init__(self) -> None:
        super().__init__()
        first = nn.ModuleList([nn.Conv2d(3, 3, 1), nn.Identity(), nn.Conv2d(3, 3, 3, padding=1)])
        second = nn.ModuleList([nn.Conv2d(3, 3, 1), nn.Conv2d(3, 3, 1)])
        self.fuse = nn.ModuleList([first, second])

    def forward(self, x: Tensor) -> Tensor:
        rows: list[Any] = list(self.fuse)
        y: Tensor = rows[0][1](x)
        for row in rows:
            y = row[0](y) + row[-1](x)
        return y


class Late(nn.Module):
    """A token of the model's own comes in between the modules of a list."""

    def __init__(self) -> None:
        super().__init__()
        self.token = nn.Parameter(torch.zeros(1, 1, 8))
        self.blocks = nn.ModuleList([nn.Linear(8, 8) for _ in range(3)])
        self.norm = nn.LayerNorm(8)

    def forward(self, x: Tensor) -> Tensor:
        for number, block in enumerate(self.blocks):
            if number == 2:
                x = torch.cat((self.token.expand(x.shape[0], -1, -1), x), dim=1)
            x = block(x)
        out: Tensor = self.norm(x)
        return out


class Bias(nn.Module):
    """Never called: it is asked for what its own table comes to."""

    def __init__(self) -> None:
        super().__init__()
        self.table: Tensor
        self.register_buffer("table", torch.linspace(-1, 1, 6).view(6, 1))
        self.mlp = nn.Sequential(nn.Linear(1, 8), nn.ReLU(), nn.Linear(8, 8))

    def of_places(self) -> Tensor:
        out: Tensor = self.mlp(self.table)
        return out


class Biased(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.bias = Bias()
        self.up = nn.Linear(8, 8)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.up(x) + self.bias.of_places()
        return out


class Embedding(nn.Module):
    """Gives tokens, and places that hang on sizes alone."""

    def __init__(self) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(8))

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        return x * self.scale, torch.arange(x.shape[1]).view(1, -1, 1) / 4


class Prefixed(nn.Module):
    """Tokens in front of all others, of which there are none."""

    def __init__(self) -> None:
        super().__init__()
        self.embed = Embedding()
        self.up = nn.Linear(8, 8)

    def forward(self, x: Tensor) -> Tensor:
        tokens, places = self.embed(x)
        turned = torch.cat([tokens[:, :0], tokens[:, 0:] * places], dim=1)
        out: Tensor = self.up(turned)
        return out


class Positions(nn.Module):
    """A layer whose input is a table made of the sizes, as large as the batch and lying across."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 1)
        self.project = nn.Conv2d(6, 8, 1)
        self.up = nn.Linear(6, 8)

    def forward(self, x: Tensor) -> Tensor:
        rows = torch.ones(x.shape[0], *x.shape[2:]).cumsum(1)[..., None]
        table = torch.cat([torch.sin(rows / (2.0 + k)) for k in range(6)], dim=3)
        near = self.up(table[:1].expand(x.shape[0], -1, -1, -1))
        out: Tensor = self.stem(x) + self.project(table.permute(0, 3, 1, 2)) * near.mean(
            [1, 2, 3], keepdim=True
        )
        return out


class Lying(nn.Module):
    """A sum of which the first operand says how it lies, in front of a convolution."""

    def __init__(self) -> None:
        super().__init__()
        self.f = nn.Conv2d(3, 33, 1)
        self.norm = nn.LayerNorm(33)
        self.h = nn.Conv2d(33, 65, 3)

    def forward(self, x: Tensor) -> Tensor:
        context = self.norm(self.f(x).permute(0, 2, 3, 1)).permute(0, 3, 1, 2)
        everywhere = context.mean((2, 3), keepdim=True) * x[:, :1]
        out: Tensor = self.h(context + everywhere)
        return out


@pytest.mark.parametrize(
    ("net", "inputs"),
    [
        (Outlook(), "1x3x8x8"),
        (SamePooling(), "1x3x8x8"),
        (nn.Sequential(Standardised(3, 4, 3), nn.ReLU(), Standardised(4, 4, 3)), "1x3x8x8"),
        (Weighed(), "1x3x8x8"),
        (Reverted(), "1x6x8"),
        (Keeping(), "1x3x8x8"),
        (Fusing(), "1x3x8x8"),
        (Late(), "1x6x8"),
        (Lying(), "1x3x16x16"),
        (Biased(), "1x6x8"),
        (Prefixed(), "1x6x8"),
    ],
    ids=lambda each: type(each).__name__,
)
def test_it_comes_in_bit_by_bit(net: nn.Module, inputs: str) -> None:
    text = from_module(net, [inputs], "net")
    assert archc.format(str(text)) == text
    assert len(text.report.proofs) == 3
    assert all(set(proof.checks) >= EQUAL for proof in text.report.proofs)


def test_a_table_is_as_large_as_it_was() -> None:
    text = from_module(Positions(), ["1x3x8x8"], "net")
    assert "expand(" in text
    assert "permute(" in text
    assert all(set(proof.checks) >= EQUAL for proof in text.report.proofs)


def test_what_a_forward_keeps_is_as_it_was() -> None:
    net = Keeping()
    table = net.table
    from_module(net, ["1x3x8x8"])
    assert net.table is table
    assert net.seen == 0
    assert net.kept == {}
