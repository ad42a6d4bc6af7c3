"""What functions are given: tensors, and numbers that are known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy
import torch
from torch import Tensor

from archc.torch.onnx_files.graph_file import OnnxError, OnnxNode

Value: TypeAlias = Any
"""A tensor; an array of numpy, which hangs on no element of what flows in; None for nothing."""

Function: TypeAlias = Callable[[OnnxNode, Sequence[Value]], Any]
"""What does a node: it is given the node and its inputs, and gives a tensor or several."""


def operand(value: Value) -> Any:
    """A tensor; or a plain number, where it is one; or a tensor of numbers."""
    if not isinstance(value, numpy.ndarray):
        return value
    if value.ndim == 0:
        return number(value)
    wide = value.astype(numpy.int64) if value.dtype == numpy.int32 else value
    return torch.from_numpy(numpy.array(wide))


def number(value: Any) -> Any:
    """A number of Python: of 32 bits as it is written with the fewest digits."""
    found = numpy.asarray(value).reshape(-1)
    if found.size != 1:
        raise TypeError(f"{found.size} numbers stand where one is meant")
    one = found[0]
    return float(str(one)) if isinstance(one, numpy.floating) else one.item()


def as_tensor(value: Value) -> Tensor:
    found = operand(value)
    if not isinstance(found, Tensor):
        found = torch.from_numpy(numpy.array(value))
    return found


def whole_numbers(node: OnnxNode, value: Value, what: str) -> list[int]:
    """Whole numbers that are known. OnnxError where they hang on elements."""
    if isinstance(value, Tensor):
        raise OnnxError(f"its {what} hang on the elements of a tensor", node.place)
    return [int(each) for each in numpy.asarray(value).reshape(-1).tolist()]


def given_at(given: Sequence[Value], place: int) -> Value:
    return given[place] if len(given) > place else None


def axes_given(node: OnnxNode, given: Sequence[Value], place: int = 1) -> list[int] | None:
    """The axes, which are an attribute or an input."""
    if "axes" in node.attributes:
        return list(node.attributes["axes"])
    value = given_at(given, place)
    return None if value is None else whole_numbers(node, value, "axes")


def short(value: float) -> float:
    return float(str(numpy.float32(value)))
