"""What differs between two models whose units are paired, with the places in both texts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from archir.base.record import Record
from archir.base.source import Span
from archir.difference.pairing import Pairing
from archir.difference.units import Component, Side
from archir.graph.graph import Definition
from archir.init.values import show_constant

Kind = Literal[
    "removed", "added", "changed", "renamed", "moved", "regrouped", "rewired", "initialised"
]
KINDS: tuple[Kind, ...] = (
    "removed", "added", "changed", "renamed", "moved", "regrouped", "rewired", "initialised",
)  # fmt: skip


class Site(Record):
    """Where something stands: its path in the model, and the place in the text."""

    path: str
    span: Span


class Change(Record):
    """One thing that differs: a unit, its name, its place, what it reads, its initial weights.

    ``before`` and ``after`` say what it was and is.
    ``old`` and ``new`` are all the places that differ in the same way: several where a block is
    used several times.
    """

    kind: Kind
    before: str
    after: str
    old: tuple[Site, ...]
    new: tuple[Site, ...]


def changes(old: Side, new: Side, pairing: Pairing) -> Iterator[Change]:
    """All that differs in what runs, in the order of running; see ``together``."""
    yield from _changed(old, new, pairing)
    yield from _renamed(pairing)
    for unit in pairing.removed:
        yield Change("removed", unit.said, "", (_site(unit),), ())
    for unit in pairing.added:
        yield Change("added", "", unit.said, (), (_site(unit),))
    for one, other in pairing.moved:
        yield _change("moved", one, other, one.said, other.said)
    for gone, come in pairing.regrouped:
        olds, news = tuple(map(_site, gone)), tuple(map(_site, come))
        yield Change("regrouped", _stood(olds), _stood(news), olds, news)
    yield from _rewired(old, new, pairing)


def _changed(old: Side, new: Side, pairing: Pairing) -> Iterator[Change]:
    """Ops and arguments of blocks that are others."""
    given: list[str] = []
    for one, other in pairing.pairs:
        if any(_is_in(one.row.path, scope) for scope in given) and _is_one_text(one, other):
            continue  # it follows from arguments of the block around it
        if one.is_scope and other.is_scope:
            change = _arguments(old, new, one, other)
            if change is not None:
                yield change
                if one.row.path:
                    given.append(one.row.path)
        elif one.form != other.form:
            yield _change("changed", one, other, one.said, other.said)


def _stood(sites: tuple[Site, ...]) -> str:
    """What layers stand in: the labels of their scopes, or nothing."""
    return ", ".join(dict.fromkeys(site.path for site in sites if site.path))


def _site(unit: Component) -> Site:
    return Site(unit.row.path, unit.span)


def _change(kind: Kind, one: Component, other: Component, before: str, after: str) -> Change:
    return Change(kind, before, after, (_site(one),), (_site(other),))


def _is_in(path: str, scope: str) -> bool:
    return path.startswith(f"{scope}.")


def _is_one_text(one: Component, other: Component) -> bool:
    """Whether the text has not been touched: what differs follows from something else."""
    return one.span.text == other.span.text


def _arguments(old: Side, new: Side, one: Component, other: Component) -> Change | None:
    """The arguments of a block that differ, where it is the same block."""
    before, after = old.modules[one.row.path].member, new.modules[other.row.path].member
    if not (isinstance(before, Definition) and isinstance(after, Definition)):
        return None
    first, second = dict(before.arguments), dict(after.arguments)
    names = [name for name in first if name in second and not _are_one(first[name], second[name])]
    if before.name != after.name or not names or one.form == other.form:
        return None
    said = [
        f"{before.name}({', '.join(f'{name} = {_shown(given[name])}' for name in names)})"
        for given in (first, second)
    ]
    return _change("changed", one, other, said[0], said[1])


def _are_one(one: object, other: object) -> bool:
    return one == other or _shown(one) == _shown(other)


def _shown(value: object) -> str:
    return show_constant(value)  # type: ignore[arg-type]  # arguments of blocks are constants


def _renamed(pairing: Pairing) -> Iterator[Change]:
    """Labels that are others now. Numbers say how many stand before, and are no names."""
    for one, other in pairing.pairs:
        if one.name == other.name or not (one.row.parameters or one.row.buffers):
            continue
        if not one.name or not other.name or (one.name.isdigit() and other.name.isdigit()):
            continue
        yield _change("renamed", one, other, one.name, other.name)


def _rewired(old: Side, new: Side, pairing: Pairing) -> Iterator[Change]:
    """What is as it was, and reads other values: not those that only stand in place of others."""
    values = dict(zip(old.flat.inputs, new.flat.inputs, strict=False))
    leaves = [(a, b) for a, b in pairing.pairs if not a.is_scope and not b.is_scope]
    for one, other in leaves:
        values.update(zip(one.row.values, other.row.values, strict=False))
    reading = _Reading(old, new, values)
    for one, other in leaves:
        before = old.flat.steps[one.row.steps.start].inputs
        after = new.flat.steps[other.row.steps.start].inputs
        said = reading.apart(before, after)
        if said is not None:
            yield _change("rewired", one, other, *said)
    said = reading.apart(old.flat.outputs, new.flat.outputs)
    if said is not None:
        yield _change("rewired", old.root, new.root, *said)


class _Reading:
    """What is read in one model, and in the other; ``values`` are those that belong together."""

    def __init__(self, old: Side, new: Side, values: dict[int, int]) -> None:
        self.values = values
        self.known = set(values.values())
        self.names = [_producers(side) for side in (old, new)]

    def apart(self, before: tuple[int, ...], after: tuple[int, ...]) -> tuple[str, str] | None:
        """What was read and is, where something else is read that was there before."""
        if len(before) != len(after):
            return f"{len(before)} values", f"{len(after)} values"
        for a, b in zip(before, after, strict=True):
            if a in self.values and b in self.known and self.values[a] != b:
                return self.names[0].get(a, "an input"), self.names[1].get(b, "an input")
        return None


def _producers(side: Side) -> dict[int, str]:
    """What gives each value, in words."""
    found: dict[int, str] = {}
    for number, flowing in enumerate(side.flat.values):
        if flowing.name is not None:
            found[number] = flowing.name
    for step in side.flat.steps:
        said = step.module or step.parameter or (step.op.keyword if step.op else "")
        for value in step.outputs:
            found.setdefault(value, said)
    return found


def together(found: Iterable[Change]) -> list[Change]:
    """Changes of one place in a text as one, each kind behind the other."""
    groups: dict[object, list[Change]] = {}
    for change in found:
        spans = [sites[0].span if sites else None for sites in (change.old, change.new)]
        places = [None if each is None else (each.source.name, each.start) for each in spans]
        several = change.kind in ("moved", "regrouped", "rewired", "initialised")
        said = (change.before, change.after) if several else None
        groups.setdefault((change.kind, *places, said), []).append(change)
    made = [_joined(group) for group in groups.values()]
    return sorted(made, key=lambda change: KINDS.index(change.kind))


def _joined(group: list[Change]) -> Change:
    first = group[0]
    if len(group) == 1:
        return first
    before, after = (list(dict.fromkeys(each)) for each in zip(
        *((change.before, change.after) for change in group), strict=True
    ))  # fmt: skip
    return Change(
        first.kind,
        _listed(before),
        _listed(after),
        tuple(site for change in group for site in change.old),
        tuple(site for change in group for site in change.new),
    )


def _listed(words: list[str]) -> str:
    more = f", … ({len(words) - 2} more)" if len(words) > 3 else ""
    shown = words if len(words) <= 3 else words[:2]
    return ", ".join(shown) + more
