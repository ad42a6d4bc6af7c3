"""Numbers as arguments, and what the dtypes of tensors hold of them."""

from archir import rules
from archir.init.values import show_constant
from archir.shapes.conditions import Check

LARGEST = 3.4028234663852886e38
"""The largest number that float32 holds."""


def require_held(
    callee: str, argument: str, value: float | str | None, dtype: str, check: Check
) -> None:
    """Report a number that torch cannot convert to the dtype of what it is reckoned with."""
    if value is None or isinstance(value, str) or holds(dtype, value):
        return
    words = {"float32": "a number that float32 holds", "int64": "a number that int64 holds"}
    facts = (argument, show_constant(value), words[dtype])
    check.report(rules.argument_values.ArgumentOutOfBounds(callee, *facts))


def holds(dtype: str, value: float) -> bool:
    """Whether a dtype has a number that large."""
    if dtype == "int64":
        return -(2**63) <= value < 2**63
    return dtype != "float32" or -LARGEST <= value <= LARGEST
