"""Models from text, and the comparisons that all tests of the live module share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

import pytest
import torch
from torch import nn

from archc.pipeline import compile_source
from archc.torch import module
from archir.base.source import Source

Build: TypeAlias = Callable[..., nn.Module]
Entries: TypeAlias = list[tuple[str, tuple[int, ...], torch.dtype]]
ListEntries: TypeAlias = Callable[[nn.Module], Entries]
EqualStates: TypeAlias = Callable[[nn.Module, nn.Module], bool]


def build_text(text: str, seed: int | None = None, path: Path | None = None) -> nn.Module:
    """The live module of the one model in a text, which must be free of problems."""
    typed, found = compile_source(Source("model.arch", text), path)
    assert [item.problem.message() for item in found if item.is_error] == []
    assert typed is not None
    if seed is not None:
        torch.manual_seed(seed)
    return module(typed)


@pytest.fixture(scope="session")
def build() -> Build:
    return build_text


@pytest.fixture(scope="session")
def entries() -> ListEntries:
    """The ordered list of (key, shape, dtype) of a state dict."""

    def listed(net: nn.Module) -> Entries:
        return [(key, tuple(t.shape), t.dtype) for key, t in net.state_dict().items()]

    return listed


@pytest.fixture(scope="session")
def equal_states() -> EqualStates:
    """Whether two modules have the same keys in the same order, and the same bits in each."""

    def equal(left: nn.Module, right: nn.Module) -> bool:
        ours, theirs = left.state_dict(), right.state_dict()
        return list(ours) == list(theirs) and all(
            torch.equal(ours[key], theirs[key]) for key in ours
        )

    return equal


@pytest.fixture(autouse=True)
def _seed() -> Iterator[None]:
    torch.manual_seed(0)
    yield
