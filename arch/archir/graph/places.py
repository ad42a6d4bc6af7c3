"""Where a definition is used: the places that a problem inside of it mentions."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from archir.base.diagnostics import Label
from archir.base.source import Span
from archir.graph.graph import Annotation, Definition, Step, Use, Value
from archir.shapes.types import TensorType

MOST_USES = 3
"""Uses that are shown outwards from a problem."""

_MOST_INPUTS = 6


def in_use(name: str, span: Span) -> Label:
    """A use of a block, or of a module, inside of which something is wrong."""
    return Label(span, f"in this use of {name}")


def led_here(outwards: Sequence[Label], place: Span) -> tuple[Label, ...]:
    """Of the uses around a place, innermost first, those that are shown of a problem there.

    They are the nearest, and the nearest in the file of the outermost: that is the user's own. A
    use in which the place itself is written says nothing more.
    """
    around = [each for each in outwards if not each.span.covers(place)]
    shown = around[:MOST_USES]
    own = outwards[-1].span.source.file if outwards else place.source.file
    if all(span.source.file is not own for span in (place, *(each.span for each in shown))):
        shown += [each for each in around[MOST_USES:] if each.span.source.file is own][:1]
    return tuple(shown)


class Places:
    """The uses of definitions."""

    def __init__(
        self, steps: dict[Definition, list[Step]], variants: tuple[Label, ...] = ()
    ) -> None:
        self.steps = steps
        """Those of each definition; inner definitions first."""
        self.variants = variants
        """Those by which the model is asked for, outwards."""

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
    ) -> list[tuple[str, Span, tuple[Label, ...]]]:
        """The uses that give a block its inputs: its name, the place, and what is around that.

        A spliced block has one use, inside of the definition; any other as many as it has.
        """
        if annotation.splice is not None:
            name, span = annotation.splice
            return [(name, span, self.around(definition, span))]
        return [
            (definition.name, step.span, self.around(outer, step.span))
            for outer, steps in reversed(self.steps.items())
            for step in steps
            if isinstance(step, Use) and step.definition is definition
        ]

    def around(self, definition: Definition, place: Span) -> tuple[Label, ...]:
        """Where the definition is used first, outwards to the model: what a problem in it shows."""
        outwards: list[Label] = []
        while definition in self.used_at:
            outer, span = self.used_at[definition]
            outwards.append(in_use(definition.name, span))
            definition = outer
        return led_here((*outwards, *self.variants), place)


def origins(values: tuple[Value, ...], types: tuple[TensorType, ...]) -> list[Label]:
    """Where the inputs of a step come from, and what they are; one that comes twice is one."""
    labels = [
        Label(
            value.span, f"this gives {given}" if value.name is None else f"{value.name} is {given}"
        )
        for value, given in zip(values[:_MOST_INPUTS], types, strict=False)
    ]
    return list(dict.fromkeys(labels))
