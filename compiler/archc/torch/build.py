"""Construction: the modules of a model, made in the order of the text."""

from __future__ import annotations

import torch
from torch import nn

from archc.torch.calls import construct
from archc.torch.initialise import Leaf, draw, run_pass
from archc.torch.modules import shell
from archc.torch.plan import Plans, plan_all
from archc.torch.program import Plan
from archir import graph
from archir.graph import Definition, Parameter, Scope, Slot
from archir.typed import TypedGraph
from archir.unroll import unroll


def build(typed: TypedGraph) -> nn.Module:
    """The live module of a model, with its initial weights."""
    typed = unroll(typed)
    builder = _Builder(plan_all(typed))
    root = typed.graph.root
    module = builder.definition(root)
    if not root.has_init:
        run_pass(module, (), builder.leaves)  # what is left of ``with`` is drawn here
    return module


class _Builder:
    def __init__(self, plans: Plans) -> None:
        self.plans = plans
        self.leaves: dict[nn.Module, Leaf] = {}

    def definition(self, definition: Definition) -> nn.Module:
        """A fresh module for one use of a definition; its own rules have been applied."""
        # As deep as blocks use blocks, which the elaborator bounds.
        module = shell(self.plans.definitions[definition], named=True)
        self._fill(module, definition.scope)
        if definition.has_init:
            run_pass(module, definition.init, self.leaves)
        return module

    def _fill(self, module: nn.Module, scope: Scope) -> None:
        """Register a scope's parameters and children, each drawn where it stands."""
        waiting = sorted(scope.parameters, key=lambda parameter: parameter.position)
        names = self.plans.names[scope]
        for position, slot in enumerate(scope.entries):
            assert isinstance(slot, Slot), "back ends take unrolled graphs"
            while waiting and waiting[0].position <= position:
                _register(module, waiting.pop(0))
            if slot.member is not None:
                module.add_module(names[slot], self._child(slot))
        for parameter in waiting:
            _register(module, parameter)

    def _child(self, slot: Slot) -> nn.Module:
        member = slot.member
        if isinstance(member, Definition):
            return self.definition(member)
        if isinstance(member, graph.Leaf):
            return self._leaf(slot, member)
        assert isinstance(member, Scope)
        plan = self.plans.groups.get(slot)
        module = nn.Module() if plan is None else shell(plan, named=False)
        self._fill(module, member)
        return module

    def _leaf(self, slot: Slot, member: graph.Leaf) -> nn.Module:
        how = self.plans.leaves[slot]
        if isinstance(how, Plan):
            return shell(how, named=True)
        module = construct(how, member.op)
        self.leaves[module] = Leaf(member.op.keyword, dict(member.overrides))
        return module


def _register(module: nn.Module, parameter: Parameter) -> None:
    tensor = torch.empty(parameter.shape)
    draw(tensor, parameter.initialiser)
    if parameter.is_buffer:
        module.register_buffer(parameter.name, tensor)
    else:
        module.register_parameter(parameter.name, nn.Parameter(tensor))
