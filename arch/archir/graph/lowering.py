"""The lowering: from an unrolled typed graph to the modules that torch is to build.

What is decided here, once: which labelled groups are modules with a ``forward`` of their own, which
of all modules are chains, how children are held, and what is run where a shared module is applied
to inputs of several types. Its text may ask for their types, so that one module does not run the
same everywhere: there its lines stand in the ``forward`` of what applies it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from archir.base.record import replaced
from archir.graph.graph import (
    Apply,
    Definition,
    Group,
    Output,
    RawParameter,
    Read,
    Repeat,
    Scope,
    Slot,
    Step,
    TrainOnly,
    Use,
    Value,
)
from archir.graph.graph import Leaf as OpLeaf
from archir.graph.groups import self_contained
from archir.graph.inlining import Standing
from archir.graph.modules import (
    Child,
    Compute,
    Container,
    Entry,
    Fetch,
    Holder,
    LeafModule,
    Line,
    Module,
    ModuleCall,
    Modules,
    Network,
    Path,
    Raw,
    Signatures,
    Training,
    is_chain,
    is_numbered,
)
from archir.graph.naming import names
from archir.graph.steps import walked
from archir.graph.typed import TypedGraph
from archir.op.extents import bind_sizes
from archir.op.recipe import Calling, FunctionRecipe, ModuleRecipe, Recipe, closed, substitute


def lower(typed: TypedGraph) -> Modules:
    """The modules of an unrolled model."""
    lowering = _Lowering(typed)
    for definition, steps in walked(typed.graph).items():
        body = lowering.bodies[definition] = _Body(lowering, definition, steps)
        lowering.networks[definition] = body.whole()
    return Modules(lowering.networks, lowering.networks[typed.graph.root])


class _Lowering:
    """A whole model; inner definitions are done before those that use them."""

    def __init__(self, typed: TypedGraph) -> None:
        self.typed = typed
        self.networks: dict[Definition, Network] = {}
        self.bodies: dict[Definition, _Body] = {}
        self.signatures = Signatures()

    def does_the_same(self, one: Network, other: Network) -> bool:
        return one is other or self.signatures.of(one) == self.signatures.of(other)


class _Body:
    """One definition."""

    def __init__(self, lowering: _Lowering, definition: Definition, steps: list[Step]) -> None:
        self.lowering = lowering
        self.definition = definition
        self.places: dict[Slot | RawParameter, Path] = {}
        """The way to everything that is registered, from the definition's own module."""

        self.named: dict[Scope, dict[Slot, str]] = {}
        self.recipes: dict[Apply, Recipe] = {}
        self.functions: dict[Apply, Network] = {}
        """What functions that have a slot run here: a shared one may read sizes elsewhere."""

        self.groups: dict[Group, Network] = {}
        """Groups that can be modules of their own."""

        self.made: dict[Slot, Module] = {}
        """For each slot the module that its first step makes."""

        self.same: dict[Value, Value] = {}
        """Values that are another one with a second name."""

        self._locate(definition.scope)
        for step in steps:
            if isinstance(step, Apply):
                self._apply(step)
        self._make_groups(definition.steps, self_contained(definition))

    def _locate(self, scope: Scope) -> None:
        waiting: list[tuple[Scope, Path]] = [(scope, ())]
        while waiting:
            inner, path = waiting.pop()
            self.named[inner] = named = names(inner)
            for parameter in inner.parameters:
                self.places[parameter] = (*path, parameter.name)
            for slot, name in named.items():
                self.places[slot] = (*path, name)
                if isinstance(slot.member, Scope):
                    waiting.append((slot.member, (*path, name)))

    # --- modules ------------------------------------------------------------------------------

    def whole(self) -> Network:
        """The definition's own module."""
        own = self.definition
        lines = list(self._lines(own.steps, Standing()))
        results = tuple(replaced(output, value=self._now(output.value)) for output in own.outputs)
        return self._network(own.name, "definition", own.scope, own.inputs, lines, results)

    def _apply(self, step: Apply) -> None:
        own = self.definition
        types = self.lowering.typed.concrete_types_of(own, step.inputs)
        self.recipes[step] = recipe = step.op.recipe(types)
        slot = step.slot
        if slot is None:
            return
        if isinstance(recipe, ModuleRecipe):
            member = slot.member
            assert isinstance(member, OpLeaf)
            if slot not in self.made:
                parts = (member.op, recipe.make, types, member.overrides, recipe.around)
                self.made[slot] = LeafModule(*parts)
            return
        results = tuple([Output(value) for value in step.outputs])
        lines: list[Line] = [self._compute(step, step.inputs, step.outputs)]
        network = Network(
            step.op.keyword, "function", own, "module", [], step.inputs, lines, results
        )
        self.functions[step] = network
        self.made.setdefault(slot, network)

    def _make_groups(self, steps: list[Step], closed: set[Group]) -> None:
        """Make the groups that are modules, those inside before those around them."""
        for step in steps:  # as deep as groups are nested in the text, which the parser bounds
            if isinstance(step, Group | TrainOnly):
                self._make_groups(step.steps, closed)
            if isinstance(step, Group) and step in closed:
                self.groups[step] = group = self._group(step)
                self.made.setdefault(step.slot, group)

    def _group(self, group: Group) -> Network:
        scope = group.slot.member
        assert isinstance(scope, Scope)
        at = Standing(depth=len(self.places[group.slot]))
        lines = list(self._lines(group.steps, at))
        results = tuple([Output(self._now(value)) for value in group.outputs])
        name = self.places[group.slot][-1]
        return self._network(name, "group", scope, group.inputs, lines, results)

    def _network(
        self,
        name: str,
        kind: Literal["definition", "group"],
        scope: Scope,
        inputs: tuple[Value, ...],
        lines: list[Line],
        results: tuple[Output, ...],
    ) -> Network:
        entries = list(self._entries(scope))
        holder: Holder = "module"
        typed = self.lowering.typed
        in_dict = typed.in_dict and kind == "definition" and self.definition is typed.graph.root
        if is_chain(entries, lines, inputs, results) and not (in_dict and results[0].name):
            holder = "sequential"
        elif kind == "definition" and entries and is_numbered(entries):
            holder = "list"
        return Network(name, kind, self.definition, holder, entries, inputs, lines, results)

    def _entries(self, scope: Scope) -> Iterator[Entry]:
        """What a scope registers, in the order in which it is made."""
        waiting = sorted(scope.parameters, key=lambda parameter: parameter.position)
        for position, (slot, name) in enumerate(self.named[scope].items()):
            while waiting and waiting[0].position <= position:
                yield Raw(waiting.pop(0))
            if slot.member is not None:
                yield Child(name, slot, self._module(slot))
        yield from map(Raw, waiting)

    def _module(self, slot: Slot) -> Module:
        member = slot.member
        if isinstance(member, Definition):
            return self.lowering.networks[member]
        if slot in self.made:
            return self.made[slot]
        assert isinstance(member, Scope)
        entries = list(self._entries(member))
        return Container("list" if is_numbered(entries) else "dict", entries)

    # --- lines --------------------------------------------------------------------------------

    def _lines(self, steps: Iterable[Step], at: Standing) -> Iterator[Line]:
        for step in steps:
            if isinstance(step, TrainOnly):
                yield Training(list(self._lines(step.steps, at)))
            elif isinstance(step, Read):
                yield Fetch(at.path(self.places[step.parameter]), at.make(step.outputs), step)
            elif isinstance(step, Group) and not self._is_called(step, at):
                yield from self._lines(step.steps, at)
            elif isinstance(step, Use) and not self._is_called(step, at):
                yield from self._inlined(step, at)
            elif isinstance(step, Apply) and not self._is_called(step, at):
                inputs = self._read(step.inputs, at)
                yield self._compute(step, inputs, at.make(step.outputs))
            else:
                assert not isinstance(step, Repeat), "lower unrolled graphs"
                assert step.slot is not None
                inputs = self._read(step.inputs, at)
                path = at.path(self.places[step.slot])
                calling = self._calling(step) if isinstance(step, Apply) else None
                yield ModuleCall(path, inputs, at.make(step.outputs), step, calling)

    def _calling(self, step: Apply) -> Calling | None:
        """How the module of an op is called, where that is said."""
        recipe = self.recipes[step]
        if not isinstance(recipe, ModuleRecipe) or recipe.call is None:
            return None
        return closed(recipe.call, step.op)

    def _is_called(self, step: Apply | Use | Group, at: Standing) -> bool:
        """Whether calling the module that is there does what the step does."""
        if step.slot is None:
            return False
        slot = at.real.get(step.slot, step.slot)
        if isinstance(step, Use):
            assert isinstance(slot.member, Definition)
            networks = self.lowering.networks
            return self.lowering.does_the_same(networks[slot.member], networks[step.definition])
        if isinstance(step, Group):
            # One of another definition's may do something else: its steps are written out.
            if at.made is not None or step not in self.groups:
                return False
            there, here = self.made[slot], self.groups[step]
        else:
            if step not in self.functions:
                return True
            made = self.made if at.made is None else at.made
            there, here = made[slot], self.functions[step]
        assert isinstance(there, Network)
        return self.lowering.does_the_same(there, here)

    def _compute(
        self, step: Apply, inputs: tuple[Value, ...], outputs: tuple[Value, ...]
    ) -> Compute:
        recipe = self.recipes[step]
        assert isinstance(recipe, FunctionRecipe), f"{step.op.keyword} needs a slot"
        typed = self.lowering.typed
        types = typed.types_of(self.definition, step.inputs)
        code = bind_sizes(substitute(recipe.apply, step.op), types, typed.graph.sizes)
        return Compute(code, inputs, outputs, step)

    def _inlined(self, step: Use, at: Standing) -> Iterator[Line]:
        """A shared block applied to inputs of another type, which its text has asked for."""
        slot = at.real.get(step.slot, step.slot)
        assert isinstance(slot.member, Definition)
        there = self.lowering.bodies[slot.member]
        other = self.lowering.bodies[step.definition]
        inside = Standing(made=there.made, prefix=at.path(self.places[step.slot]))
        inside.find(other.places, there.places)
        inside.values.update(zip(other.definition.inputs, self._read(step.inputs, at), strict=True))
        yield from other._lines(other.definition.steps, inside)
        for output, value in zip(other.definition.outputs, step.outputs, strict=False):
            (made,) = other._read((output.value,), inside)
            (own,) = at.make((value,))
            self.same[own] = made

    def _read(self, values: tuple[Value, ...], at: Standing) -> tuple[Value, ...]:
        return tuple([self._now(at.values.get(value, value)) for value in values])

    def _now(self, value: Value) -> Value:
        while value in self.same:
            value = self.same[value]
        return value
