"""State dicts as data: what a model keeps under which key, and how a file's entries fit it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Literal

from archir.base.diagnostics import Suggestions
from archir.base.record import Record

Match = Literal["all", "backbone"]
"""Whether weights must fit a model exactly, or whatever fits is taken."""

MATCHES: tuple[Match, ...] = ("all", "backbone")


class StateEntry(Record):
    """One entry of a state dict: its key, shape, and dtype in torch's words (``float32``)."""

    key: str
    shape: tuple[int, ...]
    dtype: str

    @property
    def numel(self) -> int:
        total = 1
        for extent in self.shape:
            total *= extent
        return total


class Pair(Record):
    """A model's entry, and what a file has for it."""

    model: StateEntry
    file: StateEntry


class Matching(Record):
    """How the entries of a file fit those of a model."""

    loaded: tuple[Pair, ...]
    """What fits. The file's key may be another one in files of old, its dtype another width."""

    mismatched: tuple[Pair, ...]
    """The shape differs, or the kind of number."""

    missing: tuple[StateEntry, ...]
    """The model's entries that the file lacks."""

    unexpected: tuple[StateEntry, ...]
    """The file's entries that the model lacks."""

    near: Mapping[str, str]
    """For a missing key the unexpected one that it may go by in the file."""

    @property
    def is_exact(self) -> bool:
        return not (self.mismatched or self.missing or self.unexpected)

    @property
    def prefix(self) -> str | None:
        """What all of the file's keys begin with, where the model would know them without it."""
        keys = [entry.key for entry in self.unexpected]
        wanted = {entry.key for entry in self.missing}
        if self.loaded or self.mismatched or not keys or not wanted:
            return None
        for key in wanted:
            if keys[0].endswith(f".{key}"):
                prefix = keys[0].removesuffix(key)
                rest = {other.removeprefix(prefix) for other in keys if other.startswith(prefix)}
                if len(rest) == len(keys) and 2 * len(rest & wanted) > len(wanted):
                    return prefix
        return None


SUGGESTED = 20
"""For how many missing keys a near one is looked up."""

_DOTTED = r"\.(\d+\.(?:weight|bias|running_mean|running_var))$"
"""Before torch 0.4 a module's name could hold a dot: ``norm.1`` is ``norm1`` today."""


def match(
    model: Iterable[StateEntry], file: Iterable[StateEntry], spare: Collection[str] = ()
) -> Matching:
    """Match a file's entries to a model's by key and shape.

    ``spare`` are keys of the model that torch itself does without. Numbers may be of another
    width in the file (they are converted as they are copied), but not of another kind.
    """
    wanted = {entry.key: entry for entry in model}
    stored = _by_todays_names({entry.key: entry for entry in file}, wanted)
    loaded: list[Pair] = []
    mismatched: list[Pair] = []
    missing: list[StateEntry] = []
    for key, entry in wanted.items():
        there = stored.get(key)
        if there is None:
            if key not in spare:
                missing.append(entry)
        elif there.shape == entry.shape and kind(there.dtype) == kind(entry.dtype):
            loaded.append(Pair(entry, there))
        else:
            mismatched.append(Pair(entry, there))
    unexpected = tuple(entry for key, entry in stored.items() if key not in wanted)
    return Matching(
        tuple(loaded),
        tuple(mismatched),
        tuple(missing),
        unexpected,
        _near(missing[:SUGGESTED], unexpected),
    )


def kind(dtype: str) -> str:
    """``float``, ``complex``, ``int`` or ``bool``: between these nothing is converted."""
    head = dtype.rstrip("0123456789")
    if head.startswith(("float", "bfloat")):
        return "float"
    return head.removeprefix("u")


def _by_todays_names(
    file: dict[str, StateEntry], wanted: Mapping[str, StateEntry]
) -> dict[str, StateEntry]:
    """The file's entries; those whose names hold a dot of old go by the names of today."""
    result: dict[str, StateEntry] = {}
    for key, entry in file.items():
        today = re.sub(_DOTTED, r"\1", key)
        renames = key not in wanted and today in wanted and today not in file
        result[today if renames and wanted[today].shape == entry.shape else key] = entry
    return result


def _near(missing: Iterable[StateEntry], unexpected: Iterable[StateEntry]) -> dict[str, str]:
    by_shape: dict[tuple[int, ...], list[str]] = {}
    suggest = Suggestions()
    for entry in unexpected:
        by_shape.setdefault(entry.shape, []).append(entry.key)
    near = {entry.key: suggest(entry.key, by_shape.get(entry.shape, ())) for entry in missing}
    return {key: other for key, other in near.items() if other is not None}
