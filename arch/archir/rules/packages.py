"""Problems that ops of installed packages report themselves."""

from __future__ import annotations

from archir.base.diagnostics import Problem


class RefusedByOp(Problem):
    """An op of an installed package refuses its arguments or its input, for a reason of its own."""

    name = "refused-by-op"
    words: str
    advice: str | None = None

    def message(self) -> str:
        return self.words

    def hint(self) -> str | None:
        return self.advice
