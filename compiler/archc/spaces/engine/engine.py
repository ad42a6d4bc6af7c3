"""Models: from values of parameters to what the whole model does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import itemgetter
from typing import TypeAlias

from archc.spaces.engine import bodies, loops, units, uses  # noqa: F401  (they say what they make)
from archc.spaces.engine.blocks import finished
from archc.spaces.engine.effects import IN_ORDER, MOST_NODES, MOVES, Bound, Effect, LongWay, Sum
from archc.spaces.engine.frame import NOTHING, LocalFrame
from archc.spaces.engine.given import puts
from archc.spaces.engine.initial import Kinds
from archc.spaces.engine.keys import Keys
from archc.spaces.engine.mentions import holds, mentioned
from archc.spaces.engine.world import World
from archdsl.elaborate.bodies.shapes import model_type
from archdsl.elaborate.definitions.builder import Builder
from archdsl.elaborate.definitions.context import Context
from archdsl.elaborate.expressions.binding import signature_of
from archdsl.elaborate.limits import Limits, Stopped
from archdsl.elaborate.models import base_of, refuse_bad_fields
from archdsl.elaborate.values.kinds import UNBOUND
from archdsl.project.program import Declared
from archdsl.resolve.resolved import Resolved
from archir.graph.graph import Scope
from archir.program.declarations import Block
from archir.program.statements import InitStatement
from archir.shapes.types import TensorType

MOST_ANSWERS, MOST_FACTS, MOST_WORLDS = 50_000, 100_000, 100
"""Points, ops with inputs of certain types, sets of default sizes: behind so many all is forgotten,
so that what is remembered has a bound."""

_Inputs: TypeAlias = (
    "tuple[tuple[TensorType, ...], tuple[tuple[str, int], ...], frozenset[str], Bound]"
)
"""Types of a model's inputs, its sizes and their defaults, those without one, and names of dims."""


class Engine:
    """Answers for the points of one model. What it does not answer raises ``LongWay``."""

    def __init__(
        self, program: Resolved, model: Declared, limits: Limits | None, *, rooms: bool = False
    ) -> None:
        """``rooms`` says whether memory is asked for too."""
        self._rooms = rooms
        self._program = program
        self._model = model
        self._limits = limits or Limits()
        declared = program.declarations.values()
        with_init = any(isinstance(each, Block) and _has_init(each.body) for each in declared)
        self._with_init = with_init
        self._begin()

    def _begin(self) -> None:
        """Begin, or begin anew, with nothing known."""
        program, model = self._program, self._model
        self._keys = Keys()
        self._kinds = Kinds(self._with_init)
        self._worlds: dict[object, World] = {}
        self._first = self._world({}, frozenset())
        self._answers = 0
        self._block: Block | None = None
        self._given: dict[str, object] = {}
        if not program.guesses and not program.is_wrong(model):
            self._read(model)

    def _read(self, model: Declared) -> None:
        try:
            self._first.fresh()
            found = base_of(self._first.session, model)
            self._first.settle(Sum())
            if found is None:
                return
            part, block = found
            self._signature = signature_of(part)
            self._given = dict(part.arguments)
            self._puts = puts(block)
            self._inputs = _inputs(block)
        except (LongWay, Stopped, RecursionError):
            return
        if block.inputs:
            self._block = block

    def _world(self, sizes: Mapping[str, int], batches: frozenset[str]) -> World:
        return World(
            self._program,
            self._limits,
            self._keys,
            self._kinds,
            sizes,
            batches,
            rooms=self._rooms,
        )

    def answer(self, values: Mapping[str, object]) -> Effect:
        """What the model does with these values for its parameters."""
        if self._knows_too_much():
            self._begin()
        if self._block is None:
            raise LongWay
        try:
            return self._answer(self._block, {**self._given, **values})
        except (Stopped, RecursionError):
            self._begin()  # what was being done has left things behind
            raise LongWay from None

    def _knows_too_much(self) -> bool:
        self._answers += 1
        worlds = self._worlds
        facts = sum([each.facts for each in worlds.values()])
        return self._answers > MOST_ANSWERS or facts > MOST_FACTS or len(worlds) > MOST_WORLDS

    def _answer(self, block: Block, values: Mapping[str, object]) -> Effect:
        total = Sum()
        frame = LocalFrame(self._first, [*[UNBOUND] * len(block.slots), ()], is_model=True)
        of, env, keys = self._keys.of, frame.env, frame.keys
        for name, slot, good, put in self._puts:
            if name not in values:
                put(frame, None, total)
                continue
            value = values[name]
            key = of(value)
            if key in good:
                env[slot], keys[slot] = value, key
                total.sums += good[key]
            else:
                put(frame, (value, key), total)
        if len(values) > len(self._puts):
            raise LongWay
        types, sizes, batches, bound = self._inputs(frame, total)
        key = (sizes, batches)
        world = self._worlds.get(key)
        if world is None:
            world = self._worlds[key] = self._world(dict(sizes), batches)
        frame.world = world
        frame.keys[-1] = tuple(map(world.value, types))
        for slot, value, each in bound:
            frame.env[slot], frame.keys[slot] = value, each
        if len(types) > 1:
            total.room = None
        effect = finished(world, block, frame, total)
        return self._within_limits(effect, world)

    def _within_limits(self, effect: Effect, world: World) -> Effect:
        steps = effect.steps + world.constants.spent + self._first.constants.spent
        if (
            effect.nodes > MOST_NODES
            or steps > min(self._limits.steps, self._limits.total)
            or effect.nodes > self._limits.nodes
            or effect.depth > self._limits.depth
            or (effect.marks & MOVES and effect.marks & IN_ORDER)
        ):
            raise LongWay
        return effect


def _has_init(body: object) -> bool:
    return holds(InitStatement, body)


def _inputs(block: Block) -> Callable[[LocalFrame, Sum], _Inputs]:
    """The types of a model's inputs, worked out once for what they mention."""
    get = itemgetter(*mentioned(tuple([each.shape for each in block.inputs])), -1)
    named = [dim.binds for each in block.inputs for dim in each.shape.dims if dim.binds is not None]
    table: dict[object, _Inputs] = {}

    def inputs(frame: LocalFrame, total: Sum) -> _Inputs:
        key = get(frame.keys)
        found = table.get(key)
        if found is None:
            world = frame.world
            session = world.fresh()
            session.sizes.clear()
            session.rule_cache.batches = frozenset()
            builder = Builder(session)
            context = Context(session, builder, frame.env, NOTHING, Scope(False), [], False, True)
            types = tuple([model_type(item, context) for item in block.inputs])
            known = tuple([each for each in types if each is not None])
            refuse_bad_fields(session, block)
            world.settle(Sum())
            if len(known) < len(types):
                raise LongWay
            bound = [
                (each.slot, frame.env[each.slot], world.keys.of(frame.env[each.slot]))
                for each in named
            ]
            sizes = tuple(session.sizes.items())
            batches = session.rule_cache.batches
            found = table[key] = (known, sizes, batches, tuple(bound))
        total.sums += len(block.inputs) * 100
        return found

    return inputs
