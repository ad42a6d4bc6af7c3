"""Uses of parts (sections 3 and 4): an op applied, a block's body run, a ``module`` applied."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import torch
from torch import nn

from archc.testing.interpreter import bodies, shapes, stages
from archc.testing.interpreter.arguments import bind, fill
from archc.testing.interpreter.expressions import evaluate
from archc.testing.interpreter.names import Body, Here, Names, Reading, lookup
from archc.testing.interpreter.refused import wrong
from archc.testing.interpreter.scopes import Scope, Slot, finder, is_labelled, name_of
from archc.testing.interpreter.torch_calls import initial_weights as weights
from archc.testing.interpreter.torch_calls.declared import Op
from archc.testing.interpreter.torch_calls.ops import OPS, attempt, check_arguments, check_extents
from archc.testing.interpreter.values import Flow, Part, Shared
from archdsl.tree import ast

# --- ops ------------------------------------------------------------------------------------------


def arguments(part: Part, use: ast.PartUse, inputs: Flow, here: Here) -> tuple[Op, dict[str, Any]]:
    """An op and all its arguments; ``_`` in them is what flows into it."""
    op = OPS[part.name]
    given = bind(part, use.arguments, here.reading(inputs), place=use)
    check_arguments(use, op.keyword, given)
    if isinstance(given.get("split_size_or_sections"), int):
        here.decide(use, "the extent of a piece", given["split_size_or_sections"])
    if op.keyword in ("reshape", "expand"):
        _check_sizes(use.arguments, op, here.reading(inputs))
    return op, {name: given.get(name, op.defaults.get(name)) for name in op.kinds}


def _check_sizes(given: ast.Arguments | None, op: Op, reading: Reading) -> None:
    """An extent that speaks of sizes is at least 1: -1 is open only where it is written so."""
    for argument in () if given is None else given.items:
        items = argument.value
        for item in items.items if isinstance(items, ast.ListDisplay) else (items,):
            if shapes.speaks_of_sizes(item, reading) and evaluate(item, reading) == -1:
                reason = f"{item.span.text} is -1, and an extent is at least 1"
                raise wrong(item, reason, op.keyword)


def apply(
    op: Op, given: dict[str, Any], slot: Slot | None, inputs: Flow, node: ast.Node, here: Here
) -> Flow:
    """Apply an op to what flows in: its module if it has one, else the function."""
    if len(inputs) > 1 and not op.takes_several(given):
        raise wrong(node, f"{op.keyword} takes one value, not {len(inputs)}", op.keyword)
    here.run.applied += 1
    if here.run.building:  # how values lie in memory is asked where the network runs
        inputs = tuple(value.clone(memory_format=torch.contiguous_format) for value in inputs)
    if slot is not None:
        _make(op, given, slot, inputs, node, here)
    if op.asks is not None:
        attempt(node, op.keyword, op.asks, inputs[0], given)
    if op.has_module:
        assert slot is not None and slot.module is not None
        made = attempt(node, op.keyword, slot.module, *inputs)
    else:
        assert op.run is not None
        made = attempt(node, op.keyword, op.run, inputs, given)
    outputs: Flow = made if isinstance(made, tuple) else (made,)
    check_extents(node, op.keyword, inputs, outputs)
    _decide(op, given, inputs, outputs, node, here)
    here.run.note(op.keyword, node, slot, inputs, outputs)
    return outputs


def _decide(
    op: Op, given: dict[str, Any], inputs: Flow, outputs: Flow, node: ast.Node, here: Here
) -> None:
    """What a function decides at the default sizes holds for all: pieces, and which dims go.

    The -1 of an open extent is one that is written; an expression is no -1 at any size.
    """
    if op.keyword in ("chunk", "split"):
        here.decide(node, "the number of pieces", len(outputs))
    elif op.keyword == "squeeze":
        dims = given["dim"] if isinstance(given["dim"], tuple) else (given["dim"],)
        gone = tuple(inputs[0].shape[dim] == 1 for dim in dims)
        here.decide(node, "which dims are left out", gone)
    elif op.keyword in ("reshape", "expand"):
        extents = given["shape" if op.keyword == "reshape" else "size"]
        open_ones = tuple(extent == -1 for extent in extents)
        here.decide(node, "which extent is open", open_ones)


def _make(
    op: Op, given: dict[str, Any], slot: Slot, inputs: Flow, node: ast.Node, here: Here
) -> None:
    """Make the op's module where it is first met. Every later use must be able to share it."""
    if not here.run.building:
        changed = op.has_module and slot.given != given  # what a module is made of
        if slot.module is None or changed:
            reason = f"an argument of {op.keyword} depends on a size of the input"
            raise wrong(node, reason, op.keyword)
        return

    def make() -> nn.Module:
        if op.make_of_all is not None:
            return op.make_of_all(inputs, given).train(False)
        made = nn.Identity() if op.make is None else op.make(inputs[0], given)
        return made.train(False)

    made = attempt(node, op.keyword, make)
    if slot.module is None:
        slot.module, slot.given, slot.keyword = made, given, op.keyword
        slot.make, slot.text = make, repr(made)
    elif slot.text != repr(made):
        raise wrong(node, f"{made} cannot be shared with {slot.module}", op.keyword)


# --- blocks ---------------------------------------------------------------------------------------


def use_block(part: Part, use: ast.PartUse, slot: Slot, inputs: Flow, here: Here) -> Flow:
    """Run a block's body: its parameters and what flows in are all that it knows."""
    inner = _inside(part, use, inputs, here)
    assert part.node is not None
    if slot.scope is None:
        slot.scope = new_scope(part.node.body, inner)
    inner = replace(inner, scope=slot.scope, made=slot.made)
    if use.taps:
        return _run_upto(part.node.body, use, inputs, inner, here)
    return run_body(part.node.body, inputs, inner)


class _Reached(Exception):  # noqa: N818  (no error: all has run that is wanted)
    """The last of the modules up to which a block is wanted has run."""


def _run_upto(body: ast.Body, use: ast.PartUse, inputs: Flow, inner: Here, here: Here) -> Flow:
    """Run a body until all of the labelled modules have; gives what they gave.

    What stands behind them is not made. An ``init`` is for all that is.
    """
    start = begin(body, inner)
    start.body.taps = tuple(_tap(label, inputs, here) for label in use.taps)
    start.body.paths[id(start.scope)] = ""
    try:
        bodies.run(body, inputs, start)
    except _Reached:
        pass
    else:
        missing = sorted(set(start.body.taps) - set(start.body.tapped))
        raise wrong(use, f"{use.name.text} has no {', '.join(missing)} that runs")
    if start.body.early:
        raise wrong(use, "a module that runs before the cut stands behind it")
    for node in body.statements:
        if isinstance(node, ast.InitStatement):
            bodies.statement(node, inputs, start)
    return tuple(start.body.tapped[tap] for tap in start.body.taps)


def _tap(label: ast.Label, inputs: Flow, here: Here) -> str:
    name = label.name
    assert name is not None
    return name if isinstance(name, str) else str(evaluate(name, here.reading(inputs)))


def enter(slot: Slot, here: Here) -> None:
    """Note how the names of the modules in labelled braces begin, where some are looked for."""
    before = here.body.paths.get(id(here.scope))
    if before is not None and here.body.taps:
        here.body.paths[id(slot.scope)] = f"{before}{name_of(slot, here.scope)}."


def reached(slot: Slot, made: Flow, here: Here) -> Flow:
    """What a module has given, noted where it is wanted; behind the last nothing runs."""
    before = here.body.paths.get(id(here.scope))
    if not here.body.taps or here.training or before is None:
        return made
    path = f"{before}{name_of(slot, here.scope)}"
    if path in here.body.taps and path not in here.body.tapped:
        if len(made) != 1:
            raise wrong(slot.node, f"{path} gives {len(made)} values")
        here.body.tapped[path] = made[0]
        if set(here.body.taps) == set(here.body.tapped):
            raise _Reached
    return made


def new_scope(node: ast.Body | ast.Unit, here: Here) -> Scope:
    """The scope of a text, of which the names mean what they mean here."""
    return Scope(is_labelled(node, finder(here.reading(None))))


def _inside(part: Part, use: ast.PartUse, inputs: Flow, here: Here) -> Here:
    """The beginning of a block's body, with its parameters."""
    assert part.node is not None and part.home is not None
    values = bind(part, use.arguments, here.reading(inputs), place=use)
    reading = Reading(part.home, Names())
    fill(part.name, part.node.params, values, reading, use)
    names = Names(reading.names, holds_values=True)
    decided = here.decided.setdefault(here.key(use), {})
    return Here(part.home, names, here.run, Body(), here.scope, here.made, decided)


def run_body(body: ast.Body, inputs: Flow, here: Here) -> Flow:
    """Run a block's body; gives its outputs, or else its last value."""
    here = begin(body, here)
    last = finish(body, inputs, here)
    if any(when for _, _, when in here.body.outputs):
        raise wrong(body, "a model with outputs for training alone is no block")
    return tuple(value for _, value, _ in here.body.outputs) or last


def begin(body: ast.Body, here: Here) -> Here:
    """The beginning of a declaration's body."""
    above = here.body  # of a spliced block, that of what is around it
    shared = (above.taps, above.tapped, above.paths, above.root or here.scope)
    start = replace(here, body=Body(body, None, [], {}, *shared))
    start.body.start = start
    return start


def finish(body: ast.Body, inputs: Flow, start: Here) -> Flow:
    """Run a declaration's body from its beginning to its end, or to a cut."""
    try:
        last = bodies.run(body, inputs, start)
    except _Reached:  # in a block that is spliced into what is cut
        _all_stand(start.body)
        raise
    _all_stand(start.body)
    return last


def _all_stand(body: Body) -> None:
    for module in body.early.values():
        raise wrong(module.node, f"{module.node.name.text} is applied, and never stands")


def splice(part: Part, use: ast.PartUse, inputs: Flow, here: Here) -> Flow:
    """``*Name(args)``: the block's children go into the scope around it."""
    if part.node is None:
        raise wrong(use, f"{part.name} has no children to splice")
    for node in _own_statements(part.node.body):
        if isinstance(node, ast.InitStatement | ast.OutputStatement):
            raise wrong(use, f"{part.name} has an init or outputs of its own")
    inner = _inside(part, use, inputs, here)
    if is_labelled(part.node.body, finder(inner.reading(None))):
        here.scope.is_labelled = True  # by whatever name the block goes here
    made = here.made.setdefault(here.key(use), {})
    there = replace(inner, scope=here.scope, made=made, body=here.body)
    return run_body(part.node.body, inputs, there)


# --- module head = … ------------------------------------------------------------------------------


def shared(node: ast.ModuleStatement, here: Here) -> Shared:
    """The child that a ``module`` statement stands for."""
    slot = here.made.setdefault(here.key(node), Slot(None, False, node.name.text, node))
    return Shared(node, slot, here)


def ahead(name: str, here: Here) -> Shared | None:
    """A ``module`` of the body, or of an ``if`` in it, that stands further on."""
    start = here.body.start
    if start is None or start.body.node is None:
        return None
    modules = (n for n in _own_statements(start.body.node) if isinstance(n, ast.ModuleStatement))
    found = [node for node in modules if node.name.text == name]
    if len(found) != 1:
        return None
    early = start.body.early
    return early.setdefault(id(found[0]), shared(found[0], start))


def _own_statements(body: ast.Body) -> Iterator[ast.Statement]:
    """The statements of a body and of the arms of each ``if`` in it."""
    for node in body.statements:
        yield node
        if isinstance(node, ast.If):
            for _, arm in node.arms:
                yield from _own_statements(arm)
            if node.otherwise is not None:
                yield from _own_statements(node.otherwise)


def use_shared(module: Shared, inputs: Flow, node: ast.Stage, here: Here) -> Flow:
    """Apply a ``module``. What it needs flows into it; its names are those of where it stands."""
    unit, slot = module.node.unit, module.slot
    decided = here.decided.setdefault(here.key(node), {})
    home = replace(
        module.here, names=Names(module.here.names), made=slot.made, decided=decided, turns=()
    )
    if isinstance(unit, ast.PartUse) and unit.branches is None and not unit.splice:
        part = None if unit.name.text == "_" else lookup(unit.name, home.reading(inputs))
        if isinstance(part, Part) and part.kind == "op":
            op, given = arguments(part, unit, inputs, home)
            made = apply(op, given, slot, inputs, node, home)
            if home.run.building and module.node.overrides:
                weights.note_overrides(slot, module.node.overrides, inputs, home)
            return made
        if isinstance(part, Part) and not module.node.overrides:
            return use_block(part, unit, slot, inputs, home)
    if module.node.overrides:
        raise wrong(module.node.overrides[0], "an op alone has initial weights of its own")
    if slot.scope is None:
        slot.scope = new_scope(unit, home)
    names = Names(module.here.names, holds_values=True, is_wall=True)
    return stages.unit(
        unit, inputs, replace(home, names=names, scope=slot.scope, body=Body(root=slot.scope))
    )
