"""What a user says of how weights are taken: which keys are which, and what is fitted."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Literal, TypeAlias

from archir.base.record import Record

Match = Literal["all", "backbone"]
"""Whether weights must fit a model exactly, or whatever fits is taken."""

MATCHES: tuple[Match, ...] = ("all", "backbone")

Fit = Literal["mean", "sum", "repeat", "initial"]
"""How a tensor of another shape is taken.

The weight of a convolution at another number of input channels: each is the ``mean`` of those that
there are; all together are the ``sum`` of those, so that one grey picture gives what it gave in
each of the channels; or they are ``repeat``-ed in order, scaled so that as many give as much.
``initial`` leaves a tensor as it is in the model.
"""

FITS: tuple[Fit, ...] = ("mean", "sum", "repeat", "initial")

Renames: TypeAlias = "tuple[tuple[str, str | None], ...]"


class Taking(Record):
    """How weights are taken.

    ``renames`` are patterns of the file's keys and what they are in the model: a ``*`` stands for
    any run of characters, and what it stood for takes the place of the ``*`` in the other. None:
    such keys are left out. The first pattern that fits a key counts.
    """

    match: Match = "all"
    renames: Renames = ()
    fits: Mapping[str, Fit] = MappingProxyType({})
    strips_prefix: bool = False

    def renamed(self, key: str) -> tuple[str | None, str | None]:
        """The key in the model, None where it is left out, and the pattern that says so."""
        for pattern, new in self.renames:
            found = _regex(pattern).fullmatch(key)
            if found is not None:
                return (None if new is None else _filled(new, found.groups())), pattern
        return key, None


def _regex(pattern: str) -> re.Pattern[str]:
    return re.compile("(.*)".join(map(re.escape, pattern.split("*"))), re.DOTALL)


def _filled(pattern: str, pieces: Iterable[str | None]) -> str:
    """The pattern with a piece in the place of each star."""
    head, *rest = pattern.split("*")
    given = iter(pieces)
    return head + "".join((next(given, None) or "") + part for part in rest)


MOST_STARS = 4
"""Stars of one pattern: where there are many, looking for what they stand for takes long."""


def is_rename(pattern: str, new: str | None) -> bool:
    """Whether each star of what a key is to be has one in its pattern, and these are few."""
    stars = pattern.count("*")
    return stars <= MOST_STARS and (new is None or new.count("*") <= stars)
