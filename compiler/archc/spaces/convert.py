"""Values of the language as Python has them, and as texts."""

from __future__ import annotations

from archc.request.settings import Expression, SettingValue
from archir.init.init_rules import Initialiser
from archir.init.values import Constant, Part, show_constant


def setting(value: object) -> SettingValue:
    """A value of the language as a setting: ``archc.load`` takes it for a parameter."""
    if isinstance(value, Part | Initialiser):
        return Expression(show_constant(value))
    if isinstance(value, tuple):
        return [setting(item) for item in value]
    assert value is None or isinstance(value, bool | int | float | str)
    return value


def text(value: SettingValue) -> str:
    """A setting as the language writes it."""
    if isinstance(value, Expression):
        return value.text
    constant: Constant = tuple(value) if isinstance(value, list) else value  # type: ignore[assignment]
    if isinstance(constant, tuple):
        return "[" + ", ".join(text(item) for item in constant) + "]"  # type: ignore[arg-type]
    return show_constant(constant)
