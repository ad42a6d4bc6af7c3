"""The instances of a class, and what names of the text are worth in each."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from archc.python.classes.facts import Facts
from archc.python.classes.said import Parameter, Said, Var, is_plain_value, same
from archc.python.code.identifiers import Names
from archc.python.code.layout import Const, Display, Raw, flat
from archc.python.code.layout import Expr as Expression
from archc.python.merging.families import Family
from archc.python.merging.flows import Around, Lines, Step, Variable
from archc.python.merging.merge import Inst, Item, Merger
from archc.python.reading.evaluate import UnknownError, evaluate
from archc.python.reading.places import Region
from archc.python.reading.scope import UnsayableError
from archir.base.record import Struct, fresh
from archir.base.source import Span
from archir.graph.graph import Value
from archir.init.values import Part
from archir.program import expressions as e
from archir.program import statements as s
from archir.program.nodes import Expr


class Values(Struct):
    """What is known of a class: its instances, its lines, its channels."""

    file: Facts
    family: Family
    insts: list[Inst]
    name: str = ""
    unfolded: set[Span] = fresh(factory=set)
    """The loops of the text that are written out."""

    untested: set[Span] = fresh(factory=set)
    """Places whose conditions have no words, and hold in all instances."""

    merger: Merger = fresh(
        factory=lambda: Merger(None, set(), lambda _inst, _loop: None, lambda _span: None)
    )
    lines: Lines = fresh(factory=lambda: Lines([], [], []))
    deps: dict[Var, frozenset[str]] = fresh(factory=dict)
    """For what the class takes: the model's own parameters that it depends on."""

    parameters: dict[Var, Parameter] = fresh(factory=dict)
    """What the constructor takes, as far as it is known."""

    names: Names = fresh(factory=lambda: Names())
    spoken: dict[Var, str] = fresh(factory=dict)
    """The names of variables of the constructor."""

    channels: dict[tuple[Variable, int], Said | None] = fresh(factory=dict)
    """The channels of the values of ``forward`` (axis 1), and their features (axis -1)."""

    inside: dict[tuple[Variable, int], tuple[Span, Said | None]] = fresh(factory=dict)
    """The same of what turns leave, inside of their loops."""

    extents: dict[Variable, frozenset[Var]] = fresh(factory=dict)
    """What the other extents of values depend on."""

    placed: dict[Variable, dict[Hashable, Value]] = fresh(factory=dict)
    """The values of variables by the instances and the turns of loops."""

    steps: list[tuple[Step, tuple[Around, ...]]] = fresh(factory=list)
    running: dict[Around, tuple[Said, Said]] = fresh(factory=dict)
    """Loops that keep a running count of channels: what it begins with, and a turn's last."""

    counted: dict[Hashable, tuple[Var, Said]] = fresh(factory=dict)
    """Places of modules in conditions, behind which a running count goes on as these words say."""

    asked_for: dict[Hashable, Var] = fresh(factory=dict)
    """Places of modules that are asked for their channels, and the count that these are."""

    asked_of: dict[Var, frozenset[Var]] = fresh(factory=dict)
    """What those counts depend on."""

    result: dict[int, Said | None] = fresh(factory=dict)
    """The channels and features that come out."""

    result_extents: frozenset[Var] = frozenset()
    """What the other extents that come out depend on."""

    lets: dict[int, Said] = fresh(factory=dict)
    """Names that the text gives to expressions, as far as they are variables here too."""

    sublines: dict[Hashable, Lines | None] = fresh(factory=dict)
    """The lines of labelled chains in it."""

    asks: set[tuple[Var, Family]] = fresh(factory=set)
    """Whose channels a running count is."""

    chains: set[tuple[Lines, int]] = fresh(factory=set)
    ahead: list[str] = fresh(factory=list)
    """Lines in front of the class: constants that speak of other classes."""

    made: dict[object, Expression] = fresh(factory=dict)
    """The callables that make the parts in lists."""

    lists: dict[int, Expression] = fresh(factory=dict)
    """Long lists that are baked in, and have their parameter's name."""

    at: dict[s.Loop, int] = fresh(factory=dict)
    """The turns of loops that are written out, as far as they are known of what is at hand."""

    turned: dict[Step, dict[s.Loop, int]] = fresh(factory=dict)
    """The same for each line."""

    lengths: dict[int, int] = fresh(factory=dict)
    """How many items lists have over which loops are written out."""

    used: set[Var] = fresh(factory=set)
    bound: set[Var] = fresh(factory=set)
    """Loop variables."""

    maker: Any = None
    """Who writes the constructor."""

    @property
    def is_root(self) -> bool:
        """Whether it is the model's."""
        return self.file.root in self.family.networks

    def turns(self, inst: Inst, loop: s.Loop) -> int | None:
        """How many turns a loop of the text has in an instance."""
        try:
            look = self.look(inst, loop.span)
            if isinstance(loop, s.RepeatLoop):
                count: int = evaluate(loop.count, look)
                return count
            return len(evaluate(loop.iterable, look))
        except UnknownError:
            return None

    def known(self, slot: int, inst: Inst) -> object:
        """The value of a name of the text in one instance; raises ``UnknownError``."""
        whole = inst.whole
        if self.family.is_block:
            arguments = whole.network.definition.arguments
            if slot < len(arguments):
                return arguments[slot][1]
        assert self.family.places is not None
        places = self.family.places
        if slot < len(places.block.parameters):
            return self.family.homes[whole.network].arguments[slot][1]
        if slot < len(places.slots) and places.slots[slot].kind == "dim":
            number, axis = self.axis_of(slot)
            shape = self.file.shape(self.family.homes[whole.network].inputs[number])
            if len(shape) < 2 or not shape[axis]:
                raise UnknownError
            return shape[axis]
        if slot in places.lets:
            bound = places.lets[slot]
            statement = bound.statement
            value = evaluate(statement.value, self.look(inst, statement.span))
            if len(statement.targets) == 1:
                return value
            numbers = [target.slot for target in statement.targets]
            return value[numbers.index(slot)]
        if slot in places.targets:
            return self._item(places.targets[slot], slot, inst)
        if slot in places.gathered:
            return self._gathered(slot, inst)
        raise UnknownError

    def _item(self, loop: s.For, slot: int, inst: Inst) -> object:
        """The value of a loop's variable, in a turn of it or in one that is written out."""
        turn: Inst | None = inst
        while turn is not None and turn.loop is not loop:
            turn = turn.outer
        number = self.at.get(loop) if turn is None else turn.turn
        around = inst if turn is None else turn.outer
        if number is None or around is None:
            raise UnknownError
        items = evaluate(loop.iterable, self.look(around, loop.span))
        if number >= len(items):
            raise UnknownError
        item = items[number]
        if len(loop.targets) == 1:
            return item
        return item[[target.slot for target in loop.targets].index(slot)]

    def _gathered(self, slot: int, inst: Inst) -> tuple[Variable, ...]:
        """The values of a list that a loop leaves, where it is written out."""
        assert self.family.places is not None
        loop, name = self.family.places.gathered[slot], self.family.places.slots[slot].name
        found: dict[Span, list[Variable]] = {}
        for step, _ in self.steps:
            named = [variable for variable in step.outputs if variable.name == name]
            if named and loop.body.span.covers(step.item.span):
                found.setdefault(step.item.span, []).extend(named)
        outermost = max(found, key=lambda span: span.end - span.start, default=None)
        if loop.span not in self.unfolded or outermost is None:
            raise UnknownError
        if len(found[outermost]) != self.turns(inst, loop):
            raise UnknownError
        return tuple(found[outermost])

    def written(self, item: Item) -> dict[s.Loop, int]:
        """The turn of a loop that is written out in which something stands."""
        places = self.family.places
        loops = () if places is None else places.loops(item.span)
        out = [loop for loop in loops if loop.span in self.unfolded]
        if len(out) != 1 or any(self.turns(inst, out[0]) != item.of for inst in item.by):
            return {}
        return {out[0]: item.number - 1}

    @contextmanager
    def turning(self, item: Item) -> Iterator[None]:
        """What is said of something is said in its turn of a loop that is written out."""
        before = self.at
        self.at = {**before, **self.written(item)}
        yield
        self.at = before

    def look(self, inst: Inst, span: Span) -> Callable[[Expr], object]:
        """What names mean in one instance, at a place of the text."""

        def look(expr: Expr) -> object:
            if isinstance(expr, e.Local):
                key = (expr.slot, *self.at.values())
                if key not in inst.known:
                    inst.known[key] = self.known(expr.slot, inst)
                return inst.known[key]
            if isinstance(expr, e.Access):
                variable, axis = self.asked(expr, span)
                return self.extent(variable, axis, inst)
            raise UnknownError

        return look

    def part_at(self, span: Span) -> s.Use | None:
        """The op or block that the text applies at a place."""
        places = self.family.places
        stage = None if places is None else places.stage(span)
        return stage.unit if stage is not None and isinstance(stage.unit, s.Use) else None

    def held_at(self, span: Span) -> int | None:
        """The slot of the parameter that the op or block at a place comes from."""
        places, use = self.family.places, self.part_at(span)
        if places is None or use is None or not isinstance(use.target, e.Local):
            return None
        slot = use.target.slot
        held = places.slots[slot].kind == "parameter" or places.turns(slot)
        return slot if held else None

    def is_in_table(self, span: Span, insts: Iterable[Inst]) -> bool:
        """Whether the op or block at a place is, in each turn of a loop, an item of a list."""
        slot, places = self.held_at(span), self.family.places
        if slot is None or places is None or any(inst.loop is None for inst in insts):
            return False
        return places.slots[slot].kind != "parameter"

    def note(self, part: object, made: Expression) -> bool:
        """Note how a part is made that stands in a list; False if it has to be made otherwise."""
        return flat(self.made.setdefault(part, made)) == flat(made)

    def table(self, value: object, known: Mapping[object, Expression] | None = None) -> Expression:
        """A list that may hold parts, as Python; raises ``UnsayableError``."""
        if isinstance(value, tuple) and not is_plain_value(value):
            return Display("()", tuple([(None, self.table(item, known)) for item in value]))
        if not isinstance(value, Part):
            return Const(value)
        known = self.file.made.get(self.family) if known is None else known
        if known is None:
            return Raw("None")  # the file is written again when all classes have been
        if value not in known:
            raise UnsayableError("a part that is not made here")
        return known[value]

    def axis_of(self, slot: int) -> tuple[int, int]:
        """The input and the axis (1 or -1) that a dim's name stands for."""
        assert self.family.places is not None
        for number, item in enumerate(self.family.places.block.inputs):
            for axis, dim in enumerate(item.shape.dims):
                if dim.binds is not None and dim.binds.slot == slot:
                    if axis == 1:
                        return number, 1
                    if axis == len(item.shape.dims) - 1:
                        return number, -1
        raise UnknownError

    def extent(self, variable: Variable, axis: int, inst: Inst) -> int:
        """An extent of a value in one instance, at the default sizes."""
        known = self.placed.get(variable, {})
        if len(known) < len(variable.values):
            known = {each.place: value for each, value in variable.values.items()}
            self.placed[variable] = known
        at: Inst | None = inst
        while at is not None and at.place not in known:
            at = at.outer
        if at is None:
            raise UnknownError
        shape = self.file.shape(known[at.place])
        if len(shape) < 2:
            raise UnknownError
        return shape[axis]

    def asked(self, expr: e.Access, span: Span) -> tuple[Variable, int]:
        """The value and the axis of what ``_.channels`` and the like ask for."""
        first, *rest = expr.trailers
        assert isinstance(first, e.Attribute)
        axes = {"channels": 1, "features": -1}
        axis = axes.get(first.name) if not rest else None
        if first.name == "shape" and len(rest) == 1 and isinstance(rest[0], e.Index):
            index = rest[0].index
            axis = 1 if isinstance(index, e.Number) and index.value == 1 else None
        if axis is None:
            raise UnknownError
        if isinstance(expr.base, e.Flowing):
            return self.flowing(span, expr.span), axis
        if isinstance(expr.base, e.Local):
            if expr.base.slot in getattr(self.family.places, "targets", ()):
                found = self.known(expr.base.slot, self.insts[0])
                if isinstance(found, Variable):
                    return found, axis
            for variable in (*self.lines.inputs, *(v for st, _ in self.steps for v in st.outputs)):
                if variable.name == expr.base.name:
                    return variable, axis
        raise UnknownError

    def flowing(self, span: Span, at: Span) -> Variable:
        """What flows in at a place of the text, or where a condition around it stands."""
        before = min(span.start, at.start) if at.source == span.source else span.start
        for region, in_order in reversed(self._regions(span, at)):
            if not in_order:
                before = region.start
                continue
            made = self._made_in(region, before, span)
            if made is not None:
                return made
            for around in self.arounds:
                if around.fold.loop.body.span == region and around.carried:
                    return around.carried[0].variable
            before = region.start
        if len(self.lines.inputs) != 1:
            raise UnknownError
        return self.lines.inputs[0]

    def _regions(self, span: Span, at: Span) -> tuple[Region, ...]:
        """The braces around both places, the outermost first."""
        places = self.family.places
        assert places is not None
        if span in places.stages:
            regions = places.stages[span].regions
        else:
            bounds = [b for b in places.lets.values() if b.statement.span == span]
            regions = bounds[0].regions if bounds else ()
        if at.source != span.source:
            return regions
        return tuple([r for r in regions if r[0].start <= at.start and at.end <= r[0].end])

    def _made_in(self, region: Span, before: int, span: Span) -> Variable | None:
        """What the last step gives that stands in braces before a place."""
        places = self.family.places
        assert places is not None
        steps = [
            step
            for step, _ in self.steps
            if (here := places.inside(region, step.item.span)) is not None
            and here.end <= before
            and not step.training
            and not places.excludes(span, step.item.span)
        ]
        return steps[-1].outputs[0] if steps else None

    @property
    def arounds(self) -> list[Around]:
        """The loops of ``forward``."""
        return list(dict.fromkeys(a for _, around in self.steps for a in around))

    def holds(self, expr: Expr, values: Mapping[Inst, object], span: Span) -> bool:
        """Whether an expression has these values in the instances."""
        try:
            return all(
                same(evaluate(expr, self.look(inst, span)), value) for inst, value in values.items()
            )
        except UnknownError:
            return False

    def live(self, names: Iterable[Var]) -> frozenset[str]:
        """The model's own parameters that something depends on."""
        return frozenset(p for name in names for p in self.deps.get(name, ()))
