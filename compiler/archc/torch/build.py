"""Construction: the modules of a model, made in the order of the text."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import nn

from archc.torch.assembling import plan
from archc.torch.calls import changed, construct, prepare
from archc.torch.initialise import DrawnLeaf, draw, run_pass
from archc.torch.modules import CONTAINERS, shell
from archc.torch.program import Plan
from archir.graph import modules
from archir.graph.graph import RawParameter
from archir.graph.lowering import lower
from archir.graph.modules import Entry, Module, Network, Raw
from archir.graph.naming import ties
from archir.graph.typed import TypedGraph
from archir.graph.unroll import unroll
from archir.init.init_rules import RAW
from archir.init.tensors import TensorConstant
from archir.op.recipe import Call, substitute


def build(typed: TypedGraph) -> nn.Module:
    """The live module of a model, with its initial weights."""
    root = lower(unroll(typed)).root
    builder = _Builder()
    builder.plans[root] = plan(root, in_dict=typed.in_dict)
    module = builder.network(root)
    if not root.definition.has_init:
        run_pass(module, (), builder.leaves)  # what is left of ``with`` is drawn here
    return module


class _Builder:
    def __init__(self) -> None:
        self.leaves: dict[nn.Module, DrawnLeaf] = {}
        self.plans: dict[Network, Plan] = {}

    def network(self, network: Network) -> nn.Module:
        """A fresh module for one use of a network; a definition's own rules have been applied."""
        # As deep as blocks use blocks, which the elaborator bounds.
        if network not in self.plans:
            self.plans[network] = plan(network)
        module = shell(self.plans[network], named=network.kind != "group")
        self._fill(module, network.entries)
        if network.kind == "definition":
            _tie(module, ties(network.definition))
        if network.kind == "definition" and network.definition.has_init:
            run_pass(module, network.definition.init, self.leaves)
        return module

    def _fill(self, module: nn.Module, entries: list[Entry]) -> None:
        """Register parameters and children, each drawn where it stands."""
        for entry in entries:
            if isinstance(entry, Raw):
                _register(module, entry.parameter)
                self.leaves.setdefault(module, DrawnLeaf(RAW, {}))
            else:
                module.add_module(entry.name, self._module(entry.module))

    def _module(self, module: Module) -> nn.Module:
        if isinstance(module, Network):
            return self.network(module)
        if isinstance(module, modules.LeafModule):
            return self._leaf(module)
        container: nn.Module = CONTAINERS[module.holder]()
        self._fill(container, module.entries)
        return container

    def _leaf(self, leaf: modules.LeafModule) -> nn.Module:
        make = substitute(leaf.make, leaf.op)
        assert isinstance(make, Call)
        prepare(make, leaf.op)
        module = construct(make, leaf.op)
        places: dict[str, str] = {}
        if leaf.around is not None:
            module = changed(module, leaf.around)
            specs = leaf.op.initialised(leaf.types)
            places = {spec.name: leaf.op.initialised_at(spec.name) for spec in specs}
        self.leaves[module] = DrawnLeaf(leaf.op.keyword, dict(leaf.overrides), places)
        return module


def _tie(module: nn.Module, keys: Mapping[str, str]) -> None:
    """Let parameters be other ones' tensors."""
    for key, other in keys.items():
        path, _, name = key.rpartition(".")
        setattr(module.get_submodule(path), name, module.get_parameter(other))


def _register(module: nn.Module, parameter: RawParameter) -> None:
    initial = parameter.initial
    dtype = None if parameter.dtype == "float32" else getattr(torch, parameter.dtype)
    if isinstance(initial, TensorConstant):
        items = torch.tensor(initial.items, dtype=dtype or torch.get_default_dtype())
        tensor = items.reshape(parameter.shape)
    else:
        tensor = torch.empty(parameter.shape, dtype=dtype)
    if not parameter.is_buffer:
        tensor = nn.Parameter(tensor)
    if not isinstance(initial, TensorConstant):
        draw(tensor, initial)
    if isinstance(tensor, nn.Parameter):
        module.register_parameter(parameter.name, tensor)
    else:
        module.register_buffer(parameter.name, tensor, persistent=parameter.is_persistent)
