"""Parameters, MACs and output shapes of every example equal torch's, at several sizes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import islice, product
from typing import Any

import pytest
import torch
from counting import Counted, Shapes, backward
from measuring import tensors, zeros
from meta import Quick
from shipped import EACH, EXAMPLES
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.flop_counter import FlopCounterMode

import archc
from archc import pipeline
from archc.torch.build import build
from archir.base.source import Source
from archir.check.refusal import refusal
from archir.cost.report import Costs, Entry, Totals
from archir.counters.printed import tell
from archir.graph.typed import TypedGraph

PICTURES = [
    *[(224, 224), (64, 96), (97, 65), (80, 48), (224, 225), (225, 224)],
    *[(350, 361), (365, 350), (390, 380)],
    *[(32, 32), (33, 35), (34, 32)],
]
"""Heights and widths; each example is run at the first three that it takes in training."""

LENGTHS = [(32,), (1,), (11,)]
"""Those of texts."""

CLIPS = [(16, 32, 32), (4, 24, 33), (9, 17, 8), (14, 224, 209), (13, 209, 240), (21, 210, 211)]
"""Frames, heights and widths of clips."""

BATCHES = (2, 1, 5)

LISTS = (nn.ModuleDict, nn.ModuleList)


def typed_of(example: str) -> TypedGraph:
    path = EXAMPLES / f"{example}.arch"
    typed, found = pipeline.compile_source(Source(path.name, path.read_text("utf-8")), path)
    assert typed is not None, list(found)
    return typed


def trials(typed: TypedGraph) -> Iterator[dict[str, int]]:
    """Three sizes, each with the batches that it takes in training: all three, or all but one."""

    def runs(sizes: dict[str, int]) -> bool:
        return refusal(typed, sizes, training=True) is None

    names = [name for name in typed.graph.sizes if name != "N"]
    those: Sequence[tuple[int, ...]] = PICTURES
    if names == ["L"]:
        those = LENGTHS
    elif names == ["T", "H", "W"]:
        those = CLIPS
    first = {"N": BATCHES[0], **dict.fromkeys(names, 3)}  # of what is no length of a picture, three
    each = ({**first, **dict(zip(names, sizes, strict=False))} for sizes in those)
    for sizes, batch in product(islice(filter(runs, each), 3), BATCHES):
        if batch > 1 or runs({**sizes, "N": batch}):
            yield {**sizes, "N": batch}


def inputs_of(typed: TypedGraph, sizes: dict[str, int], device: str = "meta") -> list[Tensor]:
    return zeros(typed.types_of(typed.graph.root, typed.graph.root.inputs), sizes, device)


def shapes_of(costs: Costs, rows: list[Entry], net: nn.Module, *, training: bool) -> Shapes:
    """What modules give by path, in the order of running: ops, groups, blocks and the whole.

    A group that takes a value from outside is no module that runs: its layers are kept in a dict,
    and those that have numbers in a list.
    """
    kept = {path for path, module in net.named_modules() if isinstance(module, LISTS)}
    found: Shapes = defaultdict(list)
    for row in rows:
        if row.path in kept or (row.training and not training):
            continue
        if row.kind in ("op", "block", "group"):
            found[row.path].append(tuple(each.shape for each in row.outputs))  # type: ignore[misc]
    outputs = zip(costs.flat.typed.graph.root.outputs, costs.flat.outputs, strict=True)
    given = [value for output, value in outputs if training or not output.when_training]
    found[""] = [tuple(costs.types[value].shape for value in given)]  # type: ignore[misc]
    return found


@pytest.mark.parametrize("example", EACH)
def test_an_example_costs_what_torch_counts(example: str) -> None:
    typed = typed_of(example)
    with torch.device("meta"), Quick():
        net = build(typed)
    weights = sum(parameter.numel() for parameter in net.parameters())
    buffers = sum(buffer.numel() for buffer in net.buffers())
    tried = list(trials(typed))
    assert 6 <= len(tried) <= 9
    for sizes in tried:
        costs, given = Costs(typed, sizes), inputs_of(typed, sizes)
        totals = costs.totals
        assert totals.parameters == costs.whole(field=False, kept=False).parameters == weights
        assert totals.buffers == buffers
        compare(costs, net, given)
    tell_of_torch(costs, net, given)


def compare(costs: Costs, net: nn.Module, given: list[Tensor]) -> None:
    """Hold shapes and MACs of an evaluation and of a training step to torch."""
    totals = costs.totals
    rows = costs.entries(None, fold=False, field=False, kept=False)
    add_up(totals, rows)
    evaluated = Counted(net, given, training=False)
    assert evaluated.shapes == shapes_of(costs, rows, net, training=False)
    assert totals.macs == evaluated.total
    trained = Counted(net, given, training=True)
    assert trained.shapes == shapes_of(costs, rows, net, training=True)
    assert totals.training_macs == trained.total - trained.overrun


def add_up(totals: Totals, rows: list[Entry]) -> None:
    """Each parameter, and each multiply-accumulate of an evaluation, stands in one row."""
    rows = [row for row in rows if row.kind not in ("block", "group")]
    assert sum(row.parameters for row in rows) == totals.parameters
    made = [row.macs for row in rows if not row.training]
    assert sum(made) == totals.macs  # type: ignore[arg-type]  # numbers at these sizes


def tell_of_torch(costs: Costs, net: nn.Module, given: list[Tensor]) -> None:
    """Hold what is told of torch's own counter to what it prints."""
    told = tell(costs, "torch")
    assert told.training is not None
    assert told.printed == printed(net, given, training=False)
    assert told.training.printed == printed(net, given, training=True)
    for each, ours in ((told, costs.totals.macs), (told.training, costs.totals.training_macs)):
        assert each.printed == 2 * each.macs
        assert each.macs == each.ours + sum(one.amount for one in each.differences)
        assert each.ours == ours


def printed(net: nn.Module, given: list[Tensor], *, training: bool) -> int:
    """What torch's counter prints for an evaluation, or for a training step."""
    net.train(training)
    with FlopCounterMode(display=False) as counter, Quick(), torch.set_grad_enabled(training):
        output = net(*given)
        if training:
            backward(tensors(output))
    return int(counter.get_total_flops())


@pytest.mark.parametrize("example", ["mobilenet_v2", "googlenet", "unet"])
def test_torch_counts_the_same_where_all_is_computed(example: str) -> None:
    """On the CPU, and on the meta device without any short cut."""
    net = archc.load(EXAMPLES / f"{example}.arch").train()
    typed = typed_of(example)
    sizes = {**typed.graph.sizes, "N": 2, "H": 64, "W": 64}
    told = tell(Costs(typed, sizes), "torch")
    assert told.training is not None
    for device in ("cpu", "meta"):
        with FlopCounterMode(display=False) as counter:
            backward(tensors(net.to(device)(*inputs_of(typed, sizes, device))))
        assert counter.get_total_flops() == told.training.printed


def batch_norm(training: bool, image: Tensor) -> Tensor:
    made: dict[str, Any] = {"device": image.device}
    mean, variance = torch.zeros(6, **made), torch.ones(6, **made)
    weight = torch.ones(6, requires_grad=True, **made)
    return functional.batch_norm(image, mean, variance, weight, weight, training=training)


@pytest.mark.parametrize(
    "function",
    [functional.relu, functional.relu6, partial(batch_norm, True), partial(batch_norm, False)],
)
@pytest.mark.parametrize("shape", [(4, 6), (2, 6, 9), (3, 6, 5, 7)])
def test_a_short_cut_gives_what_torch_gives(function: Any, shape: tuple[int, ...]) -> None:
    """What flows out and back, and what is saved for that."""

    def seen() -> list[tuple[Any, ...]]:
        found: list[Tensor] = []

        def keep(given: Tensor) -> Tensor:
            found.append(given)
            return given

        turned = torch.empty(shape[::-1], device="meta").permute(*range(len(shape))[::-1])
        for image in (torch.empty(shape, device="meta"), turned):
            with torch.autograd.graph.saved_tensors_hooks(keep, lambda given: given):
                output = function(image.requires_grad_())
            found += [output, *torch.autograd.grad(output.sum(), [image])]
        return [(each.shape, each.dtype, each.stride()) for each in found]

    plain = seen()
    with Quick():
        assert seen() == plain
