"""Random networks that resize: verdicts, shapes, valid sizes and outputs are those of torch."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from resizing import ResizingGenerator
from test_random_live import assert_same
from test_random_networks import difference

pytestmark = pytest.mark.filterwarnings("ignore:Using padding='same'")


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.randoms(use_true_random=False))
def test_weights_and_outputs_equal_torch(random: Random) -> None:
    assert_same(ResizingGenerator(random).network())


@pytest.mark.parametrize("seed", range(10))
def test_verdicts_and_shapes_equal_torch(seed: int) -> None:
    for number in range(30):
        network = ResizingGenerator(Random(1000 * seed + number)).network()
        found = difference(network)
        assert found is None, network.text() + found
