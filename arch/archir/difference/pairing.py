"""Which unit of one model is which of the other: by labels where there are any, and by structure.

Units of a scope keep their order; one of the same label and form that stands elsewhere in it has
moved. Where scopes were put around layers, or taken off, the layers inside are paired.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from archir.base.record import Struct, fresh
from archir.difference.alignment import aligned
from archir.difference.units import Component

SAME = 120
"""The likeness of units with one name and one form, than which there is none greater."""

REGROUPED = 0.75
"""From what share of equal ops on two groups of units are the same ones, put together otherwise."""


class Pairing(Struct):
    """What belongs together, and what has no partner; units in units without one are not named."""

    pairs: list[tuple[Component, Component]] = fresh(factory=list)
    removed: list[Component] = fresh(factory=list)
    added: list[Component] = fresh(factory=list)
    moved: list[tuple[Component, Component]] = fresh(factory=list)
    """Pairs that stand elsewhere in their scope; they are among the others."""

    regrouped: list[tuple[tuple[Component, ...], tuple[Component, ...]]] = fresh(factory=list)
    """What the layers of the first stood in, and what they stand in now."""


def paired(old: Component, new: Component) -> Pairing:
    """The units of two models laid over each other."""
    found = Pairing()
    _pair(old, new, found)
    return found


def _pair(old: Component, new: Component, found: Pairing) -> None:
    # As deep as blocks and groups are nested, which the elaborator bounds.
    found.pairs.append((old, new))
    if not (old.is_scope and new.is_scope):
        return
    alone: list[tuple[list[Component], list[Component]]] = [([], [])]
    for one, other in aligned(old.inside, new.inside, likeness, SAME):
        if one is not None and other is not None:
            _pair(one, other, found)
            alone.append(([], []))
        elif one is not None:
            alone[-1][0].append(one)
        elif other is not None:
            alone[-1][1].append(other)
    _moved(alone, found)
    for gone, come in alone:
        if not _regrouped(gone, come, found):
            found.removed += gone
            found.added += come


def _moved(alone: list[tuple[list[Component], list[Component]]], found: Pairing) -> None:
    """Take out what stands elsewhere in the scope under the name that it had."""
    come = {(unit.name, unit.form): (unit, gap) for _, gap in alone for unit in gap if unit.name}
    for gap, _ in alone:
        for unit in list(gap):
            other, there = come.pop((unit.name, unit.form), (None, None))
            if other is not None and there is not None:
                gap.remove(unit)
                there.remove(other)
                found.moved.append((unit, other))
                _pair(unit, other, found)


def _regrouped(gone: Sequence[Component], come: Sequence[Component], found: Pairing) -> bool:
    """Whether the same layers stand in other scopes now; they are paired then."""
    if not any(unit.is_scope for unit in (*gone, *come)):
        return False
    old = [leaf for unit in gone for leaf in unit.ops()]
    new = [leaf for unit in come for leaf in unit.ops()]
    common = len(_common(old, new))
    if not common or 2 * common < REGROUPED * (len(old) + len(new)):
        return False
    found.regrouped.append((tuple(gone), tuple(come)))
    for one, other in aligned(old, new, likeness, SAME):
        if one is not None and other is not None:
            found.pairs.append((one, other))
        elif one is not None:
            found.removed.append(one)
        elif other is not None:
            found.added.append(other)
    return True


def _common(old: Sequence[Component], new: Sequence[Component]) -> list[int]:
    """The forms that both have, each as often as both have it."""
    left = [unit.form for unit in new]
    common: list[int] = []
    for unit in old:
        if unit.form in left:
            left.remove(unit.form)
            common.append(unit.form)
    return common


def likeness(old: Component, new: Component) -> int:
    """How much two units are alike: by name, by form, and by what is in them."""
    named = old.name == new.name
    label = named and bool(old.name) and not old.name.isdigit()
    if old.form == new.form:
        return SAME if named else 80
    if old.is_scope != new.is_scope:
        return 0
    if old.is_scope:
        share = _share(old, new)
        if label:
            return 50 + int(30 * share)
        if old.said == new.said and old.row.kind == "block":
            return 20 + int(40 * share) + 5 * named
        return int(40 * share) + 5 * named if share >= 0.5 else 0
    return _of_ops(old, new, named, label)


def _of_ops(old: Component, new: Component, named: bool, label: bool) -> int:
    one, other = old.row.op, new.row.op
    if old.row.what == new.row.what:
        return 70 if label else 40 + 5 * named
    if one is None or other is None:
        return 0
    if type(one).__module__ == type(other).__module__:  # of one family, as two poolings are
        return 30 if label else 20
    if one.keeps_shape and other.keeps_shape and bool(one.weights) == bool(other.weights):
        return 25 if label else 15  # as two activations are, or two norms
    return 10 if label and old.row.kind == new.row.kind else 0


def _share(old: Component, new: Component) -> float:
    """The share of equal ops in two scopes."""
    every = sum(old.leaves.values()) + sum(new.leaves.values())
    common = sum(min(count, new.leaves.get(form, 0)) for form, count in old.leaves.items())
    return 2 * common / every if every else 0.0


def modules(pairs: Sequence[tuple[Component, Component]]) -> Iterator[tuple[str, str]]:
    """The paths of modules that belong together."""
    for old, new in pairs:
        if "function" not in (old.row.kind, new.row.kind):
            yield old.row.path, new.row.path
