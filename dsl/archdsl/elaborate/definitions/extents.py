"""Where the sizes in an op's arguments are read off when it runs.

The shapes that flow into the op say most of them. What these do not say is read off the values
that the body began with, or that it has named: they flow in too, behind the op's own inputs. A
block that is given a size as an argument (or a shared module whose text speaks of one) has no such
value, and is handed one in by whoever uses it, behind its own inputs. A model's inputs say all.
"""

from __future__ import annotations

from archdsl.elaborate.definitions.builder import Builder, Caller
from archdsl.elaborate.values.kinds import Flow
from archir.graph.graph import Value
from archir.op.contract import Op
from archir.shapes.dims import SizeExpr
from archir.shapes.types import TensorType


def with_sizes(op: Op, inputs: Flow, context: Caller) -> Flow:
    """The op's inputs, and behind them other values that say sizes which these do not.

    ``reshape(N, C, H, W)`` behind a ``flatten`` speaks of a height and a width that are not there
    any more; the image that the body began with still has them. An op of several values takes all
    that flow in for its own, and reads its sizes off these alone.
    """
    sizes = context.builder.session.sizes_in(op) if op.takes() == "one" else ()
    return (*inputs, *_saying(sizes, inputs, context)) if sizes else inputs


def handed_again(types: tuple[TensorType, ...], caller: Caller) -> Flow | None:
    """Values of the types that a block has been handed in before; None if not all are here."""
    if not types:
        return ()
    here: dict[TensorType | None, Value] = {}
    for value in caller.within_reach():
        here.setdefault(caller.builder.type_of(value), value)
    return tuple(here[given] for given in types) if here.keys() >= set(types) else None


def _saying(sizes: tuple[SizeExpr, ...], given: Flow, context: Caller) -> Flow:
    """Values that say the sizes, as far as those given do not: none that can be left out."""
    builder = context.builder
    missing = _unread(sizes, given, builder)
    if not missing:
        return ()
    near = dict.fromkeys(context.within_reach())
    others = tuple(value for value in near if value not in given)
    least = _unread(missing, (*given, *others), builder)
    if least and builder.caller is not None:
        outside = _saying(least, (), builder.caller)
        others += tuple(_handed_in(value, builder, builder.caller) for value in outside)
        least = _unread(missing, (*given, *others), builder)
    for value in reversed(others):
        fewer = tuple(other for other in others if other is not value)
        if _unread(missing, (*given, *fewer), builder) == least:
            others = fewer
    return others


def _handed_in(value: Value, builder: Builder, caller: Caller) -> Value:
    """A further input of the body, for a value of the one that uses it."""
    made = builder.value(value.span, caller.builder.type_of(value))
    builder.handed[made] = value
    return made


def _unread(
    sizes: tuple[SizeExpr, ...], values: tuple[Value, ...], builder: Builder
) -> tuple[SizeExpr, ...]:
    """The sizes that no shape of these values says."""
    from archir.op.extents import read  # few ops are given sizes

    types = tuple(given for value in values if (given := builder.type_of(value)) is not None)
    return tuple(size for size in sizes if read(size, types) is None)
