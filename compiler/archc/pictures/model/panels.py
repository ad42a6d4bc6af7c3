"""Which blocks are drawn in panels of their own, and what is said there of numbers that differ."""

from __future__ import annotations

from collections.abc import Callable, Collection

from archc.pictures.looks import NoSuchBlockError
from archc.pictures.model.align import covers, numbers
from archc.pictures.model.copies import copied
from archc.pictures.model.fold import chain_key
from archc.pictures.model.tree import (
    Box,
    Chain,
    Count,
    Panel,
    Part,
    Ref,
    Tangle,
    Times,
    Words,
    chains,
    everything,
)
from archir.base.record import Record
from archir.graph.graph import Definition
from archir.graph.typed import TypedGraph

IN_PLACE = 6
"""Boxes of a block used once up to which it is drawn where it is used."""


def apart(
    chain: Chain, typed: TypedGraph, depth: int | None, expand: Collection[str]
) -> tuple[Chain, list[Panel]]:
    """The chain with blocks opened in place or referred to, and the panels of those."""
    opened: set[str] = set()
    _open(chain, lambda ref: ref.path in expand, opened)
    unknown = [path for path in expand if path not in opened]
    if unknown:
        known = [one.path for one in everything(chain) if isinstance(one, Ref)]
        raise NoSuchBlockError(unknown[0], known)
    uses = _uses(chain)
    count: dict[str, int] = {}
    for refs in uses.values():
        for ref in refs:
            count[ref.definition.name] = count.get(ref.definition.name, 0) + 1
    for within in [chain, *(refs[0].chain for refs in uses.values())]:
        _open(within, lambda ref: _is_in_place(ref, count), opened)
    uses = _uses(chain)
    panels = _panels(uses, typed)
    return chain, _down_to(chain, panels, depth)


def _is_in_place(ref: Ref, count: dict[str, int]) -> bool:
    return count[ref.definition.name] == 1 and ref.times is None and _small(ref.chain)


def _small(chain: Chain) -> bool:
    items = list(everything(chain))
    return sum(isinstance(item, (Box, Ref)) for item in items) <= IN_PLACE


def _open(chain: Chain, wanted: Callable[[Ref], bool], opened: set[str]) -> None:
    """Draw in place the blocks that are wanted there, and in them again."""
    for place, item in enumerate(chain.items):
        if isinstance(item, Ref) and wanted(item) and (item.times is None or item.path):
            opened.add(item.path)
            inner = copied(item.chain, item.path)
            part = Part(item.name, item.path, inner, item.shape)
            chain.items[place] = item = (
                part if item.times is None else Times(item.times, Chain([part]), item.shape)
            )
        if isinstance(item, Tangle):
            continue
        for inner in chains(item):
            _open(inner, wanted, opened)


def _uses(chain: Chain) -> dict[Definition, list[Ref]]:
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

    enter(chain)
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
    first = {id(ref): place for place, refs in enumerate(uses.values()) for ref in refs}
    panels: list[Panel] = []
    by_name: dict[str, list[Panel]] = {}
    for refs in sorted(groups.values(), key=lambda refs: -len(list(everything(refs[0].chain)))):
        name = refs[0].definition.name
        for panel in by_name.get(name, []):
            together = [*panel.uses, *refs]
            if covers(panel.chain, refs[0].chain) and _tell_windows(together, typed):
                panel.uses = together
                break
        else:
            panel = Panel(name, refs[0].chain, list(refs))
            by_name.setdefault(name, []).append(panel)
            panels.append(panel)
    for same in by_name.values():
        if len(same) > 1:
            same.sort(key=lambda panel: min(first[id(ref)] for ref in panel.uses))
            for letter, panel in zip("abcdefghijklmnopqrstuvwxyz", same, strict=False):
                panel.name = f"{panel.name} {letter}"
    panels.sort(key=lambda panel: min(first[id(ref)] for ref in panel.uses))
    for panel in panels:
        _name_numbers(panel, typed)
    return panels


def _by_window(refs: list[Ref], typed: TypedGraph) -> dict[object, list[Ref]]:
    """The uses of one form, apart where their windows differ and no argument says how."""
    if _tell_windows(refs, typed):
        return {None: refs}
    found: dict[object, list[Ref]] = {}
    for ref in refs:
        boxes = [item for item in everything(ref.chain) if isinstance(item, Box)]
        sides = tuple(one.value for box in boxes for one in box.window if isinstance(one, Count))
        found.setdefault(sides, []).append(ref)
    return found


def _tell_windows(refs: list[Ref], typed: TypedGraph) -> bool:
    """Whether each window of a block that differs among its uses is one of its arguments."""
    template = copied(refs[0].chain)
    boxes = [item for item in everything(template) if isinstance(item, Box)]
    windows = {one for box in boxes for one in box.window if isinstance(one, Count)}
    values: dict[Count, dict[Definition, int]] = {}
    for ref in refs:
        for count, value in numbers(template, ref.chain):
            if count in windows:
                values.setdefault(count, {})[ref.definition] = value
    different = [found for found in values.values() if len(set(found.values())) > 1]
    return all(_symbol(found, typed)[1] is not None for found in different)


def _down_to(chain: Chain, panels: list[Panel], depth: int | None) -> list[Panel]:
    """The panels that are at most so many steps away, outer ones first."""
    of = {ref.definition: panel for panel in panels for ref in panel.uses}
    found: list[Panel] = []
    level = [chain]
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


# --- numbers that differ -------------------------------------------------------------------------


def _name_numbers(panel: Panel, typed: TypedGraph) -> None:
    # The words of blocks inside are known by now, since inner panels come first.
    template = panel.chain = copied(panel.uses[0].chain)
    for ref in panel.uses:
        covers(template, ref.chain, mark=True)
    values: dict[Count, dict[Definition, int]] = {}
    definitions = {ref.definition: ref for ref in panel.uses}
    for definition, ref in definitions.items():
        for count, value in numbers(template, ref.chain):
            values.setdefault(count, {})[definition] = value
    told: dict[str, Count] = {}
    for count, found in values.items():
        if len(set(found.values())) > 1:
            symbol, name = _symbol(found, typed)
            panel.symbols[count] = symbol
            if name and name not in told:
                told[name] = count
    order = [name for name, _value in panel.uses[0].definition.arguments]
    panel.parameters = tuple(name for name in order if name in told)
    repeats: set[Count] = set()  # numbers that a name is needed for, where a block is used
    for item in everything(template):
        if isinstance(item, Box):
            repeats.update(side for side in item.window if isinstance(side, Count))
        if isinstance(item, Times):
            repeats.add(item.count)
        elif isinstance(item, (Box, Ref)) and item.times is not None:
            repeats.add(item.times)
    for ref in panel.uses:
        ref.words = _said(ref, panel.parameters, told, repeats)


def _said(
    ref: Ref, parameters: tuple[str, ...], told: dict[str, Count], repeats: set[Count]
) -> Words:
    """The arguments of a use that its panel speaks of."""
    arguments = dict(ref.definition.arguments)
    said: list[Count] = []
    for name in parameters:
        value = arguments[name]
        assert isinstance(value, int)
        count = told[name]
        before = f"{name} " if count in repeats else count.before
        said.append(Count(value, before, count.usual))
    return tuple(said)


def _symbol(found: dict[Definition, int], typed: TypedGraph) -> tuple[str, str | None]:
    """What stands for a number in a panel: an argument's name, or the incoming channels C."""
    first = next(iter(found))
    candidates: list[_Candidate] = []
    for name, _value in first.arguments:
        given = [dict(one.arguments).get(name) for one in found]
        whole = [one for one in given if isinstance(one, int) and not isinstance(one, bool)]
        if len(whole) == len(given):
            candidates.append(_Candidate(name, name, whole))
    shapes = [
        typed.concrete_types_of(one, one.inputs[:1])[0].extents for one in found if one.inputs
    ]
    if len(shapes) == len(found) and all(len(shape) > 1 for shape in shapes):
        candidates.append(_Candidate("C", None, [shape[1] for shape in shapes]))
    values = list(found.values())
    for one in candidates:
        if one.given == values:
            return one.shown, one.argument
    for one in candidates:
        many = _ratio(values, one.given)
        if many:
            return f"{many}\N{MIDDLE DOT}{one.shown}", one.argument
    for one in candidates:
        few = _ratio(one.given, values)
        if few:
            return f"{one.shown}/{few}", one.argument
    low, high = min(values), max(values)
    return f"{low}\N{EN DASH}{high}", None


class _Candidate(Record):
    """What might stand for a number: an argument, or the incoming channels."""

    shown: str
    argument: str | None
    given: list[int]


def _ratio(many: list[int], few: list[int]) -> int:
    """How often the one goes into the other in all uses, 0 where it does not."""
    if len(set(few)) < 2 or not all(few):
        return 0
    ratios = {divmod(one, other) for one, other in zip(many, few, strict=True)}
    (whole, rest), *others = ratios
    return whole if not rest and not others else 0
