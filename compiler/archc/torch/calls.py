"""Recipes performed: the Python calls that an op stands for, made on tensors."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import reduce
from importlib import import_module
from types import MappingProxyType
from typing import Any

import torch
from torch import Tensor, nn

from archc.torch import helpers
from archir.base.operators import ARITHMETIC
from archir.catalogue.announced import fault, said
from archir.op.contract import Op
from archir.op.recipe import (
    AllInputs,
    Call,
    Calling,
    Code,
    Device,
    Extent,
    Fold,
    Infix,
    Input,
    Items,
    Nested,
    Only,
    Range,
    Subscript,
    renamed,
)

ROOTS: Mapping[str, object] = MappingProxyType(
    {"nn": nn, "F": nn.functional, "torch": torch, "helpers": helpers}
)
"""The first words of a recipe's dotted names."""

_imported: dict[str, Any] = {}
"""What recipes name as ``package.module:Name``, which only ops of installed packages do."""

OPERATORS: Mapping[str, Callable[[Any, Any], Any]] = MappingProxyType(
    {**ARITHMETIC, "@": operator.matmul}
)


def perform(code: Code, inputs: Sequence[Tensor] = ()) -> Any:
    """The value of closed code for these incoming tensors."""
    if isinstance(code, Input):
        return inputs[code.index]
    if isinstance(code, Call):
        return _call(code, inputs)
    if isinstance(code, Fold):
        return reduce(OPERATORS[code.operator], inputs)
    if isinstance(code, AllInputs):
        return list(inputs)
    if isinstance(code, Infix):
        left, right = perform(code.left, inputs), perform(code.right, inputs)
        return OPERATORS[code.operator](left, right)
    if isinstance(code, Items):
        return tuple([perform(item, inputs) for item in code.items])
    if isinstance(code, Subscript):
        at = tuple([perform(item, inputs) for item in code.items])
        return perform(code.base, inputs)[at if len(at) > 1 else at[0]]
    if isinstance(code, Only):
        (only,) = perform(code.code, inputs)  # written so, torch.fx knows how many are wanted
        return only
    if isinstance(code, Range):
        return slice(*[perform(each, inputs) for each in (code.start, code.end, code.step)])
    if isinstance(code, Extent):
        return inputs[code.input].shape[code.dim]
    if isinstance(code, Device):
        return inputs[code.input].device
    return code


def called(module: Any, calling: Calling, inputs: Sequence[Tensor]) -> Any:
    """What a module gives that is called in a way of its own."""
    arguments = [perform(code, inputs) for code in calling.args]
    keywords = {name: perform(code, inputs) for name, code in calling.kwargs}
    result = module(*arguments, **keywords)
    if calling.results is None:
        return result
    taken = tuple(_taken(result, calling.results))
    return taken if len(taken) > 1 else taken[0]


def _taken(result: Any, pattern: Nested) -> Iterator[Any]:
    """What is taken of nested tuples, in order. A tracer's stand-in can be indexed alone."""
    if isinstance(pattern, tuple):
        for place, inner in enumerate(pattern):
            yield from _taken(result[place], inner)
    elif pattern is not None:
        yield result


def prepare(code: Code, op: Op) -> None:
    """Import what the op's code names of installed packages, before it is performed."""
    try:
        renamed(code, _imports)
    except (Exception, SystemExit) as error:
        raise fault(op, f"importing what its recipe names fails with {said(error)}") from error


def _imports(function: str) -> str:
    module, colon, name = function.partition(":")
    if colon and function not in _imported:
        _imported[function] = getattr(import_module(module), name)
    return function


def construct(make: Call, op: Op) -> nn.Module:
    """The module that the op's closed recipe makes."""
    name = make.function
    try:
        module = perform(make)
    except Exception as error:
        if ":" not in name:
            raise
        raise fault(op, f"calling {name} fails with {said(error)}") from error
    if not isinstance(module, nn.Module):
        raise fault(op, f"{name} makes a {type(module).__name__}, and not a torch.nn.Module")
    return module


def changed(module: nn.Module, around: Call) -> nn.Module:
    """What a recipe's call makes of a module."""
    made: nn.Module = function_of(around.function)(module, **dict(around.kwargs))
    return made


def _call(code: Call, inputs: Sequence[Tensor]) -> Any:
    arguments = [perform(argument, inputs) for argument in code.args]
    keywords = {name: perform(argument, inputs) for name, argument in code.kwargs}
    name = code.function
    if name.startswith("."):
        owner, *arguments = arguments
        return getattr(owner, name[1:])(*arguments, **keywords)
    function = function_of(name)
    if function in _OF_SIZES and any(isinstance(size, Tensor) for size in arguments):
        return _OF_SIZES[function](*map(torch.as_tensor, arguments))
    return function(*arguments, **keywords)


_OF_SIZES = {torch.sym_max: torch.maximum, torch.sym_min: torch.minimum}
"""What takes sizes; while ``torch.jit.trace`` looks on, sizes are tensors, which it does not."""


def function_of(name: str) -> Any:
    """What a recipe calls by a dotted name, or by one of an installed package."""
    if ":" in name:
        if name not in _imported:  # a module that was unpickled: none was made here
            _imports(name)
        return _imported[name]
    root, *names = name.split(".")
    function: Any = ROOTS[root]
    for part in names:
        function = getattr(function, part)
    return function
