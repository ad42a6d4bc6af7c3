"""Two models in one picture: what was added, removed and changed, from the first to the second.

Things are the same that look the same, numbers with names by their names. What lies between two
that are the same is paired in order where it is of one form, and is removed or added where not:
``archir.difference`` lays chains side by side, as it does the parts of models for ``archc diff``.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from itertools import zip_longest
from typing import TypeAlias

from archc.pictures.model.tree import (
    DOT,
    Box,
    Branch,
    Chain,
    Count,
    Item,
    Panel,
    Parallel,
    Part,
    Picture,
    Ref,
    Sign,
    Tap,
    Times,
    chains,
    everything,
    head_text,
    say,
)
from archir.difference.alignment import aligned

SAME, ADDED, REMOVED, CHANGED = "same", "added", "removed", "changed"
"""The kinds of boxes in such a picture."""

ENDS = ("end", "parameter")
"""The kinds that stay what they are."""

SEEN = 4
"""The likeness of what looks the same, where that of what is of one form is 1."""

_SIGNS = {ADDED: "+ ", REMOVED: "\N{EN DASH} "}
"""What stands before the name of a box, so that colours are not needed."""

Symbols: TypeAlias = "Mapping[Count, str]"


def compared(before: Picture, after: Picture) -> Picture:
    """The second picture with what the first has and it has not, each box of its kind."""
    main = _Difference({}, {})
    chain = main.chains(before.chain, after.chain)
    known = {panel.name: panel for panel in before.panels}
    panels = [_panel(known.pop(panel.name, None), panel) for panel in after.panels]
    panels += [_panel(panel, None) for panel in known.values()]
    name = before.name if before.name == after.name else f"{before.name} and {after.name}"
    made = Picture(name, chain, [panel for panel, _is_other in panels])
    others = {panel.name for panel, is_other in panels if is_other}
    names = {ref.definition: panel.name for panel in made.panels for ref in panel.uses}
    for one in (made.chain, *(panel.chain for panel in made.panels)):
        for item in everything(one):
            if not isinstance(item, Ref) or item.kind != SAME:
                continue
            if names.get(item.definition) in others:
                item.kind = CHANGED
    return made


def _panel(before: Panel | None, after: Panel | None) -> tuple[Panel, bool]:
    """A block in both, and whether it is another."""
    one, other = before or after, after or before
    assert one is not None and other is not None
    symbols = {**one.symbols, **other.symbols}
    difference = _Difference(one.symbols, other.symbols)
    if before is None or after is None:
        chain = Chain(list(_marked(other.chain.items, REMOVED if after is None else ADDED)))
    else:
        chain = difference.chains(before.chain, after.chain)
    uses = other.uses if one is other else [*one.uses, *other.uses]
    made = Panel(other.name, chain, uses, other.parameters, other.fixed, symbols)
    kinds = {item.kind for item in everything(chain) if isinstance(item, (Box, Ref, Sign))}
    return made, not kinds <= {SAME, *ENDS}


class _Difference:
    """What two chains have in common; ``before`` and ``after`` are the names of their numbers."""

    def __init__(self, before: Symbols, after: Symbols) -> None:
        self.before = dict(before)
        self.after = dict(after)

    def chains(self, before: Chain, after: Chain) -> Chain:
        looks = {id(item): _look(item, self.before) for item in before.items}
        looks |= {id(item): _look(item, self.after) for item in after.items}

        def likeness(old: Item, new: Item) -> int:
            return SEEN if looks[id(old)] == looks[id(new)] else int(_is_form_of(old, new))

        found: list[Item] = []
        for old, new in aligned(before.items, after.items, likeness, SEEN):
            if old is None or new is None:
                found += _marked([item for item in (old, new) if item], ADDED if new else REMOVED)
            elif looks[id(old)] == looks[id(new)]:
                found += _marked([new], SAME)
            else:
                found.append(self._pair(old, new))
        return Chain(found)

    def _pair(self, old: Item, new: Item) -> Item:
        """The new item, with what differs from the old one said in it."""
        if isinstance(old, Box) and isinstance(new, Box):
            self._box(old, new)
        elif isinstance(old, Ref) and isinstance(new, Ref):
            new.words = self._was(say(old.words, self.before), say(new.words, self.after))
            new.kind = CHANGED
        elif isinstance(old, Parallel) and isinstance(new, Parallel):
            self._branches(old, new)
        elif isinstance(old, (Part, Times, Tap)) and isinstance(new, (Part, Times, Tap)):
            new.chain = self.chains(old.chain, new.chain)
        if isinstance(old, (Box, Ref)) and isinstance(new, (Box, Ref)):
            counts = [1 if one.times is None else one.times.value for one in (old, new)]
            if counts[0] != counts[1]:
                said = f"{counts[0]} time{'s' * (counts[0] != 1)} before"
                if isinstance(new, Ref):
                    new.words += (said,)
                else:
                    new.after += (said,)
        return new

    def _box(self, old: Box, new: Box) -> None:
        facts = say(old.facts, self.before), say(new.facts, self.after)
        new.facts = self._was(*facts)
        joined = [DOT.join((*one.before, *one.after)) for one in (old, new)]
        if joined[0] != joined[1]:
            new.after += (f"was {joined[0] or 'alone'}",)
        new.kind = CHANGED

    @staticmethod
    def _was(old: str, new: str) -> tuple[str, ...]:
        if old == new:
            return (new,) if new else ()
        return (*((new,) if new else ()), f"was {old or 'none'}")

    def _branches(self, old: Parallel, new: Parallel) -> None:
        made: list[Branch] = []
        for one, other in zip_longest(old.branches, new.branches):
            if one is None:
                other.chain = Chain(list(_marked(other.chain.items, ADDED)))
            elif other is None:
                one.chain = Chain(list(_marked(one.chain.items, REMOVED)))
            else:
                other.chain = self.chains(one.chain, other.chain)
            made.append(one if other is None else other)
        new.branches = made
        same = _look(old.merge, self.before) == _look(new.merge, self.after)
        list(_marked([new.merge], SAME if same else CHANGED))


def _marked(items: list[Item], kind: str) -> Iterator[Item]:
    """The items as ones of a kind, with all that is in them."""
    for item in items:
        if isinstance(item, (Box, Ref, Sign)):
            if kind in _SIGNS and isinstance(item, Box):
                item.head, item.factors = (_SIGNS[kind] + head_text(item),), ()
                item.window = ()
            if kind != SAME or item.kind not in ENDS:
                item.kind = kind
        for inner in chains(item):
            inner.items = list(_marked(inner.items, kind))
        if isinstance(item, Parallel):
            list(_marked([item.merge], kind))
        if kind == REMOVED:
            item.shape = None
        yield item


def _is_form_of(old: Item, new: Item) -> bool:
    if isinstance(old, Box) and isinstance(new, Box):
        return old.kind == new.kind and head_text(old) == head_text(new)
    if isinstance(old, Ref) and isinstance(new, Ref):
        return old.definition.name == new.definition.name
    if isinstance(old, Part) and isinstance(new, Part):
        return old.name == new.name
    if isinstance(old, Times) and isinstance(new, Times):
        return old.count.value == new.count.value
    return type(old) is type(new) and isinstance(new, (Parallel, Tap))


def _look(item: Item, symbols: Symbols) -> Hashable:
    """What is seen of an item; the same where nothing differs."""
    names = dict(symbols)
    if isinstance(item, (Box, Ref)):
        times = "" if item.times is None else say((item.times,), names)
        if isinstance(item, Ref):
            return ("ref", item.definition.name, say(item.words, names), times)
        said = (head_text(item, names), say(item.facts, names))
        return ("box", item.kind, *said, item.before, item.after, times)
    if isinstance(item, Sign):
        return ("sign", item.sign)
    inside = tuple(tuple(_look(one, names) for one in chain.items) for chain in chains(item))
    if isinstance(item, Parallel):
        return ("parallel", inside, _look(item.merge, names))
    about = (
        item.name if isinstance(item, Part) else item.count.value if isinstance(item, Times) else 0
    )
    return (type(item).__name__, about, inside)
