"""Why weights are not loaded. Importing this imports no torch."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from archir.weights.state import Matching


class WeightsRefusedError(Exception):
    """Weights that cannot be read, or do not fit: then ``matching`` says how."""

    def __init__(
        self, message: str, hint: str | None = None, matching: Matching | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.matching = matching


class WeightsUnavailableError(Exception):
    """Published weights that cannot be fetched: not the input is wrong, but the surroundings."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
