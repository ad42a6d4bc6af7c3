"""The model of a picture: what is seen, as a tree of series, branches and parts.

Nothing here has a place or a colour. A ``Chain`` is read from left to right. Numbers in words are
``Count`` objects, so that the panel of a block that is used several times can say a parameter's
name where its uses differ.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from archir.base.record import Record, Struct, fresh
from archir.base.source import Span
from archir.graph.graph import Definition
from archir.shapes.arithmetic import add, multiply
from archir.shapes.dims import Dim

TIMES = "\N{MULTIPLICATION SIGN}"
SQUARED = {2: "\N{SUPERSCRIPT TWO}", 3: "\N{SUPERSCRIPT THREE}"}
DOT = " \N{MIDDLE DOT} "


EACH = "*"
"""Where a number stands in its pattern."""


class Count(Struct):
    """A number in words, with what stands before it; nothing is said where it is the usual."""

    value: int
    before: str = ""
    usual: int | None = None
    pattern: str = EACH
    """How it is said where it is that of some axes alone: ``1x*x*``."""

    def said(self, name: str = "") -> str:
        """The number, or the name that stands for it, as it is said."""
        return self.pattern.replace(EACH, name or str(self.value))

    def fresh(self) -> Count:
        """The same, an object of its own."""
        return Count(self.value, self.before, self.usual, self.pattern)


Words: TypeAlias = "tuple[str | Count, ...]"
"""Pieces of one line."""


class Shape(Struct):
    """A tensor's shape in a picture: without its batch, at the default sizes, and in general."""

    text: str
    general: str
    extents: tuple[int, ...]
    """The axes behind the channels, at the default sizes."""

    channels: int
    dims: tuple[Dim, ...] = ()
    """All axes, in general."""

    axes: tuple[int, ...] = ()
    """All but the batch's, in their order, at the default sizes."""


class Cost(Record):
    """What something costs; ``memory`` is that of what it gives, in bytes.

    At the default sizes these are numbers, and in general expressions of the sizes.
    """

    parameters: int = 0
    macs: Dim = 0
    memory: Dim = 0

    def __add__(self, other: Cost) -> Cost:
        return Cost(
            self.parameters + other.parameters,
            add(self.macs, other.macs),
            add(self.memory, other.memory),
        )

    def times(self, count: int) -> Cost:
        """The same so often."""
        return Cost(
            self.parameters * count, multiply(self.macs, count), multiply(self.memory, count)
        )


FREE = Cost()


class Box(Struct):
    """An op with what belongs to it: ``before`` and ``after`` are norms, activations and such."""

    kind: str
    head: Words
    facts: Words = ()
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    path: str = ""
    title: str = ""
    times: Count | None = None
    shape: Shape | None = None
    unflattened: Shape | None = None
    """What it gave before its elements were put in a row, where that is said in its box."""

    window: Words = ()
    """The sides of its window, said behind its head."""

    factors: tuple[float, ...] = ()
    """What it multiplies by, or adds, said behind its head; in a panel that of each use."""

    cost: Cost = FREE
    """Of all its repeats; when a picture is done, of all that the box stands for."""

    spans: tuple[Span, ...] = ()
    """Where the text has what is in it."""

    is_optional: bool = False
    """Whether some uses of the panel do not have it."""

    is_silent: bool = False
    """Whether it says nothing where it can be left out, as where elements lie in memory."""

    stands_for: int = 1
    """How many steps it is, where they are not drawn one by one."""


class Sign(Struct):
    """A small circle in which branches meet; ``sign`` is that of what they meet by."""

    sign: str
    path: str = ""
    title: str = ""
    shape: Shape | None = None
    cost: Cost = FREE
    spans: tuple[Span, ...] = ()
    kind: str = "merge"


class Ref(Struct):
    """A block that is drawn in a panel of its own, where it is used."""

    definition: Definition
    chain: Chain
    path: str = ""
    name: str = ""
    times: Count | None = None
    shape: Shape | None = None
    words: Words = ()
    """What tells this use from others, said once the panels are known."""

    told: tuple[str, ...] = ()
    """What this use reads by name, and on how many values it runs."""

    is_named: bool = False
    """Whether the text has a label for it, which is its name."""

    same: tuple[Ref, ...] = ()
    """The uses that it stands for where it repeats, but for the first."""

    kind: str = "block"
    cost: Cost = FREE
    spans: tuple[Span, ...] = ()
    is_optional: bool = False


class Chain(Struct):
    """What runs one behind the other; none of it means that what comes in goes out."""

    items: list[Item] = fresh(factory=list)


class Branch(Struct):
    """One way from a fork to a merge. One that has no source begins with what it holds."""

    chain: Chain
    is_sourced: bool = True
    is_optional: bool = False
    """Whether some uses of the panel have nothing here."""


class Parallel(Struct):
    """Branches side by side, into one merge."""

    branches: list[Branch]
    merge: Sign | Box | Ref | Part
    shape: Shape | None = None


class Part(Struct):
    """A labelled part, framed."""

    name: str
    path: str
    chain: Chain
    shape: Shape | None = None
    is_kept: bool = False
    """Whether a block in it is opened that was asked for: it is framed in any case."""


class Times(Struct):
    """A part that repeats: what is in it stands ``count`` times behind each other."""

    count: Count
    chain: Chain
    shape: Shape | None = None


class Tap(Struct):
    """What leaves the line and does not come back: another output, or what trains alone."""

    chain: Chain
    is_training: bool
    shape: Shape | None = None


class Tangle(Struct):
    """What is no series of branches: items in order, and arcs between those that are apart.

    ``arcs`` are pairs of places in the list, -1 for what flows in; ``breaks`` are the places that
    the one before does not lead to.
    """

    items: list[Item]
    arcs: list[tuple[int, int]]
    breaks: frozenset[int]
    shape: Shape | None = None


Item: TypeAlias = "Box | Sign | Ref | Parallel | Part | Times | Tap | Tangle"


class Panel(Struct):
    """A block that is drawn once, and all of its uses in the picture.

    One without uses is no block: it is what leads to a value that boxes read by name.
    """

    name: str
    chain: Chain
    uses: list[Ref]
    parameters: tuple[str, ...] = ()
    fixed: tuple[str, ...] = ()
    """What all uses are given, with its value, where a box says that number."""

    symbols: dict[Count, str] = fresh(factory=dict)
    """What is said in place of a number that its uses have different values of."""

    table: tuple[tuple[str, tuple[int, ...]], ...] = ()
    """The name of each use with its parameters' values, where these are too many for its box."""


class Picture(Struct):
    """A whole model."""

    name: str
    chain: Chain
    panels: list[Panel]


def chains(item: Item) -> Iterator[Chain]:
    """The chains that an item holds; not that of a block drawn elsewhere."""
    if isinstance(item, Parallel):
        yield from (branch.chain for branch in item.branches)
    elif isinstance(item, (Part, Times, Tap)):
        yield item.chain
    elif isinstance(item, Tangle):
        yield Chain(item.items)


def everything(chain: Chain) -> Iterator[Item]:
    """All items of a chain and of the chains in it, in order."""
    # As deep as a network's branches lie inside each other, which unfolding bounds.
    for item in chain.items:
        for inner in chains(item):
            yield from everything(inner)
        yield item
        if isinstance(item, Parallel):
            yield item.merge


def begins(chain: Chain) -> bool:
    """Whether a chain begins by itself, with an input that is drawn: nothing flows into it."""
    first = chain.items[0] if chain.items else None
    if isinstance(first, (Part, Times)):
        return begins(first.chain)
    if isinstance(first, Parallel):
        return not any(branch.is_sourced for branch in first.branches)
    return isinstance(first, Box) and first.kind in ("end", "parameter")


def say(words: Words, symbols: dict[Count, str] | None = None) -> str:
    """The words as text, with numbers or with the names that stand for them."""
    said = []
    for piece in words:
        if isinstance(piece, str):
            said.append(piece)
        elif symbols is not None and piece in symbols:
            name = symbols[piece]
            between = " " if piece.before.isalpha() else ""
            alike = (piece.before.strip(), piece.pattern.replace(EACH, "").strip())
            told = name in alike  # an argument that is handed on by its name
            said.append(name if told else piece.before + between + piece.said(name))
        elif piece.value != piece.usual:
            said.append(piece.before + piece.said())
    return ", ".join(one for one in said if one)


def head_text(box: Box, symbols: dict[Count, str] | None = None) -> str:
    """The bold word of a box, with its window: ``Conv 3x3``, or ``Conv k^2`` of a named one."""
    sides = [say((side,), symbols) for side in box.window]
    named = symbols is not None and any(
        isinstance(side, Count) and side in symbols for side in box.window
    )
    if named and len(sides) in SQUARED and len(set(sides)) == 1:
        sides = [sides[0] + SQUARED[len(sides)]]
    factors = "\N{EN DASH}".join(f"{one:.3g}" for one in _ends(box.factors))
    parts = (say(box.head, symbols), TIMES.join(sides), factors)
    return " ".join(part for part in parts if part)


def _ends(numbers: tuple[float, ...]) -> tuple[float, ...]:
    return (min(numbers), max(numbers)) if len(numbers) > 1 else numbers
