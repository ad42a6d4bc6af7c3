"""Stages behind each other that instances of a class have in other numbers: how many come first,
each by itself, and how many are left for a loop, in which some arguments may come from a table."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from archc.importing.nodes import Chain, Item, ScopeStage, UseStage
from archc.importing.structure.fold import key_of, label_of, labelled
from archir.base.record import Record

HEADS = 3
"""How many stages at most stand before the loop."""

COLUMNS = 2
"""How many arguments at most are another one in each turn."""

Column = list["Item | None"]


class Turns(Record):
    """Columns of stages of one kind: those before the loop, and what its turns are."""

    heads: list[Column]
    turn: Column
    counts: list[int]
    """How many turns each instance has."""

    first: int | None
    """The number of the first turn's label, where labels count."""

    prefix: str = ""
    names: tuple[str, ...] = ()
    """The arguments that are another one in each turn."""

    tables: tuple[Any, ...] = ()
    """What they are, for each instance; a list of rows where there are several."""


def runs_of(
    columns: Sequence[Column], chains: Sequence[Chain | None], *, numbered: bool
) -> Iterator[Column | Turns]:
    """The columns, with runs in the place of those of which some instances have fewer."""
    place = 0
    while place < len(columns):
        end = _end(columns, place, numbered=numbered)
        run = _run(columns[place:end], chains) if end - place > 1 else None
        if run is None:
            yield from columns[place:end]
        else:
            yield run
        place = end


def _end(columns: Sequence[Column], start: int, *, numbered: bool) -> int:
    """Behind the last column that is of the kind of one."""
    kind = _kind(columns[start], numbered=numbered)
    end = start + 1
    while kind is not None and end < len(columns):
        name, label, number = kind
        following = None if number is None else number + end - start
        if _kind(columns[end], numbered=numbered) != (name, label, following):
            break
        end += 1
    return end


def _kind(column: Column, *, numbered: bool) -> tuple[str, str, int | None] | None:
    """What stages of one run share: the block or class, and how their labels begin; and what number
    ends the label of this one."""
    first = next(each for each in column if each is not None)
    if not isinstance(first, UseStage | ScopeStage) or first.branches is not None or first.names:
        return None
    name = first.name if isinstance(first, UseStage) else first.body.body.kind
    label = label_of(first) or ""
    if label.isdigit() or not label:
        return (name, "", None) if numbered else None
    match = re.fullmatch(r"(.*?)(\d+)", label)
    return (name, match[1], int(match[2])) if match else None


def _run(columns: Sequence[Column], chains: Sequence[Chain | None]) -> Turns | None:
    rows = [[each for each in row if each is not None] for row in zip(*columns, strict=True)]
    lengths = {len(row) for row, chain in zip(rows, chains, strict=True) if chain is not None}
    kind = _kind(columns[0], numbered=True)
    assert kind is not None
    _, prefix, number = kind
    if len(lengths) > 1:
        for heads in range(min(HEADS, max(lengths) - 1)):
            if all(_are_equal(row[heads:]) for row in rows):
                first = None if number is None else number + heads
                return Turns(*_parted(rows, heads), first, prefix)
    return None if prefix or max(lengths) < 3 else _with_table(rows)


def _with_table(rows: list[list[Item]]) -> Turns | None:
    """A loop over a table of the arguments that each turn has of its own."""
    names = _varying(rows)
    if not 0 < len(names) <= COLUMNS:
        return None
    rest = _varying([row[1:] for row in rows]) if max(map(len, rows)) > 3 else names
    heads = 1 if len(rest) < len(names) else 0
    if not rest:
        return None
    names = rest if heads else names
    tables = [tuple([_cells(each, names) for each in row[heads:]]) for row in rows]
    return Turns(*_parted(rows, heads), None, "", names, tuple(tables))


def _parted(rows: list[list[Item]], heads: int) -> tuple[list[Column], Column, list[int]]:
    """The columns before the loop, its first turns, and how many turns there are."""
    before: list[Column] = [
        [row[place] if place < len(row) else None for row in rows] for place in range(heads)
    ]
    turn: Column = [row[heads] if heads < len(row) else None for row in rows]
    return before, turn, [max(len(row) - heads, 0) for row in rows]


def _varying(rows: Sequence[Sequence[Item]]) -> tuple[str, ...]:
    """The arguments in which the stages of a row differ; none where they differ in more."""
    found: dict[str, None] = {}
    for row in rows:
        uses = [each for each in row if isinstance(each, UseStage)]
        if len(uses) < len(row) or not _are_equal([_without_arguments(each) for each in uses]):
            return ()
        keys = dict.fromkeys(key for each in uses for key in each.arguments)
        for key in keys:
            values = [each.arguments.get(key) for each in uses]
            if any(type(each) is not type(values[0]) or each != values[0] for each in values):
                found[key] = None
    return tuple(found)


def _without_arguments(use: UseStage) -> UseStage:
    return UseStage(use.label, use.name, {}, use.body, use.branches, use.names, use.when)


def _cells(item: Item, names: Sequence[str]) -> Any:
    assert isinstance(item, UseStage)
    cells = tuple([item.arguments.get(name) for name in names])
    return cells if len(cells) > 1 else cells[0]


def _are_equal(row: Sequence[Item]) -> bool:
    """Whether stages are written alike but for the number in their labels."""
    keys = [key_of(labelled(each, ""), numbered=False) for each in row]
    entries = {each.body.entry is None for each in row if isinstance(each, UseStage | ScopeStage)}
    return len(row) < 2 or (
        len(entries) == 1 and keys[0] is not None and all(each == keys[0] for each in keys)
    )
