"""Models that resize, pad and shuffle: printed source makes the live module, bit for bit."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from printed import compiled, differences

from archc.python import source

TEXTS = {
    "unet": """
        block Double(width) {
          repeat 2 { conv(width, 3, padding = 1) -> batch_norm -> relu }
        }
        block Up(width, learned) {
          input x: [N, C, H, W], skip: [N, D, H2, W2]
          if learned {
            x -> grow: conv_transpose(width, 2, stride = 2) as up
          } else {
            x -> upsample(scale_factor = 2, mode = "bilinear") -> thin: conv(width, 1) as up
          }
          concat [skip, up] -> mix: Double(width)
        }
        model unet(widths = [4, 8], learned = true) {
          input image: [N, 3, H = 16, W = 16]
          for width in widths {
            Double(width) as skips
            max_pool(2)
          }
          Double(16)
          for skip, width in reversed(zip(skips, widths)) { Up(width, learned) [_, skip] }
          head: conv(2, 1)
        }
        model m = unet(learned = %s)
    """,
    "super_resolution": """
        block Grow(factor, width) {
          conv(width * factor ** 2, 3, padding = 1) -> pixel_shuffle(factor) -> relu
        }
        model m(factors = [2, 3]) {
          input image: [N, 3, H = 8, W = 6]
          pad(2, mode = "reflect") -> conv(8, 5)
          for factor in factors { Grow(factor, 4) }
          pixel_unshuffle(2) -> channel_shuffle(2) -> conv(3, 3)
        }
    """,
    "paddings": """
        block Padded(n, v) { pad(n, value = v) -> conv(4, 3) }
        model m() {
          input image: [N, 3, H = 8, W = 6]
          Padded(1, 0.0) -> Padded(2, 1.5) -> Padded([1, 2, 3, 4], 2)
          pad([1, 0, -1, 2], value = 0.5) -> pad([0, 1, 1, 0], mode = "circular")
          pad(1, mode = "replicate") -> pad([0, 0, 0, 0, 1, 2]) -> conv(3, 1)
        }
    """,
    "some_axes": """
        block Padded(n) { pad(n) -> conv(3, 3) }
        model m() {
          input image: [N, 3, H = 9, W = 9]
          Padded([1, 1]) -> Padded([2, 2])
        }
    """,
    "factors": """
        block Scaled(f, n) {
          upsample(scale_factor = f, mode = "bilinear", align_corners = true) -> conv(3, 1)
          upsample(scale_factor = [0.5, n])
        }
        model m() {
          input image: [N, 3, H = 9, W = 9]
          Scaled([2, 1.5], 2) -> Scaled([1, 0.7], 0.5)
          upsample([12, 9]) -> upsample(scale_factor = 1.1, mode = "area")
        }
    """,
    "pools": """
        block Pooled(p, k) {
          lp_pool(p, k, stride = 1) -> adaptive_max_pool([6, none]) -> conv(3, 1)
        }
        model m() {
          input image: [N, 3, H = 9, W = 9]
          Pooled(2, 2) -> Pooled(3, [2, 1])
        }
    """,
    "volume": """
        model m() {
          input scan: [N, 4, D = 4, H = 5, W = 3]
          conv_transpose(8, [3, 2, 1], [2, 1, 1], [1, 0, 0], [1, 0, 0], 2, dilation = [1, 2, 1])
          adaptive_max_pool(3) -> lp_pool(2, 1) -> upsample(scale_factor = 2, mode = "trilinear")
          pad([1, 0, 1, 1, 0, 2], mode = "replicate")
        }
    """,
    "signal": """
        model m() {
          input signal: [N, 4, L = 20]
          conv_transpose(6, 4, stride = 2, padding = 1) -> adaptive_max_pool(9) -> lp_pool(2, 2)
          upsample(scale_factor = 2.5, mode = "linear") -> pad([1, 2], mode = "reflect")
          channel_shuffle(3)
          init {
            conv_transpose.weight: kaiming_normal(mode = "fan_out")
            *.bias:                zeros
          }
        }
    """,
}
CASES = {
    **{name: textwrap.dedent(text) for name, text in TEXTS.items() if name != "unet"},
    "unet_learned": textwrap.dedent(TEXTS["unet"]) % "true",
    "unet_bilinear": textwrap.dedent(TEXTS["unet"]) % "false",
}


@pytest.mark.parametrize("name", CASES)
def test_is_the_live_module(name: str) -> None:
    typed = compiled(CASES[name], "m")
    assert list(differences(typed, source(typed))) == []


def test_is_formatted_and_clean(tmp_path: Path) -> None:
    for name, text in CASES.items():
        path = tmp_path / f"{name}.py"
        path.write_text(source(compiled(text, "m")), "utf-8")
    for command in (
        ["check", "--isolated"],
        ["format", "--isolated", "--line-length=100", "--diff"],
    ):
        ruff = [sys.executable, "-m", "ruff", *command, str(tmp_path)]
        result = subprocess.run(ruff, capture_output=True, text=True)
        assert result.returncode == 0, result.stdout + result.stderr
