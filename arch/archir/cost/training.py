"""A training step in turns: how much memory is there at each, and with what is computed again.

A segment that is *checkpointed* keeps nothing of its own in the forward pass but what it was given,
and runs again when the backward pass comes to it. So what a segment needs depends on what those
before it keep, and on nothing else; ``archir.planning`` chooses by that.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from itertools import accumulate, pairwise

from archir.base.record import Record
from archir.cost.gradients import Gradients, gradients
from archir.cost.peak import by_step, last_use
from archir.cost.saved_for_backward import nodes
from archir.cost.simulate import Pass, SimulatedStep, simulate
from archir.cost.state import STATES, Optimizer, buffers_of, state_bytes
from archir.graph.flat import Flat
from archir.memory.storage import BackwardNode, Storage

Kept = frozenset[Storage]
"""Storages that are kept for the backward pass, and that steps behind may keep too."""

_COUNTER = 4
"""The bytes in which Adam counts its steps, for each tensor of parameters."""


class Segment(Record):
    """The steps from ``first`` to before ``end`` of the flat model, in one piece.

    One that ``recomputes`` is checkpointed: it was given ``inputs``, numbers of values.
    """

    first: int
    end: int
    recomputes: bool = False
    inputs: tuple[int, ...] = ()


class Needs(Record):
    """What a segment needs: ``most`` bytes at a time beside the state and what segments before it
    keep, in the forward pass, while it is computed again, and in its turns of the backward pass.

    ``kept`` is what is kept behind it that later segments may meet, ``nbytes`` what it adds to that
    which is kept in all.
    """

    most: int
    kept: Kept
    nbytes: int


class TrainingStep:
    """A step of training at given sizes: forward pass, backward pass, optimizer.

    The gradients of the outputs, and what computes a loss of these, are the caller's.
    """

    def __init__(
        self,
        flat: Flat,
        sizes: Mapping[str, int],
        dtype: str = "float32",
        optimizer: Optimizer = "sgd",
        *,
        without_state: bool = False,
    ) -> None:
        """``without_state`` leaves out the parameters, and all that there is for each of them."""
        self.flat = flat
        self.run: Pass = simulate(flat, sizes, training=True, dtype=dtype)
        back = nodes(self.run)
        self.gradients: Gradients = gradients(self.run, back, dtype, of_weights=not without_state)
        self.steps = {step.index: step for step in self.run.steps}
        self.keeps = _kept(back)
        self.outputs = frozenset(_counted(self.run.storages(flat.outputs)))
        self._ends = last_use(self.run)
        self._going = by_step(self._ends)
        self._alive: dict[int, list[Storage]] = {0: []}
        self._dtype = dtype
        self._known: dict[tuple[Segment, Kept], Needs] = {}
        if without_state:
            self.state = self.parameters = self.buffers = self._at_the_end = 0
            return
        self.parameters, self.buffers, tensors, passing = state_bytes(flat, dtype)
        self.state = self.parameters + self.buffers + STATES[optimizer] * self.parameters
        self._at_the_end = self.gradients.whole
        if optimizer == "adam":
            self.state += _COUNTER * tensors
            self._at_the_end += passing

    # --- the whole step -------------------------------------------------------------------------

    @property
    def start(self) -> tuple[Kept, int]:
        """What is there before the first segment, the inputs, and its bytes."""
        inputs = frozenset(self.run.storages(self.flat.inputs))
        return inputs, _bytes(inputs)

    def peak(self, segments: Sequence[Segment]) -> int:
        """The most bytes that are there at a time where the step is done in these segments."""
        kept, nbytes = self.start
        most = self.at_least
        for segment in segments:
            needs = self.needs(segment, kept)
            most = max(most, self.state + nbytes + needs.most)
            kept, nbytes = needs.kept, nbytes + needs.nbytes
        return most

    @property
    def at_least(self) -> int:
        """What the optimizer's turn needs, whatever is checkpointed."""
        _, inputs = self.start
        return self.state + inputs + _bytes(self.outputs) + self._at_the_end

    @property
    def whole(self) -> Segment:
        """All steps as one segment, of which nothing is computed again."""
        return Segment(0, len(self.flat.steps))

    def kept_by(self, segment: Segment) -> int:
        """What a segment keeps for the backward pass where nothing is computed again."""
        found = [self.keeps.get(at, ()) for at in range(segment.first, segment.end)]
        return _bytes(frozenset().union(*found))

    # --- one segment ----------------------------------------------------------------------------

    def needs(self, segment: Segment, kept: Kept) -> Needs:
        """What a segment needs behind others that keep something."""
        if (segment, kept) not in self._known:
            self._known[segment, kept] = self._needs(segment, kept)
        return self._known[segment, kept]

    def _needs(self, segment: Segment, kept: Kept) -> Needs:
        steps = [self.steps[at] for at in range(segment.first, segment.end) if at in self.steps]
        if segment.recomputes:
            given = _counted(self.run.storages(segment.inputs))
            own = frozenset(given - kept)
            living = self._living(segment.first)
            most = self._forward(steps, living, kept | own, keeping=False) + _bytes(own)
            there = kept | own | self.outputs
            added = _bytes(there - kept)
            again = self._again(segment, steps, there)
            most = max(most, added + again)
        else:
            own = frozenset().union(*[self.keeps.get(step.index, ()) for step in steps]) - kept
            most = self._forward(steps, self._living(segment.first), kept, keeping=True)
            there = kept | self.outputs
            most = max(most, _bytes(self.outputs - kept) + self._backward(steps, there))
        return Needs(most, self._passing(kept | own, segment.end), _bytes(own))

    def _forward(
        self,
        steps: Sequence[SimulatedStep],
        living: Sequence[Storage],
        kept: Kept,
        *,
        keeping: bool,
    ) -> int:
        """The most there is beside what is kept before, of ``living`` and what the steps make."""
        there = set(kept)
        counted = {each for each in living if each not in there}
        most, now = 0, sum([each.nbytes for each in counted])
        for step in steps:
            most = max(most, now + step.scratch)
            if keeping:
                # What is kept stays to the end: it is in ``now``, and no longer goes.
                new = self._keep(step, there)
                now += sum([each.nbytes for each in new if each not in counted])
                counted.difference_update(new)
            for each in step.new:
                if each not in there and each not in counted:
                    counted.add(each)
                    now += each.nbytes
            for each in self._going.get(step.index, ()):
                if each in counted:
                    counted.remove(each)
                    now -= each.nbytes
        return most

    def _keep(self, step: SimulatedStep, there: set[Storage]) -> list[Storage]:
        """Have what a step keeps be there; what of it was not."""
        new = [each for each in self.keeps.get(step.index, ()) if each not in there]
        there.update(new)
        return new

    def _again(self, segment: Segment, steps: Sequence[SimulatedStep], there: Kept) -> int:
        """The most while a segment is computed again, as far as it must be, and goes back."""
        # What it makes again is another tensor than that which it gave before.
        there = frozenset([each for each in there if each.step < segment.first])
        back = self._backward(steps, there)
        keeping = [step.index for step in steps if self.keeps.get(step.index)]
        if not keeping:
            return back
        # Running statistics are put back when it has run again: meanwhile it works on copies.
        modules = {self.flat.steps[step.index].module for step in steps}
        copies = sum([self._buffers.get(path or "", 0) for path in modules])
        needed = [step for step in steps if step.index <= keeping[-1]]
        again = self._forward(needed, (), there, keeping=True)
        return max(back, self.gradients.turns[keeping[-1]].before + copies + again)

    def _backward(self, steps: Sequence[SimulatedStep], there: Kept) -> int:
        """The most in the turns of the backward pass, beside what is there in any case."""
        seen = set(there)
        sums = list(accumulate([_bytes(self._keep(step, seen)) for step in steps]))
        most = 0
        for step, (before, held) in zip(steps, pairwise([0, *sums]), strict=True):
            turn = self.gradients.turns.get(step.index)
            if turn is not None:
                most = max(most, held + turn.most, before + turn.behind)
        return most

    # --- what lives -----------------------------------------------------------------------------

    def _living(self, place: int) -> list[Storage]:
        """The storages of values that are there before a step, and needed at it or behind."""
        if place not in self._alive:
            before = [step for step in self.run.steps if step.index < place]
            new = dict.fromkeys([each for step in before for each in step.new])
            end = len(self.flat.steps)
            self._alive[place] = [each for each in new if self._ends.get(each, end) >= place]
        return self._alive[place]

    @cached_property
    def _buffers(self) -> dict[str, int]:
        return buffers_of(self.flat, self._dtype)

    @cached_property
    def _met(self) -> dict[Storage, int]:
        """The last step that reads or keeps each storage; that of outputs is behind all."""
        last = dict(self._ends)
        for index in sorted(self.keeps):
            for each in self.keeps[index]:
                last[each] = max(last.get(each, -1), index)
        for step in self.run.steps:
            for each in step.reads:
                last[each] = max(last.get(each, -1), step.index)
        last.update(dict.fromkeys(self.outputs, len(self.flat.steps)))
        return last

    def _passing(self, kept: Kept, place: int) -> Kept:
        """Those of what is kept that a step from a place on may meet."""
        if place == len(self.flat.steps):
            return frozenset()
        return frozenset([each for each in kept if self._met.get(each, -1) >= place])


def _kept(back: Sequence[BackwardNode]) -> dict[int, tuple[Storage, ...]]:
    """The storages that each step keeps, without parameters and buffers."""
    found: dict[int, dict[Storage, None]] = {}
    for node in back:
        for storage, _ in node.kept:
            if storage.kind != "state":
                found.setdefault(node.step, {})[storage] = None
    return {step: tuple(storages) for step, storages in found.items()}


def _counted(storages: set[Storage]) -> set[Storage]:
    return {storage for storage in storages if storage.kind != "state"}


def _bytes(storages: Iterable[Storage]) -> int:
    return sum([storage.nbytes for storage in storages])
