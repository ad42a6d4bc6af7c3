"""What the ops share that name a dim by its number."""

from archir.check import Check
from archir.rules.shapes import DimOutOfRange


def resolve_dim(callee: str, argument: str, dim: int, rank: int, check: Check) -> int | None:
    """A dim counted from 0; None after a report."""
    if -rank <= dim < rank:
        return dim % rank
    check.report(DimOutOfRange(callee, argument, dim, rank))
    return None
