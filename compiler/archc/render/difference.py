"""How two models differ, as a text, a page in Markdown and data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from archc.render import data
from archc.render.card import valid_sizes
from archc.render.cells import Side, aligned, bar, escaped
from archc.render.characters import printable
from archc.render.costs.numbers import memory
from archc.render.style import Style
from archc.render.weights.folded import folded
from archir.check.summary import ModelSummary, show_input
from archir.difference.changes import Change, Site
from archir.difference.whole import Difference, Fact
from archir.weights.state import Pair, StateEntry

SHOWN = 20
"""Rows that are printed of each part; JSON and the result in Python hold them all."""

_ROLES = {"removed": "error", "added": "good", "changed": "warning"}


# --- words ----------------------------------------------------------------------------------------


def _said(change: Change) -> str:
    """What differs: the new one, the old one, or both."""
    if change.kind == "moved":
        return f"{change.after}, at {_place(change.old)} before"
    if change.kind == "rewired":
        return f"reads {change.after}, and read {change.before} before"
    if not (change.before and change.after):
        return change.before or change.after
    return f"{change.before} -> {change.after}"


def _paths(change: Change) -> str:
    """Where in the model: ``layer1.0``, or how many places there are."""
    sites = change.new or change.old
    paths = list(dict.fromkeys(site.path for site in sites if site.path))
    if len(paths) <= 1:
        return "".join(paths)
    return f"{len(paths)} places: {paths[0]} … {paths[-1]}"


def _place(sites: Sequence[Site]) -> str:
    """``net.arch:12``."""
    span = sites[0].span
    return f"{span.source.name}:{span.source.position(span.start)[0]}"


def _places(change: Change) -> str:
    places = [_place(sites) for sites in (change.old, change.new) if sites]
    return " -> ".join(dict.fromkeys(places))


def _numbers(fact: Fact) -> tuple[str, str, str]:
    """Before, after, and by how much."""
    is_memory = fact.name.startswith("memory")

    def said(number: int) -> str:
        return (memory(number) or "0 B") if is_memory else f"{number:,}"

    apart = fact.after - fact.before
    if not apart:
        return said(fact.before), said(fact.after), "the same"
    share = f" ({100 * apart / fact.before:+.1f} %)" if fact.before else ""
    return said(fact.before), said(fact.after), f"{'+-'[apart < 0]}{said(abs(apart))}{share}"


def _ports(model: ModelSummary) -> Iterator[tuple[str, str]]:
    yield "input", ", ".join(show_input(port, model.sizes) for port in model.inputs)
    yield "output", ", ".join(map(str, model.outputs))
    yield "sizes", valid_sizes(model) if model.sizes else "as they are"


def _outside(found: Difference) -> list[tuple[str, str]]:
    """What is seen from outside: sizes, and inputs and outputs where they differ."""
    rows: list[tuple[str, str]] = []
    for (name, before), (_, after) in zip(_ports(found.old), _ports(found.new), strict=True):
        if before != after:
            rows.append((name, f"{before} -> {after}"))
        elif name == "sizes":
            rows.append((name, f"{after}, as before"))
    return rows


def _keys(found: Difference) -> Iterator[tuple[str, int, list[str]]]:
    """The parts of the state dict that differ: how many keys, and lines about them."""
    keys = found.keys
    pairs = (("renamed", keys.renamed), ("reshaped", keys.reshaped))
    for name, both in pairs:
        rows = [(_both(pair), _shapes(pair) if name == "reshaped" else "") for pair in both]
        yield name, len(rows), folded(rows)
    for name, entries in (("new", keys.added), ("gone", keys.gone)):
        yield name, len(entries), folded([(each.key, _type(each)) for each in entries])


def _both(pair: Pair) -> str:
    old, new = pair.file.key, pair.model.key
    return old if old == new else f"{old} -> {new}"


def _shapes(pair: Pair) -> str:
    dtypes = pair.file.dtype != pair.model.dtype
    return f"{_type(pair.file, dtypes=dtypes)} -> {_type(pair.model, dtypes=dtypes)}"


def _type(entry: StateEntry, *, dtypes: bool = False) -> str:
    return f"{entry.dtype if dtypes else ''}[{', '.join(map(str, entry.shape))}]"


def _state(found: Difference) -> str:
    """``318 of 320 keys kept, 2 reshaped``."""
    total = len(found.keys.kept) + len(found.keys.renamed) + len(found.keys.reshaped)
    counted = [f"{count:,} {name}" for name, count, _ in _keys(found) if count]
    if not found.keys.is_ordered:
        counted.append("what is kept in another order")
    kept = f"{len(found.keys.kept):,} of {total + len(found.keys.gone):,} keys kept"
    return ", ".join([kept, *counted])


# --- forms ----------------------------------------------------------------------------------------


def as_text(old: str, new: str, found: Difference, style: Style) -> str:
    """For a terminal."""
    title = printable(f"{old} -> {new}", style.encoding)
    lines = [style.paint(title, "strong")]
    if found.are_equal:
        return f"{lines[0]}\n  {style.paint('the same network', 'good')}\n"
    lines.append("")
    for change in found.changes[:SHOWN]:
        kind = style.paint(change.kind, _ROLES.get(change.kind, "help"))
        gap = " " * (12 - len(change.kind))
        lines.append(f"  {kind}{gap}{printable(_said(change), style.encoding)}")
        where = "    ".join(part for part in (_places(change), _paths(change)) if part)
        lines.append(f"{'':14}{printable(where, style.encoding)}")
    if len(found.changes) > SHOWN:
        lines.append(f"  ... and {len(found.changes) - SHOWN:,} more")
    if not found.changes:
        lines.append("  no step is another")
    lines.append("")
    rows = [(fact.name, *_numbers(fact)) for fact in found.facts]
    sides: tuple[Side, ...] = ("<", ">", ">", "<")
    columns = zip(sides, zip(*rows, strict=True), strict=True)
    table = zip(*(aligned(column, side, style) for side, column in columns), strict=True)
    lines += [("  " + "   ".join(row)).rstrip() for row in table]
    said = [*_outside(found), ("state dict", _state(found))]
    lines += [f"  {name:<15}   {printable(text, style.encoding)}" for name, text in said]
    for name, _, keys in _keys(found):
        for key in keys[:SHOWN]:
            lines.append(f"    {name:<13}   {printable(key, style.encoding)}")
        if len(keys) > SHOWN:
            lines.append(f"    {name:<13}   ... and {len(keys) - SHOWN:,} lines more")
    return "\n".join(lines) + "\n"


def as_markdown(old: str, new: str, found: Difference) -> str:
    """For a page: a comment on a change, a report."""
    lines = [f"**{escaped(old)} → {escaped(new)}**", ""]
    if found.are_equal:
        return "\n".join([*lines, "The same network.", ""])
    if found.changes:
        lines += ["| | what | in the model | in the text |", "| --- | --- | --- | --- |"]
        for change in found.changes:
            cells = (change.kind, _said(change), _paths(change), _places(change))
            lines.append(bar(map(escaped, cells)))
        lines.append("")
    lines += ["| | before | after | |", "| --- | --- | --- | --- |"]
    lines += [bar((fact.name, *_numbers(fact))) for fact in found.facts]
    lines.append("")
    lines += [f"- {name}: {escaped(said)}" for name, said in _outside(found)]
    lines.append(f"- state dict: {_state(found)}")
    for name, _, keys in _keys(found):
        if keys:
            more = f" and {len(keys) - SHOWN:,} more" if len(keys) > SHOWN else ""
            lines.append(f"  - {name}: {', '.join(f'`{key}`' for key in keys[:SHOWN])}{more}")
    return "\n".join(lines).rstrip() + "\n"


def as_data(old: str, new: str, found: Difference) -> dict[str, data.Json]:
    """As JSON has it."""
    keys = found.keys
    return {
        "old": {"name": old, **data.summary(found.old), "model": found.old.name},
        "new": {"name": new, **data.summary(found.new), "model": found.new.name},
        "equal": found.are_equal,
        "changes": [_change(change) for change in found.changes],
        "facts": [
            {"name": fact.name, "before": fact.before, "after": fact.after} for fact in found.facts
        ],
        "state": {
            "kept": [pair.model.key for pair in keys.kept],
            "renamed": [data.pair(pair, "new", "old") for pair in keys.renamed],
            "reshaped": [data.pair(pair, "new", "old") for pair in keys.reshaped],
            "added": [data.entry(entry) for entry in keys.added],
            "gone": [data.entry(entry) for entry in keys.gone],
            "ordered": keys.is_ordered,
        },
    }


def _change(change: Change) -> data.Json:
    return {
        "kind": change.kind,
        "before": change.before,
        "after": change.after,
        "old": [{"path": site.path, "place": data.place(site.span)} for site in change.old],
        "new": [{"path": site.path, "place": data.place(site.span)} for site in change.new],
    }
