"""Numbers in a constructor: in words, as they are, or as a parameter where instances differ."""

from __future__ import annotations

from collections.abc import Mapping

from archc.python.channels.codes import Inputs
from archc.python.classes.said import Said, Var, same
from archc.python.classes.scope import say
from archc.python.code.layout import Const, Expr, Raw
from archc.python.constructor.statements import Statements
from archc.python.merging.flows import Step, Variable
from archc.python.merging.merge import Fold, Inst, Item, UnfoldError, apart
from archc.python.reading.scope import UnsayableError
from archir.base.source import Span
from archir.graph.modules import Child
from archir.program import expressions as e
from archir.program import statements as s
from archir.program.walk import nested


class Numbers(Statements):
    """Says numbers at the place where the constructor is."""

    def step_of(self, item: Item) -> Step | None:
        """The step that calls a module first.

        Modules that a loop makes may be called by a step each, behind it: where these say other
        channels of what they are given, no line makes all of the modules.
        """
        steps: dict[Step, Inst] = {}
        for inst, child in item.by.items():
            if isinstance(child, Child) and child.slot in self.calls:
                steps.setdefault(self.calls[child.slot], inst)
        if not steps:
            return None
        first = next(iter(steps))
        for step, inst in steps.items():
            if inst.loop is not None and self.given(step) != self.given(first):
                raise UnfoldError(inst.loop)
        return first

    def given(self, step: Step) -> list[Said | None]:
        """The channels and features of what flows into a step, in words that are true here."""
        return [self.words(variable, axis) for variable in step.inputs for axis in (1, -1)]

    def name(self, item: Item) -> Expr:
        """The name that a child has in its parent."""
        names = {inst: child.name for inst, child in item.by.items()}
        label = self.label(item.span)
        said_in_turns = label is not None and any(
            isinstance(part, e.Local) and part.slot in self.loops for part in nested(label)
        )
        if len(set(names.values())) == 1 and not said_in_turns:
            return Const(next(iter(names.values())))
        if label is None or not self.owner.holds(label, names, item.span):
            raise self.differs(item)
        try:
            said = say(self.owner, label, item.span, self.loops)
        except UnsayableError:
            raise self.differs(item) from None
        return Raw(self.owner.use(said).text)

    def label(self, span: Span) -> e.Text | None:
        places = self.owner.family.places
        stage = None if places is None else places.stage(span)
        label = None if stage is None or stage.label is None else stage.label.name
        return label if isinstance(label, e.Text) else None

    def differs(self, item: Item) -> Exception:
        """What to do where instances differ in what cannot be said."""
        return apart(next(iter(item.by)))

    def behind(self, item: Item) -> frozenset[Var]:
        """All that what flows into a module depends on, its channels too."""
        step = self.step_of(item)
        if step is None:
            return frozenset(self.owner.deps)
        return frozenset(v for variable in step.inputs for v in self.owner.behind(variable))

    def incoming(self, item: Item) -> tuple[Inputs, frozenset[Var]]:
        """The channels of what flows into a module, and what else its extents depend on."""
        step = self.step_of(item)
        if step is None:
            return (lambda _what, _number: None), frozenset(self.owner.deps)

        def inputs(what: str, number: int) -> Said | None:
            return self.words(step.inputs[number], 1 if what == "channels" else -1)

        return inputs, frozenset(x for v in step.inputs for x in self.owner.extents.get(v, ()))

    def words(self, variable: Variable, axis: int) -> Said | None:
        """How many channels or features a value has, in words that are true at this place."""
        loop, inside = self.owner.inside.get((variable, axis), (None, None))
        if loop in self.open:
            return self.current(inside)
        return self.current(self.owner.channels.get((variable, axis)))

    def current(self, said: Said | None) -> Said | None:
        """Words that are true at this place: a running count runs on."""
        if said is None:
            return None
        targets = {} if self.owner.family.places is None else self.owner.family.places.targets
        for var in said.vars:
            if var[0] == "run" and var != self.count:
                return None
            if var[0] == "slot" and var[1] in targets and var[1] not in self.loops:
                return None
        return said

    def resolved(
        self,
        values: Mapping[Inst, object],
        candidate: Said | None,
        depends: frozenset[Var],
        hint: str,
    ) -> Expr:
        """Words for a number, or the number itself, or a parameter where instances differ in it."""
        owner = self.owner
        value = next(iter(values.values()))
        alike = all(same(value, other) for other in values.values())
        candidate = self.current(candidate)
        if candidate is not None and candidate.text:
            if not candidate.vars and alike:
                self.file.fix(owner.live(candidate.fixed))
                return Const(value)
            if candidate.vars:
                return tupled(candidate, owner.use(candidate))
        if alike:
            found = depends if candidate is None else candidate.vars | candidate.fixed
            self.file.fix(owner.live(found))
            return Const(value)
        self.file.fix(owner.live(depends if candidate is None else candidate.fixed))
        if any(inst.loop is not None for inst in values):
            inner = next(inst for inst in values if inst.loop is not None)
            assert inner.loop is not None
            raise UnfoldError(inner.loop)
        numbers = {inst.network: v for inst, v in values.items()}
        if len(numbers) < len(owner.insts):
            numbers = {i.network: numbers.get(i.network, value) for i in owner.insts}
        return Raw(owner.use(owner.own(hint, numbers)).text)

    def check_turns(self, loop: s.Loop, node: Fold) -> None:
        """Hold the turns that there are against those that the text says."""
        for inst, turns in node.turns.items():
            if self.owner.turns(inst, loop) != len(turns):
                raise UnfoldError(loop)


def tupled(candidate: Said, said: Said) -> Expr:
    """An argument; a list of numbers is a tuple to torch."""
    expr = candidate.of[0] if candidate.of is not None else None
    if isinstance(expr, e.ListDisplay) and said.text.startswith("["):
        comma = "," if len(expr.items) == 1 else ""
        return Raw(f"({said.text[1:-1]}{comma})")
    return Raw(said.text)
