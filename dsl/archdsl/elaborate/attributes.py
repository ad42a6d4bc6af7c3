"""What an expression can ask of a value: its channels, its sizes, its rank."""

from __future__ import annotations

from collections.abc import Callable

from archdsl import rules
from archdsl.elaborate.arithmetic import Trouble
from archdsl.elaborate.describe import describe
from archdsl.elaborate.environment import UNKNOWN
from archir.diagnostics import nearest
from archir.graph import Value
from archir.types import TensorType

# Each attribute: the index of its dim, and the least rank at which the word means something.
_DIMS = {"channels": (1, 2), "features": (-1, 2), "height": (-2, 4), "width": (-1, 4)}
_ATTRIBUTES = (*_DIMS, "rank", "shape")


def attribute(
    owner: object, name: str, types: Callable[[Value], TensorType | None] | None
) -> object:
    """``owner.name`` for a value; raises Trouble for anything else."""
    if not isinstance(owner, Value) or name not in _ATTRIBUTES:
        raise Trouble(
            rules.values.NoSuchAttribute(name, describe(owner), nearest(name, _ATTRIBUTES))
        )
    given = None if types is None else types(owner)
    if given is None:
        return UNKNOWN
    if name == "rank":
        return given.rank
    if name == "shape":
        return given.shape
    index, least = _DIMS[name]
    if given.rank < least:
        raise Trouble(rules.values.RankTooLow(name, str(given)))
    return given.shape[index]
