"""One module that runs on several values of one step, as a head does on the levels of a pyramid."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Sequence

from archc.pictures.model.costs import stand_for
from archc.pictures.model.flow.units import Unit
from archc.pictures.model.keys import key
from archc.pictures.model.tree import Ref


def alike(units: Sequence[Unit], kept: Collection[Unit]) -> list[Unit]:
    """The units, those that look alike between the same steps drawn as one that says how many.

    What is in ``kept`` stays.
    """
    first: dict[Unit, Unit] = {}
    for group in _groups(units, kept):
        by_look: dict[Hashable, list[Unit]] = {}
        for unit in group:
            assert unit.item is not None
            by_look.setdefault(key(unit.item), []).append(unit)
        for head, *others in by_look.values():
            same = [one for one in others if one.reads != head.reads]
            if same:
                _stand_for(head, same)
                first.update(dict.fromkeys(same, head))
    if not first:
        return list(units)
    for unit in units:
        unit.inputs = [first.get(one, one) for one in unit.inputs]
    return [unit for unit in units if unit not in first]


def _groups(units: Sequence[Unit], kept: Collection[Unit]) -> list[list[Unit]]:
    """Uses of one module between the same steps."""
    readers: dict[Unit, list[Unit]] = {}
    for unit in units:
        for one in dict.fromkeys(unit.inputs):
            readers.setdefault(one, []).append(unit)
    groups: dict[Hashable, list[Unit]] = {}
    for unit in units:
        if isinstance(unit.item, Ref) and len(unit.inputs) == 1 and unit not in kept:
            near = (id(unit.inputs[0]), *map(id, readers.get(unit, ())))
            groups.setdefault((unit.item.path, near), []).append(unit)
    return [group for group in groups.values() if len(group) > 1]


def _stand_for(unit: Unit, others: list[Unit]) -> None:
    assert isinstance(unit.item, Ref)
    for one in others:
        assert one.item is not None
        stand_for([unit.item], [one.item])
    unit.item.told = (*unit.item.told, f"on each of {len(others) + 1}")
