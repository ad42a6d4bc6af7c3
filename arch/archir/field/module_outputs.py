"""Which values flow out of a module of a flat model."""

from __future__ import annotations

from archir.graph.flat import Flat, FlatStep, last_uses


def flowing_out(flat: Flat, path: str) -> tuple[int, ...]:
    """The values that are made in a module and read outside, by their numbers."""
    inside = [step for step in flat.steps if _is_inside(step, path)]
    made = {value for step in inside for value in step.outputs}
    outside = {value for step in flat.steps if not _is_inside(step, path) for value in step.inputs}
    read = made & (outside | set(flat.outputs))
    if inside and not read:  # a loop's last turn may feed nothing but the module itself
        read = set(inside[-1].outputs)
    return tuple(sorted(read))


def flowing_out_of_each(flat: Flat, path: str) -> list[int]:
    """The last value that flows out of each use of a module that runs several times."""
    spans = [(call.first, call.end) for call in flat.calls if call.module == path]
    steps = enumerate(flat.steps)
    spans += [(number, number + 1) for number, step in steps if step.module == path]
    if len(spans) < 2:
        return []
    read = last_uses(flat)
    found: list[int] = []
    for first, end in sorted(spans):
        made = [value for step in flat.steps[first:end] for value in step.outputs]
        outside = [value for value in made if read.get(value, -1) >= end]
        found.append((outside or flat.steps[end - 1].outputs)[-1])
    return found


def _is_inside(step: FlatStep, path: str) -> bool:
    where = step.scope if step.module is None else step.module
    return not path or where == path or where.startswith(f"{path}.")
