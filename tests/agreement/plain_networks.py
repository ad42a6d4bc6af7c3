"""Networks in plain torch, as their papers describe them, or as who wrote them down does."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.parametrizations import weight_norm


class ESPCN(nn.Module):
    """Shi et al. (2016), section 3.3: (5, 64), (3, 32), and 3 for the last kernel."""

    def __init__(self, upscale: int, channels: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, 64, 5, padding=2)
        self.conv2 = nn.Conv2d(64, 32, 3, padding=1)
        self.conv3 = nn.Conv2d(32, channels * upscale**2, 3, padding=1)
        self.upscale = upscale

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv3(self.conv2(self.conv1(x).tanh()).tanh())
        return F.pixel_shuffle(x, self.upscale)


class LeNet5(nn.Module):
    """LeCun et al. (1998), figure 2: 6 maps of 28, 16 of 10, 120 numbers, 84, and the classes."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.features = nn.Sequential(
            *(nn.Conv2d(1, 6, 5), nn.Tanh(), nn.AvgPool2d(2)),
            *(nn.Conv2d(6, 16, 5), nn.Tanh(), nn.AvgPool2d(2)),
            *(nn.Conv2d(16, 120, 5), nn.Tanh()),
        )
        self.classifier = nn.Sequential(nn.Linear(120, 84), nn.Tanh(), nn.Linear(84, classes))

    def forward(self, x: Tensor) -> Tensor:
        scores: Tensor = self.classifier(self.features(x).flatten(1))
        return scores


class Block(nn.Module):
    """He et al. (2015), section 4.2, with shortcuts of option A."""

    def __init__(self, before: int, width: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(before, width, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.stride, self.more = stride, width - before

    def forward(self, x: Tensor) -> Tensor:
        out = self.bn2(self.conv2(self.bn1(self.conv1(x)).relu()))
        if self.stride > 1:
            x = x[:, :, :: self.stride, :: self.stride]
            x = F.pad(x, (0, 0, 0, 0, self.more // 2, self.more // 2))
        made: Tensor = (out + x).relu()
        return made


class CifarResNet(nn.Module):
    """He et al. (2015), section 4.2: 16, 32 and 64 channels, ``2n`` layers of each."""

    def __init__(self, n: int, classes: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        for number, (before, width) in enumerate([(16, 16), (16, 32), (32, 64)], 1):
            first = Block(before, width, 1 if number == 1 else 2)
            rest = (Block(width, width, 1) for _ in range(n - 1))
            self.add_module(f"layer{number}", nn.Sequential(first, *rest))
        self.linear = nn.Linear(64, classes)
        for module in self.modules():
            if isinstance(module, nn.Conv2d | nn.Linear):
                nn.init.kaiming_normal_(module.weight)

    def forward(self, x: Tensor) -> Tensor:
        x = self.bn1(self.conv1(x)).relu()
        for number in (1, 2, 3):
            x = self.get_submodule(f"layer{number}")(x)
        scores: Tensor = self.linear(F.adaptive_avg_pool2d(x, 1).flatten(1))
        return scores


class DCGAN(nn.Module):
    """Layers one after another, with the initial weights of Radford et al. (2015), section 3."""

    def __init__(self, *layers: nn.Module) -> None:
        super().__init__()
        self.main = nn.Sequential(*layers)
        for module in self.main:
            if isinstance(module, nn.Conv2d | nn.ConvTranspose2d):
                nn.init.normal_(module.weight, 0.0, 0.02)
            elif isinstance(module, nn.BatchNorm2d):
                nn.init.normal_(module.weight, 1.0, 0.02)
                nn.init.zeros_(module.bias)

    def forward(self, x: Tensor) -> Tensor:
        made: Tensor = self.main(x)
        return made


def generator(latent: int, width: int, channels: int) -> nn.Module:
    """Figure 1: noise as 4x4 places, each layer twice as high and wide."""
    return DCGAN(
        nn.ConvTranspose2d(latent, width * 8, 4, 1, 0, bias=False),
        *(nn.BatchNorm2d(width * 8), nn.ReLU()),
        nn.ConvTranspose2d(width * 8, width * 4, 4, 2, 1, bias=False),
        *(nn.BatchNorm2d(width * 4), nn.ReLU()),
        nn.ConvTranspose2d(width * 4, width * 2, 4, 2, 1, bias=False),
        *(nn.BatchNorm2d(width * 2), nn.ReLU()),
        nn.ConvTranspose2d(width * 2, width, 4, 2, 1, bias=False),
        *(nn.BatchNorm2d(width), nn.ReLU()),
        *(nn.ConvTranspose2d(width, channels, 4, 2, 1, bias=False), nn.Tanh()),
    )


def discriminator(width: int, channels: int) -> nn.Module:
    """The same way back, with rectifiers that leak, and no norm behind the first layer."""
    return DCGAN(
        *(nn.Conv2d(channels, width, 4, 2, 1, bias=False), nn.LeakyReLU(0.2)),
        nn.Conv2d(width, width * 2, 4, 2, 1, bias=False),
        *(nn.BatchNorm2d(width * 2), nn.LeakyReLU(0.2)),
        nn.Conv2d(width * 2, width * 4, 4, 2, 1, bias=False),
        *(nn.BatchNorm2d(width * 4), nn.LeakyReLU(0.2)),
        nn.Conv2d(width * 4, width * 8, 4, 2, 1, bias=False),
        *(nn.BatchNorm2d(width * 8), nn.LeakyReLU(0.2)),
        *(nn.Conv2d(width * 8, 1, 4, 1, 0, bias=False), nn.Sigmoid()),
    )


class TemporalBlock(nn.Module):
    """Bai et al. (2018), figure 1 (b): what a place sees lies before it."""

    def __init__(self, before: int, width: int, kernel: int, dilation: int, p: float) -> None:
        super().__init__()
        self.conv1 = weight_norm(nn.Conv1d(before, width, kernel, dilation=dilation))
        self.conv2 = weight_norm(nn.Conv1d(width, width, kernel, dilation=dilation))
        self.downsample = nn.Conv1d(before, width, 1) if before != width else None
        self.ahead, self.p = (kernel - 1) * dilation, p

    def forward(self, x: Tensor) -> Tensor:
        out = x
        for convolution in (self.conv1, self.conv2):
            out = convolution(F.pad(out, (self.ahead, 0))).relu()
            out = F.dropout(out, self.p, self.training)
        return (out + (x if self.downsample is None else self.downsample(x))).relu()


class TCN(nn.Module):
    """Bai et al. (2018), section 3: each block looks twice as far back as the one before."""

    def __init__(self, widths: Sequence[int], kernel: int, p: float, classes: int) -> None:
        super().__init__()
        before = [1, *widths]
        self.network = nn.Sequential(
            *(TemporalBlock(before[i], w, kernel, 2**i, p) for i, w in enumerate(widths))
        )
        self.linear = nn.Linear(widths[-1], classes)

    def forward(self, x: Tensor) -> Tensor:
        scores: Tensor = self.linear(self.network(x)[:, :, -1])
        return scores
