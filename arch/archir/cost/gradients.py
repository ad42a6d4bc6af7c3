"""The gradients of a backward pass: which are there while each step's turn comes, in bytes.

The turns are those of autograd's engine, the last step first. A gradient is there from the turn of
the first step that gives it to that of the step that takes it; one of a parameter stays. They do
not depend on what is kept for the backward pass, or is computed again in it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from archir.base.record import Record, Struct
from archir.cost.saved_for_backward import leading_back
from archir.cost.simulate import Pass
from archir.cost.state import bytes_of
from archir.graph.flat import FlatStep, raw_state
from archir.memory.storage import BackwardNode, Storage


class Turn(Record):
    """A step's turn in the backward pass, in bytes: the gradients that are there before it, those
    of parameters among them; the most that are there while it works; and the most while what it
    gives is added to what is there, when it has let go of what it kept.
    """

    before: int
    most: int
    behind: int


class Gradients(Record):
    """``turns`` by the steps that have one; ``whole`` are the gradients of all parameters."""

    turns: Mapping[int, Turn]
    whole: int


class _Gradient(Struct):
    """A tensor, and how many steps are to take it."""

    nbytes: int
    takers: int = 1


class _OfWeight(Record):
    """The gradient of a parameter that a step gives; the ``is_first`` one comes before others."""

    nbytes: int
    is_first: bool


def gradients(
    run: Pass, back: Sequence[BackwardNode], dtype: str, *, of_weights: bool = True
) -> Gradients:
    """The gradients of the backward pass behind a recorded pass, of all values and parameters, or
    of values alone; ``back`` are its steps.
    """
    weights = _weights(run, dtype) if of_weights else {}
    by_step: dict[int, list[BackwardNode]] = defaultdict(list)
    for node in back:
        by_step[node.step].append(node)
    outputs = set(leading_back(run))
    keepers: Counter[Storage] = Counter()
    if len(by_step) < len(back):
        keepers.update([storage for node in back for storage, _ in node.kept])
        keepers.update(run.storages(run.flat.outputs))
    engine = _Engine(outputs)
    turns: dict[int, Turn] = {}
    for step in sorted(by_step, reverse=True):
        before = engine.most = engine.now
        made = weights.get(step, ())
        _turns(engine, by_step[step], sum([each.nbytes for each in made]), keepers)
        most, engine.most = engine.most, engine.now
        engine.add()
        if made:
            engine.behind(made, sum([node.copied for node in by_step[step]]))
        turns[step] = Turn(before, most, engine.most)
    new = [each for step in by_step for each in weights.get(step, ()) if each.is_first]
    return Gradients(turns, sum([each.nbytes for each in new]))


def _turns(
    engine: _Engine, found: Sequence[BackwardNode], learned: int, keepers: Mapping[Storage, int]
) -> None:
    """The turns of one step's nodes; ``learned`` are the bytes of what its parameters are given."""
    later = sum([node.learned for node in found]) if learned else 0
    engine.make(max(0, learned - later))
    order, released = _later_first(found), 0
    going = {} if len(order) == 1 else _going(order, keepers)
    for node in order:
        engine.add()
        if later:
            engine.make(node.learned)
        engine.turn(node)
        gone = going.get(node, 0)
        engine.now -= gone
        released += gone
    engine.now += released


class _Engine:
    """What is there of gradients; those of the outputs come from outside, and are one number."""

    def __init__(self, outputs: set[BackwardNode]) -> None:
        self.there: dict[BackwardNode, _Gradient] = {node: _Gradient(0) for node in outputs}
        self.pieces: dict[BackwardNode, list[tuple[_Gradient, int]]] = defaultdict(list)
        """The gradients of pieces, each with its bytes, that wait for the others."""

        self.given: list[tuple[BackwardNode, _Gradient, int]] = []
        """What a step has given, and is not yet added to what is there."""

        self.now = 0
        self.most = 0

    def behind(self, made: Sequence[_OfWeight], copied: int) -> None:
        """Gradients of parameters are laid out anew, or added to what other steps have given, that
        of a bias first.
        """
        self.make(copied)
        self.now -= copied
        for each in reversed(made):
            if not each.is_first:
                self.make(each.nbytes)
                self.now -= 2 * each.nbytes

    def turn(self, node: BackwardNode) -> None:
        """A step takes its gradient, and gives those of what it was computed from."""
        taken = self._joined(node) if node.joins else self.there.pop(node, None)
        if taken is None:
            return
        if not node.kept and _is_passed_on(node):
            taken.takers += len(node.parents)
            given = [taken] * len(node.parents)
        else:
            given = [_Gradient(parent.nbytes) for parent in node.parents]
            self.make(sum([each.nbytes for each in given]))
            self.make(node.passing)
            self.now -= node.passing
        self._let_go(taken)
        self.given += [
            (parent, gradient, node.nbytes)
            for parent, gradient in zip(node.parents, given, strict=True)
        ]

    def _joined(self, node: BackwardNode) -> _Gradient | None:
        """The gradient of a tensor that was split, put together; those that lack are zeros."""
        pieces = self.pieces.pop(node, None)
        if pieces is None:
            return None
        lacking = node.nbytes - sum([nbytes for _, nbytes in pieces])
        self.make(lacking)
        self.make(node.nbytes)
        self.now -= lacking
        for gradient, _ in pieces:
            self._let_go(gradient)
        return _Gradient(node.nbytes)

    def add(self) -> None:
        """Gradients come to the steps that are to take them."""
        if self.given:
            for parent, gradient, nbytes in self.given:
                if parent.joins:
                    self.pieces[parent].append((gradient, nbytes))
                else:
                    self._add(parent, gradient)
            self.given.clear()

    def _add(self, parent: BackwardNode, gradient: _Gradient) -> None:
        """A gradient comes to a step, and is added to what has come there before.

        The sum is a new tensor, as it is wherever something watches torch. Without that torch adds
        in place where nobody else has need of what was there.
        """
        before = self.there.get(parent)
        if before is None:
            self.there[parent] = gradient
            return
        self.there[parent] = _Gradient(parent.nbytes)
        self.make(parent.nbytes)
        self._let_go(before)
        self._let_go(gradient)

    def make(self, nbytes: int) -> None:
        """So many bytes come to be there; those of parameters stay."""
        self.now += nbytes
        if self.now > self.most:
            self.most = self.now

    def _let_go(self, gradient: _Gradient) -> None:
        gradient.takers -= 1
        if not gradient.takers:
            self.now -= gradient.nbytes


def _going(
    order: Sequence[BackwardNode], keepers: Mapping[Storage, int]
) -> dict[BackwardNode, int]:
    """The bytes that an op of several nodes has made and kept for these alone, let go of behind the
    turn of the last one that keeps them.
    """
    left: dict[Storage, int] = {}
    for node in order:
        for storage, _ in node.kept:
            if storage.step == node.step:
                left[storage] = left.get(storage, keepers[storage]) - 1
    last = {storage: node for node in order for storage, _ in node.kept if left.get(storage) == 0}
    going: dict[BackwardNode, int] = defaultdict(int)
    for storage, node in last.items():
        going[node] += storage.nbytes
    return going


def _is_passed_on(node: BackwardNode) -> bool:
    """Whether a step that keeps nothing gives on the gradient itself, or views of it.

    Sums do, and copies in another layout, and what joins tensors, and pieces of a tensor; what
    resizes does not.
    """
    if node.parents and node.parents[0].joins:
        return True
    same = all(parent.nbytes == node.nbytes for parent in node.parents)
    return same or sum(parent.nbytes for parent in node.parents) == node.nbytes


def _later_first(found: Sequence[BackwardNode]) -> list[BackwardNode]:
    """The nodes of one step, those first that others lead to."""
    if len(found) == 1:
        return [*found]
    order: list[BackwardNode] = []
    waiting = list(found)
    while waiting:
        ready = [
            node for node in waiting if not any(node in other.parents for other in waiting)
        ] or waiting
        order += ready
        waiting = [node for node in waiting if node not in ready]
    return order


def _read(run: Pass, step: FlatStep) -> list[Storage]:
    return [run.values[value].storage for value in step.inputs if value in run.values]


def _weights(run: Pass, dtype: str) -> dict[int, list[_OfWeight]]:
    """The gradients of parameters at the steps that give them: those that compute something of the
    parameters, or of views of them.
    """
    flat, raw = run.flat, raw_state(run.flat)
    readers: dict[Storage, str] = {}
    reads: dict[str, list[tuple[int, int]]] = defaultdict(list)
    own = {
        module.path: [
            (f"{module.path}.{spec.name}" if module.path else spec.name, bytes_of(spec, dtype))
            for spec in module.state
            if not spec.is_buffer
        ]
        for module in flat.modules
        if module.state
    }
    for number, step in enumerate(flat.steps):
        if step.parameter is not None:
            readers[run.values[step.outputs[0]].storage] = step.parameter
            continue
        found = [] if step.module is None else list(own.get(step.module, ()))
        given = run.storages(step.outputs) if readers else set()
        for storage in _read(run, step) if readers else ():
            key = readers.get(storage)
            if key is not None and not raw[key].is_buffer and storage not in given:
                found.append((key, bytes_of(raw[key], dtype)))
        for key, nbytes in found:
            reads[flat.ties.get(key, key)].append((number, nbytes))
    made: dict[int, list[_OfWeight]] = defaultdict(list)
    for places in reads.values():
        for number, nbytes in places:
            made[number].append(_OfWeight(nbytes, number == places[-1][0]))
    return made
