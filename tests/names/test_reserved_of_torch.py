"""The reserved names are those of torch's module and containers."""

from __future__ import annotations

import pytest
from torch import nn

from archir.reserved import RESERVED

CONTAINERS = [nn.Module(), nn.Sequential(), nn.ModuleList(), nn.ModuleDict()]
OF_TORCH = sorted(set().union(*(dir(container) for container in CONTAINERS)))


def test_every_name_of_torch_is_reserved() -> None:
    assert [name for name in OF_TORCH if name not in RESERVED] == []


@pytest.mark.parametrize("name", [name for name in OF_TORCH if name in RESERVED])
def test_the_reason_is_true(name: str) -> None:
    reserved = RESERVED[name]
    owner = getattr(nn, reserved.owner.removeprefix("nn."))()
    assert name in dir(owner)
    if reserved.kind == "method":
        assert callable(getattr(owner, name))


@pytest.mark.parametrize("name", [n for n in dir(nn.Module()) if hasattr(nn.Module(), n)])
def test_torch_refuses_a_child_of_that_name(name: str) -> None:
    with pytest.raises(KeyError):
        nn.Module().add_module(name, nn.Identity())
