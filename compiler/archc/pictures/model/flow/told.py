"""What is said where it is read, and has no line to there: values that many steps look at.

A line from each would make a tangle of what is a series: where a diffusion model is in time, what
turns the queries of a transformer, what an encoder has read. Papers say the name of such a value.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from archc.pictures.model.flow.units import Unit
from archc.pictures.model.tree import FREE, Box, Ref, Shape, Sign
from archc.pictures.model.words import CONCAT
from archir.base.record import Record
from archir.graph.graph import Apply, Definition, Group, Use, Value

LONG = 3
"""Steps of what no input flows into from which on they are said in a word."""

MANY = 4
"""Blocks of which a sum takes something beside their line from which on that is said by name."""

NAMELESS = "constants"

WORDS = {CONCAT: "concat"}
"""Signs that few fonts have."""


class Aside(Record):
    """What leads to values that are said by name: it is drawn apart."""

    names: list[str]
    ends: list[Unit]


def constants(units: Sequence[Unit], kept: Collection[Unit] = ()) -> list[Unit]:
    """Say in a word what no input flows into, where it is several steps that are not ``kept``.

    The units, with an end that has that word where something reads nothing else.
    What is learned of it has to have a name.
    """
    found = list(units)
    still = _still(units)
    ends = {
        unit: before(unit)
        for unit, is_constant in still.items()
        if unit not in kept and unit.makes and (is_constant or unit.makes[0].name)
    }
    readers = readers_of(units) if ends else {}
    for unit, steps in ends.items():
        if len(steps) < LONG:
            continue
        name = unit.makes[0].name or NAMELESS
        cost = sum((one.item.cost for one in steps if isinstance(one.item, (Box, Sign))), FREE)
        for one in readers.get(unit.makes[0], ()):
            if one in ends:
                continue
            if _keeps_another(one, unit.makes):
                _say(one, unit.makes, name)
                assert isinstance(one.item, (Box, Ref))
                one.item.cost += cost
            else:
                box = Box("parameter", (name,), title=name, shape=_shape(unit), cost=cost)
                given = Unit(box, is_parameter=True)
                one.inputs = [given if each is unit else each for each in one.inputs]
                found.insert(found.index(one), given)
            cost = FREE
    return found


def readers_of(units: Sequence[Unit]) -> dict[Value, list[Unit]]:
    """What reads each value."""
    found: dict[Value, list[Unit]] = {}
    for unit in units:
        for value in dict.fromkeys(unit.reads):
            found.setdefault(value, []).append(unit)
    return found


def _still(units: Sequence[Unit]) -> dict[Unit, bool]:
    """The units that nothing flows into, and whether nothing of that is learned."""
    found: dict[Unit, bool] = {}
    for unit in units:
        item, is_begun = unit.item, unit.is_parameter or unit.begins or bool(unit.inputs)
        if not isinstance(item, (Box, Sign)) or unit.is_input or not is_begun:
            continue
        if all(one in found for one in unit.inputs):
            is_learned = bool(item.cost.parameters)
            found[unit] = not is_learned and all(found[one] for one in unit.inputs)
    return found


def _shape(unit: Unit) -> Shape | None:
    return unit.item.shape if unit.item is not None else None


def told(units: list[Unit], are_drawn_apart: bool, begins: bool = False) -> list[Aside]:
    """Cut the lines to values that are said by name instead, and say them; what is to be drawn.

    ``are_drawn_apart`` says whether what leads to such a value can be: inside of a block it cannot,
    and only what flows into the block is said. With ``begins`` what reads nothing but such a value
    is given a box with its name, to begin with.
    """
    for unit in units:
        _gathered(unit)
    readers = readers_of(units)
    candidates = {
        value: unit
        for unit in units
        for value in unit.makes
        if _name(unit, value) and _is_read_by_several(readers.get(value, ()), value, begins)
    }
    closed = _closed(units, set(candidates.values()))
    apart: dict[Unit, dict[str, None]] = {}
    # The most read first: what is said of one leaves less for the others to stand beside.
    for value in sorted(candidates, key=lambda one: -len(readers[one])):
        unit = candidates[value]
        is_first = value is unit.makes[0]
        if is_first and not (unit in closed and (are_drawn_apart or unit.is_input)):
            continue
        if not _is_read_by_several(readers[value], value, begins):
            continue
        name = _name(unit, value) or NAMELESS
        for one in readers[value]:
            if _keeps_another(one, [value]):
                _say(one, [value], name)
            else:
                units.insert(units.index(one), _given(one, unit, name))
        if is_first and are_drawn_apart:
            apart.setdefault(unit, {})[name] = None
    return _asides(apart)


def _asides(apart: dict[Unit, dict[str, None]]) -> list[Aside]:
    """Those that begin in the same place together."""
    found: list[tuple[set[Unit], Aside]] = []
    for unit, names in apart.items():
        own, made = before(unit), Aside(list(names), [unit])
        for inside, aside in found:
            if inside & own:
                inside |= own
                aside.names.extend(names)
                aside.ends.append(unit)
                break
        else:
            found.append((own, made))
    return [aside for _inside, aside in found]


def _is_read_by_several(readers: Sequence[Unit], value: Value, begins: bool) -> bool:
    """Whether several read a value, all of which can say so, or begin with it."""
    return len(readers) > 1 and (begins or all(_keeps_another(one, [value]) for one in readers))


def _given(to: Unit, unit: Unit, name: str) -> Unit:
    """A beginning of its own for what reads a value, with the value's name."""
    made = Unit(Box("end", (name,), title=name, shape=_shape(unit)), is_parameter=True)
    to.inputs = [made if each is unit else each for each in to.inputs]
    return made


def _closed(units: Sequence[Unit], wanted: set[Unit]) -> set[Unit]:
    """Those of some units that end beginnings of their own, which nothing else leaves."""
    while True:
        inside = {one for unit in wanted for one in before(unit)}
        read = {source for one in units if one not in inside for source in one.inputs}
        open_ = {
            unit
            for unit in wanted
            if any(one.item is None or (one in read and one not in wanted) for one in before(unit))
        }
        if not open_:
            return wanted
        wanted = wanted - open_


def _gathered(unit: Unit) -> None:
    """Say by name what a sum or so takes of many blocks, beside what they hand on."""
    by_name: dict[str, list[Value]] = {}
    for value, source in zip(unit.reads, unit.inputs, strict=True):
        if isinstance(source.item, Ref) and value in source.makes[1:] and value.name:
            by_name.setdefault(value.name, []).append(value)
    for name, values in by_name.items():
        is_sign = isinstance(unit.item, Sign) and _keeps_another(unit, values)
        if len(values) >= MANY and is_sign:
            _say(unit, values, name)


def named_maps(units: Sequence[Unit], shape: Callable[[Value], Shape]) -> None:
    """Say by name which map of a block a merge takes, of one that gives several.

    A line from the block would not say which, and another leads to it already. What is left of
    them flows on, and its shape is what is said of the line.
    """
    for unit in units:
        found: dict[str, list[Value]] = {}
        for value, source in zip(unit.reads, unit.inputs, strict=True):
            if not isinstance(unit.item, Sign) or not isinstance(source.item, Ref):
                continue
            if value in source.makes and len({shape(one).extents for one in source.makes}) > 1:
                name = _name_inside(source.item.definition, source.makes.index(value))
                found.setdefault(name, []).append(value)
        for name, values in found.items():
            if name and _keeps_another(unit, values):
                _say(unit, values, name)
    flows: dict[Unit, set[Value]] = {}
    for unit in units:
        for value, source in zip(unit.reads, unit.inputs, strict=True):
            flows.setdefault(source, set()).add(value)
    for source, read in flows.items():
        if isinstance(source.item, Ref) and len(source.makes) > len(read) == 1:
            source.item.shape = shape(*read)


def _name_inside(definition: Definition, place: int) -> str:
    """The name of an output: its own, its value's, or that of the part that makes it."""
    output = definition.outputs[place]
    for step in definition.steps:
        if isinstance(step, (Apply, Group, Use)) and output.value in step.outputs:
            label = step.slot.label if step.slot is not None else None
            return output.name or output.value.name or label or ""
    return output.name or output.value.name or ""


def before(unit: Unit) -> set[Unit]:
    """What leads to a unit, with it."""
    found: set[Unit] = set()
    waiting = [unit]
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting += one.inputs
    return found


def _name(unit: Unit, value: Value) -> str | None:
    if value.name is not None:
        return value.name
    if isinstance(unit.item, Ref) and unit.item.is_named:
        return unit.item.name
    return None


def _keeps_another(unit: Unit, values: Sequence[Value]) -> bool:
    """Whether something flows into it beside the values, and it can say that it reads them."""
    pairs = zip(unit.inputs, unit.reads, strict=True)
    others = {one for one, read in pairs if read not in values}
    if isinstance(unit.item, Sign):
        return len(others) == 1
    return bool(others) and isinstance(unit.item, (Box, Ref)) and unit.item.kind != "end"


def _say(unit: Unit, values: Sequence[Value], name: str) -> None:
    kept = [at for at, read in enumerate(unit.reads) if read not in values]
    unit.inputs = [unit.inputs[at] for at in kept]
    unit.reads = [unit.reads[at] for at in kept]
    item = unit.item
    if isinstance(item, Sign):
        word = WORDS.get(item.sign, item.sign)
        unit.item = made = Box("merge", (f"{word} {name}",), path=item.path, title=item.title)
        made.shape, made.cost, made.spans = item.shape, item.cost, item.spans
    elif isinstance(item, Ref):
        item.told = (*item.told, f"with {name}" if not item.told else name)
    elif isinstance(item, Box):
        item.facts = (*item.facts, f"with {name}")
