"""What the ops share that name dims by their numbers."""

from archir import rules
from archir.op.dependence import AxisAccess, Edge, same
from archir.shapes.conditions import Check
from archir.shapes.dims import Dim
from archir.shapes.types import TensorType


def resolve_dim(callee: str, argument: str, dim: int, rank: int, check: Check) -> int | None:
    """A dim counted from 0; None after a report."""
    if -rank <= dim < rank:
        return dim % rank
    check.report(rules.shapes.DimOutOfRange(callee, argument, dim, rank))
    return None


def resolve_dims(
    callee: str, argument: str, dims: tuple[int, ...], rank: int, check: Check
) -> tuple[int, ...] | None:
    """Several dims counted from 0, each another one; None after a report."""
    found = [resolve_dim(callee, argument, dim, rank, check) for dim in dims]
    known = tuple(dim for dim in found if dim is not None)
    if len(known) < len(found):
        return None
    twice = next((dim for at, dim in enumerate(known) if dim in known[:at]), None)
    if twice is None:
        return known
    check.report(rules.tensors.DimTwice(callee, argument, dims, twice))
    return None


def along(edge: Edge, dim: int, access: AxisAccess) -> tuple[AxisAccess, ...]:
    """A look at one dim; the others stay."""
    return tuple(access if at == dim else same(at) for at in range(len(edge.given)))


def replaced_at(given: TensorType, dim: int, extent: Dim) -> TensorType:
    """A type with another extent at one dim."""
    return given.with_shape(*given.shape[:dim], extent, *given.shape[dim + 1 :])
