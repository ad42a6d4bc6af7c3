"""Writes the body of one class: its children, and the lines of its ``forward``."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from archc.python.body import (
    Body,
    Child,
    Holder,
    Leaf,
    Line,
    Raws,
    Result,
    Statement,
    Training,
)
from archc.python.containers import CONTAINERS, access, class_holder, container, is_numbered
from archc.python.identifiers import attribute, identifier
from archc.python.recipes import construct
from archc.python.signatures import renamed, without_copies
from archc.python.text import Call, Expr, Make
from archir.graph import (
    Apply,
    Definition,
    Group,
    Parameter,
    Read,
    Repeat,
    Scope,
    Slot,
    Step,
    TrainOnly,
    Use,
    Value,
    walk,
)
from archir.graph import Leaf as OpLeaf
from archir.groups import is_chain, self_contained
from archir.naming import names
from archir.recipe import FunctionRecipe, ModuleRecipe

if TYPE_CHECKING:
    from archc.python.lower import Lowering


class Writer:
    """Writes one definition. A group that can be a class of its own is written by another."""

    def __init__(
        self, lowering: Lowering, definition: Definition, closed: set[Group] | None = None
    ) -> None:
        self.lowering = lowering
        self.definition = definition
        self.closed = self_contained(definition) if closed is None else closed
        self.groups: dict[Slot, Group] = {}
        self.applied: dict[Slot, Apply] = {}
        for step in walk(definition.steps):
            if isinstance(step, Group):
                self.groups.setdefault(step.slot, step)
            elif isinstance(step, Apply) and step.slot is not None:
                self.applied.setdefault(step.slot, step)
        self.targets: dict[Slot | Parameter, str] = {}
        self.labels: dict[Slot, str] = {}
        self.leaves: list[Leaf] = []
        self.inner: list[tuple[tuple[str, ...], Body]] = []
        self.standing: Writer | None = None
        """The writer of the definition whose modules are really there, if it is another."""

        self.real: dict[Slot, Slot] = {}
        """For a slot that one which is really there."""

    # --- bodies -------------------------------------------------------------------------------

    def body(self) -> Body:
        """The definition's own body."""
        own = self.definition
        results = [Result(o.value, o.name, o.when_training) for o in own.outputs]
        body = self._body(
            own.name, own.scope, own.steps, own.inputs, results, tuple(v.name for v in own.inputs)
        )
        body.doc, body.origin, body.arguments = own.doc, own.origin or own.name, own.arguments
        body.rules, body.has_init = own.init, own.has_init
        types = self.lowering.typed.concrete_types_of(own, own.inputs)
        extents = [given.shape[1] if given.rank > 1 else None for given in types]
        body.channels = tuple(e if isinstance(e, int) else None for e in extents)
        return body

    def _body(
        self,
        name: str,
        scope: Scope,
        steps: list[Step],
        inputs: tuple[Value, ...],
        results: list[Result],
        input_names: tuple[str | None, ...],
    ) -> Body:
        chain = is_chain(scope, steps, inputs, tuple(r.value for r in results), self._is_link)
        chain = chain and not any(r.name or r.when_training for r in results)
        holder = class_holder(scope, chain)
        children = self._children(scope, holder, "self", ())
        lines = [] if holder == "sequential" else list(self._lines(steps))
        lines, results = without_copies(lines, results)
        return Body(
            name=name,
            doc="",
            origin=None,
            arguments=(),
            holder=holder,
            children=children,
            inputs=inputs,
            input_names=input_names,
            lines=lines,
            results=results,
            leaves=self.leaves,
            inner=self.inner,
        )

    def _group_body(self, group: Group, name: str) -> Body:
        """The body of a group that has a ``forward`` of its own."""
        scope = group.slot.member
        assert isinstance(scope, Scope)
        writer = Writer(self.lowering, self.definition, self.closed)
        results = [Result(value, None, False) for value in group.outputs]
        title = identifier(name).rstrip("0123456789_") or self.definition.name + "Part"
        body = writer._body(
            title, scope, group.steps, group.inputs, results, tuple(None for _ in group.inputs)
        )
        body.origin = (self.definition.origin or self.definition.name, title)
        body.arguments = self.definition.arguments
        return body

    # --- children -----------------------------------------------------------------------------

    def _children(
        self, scope: Scope, holder: Holder, text: str, path: tuple[str, ...]
    ) -> list[Child | Raws]:
        """A scope's children and raw parameters, in the order in which they are made."""
        result: list[Child | Raws] = []
        waiting = sorted(scope.parameters, key=lambda parameter: parameter.position)
        for parameter in waiting:
            self.targets[parameter] = attribute(text, parameter.name)
        named = names(scope)
        for position, slot in enumerate(scope.entries):
            assert isinstance(slot, Slot), "unroll the graph first"
            while waiting and waiting[0].position <= position:
                result.append(Raws(waiting.pop(0), text))
            if slot.member is not None:
                child = self._child(slot, named[slot], holder, text, path)
                result.append(replace(child, owner=text))
        return [*result, *(Raws(parameter, text) for parameter in waiting)]

    def _child(
        self, slot: Slot, name: str, holder: Holder, text: str, path: tuple[str, ...]
    ) -> Child:
        target = access(text, holder, name)
        self.targets[slot] = target
        self.labels[slot] = name
        here = (*path, name)
        member = slot.member
        if isinstance(member, Definition):
            body = self.lowering.bodies[member]
            self.inner.append((here, body))
            return Child(name, Make(body))
        if isinstance(member, OpLeaf):
            return Child(name, self._leaf(slot, member, here))
        assert isinstance(member, Scope)
        return self._group_child(slot, member, name, target, here)

    def _leaf(self, slot: Slot, member: OpLeaf, path: tuple[str, ...]) -> Expr:
        step = self.applied[slot]
        types = self.lowering.typed.concrete_types_of(self.definition, step.inputs)
        recipe = self.lowering.library.recipe(member.op, types)
        if isinstance(recipe, FunctionRecipe):
            code = self.lowering.code(self.definition, step, recipe)
            statement = Statement(step.inputs, step.outputs, kind="compute", code=code)
            body = Body(
                name=member.op.keyword,
                doc="",
                origin=("op", member.op.keyword),
                arguments=(),
                holder="module",
                children=[],
                inputs=step.inputs,
                input_names=tuple(None for _ in step.inputs),
                lines=[statement],
                results=[Result(value, None, False) for value in step.outputs],
                leaves=[],
                inner=[],
            )
            self.inner.append((path, body))
            return Make(body)
        assert isinstance(recipe, ModuleRecipe)
        specs = member.op.parameters(types)
        self.leaves.append(
            Leaf(
                path,
                self.targets[slot],
                recipe.make.function,
                member.op.keyword,
                tuple(spec.name for spec in specs if not spec.is_buffer),
                dict(member.overrides),
            )
        )
        return construct(recipe.make, member.op)

    def _group_child(
        self, slot: Slot, scope: Scope, name: str, target: str, path: tuple[str, ...]
    ) -> Child:
        group = self.groups.get(slot)
        if group is not None and group in self.closed:
            if is_chain(scope, group.steps, group.inputs, group.outputs, self._is_link):
                return Child(name, self._chain(scope, target, path))
            body = self._group_body(group, name)
            self.inner.append((path, body))
            self._register_inside(scope, target, body)
            return Child(name, Make(body))
        holder: Holder = "list" if is_numbered(scope) else "dict"
        items = self._children(scope, holder, target, path)
        if any(isinstance(item, Raws) or item.inside for item in items):
            # Raw parameters are drawn in between: their container is filled line by line.
            return Child(name, Call(CONTAINERS[holder]), tuple(items))
        return Child(name, container(holder, [i for i in items if isinstance(i, Child)]))

    def _chain(self, scope: Scope, target: str, path: tuple[str, ...]) -> Expr:
        holder: Holder = "sequential" if is_numbered(scope) else "module"
        items = self._children(scope, holder, target, path)
        return container("sequential", [item for item in items if isinstance(item, Child)])

    def _register_inside(self, scope: Scope, target: str, body: Body) -> None:
        """Note the way into a class of its own, for modules in it that are applied outside."""
        for parameter in scope.parameters:
            self.targets[parameter] = attribute(target, parameter.name)
        for slot, name in names(scope).items():
            self.targets[slot] = access(target, body.holder, name)
            self.labels[slot] = name
            if isinstance(slot.member, Scope):
                self._register_inside(slot.member, self.targets[slot], body)

    # --- lines --------------------------------------------------------------------------------

    def _lines(self, steps: Iterable[Step]) -> Iterable[Line]:
        for step in steps:
            if isinstance(step, TrainOnly):
                yield Training(list(self._lines(step.steps)))
            elif isinstance(step, Group) and not self._calls_group(step):
                yield from self._lines(step.steps)
            elif isinstance(step, Read):
                target = self.targets[step.parameter]
                yield Statement((), step.outputs, target, step.parameter.name, "read")
            elif isinstance(step, Apply) and not self._calls_leaf(step):
                code = self.lowering.function(self.definition, step)
                yield Statement(step.inputs, step.outputs, kind="compute", code=code)
            elif isinstance(step, Use) and not self._calls_use(step):
                yield from self._inlined(step)
            else:
                assert not isinstance(step, Repeat), "unroll the graph first"
                assert step.slot is not None
                slot = step.slot
                known = self.targets[slot], self.labels[slot]
                overwrites = self.lowering.overwrites(step)
                yield Statement(step.inputs, step.outputs, *known, overwrites=overwrites)

    def _calls_group(self, group: Group) -> bool:
        if self.standing is not None:
            return False  # what is there may do something else: its steps are written out
        return group in self.closed and self._same_steps(self.groups[group.slot], group)

    def _same_steps(self, first: Group, second: Group) -> bool:
        if first is second:
            return True
        key = self.lowering.group
        return key(first, self.definition) == key(second, self.definition)

    def _calls_leaf(self, step: Apply) -> bool:
        """Whether an op's module does it here; a shared function may read sizes elsewhere."""
        if step.slot is None:
            return False
        there = self.standing or self
        first = there.applied[self.real.get(step.slot, step.slot)]
        if first is step:
            return True
        code = self.lowering.function
        same = len(first.inputs) == len(step.inputs)
        return same and code(there.definition, first) == code(self.definition, step)

    def _calls_use(self, step: Use) -> bool:
        member = self._member(step)
        forward = self.lowering.forward
        return member is step.definition or forward(member) == forward(step.definition)

    def _member(self, step: Use) -> Definition:
        """The definition whose module is really there."""
        member = self.real.get(step.slot, step.slot).member
        assert isinstance(member, Definition)
        return member

    def _inlined(self, step: Use) -> Iterable[Line]:
        """A shared block applied to inputs of another type, which its text has asked for."""
        own, other = self._member(step), step.definition
        there = Writer(self.lowering, own)
        there._children(own.scope, self.lowering.bodies[own].holder, self.targets[step.slot], ())
        writer = Writer(self.lowering, other)
        writer._stand_on(there)
        fresh: dict[Value, Value] = dict(zip(other.inputs, step.inputs, strict=True))
        for line in writer._lines(other.steps):
            yield renamed(line, fresh)
        for output, value in zip(other.outputs, step.outputs, strict=False):
            yield Statement((fresh[output.value],), (value,), kind="same")

    def _stand_on(self, there: Writer) -> None:
        """Find the definition's modules among those of another, which has the same names."""
        self.standing = there
        scopes = [(self.definition.scope, there.definition.scope)]
        while scopes:
            mine, theirs = scopes.pop()
            for parameter, other in zip(mine.parameters, theirs.parameters, strict=True):
                self.targets[parameter] = there.targets[other]
            named = {name: slot for slot, name in names(theirs).items()}
            for slot, name in names(mine).items():
                real = self.real[slot] = named[name]
                if real not in there.targets:
                    continue  # a module that is never applied
                self.targets[slot], self.labels[slot] = there.targets[real], there.labels[real]
                if isinstance(slot.member, Scope) and isinstance(real.member, Scope):
                    scopes.append((slot.member, real.member))

    # --- chains -------------------------------------------------------------------------------

    def _is_link(self, step: Apply | Use | Group) -> bool:
        """Whether a step is a call of its child and no more."""
        if isinstance(step, Use):
            return self._calls_use(step)
        return self._calls_group(step) if isinstance(step, Group) else self._calls_leaf(step)
