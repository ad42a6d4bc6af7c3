"""The table of a model's costs: as text for a terminal or a pipe, as Markdown, as CSV."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

from archc.render.cells import GAP, Side, bar, escaped, sheet
from archc.render.cells import aligned as aligned_cells
from archc.render.characters import columns as columns_of
from archc.render.characters import printable
from archc.render.costs.numbers import centre, dim, field, memory, stride
from archc.render.style import Style
from archir.base.record import Record
from archir.cost.report import Entry
from archir.shapes.dims import SizeExpr, show

if TYPE_CHECKING:
    from archir.field.field import AxisField

DEFAULT = ("layer", "op", "output", "parameters", "macs", "memory", "field", "stride")
"""The columns unless others are asked for."""

IN_CSV = ("path", "level", "count", "kind", "op", "output", "parameters", "buffers", "macs",
          "elements", "memory", "kept", "field", "stride", "centre", "training",
          "again")  # fmt: skip

IN_MARKDOWN = ("path", *DEFAULT[1:])
"""There blanks at the start of a cell are lost, so layers are named by their paths."""

SCOPES = ("model", "block", "group")


class Column(Record):
    """A column: its title, the side to which it goes, what it says to people and to programs."""

    title: str
    side: Side
    text: Callable[[Entry], str]
    value: Callable[[Entry], object]


def _layer(one: Entry) -> str:
    return "  " * (one.level - 1) + one.label


def _op(one: Entry) -> str:
    return f"{one.op} (training)".lstrip() if one.training else one.op


def _output(one: Entry) -> str:
    return "; ".join(map(str, one.outputs))


def _parameters(one: Entry) -> str:
    return dim(one.parameters) or ("(again)" if one.again else "")


def _yes(value: bool) -> str:
    return "yes" if value else ""


def _each(one: Entry, word: Callable[[Sequence[AxisField]], str]) -> str:
    """What is seen by the elements of each output; once, if that is the same for all."""
    words = [word(seen) for seen in one.fields]
    return words[0] if len(set(words)) == 1 else "; ".join([each or "-" for each in words])


def _number(value: object) -> object:
    """A number for a program: expressions in the words of the language."""
    return show(value) if isinstance(value, SizeExpr) else value


def _text(title: str, value: Callable[[Entry], str], side: Side = "<") -> Column:
    return Column(title, side, value, value)


def _count(title: str, name: str, text: Callable[[Entry], str]) -> Column:
    return Column(title, ">", text, lambda one: _number(getattr(one, name)))


COLUMNS: Mapping[str, Column] = MappingProxyType(
    {
        "layer": Column("layer", "<", _layer, lambda one: one.label),
        "path": _text("path", lambda one: one.path),
        "kind": _text("kind", lambda one: one.kind),
        "op": Column("op", "<", _op, lambda one: one.op),
        "call": _text("call", lambda one: one.call),
        "output": _text("output", _output),
        "parameters": _count("parameters", "parameters", _parameters),
        "buffers": _count("buffers", "buffers", lambda one: dim(one.buffers)),
        "macs": _count("MACs", "macs", lambda one: dim(one.macs)),
        "elements": _count("elements", "elements", lambda one: dim(one.elements)),
        "memory": _count("memory", "memory", lambda one: memory(one.memory)),
        "kept": _count("kept", "kept", lambda one: memory(one.kept)),
        "field": _text("field", lambda one: _each(one, field), ">"),
        "stride": _text("stride", lambda one: _each(one, stride), ">"),
        "centre": _text("centre", lambda one: _each(one, centre), ">"),
        "training": Column(
            "training", "<", lambda one: _yes(one.training), lambda one: one.training
        ),
        "again": Column("again", "<", lambda one: _yes(one.again), lambda one: one.again),
        "level": _count("level", "level", lambda one: str(one.level)),
        "count": _count("count", "count", lambda one: str(one.count)),
    }
)


def text(entries: Sequence[Entry], whole: Entry, names: Sequence[str], style: Style) -> str:
    """The table for a person, with a last row for the whole model."""
    columns = [COLUMNS[name] for name in names]
    rows = [[printable(one.text(entry), style.encoding) for one in columns] for entry in entries]
    last = [printable(one.text(whole), style.encoding) for one in columns]
    last[0] = printable(whole.op, style.encoding)
    last = [
        last[0],
        *("" if name == "op" else cell for name, cell in zip(names[1:], last[1:], strict=True)),
    ]
    head = [column.title for column in columns]
    aligned = [
        aligned_cells(cells, column.side, style)
        for cells, column in zip(zip(head, *rows, last, strict=True), columns, strict=True)
    ]
    lines = [GAP.join(cells).rstrip() for cells in zip(*aligned, strict=True)]
    width = sum([columns_of(cells[0], style.encoding) for cells in aligned])
    rule = style.paint("-" * (width + len(GAP) * (len(aligned) - 1)), "frame")
    roles = ["strong", *("strong" if one.kind in SCOPES else "" for one in entries), "strong"]
    said = [style.paint(*pair) if pair[1] else pair[0] for pair in zip(lines, roles, strict=True)]
    return "\n".join([said[0], rule, *said[1:-1], rule, said[-1]]) + "\n"


def markdown(entries: Sequence[Entry], whole: Entry, names: Sequence[str]) -> str:
    """The table in Markdown."""
    columns = [COLUMNS[name] for name in names]
    lines = [
        bar(column.title for column in columns),
        bar("---:" if column.side == ">" else "---" for column in columns),
    ]
    for entry in entries:
        cells = [escaped(column.text(entry).strip()) for column in columns]
        if "path" in names:
            cells[names.index("path")] = _place(entry)
        lines.append(bar(cells))
    cells = [escaped(column.text(whole)) for column in columns]
    cells[0] = f"**{escaped(whole.op)}**"
    return "\n".join([*lines, bar(cells)]) + "\n"


def _place(entry: Entry) -> str:
    if not entry.label:
        return ""
    folded = f" x{entry.count}" if entry.count > 1 else ""
    return f"`{entry.path}`{folded}"


def csv(entries: Sequence[Entry], names: Sequence[str]) -> str:
    """The table as comma-separated values: whole numbers, bytes, paths."""
    return sheet(names, ([COLUMNS[name].value(entry) for name in names] for entry in entries))
