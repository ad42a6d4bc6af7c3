"""How weights would fit a model, block by block: a table, and as data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from archc.render import data
from archc.render.cells import aligned
from archc.render.characters import printable
from archc.render.style import Style
from archc.render.weights.folded import folded
from archir.base.record import Record
from archir.weights.likely import Likely
from archir.weights.state import Matching, StateEntry
from archir.weights.taking import Taking

SHOWN = 10
"""Lines that are printed of each part; JSON and the plan in Python hold all keys."""

COLUMNS = ("taken", "renamed", "fitted", "other shape", "missing")


class WeightsPlan(Record):
    """How weights would fit a model. ``str()`` is a table by block."""

    source: str
    taking: Taking
    matching: Matching
    likely: tuple[Likely, ...]
    """Keys that are probably others of the model: guesses, which only a map takes."""

    @property
    def fits(self) -> bool:
        """Whether the weights would be taken."""
        matching = self.matching
        some = bool(matching.loaded or matching.fitted)
        return some and not matching.idle and (matching.is_exact or self.taking.match == "backbone")

    @property
    def blocks(self) -> Mapping[str, Mapping[str, int]]:
        """For each part of the model how many keys are taken, renamed, fitted, …."""
        return _blocks(self.matching)

    def __str__(self) -> str:
        return plan_table(self, Style()).rstrip("\n")


def _blocks(matching: Matching) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}

    def count(entries: Iterable[StateEntry], column: str) -> None:
        for entry in entries:
            block = entry.key.partition(".")[0] if "." in entry.key else entry.key
            row = found.setdefault(block, dict.fromkeys(COLUMNS, 0))
            row[column] += 1

    loaded = [pair.model for pair in matching.loaded]
    count((each for each in loaded if each.key not in matching.renamed), "taken")
    count((each for each in loaded if each.key in matching.renamed), "renamed")
    count((each.model for each in matching.fitted), "fitted")
    count((pair.model for pair in matching.mismatched), "other shape")
    count(matching.missing, "missing")
    return found


def plan_table(plan: WeightsPlan, style: Style) -> str:
    """Blocks with counts of their keys, what does not fit, and what may be meant."""
    matching = plan.matching
    blocks = _blocks(matching)
    used = [name for name in COLUMNS if any(row[name] for row in blocks.values())]
    cells = [["", *used]]
    for block, row in blocks.items():
        counts = [f"{row[name]:,}" if row[name] else "" for name in used]
        cells.append([printable(block, style.encoding), *counts])
    columns = [
        aligned(column, ">" if number else "<", style)
        for number, column in enumerate(zip(*cells, strict=True))
    ]
    title = printable(f"weights from {plan.source}", style.encoding)
    lines = [style.paint(title, "strong"), ""]
    lines += [("  " + "   ".join(row)).rstrip() for row in zip(*columns, strict=True)]
    lines.append("")
    for name, rows in _details(matching):
        shown = folded(rows)
        lines += [f"  {name:<14}{printable(row, style.encoding)}" for row in shown[:SHOWN]]
        if len(shown) > SHOWN:
            lines.append(f"  {name:<14}... and {len(shown) - SHOWN:,} lines more")
    lines += [f"  {'hint':<14}{row}" for row in _hints(plan)]
    lines += ["", "  " + _verdict(plan, style)]
    return "\n".join(lines) + "\n"


def _details(matching: Matching) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Keys that are not simply taken, with what is to be said of them."""
    renamed = [(pair, matching.renamed.get(pair.model.key)) for pair in matching.loaded]
    stripped = sum(how == "prefix" for _, how in renamed)
    if stripped:
        yield "renamed", [(f"{matching.prefix}* -> *", f"(prefix), {stripped:,} keys")]
    yield (
        "renamed",
        [
            (f"{pair.file.key} -> {pair.model.key}", f"({how})")
            for pair, how in renamed
            if how not in (None, "prefix")
        ],
    )
    yield (
        "fitted",
        [
            (each.model.key, f"{_sizes(each.file)} -> {_sizes(each.model)}, {each.fit}")
            for each in matching.fitted
        ],
    )
    yield (
        "other shape",
        [
            (pair.model.key, f"{_sizes(pair.file)} in the file, {_sizes(pair.model)} in the model")
            for pair in matching.mismatched
        ],
    )
    yield "missing", [(entry.key, _sizes(entry)) for entry in matching.missing]
    yield "left over", [(entry.key, _sizes(entry)) for entry in matching.unexpected]
    yield "left out", [(entry.key, _sizes(entry)) for entry in matching.left_out]


def _sizes(entry: StateEntry) -> str:
    return f"[{', '.join(map(str, entry.shape))}]"


def _hints(plan: WeightsPlan) -> Iterator[str]:
    """What would take more of the file."""
    matching = plan.matching
    if matching.idle:
        yield f"no key of the file is like {', '.join(matching.idle)}"
    if matching.prefix is not None and not plan.taking.strips_prefix:
        yield f"the file's keys begin with {matching.prefix}, which --strip-prefix takes off"
    for one in plan.likely[:SHOWN]:
        said = f"{one.count:,} keys that may be the same by their {one.how}"
        yield f"--weights-map '{one.pattern}={one.new}': {said}"
    if matching.loaded and not plan.fits and not matching.idle:
        yield "--weights-match backbone takes what fits, and leaves the rest as it is"


def _verdict(plan: WeightsPlan, style: Style) -> str:
    if plan.fits:
        return style.paint("they would be taken", "good")
    return style.paint("they would be refused", "error")


def plan_data(plan: WeightsPlan) -> dict[str, data.Json]:
    """As JSON has it."""
    rows: list[data.Json] = [{"block": name, **row} for name, row in plan.blocks.items()]
    guesses: list[data.Json] = [
        {"pattern": one.pattern, "new": one.new, "how": one.how, "count": one.count}
        for one in plan.likely
    ]
    known = data.weights(plan.source, plan.taking.match, plan.matching)
    return {"fits": plan.fits, "blocks": rows, "likely": guesses, "weights": known}
