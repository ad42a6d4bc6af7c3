"""State dicts as data: what a model keeps under which key, and how a file's entries fit it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType

from archir.base.diagnostics import Suggestions
from archir.base.record import Record
from archir.weights.taking import Fit, Taking


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


class Fitted(Record):
    """A model's entry, that of the file of another shape, and how the one is made of the other."""

    model: StateEntry
    file: StateEntry
    fit: Fit


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

    fitted: tuple[Fitted, ...] = ()
    """What has another shape and is taken as the user says."""

    left_out: tuple[StateEntry, ...] = ()
    """The file's entries that the user leaves out, or that stand beside the prefix."""

    renamed: Mapping[str, str] = MappingProxyType({})
    """For a key of the model what made it of another one of the file: map, prefix or old name."""

    prefix: str | None = None
    """What the file's keys begin with, where the model would know them without it."""

    idle: tuple[str, ...] = ()
    """Patterns of the user's that no key of the file fits."""

    @property
    def is_exact(self) -> bool:
        return not (self.mismatched or self.missing or self.unexpected)


AS_IT_IS = Taking()

SUGGESTED = 20
"""For how many missing keys a near one is looked up."""

_DOTTED = r"\.(\d+\.(?:weight|bias|running_mean|running_var))$"
"""Before torch 0.4 a module's name could hold a dot: ``norm.1`` is ``norm1`` today."""


def match(
    model: Iterable[StateEntry],
    file: Iterable[StateEntry],
    spare: Collection[str] = (),
    taking: Taking = AS_IT_IS,
) -> Matching:
    """Match a file's entries to a model's by key and shape.

    ``spare`` are keys of the model that torch itself does without. Numbers may be of another
    width in the file (they are converted as they are copied), but not of another kind.
    """
    wanted = {entry.key: entry for entry in model}
    names = _Names(taking, wanted)
    stored = names.of(list(file))
    loaded: list[Pair] = []
    mismatched: list[Pair] = []
    fitted: list[Fitted] = []
    missing: list[StateEntry] = []
    for key, entry in wanted.items():
        there = stored.get(key)
        fit = taking.fits.get(key)
        if there is None:
            if key not in spare:
                missing.append(entry)
        elif there.shape == entry.shape and kind(there.dtype) == kind(entry.dtype):
            loaded.append(Pair(entry, there))
        elif fit is not None and can_fit(there, entry, fit):
            fitted.append(Fitted(entry, there, fit))
        else:
            mismatched.append(Pair(entry, there))
    unexpected = tuple(entry for key, entry in stored.items() if key not in wanted)
    return Matching(
        tuple(loaded),
        tuple(mismatched),
        tuple(missing),
        unexpected,
        _near(missing[:SUGGESTED], unexpected),
        tuple(fitted),
        tuple(names.left_out),
        {key: how for key, how in names.how.items() if key in wanted and key in stored},
        names.prefix,
        tuple(pattern for pattern, _ in taking.renames if pattern not in names.used),
    )


def can_fit(file: StateEntry, model: StateEntry, fit: Fit) -> bool:
    """Whether one tensor can be made of the other so."""
    if fit == "initial":
        return True
    one, other = file.shape, model.shape
    same = kind(file.dtype) == kind(model.dtype) == "float" and len(one) == len(other) > 2
    return same and one[:1] + one[2:] == other[:1] + other[2:] and min(one[1], other[1]) > 0


def kind(dtype: str) -> str:
    """``float``, ``complex``, ``int`` or ``bool``: between these nothing is converted."""
    head = dtype.rstrip("0123456789")
    if head.startswith(("float", "bfloat")):
        return "float"
    return head.removeprefix("u")


class _Names:
    """What the file's entries are called in the model, and why."""

    def __init__(self, taking: Taking, wanted: Mapping[str, StateEntry]) -> None:
        self.taking = taking
        self.wanted = wanted
        self.how: dict[str, str] = {}
        self.used: set[str] = set()
        self.left_out: list[StateEntry] = []
        self.prefix: str | None = None

    def of(self, file: list[StateEntry]) -> dict[str, StateEntry]:
        """The entries by their names in the model."""
        stored = self._by_map(file)
        self.prefix = prefix_of(stored, self.wanted)
        if self.prefix is not None and self.taking.strips_prefix:
            stored = self._without(self.prefix, stored)
        return self._by_todays_names(stored)

    def _by_map(self, file: list[StateEntry]) -> dict[str, StateEntry]:
        stored: dict[str, StateEntry] = {}
        for entry in file:
            key, pattern = self.taking.renamed(entry.key)
            if pattern is not None:
                self.used.add(pattern)
            if key is None:
                self.left_out.append(entry)
                continue
            stored[key] = entry
            if key != entry.key:
                self.how[key] = "map"
        return stored

    def _without(self, prefix: str, stored: dict[str, StateEntry]) -> dict[str, StateEntry]:
        """The entries without a prefix; what stands beside it and is not the model's is left."""
        found: dict[str, StateEntry] = {}
        for key, entry in stored.items():
            if key.startswith(prefix):
                found[key.removeprefix(prefix)] = entry
                self.how[key.removeprefix(prefix)] = "prefix"
        for key, entry in stored.items():
            if not key.startswith(prefix) and key not in found:
                if key in self.wanted or today(key) in self.wanted:
                    found[key] = entry
                else:
                    self.left_out.append(entry)
        return found

    def _by_todays_names(self, stored: dict[str, StateEntry]) -> dict[str, StateEntry]:
        """The entries; those whose names hold a dot of old go by the names of today."""
        result: dict[str, StateEntry] = {}
        for key, entry in stored.items():
            now = today(key)
            renames = key not in self.wanted and now in self.wanted and now not in stored
            if renames and self.wanted[now].shape == entry.shape:
                result[now] = entry
                self.how[now] = "old name"
            else:
                result[key] = entry
        return result


def today(key: str) -> str:
    """The key as it is called today."""
    return re.sub(_DOTTED, r"\1", key)


DEEPEST = 4
"""How many names a common prefix has at most."""


def prefix_of(keys: Collection[str], wanted: Collection[str]) -> str | None:
    """What keys begin with that a model would know without it, if that makes more of them known.

    It need not be all of them: what stands beside a model has keys of its own.
    """
    counts: dict[str, int] = {}
    known = 0
    for key in keys:
        known += key in wanted or today(key) in wanted
        place = -1
        for _ in range(DEEPEST):
            place = key.find(".", place + 1)
            if place < 0:
                break
            rest = key[place + 1 :]
            if rest in wanted or today(rest) in wanted:
                counts[key[: place + 1]] = counts.get(key[: place + 1], 0) + 1
    best = max(counts, key=lambda prefix: (counts[prefix], -len(prefix)), default=None)
    if best is None or counts[best] <= known:
        return None
    return best if 2 * counts[best] > min(len(keys), len(wanted)) else None


def _near(missing: Iterable[StateEntry], unexpected: Iterable[StateEntry]) -> dict[str, str]:
    by_shape: dict[tuple[int, ...], list[str]] = {}
    suggest = Suggestions()
    for entry in unexpected:
        by_shape.setdefault(entry.shape, []).append(entry.key)
    near = {entry.key: suggest(entry.key, by_shape.get(entry.shape, ())) for entry in missing}
    return {key: other for key, other in near.items() if other is not None}
