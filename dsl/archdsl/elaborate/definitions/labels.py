"""Labels: their texts, held against what torch can carry, and whether a scope has any."""

from __future__ import annotations

from archdsl import rules
from archdsl.elaborate.definitions.builder import SlotName
from archdsl.elaborate.definitions.context import Context
from archdsl.elaborate.expressions.evaluate import Evaluator
from archdsl.elaborate.values.kinds import Env, Flow, Unknown, empty
from archir.base.reserved import why_not
from archir.init.values import Part
from archir.program.declarations import Block
from archir.program.expressions import BlockValue, Global, Local
from archir.program.nodes import Expr
from archir.program.statements import Label, Labelling


def slot_name(label: Label | None, flow: Flow, context: Context) -> SlotName | None:
    """The label of a stage; None where it has none, or one whose problem has been reported."""
    if label is None:
        return None
    if label.name is None:
        return SlotName(None, True, label.span)
    name = label.name
    text = name if isinstance(name, str) else context.evaluator(flow).text(name)
    if isinstance(text, Unknown):
        return None
    reason = why_not(text)
    if reason is not None:
        context.session.report(rules.labels.BadLabel(text, reason), label.span)
        return None
    return SlotName(text, False, label.span)


def is_labelled(labelling: Labelling, context: Context, env: Env | None = None) -> bool:
    """Whether a scope names its children by label.

    A label counts whether its stage is taken or not, those of spliced blocks too. ``env`` is that
    of the scope's text where it is not the context's.
    """
    if labelling.own or not labelling.spliced:
        return labelling.own
    evaluator = Evaluator(context.session, context.env if env is None else env)
    return any(
        _has_labels(block, context)
        for target in labelling.spliced
        if (block := _block(target, evaluator)) is not None
    )


def _block(target: Expr, evaluator: Evaluator) -> Block | None:
    """The block that a name stands for, as far as that is known."""
    if isinstance(target, BlockValue):
        return target.block
    part = evaluator.bound(target) if isinstance(target, Local) else None
    if isinstance(target, Global):
        part = evaluator.meaning(target)
    return part.origin if isinstance(part, Part) and isinstance(part.origin, Block) else None


def _has_labels(block: Block, context: Context) -> bool:
    """Whether a block, or one that is spliced into it however deep, has labels."""
    known = context.session.with_labels.get(block)
    if known is None:
        waiting, seen = [block], {block}
        known = False
        while waiting and not known:
            inner = waiting.pop()
            known = inner.labelling.own
            # What its parameters stand for is known where it is spliced, and not before.
            evaluator = Evaluator(context.session, empty(inner))
            found = [_block(target, evaluator) for target in inner.labelling.spliced]
            fresh = [each for each in found if each is not None and each not in seen]
            seen.update(fresh)
            waiting += fresh
        context.session.with_labels[block] = known
    return known
