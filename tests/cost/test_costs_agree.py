"""Parameters, MACs and output shapes of every example equal torch's, at several sizes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from counting import Counted, Counter, Shapes, backward
from torch.utils.flop_counter import FlopCounterMode

import archc
from archc import pipeline
from archc.costing import summary_of
from archir.cost.report import Entry
from archir.sizes.refusal import refusal
from archir.source import Source
from archir.typed import TypedGraph

EXAMPLES = Path(__file__).parents[2] / "examples"

PICTURES = [
    *[(224, 224), (64, 96), (97, 65), (80, 48), (224, 225), (225, 224)],
    *[(299, 320), (350, 361), (310, 310)],
]
"""Heights and widths; each example is run at the first three that it takes in training."""

BATCHES = (2, 1, 5)


def typed_of(example: str) -> TypedGraph:
    path = EXAMPLES / f"{example}.arch"
    typed, found = pipeline.compile_source(Source(path.name, path.read_text("utf-8")), path)
    assert typed is not None, list(found)
    return typed


def trials(typed: TypedGraph) -> Iterator[dict[str, int]]:
    """Three sizes with three batches."""
    batches = iter(BATCHES)
    batch = next(batches)
    for height, width in PICTURES:
        sizes = {"N": batch, "H": height, "W": width}
        if refusal(typed, sizes, training=True) is None:
            yield sizes
            following = next(batches, None)
            if following is None:
                return
            batch = following


def shapes_of(rows: tuple[Entry, ...], *, training: bool) -> Shapes:
    """What the modules of ops give by path, in the order of running."""
    found: Shapes = defaultdict(list)
    for row in rows:
        if row.kind == "op" and len(row.outputs) == 1 and (training or not row.training):
            found[row.path].append(tuple(row.outputs[0].shape))  # type: ignore[arg-type]
    return found


@pytest.mark.parametrize("example", sorted(path.stem for path in EXAMPLES.glob("*.arch")))
def test_an_example_costs_what_torch_counts(example: str) -> None:
    typed = typed_of(example)
    with torch.device("meta"):
        net = archc.load(EXAMPLES / f"{example}.arch")
    tried = list(trials(typed))
    assert len(tried) == 3
    for sizes in tried:
        summary = summary_of(typed, sizes, None, "float32", "sgd")
        totals, rows = summary.totals, summary.rows
        weights = [parameter.numel() for parameter in net.parameters()]
        assert totals.parameters == summary.whole.parameters == sum(weights)
        assert totals.buffers == sum(buffer.numel() for buffer in net.buffers())
        assert sum(row.parameters for row in rows if not_a_scope(row)) == totals.parameters
        (given,) = typed.types_of(typed.graph.root, typed.graph.root.inputs)
        image = torch.empty(given.at(sizes).shape, device="meta")  # type: ignore[arg-type]
        for training in (False, True):
            counted = Counted(net, [image], training=training)
            ours = shapes_of(rows, training=training)
            assert {path: counted.shapes[path] for path in ours} == ours
            if training:
                assert totals.training_macs == counted.total - counted.overrun
            else:
                assert totals.macs == counted.forward
                made = [row.macs for row in rows if not_a_scope(row) and not row.training]
                assert sum(made) == totals.macs  # type: ignore[arg-type]  # numbers at these sizes


def not_a_scope(row: Entry) -> bool:
    return row.kind not in ("block", "group")


@pytest.mark.parametrize("example", ["resnet18", "mobilenet_v1"])
def test_the_counter_counts_as_torch_does(example: str) -> None:
    with torch.device("meta"):
        net = archc.load(example).train()
        image = torch.empty(2, 3, 64, 64)
    with FlopCounterMode(display=False) as theirs, Counter() as ours:
        backward([net(image)])
    assert theirs.get_total_flops() == 2 * ours.total
    assert (ours.overrun > 0) == (example == "mobilenet_v1")
