"""The names that one declaration can see, while it is walked from top to bottom."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeAlias

from archdsl.tree import ast
from archir.base.record import Struct, fresh
from archir.base.source import Span
from archir.program.declarations import Slot, SlotKind
from archir.program.expressions import Local, Target

Arms: TypeAlias = tuple[tuple[int, int], ...]
"""The conditions around a place: (which condition, which of its arms), from the outside."""


def may_both_be(first: Arms, second: Arms) -> bool:
    """Whether what stands in ``first`` is there whenever ``second`` is, or the other way round.

    Arms of one condition exclude each other; and two conditions beside each other may do so too,
    which only their values can tell.
    """
    shorter, longer = sorted((first, second), key=len)
    return longer[: len(shorter)] == shorter


class Claims:
    """The places at which one name is taken, none of them there together with another.

    ``within`` holds the arms around a place that is taken, and that place.
    """

    def __init__(self) -> None:
        self.exact: dict[Arms, Span] = {}
        self.within: dict[Arms, Span] = {}

    def claim(self, arms: Arms, span: Span) -> Span | None:
        """Take the name at a place; gives the earlier place that forbids it, if there is one."""
        for length in range(len(arms) + 1):
            if arms[:length] in self.exact:
                return self.exact[arms[:length]]
        if arms in self.within:
            return self.within[arms]
        self.exact[arms] = span
        for length in range(len(arms)):
            self.within.setdefault(arms[:length], span)
        return None


class Symbol(Struct):
    """A name that is bound in a body, and where."""

    name: str
    span: Span
    kind: SlotKind
    slot: int = -1
    """Its slot, once it is bound. Those of values and modules are the business of ``Holder``."""

    arms: Arms = ()
    param: ast.Param | None = None
    literal: str | None = None
    """What it is, in words, where its value is a literal: ``the number 3``."""

    is_training: bool = False
    is_used: bool = False
    twin: Symbol | None = None
    """The same name in another arm of a condition."""

    @property
    def is_value(self) -> bool:
        return self.kind == "value"


class Frame(Struct):
    """The names of a pair of braces that end with it, and the slots that belong to the braces."""

    names: dict[str, Symbol] = fresh(factory=dict)
    slots: list[int] = fresh(factory=list)


class Holder(Struct):
    """The slots of values and modules, which live to the end of a body, module or loop's turn.

    ``named`` are the names that ``as`` gives in it, and those of its modules.
    """

    values: dict[str, int] = fresh(factory=dict)
    named: set[str] = fresh(factory=set)
    slots: list[int] = fresh(factory=list)


class NameScope:
    """Parameters, the frames of the braces, and the values of one declaration.

    ``ended`` are the names whose braces have ended, kept for the message about a late use.
    """

    def __init__(self) -> None:
        self.params: dict[str, Symbol] = {}
        self.values: dict[str, Symbol] = {}
        self.frames = [Frame()]
        self.holders = [Holder(slots=self.frames[0].slots)]
        self.slots: list[Slot] = []
        """Where all that is bound has its place."""

        self.arms: Arms = ()
        self.ended: dict[str, Symbol] = {}
        self.bound: list[Symbol] = []
        """All symbols ever bound, in the order of the text."""

        self._conditions = 0

    def find(self, name: str) -> Symbol | None:
        """The nearest symbol of that name: of the body first, then of the parameters."""
        for frame in reversed(self.frames):
            if name in frame.names:
                return frame.names[name]
        return self.values.get(name) or self.params.get(name)

    def local(self, symbol: Symbol, span: Span) -> Local:
        """A use of a name."""
        if symbol.kind not in ("value", "module"):
            return Local(span, symbol.name, symbol.slot, (), symbol.kind == "dim")
        name = symbol.name
        here, *behind = [h.values[name] for h in reversed(self.holders) if name in h.values]
        return Local(span, name, here, tuple(behind))

    def clash(self, name: str) -> Symbol | None:
        """The symbol of the body that forbids to bind the name here once more."""
        for frame in reversed(self.frames):
            if name in frame.names:
                return frame.names[name]
        earlier = self.values.get(name)
        return earlier if earlier and may_both_be(earlier.arms, self.arms) else None

    def take(self, name: str, kind: SlotKind, slots: list[int]) -> int:
        """A new slot."""
        self.slots.append(Slot(name, kind))
        slots.append(len(self.slots) - 1)
        return len(self.slots) - 1

    def hold(self, name: str, kind: SlotKind = "value", holder: Holder | None = None) -> int:
        """The slot of a value or module, the innermost holder's where none is named."""
        holder = holder or self.holders[-1]
        if name not in holder.values:
            holder.values[name] = self.take(name, kind, holder.slots)
        return holder.values[name]

    def parameter(self, name: str) -> int:
        """The slot of a parameter. A name of the body may hide it, and has its own."""
        return self.take(name, "parameter", self.holders[0].slots)

    def bind(self, symbol: Symbol) -> int:
        """Bind in the innermost braces, or in the whole body for what lives that long."""
        symbol.arms = self.arms
        if symbol.kind in ("value", "module"):
            self.values[symbol.name] = symbol
            symbol.slot = self.hold(symbol.name, symbol.kind)
        else:
            frame = self.frames[-1]
            frame.names[symbol.name] = symbol
            symbol.slot = self.take(symbol.name, symbol.kind, frame.slots)
        self.bound.append(symbol)
        return symbol.slot

    def names(self) -> Iterator[str]:
        """All names in sight."""
        for frame in reversed(self.frames):
            yield from frame.names
        yield from self.values
        yield from self.params

    @contextmanager
    def braces(self, slots: list[int] | None = None) -> Iterator[Frame]:
        """What is bound by ``let``, ``for`` or a shape inside ends with the braces.

        Their slots join those given: the body of a loop shares them with its targets.
        """
        frame = Frame(slots=[] if slots is None else slots)
        self.frames.append(frame)
        yield frame
        self.ended.update(self.frames.pop().names)

    def open(self) -> Holder:
        """Begin what values end with: see ``close``."""
        self.holders.append(Holder())
        return self.holders[-1]

    def close(self) -> tuple[tuple[Target, int], ...]:
        """End the innermost holder: its names are empty behind it, or lists if a loop ends.

        Gives the slot of each name that ``as`` gave in it, and that of the name behind it.
        """
        inner = self.holders.pop()
        outer = self.holders[-1]
        pairs: list[tuple[Target, int]] = []
        for name in sorted(inner.named & inner.values.keys()):
            span = self.values[name].span
            pairs.append((Target(span, name, inner.values[name]), self.hold(name)))
        outer.named |= inner.named
        for name in inner.values:
            self.hold(name, self.slots[inner.values[name]].kind)
        return tuple(pairs)

    def condition(self) -> int:
        """A number for a new condition."""
        self._conditions += 1
        return self._conditions

    @contextmanager
    def arm(self, condition: int, number: int) -> Iterator[None]:
        """What is met inside is there only if that arm of the condition is taken."""
        before = self.arms
        self.arms = (*before, (condition, number))
        yield
        self.arms = before
