"""Compile-time values that end up in a graph: what a block's arguments can be."""

from __future__ import annotations

from typing import TypeAlias

from archir.base.record import Record
from archir.init.init_rules import Initialiser

Constant: TypeAlias = "None | bool | int | float | str | tuple[Constant, ...] | Part | Initialiser"
"""A constant of the language; lists are tuples, since nothing in the language changes them."""


class Part(Record):
    """An op or a block as a value, with the arguments it has been given so far.

    ``kind`` is ``"op"`` or ``"block"``; ``origin`` is the block's declaration (None for an op).
    """

    kind: str
    name: str
    arguments: tuple[tuple[str, Constant], ...] = ()
    origin: object = None


def show_constant(value: Constant) -> str:
    """The constant as the language writes it."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        return f'"{escaped}"'
    if isinstance(value, tuple):
        return "[" + ", ".join(show_constant(item) for item in value) + "]"
    if isinstance(value, Part):
        return value.name + show_arguments(value.arguments)
    if isinstance(value, Initialiser):
        arguments = ", ".join(f"{name} = {argument!r}" for name, argument in value.arguments)
        return value.function + (f"({arguments})" if arguments else "")
    other: object = value  # what is no constant is shown too, where a message says that it is none
    return repr(other) if isinstance(other, int | float) else str(other)


def show_arguments(arguments: tuple[tuple[str, Constant], ...]) -> str:
    """``(groups = 32, bias = false)``, or nothing where there are none."""
    if not arguments:
        return ""
    return "(" + ", ".join(f"{name} = {show_constant(value)}" for name, value in arguments) + ")"
