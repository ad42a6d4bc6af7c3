"""What is known for certain defaults of sizes: types as values, ops and what they do, blocks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from archc.spaces.engine.effects import (
    ACTS,
    IN_ORDER,
    MACS,
    MOST,
    MOVES,
    NODE,
    PARAMETERS,
    Flow,
    LongWay,
    Sum,
    Wrong,
)
from archc.spaces.engine.initial import Kinds
from archc.spaces.engine.keys import Keys
from archc.spaces.engine.rooms.room import NOTHING, Room, of_op, then
from archdsl.elaborate.constants import Constants, Together, Values
from archdsl.elaborate.limits import NEW, Budget, Limits
from archdsl.elaborate.session import Session
from archdsl.resolve.resolved import Resolved
from archir.base.diagnostics import Diagnostics
from archir.base.record import Record
from archir.base.source import Span
from archir.catalogue.registry import built_in, ops
from archir.graph.graph import Leaf, Value
from archir.op.contract import Op
from archir.op.rule_cache import RuleCache
from archir.op.validate import validate
from archir.program.declarations import Declaration
from archir.shapes.types import TensorType

if TYPE_CHECKING:
    from collections.abc import Callable

    from archir.program.declarations import Block


class Meter(Budget):
    """A budget that notes how deep the work went."""

    deepest = 0

    def enter(self, span: Span) -> None:
        super().enter(span)
        self.deepest = max(self.deepest, self.depth)


class Counted(Constants):
    """Constants that note what their evaluation took: it is asked for once, and counts always."""

    spent: int = 0

    def _inside(
        self, declaration: Declaration, evaluate: Callable[[Declaration], Values]
    ) -> Values:
        before = self.budget.steps
        try:
            return super()._inside(declaration, evaluate)
        finally:
            self.spent += self.budget.steps - before


class Fact(Record):
    """What an op does with certain inputs."""

    flow: Flow
    sums: int
    marks: int
    problems: tuple[str, ...]
    room: Room | None


class World:
    """All that is remembered for one set of defaults."""

    def __init__(
        self,
        program: Resolved,
        limits: Limits,
        keys: Keys,
        kinds: Kinds,
        sizes: Mapping[str, int],
        batches: frozenset[str] = frozenset(),
        *,
        rooms: bool = False,
    ) -> None:
        self.rooms = rooms
        """Whether memory is asked for."""

        self.heads: dict[object, Room] = {}
        """Stages that are a name of a value, and what it takes to read it (``rooms.heads``)."""

        self.keys = keys
        self.kinds = kinds
        self.limits = limits
        together = Together()
        diagnostics = Diagnostics()
        own = dict(sizes)
        self.budget = Meter(limits, diagnostics, together)
        self.constants = Counted(self.budget, diagnostics, together.constants, together.variants)
        rule_cache = RuleCache(own)
        rule_cache.batches = batches
        self.session = Session(program, diagnostics, self.budget, rule_cache, self.constants, own)
        self.budget.around = self.session.around
        self.types: dict[Value, TensorType | None] = {}
        self._values: dict[TensorType | None, Value] = {}
        self._span = Span(program.main.file.source, 0, 0)
        self._files = {name: at for at, name in enumerate(program.files)}
        self.unknown = self.value(None)
        """The value of which nothing is known."""

        self._facts: dict[object, Fact] = {}
        self.taken: set[tuple[Block, Flow]] = set()
        """Blocks and what may flow into them."""

        self.bodies: dict[tuple[Block, str], object] = {}
        """Bodies that have been made, of models and of blocks (``blocks``)."""

        self.depth = 0
        """How many blocks are being unrolled inside each other."""

    @property
    def facts(self) -> int:
        """Of how many uses of ops it is known what they do."""
        return len(self._facts)

    # --- values -------------------------------------------------------------------------------

    def value(self, given: TensorType | None) -> Value:
        """The value that stands for all of a type."""
        known = self._values.get(given)
        if known is None:
            known = self._values[given] = Value(len(self._values), self._span)
            self.types[known] = given
        return known

    def one_of(self, value: object, types: Mapping[Value, TensorType | None]) -> object:
        """A value, or a list of some, with those in the place of tensors that stand for all."""
        if isinstance(value, Value):
            return value if value in self.types else self.value(types.get(value))
        if isinstance(value, tuple):
            return tuple([self.one_of(item, types) for item in value])
        return value

    # --- asking the elaborator ----------------------------------------------------------------

    def fresh(self) -> Session:
        """The session, as one in which nothing has been said or spent."""
        session, budget = self.session, self.budget
        budget.steps = budget.depth = budget.deepest = 0
        session.lists.clear()
        session.labels.clear()
        return session

    def settle(self, total: Sum) -> None:
        """Note what was spent since. ``LongWay`` where something was said."""
        if self.session.diagnostics.items:
            items = self.session.diagnostics
            wrong = items.has_errors
            items.items = []
            items._seen.clear()
            if wrong:
                raise LongWay
        if self.session.has_gaps:
            self.session.has_gaps = False
            raise LongWay
        total.sums += self.budget.steps
        total.depth = max(total.depth, self.budget.deepest)

    # --- ops ----------------------------------------------------------------------------------

    def op(self, keyword: str) -> Op:
        """An op without arguments."""
        known = self.session.ops.get((keyword, ()))
        if known is None:
            made = validate(ops()[keyword], {})
            assert isinstance(made, Op)
            known = self.session.ops[keyword, ()] = made
        return known

    def apply(self, op: Op, leaf: Leaf | None, inputs: Flow, span: Span, total: Sum) -> Flow:
        """Add what an op does; gives what comes out."""
        total.sums += _ONE
        total.marks |= ACTS
        key = (id(op), leaf and leaf.overrides, inputs)
        fact = self._facts.get(key)
        if fact is None:
            types = tuple([self.types[value] for value in inputs])
            given = tuple([each for each in types if each is not None])
            if len(given) < len(types):
                return (self.unknown,)
            fact = self._facts[key] = self._fact(op, leaf, given)
        total.sums += fact.sums
        total.marks |= fact.marks
        if fact.room is not NOTHING:
            total.room = then(total.room, fact.room)
        for name in fact.problems:
            total.meet(self.wrong(name, span))
        return fact.flow

    def wrong(self, name: str, span: Span) -> Wrong:
        """A problem at a place."""
        return Wrong((self._files.get(span.source.name, 0), span.start), name, span)

    def merged(self, keyword: str, inputs: Flow, span: Span, total: Sum) -> Flow:
        """What an op without arguments makes of several values."""
        return self.apply(self.op(keyword), None, inputs, span, total)

    def _fact(self, op: Op, leaf: Leaf | None, types: tuple[TensorType, ...]) -> Fact:
        cache = self.session.rule_cache
        if op.keyword not in built_in() or getattr(op, "inplace", False):
            raise LongWay
        if self.session.sizes_in(op):
            raise LongWay  # what says these sizes depends on what else is in sight
        answer = cache.apply(op, types)
        moves = MOVES * op.moves + IN_ORDER * op.reads_in_order
        names = tuple([each.name for each in answer.problems])
        flow = tuple(map(self.value, answer.outputs or (None,)))
        if answer.outputs is None or names:
            return Fact(flow, 0, moves, names, NOTHING)
        specs = () if leaf is None else cache.parameters(op, types)
        macs = 0
        if type(op).macs is not Op.macs:
            counted = op.macs(cache.concrete(types), cache.concrete(answer.outputs))
            assert isinstance(counted, int)
            macs = counted
        kind = 0
        if leaf is not None and specs:
            kind = self.kinds.of(leaf, cache.initialised(op, types), self._span)
        parameters = sum([spec.numel for spec in specs if not spec.is_buffer])
        if max(macs, parameters) >= MOST:
            raise LongWay
        sums = (parameters << PARAMETERS) + (macs << MACS)
        room: Room | None = NOTHING
        if self.rooms:
            room = of_op(op, cache.concrete(types), cache.concrete(answer.outputs))
        return Fact(flow, sums, moves | kind, (), room)


_ONE = NODE + NEW
"""What each op counts for."""
