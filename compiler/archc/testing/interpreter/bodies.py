"""Bodies (section 3): statements that run in order over one current value."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from torch import Tensor

from archc.testing.interpreter import shapes, stages, uses
from archc.testing.interpreter.expressions import bind_names, condition, evaluate, items
from archc.testing.interpreter.names import Here
from archc.testing.interpreter.refused import place_of, wrong
from archc.testing.interpreter.scopes import Raw, empty, why_not
from archc.testing.interpreter.torch_calls import initial_weights as weights
from archc.testing.interpreter.values import Flow, is_integer, literal
from archdsl.tree import ast

Loop = ast.For | ast.RepeatLoop


def run(body: ast.Body, flow: Flow, here: Here) -> Flow:
    """Run a body's statements; gives the current value behind the last."""
    for node in body.statements:
        flow = statement(node, flow, here)
    return flow


def statement(node: ast.Statement, flow: Flow, here: Here) -> Flow:
    """Run one statement; gives the current value behind it."""
    return _RUN[type(node)](node, flow, here)


# --- chains, names and remarks --------------------------------------------------------------------


def _pipeline(node: ast.Pipeline, flow: Flow, here: Here) -> Flow:
    """``stage -> stage as name, name :: [shape]``."""
    for at, stage in enumerate(node.stages):
        flow = stages.stage(stage, flow, here, is_head=at == 0)
    values: tuple[Any, ...] = flow
    if len(node.names) == 1 and len(flow) > 1:
        values = (flow,)  # one name for several is that of their list
    if node.names and len(node.names) != len(values):
        raise wrong(node.names[0], f"{len(node.names)} names for {len(flow)} values")
    for name, value in zip(node.names, values, strict=False):
        if name.text != "_":
            here.names.name_value(name, value, training=here.training)
    if node.ascription is not None:
        _ascribe(node.ascription, flow, here)
    return flow


def _ascribe(shape: ast.Shape, flow: Flow, here: Here) -> None:
    """A remark holds at all sizes; what is written without size variables, at the defaults.

    A name of a dim may stand for a number, unless it is a size variable's own. That is known where
    it is the same at all sizes.
    """
    if len(flow) != 1:
        raise wrong(shape, f"{len(flow)} values have no one shape")

    def holds(dim: ast.ShapeDim, wanted: int, extent: int) -> bool:
        seen = here.decided.setdefault((here.key(dim), "what is written"), set())
        seen.add(wanted)
        if wanted == extent or here.run.building:
            return wanted == extent or here.run.reads_all
        reading = here.reading(flow)
        if shapes.speaks_of_sizes(dim.value, reading, variables=True):
            return False
        if shapes.speaks_of_sizes(dim.value, reading):
            here.run.look_elsewhere()
        if len(seen) == 1:
            here.run.left_open.add(place_of(dim)[1])
        return len(seen) == 1

    shapes.match(shape, tuple(flow[0].shape), here.reading(flow), here.names, holds)


def _let(node: ast.Let, flow: Flow, here: Here) -> Flow:
    reading = here.reading(flow)
    bind_names(node.names, evaluate(node.value, reading), here.names)
    if shapes.speaks_of_sizes(node.value, reading):
        here.names.sizes.update(name.text for name in node.names)
    return flow


def _assert(node: ast.Assert, flow: Flow, here: Here) -> Flow:
    reading = here.reading(flow)
    if not condition(node.condition, reading) and not here.run.reads_all:
        raise wrong(node, str(evaluate(node.message, reading)))
    return flow


# --- conditions and loops -------------------------------------------------------------------------


def taken(node: ast.If, flow: Flow, here: Here) -> ast.Body | None:
    """The arm that is taken."""
    found = len(node.arms)
    for at, (wanted, _) in enumerate(node.arms):
        if condition(wanted, here.reading(flow)):
            found = at
            break
    here.decide(node, "a condition", found)
    arms = [*(arm for _, arm in node.arms), *([] if node.otherwise is None else [node.otherwise])]
    for at, arm in enumerate(arms):
        if at != found:
            here.names.holder().not_made.update(names_in(arm))
    return node.otherwise if found == len(node.arms) else node.arms[found][1]


def _if(node: ast.If, flow: Flow, here: Here) -> Flow:
    arm = taken(node, flow, here)
    return flow if arm is None else run(arm, flow, here.inner())


def turns(node: Loop, flow: Flow, here: Here) -> Iterator[Here]:
    """A place for each turn of a loop. Behind the last, its names are lists of what they were."""
    if isinstance(node, ast.For):
        all_items: Sequence[Any] = items(node.iterable, here.reading(flow))
        count = len(all_items)
    else:
        count = evaluate(node.count, here.reading(flow))
        if not is_integer(count) or count < 0:
            raise wrong(node.count, f"{literal(count)} is no count")
        all_items = range(count)
    here.decide(node, "how often a loop runs", count)
    named = dict.fromkeys(value_names(node.body))
    lists: dict[str, list[Any]] = {name: [] for name in named}
    training: set[str] = set()
    for number, item in enumerate(all_items):
        inner = here.turn(number)
        if isinstance(node, ast.For):
            bind_names(node.targets, item, inner.names)
        yield inner
        training |= inner.names.training
        for name, values in lists.items():
            if name in inner.names.bound:
                values.append(inner.names.bound[name])
    for name, values in lists.items():
        holder = here.names.holder()
        if name in holder.bound:
            raise wrong(node, f"{name} has a meaning already")
        holder.bound[name] = tuple(values)
        if here.training or name in training:
            holder.training.add(name)


def _loop(node: Loop, flow: Flow, here: Here) -> Flow:
    for inner in turns(node, flow, here):
        flow = run(node.body, flow, inner)
    return flow


def names_in(arm: ast.Body) -> Iterator[str]:
    """The names that live to the end of the body, which an arm gives."""
    yield from value_names(arm)
    for node in arm.statements:
        if isinstance(node, ast.ModuleStatement | ast.ParamStatement):
            yield node.name.text


def value_names(node: ast.Node) -> Iterator[str]:
    """The names that ``as`` gives anywhere in a body."""
    if isinstance(node, ast.Pipeline):
        yield from (name.text for name in node.names if name.text != "_")
    elif isinstance(node, ast.ModuleStatement) and node.name.text != "_":
        yield node.name.text
    for name in node.__match_args__:
        yield from _value_names_in(getattr(node, name))


def _value_names_in(value: object) -> Iterator[str]:
    if isinstance(value, ast.Node):
        yield from value_names(value)
    elif isinstance(value, tuple):
        for item in value:
            yield from _value_names_in(item)


# --- inputs and outputs ---------------------------------------------------------------------------


def _input(node: ast.Input, flow: Flow, here: Here) -> Flow:
    """The inputs agree in number, rank and dtype; names in their shapes bind to dims."""
    if len(flow) != len(node.items):
        raise wrong(node, f"there are {len(node.items)} inputs, and {len(flow)} values flow in")

    def holds(_: ast.ShapeDim, wanted: int, extent: int) -> bool:
        return wanted == extent or here.run.reads_all

    for item, value in zip(node.items, flow, strict=True):
        if str(value.dtype) != f"torch.{shapes.dtype(item)}":
            raise wrong(item, f"{item.name.text} is {value.dtype}")
        here.names.name_value(item.name, value, training=False)
        shapes.match(item.shape, tuple(value.shape), here.reading(None), here.names, holds)
    return flow


def _output(node: ast.OutputStatement, flow: Flow, here: Here) -> Flow:
    when_training = node.when is not None
    if node.when is not None and node.when.text != "training":
        raise wrong(node.when, f"there is no mode {node.when.text}")
    if when_training and not here.run.in_training:
        return flow
    reading = replace(here.reading(flow), training=when_training)
    for item in node.items:
        value = evaluate(item.value or ast.Name(item.name.span, item.name.text), reading)
        for name, each in _outputs(item, item.name.text, value):
            if any(name == other for other, _, _ in here.body.outputs):
                raise wrong(item, f"there are two outputs {name}")
            here.body.outputs.append((name, each, when_training))
    return flow


def _outputs(item: ast.OutputItem, name: str, value: object) -> Iterator[tuple[str, Tensor]]:
    """A value, or those of a list, which have its name and their places in it."""
    if isinstance(value, Tensor):
        yield name, value
    elif isinstance(value, tuple) and value:
        for at, each in enumerate(value):
            yield from _outputs(item, f"{name}_{at}", each)
    else:
        raise wrong(item, f"{literal(value)} is no value")


# --- what is registered ---------------------------------------------------------------------------


def _param(node: ast.ParamStatement, flow: Flow, here: Here) -> Flow:
    """Raw parameters and buffers. A size variable in their shape is taken at its default.

    The batch has none, so it is in no shape of theirs, used or not.
    """
    key = here.key(node)
    raw: Raw | None = here.made.get(key)
    if raw is None and not here.run.building:
        raise wrong(node, "whether this stands depends on a size of the input")
    if raw is None or here.run.building or here.run.other_batch:
        extents = tuple(shapes.size(dim.value, here.reading(flow)) for dim in node.shape.dims)
        if raw is None:
            raw = here.made[key] = _raw(node, extents, flow, here)
        if raw.shape != extents:
            raise wrong(node, f"its shape is {raw.shape} in one use and {extents} in another")
    here.names.name_value(node.name, raw.tensor, training=False)
    return flow


def _raw(node: ast.ParamStatement, extents: tuple[int, ...], flow: Flow, here: Here) -> Raw:
    name = node.name.text
    reason = why_not(name)
    if reason is not None:
        raise wrong(node.name, f"{name} is no name of a parameter: {reason}")
    if min(extents, default=1) < 0:
        raise wrong(node.shape, f"{extents} is no shape")
    is_buffer, dtype = node.kind == "buffer", shapes.dtype(node)
    if dtype != "float32" and not is_buffer:
        raise wrong(node, f"no gradient reaches {dtype}")
    tensor = empty(extents, dtype, is_buffer=is_buffer)
    reading = here.reading(flow)
    how = weights.initial(node, tensor, reading)
    persistent = True
    for option in node.options:
        if option.name is None or option.name.text != "persistent" or not is_buffer:
            raise wrong(option, f"a {node.kind} takes no such thing")
        persistent = evaluate(option.value, reading)
        if not isinstance(persistent, bool):
            raise wrong(option, f"{literal(persistent)} is neither true nor false")
    raw = Raw(name, extents, how, is_buffer, node, tensor, persistent)
    here.scope.add(raw, node)
    return raw


def _module(node: ast.ModuleStatement, flow: Flow, here: Here) -> Flow:
    """``module head = …`` is registered where it stands, and runs nothing."""
    name = node.name.text
    shared = here.body.early.pop(id(node), None) or uses.shared(node, here)
    shared.here = replace(here, names=here.names.now())  # its text means what stands before it
    if here.run.building and shared.slot not in here.scope.entries:
        stages.set_label(shared.slot, node.label, flow, here)
        if node.label is None:
            reason = why_not(name)
            if reason is not None:
                raise wrong(node.name, f"{name} is no label: {reason}")
            shared.slot.label = name
        here.scope.add(shared.slot, node)
    here.names.name_value(node.name, shared, training=False)
    return flow


def _train_only(node: ast.TrainOnlyStatement, flow: Flow, here: Here) -> Flow:
    """Its modules are registered always, and run only in training mode."""
    if here.run.in_training:
        run(node.body, flow, replace(here.inner(), training=True))
    return flow


def _init(node: ast.InitStatement, flow: Flow, here: Here) -> Flow:
    """Rules for the initial weights, which are drawn once all modules are there."""
    start = here.body.start
    if start is None or here.names is not start.names:
        raise wrong(node, "an init stands in the body of a block or model")
    if here.run.building:
        here.scope.has_init = True
        here.scope.rules += weights.rules(node, here.reading(flow))
    return flow


_RUN: Mapping[type[ast.Node], Callable[[Any, Flow, Here], Flow]] = {
    ast.Pipeline: _pipeline,
    ast.Let: _let,
    ast.For: _loop,
    ast.RepeatLoop: _loop,
    ast.If: _if,
    ast.Assert: _assert,
    ast.Input: _input,
    ast.OutputStatement: _output,
    ast.ParamStatement: _param,
    ast.ModuleStatement: _module,
    ast.TrainOnlyStatement: _train_only,
    ast.InitStatement: _init,
}
