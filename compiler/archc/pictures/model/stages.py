"""The chain of the view stages: a box for each labelled part, or for what has one resolution."""

from __future__ import annotations

from archc.pictures.model.costs import cost_of
from archc.pictures.model.kinds import ANCHORS, FOLLOWERS
from archc.pictures.model.tree import (
    TIMES,
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
    say,
)
from archc.pictures.model.volumes import (
    has_inputs,
    is_level,
    kind_of_items,
    levels_once,
    name_of_merge,
    names_of_tangle,
)


def stages_of(picture: Picture) -> Picture:
    """The picture with each stage as one box; what no other line leads to stays apart."""
    apart = [
        Panel(panel.name, Chain(_stages(panel.chain.items)), [])
        for panel in picture.panels
        if not panel.uses
    ]
    return Picture(picture.name, Chain(_stages(picture.chain.items)), apart)


def _stages(items: list[Item]) -> list[Item]:
    # As deep as a U's levels lie inside each other.
    found: list[Item] = []
    run: list[Item] = []
    shown = [
        item
        for item in levels_once(items)
        if (not item.is_training if isinstance(item, Tap) else item.shape is not None)
    ]
    for item in shown:
        if run and not _joins(run[-1], item):
            found.append(_stage(run))
            run = []
        if isinstance(item, Parallel) and (has_inputs(item) or is_level(item)):
            found.append(_beside(item))
        elif isinstance(item, Tap):
            found.append(Tap(Chain(_stages(item.chain.items)), is_training=False))
        elif _is_end(item):
            assert isinstance(item, Box)
            found.append(Box("end", item.head, item.facts, title=item.title, shape=item.shape))
        else:
            run.append(item)
    if run:
        found.append(_stage(run))
    return found


def _beside(item: Parallel) -> Parallel:
    """The ways from several inputs, or of a level, each in stages of its own."""
    ways = [Branch(Chain(_stages(one.chain.items)), one.is_sourced) for one in item.branches]
    merge = item.merge if isinstance(item.merge, Sign) else _stage([item.merge])
    return Parallel(ways, merge, item.shape)


def _is_end(item: Item) -> bool:
    return isinstance(item, Box) and item.kind == "end"


def _joins(last: Item, item: Item) -> bool:
    """Whether an item is of the stage of the one before it."""
    if _is_end(item) or isinstance(item, (Part, Tap)) or isinstance(last, Part):
        return False
    if isinstance(item, Parallel) and is_level(item):
        return False
    assert last.shape is not None and item.shape is not None
    return last.shape.extents == item.shape.extents or _is_pool(last)


def _is_pool(item: Item) -> bool:
    return isinstance(item, Box) and item.kind == "pooling"


def _stage(run: list[Item]) -> Box:
    """One box: its name, what is in it in its order, and the shape of what it gives."""
    shape = run[-1].shape
    assert shape is not None
    (first, *rest) = run
    path = "" if rest else getattr(first, "path", "")
    if isinstance(first, Part) and not rest:
        name, before, behind = first.name, list[str](), _contents(first.chain.items)
    else:
        words = _contents(run)
        at = words.index(_name_of(run, words))
        name, before, behind = words[at], words[:at], words[at + 1 :]
    facts = (*behind, *_repeats(run), *_reads(run))
    box = Box(kind_of_items(run), (name,), facts, path=path, shape=shape)
    box.before, box.after = tuple(before), (shape.text,)
    box.title = f"{path or name}: {shape.general}"
    box.cost = cost_of(Chain(run))
    return box


def _name_of(run: list[Item], words: list[str]) -> str:
    """What a stage is called by: the last of what has weights of note in it, if anything has."""
    light = {
        _said(*_word(item))
        for item in run
        if isinstance(item, (Sign, Tap)) or kind_of_items([item]) not in ANCHORS
    }
    return next((word for word in reversed(words) if word not in light), words[-1])


def _contents(items: list[Item]) -> list[str]:
    """What is in a stage, each name once, with how often."""
    counted: dict[str, int] = {}
    _count(items, counted)
    if not counted:
        counted = dict(_word(item) for item in items[:1])
    return [_said(name, count) for name, count in counted.items()]


def _repeats(run: list[Item]) -> list[str]:
    """What a block of a stage says that it has so often."""
    counts = [one for item in run if isinstance(item, Ref) for one in item.words]
    return [
        say((one,)) for one in counts if isinstance(one, Count) and one.before.endswith(f"{TIMES} ")
    ]


def _reads(items: list[Item]) -> list[str]:
    """What is read by name in a stage."""
    inside = everything(Chain(items))
    return list(dict.fromkeys(told for one in inside if isinstance(one, Ref) for told in one.told))


def _count(items: list[Item], counted: dict[str, int]) -> None:
    # As deep as parts and skips lie inside each other.
    for item in items:
        if isinstance(item, (Tap, Sign)) or (isinstance(item, Box) and item.kind in FOLLOWERS):
            continue
        if isinstance(item, Part) and item.name.isdecimal():
            _count(item.chain.items, counted)
        elif isinstance(item, Parallel) and _is_skip(item):
            for branch in item.branches:
                _count(branch.chain.items, counted)
        else:
            names = names_of_tangle(item) if isinstance(item, Tangle) else dict([_word(item)])
            for name, count in names.items():
                counted[name] = counted.get(name, 0) + count


def _is_skip(item: Parallel) -> bool:
    """Whether it is a way around something that says more than that it has one."""
    ways = [branch.chain.items for branch in item.branches if branch.chain.items]
    is_bare = isinstance(item.merge, Sign) and len(ways) < len(item.branches)
    is_bare = is_bare and all(branch.is_sourced for branch in item.branches)
    return is_bare and any(isinstance(one, (Ref, Box)) for way in ways for one in way)


def _said(name: str, count: int) -> str:
    return f"{name} {TIMES} {count}" if count > 1 else name


def _word(item: Item) -> tuple[str, int]:
    if isinstance(item, Ref):
        return item.definition.name, item.times.value if item.times is not None else 1
    if isinstance(item, Box):
        return head_text(item), item.times.value if item.times is not None else 1
    if isinstance(item, Times):
        inside = [_word(one)[0] for one in item.chain.items]
        is_one = len(set(inside)) == 1
        return inside[0] if is_one else "block", item.count.value * (len(inside) if is_one else 1)
    if isinstance(item, Part):
        return item.name, 1
    if isinstance(item, Parallel):
        return name_of_merge(item), 1
    return ("steps", 1)
