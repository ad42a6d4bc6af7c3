"""The chain of the view volumes: what changes a tensor, each as one thing with a name.

Parts are opened, what is branched is one thing, and what keeps both channels and resolution and has
no weights of note (a norm, an activation) is left out.
"""

from __future__ import annotations

from collections import Counter

from archc.pictures.model.axes import read_axes
from archc.pictures.model.costs import cost_of
from archc.pictures.model.flow.grid import grid_of
from archc.pictures.model.flow.told import WORDS
from archc.pictures.model.kinds import ANCHORS, FOLLOWERS
from archc.pictures.model.tree import (
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
    Tangle,
    Tap,
    Times,
    everything,
    head_text,
)

NAMES = {
    "+": "residual",
    "\N{DOUBLE VERTICAL LINE}": "branches",
    "\N{DIVISION SIGN}": "quotient",
    "\N{MINUS SIGN}": "difference",
    "\N{MULTIPLICATION SIGN}": "product",
}
"""What is branched, by the sign in which it meets."""


def volumes_of(picture: Picture) -> Picture:
    """The picture without what has no volume of its own."""
    apart = [panel for panel in picture.panels if not panel.uses]
    for chain in (picture.chain, *(panel.chain for panel in apart)):
        read_axes(chain)
    panels = [Panel(one.name, Chain(_volumes(one.chain.items)), []) for one in apart]
    return Picture(picture.name, Chain(_volumes(picture.chain.items)), panels)


def _volumes(items: list[Item]) -> list[Item]:
    # As deep as parts lie inside each other, and a U's levels.
    found: list[Item] = []
    once = levels_once(items)
    for item in once:
        if isinstance(item, Part):
            inner = _volumes(item.chain.items)
            if len(inner) == 1 and isinstance(inner[0], Box):
                inner[0].head, inner[0].window, inner[0].factors = (item.name,), (), ()
                inner[0].path = item.path
            found += inner
        elif isinstance(item, Parallel):
            if has_inputs(item):
                found.append(_beside(item))
            else:
                found.append(_level(item) if is_level(item) else _one(item))
        elif isinstance(item, Tangle):
            found.append(_rows(item) or _one(item))
        elif isinstance(item, Times):
            found.append(_one(item))
        elif isinstance(item, Ref):
            found.append(_named(item))
        elif isinstance(item, Box) and item.kind in FOLLOWERS and found:
            _take(found[-1], item)
        elif isinstance(item, Box) and item.kind not in FOLLOWERS:
            found.append(_bare(item))
        elif isinstance(item, Sign):
            found.append(item)
    return found if len(once) == len(items) else _neighbours_once(found)


def _neighbours_once(items: list[Item]) -> list[Item]:
    """Volumes of one name and size that stand side by side as one that repeats."""
    found: list[Item] = []
    for item in items:
        before = found[-1] if found else None
        if isinstance(item, Box) and isinstance(before, Box) and _looks_like(before, item):
            times = [1 if one.times is None else one.times.value for one in (before, item)]
            before.times, before.cost = Count(sum(times)), before.cost + item.cost
        else:
            found.append(item)
    return found


def _looks_like(one: Box, other: Box) -> bool:
    if one.kind == "end" or one.shape is None or other.shape is None:
        return False
    is_same = (one.kind, head_text(one)) == (other.kind, head_text(other))
    return is_same and one.shape.text == other.shape.text


def has_inputs(item: Parallel) -> bool:
    """Whether each of its branches begins with an input of its own."""
    firsts = [one.chain.items[0] for one in item.branches if one.chain.items]
    return len(firsts) == len(item.branches) and all(
        isinstance(one, Box) and one.kind == "end" for one in firsts
    )


def _beside(item: Parallel) -> Parallel:
    """The ways from several inputs, each in volumes of its own."""
    ways = [Branch(Chain(_volumes(one.chain.items)), one.is_sourced) for one in item.branches]
    merge = item.merge
    if not isinstance(merge, Sign):
        (made, *_others) = _volumes([merge]) or [Box("other", (name_of_merge(item),))]
        assert isinstance(made, Box)
        merge = made
    return Parallel(ways, merge, item.shape)


def name_of_merge(item: Parallel) -> str:
    """What is branched is called by what it meets in, where that is a block or an op."""
    if isinstance(item.merge, Sign):
        beside = [_parameter(branch) for branch in item.branches if branch.chain.items]
        if len(beside) < len(item.branches) and all(beside):
            sign = WORDS.get(item.merge.sign, item.merge.sign)
            return " ".join((sign, *(name for name in beside if name)))
        return NAMES.get(item.merge.sign, "branches")
    if isinstance(item.merge, Ref):
        return item.merge.definition.name
    return item.merge.name if isinstance(item.merge, Part) else head_text(item.merge)


def _parameter(branch: Branch) -> str | None:
    """What a branch begins with, where that is learned and nothing flows in."""
    first = branch.chain.items[0]
    is_learned = isinstance(first, Box) and first.kind == "parameter" and not branch.is_sourced
    return head_text(first) if is_learned and isinstance(first, Box) else None


def names_of_tangle(item: Tangle) -> Counter[str]:
    """The blocks and ops with weights in it, each with how often it is there."""
    names = Counter(
        one.definition.name if isinstance(one, Ref) else head_text(one)
        for one in item.items
        if isinstance(one, Ref) or (isinstance(one, Box) and one.kind in ANCHORS)
    )
    return names if names else Counter({"steps": 1})


def _take(before: Item, item: Box) -> None:
    """Let what is not drawn be paid by what stands before it."""
    if isinstance(before, Parallel):
        before = before.merge
    if isinstance(before, (Box, Sign)):
        before.cost += item.cost


def is_level(item: Parallel) -> bool:
    """Whether it is a skip over a lower resolution: one level of a U."""
    if len(item.branches) != 2 or not isinstance(item.merge, Sign) or item.shape is None:
        return False
    if not all(branch.is_sourced for branch in item.branches):
        return False
    inside = everything(body_of(item))  # a lower one may lie in a further skip
    sizes = [one.shape.extents for one in inside if one.shape is not None]
    return any(size[-1:] < item.shape.extents[-1:] for size in sizes)


def levels_once(items: list[Item]) -> list[Item]:
    """The items, skips of one resolution that lie inside each other as one skip."""
    # As deep as a U's levels lie inside each other.
    found: list[Item] = []
    for item in items:
        inner = body_of(item).items if isinstance(item, Parallel) and is_level(item) else []
        if any(
            isinstance(one, Parallel) and is_level(one) and _has_resolution_of(one, item)
            for one in inner
        ):
            found += levels_once(inner)
        else:
            found.append(item)
    return found


def _has_resolution_of(one: Item, other: Item) -> bool:
    return (
        one.shape is not None
        and other.shape is not None
        and one.shape.extents == other.shape.extents
    )


def body_of(item: Parallel) -> Chain:
    """What a skip leads over."""
    return max((branch.chain for branch in item.branches), key=lambda one: len(one.items))


def _level(item: Parallel) -> Parallel:
    body = body_of(item)
    made = [
        Branch(
            Chain(
                _volumes([one for one in branch.chain.items if not isinstance(one, Tap)])
                if branch.chain is body
                else []
            )
        )
        for branch in item.branches
    ]
    return Parallel(made, item.merge, item.shape)


def _rows(item: Tangle) -> Tangle | None:
    """Nested skips as they are, if each of what stands there has a volume."""
    if grid_of(item) is None:
        return None
    made = [inner for one in item.items if len(inner := _volumes([one])) == 1]
    if len(made) < len(item.items):
        return None
    rows = Tangle([one for (one,) in made], list(item.arcs), item.breaks, item.shape)
    return rows if grid_of(rows) is not None else None


def _one(item: Parallel | Times | Tangle) -> Box:
    """One volume for what has an inside."""
    inside = [one for one in everything(Chain([item])) if isinstance(one, (Box, Ref))]
    name = "steps"
    if isinstance(item, Parallel):
        name = name_of_merge(item)
    elif isinstance(item, Times):
        name = "block"
    count = item.count if isinstance(item, Times) else None
    if isinstance(item, Tangle):
        ((name, several),) = names_of_tangle(item).most_common(1)
        count = Count(several) if several > 1 else None
    made = Box(_kind(inside), (name,), times=count, shape=item.shape)
    made.cost = cost_of(Chain([item]))
    return made


def _named(item: Ref) -> Box:
    inside = [one for one in everything(item.chain) if isinstance(one, (Box, Ref))]
    name = item.definition.name
    title = f"{item.path}: {name}"
    made = Box(
        _kind(inside), (name,), path=item.path, title=title, times=item.times, shape=item.shape
    )
    made.cost = cost_of(Chain([item]))
    return made


def _bare(item: Box) -> Box:
    made = Box(item.kind, item.head, path=item.path, title=item.title)
    made.times, made.shape, made.window = item.times, item.unflattened or item.shape, item.window
    made.cost, made.factors = item.cost, item.factors
    return made


def kind_of_items(items: list[Item]) -> str:
    """The kind that some items are drawn in as one."""
    return _kind([one for one in everything(Chain(items)) if isinstance(one, (Box, Ref))])


def _kind(inside: list[Box | Ref]) -> str:
    """The kind of the first op with weights, else of the first."""
    kinds = [
        _kind([each for each in everything(one.chain) if isinstance(each, (Box, Ref))])
        if isinstance(one, Ref)
        else one.kind
        for one in inside
    ]
    weighed = [kind for kind in kinds if kind in ANCHORS]
    return (weighed or kinds or ["other"])[0]
