"""The U-Net of Ho, Jain & Abbeel (2020) in plain torch, as their code has it."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F


def norm(width: int) -> nn.GroupNorm:
    return nn.GroupNorm(32, width, eps=1e-6)


class TimeEmbedding(nn.Module):
    """`get_timestep_embedding` of their nn.py, and two dense layers."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        half = channels // 2
        frequencies = torch.tensor([10000.0 ** (-i / (half - 1)) for i in range(half)])
        self.register_buffer("frequencies", frequencies, persistent=False)
        self.dense1 = nn.Linear(channels, 4 * channels)
        self.dense2 = nn.Linear(4 * channels, 4 * channels)

    def forward(self, step: Tensor) -> Tensor:
        angles = step.float()[:, None] * self.get_buffer("frequencies")
        x = torch.cat([angles.sin(), angles.cos()], 1)
        made: Tensor = self.dense2(F.silu(self.dense1(x)))
        return made


class ResnetBlock(nn.Module):
    """`resnet_block` of their models/unet.py."""

    def __init__(self, before: int, width: int, told: int, p: float) -> None:
        super().__init__()
        self.temb_proj = nn.Linear(told, width)
        self.norm1 = norm(before)
        self.conv1 = nn.Conv2d(before, width, 3, padding=1)
        self.norm2 = norm(width)
        self.conv2 = nn.Conv2d(width, width, 3, padding=1)
        if before != width:
            self.nin_shortcut = nn.Conv2d(before, width, 1)
        self.p = p

    def forward(self, x: Tensor, temb: Tensor) -> Tensor:
        told = self.temb_proj(F.silu(temb))[:, :, None, None]
        h = self.conv1(F.silu(self.norm1(x))) + told
        h = self.conv2(F.dropout(F.silu(self.norm2(h)), self.p, self.training))
        made: Tensor = h + (self.nin_shortcut(x) if hasattr(self, "nin_shortcut") else x)
        return made


class Attention(nn.Module):
    """`attn_block` of their models/unet.py."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm = norm(width)
        self.q, self.k, self.v, self.proj_out = (nn.Conv2d(width, width, 1) for _ in range(4))

    def forward(self, x: Tensor) -> Tensor:
        n, c, height, width = x.shape
        h = self.norm(x)
        q, k, v = (layer(h).reshape(n, c, height * width) for layer in (self.q, self.k, self.v))
        looks = (q.transpose(1, 2) @ k * c**-0.5).softmax(2)
        h = v @ looks.transpose(1, 2)
        made: Tensor = x + self.proj_out(h.reshape(n, c, height, width))
        return made


class DDPM(nn.Module):
    """Appendix B: levels of `multipliers` times the channels, of two blocks each."""

    def __init__(
        self, channels: int, multipliers: list[int], attended: int, p: float, colours: int
    ) -> None:
        super().__init__()
        self.levels = len(multipliers)
        self.temb = TimeEmbedding(channels)
        self.conv_in = nn.Conv2d(colours, channels, 3, padding=1)
        before, kept = channels, [channels]

        def block(before: int, width: int, level: int) -> list[nn.Module]:
            resnet = ResnetBlock(before, width, 4 * channels, p)
            return [resnet, Attention(width)] if level == attended else [resnet]

        for level, multiplier in enumerate(multipliers):
            width, parts = channels * multiplier, list[nn.Module]()
            for _ in range(2):
                parts += block(before, width, level)
                before = width
                kept.append(width)
            self.add_module(f"down{level + 1}", nn.ModuleList(parts))
            if level < self.levels - 1:
                down = nn.Sequential(
                    nn.ConstantPad2d((0, 1, 0, 1), 0), nn.Conv2d(width, width, 3, 2)
                )
                self.add_module(f"downsample{level + 1}", down)
                kept.append(width)
        self.mid = nn.ModuleList(
            [*block(before, before, attended), ResnetBlock(before, before, 4 * channels, p)]
        )
        for level, multiplier in reversed(list(enumerate(multipliers))):
            width, parts = channels * multiplier, []
            for _ in range(3):
                parts += block(before + kept.pop(), width, level)
                before = width
            self.add_module(f"up{level + 1}", nn.ModuleList(parts))
            if level:
                up = nn.Sequential(
                    nn.Upsample(scale_factor=2), nn.Conv2d(width, width, 3, padding=1)
                )
                self.add_module(f"upsample{level + 1}", up)
        self.norm_out = norm(before)
        self.conv_out = nn.Conv2d(before, colours, 3, padding=1)
        self.draw()

    def draw(self) -> None:
        """`default_init`: variance scaling of the mean of both fans, or of 1e-10 of that."""
        for name, module in self.named_modules():
            if isinstance(module, nn.Conv2d | nn.Linear):
                last = name.endswith(("conv2", "proj_out", "conv_out"))
                nn.init.xavier_uniform_(module.weight, gain=1e-5 if last else 1)
                if module.bias is not None:
                    nn.init.zeros_(module.bias)

    def forward(self, image: Tensor, step: Tensor) -> Tensor:
        temb = self.temb(step)
        x = self.conv_in(image)
        kept = [x]

        def through(parts: nn.Module, x: Tensor, *, joins: bool = False) -> Tensor:
            blocks = list(parts.children())
            for place, part in enumerate(blocks):
                is_block = isinstance(part, ResnetBlock)
                if is_block and joins:
                    x = torch.cat([x, kept.pop()], 1)
                x = part(x, temb) if is_block else part(x)
                ends = place + 1 == len(blocks) or isinstance(blocks[place + 1], ResnetBlock)
                if parts in downs and ends:
                    kept.append(x)
            return x

        downs = [self.get_submodule(f"down{level + 1}") for level in range(self.levels)]
        for level, down in enumerate(downs):
            x = through(down, x)
            if level < self.levels - 1:
                x = self.get_submodule(f"downsample{level + 1}")(x)
                kept.append(x)
        x = through(self.mid, x)
        for level in reversed(range(self.levels)):
            x = through(self.get_submodule(f"up{level + 1}"), x, joins=True)
            if level:
                x = self.get_submodule(f"upsample{level + 1}")(x)
        made: Tensor = self.conv_out(F.silu(self.norm_out(x)))
        return made
