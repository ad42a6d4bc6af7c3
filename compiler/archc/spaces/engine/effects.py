"""Effects: what a piece of a text does to the sums, and how effects add up."""

from __future__ import annotations

from typing import TypeAlias

from archc.spaces.engine.rooms.room import NOTHING, Room, then
from archc.spaces.engine.rooms.room import times as times_of
from archir.base.record import Struct
from archir.base.source import Span
from archir.graph.graph import Value
from archir.init.init_rules import InitRule

Flow: TypeAlias = "tuple[Value, ...]"

Bound: TypeAlias = "tuple[tuple[int, object, object], ...]"
"""Slots, what they hold now, and that as a key."""

NODES, MACS, PARAMETERS = 64, 96, 224
"""Four sums in one number, which is added at once: behind the steps, from these bits on."""

NODE, STEP = 1 << NODES, 1

MOST_NODES = 20_000
"""Steps of a network; larger ones go the long way, and so no sum runs into the next."""

MOST = 1 << 80
"""More than the parameters or multiply-accumulates of any layer that is counted here."""

ACTS, MOVES, IN_ORDER, KINDS = 1, 2, 4, 3
"""Marks, as bits: something runs or is registered; the order of elements in memory may change; an
op takes one order alone; and from the last bit on the kinds of modules that there are."""


class LongWay(Exception):  # noqa: N818  (no error: it says that a point is to be elaborated whole)
    """What the engine does not answer."""


class Wrong(Struct):
    """A problem that has been met, as far as it can be told apart from others.

    ``place`` sorts problems as diagnostics are sorted: by file, and there by the text.
    """

    place: tuple[int, int]
    name: str
    span: Span


class Rest(Struct):
    """What few pieces do: labels that they register around them, outputs, ``init`` rules."""

    labels: tuple[str, ...]
    outputs: tuple[tuple[str | None, Value], ...]
    rules: tuple[InitRule, ...]
    wrong: Wrong | None
    abandoned: bool


class Effect(Struct):
    """What a piece of a text does, for certain values of what it mentions.

    ``sums`` are parameters, multiply-accumulates, steps of the network, and at least as many steps
    as the elaborator counts; ``depth`` is how deep it goes at the most, ``bound`` the names that
    it gives to values.
    """

    flow: Flow
    sums: int
    marks: int
    depth: int
    bound: Bound
    rest: Rest | None
    room: Room | None
    """What it needs in memory; None where that is not known."""

    @property
    def parameters(self) -> int:
        """Trainable numbers."""
        return self.sums >> PARAMETERS

    @property
    def macs(self) -> int:
        """Multiply-accumulates of a forward pass."""
        return self.sums >> MACS & (1 << PARAMETERS - MACS) - 1

    @property
    def nodes(self) -> int:
        """Steps of the network."""
        return self.sums >> NODES & (1 << MACS - NODES) - 1

    @property
    def steps(self) -> int:
        """At least as many as the elaborator counts."""
        return self.sums & (1 << NODES) - 1

    @property
    def peak(self) -> int | None:
        """The most bytes that an evaluation has allocated at a time; None where not known."""
        return None if self.room is None else max(self.room.before, self.room.behind)

    @property
    def wrong(self) -> Wrong | None:
        """The first problem in the text."""
        return None if self.rest is None else self.rest.wrong


class Sum:
    """Effects that are being added up."""

    __slots__ = ("abandoned", "bound", "depth", "labels", "marks", "outputs", "room", "rules",
                 "sums", "with_rest", "wrong")  # fmt: skip

    wrong: Wrong | None
    bound: Bound
    labels: tuple[str, ...]
    outputs: tuple[tuple[str | None, Value], ...]
    rules: tuple[InitRule, ...]
    room: Room | None

    def __init__(self, steps: int = 0) -> None:
        self.sums = steps
        self.marks = self.depth = 0
        self.bound = ()
        self.room = NOTHING
        self.abandoned = self.with_rest = False

    def add(self, effect: Effect, times: int = 1) -> None:
        """Add an effect, or several equal ones behind each other."""
        if times > 1:
            if effect.marks & ACTS and times * max(1, effect.nodes) > MOST_NODES:
                raise LongWay
            self.sums += effect.sums * times
        else:
            self.sums += effect.sums
        self.marks |= effect.marks
        if effect.depth > self.depth:
            self.depth = effect.depth
        self.bound += effect.bound
        if effect.room is not NOTHING:
            self.room = then(self.room, times_of(effect.room, times))
        if effect.rest is not None:
            self.add_rest(effect.rest, times)

    def add_rest(self, rest: Rest, times: int = 1) -> None:
        """Add what few effects have."""
        if times > 1 and (rest.labels or rest.outputs or rest.rules):
            raise LongWay
        if not self.with_rest:
            self.begin()
        if rest.labels:
            self.label(*rest.labels)
        self.outputs += rest.outputs
        self.rules += rest.rules
        self.abandoned = self.abandoned or rest.abandoned
        if rest.wrong is not None:
            self.meet(rest.wrong)

    def begin(self) -> None:
        """Begin to note what few effects have."""
        self.with_rest = True
        self.labels = self.outputs = self.rules = ()
        self.wrong = None

    def bind(self, slot: int, value: object, key: object) -> None:
        """A slot that has been filled."""
        self.bound += ((slot, value, key),)

    def label(self, *labels: str) -> None:
        """Register labels; two of the same are a mistake."""
        if not self.with_rest:
            self.begin()
        self.labels += labels
        if len(set(self.labels)) < len(self.labels):
            raise LongWay

    def meet(self, wrong: Wrong) -> None:
        """Note a problem, if it stands before the one that is known."""
        if not self.with_rest:
            self.begin()
        known = self.wrong
        if known is None or wrong.place < known.place:
            self.wrong = wrong
        elif wrong.place == known.place and (wrong.name, wrong.span) != (known.name, known.span):
            raise LongWay  # who knows which of them is said first

    def effect(self, flow: Flow) -> Effect:
        """The sum as an effect that gives ``flow``."""
        rest = None
        if self.with_rest:
            rest = Rest(self.labels, self.outputs, self.rules, self.wrong, self.abandoned)
        return Effect(flow, self.sums, self.marks, self.depth, self.bound, rest, self.room)
