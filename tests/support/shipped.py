"""The examples, for the tests that run over all of them."""

from __future__ import annotations

from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"

HUGE = ("llama", "llama3_1b", "llama3_8b")
"""Models whose weights no test makes, and the file that says them at sizes of one's choice.

What they are made of is held to plain torch in small, and they are checked and counted as they are.
"""

NAMES = tuple(sorted(path.stem for path in EXAMPLES.glob("*.arch") if path.stem not in HUGE))

DRAWN = tuple(sorted((*NAMES, *(name for name in HUGE if name != "llama"))))
"""Every example that is a model: what needs no weights is asked of all of them, every size too."""

SIZES = (
    *(f"resnet{depth}" for depth in (34, 101, 152)),
    *("resnext101_32x8d", "resnext101_64x4d", "wide_resnet101_2"),
    *(f"densenet{depth}" for depth in ("161", "169", "201", "264", "264_k48")),
    *("vgg11", "vgg11_bn", "vgg13", "vgg13_bn", "vgg19", "vgg19_bn"),
    "mobilenet_v3_large",
    *("mnasnet0_5", "mnasnet0_75", "mnasnet1_0", "mnasnet1_3"),
    *(f"shufflenet_v2_{times}" for times in ("x0_5", "x1_0", "x1_5", "x2_0")),
    *(f"efficientnet_b{number}" for number in range(8)),
    *(f"efficientnet_v2_{size}" for size in "sml"),
    *(f"regnet_x_{flops}" for flops in ("400mf", "800mf", "1_6gf", "3_2gf")),
    *(f"regnet_x_{flops}" for flops in ("8gf", "16gf", "32gf")),
    *(f"regnet_y_{flops}" for flops in ("800mf", "1_6gf", "3_2gf", "8gf", "16gf", "32gf", "128gf")),
    *(f"convnext_{size}" for size in ("tiny", "small", "base", "large")),
    *(f"vit_{size}" for size in ("b_16", "b_32", "l_16", "l_32", "h_14")),
    *(f"swin_{size}" for size in "tsb"),
    *(f"swin_v2_{size}" for size in "sb"),
    "r3d_18",
)
"""Models that are another example's again, wider or deeper, or its very own under another name.

Nothing in them is new: what holds of the one holds of them. Tests over all examples run with them
by ``pytest -m every_size``.
"""

EACH = [
    pytest.param(name, marks=pytest.mark.every_size if name in SIZES else (), id=name)
    for name in NAMES
]
"""What such a test takes: every example, those of ``SIZES`` marked."""
