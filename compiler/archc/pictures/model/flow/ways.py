"""Ways to order what runs, the plainest first: the next is tried where one leaves a tangle."""

from __future__ import annotations

from archc.pictures.model.flow.grid import grid_of
from archc.pictures.model.tree import Box, Chain, Tangle, everything
from archir.base.record import Record
from archir.graph.graph import Definition, Step, Use
from archir.graph.typed import TypedGraph

NO_SERIES = "in no series"
"""What is said of a tangle that is too large to be drawn."""


class Way(Record):
    """How what runs is put in order."""

    is_late: bool = False
    """Further inputs begin where they are read, and not where the first does."""

    has_taps: bool = False
    """Further outputs of a block leave its line where they are made."""

    is_told: bool = False
    """What is read in many places is said there by its name."""

    begins: bool = False
    """What reads nothing but that begins with it, as if it were an input of its own."""

    opens: bool = False
    """Blocks with several outputs are drawn where they are used."""


OPEN = Way(is_late=True, has_taps=True, opens=True)
"""The first to be tried where a block gives maps of several resolutions, as an encoder does."""

WAYS = (
    Way(),
    Way(is_late=True),
    Way(is_late=True, has_taps=True),
    Way(is_late=True, is_told=True),
    Way(is_late=True, has_taps=True, is_told=True),
    Way(is_late=True, is_told=True, begins=True),
)


WEB = 8
"""Things in a tangle from which on a reader follows its arcs no more."""


def tangled(chain: Chain) -> int:
    """How many things stand in tangles that are no grid, those too that are not drawn."""
    found = 0
    for item in everything(chain):
        if isinstance(item, Tangle) and grid_of(item) is None:
            found += len(item.items)
        elif isinstance(item, Box) and item.facts[:1] == (NO_SERIES,):
            found += item.stands_for
    return found


MAP = 2
"""Axes that a map has more of: the batch's and the channels'."""


def gives_maps(typed: TypedGraph, definition: Definition, step: Step) -> bool:
    """Whether it is a block that gives maps of several resolutions."""
    if not isinstance(step, Use):
        return False
    types = typed.concrete_types_of(definition, step.outputs)
    return len({one.extents[2:] for one in types if one.rank > MAP}) > 1
