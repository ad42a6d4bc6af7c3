"""The one traversal of a graph's steps: in the order of running, into groups and loops and out.

``visits`` is what all walkers stand on; the others here are its common forms. What runs a loop's
body several times (``archir.graph.unroll``) enters it by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Literal, Protocol, TypeAlias, TypeVar

from archir.graph.graph import (
    Apply,
    Definition,
    Graph,
    Group,
    Read,
    Repeat,
    Step,
    TrainOnly,
    Use,
    Value,
)

Holder: TypeAlias = "Group | Repeat | TrainOnly"
"""A step that holds others."""

When: TypeAlias = Literal["step", "enter", "leave"]
"""How a step is met: one that holds others twice, before them and behind them."""


def inside(step: Holder) -> list[Step]:
    """The steps that a step holds."""
    return step.body if isinstance(step, Repeat) else step.steps


def visits(steps: Sequence[Step]) -> Iterator[tuple[When, Step]]:
    """Every step in the order of running, those inside groups and loops between their ends."""
    stack: list[tuple[Iterator[Step], Step | None]] = [(iter(steps), None)]
    while stack:
        here, holder = stack[-1]
        for step in here:
            if isinstance(step, (Group, TrainOnly, Repeat)):
                yield "enter", step
                stack.append((iter(inside(step)), step))
                break
            yield "step", step
        else:
            stack.pop()
            if holder is not None:
                yield "leave", holder


def walk(steps: Sequence[Step]) -> Iterator[Step]:
    """Every step once, those inside groups and loops behind their holder."""
    return (step for when, step in visits(steps) if when != "leave")


class _Sum(Protocol):
    def __add__(self, other: Any, /) -> Any: ...


S = TypeVar("S", bound=_Sum)


def total(
    steps: Sequence[Step],
    nothing: S,
    own: Callable[[Apply | Use | Read], S],
    held: Callable[[Holder, S], S],
) -> S:
    """The sum over all steps: ``own`` of each, and ``held`` of the sum inside one with others."""
    sums = [nothing]
    for when, step in visits(steps):
        if not isinstance(step, Group | TrainOnly | Repeat):
            sums[-1] += own(step)
        elif when == "enter":
            sums.append(nothing)
        else:
            inner = sums.pop()
            sums[-1] += held(step, inner)
    return sums[0]


def definitions(graph: Graph) -> Iterator[Definition]:
    """Every distinct definition once, those inside before those that use them."""
    yield from walked(graph)


def walked(graph: Graph) -> dict[Definition, list[Step]]:
    """The same, each with all of its steps as ``walk`` has them."""
    found: dict[Definition, list[Step]] = {}
    # An explicit stack: a definition, and its steps when its uses have been visited.
    seen: set[Definition] = set()
    stack: list[tuple[Definition, list[Step] | None]] = [(graph.root, None)]
    while stack:
        definition, steps = stack.pop()
        if steps is not None:
            found[definition] = steps
        elif definition not in seen:
            seen.add(definition)
            steps = list(walk(definition.steps))
            stack.append((definition, steps))
            uses = [step.definition for step in steps if isinstance(step, Use)]
            stack.extend([(used, None) for used in reversed(uses)])
    return found


def substitute(steps: Sequence[Step], old: Value, new: Value) -> None:
    """Read ``new`` wherever the steps read ``old``, which none of them makes."""

    def swapped(values: tuple[Value, ...]) -> tuple[Value, ...]:
        return tuple(new if value is old else value for value in values)

    for step in walk(steps):
        if isinstance(step, Apply | Use | Group):
            step.inputs = swapped(step.inputs)
        if isinstance(step, Group):
            step.outputs = swapped(step.outputs)
        if isinstance(step, Repeat):
            step.input = new if step.input is old else step.input
            step.last = new if step.last is old else step.last


def is_residual(step: Apply) -> bool:
    """Whether it is the addition that a ``residual { … }`` of the text stands for."""
    return step.span.text.startswith("residual")
