"""A checked model as data: every module and every step, in the form of docs/json.md."""

from __future__ import annotations

from archc.describe.document import describe
from archir.typed import TypedGraph

__all__ = ["describe", "json"]


def json(typed: TypedGraph) -> str:
    """The model as a JSON document."""
    from json import dumps

    return dumps(describe(typed), indent=1) + "\n"
