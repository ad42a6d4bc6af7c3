"""Transformers that attend inside of windows, or to pooled places, are torchvision's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from meta import Quick
from observing import numbers, observed_on
from printing import built
from shipped import EXAMPLES
from torch import nn
from torchvision.models import get_model_builder
from torchvision.models.maxvit import MaxVit
from torchvision.models.swin_transformer import (
    PatchMergingV2,
    SwinTransformer,
    SwinTransformerBlockV2,
)
from torchvision.models.video.mvit import MSBlockConfig, MViT
from torchvision.models.video.swin_transformer import SwinTransformer3d

import archc

SMALL: dict[str, Any] = {"embed_dim": 16, "depths": [2, 2], "num_heads": [2, 4]}
DROPPING = {"attention_dropout": 0.1, "stochastic_depth_prob": 0.5, "num_classes": 7}

TWINS: dict[str, tuple[dict[str, Any], Callable[[], nn.Module]]] = {
    "swin": (
        {"window_size": 4, "p": 0.2, **SMALL, **DROPPING},
        lambda: SwinTransformer([4, 4], window_size=[4, 4], dropout=0.2, **SMALL, **DROPPING),
    ),
    "swin_v2_t": (
        {"window_size": 4, "p": 0.2, **SMALL, **DROPPING},
        lambda: SwinTransformer(
            [4, 4],
            window_size=[4, 4],
            dropout=0.2,
            block=SwinTransformerBlockV2,
            downsample_layer=PatchMergingV2,
            **SMALL,
            **DROPPING,
        ),
    ),
}


@pytest.mark.parametrize("name", TWINS)
def test_it_is_torchvisions_at_any_size(name: str) -> None:
    """With zeros at the ends; with one window down, and several across; with one window in all."""
    settings, theirs = TWINS[name]
    path = EXAMPLES / f"{name}.arch"
    text = archc.source(path, settings=settings)
    for height, width in ((49, 83), (16, 32), (4, 4)):
        given = [numbers(2, 3, height, width)]
        expected = observed_on(theirs, given, given)
        assert observed_on(lambda: archc.load(path, settings=settings), given, given) == expected
        assert observed_on(lambda: built(text), given, given) == expected


def test_windows_and_grids_are_torchvisions() -> None:
    """The places are 8x8, 4x4, and 2x2, where a window is all there is."""
    both: dict[str, Any] = {"stem_channels": 6, "partition_size": 2, "head_dim": 4} | {
        "stochastic_depth_prob": 0.4,
        "attention_dropout": 0.1,
        "mlp_dropout": 0.2,
        "num_classes": 7,
    }
    ours = {**both, "image_size": 32, "channels": [8, 16, 16], "layers": [1, 2, 1]}
    given = [numbers(2, 3, 32, 32)]

    def theirs() -> nn.Module:
        widths, depths = [8, 16, 16], [1, 2, 1]
        model: nn.Module = MaxVit((32, 32), block_channels=widths, block_layers=depths, **both)
        return model

    path = EXAMPLES / "maxvit_t.arch"
    expected = observed_on(theirs, given, given)
    assert observed_on(lambda: archc.load(path, settings=ours), given, given) == expected
    text = archc.source(path, settings=ours)
    assert observed_on(lambda: built(text), given, given) == expected


def agrees(
    name: str,
    settings: dict[str, Any],
    theirs: Callable[[], nn.Module],
) -> None:
    """Live and printed, on two clips of the size that the settings say."""
    side = settings["image_size"]
    given = [numbers(2, 3, settings["frames"], side, side)]
    path = EXAMPLES / f"{name}.arch"
    expected = observed_on(theirs, given, given)
    assert observed_on(lambda: archc.load(path, settings=settings), given, given) == expected
    text = archc.source(path, settings=settings)
    assert observed_on(lambda: built(text), given, given) == expected


@pytest.mark.parametrize(("frames", "side"), [(5, 41), (8, 24), (2, 4)])
def test_windows_in_space_and_time_are_torchvisions(frames: int, side: int) -> None:
    """With zeros at the ends; with windows that fit; and with clips that are smaller than one."""
    both = {**SMALL, **DROPPING, "window_size": [2, 3, 3], "patch_size": [2, 4, 4]}
    ours = {**both, "p": 0.2, "frames": frames, "image_size": side}
    agrees("swin3d_t", ours, lambda: SwinTransformer3d(dropout=0.2, **both))


STAGES = [[1, 8, 1], [2, 12, 2], [1, 24, 4]]
"""Depths, widths and heads."""


def pooled(*, relative: bool) -> MViT:
    """torchvision's, of such stages: a block is said by what goes in and comes out."""
    blocks = []
    for stage, (depth, width, heads) in enumerate(STAGES):
        for i in range(depth):
            before = STAGES[stage - 1][1] if stage and not i else width
            behind = STAGES[min(stage + 1, len(STAGES) - 1)][1] if i == depth - 1 else width
            ends = (before, width) if relative else (width, behind)
            queries, keys = 1 + (stage > 0 and i == 0), 2 ** (len(STAGES) - 1 - stage)
            pools = relative or queries > 1
            of_queries = ([3, 3, 3], [1, queries, queries]) if pools else ([], [])
            kernel, stride = of_queries
            blocks.append(MSBlockConfig(heads, *ends, kernel, [3, 3, 3], stride, [1, keys, keys]))
    return MViT(
        *((32, 32), 4, blocks, relative, False, relative, relative),
        dropout=0.3,
        attention_dropout=0.1,
        stochastic_depth_prob=0.4,
        num_classes=7,
    )


@pytest.mark.parametrize(("name", "relative"), [("mvit_v1_b", False), ("mvit_v2_s", True)])
def test_attention_to_pooled_places_is_torchvisions(name: str, relative: bool) -> None:
    ours = {**DROPPING, "stages": STAGES, "p": 0.3, "stochastic_depth_prob": 0.4}
    ours |= {"frames": 4, "image_size": 32}
    agrees(name, ours, lambda: pooled(relative=relative))


@pytest.mark.parametrize("name", ["mvit_v1_b", "mvit_v2_s", "swin3d_t"])
def test_what_is_published_has_these_weights(name: str) -> None:
    """Names, order, shapes and dtypes of the model as it stands."""

    def state(model: nn.Module) -> list[tuple[str, torch.Size, torch.dtype]]:
        return [(key, each.shape, each.dtype) for key, each in model.state_dict().items()]

    with torch.device("meta"), Quick():
        ours, theirs = archc.load(EXAMPLES / f"{name}.arch"), get_model_builder(name)(weights=None)
    assert state(ours) == state(theirs)
    assert archc.check(name).models[0].parameters == sum(each.numel() for each in ours.parameters())
