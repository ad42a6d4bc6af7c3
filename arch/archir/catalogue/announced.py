"""Own ops: the ops that installed packages add.

A package announces each by an entry point of the group ``archc.ops``, whose name is the op's
keyword and whose value is ``package.module:Class``. Reading what is announced imports nothing;
a class is imported when a network uses it. Our own ops come first: an announced op of the same
name is never found.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from archir.base.diagnostics import OwnOpError
from archir.base.record import Record

if TYPE_CHECKING:
    from archir.op.contract import Op

GROUP = "archc.ops"

KEYWORD = r"[a-z][a-z0-9_]*"


class Announced(Record):
    """One announced op, and the package that announces it."""

    keyword: str
    value: str
    package: str
    version: str

    @property
    def origin(self) -> str:
        """The package as a user knows it: ``archc-rotary 1.0``."""
        return f"{self.package} {self.version}".rstrip()

    def error(self, why: str) -> OwnOpError:
        """What is wrong with it, for whoever uses the op."""
        message = f"the op {self.keyword} of the package {self.origin} cannot be used: {why}"
        hint = f"mend or uninstall {self.package}; archc ops shows which packages add ops"
        return OwnOpError(message, hint)


@cache
def announced() -> Mapping[str, tuple[Announced, ...]]:
    """What the installed packages announce, by keyword; sorted, so that no path's order shows."""
    from importlib.metadata import entry_points

    try:
        found = [
            Announced(each.name, each.value, *_package(each.dist))
            for each in entry_points(group=GROUP)
        ]
    except Exception as error:  # whatever a broken package's metadata make of it
        message = f"the metadata of the installed packages cannot be read: {said(error)}"
        raise OwnOpError(message, "pip check may tell which package is broken") from error
    found.sort(key=lambda one: (one.keyword, one.package, one.version, one.value))
    result: dict[str, tuple[Announced, ...]] = {}
    for one in found:
        if one not in result.get(one.keyword, ()):
            result[one.keyword] = (*result.get(one.keyword, ()), one)
    return MappingProxyType(result)


def _package(dist: Any) -> tuple[str, str]:
    """Name and version of a distribution, whatever its metadata lack."""
    metadata = None if dist is None else dist.metadata
    if metadata is None:
        return "(without a name)", ""
    return str(metadata.get("Name") or "(without a name)"), str(metadata.get("Version") or "")


def keywords() -> tuple[str, ...]:
    """The names of announced ops that a text can use."""
    return tuple(keyword for keyword in announced() if re.fullmatch(KEYWORD, keyword))


def clash(*several: Announced) -> OwnOpError:
    """Several packages announce one name: none of them is meant more than the others."""
    keyword = several[0].keyword
    origins = " and ".join(one.origin for one in several)
    message = f"the op {keyword} is announced several times: by {origins}"
    return OwnOpError(message, "uninstall all of these packages but one")


def fault(op: Op, why: str) -> OwnOpError:
    """What is wrong with an op, told as its package's fault."""
    unknown = (Announced(op.keyword, "", "(of an unknown name)", ""),)
    return announced().get(op.keyword, unknown)[0].error(why)


def said(error: BaseException) -> str:
    """An exception on one line."""
    text = " ".join(str(error).split())
    kind = type(error).__name__
    return f"{kind}: {text}" if text else kind
