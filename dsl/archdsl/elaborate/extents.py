"""Where the sizes in an op's arguments are read off when it runs.

The shapes that flow into the op say most of them. What these do not say is read off the values
that the body began with, or that it has named: they flow in too, behind the op's own inputs. A
block that is given a size as an argument (or a shared module whose text speaks of one) has no such
value, and is handed one in by whoever uses it, behind its own inputs. A model's inputs say all.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from archdsl.elaborate.builder import Builder
from archdsl.elaborate.environment import Flow
from archir.dims import SizeExpr
from archir.graph import Value
from archir.op import Op
from archir.types import TensorType

if TYPE_CHECKING:
    from archdsl.elaborate.body import Context


def with_sizes(op: Op, inputs: Flow, context: Context) -> Flow:
    """The op's inputs, and behind them other values that say sizes which these do not.

    ``reshape(N, C, H, W)`` behind a ``flatten`` speaks of a height and a width that are not there
    any more; the image that the body began with still has them.
    """
    sizes = context.session.sizes_in(op)
    return (*inputs, *_saying(sizes, inputs, context)) if sizes else inputs


def handed_again(types: tuple[TensorType, ...], caller: Context) -> Flow | None:
    """Values of the types that a block has been handed in before; None if not all are here."""
    if not types:
        return ()
    here: dict[TensorType | None, Value] = {}
    for value in _within_reach(caller):
        here.setdefault(caller.builder.type_of(value), value)
    return tuple(here[given] for given in types) if here.keys() >= set(types) else None


def _saying(sizes: tuple[SizeExpr, ...], given: Flow, context: Context) -> Flow:
    """Values that say the sizes, as far as those given do not: none that can be left out."""
    builder = context.builder
    missing = _unread(sizes, given, builder)
    if not missing:
        return ()
    near = dict.fromkeys(_within_reach(context))
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


def _handed_in(value: Value, builder: Builder, caller: Context) -> Value:
    """A further input of the body, for a value of the one that uses it."""
    made = builder.value(value.span, caller.builder.type_of(value))
    builder.handed[made] = value
    return made


def _within_reach(context: Context) -> Iterator[Value]:
    """The values that may be read at a place of a body, those that it began with first."""
    builder = context.builder
    yield from builder.inputs
    yield from builder.handed
    for frame in context.frame:
        for named in frame.names.values():
            for value in _values(named):
                if value in builder.types and (
                    context.in_training or value not in builder.training
                ):
                    yield value


def _values(named: object) -> Iterator[Value]:
    """A value, or those of a list of values."""
    if isinstance(named, Value):
        yield named
    elif isinstance(named, tuple):
        for item in named:
            yield from _values(item)


def _unread(
    sizes: tuple[SizeExpr, ...], values: tuple[Value, ...], builder: Builder
) -> tuple[SizeExpr, ...]:
    """The sizes that no shape of these values says."""
    from archir.extents import read  # few ops are given sizes

    types = tuple(given for value in values if (given := builder.type_of(value)) is not None)
    return tuple(size for size in sizes if read(size, types) is None)
