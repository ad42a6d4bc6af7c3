"""One run of a body: its names, what they hold, and pieces of it performed by the elaborator."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from archc.spaces.engine.effects import ACTS, MOST, NODE, PARAMETERS, Flow, LongWay, Rest, Sum
from archc.spaces.engine.world import World
from archdsl.elaborate.bodies.shapes import note as _  # noqa: F401  (so that bodies are performed)
from archdsl.elaborate.definitions.builder import Builder
from archdsl.elaborate.definitions.context import Context
from archdsl.elaborate.expressions.evaluate import Evaluator
from archdsl.elaborate.values.kinds import UNBOUND, Env, Unknown, Visible, holds
from archir.graph.graph import Apply, Leaf, Read, Scope, Slot, Step, Value
from archir.shapes.dims import evaluate
from archir.shapes.types import TensorType

T = TypeVar("T")

NOTHING = Visible(())


class LocalFrame:
    """The names of a declaration's body while it runs.

    ``keys`` are those of what the slots in ``env`` hold; behind them stands what flows. ``read``
    are the slots that pieces have mentioned so far, as bits.
    """

    __slots__ = ("env", "is_model", "keys", "read", "world")

    def __init__(self, world: World, keys: list[object], *, is_model: bool) -> None:
        self.world = world
        self.env: Env = [UNBOUND] * (len(keys) - 1)
        self.keys = keys
        self.is_model = is_model
        self.read = 0

    @property
    def flow(self) -> Flow:
        """What flows."""
        found: Flow = self.keys[-1]  # type: ignore[assignment]
        return found

    def put(self, slot: int, value: object, total: Sum) -> None:
        """Give a slot a value, as a part of what is being added up."""
        key = self.world.keys.of(value)
        self.env[slot], self.keys[slot] = value, key
        total.bind(slot, value, key)

    def ask(self, total: Sum, question: Callable[[Evaluator], T | Unknown]) -> T:
        """What the elaborator's evaluator says; ``LongWay`` where it does not know."""
        session = self.world.fresh()
        evaluator = Evaluator(session, self.env, self.flow or None, self.world.types.get)
        found = question(evaluator)
        self.world.settle(total)
        if isinstance(found, Unknown) or (isinstance(found, tuple) and holds(Unknown, found)):
            raise LongWay
        return found

    def perform(
        self,
        total: Sum,
        act: Callable[[Context], Flow],
        slots: tuple[int, ...] = (),
        *,
        is_op: bool = False,
    ) -> Flow:
        """What flows out of a piece that the elaborator performs, which fills these slots.

        It may apply ops and read raw parameters; blocks and loops are performed here. One that
        ``is_op`` applies one to what flows into it.
        """
        world = self.world
        session = world.fresh()
        builder = Builder(session)
        scope, steps = Scope(False), list[Step]()
        types = builder.types = _Types(world.types)
        context = Context(session, builder, self.env, NOTHING, scope, steps, False, self.is_model)
        flow = act(context)
        world.settle(total)
        if builder.shared or builder.training or builder.done or builder.handed:
            raise LongWay
        if steps and world.rooms and not (is_op and len(steps) == 1):
            total.room = None
        for step in steps:
            self._step(step, types, total)
        for entry in scope.entries:
            if isinstance(entry, Slot) and entry.label is not None:
                total.label(entry.label)
        for parameter in scope.parameters:
            total.label(parameter.name)
            if not parameter.is_buffer:
                if parameter.spec.numel >= MOST:
                    raise LongWay
                total.sums += parameter.spec.numel << PARAMETERS
                total.marks |= world.kinds.raw(parameter.spec, parameter.span)
        self._collected(builder, types, total)
        for slot in slots:
            self.put(slot, world.one_of(self.env[slot], types), total)
        found = world.one_of(flow, types)
        assert isinstance(found, tuple)
        return found

    def _step(self, step: Step, types: _Types, total: Sum) -> None:
        if isinstance(step, Read):
            from archc.spaces.engine.initial import require_raw

            require_raw(step)
            total.sums += NODE
            total.marks |= ACTS
            return
        if not isinstance(step, Apply):
            raise LongWay
        slot = step.slot
        leaf = None if slot is None else slot.member
        if leaf is not None and not isinstance(leaf, Leaf):
            raise LongWay
        inputs = tuple([self._one(value, types) for value in step.inputs])
        self.world.apply(step.op, leaf, inputs, step.span, total)

    def _one(self, value: Value, types: _Types) -> Value:
        found = self.world.one_of(value, types)
        assert isinstance(found, Value)
        return found

    def _collected(self, builder: Builder, types: _Types, total: Sum) -> None:
        """Outputs, rules, written shapes and asserts."""
        sizes = self.world.session.sizes
        if builder.listed or any(output.when_training for output in builder.outputs):
            raise LongWay
        if builder.outputs or builder.rules or builder.abandoned:
            outputs = [(output.name, self._one(output.value, types)) for output in builder.outputs]
            total.add_rest(Rest((), tuple(outputs), tuple(builder.rules), None, builder.abandoned))
        for annotation in builder.annotations:
            given = types.get(annotation.value)
            if given is None:
                continue
            if given.rank != len(annotation.shape):
                raise LongWay
            for written, actual in zip(annotation.shape, given.shape, strict=True):
                if written is None or written == actual:
                    continue
                if evaluate(written, sizes) != evaluate(actual, sizes):
                    raise LongWay
                if annotation.takes is None and not isinstance(written, int):
                    raise LongWay  # it is to be proven
        for assertion in builder.assertions:
            if not assertion.condition.holds(sizes):
                total.meet(self.world.wrong("assertion-fails", assertion.span))


class _Types(dict[Value, TensorType | None]):
    """The types of values that a piece makes, in front of those that were there before."""

    def __init__(self, before: dict[Value, TensorType | None]) -> None:
        super().__init__()
        self.before = before

    def get(self, value: Value, default: TensorType | None = None) -> TensorType | None:  # type: ignore[override]
        return self[value] if super().__contains__(value) else self.before.get(value, default)

    def __contains__(self, value: object) -> bool:
        return super().__contains__(value) or value in self.before
