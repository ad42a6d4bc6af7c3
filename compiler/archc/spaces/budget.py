"""What scores may be: ``params <= 5M, macs <= 300M, memory(batch=32) <= 8GiB``."""

from __future__ import annotations

import re
from collections.abc import Mapping

from archc.errors import SettingError
from archc.request.amounts import THOUSANDS, byte_unit, unit_hint
from archc.spaces.scores import BYTES, Score, score, split
from archir.base.operators import ORDER
from archir.base.record import Record

_FORM = re.compile(r"(.+?)\s*(<=|>=|==|<|>|=)\s*([\d_]*\.?\d+(?:[eE]\d+)?)\s*([A-Za-z]*)\s*")


class Limit(Record):
    """``macs <= 300M``: what a score may be."""

    score: Score
    operator: str
    number: float

    def holds(self, value: object) -> bool:
        """Whether a score is within it; what is not known is not."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            return False
        return ORDER[self.operator](value, self.number)

    def __str__(self) -> str:
        return f"{self.score} {self.operator} {self.number:,.10g}"


Budget = tuple[Limit, ...]


def budget(text: str) -> Budget:
    """A budget read. SettingError for a score, a unit or a sign that there is not."""
    return tuple(map(_limit, split(text)))


def within(limits: Budget, found: Mapping[Score, object]) -> bool:
    """Whether all scores are within their limits."""
    return all(limit.holds(found[limit.score]) for limit in limits)


def _limit(text: str) -> Limit:
    read = _FORM.fullmatch(text)
    if read is None:
        form = "params <= 5M, macs < 300M, memory(batch=32) <= 8GiB"
        raise SettingError(f"{text or 'nothing'} is no limit", f"limits are written {form}")
    name, operator, number, unit = read.groups()
    if operator not in ORDER:
        raise SettingError(f"{text} asks for one number", f"write {name} <= {number}{unit}")
    wanted = score(name)
    return Limit(wanted, operator, float(number) * _unit(wanted, unit, text))


def _unit(wanted: Score, unit: str, text: str) -> float:
    """What a unit makes of a number: bytes are counted in KB or KiB, other things in thousands."""
    word = unit.lower()
    if wanted.name in BYTES:
        size = byte_unit(unit)
        if size is not None:
            return size
        said = f"{text} has the unit {unit}, and {wanted.name} is in bytes"
        raise SettingError(said, unit_hint(unit))
    if word not in THOUSANDS:
        hint = "numbers are counted in K, M, G (or B) and T"
        raise SettingError(f"{text} has the unit {unit}, which is none", hint)
    return 1000.0 ** THOUSANDS[word]
