"""Recipes performed: the Python calls that an op stands for, made on tensors."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from types import MappingProxyType
from typing import Any

import torch
from torch import Tensor, nn

from archir.recipe import AllInputs, Call, Code, Fold, Infix, Input, Items

ROOTS: Mapping[str, object] = MappingProxyType({"nn": nn, "F": nn.functional, "torch": torch})
"""The first words of a recipe's dotted names. Nothing else can be reached from a recipe."""

OPERATORS: Mapping[str, Callable[[Any, Any], Any]] = MappingProxyType(
    {
        "+": operator.add,
        "-": operator.sub,
        "*": operator.mul,
        "/": operator.truediv,
        "//": operator.floordiv,
        "%": operator.mod,
        "**": operator.pow,
        "@": operator.matmul,
    }
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
    return code


def _call(code: Call, inputs: Sequence[Tensor]) -> Any:
    arguments = [perform(argument, inputs) for argument in code.args]
    keywords = {name: perform(argument, inputs) for name, argument in code.kwargs}
    root, *names = code.function.split(".")
    if root:
        function: Any = ROOTS[root]
    else:
        function, *arguments = arguments
    for name in names:
        function = getattr(function, name)
    return function(*arguments, **keywords)
