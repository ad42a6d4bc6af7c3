"""Comparing tensors, and finding those in what a module returns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import torch
from torch import Tensor, nn

from archir.weights.agreement import Rounding

Leaf = tuple[str, Tensor]
"""A tensor, and where in a result it stands: ``logits``, ``1``, ``boxes.0``; ``""`` by itself."""


class NoTensorError(Exception):
    """A module returned something that is made of other things than tensors."""


def leaves(result: Any) -> list[Leaf]:
    """The tensors of a result in order: of tuples, named tuples, lists, dicts, dataclasses."""
    found: list[Leaf] = []
    waiting: list[tuple[str, Any]] = [("", result)]
    while waiting:
        path, value = waiting.pop()
        if isinstance(value, Tensor):
            found.append((path, value))
            continue
        inner = [(f"{path}.{name}" if path else name, item) for name, item in _items(value)]
        waiting.extend(reversed(inner))
    return found


def unwrap(net: nn.Module) -> None:
    """Have a module give its one tensor by itself, where it gives a container with no other."""

    def alone(_: nn.Module, __: Any, result: Any) -> Any:
        found = leaves(result)
        return found[0][1] if len(found) == 1 else result

    net.register_forward_hook(alone)


def in_order(found: list[Leaf], order: list[str]) -> list[Leaf]:
    """The tensors in an order of their names, where they have just these."""
    by_name = dict(found)
    if len(by_name) != len(found) or by_name.keys() != set(order):
        return found
    return [(path, by_name[path]) for path in order]


def _items(value: Any) -> Iterator[tuple[str, Any]]:
    if value is None:
        return
    if isinstance(value, Mapping):
        yield from ((str(key), item) for key, item in value.items())
    elif isinstance(value, tuple) and hasattr(value, "_fields"):
        yield from zip(value._fields, value, strict=True)
    elif is_dataclass(value) and not isinstance(value, type):
        yield from ((field.name, getattr(value, field.name)) for field in fields(value))
    elif isinstance(value, tuple | list):
        yield from ((str(index), item) for index, item in enumerate(value))
    else:
        raise NoTensorError(f"a {type(value).__name__} came back, which is no tensor")


def difference(ours: Tensor, theirs: Tensor) -> str | None:
    """In what two tensors differ; None where every bit that counts is the same."""
    if ours.shape != theirs.shape:
        return f"the shapes {sizes(ours)} here and {sizes(theirs)} there"
    if ours.dtype != theirs.dtype:
        return f"{_word(ours)} here and {_word(theirs)} there"
    if torch.equal(ours, theirs):
        return None
    apart = ours != theirs
    if ours.is_floating_point() or ours.is_complex():
        apart &= ~(ours.isnan() & theirs.isnan())
    count = int(apart.sum())
    if count == 0:
        return None
    said = f"{count:,} of {ours.numel():,} numbers"
    if ours.dtype == torch.bool:
        return said
    wide = _wide(ours.dtype)
    far = (ours.to(wide) - theirs.to(wide)).abs().max()
    return f"{said}, by up to {float(far):.3g} where the largest is {float(theirs.abs().max()):.3g}"


def rounded(ours: Tensor, theirs: Tensor, rounding: Rounding) -> float | None:
    """The largest relative difference of two tensors that are equal up to rounding, else None."""
    if ours.shape != theirs.shape or ours.dtype != theirs.dtype:
        return None
    if not (ours.is_floating_point() or ours.is_complex()):
        return None
    one, other = (tensor.to(_wide(ours.dtype)) for tensor in (ours, theirs))
    if not torch.allclose(one, other, rtol=rounding.rtol, atol=rounding.atol, equal_nan=True):
        return None
    apart = one != other
    apart &= ~(one.isnan() & other.isnan())
    largest = torch.maximum(one.abs(), other.abs())[apart]
    return float(((one - other).abs()[apart] / largest).max()) if bool(apart.any()) else 0.0


def _wide(dtype: torch.dtype) -> torch.dtype:
    """In which numbers a difference is taken: large tensors are not made twice as large for it."""
    if dtype.is_complex or dtype == torch.float64:
        return dtype
    return torch.float32 if dtype.is_floating_point else torch.float64


def doubt(path: str, tensor: Tensor) -> str | None:
    """Why it proves nothing that two modules gave this; None where it does."""
    if not tensor.is_floating_point() or tensor.numel() == 0:
        return None
    name = path or "the output"
    if not bool(tensor.isfinite().all()):
        return f"{name} is not finite"
    if tensor.numel() > 1 and bool((tensor == tensor.flatten()[0]).all()):
        return f"{name} is the same number everywhere"
    if tensor.dim() > 1 and tensor.shape[0] > 1 and bool((tensor == tensor[:1]).all()):
        return f"{name} is the same for every input"
    return None


def sizes(tensor: Tensor) -> str:
    """``[2, 1000]``."""
    return f"[{', '.join(map(str, tensor.shape))}]"


def _word(tensor: Tensor) -> str:
    return str(tensor.dtype).removeprefix("torch.")
