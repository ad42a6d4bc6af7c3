"""The names of a scope's children, as language.md section 5 gives them.

In a scope without labels children are numbered from 0, as in nn.Sequential. In a scope with
labels an unlabelled child takes the name of its op or block; the second is ``relu_2``.
"""

from __future__ import annotations

from collections.abc import Iterator

from archir.graph import Scope, Slot, SlotRepeat
from archir.reserved import RESERVED


def names(scope: Scope) -> dict[Slot, str]:
    """Each child's name in its parent, in the order of registration. No two are the same.

    A loop's children are named as if they stood once: unroll the graph for the names of all.
    """
    slots = list(_slots(scope.entries))
    taken = {slot.label for slot in slots if slot.label is not None}
    taken.update(parameter.name for parameter in scope.parameters)
    result: dict[Slot, str] = {}
    number = 0
    counts: dict[str, int] = {}
    for slot in slots:
        if slot.label is not None:
            result[slot] = slot.label
        elif slot.numbered or not scope.labelled:
            while str(number) in taken:
                number += 1
            result[slot] = str(number)
            number += 1
        else:
            result[slot] = _automatic(slot.default_name, counts, taken)
    return result


def _automatic(base: str, counts: dict[str, int], taken: set[str]) -> str:
    """``base``, or ``base_2`` and so on where that is taken, or ``base_`` where torch has it."""
    if base in RESERVED:
        base += "_"
    count = counts.get(base, 0) + 1
    name = base if count == 1 else f"{base}_{count}"
    while name in taken:
        count += 1
        name = f"{base}_{count}"
    counts[base] = count
    taken.add(name)
    return name


def _slots(entries: list[Slot | SlotRepeat]) -> Iterator[Slot]:
    for entry in entries:
        if isinstance(entry, SlotRepeat):
            yield from _slots(entry.entries)  # as deep as loops are nested in the text
        else:
            yield entry
