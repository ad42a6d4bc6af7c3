"""The chain of the view stages: a box for each labelled part, or for what has one resolution."""

from __future__ import annotations

from archc.pictures.model.costs import cost_of
from archc.pictures.model.kinds import FOLLOWERS
from archc.pictures.model.tree import (
    TIMES,
    Box,
    Branch,
    Chain,
    Item,
    Parallel,
    Part,
    Picture,
    Ref,
    Sign,
    Tangle,
    Tap,
    Times,
    head_text,
)
from archc.pictures.model.volumes import (
    body_of,
    inputs_of,
    is_level,
    kind_of_items,
    name_of_merge,
    name_of_tangle,
)

LEAST = 2
"""What a level has below it at least, to be one."""


def stages_of(picture: Picture) -> Picture:
    """The picture with each stage as one box."""
    return Picture(picture.name, Chain(_stages(picture.chain.items)), [])


def _stages(items: list[Item]) -> list[Item]:
    # As deep as a U's levels lie inside each other.
    found: list[Item] = []
    run: list[Item] = []
    for item in _levels_once(items):
        if isinstance(item, Tap) or item.shape is None:
            continue
        if run and not _joins(run[-1], item):
            found.append(_stage(run))
            run = []
        if isinstance(item, Parallel):
            found += inputs_of(item)
        if isinstance(item, Parallel) and is_level(item):
            found.append(_level(item))
        elif isinstance(item, Box) and item.kind == "end":
            found.append(Box("end", item.head, item.facts, title=item.title, shape=item.shape))
        else:
            run.append(item)
    if run:
        found.append(_stage(run))
    return found


def _levels_once(items: list[Item]) -> list[Item]:
    """The items, skips of one resolution that lie inside each other as one skip."""
    # As deep as a U's levels lie inside each other.
    found: list[Item] = []
    for item in items:
        inner = body_of(item).items if isinstance(item, Parallel) and is_level(item) else []
        if any(
            isinstance(one, Parallel) and is_level(one) and _has_resolution_of(one, item)
            for one in inner
        ):
            found += _levels_once(inner)
        else:
            found.append(item)
    return found


def _has_resolution_of(one: Item, other: Item) -> bool:
    return (
        one.shape is not None
        and other.shape is not None
        and one.shape.extents == other.shape.extents
    )


def _joins(last: Item, item: Item) -> bool:
    """Whether an item is of the stage of the one before it."""
    alone = isinstance(item, Box) and item.kind == "end"
    if alone or isinstance(item, Part) or isinstance(last, Part):
        return False
    if isinstance(item, Parallel) and is_level(item):
        return False
    assert last.shape is not None and item.shape is not None
    return last.shape.extents == item.shape.extents or _is_pool(last)


def _is_pool(item: Item) -> bool:
    return isinstance(item, Box) and item.kind == "pooling"


def _level(item: Parallel) -> Parallel:
    branches = [Branch(Chain(_below(branch.chain.items)), True) for branch in item.branches]
    return Parallel(branches, item.merge, item.shape)


def _below(items: list[Item]) -> list[Item]:
    """The stages of a lower level; what brings them up again alone is none."""
    made = _stages(items)
    is_up = len(made) > LEAST and isinstance(made[-1], Box) and made[-1].kind == "pooling"
    return made[:-1] if is_up else made


def _stage(run: list[Item]) -> Box:
    """One box: its name, what is in it, and the shape of what it gives."""
    shape = run[-1].shape
    assert shape is not None
    (first, *rest) = run
    path = ""
    if isinstance(first, Part) and not rest:
        name, path = first.name, first.path
        words = _contents(first.chain.items)
    else:
        words = _contents(run)
        name = next((word for word in reversed(words) if not _names_pool(run, word)), words[0])
        words.remove(name)
        path = getattr(first, "path", "") if not rest else ""
    box = Box(kind_of_items(run), (name,), tuple(words), path=path, shape=shape)
    box.after = (shape.text,)
    box.title = f"{path or name}: {shape.general}"
    box.cost = cost_of(Chain(run))
    return box


def _names_pool(run: list[Item], word: str) -> bool:
    return any(_is_pool(item) and word == _word(item)[0] for item in run)


def _contents(items: list[Item]) -> list[str]:
    """What is in a stage, each name once, with how often."""
    counted: dict[str, int] = {}
    for item in items:
        if isinstance(item, (Tap, Sign)) or (isinstance(item, Box) and item.kind in FOLLOWERS):
            continue
        name, count = _word(item)
        counted[name] = counted.get(name, 0) + count
    if not counted:
        counted = dict(_word(item) for item in items[:1])
    return [f"{name} {TIMES} {count}" if count > 1 else name for name, count in counted.items()]


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
    return name_of_tangle(item) if isinstance(item, Tangle) else ("steps", 1)
