"""More networks in plain torch, as their papers describe them."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import torch
from torch import Tensor, nn


def convolved(before: int, width: int, *, norm: bool = False) -> list[nn.Module]:
    """Shi et al. (2015), table 1: a convolution of 3x3, perhaps a norm, and a rectifier."""
    norms = [nn.BatchNorm2d(width)] if norm else []
    return [nn.Conv2d(before, width, 3, padding=1), *norms, nn.ReLU()]


class CRNN(nn.Module):
    """Shi et al. (2015), table 1."""

    def __init__(self, channels: int, hidden: int, classes: int) -> None:
        super().__init__()
        self.cnn = nn.Sequential(
            *(*convolved(channels, 64), nn.MaxPool2d(2)),
            *(*convolved(64, 128), nn.MaxPool2d(2)),
            *(*convolved(128, 256), *convolved(256, 256), nn.MaxPool2d((2, 1))),
            *(*convolved(256, 512, norm=True), *convolved(512, 512, norm=True)),
            *(nn.MaxPool2d((2, 1)), nn.Conv2d(512, 512, 2), nn.ReLU()),
        )
        self.rnn = nn.LSTM(512, hidden, 2, batch_first=True, bidirectional=True)
        self.fc = nn.Linear(2 * hidden, classes)

    def forward(self, x: Tensor) -> Tensor:
        sequence, _ = self.rnn(self.cnn(x).squeeze(2).transpose(1, 2))
        scores: Tensor = self.fc(sequence)
        return scores


class Siamese(nn.Module):
    """Koch et al. (2015), figure 4 and section 3.2 (initial weights)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.twin = nn.Sequential(
            *(nn.Conv2d(1, 64, 10), nn.ReLU(), nn.MaxPool2d(2)),
            *(nn.Conv2d(64, 128, 7), nn.ReLU(), nn.MaxPool2d(2)),
            *(nn.Conv2d(128, 128, 4), nn.ReLU(), nn.MaxPool2d(2)),
            *(nn.Conv2d(128, 256, 4), nn.ReLU(), nn.Flatten()),
            *(nn.Linear(256 * 6 * 6, width), nn.Sigmoid()),
        )
        self.out = nn.Linear(width, 1)
        for module in self.modules():
            if isinstance(module, nn.Conv2d | nn.Linear):
                convolves = isinstance(module, nn.Conv2d)
                nn.init.normal_(module.weight, std=0.01 if convolves else 0.2)
                nn.init.normal_(module.bias, mean=0.5, std=0.01)  # type: ignore[arg-type]

    def forward(self, one: Tensor, other: Tensor) -> Tensor:
        return torch.sigmoid(self.out((self.twin(one) - self.twin(other)).abs()))


def shared(*widths: int) -> nn.Sequential:
    """Layers that all points share."""
    layers: list[nn.Module] = []
    for before, width in pairwise(widths):
        layers += [nn.Conv1d(before, width, 1), nn.BatchNorm1d(width), nn.ReLU()]
    return nn.Sequential(*layers)


def connected(*widths: int) -> list[nn.Module]:
    """The same of one vector."""
    layers: list[nn.Module] = []
    for before, width in pairwise(widths):
        layers += [nn.Linear(before, width), nn.BatchNorm1d(width), nn.ReLU()]
    return layers


class TNet(nn.Module):
    """Qi et al. (2017), appendix C: (64, 128, 1024), (512, 256), and a matrix."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.register_buffer("identity", torch.eye(size), persistent=False)
        self.conv = shared(size, 64, 128, 1024)
        self.fc = nn.Sequential(*connected(1024, 512, 256), nn.Linear(256, size * size))
        self.size = size

    def forward(self, points: Tensor) -> Tensor:
        seen = self.conv(points).max(2)[0]
        matrix: Tensor = self.fc(seen).reshape(-1, self.size, self.size)
        return matrix + self.get_buffer("identity")


class PointNet(nn.Module):
    """Qi et al. (2017), figure 2."""

    def __init__(self, classes: int, p: float) -> None:
        super().__init__()
        self.input_transform = TNet(3)
        self.mlp1 = shared(3, 64, 64)
        self.feature_transform = TNet(64)
        self.mlp2 = shared(64, 64, 128, 1024)
        self.classifier = nn.Sequential(
            *connected(1024, 512, 256), nn.Dropout(p), nn.Linear(256, classes)
        )

    def forward(self, points: Tensor) -> Tensor:
        pose = self.input_transform(points)
        seen = self.mlp1((points.transpose(1, 2) @ pose).transpose(1, 2))
        alignment = self.feature_transform(seen)
        seen = self.mlp2((seen.transpose(1, 2) @ alignment).transpose(1, 2))
        scores: Tensor = self.classifier(seen.max(2)[0])
        return scores


class Made(NamedTuple):
    """What a variational autoencoder gives."""

    reconstruction: Tensor
    mu: Tensor
    logvar: Tensor


class VAE(nn.Module):
    """Kingma & Welling (2014), appendix C, with rectifiers."""

    def __init__(self, pixels: int, hidden: int, latent: int) -> None:
        super().__init__()
        self.encoder = nn.Linear(pixels, hidden)
        self.mean = nn.Linear(hidden, latent)
        self.log_variance = nn.Linear(hidden, latent)
        self.decoder = nn.Sequential(
            *(nn.Linear(latent, hidden), nn.ReLU(), nn.Linear(hidden, pixels), nn.Sigmoid())
        )

    def forward(self, image: Tensor) -> Made:
        told = self.encoder(image).relu()
        mu, logvar = self.mean(told), self.log_variance(told)
        deviation = (logvar * 0.5).exp()
        drawn = mu + deviation * torch.randn_like(deviation)
        return Made(self.decoder(drawn), mu, logvar)


class GatedLayer(nn.Module):
    """Van den Oord et al. (2016), figure 4."""

    def __init__(self, width: int, skip: int, kernel: int, dilation: int, *, rests: bool) -> None:
        super().__init__()
        self.dilated = nn.Conv1d(width, 2 * width, kernel, dilation=dilation)
        if rests:
            self.rest = nn.Conv1d(width, width, 1)
        self.skip = nn.Conv1d(width, skip, 1)
        self.ahead, self.rests = (kernel - 1) * dilation, rests

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        value, gate = self.dilated(nn.functional.pad(x, (self.ahead, 0))).chunk(2, 1)
        passed = value.tanh() * gate.sigmoid()
        return x + self.rest(passed) if self.rests else x, self.skip(passed)


class WaveNet(nn.Module):
    """Van den Oord et al. (2016), section 2: each output sees what is no later than it."""

    def __init__(
        self, levels: int, channels: int, skip: int, blocks: int, depth: int, kernel: int
    ) -> None:
        super().__init__()
        self.causal = nn.Conv1d(levels, channels, kernel)
        last = blocks * depth - 1
        self.layers = nn.ModuleList(
            GatedLayer(channels, skip, kernel, 2 ** (i % depth), rests=i < last)
            for i in range(last + 1)
        )
        self.head = nn.Sequential(
            *(nn.ReLU(), nn.Conv1d(skip, skip, 1), nn.ReLU(), nn.Conv1d(skip, levels, 1))
        )
        self.levels, self.ahead = levels, kernel - 1

    def forward(self, signal: Tensor) -> Tensor:
        x = nn.functional.one_hot(signal, self.levels).float().transpose(1, 2)
        x = self.causal(nn.functional.pad(x, (self.ahead, 0)))
        told: list[Tensor] = []
        for layer in self.layers:
            x, skip = layer(x)
            told.append(skip)
        total = told[0]
        for skip in told[1:]:
            total = total + skip
        scores: Tensor = self.head(total)
        return scores
