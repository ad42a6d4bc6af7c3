"""Which blocks are drawn in panels of their own, and what is said there of numbers that differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection

from archc.pictures.looks import NoSuchBlockError
from archc.pictures.model.keys import chain_key
from archc.pictures.model.panels.align import together
from archc.pictures.model.panels.copies import copied
from archc.pictures.model.panels.differences import symbol, tabulated, tell
from archc.pictures.model.panels.pairs import numbers, pairs
from archc.pictures.model.panels.runs import in_runs
from archc.pictures.model.tree import (
    Box,
    Chain,
    Count,
    Panel,
    Part,
    Ref,
    Tangle,
    Times,
    chains,
    everything,
)
from archir.graph.graph import Definition
from archir.graph.typed import TypedGraph

FORMS = 24
"""How many forms of a block are laid over each other; those of one with more are drawn apart."""

IN_PLACE = 6
"""Boxes of a block used once up to which it is drawn where it is used."""


def apart(
    chain: Chain,
    asides: list[Panel],
    typed: TypedGraph,
    depth: int | None,
    expand: Collection[str],
) -> tuple[Chain, list[Panel]]:
    """The chain with blocks opened in place or referred to, and the panels of those.

    ``asides`` are panels that stand before them, of what is no block.
    """
    opened: set[str] = set()
    lines = [chain, *(panel.chain for panel in asides)]
    for line in lines:
        _open(line, lambda ref: ref.path in expand, opened)
        _keep_frames(line, opened)
    unknown = [path for path in expand if path not in opened]
    if unknown:
        known = [one.path for line in lines for one in everything(line) if isinstance(one, Ref)]
        raise NoSuchBlockError(unknown[0], known)
    uses = _uses(lines)
    count: dict[str, int] = {}
    for refs in uses.values():
        for ref in refs:
            count[ref.definition.name] = count.get(ref.definition.name, 0) + 1
    for within in [*lines, *(refs[0].chain for refs in uses.values())]:
        _open(within, lambda ref: _is_in_place(ref, count), opened)
    uses = _uses(lines)
    shown = _down_to(lines, _panels(uses, typed), depth)
    top = [item for line in lines for item in everything(line) if isinstance(item, Ref)]
    for panel in shown:
        panel.table = tabulated(panel, top)
    of = {ref.definition: panel for panel in shown for ref in panel.uses}
    for line in lines:
        in_runs(line, of)
    return chain, [*asides, *shown]


def _is_in_place(ref: Ref, count: dict[str, int]) -> bool:
    is_one = count[ref.definition.name] == 1 and ref.times is None and not ref.told
    return is_one and _small(ref.chain)


def _small(chain: Chain) -> bool:
    items = list(everything(chain))
    return sum(isinstance(item, (Box, Ref)) for item in items) <= IN_PLACE


def _open(chain: Chain, wanted: Callable[[Ref], bool], opened: set[str]) -> None:
    """Draw in place the blocks that are wanted there, and in them again."""
    for place, item in enumerate(chain.items):
        if isinstance(item, Ref) and wanted(item) and (item.times is None or item.path):
            opened.add(item.path)
            inner = copied(item.chain, item.path)
            part = Part(_frame_name(item), item.path, inner, item.shape)
            chain.items[place] = item = (
                part if item.times is None else Times(item.times, Chain([part]), item.shape)
            )
        if isinstance(item, Tangle):
            continue
        for inner in chains(item):
            _open(inner, wanted, opened)


def _keep_frames(line: Chain, opened: Collection[str]) -> None:
    """Note the parts in which blocks are opened that were asked for."""
    for item in everything(line):
        if isinstance(item, Part):
            inside = [one.path for one in everything(item.chain) if isinstance(one, Part)]
            item.is_kept = any(path in opened for path in inside)


def _frame_name(item: Ref) -> str:
    """The name of a block that is drawn in place: a number says less than what the block is."""
    return item.definition.name if item.name.isdecimal() else item.name


def _uses(lines: list[Chain]) -> dict[Definition, list[Ref]]:
    """The uses of each definition that is referred to, inner ones before those that use them."""
    found: dict[Definition, list[Ref]] = {}
    entered: set[Definition] = set()

    def enter(chain: Chain) -> None:
        # As deep as blocks are nested, which the elaborator bounds.
        refs = [item for item in everything(chain) if isinstance(item, Ref)]
        for ref in refs:
            if ref.definition not in entered:
                entered.add(ref.definition)
                enter(ref.chain)
        for ref in refs:
            found.setdefault(ref.definition, []).append(ref)

    enter(Chain([item for line in lines for item in line.items]))
    return found


def _panels(uses: dict[Definition, list[Ref]], typed: TypedGraph) -> list[Panel]:
    groups: dict[object, list[Ref]] = {}
    for definition, refs in uses.items():
        form = (definition.name, chain_key(refs[0].chain, exact=False))
        groups.setdefault(form, []).extend(refs)
    groups = {
        (form, windows): split
        for form, refs in groups.items()
        for windows, split in _by_window(refs, typed).items()
    }
    forms = Counter(refs[0].definition.name for refs in groups.values())
    first = {id(ref): place for place, refs in enumerate(uses.values()) for ref in refs}
    panels: list[Panel] = []
    by_name: dict[str, list[Panel]] = {}
    drawn: dict[Definition, Panel] = {}
    # Inner blocks first: it is known then which of those in others have one panel.
    order = {name: place for place, name in enumerate(dict.fromkeys(d.name for d in uses))}
    large = sorted(groups.values(), key=lambda refs: -len(list(everything(refs[0].chain))))
    for refs in sorted(large, key=lambda refs: order[refs[0].definition.name]):
        name = refs[0].definition.name
        for panel in by_name.get(name, []) if forms[name] <= FORMS else ():
            merged = together(panel.chain, refs[0].chain, drawn)
            if merged is not None and _tell_windows(merged, [*panel.uses, *refs], typed):
                panel.chain, panel.uses = merged, [*panel.uses, *refs]
                break
        else:
            panel = Panel(name, refs[0].chain, list(refs))
            by_name.setdefault(name, []).append(panel)
            panels.append(panel)
        drawn.update((ref.definition, panel) for ref in refs)
    for same in by_name.values():
        _letter(same, first)
    panels.sort(key=lambda panel: min(first[id(ref)] for ref in panel.uses))
    for panel in panels:
        tell(panel, drawn, typed)
    return panels


def _letter(same: list[Panel], first: dict[int, int]) -> None:
    """Tell panels of one name apart, in the order in which they are met."""
    if len(same) > 1:
        same.sort(key=lambda panel: min(first[id(ref)] for ref in panel.uses))
        for letter, panel in zip("abcdefghijklmnopqrstuvwxyz", same, strict=False):
            panel.name = f"{panel.name} {letter}"


def _by_window(refs: list[Ref], typed: TypedGraph) -> dict[object, list[Ref]]:
    """The uses of one form, apart where their windows differ and no argument says how."""
    if _tell_windows(refs[0].chain, refs, typed):
        return {None: refs}
    found: dict[object, list[Ref]] = {}
    for ref in refs:
        boxes = [item for item in everything(ref.chain) if isinstance(item, Box)]
        sides = tuple(one.value for box in boxes for one in box.window if isinstance(one, Count))
        found.setdefault(sides, []).append(ref)
    return found


def _tell_windows(form: Chain, refs: list[Ref], typed: TypedGraph) -> bool:
    """Whether each window of a block that differs among its uses is one of its arguments."""
    template = copied(form)
    boxes = [item for item in everything(template) if isinstance(item, Box)]
    windows = {one for box in boxes for one in box.window if isinstance(one, Count)}
    if not windows:
        return True
    values: dict[Count, dict[Definition, int]] = {}
    for ref in refs:
        for count, value in numbers(pairs(template, ref.chain)):
            if count in windows:
                values.setdefault(count, {})[ref.definition] = value
    different = [found for found in values.values() if len(set(found.values())) > 1]
    return all(symbol(found, typed)[1] is not None for found in different)


def _down_to(lines: list[Chain], panels: list[Panel], depth: int | None) -> list[Panel]:
    """The panels that are at most so many steps away, outer ones first."""
    of = {ref.definition: panel for panel in panels for ref in panel.uses}
    found: list[Panel] = []
    level = lines
    while level and (depth is None or depth > 0):
        depth = None if depth is None else depth - 1
        refs = [item for one in level for item in everything(one) if isinstance(item, Ref)]
        level = []
        for ref in refs:
            panel = of.get(ref.definition)
            if panel is not None and panel not in found:
                found.append(panel)
                level.append(panel.chain)
    return found
