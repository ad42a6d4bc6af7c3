"""What the comparison says of torch's memory: by elements, whatever a kernel allocates."""

from __future__ import annotations

import pytest
import torch

from archc.testing.agreement import ours
from archc.testing.agreement.measure import kept_bytes, saved_bytes
from archir.graph.flat import flatten

VOLUMES = """model net() {{
  input x: [N, {wide}, D = {size}, H = {size}, W = {size}]
  multiply(2) -> conv_transpose({thin}, {kernel}) -> conv(3, 1) -> relu
}}
"""


@pytest.mark.parametrize("kernel", [1, 2])
@pytest.mark.parametrize(("wide", "thin", "size"), [(8, 1, 1), (8, 1, 3), (8, 3, 2), (2, 8, 3)])
def test_a_kernel_that_allocates_more_than_its_output_has(
    wide: int, thin: int, size: int, kernel: int
) -> None:
    text = VOLUMES.format(wide=wide, thin=thin, size=size, kernel=kernel)
    typed = ours.check({"main.arch": text}, "main.arch", "net").typed
    assert typed is not None
    net, kept = ours.live(typed, 0), []
    given = torch.rand(1, wide, size, size, size)
    nbytes, _ = saved_bytes(lambda: kept.append(net(given)), net.state_dict().values())
    behind = size + kernel - 1
    by_hand = 4 * (wide * size**3 + thin * behind**3 + 3 * behind**3)  # and what relu gives
    assert nbytes == by_hand == kept_bytes(flatten(typed), {})
