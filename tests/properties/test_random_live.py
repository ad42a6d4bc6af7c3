"""Random networks as live modules: from one seed the same weights and outputs as plain torch."""

from __future__ import annotations

import copy
from random import Random

import pytest
import torch
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from networks import Generator, MemoryTrace, Network

from archc import pipeline
from archc.torch import module
from archir.base.source import Source

torch.set_num_threads(1)


def assert_same(network: Network) -> None:
    """Hold the live module against the modules that the network made on torch alone."""
    trace = MemoryTrace()
    torch.manual_seed(3)
    assume(network.run(trace, network.sizes))
    typed, _ = pipeline.compile_source(Source("net.arch", network.text()), None)
    assert typed is not None
    torch.manual_seed(3)
    net = module(typed).eval()

    theirs = [tensor for made in trace.modules for tensor in made.state_dict().values()]
    ours = list(net.state_dict().values())
    assert len(ours) == len(theirs)
    assert all(torch.equal(a, b) for a, b in zip(ours, theirs, strict=True))

    x = torch.randn(2, network.channels, *network.sizes)
    trace.rewind()
    with torch.no_grad():
        expected = network.body.run(x, trace, {})
        for made in (net, copy.deepcopy(net), torch.fx.symbolic_trace(net)):
            # A pool that sees padding alone gives -inf, from which come equal not-a-numbers.
            torch.testing.assert_close(made(x), expected, rtol=0, atol=0, equal_nan=True)


@pytest.mark.filterwarnings("ignore:Using padding='same'")
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.randoms(use_true_random=False))
def test_weights_and_outputs_equal_torch(random: Random) -> None:
    assert_same(Generator(random).network())
