"""timm's EfficientNet builder with random strings, against one text for all that it builds.

The strings are timm's own way of writing an architecture. Weights are drawn by rules of timm's
own, which no text has, so they are carried over; all else is compared bit for bit.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from timm.models._efficientnet_builder import decode_arch_def
from timm.models.efficientnet import EfficientNet
from torch import nn

import archc

TEXT = Path(__file__).parent / "families" / "timm_efficientnet.arch"

decode: Any = decode_arch_def  # timm gives it no types
Unit = tuple[str, int, int, int, int, float, int]
"""Kind, kernel, stride, expansion, width, ratio of squeezing, and how often it is repeated."""

units = st.tuples(
    st.sampled_from(["ds", "ir", "cn"]),
    st.sampled_from([1, 3, 5]),
    st.integers(1, 2),
    st.sampled_from([1, 2, 3, 6]),
    st.integers(1, 5).map(lambda n: 8 * n),
    st.sampled_from([0.0, 0.25, 0.5]),
    st.integers(1, 2),
)


def written(unit: Unit) -> str:
    """The unit as timm writes it."""
    kind, kernel, stride, expand, width, ratio, repeats = unit
    expand = expand if kind == "ir" else 1
    squeezed = f"_se{ratio}" if ratio and kind != "cn" else ""
    return f"{kind}_r{repeats}_k{kernel}_s{stride}_e{expand}_c{width}{squeezed}"


def rows(stage: list[Unit]) -> list[list[Any]]:
    """The same as rows of our text: in a stage the first unit alone has a stride."""
    found: list[list[Any]] = []
    for kind, kernel, stride, expand, width, ratio, repeats in stage:
        for _ in range(repeats):
            found.append([kind, kernel, 1 if found else stride, expand, width, ratio])
    return found


@settings(max_examples=12)
@given(
    st.integers(1, 4).map(lambda n: 8 * n),
    st.lists(st.lists(units, min_size=1, max_size=2), min_size=1, max_size=3),
    st.integers(8, 40),
    st.integers(33, 64),
)
def test_efficientnet(stem: int, stages: list[list[Unit]], features: int, size: int) -> None:
    strings = [[written(unit) for unit in stage] for stage in stages]

    def make() -> nn.Module:
        net: nn.Module = EfficientNet(
            decode(strings), num_classes=10, num_features=features, stem_size=stem,
            fix_stem=True, act_layer=nn.SiLU,
        )  # fmt: skip
        return net

    found = archc.verify(
        TEXT, make, sizes={"H": size, "W": size}, stem_size=stem,
        stages=[rows(stage) for stage in stages], num_features=features,
    )  # fmt: skip
    wrong = [each for each in found.checks if not each.holds and each.name != "initial weights"]
    assert not wrong, f"{strings}\n{found}"
    assert {"eval outputs", "gradients"} <= {each.name for each in found.checks if each.holds}
