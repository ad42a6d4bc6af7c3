"""Initial weights of two models: which tensors are drawn otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeAlias

from archir.difference.changes import Change, Site
from archir.difference.keys import Keys
from archir.difference.units import Side
from archir.graph.flat import Flat
from archir.graph.graph import Definition, Leaf, Scope
from archir.graph.naming import names
from archir.init.init_rules import InitRule, Tie, matches
from archir.init.tensors import TensorConstant
from archir.init.values import show_constant
from archir.op.contract import Op

Drawn: TypeAlias = "dict[str, str]"
"""By the key of a tensor what draws it, in words; what torch draws by itself is not in it."""

OWN = "as torch has it"


def initial(
    old: Side, new: Side, keys: Keys, places: Mapping[str, tuple[Site, Site]]
) -> Iterator[Change]:
    """The tensors that both have and that are drawn otherwise.

    ``places`` are those of a module in both texts, by its path in the new one.
    """
    before, after = drawn(old.flat), drawn(new.flat)
    usual = (Site("", old.root.span), Site("", new.root.span))
    for pair in (*keys.kept, *keys.renamed, *keys.reshaped):
        was, is_now = before.get(pair.file.key, OWN), after.get(pair.model.key, OWN)
        if was != is_now:
            path, _, name = pair.model.key.rpartition(".")
            one, other = places.get(path, usual)
            yield Change("initialised", f"{name} {was}", f"{name} {is_now}", (one,), (other,))


def drawn(flat: Flat) -> Drawn:
    """What draws each tensor of a model, as ``init``, ``with`` and raw parameters say it.

    Of rules that select one tensor the last of the outermost definition draws it; what stands
    behind ``with`` is final.
    """
    found: Drawn = {}
    final: Drawn = {}
    ops = [module for module in flat.modules if isinstance(module.member, Op)]
    for module in reversed(flat.modules):  # inner definitions are registered behind outer ones
        if not isinstance(module.member, Definition):
            continue
        prefix = f"{module.path}." if module.path else ""
        final.update(_written(module.member, prefix))
        for rule in module.member.init:
            for op in ops:
                if op.path.startswith(prefix):
                    found.update(_by_rule(rule, op.path, op.member, prefix))  # type: ignore[arg-type]
    own = {f"{op.path}.{spec.name}" for op in ops for spec in op.state}
    return {key: said for key, said in {**found, **final}.items() if key in own or key in final}


def _by_rule(rule: InitRule, path: str, op: Op, prefix: str) -> Iterator[tuple[str, str]]:
    if matches(rule, op.keyword, path[len(prefix) :]):
        yield f"{path}.{rule.parameter}", show_constant(rule.initialiser)


def _written(definition: Definition, prefix: str) -> Iterator[tuple[str, str]]:
    """What a definition itself says of single tensors."""
    waiting: list[tuple[Scope, str]] = [(definition.scope, prefix)]
    while waiting:
        scope, path = waiting.pop()
        for raw in scope.parameters:
            given = raw.initial
            items = given.items if isinstance(given, TensorConstant) else given
            yield path + raw.name, show_constant(items)
        for slot, name in names(scope).items():
            if isinstance(slot.member, Scope):
                waiting.append((slot.member, f"{path}{name}."))
            elif isinstance(slot.member, Leaf):
                for parameter, by in slot.member.overrides:
                    said = f"that of {by.key}" if isinstance(by, Tie) else show_constant(by)
                    yield f"{path}{name}.{parameter}", said
