"""Folding a chain: norms and activations into the box they belong to, equal neighbours into one."""

from __future__ import annotations

from collections.abc import Hashable

from archc.pictures.model.costs import stand_for
from archc.pictures.model.keys import key
from archc.pictures.model.kinds import ANCHORS, FOLLOWERS
from archc.pictures.model.tree import (
    FREE,
    Box,
    Chain,
    Cost,
    Count,
    Item,
    Part,
    Ref,
    Tap,
    Times,
    everything,
    head_text,
)
from archir.base.source import Span

MAX_PERIOD = 6
"""How many items may repeat together."""

WORTH = 4
"""How many items a frame around several that repeat has to save."""


def fold(chain: Chain) -> Chain:
    """The chain with fewer items that say the same."""
    return Chain(repeated(_gathered(_opened(chain.items))))


def _opened(items: list[Item]) -> list[Item]:
    """Parts and blocks of one thing are that thing."""
    found: list[Item] = []
    for at, item in enumerate(items):
        if isinstance(item, Part) and item.name.isdecimal() and not _repeats(items, at):
            found += item.chain.items  # a number says nothing that a frame were worth
            continue
        if isinstance(item, (Part, Ref)) and not item.chain.items:
            continue  # what gives what it is given
        if isinstance(item, (Part, Ref)) and len(item.chain.items) == 1:
            (inner,) = item.chain.items
            if isinstance(inner, Box):
                found.append(_copy(inner, item))
                continue
            if isinstance(item, Part) and isinstance(inner, (Part, Ref)):
                found.append(_named(inner, item))
                continue
        found.append(item)
    return found


def _repeats(items: list[Item], at: int) -> bool:
    """Whether the like stands beside an item."""
    beside = items[max(at - 1, 0) : at] + items[at + 1 : at + 2]
    return any(isinstance(one, Part) and key(one) == key(items[at]) for one in beside)


def _named(inner: Part | Ref, outer: Part) -> Item:
    if isinstance(inner, Part):
        return Part(outer.name, outer.path, inner.chain, outer.shape)
    made = Ref(inner.definition, inner.chain, inner.path, outer.name, inner.times, outer.shape)
    made.words, made.told, made.is_named, made.same = inner.words, inner.told, True, inner.same
    made.spans = inner.spans
    return made


def _copy(box: Box, outer: Part | Ref) -> Box:
    path = box.path or outer.path
    told: tuple[str, ...] = ()
    if isinstance(outer, Ref):
        path, told = f"{outer.path}.{box.path}" if box.path else path, outer.told
    made = Box(
        box.kind,
        tuple(_fresh(piece) for piece in box.head),
        (*(_fresh(piece) for piece in box.facts), *told),
        box.before,
        box.after,
        path,
        box.title,
        None if box.times is None else Count(box.times.value),
        outer.shape or box.shape,
    )
    made.window = tuple(_fresh(piece) for piece in box.window)
    made.unflattened = box.unflattened
    made.cost, made.spans, made.factors = box.cost, box.spans, box.factors
    return made


def _fresh(piece: str | Count) -> str | Count:
    return piece if isinstance(piece, str) else piece.fresh()


# --- what belongs to a box -----------------------------------------------------------------------


def _gathered(items: list[Item]) -> list[Item]:
    if _leads(items):
        return _forwards(items)
    found: list[Item] = []
    for item in items:
        before = found[-1] if found else None
        if (
            isinstance(before, Box)
            and _comes_before(before, found)
            and isinstance(item, Box)
            and item.kind in ANCHORS
        ):
            found.pop()
            item.before = (*before.before, head_text(before), *before.after, *item.before)
            item.title = f"{before.title}\n{item.title}"
            item.cost += before.cost
            item.spans = before.spans + item.spans
        if (
            _follows(item)
            and isinstance(before, Box)
            and before.kind not in ("end", "parameter")
            and not (before.kind == "merge" and _is_activation(item))
            and not before.times
        ):
            assert isinstance(item, Box)
            before.after += (*item.before, *_once(item, before), *item.after)
            before.title = f"{before.title}\n{item.title}"
            if _is_flatter(item, before):
                before.unflattened = before.unflattened or before.shape
            before.shape = item.shape
            before.cost += item.cost
            before.spans += item.spans
        else:
            found.append(item)
    return found


def _is_flatter(item: Box, before: Box) -> bool:
    """Whether it puts places in a row with the channels, so that these are no longer told."""
    if item.kind != "reshape" or item.shape is None or before.shape is None:
        return False
    return not item.shape.extents and item.shape.channels > before.shape.channels


def _once(item: Box, before: Box) -> tuple[str, ...]:
    """The word of what belongs to a box; what is done along another axis too is said once."""
    word = head_text(item)
    last = before.after[-1] if before.after else head_text(before)
    is_again = item.kind == before.kind == "reshape" and word == last
    return () if item.is_silent or is_again else (word,)


def _comes_before(box: Box, found: list[Item]) -> bool:
    """Whether it is said in the box behind it: a dropout, or a reshape that begins a chain."""
    is_alone = len(found) == 1 and not box.after and not box.before
    return not box.times and (box.kind == "dropout" or (box.kind == "reshape" and is_alone))


def _leads(items: list[Item]) -> bool:
    """Whether norms and activations stand before what they belong to, as in DenseNet."""
    within = [item for item in items if not isinstance(item, Tap) and not _is_end(item)]
    first = within[0] if within else None
    if not (_follows(first) and isinstance(first, Box) and first.kind == "norm"):
        return False
    return any(isinstance(item, Box) and item.kind in ANCHORS for item in within)


def _is_activation(item: Item) -> bool:
    """Whether it is one: of a sum or a quotient it is no detail."""
    return isinstance(item, Box) and item.kind == "activation"


def _is_end(item: Item) -> bool:
    return isinstance(item, Box) and item.kind == "end"


def _forwards(items: list[Item]) -> list[Item]:
    found: list[Item] = []
    waiting: list[Box] = []
    for item in items:
        if _follows(item) and isinstance(item, Box) and item.kind in ("norm", "activation"):
            waiting.append(item)
            continue
        if isinstance(item, Box) and item.kind in ANCHORS:
            item.before = (*(head_text(one) for one in waiting), *item.before)
            item.title = "\n".join((*(one.title for one in waiting), item.title))
            item.cost = _costs(waiting) + item.cost
            item.spans = _spans(waiting) + item.spans
        elif waiting:
            found.append(_joined(waiting))
        waiting = []
        found.append(item)
    if waiting:
        last = found[-1] if found else None
        if isinstance(last, Box) and last.kind in ANCHORS:
            last.after += tuple(head_text(one) for one in waiting)
            last.title = "\n".join((last.title, *(one.title for one in waiting)))
            last.cost += _costs(waiting)
            last.spans += _spans(waiting)
        else:
            found.append(_joined(waiting))
    return found


def _joined(waiting: list[Box]) -> Box:
    first, *rest = waiting
    first.after += tuple(head_text(one) for one in rest)
    first.title = "\n".join(one.title for one in waiting)
    first.shape = waiting[-1].shape
    first.cost, first.spans = _costs(waiting), _spans(waiting)
    return first


def _spans(boxes: list[Box]) -> tuple[Span, ...]:
    return tuple(span for one in boxes for span in one.spans)


def _costs(boxes: list[Box]) -> Cost:
    return sum((one.cost for one in boxes), FREE)


def _follows(item: Item | None) -> bool:
    return isinstance(item, Box) and item.kind in FOLLOWERS and not item.times


# --- what repeats --------------------------------------------------------------------------------


def repeated(items: list[Item]) -> list[Item]:
    """Runs of equal neighbours, up to a few items long, as one with a count."""
    return _repeated(_repeated(items, 1), MAX_PERIOD)


def _repeated(items: list[Item], longest: int) -> list[Item]:
    keys = [key(item) for item in items]
    found: list[Item] = []
    place = 0
    while place < len(items):
        period, count = _run(keys, place, longest)
        if count < 2:
            found.append(items[place])
            place += 1
            continue
        body = items[place : place + period]
        end = items[place + period * count - 1]
        for turn in range(1, count):
            start = place + period * turn
            stand_for(body, items[start : start + period])
        found.append(_times(body, count, end))
        place += period * count
    return found


def _run(keys: list[Hashable], place: int, longest: int) -> tuple[int, int]:
    """The shortest period that repeats at a place so that it is worth while, and how often."""
    for period in range(1, longest + 1):
        body = keys[place : place + period]
        count = 1
        while keys[place + period * count : place + period * (count + 1)] == body:
            count += 1
        saved = period * (count - 1)
        if count >= 2 and len(body) == period and (period == 1 or saved >= WORTH):
            return period, count
    return 1, 1


def _times(body: list[Item], count: int, end: Item) -> Item:
    (first, *rest) = body
    if not rest and isinstance(first, (Box, Ref)) and first.times is None:
        first.times = Count(count)
        first.shape = end.shape
        if isinstance(first, Ref) and isinstance(end, Ref) and first.name != end.name:
            first.name = f"{first.name} \N{EN DASH} {end.name}"
        return first
    if not rest and isinstance(first, Part) and isinstance(end, Part) and first.name != end.name:
        first.name = f"{first.name} \N{EN DASH} {end.name}"
    for item in everything(Chain(body)):
        if isinstance(item, Ref):
            item.is_named = False  # each turn has a name of its own
    return Times(Count(count), Chain(body), end.shape)
