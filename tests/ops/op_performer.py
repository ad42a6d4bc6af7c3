"""Performs recipes on torch, and asks torch and our rules the same question.

The torch back end has a performer of its own. This one is small enough to be seen right, and what
it makes is what torch's answers are taken from.
"""

from __future__ import annotations

import operator
import re
import warnings
from collections.abc import Callable, Mapping
from functools import reduce
from typing import Any, TypeAlias

import torch

from archc.testing.op_arguments import make_op
from archc.torch import helpers
from archir.catalogue.registry import ops
from archir.op.contract import Op
from archir.op.recipe import (
    AllInputs,
    Arg,
    Call,
    Calling,
    Device,
    Extent,
    Fold,
    FunctionRecipe,
    Inferred,
    Infix,
    Input,
    Items,
    Only,
    Range,
    Subscript,
)
from archir.shapes.conditions import Check
from archir.shapes.types import TensorType

Case: TypeAlias = "tuple[Op, tuple[tuple[int, ...], ...]]"
"""An op, and the shapes of the values that it is tried on."""

OPERATORS: Mapping[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "@": operator.matmul,
    "//": operator.floordiv,
    "**": operator.pow,
}


def op(keyword: str, *positional: object, **keywords: object) -> Op:
    """An op of the registry; the arguments must be right."""
    made = make_op(ops()[keyword], positional, keywords)
    assert isinstance(made, Op), [each.problem.message() for each in made]
    return made


def perform(made: Op, code: Any, inputs: tuple[torch.Tensor, ...]) -> Any:
    """The value of a recipe's code."""
    if isinstance(code, Arg):
        return getattr(made, code.name)
    if isinstance(code, Inferred):
        return code.value
    if isinstance(code, Input):
        return inputs[code.index]
    if isinstance(code, Extent):
        return inputs[code.input].shape[code.dim]
    if isinstance(code, Device):
        return inputs[code.input].device
    if isinstance(code, AllInputs):
        return list(inputs)
    if isinstance(code, Fold):
        return reduce(OPERATORS[code.operator], inputs)
    if isinstance(code, Infix):
        sides = (perform(made, side, inputs) for side in (code.left, code.right))
        return OPERATORS[code.operator](*sides)
    if isinstance(code, Items):
        return tuple(perform(made, item, inputs) for item in code.items)
    if isinstance(code, Subscript):
        at = tuple(perform(made, item, inputs) for item in code.items)
        return perform(made, code.base, inputs)[at if len(at) > 1 else at[0]]
    if isinstance(code, Only):
        (only,) = perform(made, code.code, inputs)
        return only
    if isinstance(code, Range):
        bounds = (code.start, code.end, code.step)
        return slice(*(perform(made, bound, inputs) for bound in bounds))
    if isinstance(code, Call):
        args = [perform(made, arg, inputs) for arg in code.args]
        kwargs = {name: perform(made, arg, inputs) for name, arg in code.kwargs}
        if code.function.startswith("."):
            return getattr(args[0], code.function[1:])(*args[1:], **kwargs)
        function: Any
        if code.function.startswith("helpers."):
            function = getattr(helpers, code.function.removeprefix("helpers."))
        else:
            path = re.sub(r"^F\.", "nn.functional.", code.function.removeprefix("torch."))
            function = reduce(getattr, path.split("."), torch)
        return function(*args, **kwargs)
    return code


def build(made: Op, types: tuple[TensorType, ...]) -> Callable[..., Any]:
    """The torch module, or the function, that a recipe describes."""
    recipe = made.recipe(types)
    if isinstance(recipe, FunctionRecipe):
        return lambda *inputs: perform(made, recipe.apply, inputs)
    module: torch.nn.Module = perform(made, recipe.make, ())
    if recipe.call is not None:
        module.__class__ = _called(type(module), made, recipe.call)
    return module


def _called(kind: Any, made: Op, call: Calling) -> Any:
    """The class of a module that is called with what flows in, and gives what the op gives."""

    def forward(self: Any, *inputs: torch.Tensor) -> Any:
        args = [perform(made, code, inputs) for code in call.args]
        kwargs = {name: perform(made, code, inputs) for name, code in call.kwargs}
        found = kind.forward(self, *args, **kwargs)
        if call.results is None:
            return found
        taken = tuple(_taken(found, call.results))
        return taken if len(taken) > 1 else taken[0]

    return type(kind.__name__, (kind,), {"forward": forward})


def _taken(found: Any, pattern: Any) -> list[Any]:
    if isinstance(pattern, tuple):
        return [
            each for one, inner in zip(found, pattern, strict=True) for each in _taken(one, inner)
        ]
    return [] if pattern is None else [found]


class Typed(tuple[int, ...]):
    """The shape of a value that is no float."""

    dtype: str


def ints(*shape: int) -> Typed:
    """The shape of a value of integers."""
    made = Typed(shape)
    made.dtype = "int64"
    return made


def bools(*shape: int) -> Typed:
    """The shape of a value of truths."""
    made = Typed(shape)
    made.dtype = "bool"
    return made


def types_of(*shapes: tuple[int, ...], dtype: str = "float32") -> tuple[TensorType, ...]:
    return tuple(
        TensorType(tuple(shape), shape.dtype if isinstance(shape, Typed) else dtype)
        for shape in shapes
    )


def drawn(shape: tuple[int, ...]) -> torch.Tensor:
    """Random numbers of a shape, from 0 to below 1; integers are 0 or 1."""
    if isinstance(shape, Typed):
        return torch.randint(0, 2, shape).to(getattr(torch, shape.dtype))
    return torch.rand(shape)


def sample(given: TensorType) -> torch.Tensor:
    """A tensor of a type."""
    if given.dtype == "float32":
        return torch.ones(given.shape)  # type: ignore[arg-type]
    return torch.ones(given.shape, dtype=getattr(torch, given.dtype))  # type: ignore[arg-type]


def all_ours(
    made: Op, types: tuple[TensorType, ...], training: bool = False
) -> tuple[TensorType, ...] | None:
    """Our verdict: the outputs' types, or None for a refusal."""
    check = Check({})
    outputs = made.infer(types, check)
    if check.problems or (training and not all(c.holds({}) for c in check.conditions)):
        return None
    assert outputs
    return outputs


def ours(made: Op, types: tuple[TensorType, ...], training: bool = False) -> TensorType | None:
    """The same for an op of one output."""
    outputs = all_ours(made, types, training)
    if outputs is None:
        return None
    assert len(outputs) == 1
    return outputs[0]


REFUSALS = (
    *(RuntimeError, ValueError, IndexError, TypeError),
    *(NotImplementedError, AssertionError, ZeroDivisionError),
)


Verdict: TypeAlias = "tuple[tuple[int, ...], str]"
"""A shape and a dtype."""


def theirs(
    run: Callable[..., Any], types: tuple[TensorType, ...], *, finite: bool = False
) -> tuple[Verdict, ...] | None:
    """torch's verdict on all outputs, or None for a refusal.

    An empty output is a refusal, and so is one without a dim. With ``finite`` an infinite one
    is, too: so a pool says that a window saw nothing, and writes its gradient outside of the
    tensor.
    """
    try:
        output = run(*(sample(given) for given in types))
    except REFUSALS:
        return None
    outputs = output if isinstance(output, tuple | list) else (output,)
    if any(each.numel() == 0 or each.dim() == 0 for each in outputs):
        return None
    if finite and any(each.isinf().any() for each in outputs):
        return None
    return tuple((tuple(each.shape), str(each.dtype).removeprefix("torch.")) for each in outputs)


def torch_verdicts(
    made: Op, types: tuple[TensorType, ...], training: bool = False
) -> tuple[Verdict, ...] | None:
    """The same, of the recipe as it stands, whatever our rule says of it."""
    with warnings.catch_warnings(), torch.no_grad():
        # torch says that padding = "same" with an even kernel may copy the input.
        warnings.filterwarnings("ignore", message="Using padding='same'")
        try:
            run = build(made, types)
        except REFUSALS:
            return None
        if isinstance(run, torch.nn.Module):
            run.train(training)
        return theirs(run, types, finite=made.keyword == "max_pool")


def torch_verdict(
    made: Op, types: tuple[TensorType, ...], training: bool = False
) -> Verdict | None:
    """The same for an op of one output."""
    found = torch_verdicts(made, types, training)
    return None if found is None else found[0]


def agree(made: Op, types: tuple[TensorType, ...], training: bool = False) -> None:
    """Our verdict, shapes and dtypes equal torch's."""
    expected = torch_verdicts(made, types, training)
    found = all_ours(made, types, training)
    verdict = None if found is None else tuple((each.shape, each.dtype) for each in found)
    assert verdict == expected, f"{made!r} on {[str(t) for t in types]} training={training}"
