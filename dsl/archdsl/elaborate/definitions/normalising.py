"""``with weight = weight_norm``: the layer that one becomes whose weight is made of others."""

from __future__ import annotations

from archdsl.elaborate.definitions.context import Context
from archir import rules
from archir.base.diagnostics import Problem
from archir.base.source import Span
from archir.catalogue.registry import built_in, ops
from archir.init.init_rules import Given, Initialiser, Tie
from archir.init.initialisers import NORMALISATIONS
from archir.op.contract import Op
from archir.ops.normalised_weights import WEIGHT, normalised
from archir.shapes.types import TensorType


def normalise(
    op: Op,
    own: tuple[tuple[str, Given], ...],
    types: tuple[TensorType, ...] | None,
    context: Context,
    span: Span,
) -> Op:
    """The layer with its weight made as its own ``with`` says, once."""
    made = op
    for name, given in own:
        if not isinstance(given, Initialiser) or given.function not in NORMALISATIONS:
            continue
        problem = _wrong(op, name, given, own, context, types)
        if problem is None and made is not op:
            problem = _cannot(given, "it is normalised already")
        if problem is not None:
            context.session.report(problem, span)
        else:
            made = normalised(op, given)
    return made


def _wrong(
    op: Op,
    name: str,
    how: Initialiser,
    own: tuple[tuple[str, Given], ...],
    context: Context,
    types: tuple[TensorType, ...] | None,
) -> Problem | None:
    """Why torch cannot do that to a parameter of a layer; None if it can."""
    if op.weight_kept is None or name != WEIGHT:
        known = [each for each in built_in() if ops()[each].weight_kept is not None]
        advice = f"it is for the weight of {', '.join(known[:-1])} and {known[-1]}"
        named = f"the {name} of {op.keyword}"
        facts = (how.function, named, "there is no way to do so", advice)
        return rules.initial.CannotNormalise(*facts)
    if any(each == name and isinstance(given, Tie) for each, given in own):
        return _cannot(how, "it is another layer's")
    dim = dict(how.arguments).get("dim", 0)
    if types is None or not isinstance(dim, int):
        return None
    specs = context.session.rule_cache.parameters(op, types)
    rank = next((len(spec.shape) for spec in specs if spec.name == name), dim + 1)
    if dim < rank:
        return None
    reason = f"it has {rank} dims, so there is no dim {dim}"
    advice = f"dim is from 0 to {rank - 1}, or -1 for one length of the whole weight"
    return rules.initial.CannotNormalise(how.function, "the weight", reason, advice)


def _cannot(how: Initialiser, reason: str) -> Problem:
    return rules.initial.CannotNormalise(
        how.function, "the weight", reason, "leave one of the two out"
    )
