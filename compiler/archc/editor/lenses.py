"""What stands above a model or a block: its parameters and MACs; its card, and its picture."""

from __future__ import annotations

from archc.api.formats import FORMATS
from archc.editor.page import Page
from archc.pictures.looks import THEMES, Looks
from archc.render.card import card
from archc.render.costs.card import short_rows
from archc.render.style import Style
from archir.base.record import Record
from archir.base.source import Source, Span
from archir.check.summary import summarise
from archir.cost.report import Costs
from archir.cost.rows import Row
from archir.graph.bulk import ModelTooLargeError, require
from archir.graph.graph import Definition
from archir.graph.typed import TypedGraph

MOST_STEPS = 15_000
"""Steps of a model whose costs are worked out while it is written."""

_MOST_USES = 40
"""Uses of a block that its card names."""


class Lens(Record):
    """A line above a declaration: what it says, of which name, and whether that has a picture."""

    title: str
    name: str
    span: Span
    is_model: bool


class BlockRun(Record):
    """A block or an op where it runs: its path in a model, and what it costs there."""

    model: str
    row: Row


def lenses(page: Page) -> list[Lens]:
    """What is said of the models and blocks of the text that are right, in its order."""
    if page.program is None:
        return []
    costs = _costs(page)
    every = _runs(page, costs, page.source)
    found: list[Lens] = []
    for declared in page.program.main.declarations():
        if declared.is_model and declared.name in costs:
            title = _of_model(costs[declared.name])
        elif declared.kind == "block" and (runs := every.get(declared.node.span)):
            title = _of_runs(runs)
        else:
            continue
        found.append(Lens(title, declared.name, declared.span, declared.is_model))
    return found


def shown(page: Page, name: str) -> str | None:
    """The card of a model or block, None where there is none or it is wrong."""
    costs = _costs(page)
    if name in costs:
        typed = costs[name].flat.typed
        return card(summarise(typed), (), (), short_rows(costs[name]), Style())
    declared = None if page.program is None else page.program.main.names.get(name)
    span = None if declared is None else declared.node.span
    runs = [] if span is None else _runs(page, costs, span.source).get(span, [])
    if not runs:
        return None
    lines = [f"{name}    {_of_runs(runs)}", ""]
    for run in runs[:_MOST_USES]:
        outputs = ", ".join(map(str, run.row.outputs))
        numbers = f"{run.row.parameters:,} parameters    {run.row.macs:,} MACs"
        lines.append(f"  {run.model} {run.row.path}    {outputs}    {numbers}")
    if len(runs) > _MOST_USES:
        lines.append(f"  and {len(runs) - _MOST_USES} more")
    return "\n".join(lines) + "\n"


def of_stage(page: Page, span: Span) -> str | None:
    """What a stage of the text costs each time that it runs, None where nothing is known of it."""
    runs: list[BlockRun] = []
    for name, costs in _costs(page).items():
        calls = {(call.module, call.first): call.span for call in costs.flat.calls}
        for row in costs.root.walk():
            if row.inside:
                at = calls.get((row.path, row.steps.start))
            else:
                at = costs.flat.steps[row.steps.start].span
            if at is not None and page.kept.here(at) == span:
                runs.append(BlockRun(name, row))
    return _of_runs(runs) if runs else None


def picture(page: Page, name: str, theme: str = "auto") -> str | None:
    """The page of a model (``archc draw --as html``), None where there is none or it is wrong."""
    for typed in page.models:
        if typed.graph.root.name == name:
            looks = Looks(theme=theme if theme in THEMES else "auto")
            made = FORMATS["html"].made(page.anew(typed), looks=looks)
            assert isinstance(made, str)
            return made
    return None


def _costs(page: Page) -> dict[str, Costs]:
    """The costs of the models that are not too large, at their default sizes."""
    if page.costs is None:
        found = {typed.graph.root.name: _counted(page, typed) for typed in page.models}
        page.costs = {name: costs for name, costs in found.items() if costs is not None}
    return page.costs


def _counted(page: Page, typed: TypedGraph) -> Costs | None:
    """The costs of a model that is not too large, which stay what they are while it is kept."""
    kept = page.kept.of(typed)
    if kept is not None and kept.is_counted:
        return kept.costs
    try:
        require(typed, "a card", MOST_STEPS)
        costs = Costs(typed, typed.graph.sizes)
    except ModelTooLargeError:
        costs = None
    if kept is not None:
        kept.costs, kept.is_counted = costs, True
    return costs


def _runs(page: Page, costs: dict[str, Costs], source: Source) -> dict[Span, list[BlockRun]]:
    """The runs of each block of a text over all models of the page, by where the block stands."""
    found: dict[Span, list[BlockRun]] = {}
    for name, of in costs.items():
        for place, rows in _rows(page, of).items():
            if place.source.file is source.file:
                runs = found.setdefault(page.kept.here(place), [])
                runs += [BlockRun(name, row) for row in rows]
    return found


def _rows(page: Page, costs: Costs) -> dict[Span, list[Row]]:
    """The rows of the blocks of a model, which stay what they are while it is kept."""
    kept = page.kept.of(costs.flat.typed)
    if kept is not None and kept.runs is not None:
        return kept.runs
    members = {module.path: module.member for module in costs.flat.modules}
    found: dict[Span, list[Row]] = {}
    for row in costs.root.walk():
        member = members.get(row.path) if row.kind == "block" else None
        if isinstance(member, Definition):
            found.setdefault(member.span, []).append(row)
    if kept is not None:
        kept.runs = found
    return found


def _of_model(costs: Costs) -> str:
    totals = costs.totals
    at = ", ".join(f"{name} = {size}" for name, size in costs.flat.typed.graph.sizes.items())
    return f"{totals.parameters:,} parameters, {totals.macs:,} MACs" + (f" at {at}" if at else "")


def _of_runs(runs: list[BlockRun]) -> str:
    count = len(runs)
    parameters = [run.row.parameters for run in runs if not run.row.again] or [0]
    macs = [number for run in runs if isinstance(number := run.row.macs, int)]
    parts = [f"runs {count} time{'' if count == 1 else 's'}", f"{_span(parameters)} parameters"]
    return ", ".join([*parts, f"{_span(macs)} MACs"] if macs else parts)


def _span(numbers: list[int]) -> str:
    """``9,408``, or ``9,408 to 36,864`` of what differs."""
    least, most = min(numbers), max(numbers)
    return f"{least:,}" if least == most else f"{least:,} to {most:,}"
