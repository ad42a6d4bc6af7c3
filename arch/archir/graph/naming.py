"""The names of a scope's children, as language.md section 5 gives them.

In a scope without labels children are numbered from 0, as in nn.Sequential. In a scope with
labels an unlabelled child takes the name of its op or block; the second is ``relu_2``.

Tied weights are parameters that are another one's tensor under a second key.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from archir.base.reserved import RESERVED
from archir.graph.graph import Definition, Leaf, Scope, Slot, SlotRepeat
from archir.init.init_rules import Tie


def names(scope: Scope) -> dict[Slot, str]:
    """Each child's name in its parent, in the order of registration. No two are the same.

    A loop's children are named as if they stood once: unroll the graph for the names of all.
    """
    slots = list(_slots(scope.entries))
    return dict(_named(scope, slots, slots))


def names_of_all(scope: Scope) -> Iterator[tuple[Slot, str]]:
    """The names of all children as they are once loops are unrolled, a slot once for each turn."""
    # What has a label stands in no loop that is folded.
    return _named(scope, _slots(scope.entries), _slots(scope.entries, all_turns=True))


def _named(
    scope: Scope, labelled: Iterable[Slot], slots: Iterable[Slot]
) -> Iterator[tuple[Slot, str]]:
    taken = {slot.label for slot in labelled if slot.label is not None}
    taken.update(parameter.name for parameter in scope.parameters)
    number = 0
    counts: dict[str, int] = {}
    for slot in slots:
        if slot.label is not None:
            yield slot, slot.label
        elif slot.numbered or not scope.labelled:
            while str(number) in taken:
                number += 1
            yield slot, str(number)
            number += 1
        else:
            yield slot, _automatic(slot.default_name, counts, taken)


def turns(scope: Scope) -> dict[Slot, int]:
    """How often each child is there that stands in a loop: once for each of its turns."""
    found: dict[Slot, int] = {}
    waiting: list[tuple[int, SlotRepeat]] = [
        (entry.count, entry) for entry in scope.entries if isinstance(entry, SlotRepeat)
    ]
    while waiting:
        count, loop = waiting.pop()
        for entry in loop.entries:
            if isinstance(entry, SlotRepeat):
                waiting.append((count * entry.count, entry))
            else:
                found[entry] = count
    return found


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


def _slots(entries: list[Slot | SlotRepeat], *, all_turns: bool = False) -> Iterator[Slot]:
    for entry in entries:
        if isinstance(entry, SlotRepeat):
            for _ in range(entry.count if all_turns else 1):
                # as deep as loops are nested in the text
                yield from _slots(entry.entries, all_turns=all_turns)
        else:
            yield entry


def ties(definition: Definition) -> dict[str, str]:
    """The keys of a definition's tied parameters, and those of the tensors that they are.

    Keys are relative to the definition. Of parameters tied one to the next all are the last one's.
    """
    found: dict[str, str] = {}
    waiting: list[tuple[Scope, str]] = [(definition.scope, "")]
    while waiting:
        scope, prefix = waiting.pop()
        for slot, name in names(scope).items():
            if isinstance(slot.member, Scope):
                waiting.append((slot.member, f"{prefix}{name}."))
            elif isinstance(slot.member, Leaf):
                for parameter, given in slot.member.overrides:
                    if isinstance(given, Tie):
                        found[f"{prefix}{name}.{parameter}"] = given.key
    return {key: followed(key, found) for key in found}


def followed(key: str, found: Mapping[str, str]) -> str:
    """The key at the end of a chain of ties; where they run in a circle, one in it."""
    seen = {key}
    while key in found and found[key] not in seen:
        key = found[key]
        seen.add(key)
    return key
