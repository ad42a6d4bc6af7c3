"""What functions of torch are called, and what a name says of what they do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

SILENT = (
    frozenset(
        (
            "__get__",
            "__set__",
            "__len__",
            "__format__",
            "__repr__",
            "_assert",
            "size",
            "dim",
            "numel",
        )
    )
    | frozenset(
        ("stride", "is_floating_point", "is_contiguous", "is_complex", "ndimension", "get_device")
    )
    | frozenset(
        ("type", "is_nested", "data_ptr", "requires_grad_", "storage_offset", "untyped_storage")
    )
)
"""What asks about a tensor and makes none."""

PROPERTIES = frozenset(("T", "mT"))
"""Attributes of a tensor that are tensors."""

OPERATORS = {"__and__": "logical_and", "__or__": "logical_or", "__xor__": "logical_xor"}
"""Operators that are other functions for truths, which alone the language has them for."""

SHAPED = frozenset(
    ("new_zeros", "new_ones", "new_full", "new_tensor", "zeros_like", "ones_like", "full_like")
)
"""What is made like a tensor, and does not hang on its elements."""

SAME = {
    "truediv": "div",
    "true_divide": "div",
    "divide": "div",
    "multiply": "mul",
    "subtract": "sub",
}
SAME |= {"concat": "cat", "concatenate": "cat", "view": "reshape", "negative": "neg"}
SAME |= {"invert": "logical_not", "swapaxes": "transpose", "absolute": "abs", "clip": "clamp"}
SAME |= {"view_as": "reshape_as", "greater": "gt", "less": "lt", "not_equal": "ne"}
SAME |= {"greater_equal": "ge", "less_equal": "le", "rtruediv": "rdiv", "broadcast_to": "expand"}
SAME |= {"swapdims": "transpose", "moveaxis": "movedim", "expit": "sigmoid"}
"""Names of one function that is known by another."""


def canonical(name: str) -> str:
    """One name for a function of torch, a method, and an operator: ``__iadd__`` is ``add``."""
    name = name.partition(".")[0]  # an overload of aten's, as programs call them: add.Tensor
    # torch.linalg.vector_norm is called linalg_vector_norm.
    name = name.removeprefix("linalg_").removeprefix("special_")
    if name in OPERATORS:
        return OPERATORS[name]
    if name.startswith("__") and name.endswith("__"):
        name = name.strip("_")
        if name.startswith("i") and name[1:] in ("add", "sub", "mul", "truediv", "pow", "matmul"):
            name = name[1:]
    elif name.endswith("_") and not name.startswith("_"):
        name = name[:-1]
    return SAME.get(name, name)


def writes_into(name: str, kwargs: Mapping[str, Any]) -> bool:
    inner = name.strip("_")
    operator = name.startswith("__i") and inner not in ("invert", "index", "int")
    return (
        operator
        or (name.endswith("_") and not name.startswith("_"))
        or bool(kwargs.get("inplace", False))
    )


def filled_with(name: str, args: tuple[Any, ...]) -> float | None:
    """The number that a function writes everywhere; None where it does something else."""
    if name == "zero_":
        return 0
    number = args[1] if name == "fill_" and len(args) == 2 else None
    return number if isinstance(number, bool | int | float) else None
