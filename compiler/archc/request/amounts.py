"""Bytes as they are written: ``24GiB``, ``80 GB``."""

from __future__ import annotations

import re

from archc.errors import SettingError
from archc.request.requests import whole
from archir.base.diagnostics import nearest

THOUSANDS = {"": 0, "k": 1, "m": 2, "g": 3, "b": 3, "t": 4}
"""What numbers are counted in, as powers of a thousand."""

UNITS = ("KB", "MB", "GB", "TB", "KiB", "MiB", "GiB", "TiB")

_FORM = re.compile(r"\s*(\d{1,18}(?:\.\d{1,18})?)\s*([A-Za-z]*)\s*")


def byte_unit(unit: str) -> float | None:
    """The bytes of a unit; None where it is none."""
    word = unit.lower()
    power = THOUSANDS.get(word.removesuffix("ib").removesuffix("b"))
    if power is not None and word.endswith("ib"):
        return 1024.0**power
    if power is not None and (word.endswith("b") or not word):
        return 1000.0**power
    return None


def unit_hint(unit: str) -> str:
    """What a unit of bytes may have been meant to be."""
    near = nearest(unit, list(UNITS))
    return f"did you mean {near}?" if near else "bytes are counted in KB, MB, GB, KiB, MiB, GiB"


def bytes_of(which: str, given: object) -> int:
    """A number of bytes, or a text as ``24GiB``; SettingError where it is none."""
    if not isinstance(given, str):
        return whole(which, "a number of bytes", given)
    read = _FORM.fullmatch(given)
    if read is None:
        raise SettingError(f"{which} is {given or 'nothing'}", "write a number of bytes, as 24GiB")
    number, unit = read.groups()
    size = byte_unit(unit)
    if size is None:
        raise SettingError(f"{which} has the unit {unit}, which is none of bytes", unit_hint(unit))
    found = float(number) * size
    if found < 1:
        raise SettingError(f"{which} is {given}, and holds at least 1 byte")
    return int(found)
