"""Random networks: the reported set of sizes is where torch runs them, over a whole range.

The other tests compare conditions at a few sizes next to the defaults. Here the closed form is put
to the test: along each axis alone, the others at their defaults, and along all of them together.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from random import Random

import pytest
import torch
from networks import Generator, MemoryTrace, Network
from resizing import ResizingGenerator
from test_random_networks import compiled

from archir.check.valid import valid_in_evaluation
from archir.shapes.conditions import Condition
from archir.sizes.valid import ValidSizes

LARGEST = {1: 60, 2: 60, 3: 10}
"""The last size of an axis, by the number of axes: volumes take long."""

torch.set_num_threads(1)


@pytest.fixture(autouse=True)
def even_kernels_may_copy() -> Iterator[None]:
    """torch warns of the time that ``padding="same"`` takes with an even kernel."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Using padding='same'")
        yield


def tried(network: Network) -> Iterator[tuple[int, ...]]:
    """Along one axis, and along all together."""
    sizes = network.sizes
    axis = len(network.text()) % len(sizes)  # some axis, the same in each run
    for size in range(1, LARGEST[len(sizes)] + 1):
        yield (*sizes[:axis], size, *sizes[axis + 1 :])
        if len(sizes) > 1:
            yield (size,) * len(sizes)


def in_boxes(valid: ValidSizes, sizes: dict[str, int]) -> bool:
    return any(all(sizes[name] in box[name] for name in valid.names) for box in valid.boxes)


def difference(network: Network) -> str | None:
    """A size at which the set and torch disagree."""
    trace = MemoryTrace()
    if not network.run(trace, network.sizes):
        return None  # no module is made then, and other sizes may make others
    typed, errors = compiled(network)
    if typed is None:
        return f"refused: {errors}"
    valid = valid_in_evaluation(typed)
    names = [name for name in valid.names if name != "N"]
    for sizes in tried(network):
        values = {"N": 1, **dict(zip(names, sizes, strict=True))}
        runs = network.run(trace, sizes)
        if (values in valid) != runs or (valid.is_exact and in_boxes(valid, values) != runs):
            return f"at {sizes} torch {'runs' if runs else 'refuses'} it"
        if runs and not in_boxes(valid, values):
            return f"at {sizes} what is open has taken something away"
    return None


@pytest.mark.parametrize("kind", [Generator, ResizingGenerator])
@pytest.mark.parametrize("seed", range(6))
def test_sets_are_where_torch_runs(kind: type[Generator], seed: int) -> None:
    for number in range(25):
        network = kind(Random(5000 + 25 * seed + number)).network()
        found = difference(network)
        assert found is None, f"{found}\n{network.text()}"


def test_most_sets_are_closed_forms() -> None:
    exact = []
    for seed in range(150):
        network = ResizingGenerator(Random(seed)).network()
        if network.run(MemoryTrace(), network.sizes):
            typed, _ = compiled(network)
            assert typed is not None
            exact.append(valid_in_evaluation(typed).is_exact)
    assert len(exact) > 50
    assert sum(exact) > 0.9 * len(exact)


def test_a_bound_that_is_off_by_one_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The comparison is worth something only if it sees such a bug."""

    def holds(self: Condition, sizes: dict[str, int]) -> bool:
        return right(self, {name: size + (name == "H") for name, size in sizes.items()})

    right = Condition.holds
    monkeypatch.setattr(Condition, "holds", holds)
    networks = (ResizingGenerator(Random(seed)).network() for seed in range(60))
    assert any(difference(network) is not None for network in networks)
