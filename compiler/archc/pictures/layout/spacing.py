"""How much room is left around things: enough to be looked at, or as little as a column has."""

from __future__ import annotations

from archir.base.record import Record


class Spacing(Record):
    """Distances, in the units of a picture; letters are as large in either."""

    gap: float = 20.0
    """Between two boxes; an arrow's length."""

    beside: float = 10.0
    """How much longer an arrow is than the shape above it."""

    fork: float = 10.0
    """From the end of a line to where it forks."""

    lanes: float = 12.0
    """Between two lanes."""

    arc: float = 12.0
    """How far above its row a skip runs."""

    pad: float = 7.0
    """Between a box's side and the text in it."""

    edge: float = 4.5
    """The same above and below."""

    between: float = 26.0
    """Between two rows: the line runs back in the middle of it."""

    side: float = 12.0
    """How far behind a row's end, and before its beginning, the line runs down."""

    margin: float = 12.0
    """Around a picture."""

    inside: float = 9.0
    """Around what is in a panel."""

    enters: float = 14.0
    """The line into a panel, and out of it."""

    solids: float = 1.0
    """How large solids are, and how far the stairs of a U of solids are apart."""

    is_narrow: bool = False
    """Whether a panel that is wider than a row is drawn from above to below."""

    is_from_above: bool = False
    """Whether each panel is, that is narrower so."""

    is_upright: bool = False
    """Whether the ends of a U stand above its sides, and not beside them."""


ROOMY = Spacing()

DENSE = Spacing(
    gap=13.0,
    beside=7.0,
    fork=7.0,
    lanes=8.0,
    arc=9.0,
    pad=4.5,
    edge=3.0,
    between=20.0,
    side=8.0,
    margin=5.0,
    inside=6.0,
    enters=10.0,
    solids=0.7,
    is_upright=True,
)
"""For a picture whose letters would be too small otherwise."""


def _tight(*, is_from_above: bool) -> Spacing:
    return Spacing(
        gap=10.0,
        beside=5.0,
        fork=5.0,
        lanes=6.0,
        arc=8.0,
        pad=3.5,
        edge=2.5,
        between=18.0,
        side=6.0,
        margin=3.0,
        inside=4.0,
        enters=8.0,
        solids=0.6,
        is_narrow=True,
        is_from_above=is_from_above,
        is_upright=True,
    )


TIGHT = _tight(is_from_above=False)
"""For a column, which has room for no more than has to be."""

TALL = _tight(is_from_above=True)
"""The same where panels from above to below stand beside each other."""
