"""What to checkpoint: of all ways the cheapest that fits, held against trying all of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archc import pipeline
from archir.base.source import Source
from archir.cost.report import Costs
from archir.cost.training import Segment, TrainingStep
from archir.planning.chain import Candidate, candidates
from archir.planning.checkpoints import can_fit, cheapest, least
from archir.shapes.dims import Dim

BLOCKS = """
block Wide(width, factor = 2) {
  input x: [N, D]
  linear(factor * width) -> gelu -> linear(width) -> dropout(0.1)
}

block Skip(width, factor = 3) {
  linear(width)
  residual { norm: layer_norm -> inner: Wide(width, factor) }
}

block Bent(width) { linear(width) -> relu(inplace = true) -> linear(width) }

block Plain { multiply(2) -> add(1) }

block Over(width) { relu(inplace = true) -> linear(width) }

block Doubled(width) {
  input x: [N, D]
  x -> linear(width) -> sigmoid as gate
  x -> linear(width) -> multiply [_, gate] -> tanh
}
"""

KINDS = ("Wide", "Skip", "Bent", "Doubled")

Chosen = st.lists(
    st.tuples(st.sampled_from(KINDS), st.integers(1, 40), st.booleans()), min_size=1, max_size=5
)


def step_of(text: str, optimizer: str = "sgd", batch: int = 16) -> tuple[TrainingStep, list[Dim]]:
    typed, found = pipeline.compile_source(Source("net.arch", text), None)
    assert typed is not None, list(found)
    sizes = {**typed.graph.sizes, "N": batch}
    costs = Costs(typed, sizes, optimizer="adam" if optimizer == "adam" else "sgd")
    return TrainingStep(costs.flat, sizes, optimizer=costs.optimizer), list(costs.forward)


def chain(blocks: Sequence[tuple[str, int, bool]]) -> str:
    """A model of blocks in turn; some of them are joined with what came two blocks before."""
    lines = ["linear(24) as h0"]
    for number, (kind, width, joins) in enumerate(blocks):
        lines.append(f"{kind}({width}) as h{number + 1}")
        if joins and number:
            lines.append(f"concat(1) [h{number - 1}, h{number + 1}]")
    body = "\n  ".join(lines)
    return f"{BLOCKS}\nmodel net() {{\n  input x: [N = 16, 24]\n  {body}\n  linear(3)\n}}\n"


def ways(found: Sequence[Candidate], end: int) -> Iterator[tuple[Segment, ...]]:
    """All sets of candidates that do not overlap, each with what is between as it is."""

    def after(place: int, number: int) -> Iterator[tuple[Segment, ...]]:
        if number == len(found):
            yield (Segment(place, end),) if place < end else ()
            return
        yield from after(place, number + 1)
        segment = found[number].segment
        if segment.first >= place:
            before = (Segment(place, segment.first),) if place < segment.first else ()
            for rest in after(segment.end, number + 1):
                yield (*before, segment, *rest)

    return after(0, 0)


def work(macs: Sequence[Dim], way: Sequence[Segment]) -> int:
    again = [range(each.first, each.end) for each in way if each.recomputes]
    total = sum(macs[step] for steps in again for step in steps)  # type: ignore[misc]
    assert isinstance(total, int)
    return total


@given(blocks=Chosen, share=st.floats(0, 1), adam=st.booleans())
@settings(max_examples=60)
def test_no_other_way_that_fits_computes_less_again(
    blocks: list[tuple[str, int, bool]], share: float, adam: bool
) -> None:
    training, macs = step_of(chain(blocks), "adam" if adam else "sgd")
    tried = [
        (training.peak(way), work(macs, way))
        for way in ways(candidates(training.run), len(training.flat.steps))
    ]
    peaks = sorted(peak for peak, _ in tried)
    assert least(training, macs).peak == peaks[0]
    budget = peaks[0] + int(share * (peaks[-1] - peaks[0]))
    fitting = [cost for peak, cost in tried if peak <= budget]
    chosen = cheapest(training, macs, budget)
    assert chosen is not None and chosen.peak <= budget
    assert chosen.macs == min(fitting)
    assert work(macs, chosen.segments) == chosen.macs
    assert training.peak(chosen.segments) == chosen.peak
    assert can_fit(training, peaks[0]) and not can_fit(training, peaks[0] - 1)
    assert cheapest(training, macs, peaks[0] - 1) is None


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("Wide(8) -> Wide(8)", {"0", "1"}),
        ("Skip(8)", {"0", "0.inner"}),
        # It overwrites what it is given.
        ("linear(8) -> Over(8) -> linear(8)", set()),
        # What it gives is overwritten behind it, and what it was given is not.
        ("linear(8) -> Wide(8) -> relu(inplace = true)", {"1"}),
        ("linear(8) as h\n  Plain as y\n  h -> relu(inplace = true)\n  add [_, y]", set()),
        # It runs twice.
        ("module unit = Wide(24)\n  unit -> unit", set()),
    ],
)
def test_what_may_run_again(body: str, expected: set[str]) -> None:
    training, _ = step_of(f"{BLOCKS}\nmodel net() {{\n  input x: [N = 16, 24]\n  {body}\n}}\n")
    assert {each.path for each in candidates(training.run)} == expected
