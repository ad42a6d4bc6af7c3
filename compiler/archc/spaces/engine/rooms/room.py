"""Memory of pieces: the most that an evaluation has allocated at a time, as pieces add up to it.

A piece is given one value. Who runs it may hold that value; else it is let go of behind the last
step that reads it, and what comes then needs as much less. So two numbers say it for both.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from archir.base.record import Struct
from archir.memory.strides import is_contiguous
from archir.memory.trace import MemoryTrace

if TYPE_CHECKING:
    from archir.op.contract import Op
    from archir.shapes.types import TensorType


class Room(Struct):
    """What a piece needs, in bytes beyond what is there when it begins.

    ``before`` is the most up to the last step that reads what it was given, ``behind`` the most
    from there on, what was given counted as still there. ``gives`` is what comes out of it, in
    memory of its own; 0 where that ``passes`` what was given, or what somebody else holds.
    """

    before: int
    behind: int
    gives: int
    passes: bool


NOTHING = Room(0, 0, 0, True)
"""What nothing at all needs."""

HELD = Room(0, 0, 0, False)
"""What it takes to read a value that is held by others in any case."""


def then(first: Room | None, second: Room | None) -> Room | None:
    """Two pieces, the second of which is given what the first gives."""
    if first is None or second is None:
        return None
    if first.passes:
        before = max(first.before, second.before)
        return Room(before, max(first.behind, second.behind), second.gives, second.passes)
    if second.passes:
        most = max(first.behind, first.gives + second.before)
        return Room(first.before, most, first.gives, False)
    inside = max(first.gives + second.before, second.behind)
    return Room(first.before, max(first.behind, inside), second.gives, False)


def times(room: Room | None, count: int) -> Room | None:
    """Equal pieces behind each other: from the second on each needs the same."""
    return room if count == 1 else then(room, room)


def called(room: Room | None) -> Room | None:
    """A call of a module: who calls holds what it is given."""
    if room is None or room.passes:
        return room
    return Room(max(room.before, room.behind), room.gives, room.gives, False)


def joined(parts: Sequence[Room | None], join: Room | None) -> Room | None:
    """Pieces that are given the same value, one behind the other, and the op that joins them."""
    if join is None or not parts:
        return None
    known = [part for part in parts if part is not None]
    passing = any(part.passes for part in known)
    if len(known) < len(parts) or (
        not passing and any(not part.passes and not part.gives for part in known)
    ):
        return None
    there = before = behind = 0
    for place, part in enumerate(known):
        is_last = place == len(known) - 1 and not passing
        if is_last:
            before = max(before, there + part.before)
            behind = there + part.behind
        else:
            before = max(before, there + part.before, there + part.behind)
        there += part.gives
    if passing:
        return Room(max(before, there + join.before), join.gives, join.gives, False)
    return Room(before, max(behind, there + join.before), join.gives, False)


def of_op(op: Op, inputs: tuple[TensorType, ...], outputs: tuple[TensorType, ...]) -> Room | None:
    """What one op needs, at sizes that are numbers; None where it gives no tensor of its own as it
    is usually laid out.
    """
    trace = MemoryTrace(training=False, recording=False, dtype="float32")
    given = tuple([trace.given(trace.extents(each), each.dtype) for each in inputs])
    made = op.allocate(trace, given, outputs)
    if len(made) != 1 or trace.refusals or trace.overwritten:
        return None
    (out,) = made
    if not is_contiguous(out.shape, out.strides):
        return None
    now = most = 0
    own = False
    for allocated, storage in trace.events:
        now += storage.nbytes if allocated else -storage.nbytes
        most = max(most, now)
        own = own or storage is out.storage
    if own:
        return Room(most, out.storage.nbytes, out.storage.nbytes, False)
    if len(given) > 1 or out.storage is not given[0].storage or out.numel != given[0].numel:
        return None
    return Room(most, 0, 0, True)
