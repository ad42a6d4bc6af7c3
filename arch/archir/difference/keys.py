"""The entries of two models' state dicts: which is which, and in what they differ."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from archir.base.record import Record
from archir.graph.flat import Flat
from archir.weights.state import Pair, StateEntry


class Keys(Record):
    """Which entry of one state dict is which of the other.

    In a ``Pair`` of these the ``model`` is the new model's entry, the ``file`` the old one's.
    """

    kept: tuple[Pair, ...]
    renamed: tuple[Pair, ...]
    """The same tensor under another key."""

    reshaped: tuple[Pair, ...]
    """Of another shape or dtype, whether or not under the same key."""

    added: tuple[StateEntry, ...]
    gone: tuple[StateEntry, ...]
    is_ordered: bool
    """Whether what is kept stands in the same order: optimizers know parameters by their order."""

    @property
    def are_equal(self) -> bool:
        """Whether both have the same entries in the same order."""
        alone = self.renamed or self.reshaped or self.added or self.gone
        return self.is_ordered and not alone


def state_of(flat: Flat) -> list[StateEntry]:
    """The entries of a model's state dict, in its order."""
    return [
        StateEntry(
            f"{module.path}.{spec.name}" if module.path else spec.name, spec.shape, spec.dtype
        )
        for module in flat.modules
        for spec in module.state
        if spec.is_persistent
    ]


def keys(old: Flat, new: Flat, modules: Iterable[tuple[str, str]]) -> Keys:
    """The entries laid over each other; ``modules`` are the paths of those that belong together."""
    before = {entry.key: entry for entry in state_of(old)}
    after = {entry.key: entry for entry in state_of(new)}
    partner = _partners(before, after, dict(modules))
    taken = set(partner.values())
    pairs = [Pair(after[other], before[key]) for key, other in partner.items()]
    alike = [pair for pair in pairs if _is_alike(pair)]
    kept = tuple(pair for pair in alike if pair.model.key == pair.file.key)
    names = {pair.model.key for pair in kept}
    return Keys(
        kept,
        tuple(pair for pair in alike if pair.model.key not in names),
        tuple(pair for pair in pairs if not _is_alike(pair)),
        tuple(after[key] for key in after if key not in taken),
        tuple(before[key] for key in before if key not in partner),
        list(filter(names.__contains__, before)) == list(filter(names.__contains__, after)),
    )


def _partners(
    before: Collection[str], after: Collection[str], modules: Mapping[str, str]
) -> dict[str, str]:
    """For keys of the old model those of the new: by their modules, or else by their names."""
    partner: dict[str, str] = {}
    taken: set[str] = set()
    for one, other in (*_by_modules(before, modules), *zip(before, before, strict=True)):
        if one not in partner and other in after and other not in taken:
            partner[one] = other
            taken.add(other)
    return partner


def _is_alike(pair: Pair) -> bool:
    return (pair.model.shape, pair.model.dtype) == (pair.file.shape, pair.file.dtype)


def _by_modules(before: Iterable[str], modules: Mapping[str, str]) -> Iterable[tuple[str, str]]:
    """Each key with the one that it would have in its module's partner."""
    for key in before:
        path, _dot, name = key.rpartition(".")
        if path in modules:
            yield key, f"{modules[path]}.{name}" if modules[path] else name
        elif key in modules:  # a raw parameter is a unit of its own
            yield key, modules[key]
