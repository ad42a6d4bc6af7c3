"""Initial weights: which of torch.nn.init's functions draws which parameter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from archir.source import Span

Formula: TypeAlias = "bool | int | float | str | None | Fan | Arithmetic"
"""An argument of an initialiser: a constant, or arithmetic over the parameter's fans."""


@dataclass(frozen=True, slots=True)
class Fan:
    """``fan_in`` or ``fan_out`` of the parameter at hand, as torch.nn.init counts them."""

    name: str


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """An operator (``+ - * / // % **``), or a function (``sqrt``, ``min`` …) of formulas."""

    operator: str
    operands: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class Initialiser:
    """One of torch.nn.init's functions without its underscore, and its arguments by keyword.

    >>> Initialiser("kaiming_normal", (("mode", "fan_out"), ("nonlinearity", "relu")))
    """

    function: str
    arguments: tuple[tuple[str, Formula], ...] = ()


@dataclass(frozen=True, slots=True)
class InitRule:
    """``selector.parameter: initialiser`` of an ``init`` block.

    ``selector`` is an op's keyword, ``*``, or a pattern of labels joined by dots in which ``*``
    stands for any run of characters; ``is_path`` tells the pattern from the keyword.
    """

    selector: str
    parameter: str
    initialiser: Initialiser
    is_path: bool
    span: Span
