"""Folded loops, and the same loops unrolled: the text says what each copy must be."""

from __future__ import annotations

import pytest

from archc import pipeline
from archc.testing.verify_graph import MalformedGraphError, verify
from archir.base.source import Source
from archir.graph.graph import Apply, Definition, Leaf, Repeat, Scope, SlotRepeat, Use
from archir.graph.measure import parameter_count
from archir.graph.naming import names
from archir.graph.steps import walk
from archir.graph.typed import TypedGraph
from archir.graph.unroll import unroll

HEAD = "model m() {\n  input x: [N, 8, H = 16, W = 16]\n"


def typed(body: str, before: str = "") -> TypedGraph:
    source = Source("main.arch", f"{before}{HEAD}{body}\n}}\n")
    graph, found = pipeline.compile_source(source, None)
    assert graph is not None, [item.problem.message() for item in found]
    verify(graph.graph)
    return graph


def keys(scope: Scope) -> list[str]:
    """The paths of all ops' modules, in the order of registration."""
    found: list[str] = []
    for slot, name in names(scope).items():
        member = slot.member
        if isinstance(member, Leaf):
            found.append(name)
        elif member is not None:
            inner = member.scope if isinstance(member, Definition) else member
            found += [f"{name}.{key}" for key in keys(inner)]
    return found


def folded(graph: TypedGraph) -> list[int]:
    return [step.count for step in walk(graph.graph.root.steps) if isinstance(step, Repeat)]


BLOCK = "block Unit() { conv(8, 3, padding = 1) -> relu }\n"

CASES = [
    # body, loops left folded at the top, keys
    ("repeat 3 { relu }", [3], ["0", "1", "2"]),
    ("repeat 2 { conv(8, 1) -> relu }", [2], ["0", "1", "2", "3"]),
    ("repeat 4 { add [_, _] }", [4], []),
    ("repeat 4 { }", [], []),
    ("repeat 1 { relu }", [], ["0"]),
    ("repeat 0 { relu }", [], []),
    ("repeat 3 { conv(16, 1) }", [2], ["0", "1", "2"]),
    ("for i in 1..3 { relu }", [3], ["0", "1", "2"]),
    ("for w in [8, 8, 4, 4] { conv(w, 1) }", [2], ["0", "1", "2", "3"]),
    ("for i in 1..3 { conv(8, i, padding = i // 2) }", [], ["0", "1", "2"]),
    ("repeat 2 {\n repeat 2 { relu }\n dropout\n}", [2, 2], list("012345")),
    ("repeat 2 { _: { relu -> relu } }", [2], ["0.0", "0.1", "1.0", "1.1"]),
    ("features: { repeat 3 { relu } }", [3], ["features.0", "features.1", "features.2"]),
    ("repeat 2 { Unit }", [2], ["0.0", "0.1", "1.0", "1.1"]),
    ("repeat 2 { residual { repeat 2 { relu } } }", [2, 2], ["0", "1", "2", "3"]),
]


@pytest.mark.parametrize(("body", "counts", "expected"), CASES)
def test_loops(body: str, counts: list[int], expected: list[str]) -> None:
    graph = typed(body, BLOCK if "Unit" in body else "")
    assert folded(graph) == counts
    flat = unroll(graph)
    verify(flat.graph)
    assert folded(flat) == []
    assert not any(isinstance(entry, SlotRepeat) for entry in flat.graph.root.scope.entries)
    assert keys(flat.graph.root.scope) == expected
    assert parameter_count(flat) == parameter_count(graph)


def test_each_turn_reads_what_the_turn_before_gave() -> None:
    flat = unroll(typed("repeat 3 { relu }"))
    steps = [step for step in flat.graph.root.steps if isinstance(step, Apply)]
    assert steps[0].inputs == flat.graph.root.inputs
    assert [step.inputs for step in steps[1:]] == [step.outputs for step in steps[:-1]]
    assert flat.graph.root.outputs[0].value is steps[-1].outputs[0]


def test_a_block_is_unrolled_once_for_all_its_uses() -> None:
    graph = typed("repeat 3 { Deep }", "block Deep() { repeat 2 { relu } }\n")
    flat = unroll(graph)
    uses = [step.definition for step in flat.graph.root.steps if isinstance(step, Use)]
    assert len(uses) == 3
    assert len(set(uses)) == 1


def test_a_million_turns_are_checked_as_one() -> None:
    graph = typed("repeat 1_000_000 { conv(8, 3, padding = 1) }")
    assert folded(graph) == [1_000_000]
    assert parameter_count(graph) == 1_000_000 * (8 * 8 * 9 + 8)


def test_the_verifier_sees_a_value_that_is_read_too_early() -> None:
    graph = typed("relu -> relu")
    graph.graph.root.steps.reverse()
    with pytest.raises(MalformedGraphError, match="read before it is made"):
        verify(graph.graph)
