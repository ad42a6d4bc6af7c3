"""Costs of random networks: parameters and MACs are those that plain torch counts."""

from __future__ import annotations

from random import Random

import pytest
import torch
from counting import Counter, backward
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from networks import Generator, MemoryTrace, Network

from archc import pipeline
from archir.base.source import Source
from archir.cost.report import Costs
from archir.counters.printed import tell

torch.set_num_threads(1)

SEEDS = 3900
"""Of these about 2,000 run."""


def compare(network: Network) -> bool:
    """Hold what we count to torch; False where torch does not run the network."""
    trace = MemoryTrace()
    if not network.run(trace, network.sizes):
        return False
    typed, _ = pipeline.compile_source(Source("net.arch", network.text()), None)
    assert typed is not None
    costs = Costs(typed, typed.graph.sizes)
    totals, told = costs.totals, tell(costs, "torch")
    assert told.training is not None
    trace.rewind()
    for made in trace.modules:  # nothing needs to be computed, and no pool can read padding
        made.to("meta")
    image = torch.zeros(1, network.channels, *network.sizes, device="meta")
    with Counter() as counter:
        output = network.body.run(image, trace, {})
        forward = counter.total
        backward([output])
    theirs = (
        sum(parameter.numel() for made in trace.modules for parameter in made.parameters()),
        sum(buffer.numel() for made in trace.modules for buffer in made.buffers()),
        forward,
        counter.total - counter.overrun,
        counter.total,
    )
    counted = (totals.macs, totals.training_macs, told.training.macs)
    ours = (totals.parameters, totals.buffers, *counted)
    assert ours == theirs, network.text()
    return True


@pytest.mark.filterwarnings("ignore:Using padding='same'")
@pytest.mark.parametrize("part", range(6))
def test_costs_of_random_networks_are_torch_s(part: int) -> None:
    ran = sum(compare(Generator(Random(seed)).network()) for seed in range(part, SEEDS, 6))
    assert ran > 2000 / 6


@pytest.mark.filterwarnings("ignore:Using padding='same'")
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.randoms(use_true_random=False))
def test_costs_equal_torch(random: Random) -> None:
    compare(Generator(random).network())
