"""A checked model as data: every module and every step, in the form of docs/json.md."""

from __future__ import annotations

from archc.describe.document import describe
from archir.graph.bulk import require
from archir.graph.typed import TypedGraph

__all__ = ["describe", "json"]


MOST_STEPS = 25_000
"""Steps that a document has; the largest published networks have about 1,000."""


def json(typed: TypedGraph) -> str:
    """The model as a JSON document.

    Raises ``ModelTooLargeError`` for a model of more steps than can be written out.
    """
    from json import dumps

    require(typed, "a JSON document", MOST_STEPS)

    return dumps(describe(typed), indent=1) + "\n"
