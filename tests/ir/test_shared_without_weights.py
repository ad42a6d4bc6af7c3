"""Modules without weights that are shared: torch makes some of them for certain channels too."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from archc import Source, check

SHARED = """model m() {{
  input x: [N, 2, L = 4]
  module shared = {module}
  shared -> {between} -> shared
}}
"""


def _ok(module: str, between: str) -> bool:
    return check(Source("m", SHARED.format(module=module, between=between))).ok


def test_torch_makes_a_layer_norm_for_its_features() -> None:
    made = nn.LayerNorm(4, elementwise_affine=False)
    with pytest.raises(RuntimeError, match="normalized_shape"):
        made(torch.zeros(1, 2, 3))
    assert not _ok("layer_norm(elementwise_affine = false)", "slice(2, 1)")
    assert _ok("layer_norm(elementwise_affine = false)", "relu")


@pytest.mark.parametrize("module", ["instance_norm", "group_norm(1, affine = false)"])
def test_what_is_made_for_channels_is_for_no_others(module: str) -> None:
    assert not _ok(module, "slice(1, 1)")
    assert _ok(module, "relu")


@pytest.mark.parametrize("module", ["max_pool(2, stride = 1)", "dropout", "softmax(1)", "prelu"])
def test_what_is_made_for_none_is_for_all(module: str) -> None:
    assert _ok(module, "slice(1, 1)")
