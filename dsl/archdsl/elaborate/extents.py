"""Where the sizes in an op's arguments are read off: what flows in, or the body's own inputs."""

from __future__ import annotations

from archdsl.elaborate.builder import Builder
from archdsl.elaborate.environment import Flow
from archir.dims import SizeExpr
from archir.graph import Value
from archir.op import Op


def with_sizes(op: Op, inputs: Flow, builder: Builder) -> Flow:
    """The op's inputs, and behind them those of the body that say sizes which these do not.

    ``reshape(N, C, H, W)`` behind a ``flatten`` speaks of a height and a width that are not there
    any more; the image that the body began with still has them.
    """
    sizes = builder.session.sizes_in(op)
    missing = _unread(sizes, inputs, builder) if sizes else ()
    if not missing:
        return inputs
    others = tuple(value for value in builder.inputs if value not in inputs)
    least = _unread(missing, (*inputs, *others), builder)
    for value in reversed(others):
        fewer = tuple(other for other in others if other is not value)
        if _unread(missing, (*inputs, *fewer), builder) == least:
            others = fewer
    return (*inputs, *others)


def _unread(
    sizes: tuple[SizeExpr, ...], values: tuple[Value, ...], builder: Builder
) -> tuple[SizeExpr, ...]:
    """The sizes that no shape of these values says."""
    from archir.extents import read  # few ops are given sizes

    types = tuple(given for value in values if (given := builder.type_of(value)) is not None)
    return tuple(size for size in sizes if read(size, types) is None)
