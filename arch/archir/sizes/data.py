"""Valid sizes as plain lists, dicts and numbers, as JSON has them (see docs/json.md)."""

from __future__ import annotations

from typing import Any

from archir.sizes.sets import Piece
from archir.sizes.valid import ValidSizes
from archir.sizes.words import describe, show_condition


def as_data(valid: ValidSizes) -> dict[str, Any]:
    """The set: in words, in closed form, and what has none."""
    return {
        "text": describe(valid),
        "exact": valid.is_exact,
        "boxes": [
            {name: [_piece(piece) for piece in box[name].pieces] for name in valid.names}
            for box in valid.boxes
        ],
        "open": [
            {"condition": show_condition(each.condition, whole=True), "reason": each.reason}
            for each in valid.open
        ],
    }


def _piece(piece: Piece) -> dict[str, Any]:
    return {
        "first": piece.first,
        "last": piece.last,
        "period": piece.period,
        "residues": piece.residues,
    }
