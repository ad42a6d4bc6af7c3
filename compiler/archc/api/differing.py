"""``archc.diff``: what differs between two networks, by their structure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from archc import pipeline
from archc.api.functions import FileOrSource, read
from archc.errors import ArchError, SettingError
from archc.request import examples
from archc.request.counting import costs_at
from archc.request.settings import Setting, SettingValue, from_values
from archir.base.diagnostics import Diagnostics
from archir.base.record import Record
from archir.base.source import Source
from archir.difference.changes import Change
from archir.difference.keys import Keys
from archir.difference.whole import Difference, Fact, difference

if TYPE_CHECKING:
    from archc.importing.whole import Given
    from archdsl.elaborate.limits import Limits
    from archir.graph.typed import TypedGraph

_CALLABLE = re.compile(r"[A-Za-z_]\w*(\.\w+)+(:\w+(\.\w+)*)?|[A-Za-z_]\w*:\w+(\.\w+)*")


class DiffResult(Record):
    """What differs between two models. ``str()`` is what ``archc diff`` prints."""

    old: str
    """How messages call the first one."""

    new: str
    difference: Difference

    @property
    def equal(self) -> bool:
        """Whether both are the same network, with the same keys in the same order."""
        return self.difference.are_equal

    @property
    def changes(self) -> tuple[Change, ...]:
        """What was removed, added, changed, renamed, moved …, with its places in both texts."""
        return self.difference.changes

    @property
    def keys(self) -> Keys:
        """The entries of both state dicts: kept, renamed, reshaped, added, gone."""
        return self.difference.keys

    @property
    def facts(self) -> tuple[Fact, ...]:
        """Parameters, MACs and memory before and after."""
        return self.difference.facts

    def markdown(self) -> str:
        """The same for a page in Markdown, as a comment on a pull request."""
        from archc.render.difference import as_markdown

        return as_markdown(self.old, self.new, self.difference)

    def __str__(self) -> str:
        from archc.render.difference import as_text
        from archc.render.style import Style

        return as_text(self.old, self.new, self.difference, Style()).rstrip("\n")


class Compared(Record):
    """One of two models: its name for messages, and None for ``typed`` where it is wrong."""

    name: str
    typed: TypedGraph | None
    found: Diagnostics
    is_imported: bool = False


def diff(
    old: FileOrSource,
    new: FileOrSource | None = None,
    /,
    *,
    settings: Mapping[str, SettingValue] | None = None,
    old_settings: Mapping[str, SettingValue] | None = None,
) -> DiffResult:
    """What differs between two models: blocks, costs, sizes and keys of the state dict.

    Each is a file or an example, ``"net.arch:model"`` where a model of it is meant, text in hand,
    or what ``archc import`` takes (``"torchvision.models.resnet18"``), whose code is then run.
    ``settings`` are parameters of the second, ``old_settings`` of the first; without a second
    model it is the first one with ``settings``. No torch is needed for texts.

    >>> result = archc.diff("resnet50", settings={"num_classes": 10})
    >>> [(change.before, change.after) for change in result.changes][1]
    ('linear(1000)', 'linear(10)')

    Raises what ``load`` raises.
    """
    sides = [
        compiled(word, tuple(from_values(dict(given or {}))))
        for word, given in ((old, old_settings), (old if new is None else new, settings))
    ]
    for side in sides:
        if side.typed is None:
            raise ArchError(side.found)
    return compared(*sides)


def compared(one: Compared, other: Compared) -> DiffResult:
    """The difference of two models that are right."""
    assert one.typed is not None and other.typed is not None
    costs = [costs_at(each.typed, {}, None, "float32", "sgd") for each in (one, other)
             if each.typed is not None]  # fmt: skip
    is_drawn = not (one.is_imported or other.is_imported)
    return DiffResult(one.name, other.name, difference(*costs, is_drawn=is_drawn))


def compiled(
    word: FileOrSource,
    settings: tuple[Setting, ...] = (),
    inputs: Sequence[Given] = (),
    limits: Limits | None = None,
) -> Compared:
    """A model by what a user names it."""
    model: str | None = None
    if isinstance(word, str):
        path, model = _parts(word)
        if model is None and _is_callable(word):
            return _imported(word, settings, inputs)
        word = path
    source, where, found = read(word)
    typed = None
    if not found.has_errors:
        typed, problems = pipeline.compile_source(source, where, model, settings, limits)
        found.extend(problems)
    name = source.name if model is None else f"{source.name}:{model}"
    return Compared(f"{name}{_given(settings)}", typed, found)


def _given(settings: Iterable[Setting]) -> str:
    said = ", ".join(f"{setting.name} = {setting.value}" for setting in settings)
    return f" ({said})" if said else ""


def _parts(word: str) -> tuple[str, str | None]:
    """``net.arch:model`` in its parts."""
    path, colon, model = word.rpartition(":")
    if _is_file(word) or not colon or not (_is_file(path) or path.endswith(examples.ENDING)):
        return word, None
    return path, model


def _is_file(word: str) -> bool:
    return Path(word).exists() or (examples.is_bare(word) and examples.find(word) is not None)


def _is_callable(word: str) -> bool:
    named = _CALLABLE.fullmatch(word) is not None and not word.endswith(examples.ENDING)
    return named and not _is_file(word)


def _imported(word: str, settings: tuple[Setting, ...], inputs: Sequence[Given]) -> Compared:
    """What a callable makes, as a text. Its code runs: it was named on purpose."""
    from archc.api.importing import callable_of, from_callable

    if settings:
        raise SettingError(f"{word} is no text in the language, and takes no --set")
    text = from_callable(word, inputs, {})
    _, name = callable_of(word)
    source = Source(word, str(text))
    typed, found = pipeline.compile_source(source, None, name)
    return Compared(word, typed, found, is_imported=True)
