"""The order in which units are drawn, and which of several inputs the line begins with."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from archc.pictures.model.flow.units import Unit


def ordered(
    units: Sequence[Unit], sink: Unit, entry: Unit | None, late: Collection[Unit] = ()
) -> list[Unit]:
    """What leads to the sink, branch by branch, in an order in which it can run.

    What begins by itself (a parameter, and inputs that are ``late``) comes as late as it can.
    """
    within = set(units)
    begins = {unit: unit.is_parameter or unit.begins or unit in late for unit in units}
    for unit in units:  # in the order of running
        if unit.inputs:
            begins[unit] = all(begins.get(one, False) for one in unit.inputs)
    found: list[Unit] = []
    seen: set[Unit] = set()
    stack: list[tuple[Unit, bool]] = [(sink, False)]
    while stack:
        unit, is_done = stack.pop()
        if is_done:
            found.append(unit)
        elif unit not in seen and unit in within and unit is not entry:
            seen.add(unit)
            stack.append((unit, True))
            # The last that is pushed is visited first.
            late = [one for one in unit.inputs if begins.get(one, False)]
            soon = [one for one in unit.inputs if not begins.get(one, False)]
            stack += [(one, False) for one in (*reversed(late), *reversed(soon))]
    return found


def further(inputs: Sequence[Unit], sink: Unit) -> list[Unit]:
    """All but the input from which the way to the sink is longest: those that come in beside it."""
    far: dict[Unit, dict[Unit, int]] = {}
    stack: list[tuple[Unit, bool]] = [(sink, False)]
    while stack:
        unit, is_done = stack.pop()
        if is_done:
            steps: dict[Unit, int] = {unit: 0} if unit in inputs else {}
            for one in unit.inputs:
                for begin, long in far[one].items():
                    steps[begin] = max(steps.get(begin, 0), long + 1)
            far[unit] = steps
        elif unit not in far:
            stack.append((unit, True))
            stack += [(one, False) for one in unit.inputs]
    longest = far[sink]
    first = max(longest, key=lambda unit: (longest[unit], -inputs.index(unit)), default=None)
    return [unit for unit in inputs if unit is not first]
