"""The gradients of a backward pass: which are there while each step's turn comes, in bytes.

The turns are those of autograd's engine, the last step first. A gradient is there from the turn of
the first step that gives it to that of the step that takes it; one of a parameter stays. They do
not depend on what is kept for the backward pass, or is computed again in it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from archir.base.record import Record, Struct
from archir.cost.saved_for_backward import nodes
from archir.cost.simulate import Pass
from archir.graph.flat import Flat, raw_state
from archir.memory.storage import BYTES, BackwardNode


class Turn(Record):
    """A step's turn in the backward pass, in bytes: the gradients that are there before it, those
    of parameters among them, and the most that are there during it.
    """

    before: int
    most: int


class Gradients(Record):
    """``turns`` by the steps that have one; ``whole`` are the gradients of all parameters."""

    turns: Mapping[int, Turn]
    whole: int


class _Gradient(Struct):
    """A tensor, and how many steps are to take it."""

    nbytes: int
    takers: int = 1


def gradients(run: Pass, dtype: str, *, of_weights: bool = True) -> Gradients:
    """The gradients of the backward pass behind a recorded pass, of all values and parameters, or
    of values alone.
    """
    weights = _weights(run.flat, dtype) if of_weights else {}
    by_step: dict[int, list[BackwardNode]] = defaultdict(list)
    for node in nodes(run):
        by_step[node.step].append(node)
    outputs = {each.node for each in run.storages(run.flat.outputs) if each.node is not None}
    engine = _Engine(outputs)
    turns: dict[int, Turn] = {}
    for step in sorted(by_step, reverse=True):
        before = engine.most = engine.now
        engine.weights(weights.get(step, ()))
        for node in _later_first(by_step[step]):
            engine.turn(node)
        turns[step] = Turn(before, engine.most)
    return Gradients(turns, sum([sum(weights.get(step, ())) for step in by_step]))


class _Engine:
    """What is there of gradients; those of the outputs come from outside, and are one number."""

    def __init__(self, outputs: set[BackwardNode]) -> None:
        self.there: dict[BackwardNode, _Gradient] = {node: _Gradient(0) for node in outputs}
        self.now = 0
        self.most = 0

    def weights(self, each: Sequence[int]) -> None:
        """The gradients of parameters come to be, and stay."""
        for nbytes in each:
            self._make(nbytes)

    def turn(self, node: BackwardNode) -> None:
        """A step takes its gradient, and gives those of what it was computed from."""
        taken = self.there.pop(node, None)
        if taken is None:
            return
        if not node.kept and taken.nbytes and _is_passed_on(node):
            taken.takers += len(node.parents)
            given = [taken] * len(node.parents)
        else:
            given = [_Gradient(parent.nbytes) for parent in node.parents]
            for each in given:
                self._make(each.nbytes)
        self._let_go(taken)
        for parent, gradient in zip(node.parents, given, strict=True):
            self._add(parent, gradient)

    def _add(self, parent: BackwardNode, gradient: _Gradient) -> None:
        """A gradient comes to a step, and is added to what has come there before."""
        before = self.there.get(parent)
        if before is None:
            self.there[parent] = gradient
            return
        if before.takers > 1:  # another step is to have it as it is: the sum is a new tensor
            self.there[parent] = _Gradient(before.nbytes)
            self._make(before.nbytes)
            self._let_go(before)
        self._let_go(gradient)

    def _make(self, nbytes: int) -> None:
        self.now += nbytes
        self.most = max(self.most, self.now)

    def _let_go(self, gradient: _Gradient) -> None:
        gradient.takers -= 1
        if not gradient.takers:
            self.now -= gradient.nbytes


def _is_passed_on(node: BackwardNode) -> bool:
    """Whether a step that keeps nothing gives on the gradient itself, or views of it.

    Sums do, and copies in another layout, and what joins tensors; what resizes does not.
    """
    same = all(parent.nbytes == node.nbytes for parent in node.parents)
    return same or sum(parent.nbytes for parent in node.parents) == node.nbytes


def _later_first(found: Sequence[BackwardNode]) -> list[BackwardNode]:
    """The nodes of one step, those first that others lead to."""
    order: list[BackwardNode] = []
    waiting = list(found)
    while waiting:
        ready = [
            node for node in waiting if not any(node in other.parents for other in waiting)
        ] or waiting
        order += ready
        waiting = [node for node in waiting if node not in ready]
    return order


def _weights(flat: Flat, dtype: str) -> dict[int, list[int]]:
    """The bytes of the gradients of parameters, at the step whose turn makes them: the last that
    reads the parameter.
    """
    raw = raw_state(flat)
    readers: dict[int, str] = {}
    last: dict[str, tuple[int, int]] = {}
    own = {
        module.path: [
            (f"{module.path}.{spec.name}" if module.path else spec.name, spec)
            for spec in module.state
            if not spec.is_buffer
        ]
        for module in flat.modules
    }
    for number, step in enumerate(flat.steps):
        if step.parameter is not None:
            readers[step.outputs[0]] = step.parameter
            continue
        found = [] if step.module is None else list(own.get(step.module, ()))
        for value in step.inputs:
            key = readers.get(value)
            if key is not None and not raw[key].is_buffer:
                found.append((key, raw[key]))
        for key, spec in found:
            each = BYTES[dtype if spec.dtype == "float32" else spec.dtype]
            last[flat.ties.get(key, key)] = (number, each * spec.numel)
    made: dict[int, list[int]] = defaultdict(list)
    for number, nbytes in last.values():
        made[number].append(nbytes)
    return made
