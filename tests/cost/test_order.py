"""The best order of the steps: no order is better, and torch needs as much when it follows it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any
from unittest.mock import patch

import pytest
import torch
from measuring import Watch, state

from archc import pipeline
from archc.torch.build import build
from archc.torch.calls import perform
from archir.base.source import Source
from archir.cost import memory_errors
from archir.cost.simulate import Pass, SimulatedStep, simulate
from archir.graph.flat import flatten
from archir.graph.typed import TypedGraph
from archir.memory.storage import Storage
from archir.op.extents import bind_sizes
from archir.op.recipe import FunctionRecipe, substitute
from archir.ordering import best_order as order
from archir.ordering.best_order import Order, best_order

EXAMPLES = Path(__file__).parents[2] / "examples"


def typed_of(text: str, path: Path | None = None) -> TypedGraph:
    # What cannot be trained can be evaluated.
    with patch.object(memory_errors, "memory_errors", lambda _: ()):
        typed, found = pipeline.compile_source(Source("net.arch", text), path)
    assert typed is not None, (text, [each.problem.message() for each in found])
    return typed


# --- against all orders ---------------------------------------------------------------------------


def network(random: Random) -> str:
    """A small network with branches of several widths, some of whose ops work in place."""
    stages = [
        "conv(1, 1)", "conv(9, 1)", "conv(3, 1)", "relu", "relu(true)", "add(1)",
        "max_pool(2) -> upsample(8)", "flatten(2) -> unflatten(2, [8, 8])",
    ]  # fmt: skip
    branches = [
        " -> ".join(random.choice(stages) for _ in range(random.randint(1, 2)))
        for _ in range(random.randint(2, 3))
    ]
    first = random.choice(["conv(4, 1)", "conv(2, 1) -> batch_norm"])
    last = random.choice(["", " -> conv(2, 1)"])
    return (
        "model net() {\n  input x: [N, 3, 8, 8]\n"
        f"  {first}\n  concat [{', '.join(branches)}]{last}\n}}\n"
    )


def orders(run: Pass, left: list[SimulatedStep], there: set[int]) -> Iterator[list[SimulatedStep]]:
    """All orders in which every value is there when it is read."""
    if not left:
        yield []
    for step in left:
        flat = run.flat.steps[step.index]
        if there.issuperset(flat.inputs):
            others = [other for other in left if other is not step]
            for rest in orders(run, others, there | set(flat.outputs)):
                yield [step, *rest]


def outcome(run: Pass, steps: Sequence[SimulatedStep]) -> list[object]:
    """What each step computes in an order, as a term, and what the outputs hold at the end."""
    contents: dict[Storage, object] = {each: each.number for each in run.storages(run.flat.inputs)}
    found: list[object] = [None] * len(run.flat.steps)
    for step in steps:
        term = (step.index, *(contents[storage] for storage in step.reads))
        found[step.index] = hash(term)
        for storage in step.gives if step.writes else step.new:
            contents[storage] = found[step.index]
    return [*found, *(contents[storage] for storage in sorted_storages(run))]


def in_order(run: Pass, best: Order) -> list[SimulatedStep]:
    """The steps of a pass in an order."""
    steps = {step.index: step for step in run.steps}
    return [steps[index] for index in best.steps]


def sorted_storages(run: Pass) -> list[Storage]:
    return sorted(run.storages(run.flat.outputs), key=lambda storage: storage.number)


def needed(run: Pass, steps: Sequence[SimulatedStep]) -> int:
    """The peak of an order; a storage goes behind the last step that has to do with it."""
    staying = run.storages(run.flat.outputs) | run.storages(run.flat.inputs)
    now = most = 0
    for at, step in enumerate(steps):
        most = max(most, now + step.scratch)
        now += sum(storage.nbytes for storage in step.new)
        later = {storage for other in steps[at + 1 :] for storage in (*other.reads, *other.gives)}
        here = {*step.reads, *step.gives} - later - staying
        now -= sum(storage.nbytes for storage in here)
    return most


@pytest.mark.parametrize("seed", range(60))
def test_no_order_is_better(seed: int) -> None:
    typed = typed_of(network(Random(seed)))
    run = simulate(flatten(typed), typed.graph.sizes, training=False)
    given = outcome(run, run.steps)
    peaks = [
        needed(run, steps)
        for steps in orders(run, list(run.steps), set(run.flat.inputs))
        if outcome(run, steps) == given
    ]
    best = best_order(run)
    chosen = in_order(run, best)
    assert best.is_exact
    assert outcome(run, chosen) == given
    assert needed(run, chosen) == best.peak
    assert best.peak == min(peaks)


# --- on torch -------------------------------------------------------------------------------------


def follow(typed: TypedGraph, model: torch.nn.Module, image: torch.Tensor) -> tuple[int, Any]:
    """Run the steps of a model one by one in the best order: the peak, and what comes out."""
    flat = flatten(typed)
    sizes = {**typed.graph.sizes, "N": image.shape[0]}
    if "H" in sizes:
        sizes.update(H=image.shape[2], W=image.shape[3])
    run = simulate(flat, sizes, training=False)
    best = best_order(run)
    left = [value for step in run.steps for value in flat.steps[step.index].inputs]
    values: dict[int, Any] = {flat.inputs[0]: image}
    with Watch([*state(model), image]) as watch, torch.no_grad():
        for index in best.steps:
            step = flat.steps[index]
            inputs = [values[value] for value in step.inputs]
            assert step.op is not None
            if step.module is None:
                recipe = step.op.recipe(tuple(run.types[value] for value in step.inputs))
                assert isinstance(recipe, FunctionRecipe)
                types = tuple(flat.values[value].type for value in step.inputs)
                made = perform(bind_sizes(substitute(recipe.apply, step.op), types, sizes), inputs)
            else:
                made = model.get_submodule(step.module)(*inputs)
            outputs = made if isinstance(made, tuple | list) else [made]
            values.update(zip(step.outputs, outputs, strict=True))
            del made, inputs, outputs
            for value in step.inputs:
                left.remove(value)
                if value not in left and value not in flat.outputs:
                    values.pop(value, None)
        peak = watch.peak
    assert peak == best.peak
    return peak, values[flat.outputs[0]]


@pytest.mark.parametrize(
    "name", ["inception_module", "resnet18", "mobilenet_v2", "googlenet", "unet", "squeezenet1_1"]
)
def test_torch_needs_as_much_when_it_follows_the_order(name: str) -> None:
    path = EXAMPLES / f"{name}.arch"
    typed = typed_of(path.read_text("utf-8"), path)
    torch.manual_seed(0)
    model = build(typed).eval()
    shape = typed.graph.root.input_types[0]
    assert shape is not None
    channels = shape.at(typed.graph.sizes).shape[1]
    assert isinstance(channels, int)
    side = 28 if name == "inception_module" else 64
    image = torch.rand(2, channels, side, side)
    _, found = follow(typed, model, image)
    with torch.no_grad():
        torch.testing.assert_close(found, model(image))


@pytest.mark.parametrize("limit", ["MOST_STATES", "MOST_LOOKS"])
def test_where_there_are_too_many_orders_it_is_said(
    limit: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The search is given up, and the order is still one that does the same."""
    path = EXAMPLES / "inception_module.arch"
    typed = typed_of(path.read_text("utf-8"), path)
    run = simulate(flatten(typed), typed.graph.sizes, training=False)
    exact = best_order(run)
    monkeypatch.setattr(order, limit, 2)
    given_up = best_order(run)
    assert exact.is_exact
    assert not given_up.is_exact
    chosen = in_order(run, given_up)
    assert outcome(run, chosen) == outcome(run, run.steps)
    assert needed(run, chosen) == given_up.peak
    assert exact.peak <= given_up.peak <= needed(run, run.steps)
