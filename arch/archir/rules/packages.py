"""Problems that ops of installed packages report themselves."""

from __future__ import annotations

from archir.base.diagnostics import Problem


class RefusedByOp(Problem):
    """An op of an installed package refuses its arguments or its input, for a reason of its own.

    The words are its author's. So the `layer_scale` of a package may take no `layer_scale(-1)`, and
    say "layer_scale: the initial scale must be above 0"; right is what it asks for,
    `layer_scale(0.1)`. `archc ops layer_scale` shows what its arguments take, and which package it
    is from.
    """

    name = "refused-by-op"
    words: str
    advice: str | None = None

    def message(self) -> str:
        return self.words

    def hint(self) -> str | None:
        return self.advice
