"""State dicts with a version: torchvision's MNASNet has changed its stem, and says so in one."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

import pytest
import torch
from torch import nn
from torchvision.models import mnasnet

import archc

NEWER = "A new version of MNASNet"
"""What torchvision says where it makes the stem of the version before."""


def pair(name: str) -> tuple[nn.Module, nn.Module]:
    """Ours and torchvision's, with weights of their own."""
    theirs: nn.Module = getattr(mnasnet, name)(weights=None)
    return archc.load(name).eval(), theirs.eval()


def of_version_1(state: Any, alpha: float) -> Any:
    """Weights as they were published before: a stem of 32 and 16 channels, whatever alpha was."""
    old = OrderedDict(state)
    old._metadata = {**state._metadata, "": {"version": 1}}  # type: ignore[attr-defined]
    if alpha != 1.0:
        model: Any = mnasnet.MNASNet(alpha)
        with pytest.warns(UserWarning, match=NEWER):
            model._load_from_state_dict(OrderedDict(), "", {"version": 1}, False, [], [], [])
        old.update(model.state_dict())
    return old


def same(ours: nn.Module, theirs: nn.Module) -> None:
    image = torch.randn(1, 3, 64, 64, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        assert torch.equal(ours(image), theirs(image))


@pytest.mark.parametrize("name", ["mnasnet0_5", "mnasnet1_0"])
def test_weights_of_the_version_of_today_load(name: str) -> None:
    ours, theirs = pair(name)
    ours.load_state_dict(theirs.state_dict())
    same(ours, theirs)


def test_weights_of_the_version_before_load_where_the_stem_was_the_same() -> None:
    ours, theirs = pair("mnasnet1_0")
    ours.load_state_dict(of_version_1(theirs.state_dict(), 1.0))
    same(ours, theirs)


def test_a_stem_of_the_version_before_is_refused() -> None:
    ours, theirs = pair("mnasnet0_5")
    old = of_version_1(theirs.state_dict(), 0.5)
    assert old["layers.0.weight"].shape == (32, 3, 3, 3)
    with pytest.raises(RuntimeError, match=r"size mismatch for layers\.0\.weight"):
        ours.load_state_dict(old)


def test_ours_load_there_once_they_say_their_version() -> None:
    """A module that says none is of version 1, by which torchvision makes its stem anew."""
    ours, theirs = pair("mnasnet0_5")
    state: Any = ours.state_dict()
    with pytest.warns(UserWarning, match=NEWER), pytest.raises(RuntimeError, match="size mismatch"):
        theirs.load_state_dict(state)
    _, theirs = pair("mnasnet0_5")
    state._metadata[""]["version"] = 2  # as docs/weights.md says
    theirs.load_state_dict(state)
    same(ours, theirs)
