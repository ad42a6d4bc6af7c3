"""In what a model hands back its outputs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from archc.request.requests import chosen_word
from archir.base.record import replaced

if TYPE_CHECKING:
    from archir.graph.typed import TypedGraph

Outputs: TypeAlias = Literal["tuple", "dict"]
"""A named tuple, or a dict by name; a tensor whose output has no name stands by itself."""

KINDS = ("tuple", "dict")


def handing(typed: TypedGraph, outputs: str) -> TypedGraph:
    """The same model, with its outputs in what is asked for."""
    return replaced(typed, in_dict=True) if read(outputs) == "dict" else typed


def read(text: str) -> str:
    """The kind, if it is one."""
    return chosen_word(text, KINDS, "kind of outputs")
