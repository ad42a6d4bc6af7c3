"""Ops that do the same kind of thing look the same."""

from __future__ import annotations

import pytest
import torch.nn.modules as kinds

from archc.drawing.digraph import ALIKE, COLOURS
from archir.catalogue.registry import FAMILIES, ops
from archir.op.contract import Op

# Where torch keeps its classes, and what we call the kind.
KINDS = {
    "activation": "activation",
    "conv": "convolution",
    "batchnorm": "normalisation",
    "instancenorm": "normalisation",
    "normalization": "normalisation",
    "linear": "dense",
    "pooling": "pooling",
}


def test_the_tables_name_families_that_there_are() -> None:
    assert set(ALIKE) <= set(FAMILIES)
    assert set(ALIKE.values()) <= set(COLOURS)
    assert not set(ALIKE) & set(COLOURS)


@pytest.mark.parametrize("op", ops().values(), ids=ops())
def test_a_module_has_the_colour_of_its_kind(op: type[Op]) -> None:
    found = getattr(kinds, op.torch_name.rpartition(".")[2], None)
    kind = KINDS.get(found.__module__.rpartition(".")[2] if isinstance(found, type) else "")
    own = op.__module__.rpartition(".")[2]
    # torch keeps the one beside Linear, and the other beside activations.
    if kind is not None and op.keyword not in ("identity", "multihead_attention"):
        assert ALIKE.get(own, own) == kind
