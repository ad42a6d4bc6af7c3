"""torchvision's own classes with random widths, depths and strides, against the text of each.

What is compared, bit for bit: keys in order, initial weights of one seed, outputs in evaluation
and in training, gradients (``archc verify``).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from torch import nn
from torchvision.models import densenet, mobilenetv2, mobilenetv3, regnet, resnet, shufflenetv2

import archc

FAMILIES = Path(__file__).parent / "families"
EXAMPLES = Path(__file__).resolve().parents[2] / "examples"

pytestmark = pytest.mark.filterwarnings("ignore:The default weight initialization of")


def same(
    path: Path, model: str, make: Callable[[], nn.Module], size: int, **parameters: Any
) -> None:
    """Assert that the text is the network that a constructor makes."""
    found = archc.verify(path, make, model, sizes={"H": size, "W": size}, settings=parameters)
    assert found, f"{parameters}\n{found}"


few = settings(max_examples=8)
widths = st.integers(1, 6).map(lambda n: 8 * n)


@few
@given(
    st.booleans(), st.lists(st.integers(1, 2), min_size=4, max_size=4),
    st.sampled_from([(1, 64), (2, 16), (4, 8), (8, 4)]),
    st.lists(st.booleans(), min_size=3, max_size=3), st.booleans(), st.integers(33, 64),
)  # fmt: skip
def test_resnet(
    deep: bool,
    layers: list[int],
    grouped: tuple[int, int],
    dilated: list[bool],
    zero: bool,
    size: int,
) -> None:
    if not deep:  # basic blocks have neither groups nor dilation
        grouped, dilated = (1, 64), [False] * 3
    groups, width = grouped
    unit = resnet.Bottleneck if deep else resnet.BasicBlock
    make = partial(
        resnet.ResNet, unit, layers, num_classes=7, zero_init_residual=zero, groups=groups,
        width_per_group=width, replace_stride_with_dilation=dilated,
    )  # fmt: skip
    same(
        EXAMPLES / ("resnet50.arch" if deep else "resnet18.arch"),
        "resnet50" if deep else "resnet18", make, size, layers=layers, num_classes=7,
        zero_init_residual=zero, groups=groups, width_per_group=width,
        replace_stride_with_dilation=dilated,
    )  # fmt: skip


@few
@given(
    st.integers(1, 8), st.lists(st.integers(1, 3), min_size=1, max_size=4), widths,
    st.integers(1, 4), st.sampled_from([0.0, 0.3]), st.integers(64, 80),
)  # fmt: skip
def test_densenet(
    growth: int, config: list[int], initial: int, bn_size: int, drop: float, size: int
) -> None:
    make = partial(densenet.DenseNet, growth, tuple(config), initial, bn_size, drop, num_classes=7)
    same(
        EXAMPLES / "densenet.arch", "DenseNet", make, size, growth_rate=growth,
        block_config=config, num_init_features=initial, bn_size=bn_size, drop_rate=drop,
        num_classes=7,
    )  # fmt: skip


@few
@given(
    st.sampled_from([0.1, 0.35, 0.5, 1.3]),
    st.lists(
        st.tuples(st.sampled_from([1, 2, 3, 6]), widths, st.integers(1, 2), st.integers(1, 2)),
        min_size=1, max_size=4,
    ),
    st.sampled_from([4, 8]), st.integers(33, 64),
)  # fmt: skip
def test_mobilenet_v2(
    mult: float, rows: list[tuple[int, int, int, int]], nearest: int, size: int
) -> None:
    setting = [list(row) for row in rows]
    make = partial(
        mobilenetv2.MobileNetV2, num_classes=7, width_mult=mult,
        inverted_residual_setting=setting, round_nearest=nearest,
    )  # fmt: skip
    same(
        EXAMPLES / "mobilenet_v2.arch", "mobilenet_v2", make, size, num_classes=7,
        width_mult=mult, inverted_residual_setting=setting, round_nearest=nearest,
    )  # fmt: skip


mobile_rows = st.lists(
    st.tuples(
        st.sampled_from([3, 5]), widths, widths, st.booleans(), st.booleans(),
        st.integers(1, 2), st.integers(1, 2),
    ),
    min_size=1, max_size=4,
)  # fmt: skip


@few
@given(widths, mobile_rows, st.integers(4, 24), st.integers(33, 64))
@example(16, [(3, 16, 16, True, False, 2, 1), (5, 40, 16, True, True, 1, 2)], 20, 64)
def test_mobilenet_v3(stem: int, rows: list[tuple[Any, ...]], last: int, size: int) -> None:
    def make() -> nn.Module:
        incoming, setting = stem, []
        for kernel, expanded, width, excites, hard, stride, dilation in rows:
            act = "HS" if hard else "RE"
            setting.append(
                mobilenetv3.InvertedResidualConfig(
                    incoming, kernel, expanded, width, excites, act, stride, dilation, 1.0
                )
            )
            incoming = width
        net: nn.Module = mobilenetv3.MobileNetV3(setting, last, num_classes=10)
        return net

    same(
        FAMILIES / "mobilenet_v3.arch", "mobilenet_v3", make, size, stem=stem,
        rows=[list(row) for row in rows], last_channel=last,
    )  # fmt: skip


@few
@given(
    st.lists(st.integers(1, 3), min_size=3, max_size=3),
    st.lists(widths, min_size=5, max_size=5), st.integers(40, 64),
)  # fmt: skip
def test_shufflenet_v2(repeats: list[int], channels: list[int], size: int) -> None:
    make = partial(shufflenetv2.ShuffleNetV2, repeats, channels, num_classes=10)
    same(
        FAMILIES / "shufflenet_v2.arch", "shufflenet_v2", make, size, stages_repeats=repeats,
        stages_out_channels=channels,
    )  # fmt: skip


@few
@given(
    widths, st.integers(3, 8), st.integers(1, 4).map(lambda n: 8 * n), st.floats(4.0, 24.0),
    st.floats(1.5, 3.0), st.sampled_from([4, 8, 16]), st.sampled_from([1.0, 0.5]),
    st.sampled_from([None, 0.25]), st.integers(40, 64),
)  # fmt: skip
def test_regnet(
    stem: int, depth: int, w_0: int, w_a: float, w_m: float, group: int, multiplier: float,
    se_ratio: float | None, size: int,
) -> None:  # fmt: skip
    params = regnet.BlockParams.from_init_params(depth, w_0, w_a, w_m, group, multiplier, se_ratio)
    rows = [
        [width, stride, depth, group, factor]
        for width, stride, depth, group, factor in params._get_expanded_params()
    ]
    same(
        FAMILIES / "regnet.arch", "regnet", partial(regnet.RegNet, params, 10, stem), size,
        stem_width=stem, stages=rows, se_ratio=se_ratio or 0,
    )  # fmt: skip
