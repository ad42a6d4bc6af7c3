"""Pictures that people put into papers: one page, laid out by ourselves.

``model`` says what is seen, ``layout`` where it stands, ``measure`` how wide texts are, and a
writer what that looks like in one language. Nothing here runs another program.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from archc.pictures.looks import PAGES, THEMES, VIEWS, Looks, NoSuchBlockError

if TYPE_CHECKING:
    from archc.pictures.layout.page import Page
    from archc.pictures.model.tree import Picture
    from archir.graph.typed import TypedGraph

MAX_STEPS = 50_000
"""Steps of a model, of which most must look alike to be drawn."""

MAX_ITEMS = 2_000
"""What a picture shows, once equal things are folded."""

__all__ = ["PAGES", "THEMES", "VIEWS", "Looks", "NoSuchBlockError", "paged", "pictured"]


def paged(typed: TypedGraph, looks: Looks) -> Page:
    """A model's picture, laid out for its page; the writers beside this make a text of it.

    Raises ``NoSuchBlockError`` where a path of ``looks.expand`` leads to no block, and
    ``ModelTooLargeError`` for a model that has too much to be shown.
    """
    from archc.pictures.layout.page import page

    return page(pictured(typed, looks), looks.page, looks.view, looks.heat)


def pictured(typed: TypedGraph, looks: Looks, costs_in_general: bool = False) -> Picture:
    """What there is to see of a model in a view, without places. Raises what ``paged`` raises.

    ``costs_in_general`` are expressions of the sizes: ``DimTooLargeError`` where they are too long.
    """
    from archc.pictures.model.costs import costed

    picture = _layers(typed, looks, costs_in_general)
    if looks.compare is not None:
        from archc.pictures.model.compare import compared

        return compared(picture, _layers(looks.compare, looks))
    if looks.view == "stages":
        from archc.pictures.model.stages import stages_of

        picture = stages_of(picture)
    elif looks.view == "volumes":
        from archc.pictures.model.volumes import volumes_of

        picture = volumes_of(picture)
    return costed(picture, looks.heat)


def _layers(typed: TypedGraph, looks: Looks, costs_in_general: bool = False) -> Picture:
    from archc.pictures.model.build import picture_of
    from archc.pictures.model.tree import everything
    from archir.graph.bulk import refuse, require

    require(typed, "a picture", MAX_STEPS)
    picture = picture_of(typed, looks.depth, looks.expand, looks.is_symbolic, costs_in_general)
    chains = [picture.chain, *(panel.chain for panel in picture.panels)]
    shown = sum(1 for chain in chains for _item in everything(chain))
    refuse(typed, "a picture", shown, MAX_ITEMS)
    return picture
