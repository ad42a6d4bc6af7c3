"""What a comparison of two models finds, as data."""

from __future__ import annotations

from typing import Literal

from archir.base.record import Record

Verdict = Literal["agree", "differ", "unclear", "not compared"]
"""``unclear`` where both gave the same, and it proves nothing."""


class Rounding(Record):
    """By how much what is computed may differ: a number by ``atol``, and ``rtol`` of its size."""

    rtol: float = 1e-5
    atol: float = 1e-8


class Agreement(Record):
    """One thing that was compared, and what came out."""

    name: str
    verdict: Verdict
    detail: str
    """In how much the two agree, or their first difference."""

    @property
    def holds(self) -> bool:
        return self.verdict == "agree"
