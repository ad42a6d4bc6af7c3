"""``archc.space``: what a model can be, from a file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from archc import pipeline
from archc.api.functions import FileOrSource, read, settings_of
from archc.errors import ArchError
from archc.request.settings import Setting, SettingValue, parse_settings
from archc.spaces.space import Space
from archdsl.elaborate.models import values_from_outside
from archir.base.diagnostics import Diagnostics
from archir.base.source import Source

if TYPE_CHECKING:
    from archdsl.elaborate import Limits


def space(
    path: FileOrSource,
    model: str | None = None,
    /,
    *,
    settings: Mapping[str, SettingValue] | None = None,
    **parameters: SettingValue,
) -> Space:
    """All that a model can be: values of its parameters that have domains. See docs/search.md.

    Parameters that are given here keep their values. Raises ``ArchError`` where the file is wrong,
    and ``SettingError`` where a parameter has neither a domain nor a value. Needs no torch.

    >>> space = archc.space("net.arch", width=32)
    >>> space.variants(space.sample(100), budget="parameters <= 1M").front()
    """
    source, where, found = read(path)
    if found.has_errors:
        raise ArchError(found)
    given = settings_of(space, settings, parameters)
    return space_of(source, where, model, given)[0]


def space_of(
    source: Source,
    path: str | None,
    model: str | None,
    settings: Iterable[Setting],
    limits: Limits | None = None,
) -> tuple[Space, Diagnostics]:
    """The space of the model that is meant, and warnings. ``ArchError`` where the text is wrong."""
    program, declared, found = pipeline.meant(source, path, model)
    arguments, problems = parse_settings(settings)
    found.extend(problems)
    if program is None or declared is None or found.has_errors:
        raise ArchError(pipeline.in_order(program, found))
    fixed, problems = values_from_outside(program, declared, arguments)
    found.extend(problems)
    if found.has_errors:
        raise ArchError(pipeline.in_order(program, found))
    return Space(program, declared, fixed, limits), pipeline.in_order(program, found)
