"""The most memory that a forward pass needs at a time, in the order of the text."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping

from archir.cost.simulate import Pass
from archir.memory.storage import Storage


def peak(run: Pass) -> int:
    """The most bytes that are allocated at a time, beyond the state and the inputs.

    As torch runs the model: a value is let go of when it has been read for the last time, but what
    a module is called with stays until the call returns. What the model gives stays to the end.
    """
    going = by_step(last_use(run))
    now = most = 0
    for step in run.steps:
        most = max(most, now + step.scratch)
        now += sum(storage.nbytes for storage in step.new)
        now -= sum(storage.nbytes for storage in going.get(step.index, ()))
    return most


def by_step(last: Mapping[Storage, int]) -> dict[int, list[Storage]]:
    """The storages that are let go of behind each step."""
    going: dict[int, list[Storage]] = {}
    for storage, index in last.items():
        going.setdefault(index, []).append(storage)
    return going


def last_use(run: Pass) -> dict[Storage, int]:
    """For each storage that is made and let go of, the number of the step behind which that is."""
    last: dict[Storage, int] = {}
    for step in run.steps:
        for storage in (*step.reads, *step.gives):
            last[storage] = step.index
    indices = [step.index for step in run.steps]
    for call in run.flat.calls:
        end = _end(indices, call.first, call.end)
        for storage in run.storages(call.inputs):
            last[storage] = max(last.get(storage, -1), end)
    for storage in run.storages(run.flat.outputs):
        last.pop(storage, None)
    return {storage: index for storage, index in last.items() if storage.kind == "value"}


def _end(indices: list[int], first: int, end: int) -> int:
    """The last step of a call that runs in this pass; -1 if there is none."""
    place = bisect_left(indices, end) - 1
    return indices[place] if place >= 0 and indices[place] >= first else -1
