"""From a definition's steps to the programs of its modules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from archc.torch.calls import prepare
from archc.torch.program import (
    Compute,
    Fetch,
    Instruction,
    Invoke,
    Path,
    Plan,
    Program,
    Results,
)
from archir.extents import settle
from archir.graph import (
    Apply,
    Definition,
    Group,
    Output,
    Parameter,
    Read,
    Repeat,
    Scope,
    Slot,
    Step,
    TrainOnly,
    Use,
    Value,
    definitions,
    walk,
)
from archir.groups import is_chain, self_contained
from archir.naming import names
from archir.recipe import Call, FunctionRecipe, close
from archir.typed import TypedGraph

GROUP = "Group"
"""What a labelled group that is no Sequential calls itself when it is printed."""


@dataclass(slots=True)
class Plans:
    """The plans of a whole model, and how each leaf is constructed."""

    definitions: dict[Definition, Plan] = field(default_factory=dict)
    groups: dict[Slot, Plan] = field(default_factory=dict)
    """Groups that are modules of their own; those that are not here are plain containers."""

    leaves: dict[Slot, Call | Plan] = field(default_factory=dict)
    """A torch module's constructor call, or the plan of a function that has a slot (``_:``)."""

    names: dict[Scope, dict[Slot, str]] = field(default_factory=dict)

    planners: dict[Definition, _Planner] = field(default_factory=dict)

    def spelt_out(self, definition: Definition, training: bool) -> Program:
        """What a definition runs, with the programs of all blocks inside, whatever is there."""
        return self.planners[definition].spelt_out(training)


def plan_all(typed: TypedGraph) -> Plans:
    """Plans for every definition of an unrolled model, inner ones first."""
    plans = Plans()
    for definition in definitions(typed.graph):
        _Planner(typed, definition, plans).run()
    return plans


_Draft: TypeAlias = "tuple[Invoke | Compute | Fetch, tuple[Value, ...], tuple[Value, ...]]"
"""An instruction without registers, and the values it reads and makes."""


class _Planner:
    def __init__(self, typed: TypedGraph, definition: Definition, plans: Plans) -> None:
        self.typed = typed
        self.definition = definition
        self.plans = plans
        self.closed = self_contained(definition)
        self.groups: dict[Group, Plan] = {}
        self.functions: dict[Apply, Plan] = {}
        """What functions that have a slot run here: a shared one may read sizes elsewhere."""

        self.slots: dict[Slot, Path] = {}
        self.parameters: dict[Parameter, Path] = {}
        self.whole: dict[bool, Program] = {}
        plans.planners[definition] = self
        self._locate(definition.scope)

    def run(self) -> None:
        for step in walk(self.definition.steps):
            if isinstance(step, Apply) and step.slot is not None:
                self._leaf(step, step.slot)
        groups = [step for step in walk(self.definition.steps) if isinstance(step, Group)]
        for group in reversed(groups):  # inner ones before those around them
            if group in self.closed:
                plan = self._group(group)
                self.groups[group] = plan
                self.plans.groups.setdefault(group.slot, plan)
        self.plans.definitions[self.definition] = self._whole()

    def _locate(self, scope: Scope) -> None:
        """Note the way to everything that is registered, from the definition's own module."""
        waiting: list[tuple[Scope, Path]] = [(scope, ())]
        while waiting:
            inner, path = waiting.pop()
            self.plans.names[inner] = named = names(inner)
            for parameter in inner.parameters:
                self.parameters[parameter] = (*path, parameter.name)
            for slot, name in named.items():
                self.slots[slot] = (*path, name)
                if isinstance(slot.member, Scope):
                    waiting.append((slot.member, self.slots[slot]))

    # --- plans --------------------------------------------------------------------------------

    def _leaf(self, step: Apply, slot: Slot) -> None:
        recipe = step.op.recipe(self.typed.concrete_types_of(self.definition, step.inputs))
        if not isinstance(recipe, FunctionRecipe):
            make = close(recipe.make, step.op)
            assert isinstance(make, Call)
            prepare(make, step.op)
            self.plans.leaves.setdefault(slot, make)
            return
        self.functions[step] = plan = self._function(recipe, step)
        self.plans.leaves.setdefault(slot, plan)

    def _function(self, recipe: FunctionRecipe, step: Apply) -> Plan:
        """The plan of a function that has a slot."""
        draft: _Draft = (self._computed(recipe, step), step.inputs, step.outputs)
        program = _assemble([draft], step.inputs, step.outputs)
        return Plan(step.op.keyword, len(step.inputs), False, program, program)

    def _group(self, group: Group) -> Plan:
        scope = group.slot.member
        assert isinstance(scope, Scope)
        depth = len(self.slots[group.slot])
        drafts = [self._drafts(group.steps, depth, mode) for mode in (True, False)]
        training = _assemble(drafts[0], group.inputs, group.outputs)
        evaluation = training
        if drafts[1] != drafts[0]:
            evaluation = _assemble(drafts[1], group.inputs, group.outputs)
        chain = is_chain(scope, group.steps, group.inputs, group.outputs, self._is_own)
        return Plan(GROUP, len(group.inputs), chain, training, evaluation)

    def _whole(self) -> Plan:
        own = self.definition
        drafts = self._drafts(own.steps, 0, True)
        training = evaluation = self._program(drafts, own.outputs)
        in_evaluation = self._drafts(own.steps, 0, False)
        kept = tuple(output for output in own.outputs if not output.when_training)
        if in_evaluation != drafts or kept != own.outputs:
            evaluation = self._program(in_evaluation, kept)
        outputs = tuple(output.value for output in own.outputs)
        chain = is_chain(own.scope, own.steps, own.inputs, outputs, self._is_own)
        return Plan(own.name, len(own.inputs), chain, training, evaluation)

    def spelt_out(self, training: bool) -> Program:
        """What the definition runs in a mode, for modules of another one that has its names."""
        if training not in self.whole:
            own = self.definition
            drafts = self._drafts(own.steps, 0, training, spelt_out=True)
            kept = own.outputs if training else [o for o in own.outputs if not o.when_training]
            self.whole[training] = self._program(drafts, tuple(kept))
        return self.whole[training]

    def _program(self, drafts: list[_Draft], outputs: tuple[Output, ...]) -> Program:
        own = self.definition
        program = _assemble(drafts, own.inputs, [output.value for output in outputs])
        if len(outputs) == 1:
            return program
        fields = tuple(output.name or "output" for output in outputs)
        return replace(program, results=Results(f"{own.name}Outputs", fields))

    def _is_own(self, step: Apply | Use | Group) -> bool:
        """Whether calling the step's module does what the step does."""
        return (step in self.closed if isinstance(step, Group) else True) and (
            self._other_program(step, training=True) is None
        )

    # --- instructions -------------------------------------------------------------------------

    def _drafts(
        self, steps: list[Step], depth: int, training: bool, *, spelt_out: bool = False
    ) -> list[_Draft]:
        """Instructions for the module that stands ``depth`` names below the definition's own.

        With ``spelt_out`` no module inside is trusted to run what this definition's would.
        """
        drafts: list[_Draft] = []
        for step in steps:
            if isinstance(step, TrainOnly):
                if training:
                    drafts += self._drafts(step.steps, depth, training, spelt_out=spelt_out)
            elif isinstance(step, Group) and (spelt_out or step not in self.closed):
                drafts += self._drafts(step.steps, depth, training, spelt_out=spelt_out)
            elif isinstance(step, Read):
                path = self.parameters[step.parameter][depth:]
                drafts.append((Fetch(path, ()), (), step.outputs))
            elif isinstance(step, Apply) and step.slot is None:
                drafts.append((self._compute(step), step.inputs, step.outputs))
            else:
                assert not isinstance(step, Repeat), "back ends take unrolled graphs"
                assert step.slot is not None
                path = self.slots[step.slot][depth:]
                if spelt_out:
                    other = self._spelt_out(step, training)
                else:
                    other = self._other_program(step, training)
                drafts.append((Invoke(path, (), (), (), other), step.inputs, step.outputs))
        return drafts

    def _compute(self, step: Apply) -> Compute:
        recipe = step.op.recipe(self.typed.concrete_types_of(self.definition, step.inputs))
        assert isinstance(recipe, FunctionRecipe), f"{step.op.keyword} needs a slot"
        return self._computed(recipe, step)

    def _computed(self, recipe: FunctionRecipe, step: Apply) -> Compute:
        types = self.typed.types_of(self.definition, step.inputs)
        code = settle(close(recipe.apply, step.op), types, self.typed.graph.sizes)
        prepare(code, step.op)
        return Compute(code, (), ())

    def _other_program(self, step: Apply | Use | Group, training: bool) -> Program | None:
        """What a step runs on its module where that is not what the module itself runs.

        A shared module may be applied to inputs of several types, and the text may read them.
        """
        if isinstance(step, Apply):
            assert step.slot is not None
            own_plan = self.plans.leaves[step.slot]
            if not isinstance(own_plan, Plan) or own_plan == self.functions[step]:
                return None
            return self.functions[step].program(training)
        if isinstance(step, Group):
            own, here = self.plans.groups[step.slot], self.groups[step]
            return None if own == here else here.program(training)
        member = step.slot.member
        assert isinstance(member, Definition)
        if member is step.definition:
            return None
        wanted = self.plans.spelt_out(step.definition, training)
        return None if wanted == self.plans.spelt_out(member, training) else wanted

    def _spelt_out(self, step: Apply | Use | Group, training: bool) -> Program | None:
        """What a step runs; None where it is one of torch's own modules."""
        if isinstance(step, Use):
            return self.plans.spelt_out(step.definition, training)
        plan = self.functions.get(step) if isinstance(step, Apply) else None
        return None if plan is None else plan.program(training)


def _assemble(drafts: list[_Draft], inputs: Sequence[Value], outputs: Sequence[Value]) -> Program:
    """Give values their registers, and mark after which instruction each is used no more."""
    last: dict[Value, int] = dict.fromkeys(inputs, -1)
    for index, (_, reads, makes) in enumerate(drafts):
        last.update(dict.fromkeys((*reads, *makes), index))
    kept = set(outputs)
    dead: list[list[Value]] = [[] for _ in drafts]
    for value, index in last.items():
        if index >= 0 and value not in kept:
            dead[index].append(value)
    # The inputs stand in the first registers as they come, and one value may come twice.
    register: dict[Value, int] = {}
    for place, value in enumerate(inputs):
        register.setdefault(value, place)
    size = len(inputs)
    for value in last:
        if value not in register:
            register[value] = size
            size += 1
    instructions: list[Instruction] = [
        replace(
            draft,
            inputs=tuple(register[value] for value in reads),
            outputs=tuple(register[value] for value in makes),
            dead=tuple(register[value] for value in dead[index]),
        )
        for index, (draft, reads, makes) in enumerate(drafts)
    ]
    return Program(tuple(instructions), size, tuple(register[value] for value in outputs))
