"""The instances of one class laid over each other, with the loops of the text folded.

The graph has a list of children and a list of lines for each instance. Here one list is made of
all: what stands at the same place of the text is one ``Item``, the turns of a loop of the text are
one ``Fold``, and what only some instances have is in a ``When``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, TypeAlias

from archc.python.reading.places import Places
from archir.base.record import Struct, fresh
from archir.base.source import Span
from archir.graph.modules import Network
from archir.program import statements as s


class Inst(Struct):
    """One instance of a class, or one turn of a loop in it."""

    network: Network
    outer: Inst | None = None
    loop: s.Loop | None = None
    turn: int = 0
    atoms: list[Atom] = fresh(factory=list)
    """Of a turn: what it has."""

    known: dict[object, object] = fresh(factory=dict)
    """Values of names that have been worked out."""

    @property
    def depth(self) -> int:
        """How many loops it is a turn of."""
        above = 0 if self.outer is None else self.outer.depth
        return above + (self.loop is not None)

    @property
    def place(self) -> Hashable:
        """The instance and the turns of loops: children and lines have turns of their own."""
        if self.loop is not None and self.outer is not None:
            return (self.outer.place, self.loop.span, self.turn)
        return self.network if self.outer is None else self.outer.place

    @property
    def whole(self) -> Inst:
        """The instance that it is a turn of."""
        inst = self
        while inst.outer is not None:
            inst = inst.outer
        return inst


class Atom(Struct):
    """A child or a line of one instance, and what makes it the same as another's."""

    key: Hashable
    span: Span
    item: Any


class Item(Struct):
    """A child or a line, for each instance that has it."""

    key: Hashable
    span: Span
    by: dict[Inst, Any]
    number: int = 1
    """Which it is of those that come from one place, as where a loop is written out."""

    of: int = 1
    """How many these are; 0 where instances have not as many."""


class Fold(Struct):
    """A loop of the text: ``body`` is merged from all turns of all instances."""

    loop: s.Loop
    turns: dict[Inst, list[Inst]]
    body: list[Node]

    @property
    def by(self) -> dict[Inst, list[Inst]]:
        """The instances that it is for."""
        return self.turns


class When(Struct):
    """What only some instances have: one arm for each group of them, and none for the others."""

    arms: list[tuple[frozenset[Inst], list[Node]]]
    everyone: frozenset[Inst]


Node: TypeAlias = "Item | Fold | When"
Count: TypeAlias = "Callable[[Inst, s.Loop], int | None]"
"""How many turns a loop has in an instance; None where its text does not say it."""

Tests: TypeAlias = "Callable[[Span], Hashable]"
"""The conditions of the text that are to be printed around a place; None where there is none."""

_Keyed: TypeAlias = "tuple[Hashable, Item | Fold]"


class UnfoldError(Exception):
    """Loops of the text have to be written out."""

    def __init__(self, *loops: s.Loop) -> None:
        super().__init__("a loop to be written out")
        self.loops = loops


class UntestableError(Exception):
    """There are no words for a condition that holds wherever its places are met."""

    def __init__(self, *spans: Span) -> None:
        super().__init__("a condition without words")
        self.spans = spans


class UnmergeableError(Exception):
    """Instances have the same things in different orders: they are of different classes."""


def apart(inst: Inst) -> Exception:
    """What has the turns of a loop, or the instances of a class, printed by themselves."""
    return UnmergeableError() if inst.loop is None else UnfoldError(inst.loop)


class Merger:
    """Lays instances over each other; loops whose spans are in ``unfolded`` are written out."""

    def __init__(
        self, places: Places | None, unfolded: set[Span], count: Count, tests: Tests
    ) -> None:
        self.places = places
        self.count = count
        self.tests = tests
        self.unfolded = unfolded

    def merge(self, rows: Mapping[Inst, Sequence[Atom]], depth: int = 0) -> list[Node]:
        """The nodes of what stands inside ``depth`` loops."""
        sequences = {inst: self._keyed(inst, list(atoms), depth) for inst, atoms in rows.items()}
        end = (lambda span: (span.end,)) if self.places is None else self.places.end
        merged = _overlaid(sequences, end)
        nodes: list[Item | Fold] = []
        for node in merged:
            if isinstance(node, Fold):
                turns = [turn for turns in node.turns.values() for turn in turns]
                rows_inside = {turn: turn.atoms for turn in turns}
                node.body = self.merge(rows_inside, depth + 1)
            nodes.append(node)
        return self._grouped(nodes, frozenset(rows))

    def _grouped(self, nodes: list[Item | Fold], everyone: frozenset[Inst]) -> list[Node]:
        """The nodes, with those in conditions that stand in one, or that not all instances have."""
        result: list[Node] = []
        last: Hashable = None
        for node in nodes:
            having = frozenset(node.by)
            test = self.tests(place_of(node))
            if having == everyone and test is None:
                result.append(node)
                continue
            when = result[-1] if result else None
            if isinstance(when, When) and last == test and when.arms[-1][0] == having:
                when.arms[-1][1].append(node)
                continue
            if isinstance(when, When) and all(not having & other for other, _ in when.arms):
                when.arms.append((having, [node]))
            else:
                result.append(When([(having, [node])], everyone))
            last = test
        return result

    def _keyed(self, inst: Inst, atoms: list[Atom], depth: int) -> list[_Keyed]:
        """An instance's own nodes: equal keys of two instances mean the same place."""
        found: list[_Keyed] = []
        counts: dict[Hashable, int] = {}

        def add(key: Hashable, node: Item | Fold) -> None:
            number = counts[key] = counts.get(key, 0) + 1
            found.append(((key, number), node))
            if isinstance(node, Item):
                node.number = number

        at = 0
        while at < len(atoms):
            loop = self._loop(atoms[at].span, depth)
            end = at + 1
            if loop is not None:
                while end < len(atoms) and self._loop(atoms[end].span, depth) is loop:
                    end += 1
                turns = self._turns(inst, loop, atoms[at:end], depth + 1)
                if turns is not None:
                    add(loop.span, Fold(loop, {inst: turns}, []))
                    at = end
                    continue
            for atom in atoms[at:end]:
                add(atom.key, Item(atom.key, atom.span, {inst: atom.item}))
            at = end
        for _, node in found:
            if isinstance(node, Item):
                node.of = counts[node.key]
        return found

    def _loop(self, span: Span, depth: int) -> s.Loop | None:
        """The loop at that depth around a place, unless it is written out."""
        if self.places is None:
            return None
        around = self.places.loops(span)
        if any(loop.span in self.unfolded for loop in around[: depth + 1]):
            return None
        return around[depth] if len(around) > depth else None

    def _turns(self, inst: Inst, loop: s.Loop, atoms: list[Atom], depth: int) -> list[Inst] | None:
        """The turns of a loop; None where it cannot be told where each begins."""
        rows = self._rows(atoms, depth) or self._rows(atoms, depth, self.count(inst, loop))
        if rows is None:
            rows = self._rows_inside(inst, loop, atoms, depth)
        if rows is None:
            return None
        turns = [Inst(inst.network, inst, loop, number) for number in range(len(rows))]
        for turn, row in zip(turns, rows, strict=True):
            turn.atoms = row
        return turns

    def _rows(
        self, atoms: list[Atom], depth: int, count: int | None = None
    ) -> list[list[Atom]] | None:
        """What each turn has. Something that is there in each of them tells: what ends before it
        in the text and runs behind it belongs to the next turn. The text says that it is there, or
        the ``count`` of the turns.
        """
        assert self.places is not None
        directly = [a for a in atoms if len(self.places.loops(a.span)) == depth]
        if count is None:
            anchor = next((a for a in directly if self.places.is_certain(a.span)), None)
        else:
            times = Counter(a.span for a in directly)
            anchor = next((a for a in directly if times[a.span] == count), None)
        if anchor is None:
            return None
        rows: list[list[Atom]] = [[]]
        seen = False
        for atom in atoms:
            # A first turn may read its sizes off other values than those behind it: keys differ.
            is_anchor = atom.span == anchor.span and type(atom.item) is type(anchor.item)
            if seen and (is_anchor or self.places.end(atom.span) < self.places.end(anchor.span)):
                rows.append([])
                seen = False
            rows[-1].append(atom)
            seen = seen or is_anchor
        return rows if seen else None

    def _rows_inside(
        self, inst: Inst, loop: s.Loop, atoms: list[Atom], depth: int
    ) -> list[list[Atom]] | None:
        """The same where all stands in an inner loop: its text says how often a turn runs it."""
        inner = self._loop(atoms[0].span, depth)
        if inner is None or any(self._loop(atom.span, depth) is not inner for atom in atoms):
            return None
        turns = self._rows(atoms, depth + 1)
        count = self.count(inst, loop)
        if turns is None or count is None:
            return None
        rows: list[list[Atom]] = []
        for number in range(count):
            many = self.count(Inst(inst.network, inst, loop, number), inner)
            if many is None or many > len(turns):
                return None
            rows.append([atom for turn in turns[:many] for atom in turn])
            del turns[:many]
        return rows if not turns else None


def place_of(node: Item | Fold) -> Span:
    """Where a loop, a child, or the module that a line calls, stands in the text."""
    if isinstance(node, Fold):
        return node.loop.span
    entry = next(iter(node.by.values()))
    slot = getattr(getattr(entry, "step", entry), "slot", None)
    span: Span = node.span if slot is None else slot.span
    return span


def _overlaid(
    sequences: Mapping[Inst, list[_Keyed]], end: Callable[[Span], tuple[int, ...]]
) -> list[Item | Fold]:
    """One sequence in which each of the sequences is found in its order."""
    order: list[Hashable] = []
    merged: dict[Hashable, Item | Fold] = {}
    for sequence in sequences.values():
        at = 0
        own = {key for key, _ in sequence}
        for key, node in sequence:
            known = merged.get(key)
            if known is None:
                # Others' things that stand before it in the text come first.
                while (
                    at < len(order)
                    and order[at] not in own
                    and end(_span(merged[order[at]])) < end(_span(node))
                ):
                    at += 1
                merged[key] = node
                order.insert(at, key)
                at += 1
                continue
            place = order.index(key)
            if place < at:
                raise UnmergeableError
            at = place + 1
            if isinstance(known, Fold) and isinstance(node, Fold):
                known.turns.update(node.turns)
            elif isinstance(known, Item) and isinstance(node, Item):
                known.by.update(node.by)
                known.of = known.of if known.of == node.of else 0
            else:
                raise UnmergeableError
    return [merged[key] for key in order]


def _span(node: Item | Fold) -> Span:
    return node.loop.span if isinstance(node, Fold) else node.span
