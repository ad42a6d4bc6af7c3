"""Which keys of a file are probably which of a model, where their names do not say it.

A guess, for a person to look at: it is never taken unless a map says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Literal, TypeAlias

from archir.base.record import Record
from archir.weights.state import Matching, StateEntry, kind

How = Literal["structure", "order"]

SPARE = "num_batches_tracked"
"""What normalisation did not always keep, and torch does without."""

Signature: TypeAlias = "tuple[tuple[str, tuple[int, ...], str], ...]"
"""What a module keeps: names, shapes and kinds of numbers."""


class Likely(Record):
    """Keys of a file that are probably those of a model: ``pattern`` is ``new`` there."""

    pattern: str
    new: str
    how: How
    count: int


def likely(matching: Matching) -> tuple[Likely, ...]:
    """What may be other names of what the model misses."""
    missing, unexpected = (
        [entry for entry in entries if not entry.key.endswith(SPARE)]
        for entries in (matching.missing, matching.unexpected)
    )
    found: list[Likely] = []
    for depth in range(1, 6):
        for one in _by_structure(unexpected, missing, depth):
            found.append(one)
            head, other = one.pattern[:-1], one.new[:-1]
            unexpected = [entry for entry in unexpected if not entry.key.startswith(head)]
            missing = [entry for entry in missing if not entry.key.startswith(other)]
    found += _by_order(unexpected, missing)
    return tuple(found)


def _by_structure(
    file: Iterable[StateEntry], model: Iterable[StateEntry], depth: int
) -> Iterator[Likely]:
    """Parts of this depth that have the same inside, where each has one partner alone."""
    ours, theirs = (_by_content(_parts(entries, depth)) for entries in (model, file))
    for content, paths in theirs.items():
        if len(content) > 2 and len(paths) == 1 and len(ours.get(content, ())) == 1:
            yield Likely(f"{paths[0]}.*", f"{ours[content][0]}.*", "structure", len(content))


def _by_order(file: Iterable[StateEntry], model: Iterable[StateEntry]) -> Iterator[Likely]:
    """Modules one for one, where both have the same ones in the same order."""
    ours, theirs = _modules(model), _modules(file)
    if [content for _, content in ours] != [content for _, content in theirs]:
        theirs.sort(key=lambda each: _natural(each[0]))
    if [content for _, content in ours] != [content for _, content in theirs]:
        return
    for (path, content), (other, _) in zip(ours, theirs, strict=True):
        pattern, new = (f"{each}.*" if each else "*" for each in (other, path))
        yield Likely(pattern, new, "order", len(content))


def _modules(entries: Iterable[StateEntry]) -> list[tuple[str, Signature]]:
    found: dict[str, list[tuple[str, StateEntry]]] = {}
    for entry in entries:
        path, _, name = entry.key.rpartition(".")
        found.setdefault(path, []).append((name, entry))
    return [(path, _signature(inside)) for path, inside in found.items()]


def _parts(entries: Iterable[StateEntry], depth: int) -> list[tuple[str, Signature]]:
    """What stands below each path of so many names."""
    found: dict[str, list[tuple[str, StateEntry]]] = {}
    for entry in entries:
        names = entry.key.split(".")
        if len(names) > depth:
            path, rest = ".".join(names[:depth]), ".".join(names[depth:])
            found.setdefault(path, []).append((rest, entry))
    return [(path, _signature(inside)) for path, inside in found.items()]


def _by_content(parts: Iterable[tuple[str, Signature]]) -> dict[Signature, list[str]]:
    found: dict[Signature, list[str]] = {}
    for path, content in parts:
        found.setdefault(content, []).append(path)
    return found


def _signature(inside: Iterable[tuple[str, StateEntry]]) -> Signature:
    return tuple(sorted((name, entry.shape, kind(entry.dtype)) for name, entry in inside))


def _natural(path: str) -> list[tuple[int, str]]:
    """Numbers by what they come to: ``layer.2`` stands before ``layer.10``."""
    pieces = re.split(r"(\d+)", path)
    return [(int(piece), "") if piece.isdecimal() else (-1, piece) for piece in pieces]
