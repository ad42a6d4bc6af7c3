"""A plan for training one network on given machines: what fits, and how it is divided."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from itertools import pairwise

from archir.base.record import Record
from archir.check.refusal import refusal
from archir.cost import macs
from archir.cost.report import Costs
from archir.cost.state import STATES, Optimizer
from archir.cost.training import Segment, TrainingStep
from archir.graph.flat import Flat, counted
from archir.memory.storage import BYTES
from archir.op.contract import concrete
from archir.planning.chain import ChainUnit, units
from archir.planning.checkpoints import Checkpoints, can_fit, cheapest, least
from archir.planning.cutting import TOLERANCE, Cuts, best_cuts, places

MOST_SAMPLES = 1 << 20
"""No larger batch is looked for."""


class Wanted(Record):
    """What a plan is made for. ``memory`` are the bytes of each device, ``batch`` the name of the
    size that is the batch, where there is one.
    """

    memory: int
    devices: int
    batch: str | None
    tolerance: Fraction = TOLERANCE


class DeviceStage(Record):
    """A stage of a pipeline: the units from ``first`` to ``last``, by their paths, and what its
    device holds, in bytes: ``state`` (parameters, buffers, gradients and what the optimizer
    remembers), and ``kept`` of one pass for its backward pass.
    """

    start: int
    end: int
    paths: tuple[str, ...]
    macs: int
    parameters: int
    state: int
    kept: int
    given: int
    """The bytes that come from the stage before it."""

    passes: int
    """How many passes wait at a time for their backward pass, where each stage goes forward and
    back in turn."""

    @property
    def total(self) -> int:
        """What its device holds when all these passes wait."""
        return self.state + self.kept * self.passes


class Shards(Record):
    """A model whose parameters are divided among devices (FSDP), each unit there whole while it
    runs. In bytes for each device: ``state`` (its share of the parameters, their gradients and what
    the optimizer remembers, and all buffers), ``gathered`` (the most that is there whole at a
    time: one unit with its gradients, and the next one), ``working`` (what else the step needs).
    """

    units: tuple[str, ...]
    state: int
    gathered: int
    working: int

    @property
    def total(self) -> int:
        """What a device holds at the peak, at most."""
        return self.state + self.gathered + self.working


class Planned:
    """How one model is trained on machines of a given memory; each fact is worked out when it is
    first asked for. ``fits`` says of one device alone, without checkpoints.
    """

    def __init__(self, costs: Costs, wanted: Wanted) -> None:
        self.costs = costs
        self.wanted = wanted
        self.flat: Flat = costs.flat
        assert costs.sizes is not None, "a plan is made at sizes"
        self.sizes: Mapping[str, int] = costs.sizes

    @property
    def name(self) -> str:
        """The model's name."""
        return self.flat.typed.graph.root.name

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of the model's parameters in its state dict."""
        return tuple(
            f"{module.path}.{spec.name}" if module.path else spec.name
            for module in self.flat.modules
            for spec in module.state
            if not spec.is_buffer
        )

    @property
    def optimizer(self) -> Optimizer:
        """The optimizer that is counted."""
        return self.costs.optimizer

    @cached_property
    def training(self) -> TrainingStep:
        """The training step at the plan's sizes."""
        return self._training(self.sizes)

    @cached_property
    def peak(self) -> int:
        """The most bytes of a training step on one device, nothing computed again."""
        return self.training.peak([self.training.whole])

    @property
    def fits(self) -> bool:
        """Whether that is there."""
        return self.peak <= self.wanted.memory

    @cached_property
    def macs(self) -> int:
        """The multiply-accumulates of a training step, nothing computed again."""
        return sum(self._training_macs)

    @cached_property
    def checkpoints(self) -> Checkpoints | None:
        """What to checkpoint so that it fits; None where nothing helps. Empty where it fits."""
        if self.fits:
            return Checkpoints((), (self.training.whole,), 0, self.peak)
        return cheapest(self.training, self.costs.forward, self.wanted.memory)

    @cached_property
    def smallest(self) -> Checkpoints:
        """The checkpoints with the lowest peak, whatever they compute again."""
        return least(self.training, self.costs.forward)

    @cached_property
    def largest_batch(self) -> int | None:
        """The largest batch that fits as it is, 0 if none does; None where there is no batch, or
        where not every batch runs.
        """
        return self._largest(lambda step: step.peak([step.whole]) <= self.wanted.memory)

    @cached_property
    def largest_batch_with_checkpoints(self) -> int | None:
        """The largest batch that fits where as much is computed again as it takes."""
        if self.wanted.batch is None:
            return None
        return self._largest(
            lambda step: can_fit(step, self.wanted.memory),
            self.largest_batch or 0,
        )

    @cached_property
    def units(self) -> tuple[ChainUnit, ...]:
        """The chain of blocks."""
        return units(self.costs.root)

    def profile(self, segments: Sequence[Segment]) -> tuple[int, ...]:
        """The most bytes that are there while a step is at each unit, forward or back, where it is
        done in these segments.
        """
        found = dict.fromkeys(self.units, 0)
        kept, nbytes = self.training.start
        for segment in self._split(segments):
            needs = self.training.needs(segment, kept)
            there = self.training.state + nbytes + needs.most
            for unit in self.units:
                if segment.first < unit.end and unit.first < segment.end:
                    found[unit] = max(found[unit], there)
            kept, nbytes = needs.kept, nbytes + needs.nbytes
        return tuple(found.values())

    def _split(self, segments: Sequence[Segment]) -> Iterator[Segment]:
        """Segments of which nothing is computed again, unit by unit."""
        starts = [unit.first for unit in self.units]
        for segment in segments:
            if segment.recomputes:
                yield segment
                continue
            inside = [at for at in starts if segment.first < at < segment.end]
            for first, end in pairwise([segment.first, *inside, segment.end]):
                yield Segment(first, end)

    @cached_property
    def cuts(self) -> Cuts | None:
        """Where it is cut into as many stages as there are devices; None where it cannot be."""
        found = places(self.flat, self.costs.types, self.units, self.costs.dtype)
        return best_cuts(self._training_macs, found, self.wanted.devices, self.wanted.tolerance)

    @cached_property
    def stages(self) -> tuple[DeviceStage, ...]:
        """The stages of a pipeline; none where it cannot be cut into so many."""
        if self.cuts is None:
            return ()
        steps = [0, *[place.step for place in self.cuts.places], len(self.flat.steps)]
        given = [0, *[place.nbytes for place in self.cuts.places]]
        ends = zip(pairwise(steps), given, range(len(given), 0, -1), strict=True)
        return tuple([self._stage(*between, nbytes, passes) for between, nbytes, passes in ends])

    @cached_property
    def shards(self) -> Shards:
        """What each device holds where parameters are divided among them."""
        blocks = {unit.path: unit for unit in self.units if unit.is_block}
        whole = dict.fromkeys(("", *blocks), 0)
        state = 0
        devices = self.wanted.devices
        for module in self.flat.modules:
            owner = next((path for path in blocks if _is_in(module.path, path)), "")
            for spec in counted(self.flat, module):
                nbytes = self._bytes(spec.dtype)
                if spec.is_buffer:
                    state += nbytes * spec.numel
                    continue
                whole[owner] += nbytes * spec.numel
                rows = spec.shape[0] if spec.shape else 1
                rest = spec.numel // rows if rows else 0
                shard = -(-rows // devices) * rest * nbytes
                state += shard * (2 + STATES[self.optimizer])
        found = [whole[path] for path in blocks]
        pairs = [2 * one + other for one, other in zip(found, [0, *found], strict=False)]
        gathered = 2 * whole[""] + max(pairs, default=0)
        segments = (self.training.whole,) if self.checkpoints is None else self.checkpoints.segments
        working = self._training(self.sizes, without_state=True).peak(segments)
        return Shards(tuple(blocks), state, gathered if devices > 1 else 0, working)

    # --- how ------------------------------------------------------------------------------------

    @cached_property
    def _training_macs(self) -> list[int]:
        forward = self.costs.forward
        back = macs.backward(self.flat, self.costs.types, forward)
        return [concrete(one) + concrete(other) for one, other in zip(forward, back, strict=True)]

    def _training(self, sizes: Mapping[str, int], *, without_state: bool = False) -> TrainingStep:
        return TrainingStep(
            self.flat, sizes, self.costs.dtype, self.optimizer, without_state=without_state
        )

    def _largest(self, is_right: Callable[[TrainingStep], bool], known: int = 0) -> int | None:
        """The largest batch of which something is right, which is right of all smaller ones."""
        name = self.wanted.batch
        if name is None:
            return None

        def right(batch: int) -> bool:
            sizes = {**self.sizes, name: batch}
            if refusal(self.flat.typed, sizes, training=True) is not None:
                raise _RefusedBatchError
            return is_right(self._training(sizes))

        low, high = known, max(2 * known, 1)
        try:
            while high < MOST_SAMPLES and right(high):
                low, high = high, 2 * high
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (middle, high) if right(middle) else (low, middle)
        except _RefusedBatchError:
            return None
        return low

    def _stage(self, start: int, end: int, given: int, passes: int) -> DeviceStage:
        inside = [unit for unit in self.units if start <= unit.first < end]
        steps = self.flat.steps[start:end]
        modules = {step.module for step in steps if step.module is not None}
        read = {step.parameter for step in steps if step.parameter is not None}
        parameters = buffers = 0
        for module in self.flat.modules:
            prefix = f"{module.path}." if module.path else ""
            for spec in counted(self.flat, module):
                if module.path in modules or prefix + spec.name in read:
                    nbytes = spec.numel * self._bytes(spec.dtype)
                    parameters += 0 if spec.is_buffer else nbytes
                    buffers += nbytes if spec.is_buffer else 0
        return DeviceStage(
            start,
            end,
            tuple([unit.path for unit in inside if unit.path]),
            sum(self._training_macs[start:end]),
            parameters,
            parameters * (2 + STATES[self.optimizer]) + buffers,
            self.training.kept_by(Segment(start, end)),
            given,
            passes,
        )

    def _bytes(self, dtype: str) -> int:
        return BYTES[self.costs.dtype if dtype == "float32" else dtype]


class _RefusedBatchError(Exception):
    """A batch at which the model does not run stands between those that are looked at."""


def _is_in(path: str, outer: str) -> bool:
    return path == outer or path.startswith(f"{outer}.")
