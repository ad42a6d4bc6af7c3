"""The reserved names are those of torch's module and containers."""

from __future__ import annotations

import pytest
from torch import nn

import archc
from archir.base.reserved import RESERVED, is_pythons

CONTAINERS = [nn.Module(), nn.Sequential(), nn.ModuleList(), nn.ModuleDict()]
# What a class of its own has from where it is asked for it, torch does not look at.
OF_MODULE = [n for n in dir(nn.Module()) if n != "__annotations__" and hasattr(nn.Module(), n)]
OF_TORCH = sorted(set().union(*(dir(container) for container in CONTAINERS)))


def test_every_name_of_torch_is_reserved() -> None:
    assert [name for name in OF_TORCH if name not in RESERVED and not is_pythons(name)] == []


@pytest.mark.parametrize(
    "name",
    # What classes of some supported Pythons have, and of others not.
    ["__annotate_func__", "__annotations_cache__", "__firstlineno__", "__static_attributes__"],
)
def test_names_of_python_are_refused_whatever_python_runs(name: str) -> None:
    text = f"model m() {{\n  input x: [N, 3]\n  {name}: linear(4)\n}}\n"
    (error,) = archc.check(archc.Source("m.arch", text)).errors
    assert error.problem.name == "bad-label"
    assert "Python keeps names that begin and end with __" in error.problem.message()


@pytest.mark.parametrize("name", [name for name in OF_TORCH if name in RESERVED])
def test_the_reason_is_true(name: str) -> None:
    where, kind = RESERVED[name]
    owner = getattr(nn, where.removeprefix("nn."))()
    assert name in dir(owner)
    if kind == "method":
        assert callable(getattr(owner, name))


@pytest.mark.parametrize("name", OF_MODULE)
def test_torch_refuses_a_child_of_that_name(name: str) -> None:
    with pytest.raises(KeyError):
        nn.Module().add_module(name, nn.Identity())
