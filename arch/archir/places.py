"""Where a definition is used: the places that a problem inside of it mentions."""

from __future__ import annotations

from archir.diagnostics import Label
from archir.graph import Definition, Use, Value, walk
from archir.source import Span
from archir.types import TensorType

_MOST = 3
"""Uses that are shown outwards from a problem."""

_MOST_INPUTS = 6


class Places:
    """The first use of each definition."""

    def __init__(self, order: list[Definition]) -> None:
        self.used_at: dict[Definition, tuple[Definition, Span]] = {}
        for outer in reversed(order):
            for step in walk(outer.steps):
                if isinstance(step, Use):
                    self.used_at.setdefault(step.definition, (outer, step.span))

    def around(self, definition: Definition) -> list[Label]:
        """Where the definition is used first, outwards to the model; at most three places."""
        labels: list[Label] = []
        while definition in self.used_at and len(labels) < _MOST:
            outer, span = self.used_at[definition]
            labels.append(Label(span, f"in this use of {definition.name}"))
            definition = outer
        return labels


def origins(values: tuple[Value, ...], types: tuple[TensorType, ...]) -> list[Label]:
    """Where the inputs of a step come from, and what they are."""
    return [
        Label(
            value.span, f"this gives {given}" if value.name is None else f"{value.name} is {given}"
        )
        for value, given in zip(values[:_MOST_INPUTS], types, strict=False)
    ]
