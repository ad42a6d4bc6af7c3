"""A plan in words: what fits, what is computed again, and what each device holds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from archc.render.characters import printable
from archc.render.costs.numbers import memory
from archc.render.style import Style

if TYPE_CHECKING:
    from archir.planning.checkpoints import Checkpoints
    from archir.planning.planned import Planned

HEAD = 16
MOST_PATHS = 6
"""Paths that a line names; JSON has all."""

COLUMNS = ("stage", "from", "to", "MACs", "state", "kept", "passes", "holds", "comes in")


def text(plan: Planned, style: Style) -> str:
    """All of a plan."""
    sizes = ", ".join(f"{name} = {size}" for name, size in plan.sizes.items())
    devices = "1 device" if plan.wanted.devices == 1 else f"{plan.wanted.devices} devices"
    at = f" at {sizes}" if sizes else ""
    head = (
        f"{plan.name}{at}, {plan.costs.dtype}, trained with {plan.optimizer} on {devices} of "
        f"{_bytes(plan.wanted.memory)}"
    )
    lines = [head, ""]
    lines += [f"  {name:<{HEAD}}{said}".rstrip() for name, said in _one_device(plan)]
    if plan.wanted.devices > 1:
        lines += ["", *_pipeline(plan), "", *_sharded(plan)]
    return "".join(printable(line, style.encoding) + "\n" for line in lines)


def _one_device(plan: Planned) -> Iterator[tuple[str, str]]:
    fits = "it fits" if plan.fits else "it does not fit"
    state = plan.training.state
    yield "training step", f"{_bytes(plan.peak)} at the peak, {_bytes(state)} of it there all along"
    found = plan.checkpoints
    if plan.fits or found is None:
        yield "", fits
    else:
        yield "", f"{fits} as it is, and with checkpoints it does"
        yield "checkpoints", _checkpoints(plan, found)
        yield "", _paths(found.paths)
    smallest = plan.smallest
    if smallest.paths:
        yield "at the least", _checkpoints(plan, smallest)
        if found is None:
            yield "", _paths(smallest.paths)
    else:
        yield "at the least", f"{_bytes(smallest.peak)}, whatever is computed again"
    if plan.wanted.batch is None:
        yield "largest batch", "the inputs have no batch size"
    elif plan.largest_batch is None:
        yield "largest batch", f"cannot be said: not every {plan.wanted.batch} runs"
    else:
        with_checkpoints = plan.largest_batch_with_checkpoints
        more = "" if with_checkpoints is None else f", {with_checkpoints:,} with checkpoints"
        yield "largest batch", f"{plan.largest_batch:,} as it is{more}"


def _checkpoints(plan: Planned, found: Checkpoints) -> str:
    share = found.macs / plan.macs if plan.macs else 0
    many = f"{len(found.paths)} module" + ("" if len(found.paths) == 1 else "s")
    return (
        f"{many}, {_bytes(found.peak)} at the peak; {100 * share:.1f} % more MACs, "
        f"{found.macs:,} computed again{'' if found.is_exact else ', the fewest that were found'}"
    )


def _paths(paths: Sequence[str]) -> str:
    shown = ", ".join(paths[:MOST_PATHS])
    more = len(paths) - MOST_PATHS
    return shown if more <= 0 else f"{shown} and {more} more"


def _pipeline(plan: Planned) -> Iterator[str]:
    if plan.cuts is None:
        yield f"pipeline: there are too few places to cut it into {plan.wanted.devices} stages"
        return
    yield f"pipeline: {len(plan.stages)} stages, {_bytes(plan.cuts.crossing)} cross in a pass"
    rows = [COLUMNS]
    for number, stage in enumerate(plan.stages):
        share = stage.macs / plan.macs if plan.macs else 0
        ends = (stage.paths[0], stage.paths[-1]) if stage.paths else ("", "")
        rows.append(
            (
                str(number),
                *ends,
                f"{100 * share:.1f} %",
                _bytes(stage.state),
                _bytes(stage.kept),
                f"x {stage.passes}",
                _bytes(stage.total),
                _bytes(stage.given) if stage.given else "",
            )
        )
    widths = [max(len(row[column]) for row in rows) for column in range(len(COLUMNS))]
    for row in rows:
        cells = [
            cell.ljust(width) if column < 3 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield "  " + "  ".join(cells).rstrip()


def _sharded(plan: Planned) -> Iterator[str]:
    shards = plan.shards
    many = "1 unit" if len(shards.units) == 1 else f"{len(shards.units)} units"
    again = plan.checkpoints is not None and plan.checkpoints.paths
    yield f"sharded: {many} and what is around them, on each of {plan.wanted.devices} devices"
    yield f"  {'holds':<{HEAD}}{_bytes(shards.total)} at most"
    state = f"shares of parameters, gradients, {plan.optimizer}"
    working = "activations" + (", with the checkpoints above" if again else " and their gradients")
    yield f"  {'state':<{HEAD}}{_bytes(shards.state)}: {state}"
    yield f"  {'gathered':<{HEAD}}{_bytes(shards.gathered)}: what is whole while it is needed"
    yield f"  {'working':<{HEAD}}{_bytes(shards.working)}: {working}"


def _bytes(number: int) -> str:
    return memory(number) or "0 B"
