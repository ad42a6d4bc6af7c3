"""Hypothesis strategies, for the tests of those who use a model; imported on demand."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from archir.sizes.sets import Piece, SizeSet, between
from archir.sizes.valid import ValidSizes


def valid_sizes(valid: ValidSizes, most: Mapping[str, int]) -> SearchStrategy[dict[str, int]]:
    """All valid combinations whose sizes are at most ``most``, and no others."""

    def in_order(sizes: dict[str, int]) -> dict[str, int]:
        return {name: sizes[name] for name in valid.names}

    found: list[SearchStrategy[dict[str, int]]] = []
    for box in valid.boxes:
        within = {name: box[name].intersect(between(1, most[name])) for name in valid.names}
        if all(within.values()):
            columns = {name: members(sizes) for name, sizes in within.items()}
            found.append(st.fixed_dictionaries(columns).map(in_order))
    if not found:
        bounds = ", ".join(f"{name} = {size}" for name, size in most.items())
        raise ValueError(f"no valid size is within {bounds}")
    either = st.one_of(found)
    # Where something is open, what is drawn may not be valid.
    return either.filter(lambda sizes: sizes in valid) if valid.open else either


def members(sizes: SizeSet) -> SearchStrategy[int]:
    """All members of a finite set; examples shrink towards the smallest."""
    return st.one_of([_in_piece(piece) for piece in sizes.pieces])


def _in_piece(piece: Piece) -> SearchStrategy[int]:
    assert piece.last is not None
    first, last, period = piece.first, piece.last, piece.period
    starts = sorted(first + (rest - first) % period for rest in piece.residues)
    rounds = st.integers(0, (last - first) // period)
    pairs = st.tuples(rounds, st.sampled_from(starts))
    drawn = pairs.map(lambda pair: pair[0] * period + pair[1])
    return drawn if (last - first + 1) % period == 0 else drawn.filter(lambda size: size <= last)
