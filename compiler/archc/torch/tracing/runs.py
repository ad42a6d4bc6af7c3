"""A module watched at several sizes and in both modes, and what else is to be known of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from archc.torch.tracing.record import Child, Trace
from archc.torch.tracing.tree import buffer_data, children, known_classes, shared
from archc.torch.tracing.watch import watch
from archir.base.record import Record

Extents = tuple[int, ...]


class Seen(Record):
    """What was seen of a module."""

    training: tuple[Trace, ...]
    """One run for each choice of sizes."""

    evaluation: Trace
    """A run at the first of them."""

    tree: Mapping[str, Child]
    shared: Mapping[str, str]
    buffers: Mapping[str, Any]


def see(
    net: nn.Module,
    arguments: Mapping[int, Mapping[str, Any]],
    sizes: Sequence[Sequence[Extents]],
    dtypes: Sequence[str],
    names: Mapping[str, Any],
) -> Seen:
    """Watch a module run at each choice of the inputs' extents.

    ``names`` are the classes that ops are read from. Raises ``TracingError``.
    """
    known = known_classes(names)

    def run(extents: Sequence[Extents], *, training: bool) -> Trace:
        return watch(net, tensors(extents, dtypes), known, training=training)

    evaluation = run(sizes[0], training=False)
    training = tuple([run(each, training=True) for each in sizes])
    tree = children(net, dict(arguments))
    return Seen(training, evaluation, tree, shared(net), buffer_data(net))


def tensors(extents: Sequence[Extents], dtypes: Sequence[str]) -> list[Tensor]:
    """Inputs of these extents and dtypes."""
    return [
        torch.zeros(shape, dtype=getattr(torch, dtype))
        for shape, dtype in zip(extents, dtypes, strict=True)
    ]


def drawn(extents: Sequence[Extents], dtypes: Sequence[str]) -> list[Tensor]:
    """The same with random elements; whole numbers and truths of two kinds."""
    source = torch.Generator().manual_seed(0)
    return [
        torch.randn(shape, generator=source)
        if dtype == "float32"
        else torch.randint(2, shape, generator=source).to(getattr(torch, dtype))
        for shape, dtype in zip(extents, dtypes, strict=True)
    ]
