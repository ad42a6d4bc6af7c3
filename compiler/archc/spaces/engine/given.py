"""Parameters and arguments: each evaluated, held to its type and domain, once for what it is of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import TypeAlias

from archc.spaces.engine.effects import LongWay, Sum
from archc.spaces.engine.frame import LocalFrame
from archc.spaces.engine.memo import FLOW, asked
from archc.spaces.engine.mentions import mentioned
from archdsl.elaborate.expressions.binding import BoundArguments, argument, fill
from archdsl.elaborate.expressions.evaluate import Evaluator
from archdsl.elaborate.values.kinds import UNBOUND, holds
from archir.graph.graph import Value
from archir.init.values import Part
from archir.program.declarations import Block, Parameter
from archir.program.expressions import Arguments, Local
from archir.program.nodes import Expr

Given: TypeAlias = "tuple[object, object]"
"""A value and its key."""

Listed: TypeAlias = "tuple[tuple[object, ...], tuple[object, ...]]"
"""Values, and the keys of each."""

Put: TypeAlias = "Callable[[LocalFrame, Given | None, Sum], None]"
"""Gives a parameter a value, or its default."""


Puts: TypeAlias = "tuple[tuple[str, int, dict[object, int], Put], ...]"
"""Of each parameter its name and its slot; the keys of values that are good whatever others are,
with the steps that it takes to see that; and what fills it."""


def puts(block: Block, *, called: bool = False) -> Puts:
    """What fills the parameters of a block, in order. Where it is ``called``, no tensor may be
    given, and to weigh what is given takes steps."""
    return tuple([_put(block, each, called) for each in block.parameters])


def _put(
    block: Block, parameter: Parameter, called: bool
) -> tuple[str, int, dict[object, int], Put]:
    says = [part for each in parameter.items for part in (each.domain, each.count)]
    get = itemgetter(*mentioned(parameter.domain, parameter.default, *says), FLOW)
    is_alone = not mentioned(parameter.domain, parameter.default, *says)
    slot = parameter.target.slot
    table: dict[object, tuple[object, object, int, int]] = {}
    known = table.get
    good: dict[object, int] = {}

    def put(frame: LocalFrame, given: Given | None, total: Sum) -> None:
        own = put if given is None else given[1]
        key = own if is_alone else (own, get(frame.keys))
        found = known(key)
        if found is None:
            found = table[key] = _checked(frame, given)
            if is_alone and given is not None and not found[3]:
                good[own] = found[2]
        frame.env[slot], frame.keys[slot], steps, depth = found
        total.sums += steps
        if depth > total.depth:
            total.depth = depth

    def _checked(frame: LocalFrame, given: Given | None) -> tuple[object, object, int, int]:
        if given is None and parameter.default is None:
            raise LongWay
        own = Sum()
        world = frame.world
        if called and given is not None:
            own.sums += _weighed(given[0])
        values = {} if given is None else {parameter.name: given[0]}
        bound = BoundArguments(values, None, block.name_span)
        evaluator = Evaluator(world.fresh(), frame.env, None, world.types.get)
        fine = fill(evaluator, block.name, (parameter,), bound)
        world.settle(own)
        if not fine:
            raise LongWay
        made = frame.env[slot]
        return made, world.keys.of(made), own.sums, own.depth

    return parameter.name, slot, good, put


def _weighed(value: object) -> int:
    """The steps that it takes to weigh what a block is given. ``LongWay`` for a tensor."""
    if isinstance(value, Value) or (isinstance(value, tuple) and holds(Value, value)):
        raise LongWay
    return weight(value) if isinstance(value, tuple | Part) else 0


def weight(value: object) -> int:
    """At least the steps that it takes to weigh a value."""
    if isinstance(value, Part):
        return 1 + sum([weight(each) for _, each in value.arguments])
    return 1 + sum(map(weight, value)) if isinstance(value, tuple) else 1


Args: TypeAlias = "tuple[tuple[str, ...], Callable[[LocalFrame, Sum], Listed]]"
"""The names of arguments, and what evaluates them."""


def arguments(node: Arguments | None) -> Args:
    """The arguments of a call that are bound to parameters; those that are names stand first."""
    items = () if node is None else node.items
    named = [(item.name or "", item.value) for item in items if isinstance(item.value, Local)]
    others = [(item.name or "", item.value) for item in items if not isinstance(item.value, Local)]
    slots = [value.slot for _, value in named]
    read = several(slots)
    unread = [_value(value) for _, value in named]
    rest = tuple([_value(value) for _, value in others])
    count = len(slots)

    def values(frame: LocalFrame, total: Sum) -> Listed:
        found, keys = read(frame.env), read(frame.keys)
        if UNBOUND in keys:
            each = [value(frame, total) for value in (*unread, *rest)]
            return tuple([value for value, _ in each]), tuple([key for _, key in each])
        total.sums += count
        if not rest:
            return found, keys
        more = [value(frame, total) for value in rest]
        return (*found, *[value for value, _ in more]), (*keys, *[key for _, key in more])

    return tuple([name for name, _ in (*named, *others)]), values


def several(slots: Sequence[int]) -> Callable[[Sequence[object]], tuple[object, ...]]:
    """Gives what stands in these slots."""
    if len(slots) > 1:
        return itemgetter(*slots)
    return lambda values: tuple([values[slot] for slot in slots])


def _value(node: Expr) -> Callable[[LocalFrame, Sum], Given]:
    def question(frame: LocalFrame, total: Sum) -> Given:
        found = frame.ask(total, lambda evaluator: argument(evaluator, node))
        return found, frame.world.keys.of(found)

    return asked(question, node)
