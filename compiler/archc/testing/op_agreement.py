"""An op held against torch: does what its class says of it happen?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from inspect import signature
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from archc.testing.every_product import every_product
from archc.torch.calls import called, function_of, perform, prepare
from archir.base.diagnostics import OwnOpError
from archir.graph.text import show_op
from archir.op.contract import Op, arguments_of
from archir.op.recipe import Call, ModuleRecipe, closed, substitute
from archir.shapes.conditions import Check
from archir.shapes.dims import evaluate
from archir.shapes.types import TensorType

REFUSALS = (RuntimeError, ValueError, IndexError, TypeError, NotImplementedError)
"""What torch raises where it refuses."""

Types = Sequence[TensorType]


def ours(op: Op, types: Types, training: bool) -> tuple[TensorType, ...] | None:
    """The output types that the shape rule gives, or None for a refusal."""
    check = Check({})
    outputs = op.infer(tuple(types), check)
    holds = not training or all(condition.holds({}) for condition in check.conditions)
    return outputs if holds and not check.problems else None


def runnable(op: Op, types: Types) -> Callable[..., Any]:
    """The module or the function that the recipe describes."""
    recipe = op.recipe(tuple(types))
    if isinstance(recipe, ModuleRecipe):
        make = substitute(recipe.make, op)
        assert isinstance(make, Call)
        prepare(make, op)
        module = perform(make)
        assert isinstance(module, nn.Module), f"{make.function} makes no torch.nn.Module"
        return module
    code = substitute(recipe.apply, op)
    prepare(code, op)
    return lambda *inputs: perform(code, inputs)


def _run(run: Callable[..., Any], op: Op, types: Types) -> Any:
    """What the module or the function gives of tensors of these types."""
    recipe, inputs = op.recipe(tuple(types)), [sample(given) for given in types]
    if isinstance(recipe, ModuleRecipe) and recipe.call is not None:
        return called(run, closed(recipe.call, op), inputs)
    return run(*inputs)


def sample(given: TensorType) -> Tensor:
    """A tensor of a type."""
    shape = [evaluate(dim, {}) for dim in given.shape]
    if given.dtype == "float32":
        return torch.randn(shape)
    return torch.ones(shape, dtype=getattr(torch, given.dtype))


def theirs(op: Op, types: Types, training: bool) -> tuple[TensorType, ...] | None:
    """The types of what torch computes, or None for a refusal; an empty output is one."""
    try:
        run = runnable(op, types)
        if isinstance(run, nn.Module):
            run.train(training)
        result = _run(run, op, types)
    except OwnOpError:
        raise  # what the recipe names is not there
    except REFUSALS:
        return None
    outputs = (result,) if isinstance(result, Tensor) else tuple(result)
    if any(output.numel() == 0 for output in outputs):
        return None
    return tuple(_type(output) for output in outputs)


def _theirs(op: Op, types: Types, training: bool, refused: bool) -> tuple[TensorType, ...] | None:
    try:
        return theirs(op, types, training)
    except OwnOpError:
        if not refused:
            raise
        return None  # a recipe need not have an answer where the shape rule has none


def _type(tensor: Tensor) -> TensorType:
    return TensorType(tuple(tensor.shape), str(tensor.dtype).removeprefix("torch."))


def hold(op: Op, types: Types) -> bool:
    """Whether the op is accepted; raises AssertionError where its class says what is not so."""
    accepted = False
    for training in (False, True):
        mode = "in training" if training else "in evaluation"
        said = ours(op, types, training)
        done = _theirs(op, types, training, said is None)
        assert said == done, (
            f"{show_op(op)} on {_shown(types)}, {mode}: infer gives {_shown(said)}, and torch"
            f" {_shown(done)}"
        )
        accepted = accepted or said is not None
    if accepted:
        left_out(op, types)
        _parameters(op, types)
        _macs(op, types)
    return accepted


def left_out(op: Op, types: Types) -> None:
    """Raise AssertionError where a recipe leaves out what torch has another default for.

    What is called is looked at with ``inspect.signature``, which knows nothing of functions in C.
    """
    recipe = op.recipe(tuple(types))
    call = recipe.make if isinstance(recipe, ModuleRecipe) else recipe.apply
    if not isinstance(call, Call) or call.function.startswith("."):
        return
    prepare(call, op)
    try:
        known = signature(function_of(call.function)).parameters
    except ValueError:
        return
    named = {name for name, _ in call.kwargs} | set(list(known)[: len(call.args)])
    for name in arguments_of(type(op)):
        if name in op.own_arguments or name in named or name not in known:
            continue
        theirs, given = known[name].default, getattr(op, name)
        assert theirs == given, (
            f"{show_op(op)}: the recipe leaves {name} out, and {call.function} takes"
            f" {theirs!r} for it, not {given!r}; what it has by default stands in torch_defaults"
        )


def _parameters(op: Op, types: Types) -> None:
    run = runnable(op, types)
    state = run.state_dict() if isinstance(run, nn.Module) else {}
    buffers = {name for name, _ in run.named_buffers()} if isinstance(run, nn.Module) else set()
    found = [(name, tuple(t.shape), _type(t).dtype, name in buffers) for name, t in state.items()]
    specs = op.parameters(tuple(types))
    said = [(spec.name, spec.shape, spec.dtype, spec.is_buffer) for spec in specs]
    assert said == found, f"{show_op(op)}: parameters gives {said}, and the module has {found}"


def _macs(op: Op, types: Types) -> None:
    run = runnable(op, types)
    with FlopCounterMode(display=False) as counter, torch.no_grad(), every_product():
        _run(run, op, types)
    outputs = op.infer(tuple(types), Check({})) or ()
    said = 2 * evaluate(op.macs(tuple(types), outputs), {})
    found = counter.get_total_flops()
    assert said == found, f"{show_op(op)}: twice its macs are {said}, and torch counts {found}"


def same_as_source(live: nn.Module, source: str, types: Types) -> None:
    """Raise AssertionError where printed source is not the live module: weights and outputs."""
    names: dict[str, Any] = {"__name__": "printed"}
    exec(compile(source, "<printed source>", "exec"), names)
    printed: nn.Module = names["M"]()
    printed.load_state_dict(live.state_dict(), strict=True)
    for training in (False, True):
        results = []
        for module in (live, printed):
            torch.manual_seed(0)
            inputs = [sample(given) for given in types]
            results.append(module.train(training)(*inputs))
        torch.testing.assert_close(*results, rtol=0, atol=0, equal_nan=True)


def _shown(types: Types | None) -> str:
    return "a refusal" if types is None else " ".join(map(str, types)) or "nothing"
