"""How weights fit a model: the report, and its table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from archc.render.characters import columns, printable
from archc.render.style import Style
from archir.base.record import Record
from archir.weights.state import Fitted, Matching, Pair, StateEntry, kind
from archir.weights.taking import Match

SHOWN = 20
"""Rows that are printed of each part; JSON and the report in Python hold them all."""

_Row = tuple[str, str]


class WeightsReport(Record):
    """How weights fitted a model. ``str()`` is a table of it.

    A ``StateEntry`` has a ``key``, a ``shape`` and a ``dtype``; a ``Pair`` has the entry of the
    ``model`` and the entry of the ``file``.
    """

    source: str
    """Where the weights come from."""

    match: Match
    matching: Matching

    @property
    def loaded(self) -> tuple[Pair, ...]:
        """What the file has for the model."""
        return self.matching.loaded

    @property
    def mismatched(self) -> tuple[Pair, ...]:
        """Keys of both, with another shape or another kind of number in each."""
        return self.matching.mismatched

    @property
    def missing(self) -> tuple[StateEntry, ...]:
        """Entries of the model that the file lacks."""
        return self.matching.missing

    @property
    def unexpected(self) -> tuple[StateEntry, ...]:
        """Entries of the file that the model lacks."""
        return self.matching.unexpected

    @property
    def fitted(self) -> tuple[Fitted, ...]:
        """What has another shape in the file, and was taken as ``weights_fit`` says."""
        return self.matching.fitted

    @property
    def complete(self) -> bool:
        """Whether the file and the model have the same keys and shapes."""
        return self.matching.is_exact

    def __str__(self) -> str:
        return weights_table(self.source, self.match, self.matching, Style()).rstrip("\n")


def weights_table(source: str, how: Match, matching: Matching, style: Style) -> str:
    """What was loaded, skipped and missing; of each part, the keys with their shapes."""
    parts = list(_parts(how, matching))
    shown = [row for _, _, rows in parts for row in rows[:SHOWN]]
    width = max((columns(key, style.encoding) for key, _ in shown), default=0)
    lines = [style.paint(f"weights from {printable(source, style.encoding)}", "strong")]
    for title, said, rows in parts:
        lines.append(f"  {title:<12}{said}".rstrip())
        for key, facts in rows[:SHOWN]:
            printed = printable(key, style.encoding)
            gap = " " * (width - columns(key, style.encoding) + 4)
            lines.append(f"    {printed}{gap}{printable(facts, style.encoding)}".rstrip())
        if len(rows) > SHOWN:
            lines.append(f"    ... and {len(rows) - SHOWN:,} more")
    return "\n".join(lines) + "\n"


def _parts(how: Match, matching: Matching) -> Iterator[tuple[str, str, Sequence[_Row]]]:
    total = sum(map(len, (matching.loaded, matching.fitted, matching.mismatched, matching.missing)))
    numbers = sum(pair.model.numel for pair in matching.loaded)
    verb = "loaded" if how == "backbone" or matching.is_exact else "fits"
    yield verb, f"{len(matching.loaded):,} of {total:,} keys, {numbers:,} numbers", ()
    converted = [pair for pair in matching.loaded if pair.model.dtype != pair.file.dtype]
    if converted:
        kinds = sorted({f"{pair.file.dtype} to {pair.model.dtype}" for pair in converted})
        yield "converted", f"{len(converted):,} of them: {', '.join(kinds)}", ()
    yield from _otherwise(matching)
    mismatched = [
        (pair.model.key, f"{_type(pair.file, pair.model)} in the file, "
                         f"{_type(pair.model, pair.file)} in the model")
        for pair in matching.mismatched
    ]  # fmt: skip
    unexpected = [
        (entry.key, f"{_sizes(entry)} in the file alone") for entry in matching.unexpected
    ]
    if how == "backbone":
        if mismatched or unexpected:
            both = mismatched + unexpected
            yield "skipped", f"{len(both):,} of the file's keys", both
    else:
        if mismatched:
            yield "mismatched", _keys(len(mismatched)), mismatched
        if unexpected:
            yield "unexpected", f"{_keys(len(unexpected))} that the model lacks", unexpected
    if matching.missing:
        said = "that keep their initial weights" if how == "backbone" else "that the file lacks"
        rows = [(entry.key, _missing(entry, matching)) for entry in matching.missing]
        yield "missing", f"{_keys(len(rows))} {said}", rows


def _otherwise(matching: Matching) -> Iterator[tuple[str, str, Sequence[_Row]]]:
    """What was taken under another key or at another shape, and what was left out."""
    renamed = [
        (pair.model.key, f"{pair.file.key} in the file ({matching.renamed[pair.model.key]})")
        for pair in matching.loaded
        if pair.model.key in matching.renamed
    ]
    if renamed:
        yield "renamed", f"{len(renamed):,} of them", renamed
    if matching.fitted:
        fitted = [
            (each.model.key, f"{_sizes(each.file)} to {_sizes(each.model)}, {each.fit}")
            for each in matching.fitted
        ]
        yield "fitted", f"{_keys(len(fitted))} of another shape", fitted
    if matching.left_out:
        left = [(entry.key, f"{_sizes(entry)} in the file") for entry in matching.left_out]
        yield "left out", f"{_keys(len(left))} of the file", left


def _missing(entry: StateEntry, matching: Matching) -> str:
    near = matching.near.get(entry.key)
    return f"{_sizes(entry)} in the model" + (f"; the file has {near}" if near else "")


def _keys(count: int) -> str:
    return f"{count:,} key{'' if count == 1 else 's'}"


def _type(entry: StateEntry, other: StateEntry) -> str:
    """The shape, with the dtype where that is what keeps the two apart."""
    same = kind(entry.dtype) == kind(other.dtype)
    return _sizes(entry) if same else f"{entry.dtype}{_sizes(entry)}"


def _sizes(entry: StateEntry) -> str:
    return f"[{', '.join(map(str, entry.shape))}]"
