"""Random networks: the compiler's verdict and every shape equal torch's, run on the CPU."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from random import Random

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from networks import Generator, MemoryTrace, Network

from archc import pipeline
from archir.base.source import Source
from archir.graph.graph import Apply, Definition, Group, TrainOnly, Use
from archir.graph.typed import TypedGraph
from archir.graph.unroll import unroll
from archir.shapes.dims import evaluate

torch.set_num_threads(1)


@pytest.fixture(autouse=True)
def even_kernels_may_copy() -> Iterator[None]:
    """torch warns of the time that ``padding="same"`` takes with an even kernel."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Using padding='same'")
        yield


def compiled(network: Network, *, sized: bool = True) -> tuple[TypedGraph | None, list[str]]:
    """The typed graph of a network's text, and the names of its errors."""
    source = Source("net.arch", network.text(sized=sized))
    typed, found = pipeline.compile_source(source, None)
    return typed, [item.problem.name for item in found if item.is_error]


def shapes(typed: TypedGraph, sizes: dict[str, int]) -> list[tuple[int, ...]]:
    """The shape of every op's output in the order of running, at given sizes."""
    typed = unroll(typed)
    found: list[tuple[int, ...]] = []

    def follow(definition: Definition, steps: list[object]) -> None:
        for step in steps:
            if isinstance(step, Apply):
                found.extend(
                    tuple(evaluate(dim, sizes) for dim in tensor.shape)
                    for tensor in typed.types_of(definition, step.outputs)
                )
            elif isinstance(step, Use):
                follow(step.definition, list(step.definition.steps))
            elif isinstance(step, Group | TrainOnly):
                follow(definition, list(step.steps))

    follow(typed.graph.root, list(typed.graph.root.steps))
    return found


def difference(network: Network, *, sized: bool = True) -> str | None:
    """What the compiler says otherwise than torch about one network, if anything.

    ``sized`` gives the text size variables, and asks at other sizes too.
    """
    trace = MemoryTrace()
    runs = network.run(trace, network.sizes)
    typed, errors = compiled(network, sized=sized)
    if typed is None:
        return f"refused {errors}, and torch runs it" if runs else None
    if not runs:
        return f"accepted, and torch refuses it behind {trace.shapes[-1:]}"
    ours = shapes(typed, typed.graph.sizes)
    if ours != trace.shapes:
        return f"shapes {ours}, and torch's are {trace.shapes}"
    return other_sizes(network, trace, typed) if sized else None


def other_sizes(network: Network, trace: MemoryTrace, typed: TypedGraph) -> str | None:
    """The same question at sizes nearby, for which the conditions of the graph must tell."""
    names = [name for name in typed.graph.sizes if name != "N"]
    for offset in (-2, 1, 3):
        sizes = tuple(max(1, size + offset) for size in network.sizes)
        values = {"N": 1, **dict(zip(names, sizes, strict=True))}
        holds = all(
            requirement.condition.training or requirement.condition.holds(values)
            for requirement in typed.requirements
        )
        runs = network.run(trace, sizes)
        if holds != runs:
            return f"at {sizes} the conditions {'hold' if holds else 'fail'}, torch says {runs}"
        if runs and shapes(typed, values) != trace.shapes:
            return f"at {sizes} shapes {shapes(typed, values)}, and torch's are {trace.shapes}"
    return None


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.randoms(use_true_random=False))
def test_verdict_and_shapes_equal_torch(random: Random) -> None:
    network = Generator(random).network()
    found = difference(network)
    assert found is None, f"{found}\n{network.text()}"


def test_fixed_networks_equal_torch() -> None:
    for seed in range(600):
        network = Generator(Random(seed)).network()
        found = difference(network)
        assert found is None, f"seed {seed}: {found}\n{network.text()}"


def test_networks_are_of_both_kinds() -> None:
    """The comparison is worth something only if torch runs about half of the networks."""
    runs = sum(
        network.run(MemoryTrace(), network.sizes)
        for network in (Generator(Random(seed)).network() for seed in range(300))
    )
    assert 0.4 < runs / 300 < 0.8
