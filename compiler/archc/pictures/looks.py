"""What may be asked of a picture: its view, its page, its colours. It costs nothing to import."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from archir.base.record import Record

if TYPE_CHECKING:
    from archir.graph.typed import TypedGraph

VIEWS: Mapping[str, str] = MappingProxyType(
    {
        "stages": "a box for each labelled part, or for what has one resolution",
        "layers": "the layers on one page, blocks in panels of their own",
        "volumes": "boxes in perspective, as thick as their channels, as high as their resolution",
        "full": "every layer in one tall picture, laid out by Graphviz",
    }
)
"""The views, with what each shows."""

PAGED = ("layers", "stages", "volumes")
"""The views that fit a page."""

PAGES: Mapping[str, tuple[tuple[float, float], ...]] = MappingProxyType(
    {
        "a4": ((170.0, 120.0), (170.0, 170.0), (170.0, 240.0)),
        "slide": ((240.0, 135.0),),
        "column": ((85.0, 95.0), (85.0, 130.0), (85.0, 170.0)),
    }
)
"""The pages by name: what a figure takes of one, and what one takes that would be too small there.

Width and height in millimetres.
"""

THEMES = ("auto", "light", "dark", "print")


HEATS: Mapping[str, str] = MappingProxyType(
    {"macs": "of the MACs", "parameters": "of the parameters", "memory": "of the activations"}
)
"""What boxes may be coloured by, with what a share of it is called."""


_ON_A_PAGE = ("page", "theme", "heat", "symbolic")

USED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "stages": _ON_A_PAGE,
        "layers": (*_ON_A_PAGE, "depth", "expand", "compare"),
        "volumes": _ON_A_PAGE,
        "full": (),
    }
)
"""What may be asked of each view; Graphviz's has one look."""


class Looks(Record):
    """How a picture is to look.

    Shapes are those at the default sizes, or where it ``is_symbolic`` parts of the sizes.
    ``heat`` colours boxes by what they cost, and not by the kinds of their ops.
    With another model to ``compare`` it shows what that one has added, removed and changed.
    ``depth`` is how many levels of blocks have panels, all if it is None; ``expand`` are paths of
    blocks that are drawn where they are used. Both are for the view layers.
    """

    view: str = "layers"
    page: str = "a4"
    theme: str = "auto"
    heat: str | None = None
    depth: int | None = None
    expand: tuple[str, ...] = ()
    is_symbolic: bool = False
    compare: TypedGraph | None = None


class NoSuchBlockError(Exception):
    """A path leads to no block of the picture; ``known`` are those that do."""

    def __init__(self, path: str, known: list[str]) -> None:
        super().__init__(f"no block stands at {path}")
        self.path = path
        self.known = known
