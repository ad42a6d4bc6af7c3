"""The families and the library's blocks with arguments that no published model has."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from observing import observed
from torch import nn
from torchvision import models
from torchvision.models.efficientnet import EfficientNet, FusedMBConvConfig, MBConvConfig
from torchvision.models.mobilenetv2 import InvertedResidual
from torchvision.models.resnet import BasicBlock, Bottleneck, ResNet
from torchvision.models.vision_transformer import VisionTransformer
from torchvision.ops import SqueezeExcitation

import archc

EXAMPLES = Path(__file__).parents[2] / "examples"
RESNET = 'import "./resnet.arch": ResNet\n'
VIT = 'import "./vit.arch": VisionTransformer\n'
DENSENET = 'import "./densenet.arch": DenseNet\n'

GROUP_NORM = partial(nn.GroupNorm, 4)
CASES: dict[str, tuple[str, Callable[[], nn.Module]]] = {
    "group norm": (
        RESNET + "import std.residual: BasicBlock\n"
        "model m = ResNet(BasicBlock, [1, 1, 1, 1], norm_layer = group_norm(4))",
        lambda: ResNet(BasicBlock, [1, 1, 1, 1], norm_layer=GROUP_NORM),
    ),
    "group norm, from zero": (
        RESNET + "model m = ResNet(layers = [1, 2, 1, 1], zero_init_residual = true,\n"
        "  norm_layer = group_norm(4), replace_stride_with_dilation = [true, false, true])",
        lambda: ResNet(
            Bottleneck,
            [1, 2, 1, 1],
            norm_layer=GROUP_NORM,
            zero_init_residual=True,
            replace_stride_with_dilation=[True, False, True],
        ),
    ),
    "another epsilon": (
        RESNET + "model m = ResNet(layers = [1, 1, 1, 2], groups = 3, width_per_group = 22,\n"
        "  norm_layer = batch_norm(eps = 1e-3), num_classes = 3)",
        lambda: ResNet(
            Bottleneck,
            [1, 1, 1, 2],
            groups=3,
            width_per_group=22,
            norm_layer=partial(nn.BatchNorm2d, eps=1e-3),
            num_classes=3,
        ),
    ),
    "a small dense network": (
        DENSENET
        + "model m = DenseNet(6, [2, 3], 10, bn_size = 3, drop_rate = 0.4, num_classes = 5)",
        lambda: models.DenseNet(6, (2, 3), 10, 3, 0.4, 5),
    ),
    "fused inverted residuals": (
        'import "./efficientnet.arch": EfficientNet, MBConv\n'
        'import "./efficientnet_v2_s.arch": FusedMBConv\n'
        "model m = EfficientNet(\n"
        "  [[FusedMBConv, 1, 3, 1, 16, 2], [FusedMBConv, 4, 3, 2, 24, 2],\n"
        "    [MBConv, 4, 3, 2, 32, 2]],\n"
        "  stem = 16, last_channel = 48, num_classes = 7, p = 0.3,\n"
        "  norm_layer = batch_norm(eps = 1e-3))",
        lambda: EfficientNet(
            [
                FusedMBConvConfig(1, 3, 1, 16, 16, 2),
                FusedMBConvConfig(4, 3, 2, 16, 24, 2),
                MBConvConfig(4, 3, 2, 24, 32, 2),
            ],
            0.3,
            num_classes=7,
            norm_layer=partial(nn.BatchNorm2d, eps=1e-3),
            last_channel=48,
        ),
    ),
    "a thin vision transformer": (
        VIT + "model m = VisionTransformer(16, num_layers = 2, num_heads = 3, hidden_dim = 24,\n"
        "  mlp_dim = 40, image_size = 64, num_classes = 7)",
        lambda: VisionTransformer(64, 16, 2, 3, 24, 40, num_classes=7),
    ),
    "a vision transformer that is trained first": (
        VIT + "model m = VisionTransformer(32, 3, 2, 16, 24, 64, representation_size = 9,\n"
        "  p = 0.3, attention_dropout = 0.2, norm_layer = layer_norm)",
        lambda: VisionTransformer(
            *(64, 32, 3, 2, 16, 24, 0.3, 0.2), representation_size=9, norm_layer=nn.LayerNorm
        ),
    ),
    "inverted residuals": (
        "import std.mobile: InvertedResidual\n"
        "model m() {\n"
        "  input x: [N, 3, H = 32, W = 32]\n"
        "  InvertedResidual(8) -> InvertedResidual(8, expand_ratio = 1.3)\n"
        "  InvertedResidual(8, 2) -> InvertedResidual(8, 1, 1, norm = batch_norm(eps = 1e-3))\n"
        "}",
        lambda: nn.Sequential(
            InvertedResidual(3, 8, 1, 6),
            InvertedResidual(8, 8, 1, 1.3),
            InvertedResidual(8, 8, 2, 6),
            InvertedResidual(8, 8, 1, 1, partial(nn.BatchNorm2d, eps=1e-3)),
        ),
    ),
    "squeeze and excitation": (
        "import std.mobile: SqueezeExcite\n"
        "model m() {\n"
        "  input x: [N, 3, H = 32, W = 32]\n"
        "  SqueezeExcite(2) -> conv(6, 3) -> SqueezeExcite(4, act = silu, gate = hardsigmoid)\n"
        "}",
        lambda: nn.Sequential(
            SqueezeExcitation(3, 2),
            nn.Conv2d(3, 6, 3),
            SqueezeExcitation(6, 4, nn.SiLU, nn.Hardsigmoid),
        ),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_it_is_torchvisions(case: str, tmp_path: Path) -> None:
    text, theirs = CASES[case]
    for name in ("resnet", "densenet", "efficientnet", "efficientnet_v2_s", "vit"):
        (tmp_path / f"{name}.arch").write_bytes((EXAMPLES / f"{name}.arch").read_bytes())
    path = tmp_path / "m.arch"
    path.write_text(text, "utf-8")
    expected = observed(theirs, 64, 64)
    assert observed(lambda: archc.load(path), 64, 64) == expected
    names: dict[str, Any] = {"__name__": "printed"}
    source = archc.source(path)
    exec(compile(source, "<printed>", "exec"), names)
    build = source.partition("    model = ")[2].partition(".eval()\n")[0]
    assert observed(lambda: eval(build, names), 64, 64) == expected


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"groups": 2}, "one group of width 64, not 2 of width 64"),
        ({"width_per_group": 128}, "one group of width 64, not 1 of width 128"),
        ({"replace_stride_with_dilation": [False, False, True]}, "not dilated"),
        ({"replace_stride_with_dilation": [False, False]}, "replace_stride_with_dilation"),
    ],
)
def test_what_torchvision_refuses_is_refused_in_words(settings: Any, words: str) -> None:
    with pytest.raises((ValueError, NotImplementedError)):
        models.resnet18(weights=None, **settings)
    result = archc.check(EXAMPLES / "resnet18.arch", settings=settings)
    assert not result.ok
    assert any(words in found.problem.message() for found in result.errors)


@pytest.mark.parametrize(
    ("depth", "growth", "millions"), [(100, 12, "0.8"), (250, 24, "15.3"), (190, 40, "25.6")]
)
def test_densenet_bc_has_the_papers_counts(depth: int, growth: int, millions: str) -> None:
    """Table 2 of Huang et al. (2016), third column."""
    settings = {"depth": depth, "growth_rate": growth}
    result = archc.check(EXAMPLES / "densenet_bc.arch", settings=settings)
    assert f"{result.models[0].parameters / 1e6:.1f}" == millions


@pytest.mark.parametrize(("alpha", "millions"), [(0.75, "2.6"), (0.5, "1.3"), (0.25, "0.5")])
def test_narrow_mobilenets_have_the_papers_counts(alpha: float, millions: str) -> None:
    """Table 6 of Howard et al. (2017)."""
    result = archc.check(EXAMPLES / "mobilenet_v1.arch", width_mult=alpha)
    assert f"{result.models[0].parameters / 1e6:.1f}" == millions
