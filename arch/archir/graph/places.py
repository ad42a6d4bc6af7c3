"""Where a definition is used: the places that a problem inside of it mentions."""

from __future__ import annotations

from functools import cached_property

from archir.base.diagnostics import Label
from archir.base.source import Span
from archir.graph.graph import Annotation, Definition, Step, Use, Value
from archir.shapes.types import TensorType

MOST_USES = 3
"""Uses that are shown outwards from a problem."""

_MOST_INPUTS = 6


class Places:
    """The uses of definitions."""

    def __init__(self, steps: dict[Definition, list[Step]]) -> None:
        self.steps = steps
        """Those of each definition; inner definitions first."""

    @cached_property
    def used_at(self) -> dict[Definition, tuple[Definition, Span]]:
        """The first use of each definition: where it is, and in which other."""
        found: dict[Definition, tuple[Definition, Span]] = {}
        for outer, steps in reversed(self.steps.items()):
            for step in steps:
                if isinstance(step, Use):
                    found.setdefault(step.definition, (outer, step.span))
        return found

    def taking(
        self, definition: Definition, annotation: Annotation
    ) -> list[tuple[str, Span, list[Label]]]:
        """The uses that give a block its inputs: its name, the place, and what is around that.

        A spliced block has one use, inside of the definition; any other as many as it has.
        """
        if annotation.splice is not None:
            return [(*annotation.splice, self.around(definition))]
        return [
            (definition.name, step.span, self.around(outer))
            for outer, steps in reversed(self.steps.items())
            for step in steps
            if isinstance(step, Use) and step.definition is definition
        ]

    def around(self, definition: Definition) -> list[Label]:
        """Where the definition is used first, outwards to the model; at most three places."""
        labels: list[Label] = []
        while definition in self.used_at and len(labels) < MOST_USES:
            outer, span = self.used_at[definition]
            labels.append(Label(span, f"in this use of {definition.name}"))
            definition = outer
        return labels


def origins(values: tuple[Value, ...], types: tuple[TensorType, ...]) -> list[Label]:
    """Where the inputs of a step come from, and what they are; one that comes twice is one."""
    labels = [
        Label(
            value.span, f"this gives {given}" if value.name is None else f"{value.name} is {given}"
        )
        for value, given in zip(values[:_MOST_INPUTS], types, strict=False)
    ]
    return list(dict.fromkeys(labels))
