"""The module classes of live models. Each holds its plan as data; none is made at run time.

The plan is an attribute whose name is reserved, so that no label can be equal to it.
"""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn

from archc.torch.program import Plan

_PLAN = "_archc_plan"


def plan_of(module: nn.Module) -> Plan:
    """The plan of a module of ours."""
    plan: Plan = getattr(module, _PLAN)
    return plan


def plan_if_ours(module: nn.Module) -> Plan | None:
    """The plan of a module, if it was made of a text."""
    return getattr(module, _PLAN, None)


class _TakesNames(nn.Module):
    """Inputs may be given by the names that they have in the text."""

    def __call__(self, *inputs: Any, **named: Any) -> Any:
        # Not in ``forward``: a tracer would take ``**named`` for one more input.
        plan = plan_if_ours(self)  # a slice of a chain has none
        if plan is not None and named and "input" not in named:
            inputs, named = tuple(plan.in_order(inputs, named)), {}
        return super().__call__(*inputs, **named)


class Network(_TakesNames):
    """A model, block or group of one input, with a forward of its own."""

    def __init__(self, plan: Plan) -> None:
        super().__init__()
        setattr(self, _PLAN, plan)

    def _get_name(self) -> str:
        return plan_of(self).name

    def forward(self, input: Tensor) -> Any:  # noqa: A002  (torch's own name for it)
        plan = plan_of(self)
        return plan.program(self.training).run(self, (input,))


class ManyInputNetwork(Network):
    """A model, block or group of several inputs."""

    def forward(self, *inputs: Tensor) -> Any:
        plan = plan_of(self)
        if len(inputs) != len(plan.inputs):
            count = f"{len(plan.inputs)} inputs, and was given {len(inputs)}"
            raise TypeError(f"{plan.name} takes {count}")
        return plan.program(self.training).run(self, inputs)


class Chain(_TakesNames, nn.Sequential):
    """A block whose children run one after the other: a Sequential that knows its name."""

    def _get_name(self) -> str:
        plan = plan_if_ours(self)
        return "Sequential" if plan is None else plan.name


CONTAINERS = {"list": nn.ModuleList, "dict": nn.ModuleDict}
"""What holds children that have no ``forward`` around them."""


def shell(plan: Plan, *, named: bool) -> nn.Module:
    """An empty module for a plan. ``named`` tells a definition from a labelled group."""
    if plan.is_chain:
        if not named:
            return nn.Sequential()
        chain = Chain()
        setattr(chain, _PLAN, plan)
        return chain
    return Network(plan) if len(plan.inputs) == 1 else ManyInputNetwork(plan)
