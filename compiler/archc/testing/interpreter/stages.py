"""Stages (section 4): what stands between two arrows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from torch import Tensor

from archc.testing.interpreter import bodies, uses
from archc.testing.interpreter.expressions import condition, evaluate
from archc.testing.interpreter.names import Here, meaning
from archc.testing.interpreter.refused import wrong
from archc.testing.interpreter.scopes import Slot, why_not
from archc.testing.interpreter.torch_calls import initial_weights as weights
from archc.testing.interpreter.torch_calls.ops import OPS
from archc.testing.interpreter.values import Flow, Part, Shared, is_flow, literal
from archdsl.tree import ast
from archir.base.record import replaced


def stage(node: ast.Stage, flow: Flow, here: Here, *, is_head: bool) -> Flow:
    """Apply a stage. One whose condition is false passes its input on, and leaves nothing."""
    if node.condition is not None:
        truth = condition(node.condition, here.reading(flow))
        here.decide(node, "a condition", truth)
        if not truth:
            return flow
    if isinstance(node.unit, ast.PartUse):
        return _part_use(node, node.unit, flow, here, is_head=is_head)
    if node.overrides:
        raise wrong(node.overrides[0], "an op alone has initial weights of its own")
    if node.label is None:
        return unit(node.unit, flow, here)
    return _labelled(node, flow, here)


def unit(node: ast.Unit, flow: Flow, here: Here) -> Flow:
    """Braces, brackets or a combinator without a label: they open no scope."""
    if isinstance(node, ast.Sequence):
        return bodies.run(node.body, flow, here.inner())
    if isinstance(node, ast.Branches):
        return branches(node, flow, here)
    if isinstance(node, ast.Residual):
        return _residual(node, flow, here)
    if isinstance(node, ast.Dense):
        made = bodies.run(node.body, flow, here.inner())
        return uses.apply(OPS["concat"], {"dim": 1}, None, (*flow, *made), node, here)
    if isinstance(node, ast.For | ast.RepeatLoop):
        return bodies.statement(node, flow, here.inner())
    return stage(ast.Stage(node.span, None, node, (), None), flow, here, is_head=True)


def _residual(node: ast.Residual, flow: Flow, here: Here) -> Flow:
    """``add [{ body }, { shortcut }]``, with the input itself where there is no shortcut.

    With a condition that is false it is the body alone.
    """
    if node.condition is not None:
        truth = condition(node.condition, here.reading(flow))
        here.decide(node, "a condition", truth)
        if not truth:
            if node.shortcut is not None:
                here.names.holder().not_made.update(bodies.names_in(node.shortcut))
            return bodies.run(node.body, flow, here.inner())
    made = bodies.run(node.body, flow, here.inner())
    beside = flow
    if node.shortcut is not None:
        beside = bodies.run(node.shortcut, flow, here.inner())
    if len(made) != 1 or len(beside) != 1:
        raise wrong(node, "the two sides of residual are one value each")
    return uses.apply(OPS["add"], {"other": None}, None, (*made, *beside), node, here)


def branches(node: ast.Branches, flow: Flow, here: Here) -> Flow:
    """All branches from the same input, in the order of the text; one must be left."""
    made = tuple(_each_branch(node.items, flow, here.inner()))
    if not made:
        raise wrong(node, "no branch is left")
    return made


def _each_branch(items: tuple[ast.Statement, ...], flow: Flow, here: Here) -> Iterator[Tensor]:
    for item in items:
        if isinstance(item, ast.If):
            arm = bodies.taken(item, flow, here)
            if arm is not None:
                yield from _each_branch(arm.statements, flow, here.inner())
        elif isinstance(item, ast.For | ast.RepeatLoop):
            for turn in bodies.turns(item, flow, here):
                yield from _each_branch(item.body.statements, flow, turn)
        elif isinstance(item, ast.Pipeline):
            yield from bodies.statement(item, flow, here)
        else:
            bodies.statement(item, flow, here)


# --- labels and slots -----------------------------------------------------------------------------


def set_label(slot: Slot, label: ast.Label | None, flow: Flow, here: Here) -> None:
    """Give a child the label of the text; ``_:`` is the one without a name."""
    if label is None:
        return
    if label.name is None:
        slot.is_numbered = True
        return
    name = label.name
    text = name if isinstance(name, str) else str(evaluate(name, here.reading(flow)))
    reason = why_not(text)
    if reason is not None:
        raise wrong(label, f'"{text}" is no label: {reason}')
    slot.label = text


def slot_of(node: ast.Stage, default_name: str, flow: Flow, here: Here) -> Slot:
    """The child that a stage is; made and registered when the network is built."""
    key = here.key(node)
    if key not in here.made:
        if not here.run.building:
            raise wrong(node, "whether this runs depends on a size of the input")
        slot = Slot(None, False, default_name, node)
        set_label(slot, node.label, flow, here)
        here.scope.add(slot, node)
        here.made[key] = slot
    found: Slot = here.made[key]
    return found


def _labelled(node: ast.Stage, flow: Flow, here: Here) -> Flow:
    """Labelled braces, brackets or a combinator: a scope of its own, if anything is in it."""
    key = here.key(node)
    if key not in here.made:
        if not here.run.building:
            raise wrong(node, "whether this runs depends on a size of the input")
        slot = Slot(None, False, "group", node, uses.new_scope(node.unit, here))
        set_label(slot, node.label, flow, here)
        here.made[key] = slot
    slot = here.made[key]
    before = here.run.applied
    uses.enter(slot, here)
    try:
        made = unit(node.unit, flow, replace(here, scope=slot.scope))
    finally:  # it may be the last that is wanted of a block
        is_empty = not slot.scope.entries and here.run.applied == before
        if here.run.building and not is_empty and slot not in here.scope.entries:
            here.scope.add(slot, node)  # now, for what is absent takes no label
    runs = here.run.applied != before or slot.runs
    return uses.reached(slot, made, here) if runs else made


# --- named values and parts -----------------------------------------------------------------------


def _part_use(node: ast.Stage, use: ast.PartUse, flow: Flow, here: Here, *, is_head: bool) -> Flow:
    """A named value, an op, a block, or a ``module`` that is applied."""
    target = flow if use.name.text == "_" else _target(use.name, flow, here)
    if use.places and (use.branches is None or isinstance(target, tuple)):
        target = evaluate(ast.Access(use.span, use.name, use.places), here.reading(flow))
        use = replaced(use, branches=None)
    if use.taps and not (isinstance(target, Part) and target.kind != "op"):
        raise wrong(node, f"{use.name.text} is no block, and has no parts")
    if isinstance(target, Tensor):
        target = (target,)
    if is_flow(target):
        return _head(node, use, target, here, is_head=is_head)
    inputs = flow if use.branches is None else branches(use.branches, flow, here)
    if target is None:
        return inputs
    if isinstance(target, Shared):
        return _module_again(target, node, use, inputs, here)
    if not isinstance(target, Part):
        raise wrong(use.name, f"{literal(target)} is no part of a network")
    if use.splice:
        if node.label is not None:
            raise wrong(node, "what is spliced has no name of its own")
        return uses.splice(target, use, inputs, here)
    if target.kind == "op":
        return _op(target, node, use, flow, inputs, here)
    if node.overrides:
        raise wrong(node.overrides[0], f"{target.name} has no parameter of its own")
    slot = slot_of(node, target.name, flow, here)
    return uses.reached(slot, uses.use_block(target, use, slot, inputs, here), here)


def _module_again(
    module: Shared, node: ast.Stage, use: ast.PartUse, inputs: Flow, here: Here
) -> Flow:
    if node.label is not None or use.arguments is not None or node.overrides:
        raise wrong(node, f"{use.name.text} is made where it is declared")
    is_elsewhere = module.here.body.root is not here.body.root  # one that a block was given
    if is_elsewhere or here.names.is_outside(use.name.text):
        raise wrong(node, f"a module or block does not apply {use.name.text} from outside")
    return uses.reached(module.slot, uses.use_shared(module, inputs, node, here), here)


def _op(
    part: Part, node: ast.Stage, use: ast.PartUse, flow: Flow, inputs: Flow, here: Here
) -> Flow:
    op, given = uses.arguments(part, use, inputs, here)
    alone = op.alone is not None and op.alone(given)
    if op.takes_several(given) and not alone and len(inputs) == 1 and use.branches is None:
        raise wrong(node, f"{op.keyword} merges several values", op.keyword)
    numbered = node.label is not None and node.label.name is None
    if not op.has_module and not numbered:
        if node.label is not None:
            raise wrong(node.label, f"{op.keyword} is a function, and has no label", op.keyword)
        if node.overrides:
            raise wrong(node.overrides[0], f"{op.keyword} has no parameter", op.keyword)
        return uses.apply(op, given, None, inputs, use, here)
    slot = slot_of(node, op.keyword, flow, here)
    made = uses.apply(op, given, slot, inputs, use, here)
    if here.run.building and node.overrides:
        weights.note_overrides(slot, node.overrides, flow, here)
    return uses.reached(slot, made, here)


def _target(name: ast.Name, flow: Flow, here: Here) -> Any:
    """What a stage's name means. A ``module`` of the body may be applied before it stands."""
    found = meaning(name, here.reading(flow))
    if found is not None:
        return found[0]
    ahead = uses.ahead(name.text, here)
    if ahead is None:
        raise wrong(name, f"nothing is called {name.text} here")
    return ahead


def _head(node: ast.Stage, use: ast.PartUse, values: Flow, here: Here, *, is_head: bool) -> Flow:
    """A named value stands only at the head of a chain, without arguments or a label."""
    name = use.name
    if use.arguments is not None or use.branches is not None or node.label is not None:
        raise wrong(node, f"{name.text} is a value, and takes no arguments and no label")
    if name.text != "_" and not is_head:
        raise wrong(name, f"{name.text} is a value, and stands at the head of a chain")
    if here.names.is_outside(name.text):
        raise wrong(name, f"a module does not read {name.text} from outside")
    return values
