"""Initial weights: which of torch.nn.init's functions draws which parameter."""

from __future__ import annotations

from typing import TypeAlias

from archir.base.record import Record
from archir.base.source import Span

MAX_FORMULA = 200
"""Operators in one formula; whoever builds one from a text refuses longer ones."""

Formula: TypeAlias = "bool | int | float | str | None | Fan | Arithmetic"
"""An argument of an initialiser: a constant, or arithmetic over the parameter's fans."""


class Fan(Record):
    """``fan_in`` or ``fan_out`` of the parameter at hand, as torch.nn.init counts them.

    A bias has none of its own, and takes those of the weight beside it.
    """

    name: str


class Arithmetic(Record):
    """An operator (``+ - * / // % **``), or a function (``sqrt``, ``min`` …) of formulas."""

    operator: str
    operands: tuple[Formula, ...]

    @property
    def size(self) -> int:
        """How many operators and functions it is made of, each counted as often as it stands there.

        Those inside it have been counted when they were made, so it is no more than MAX_FORMULA
        for each operand.
        """
        return 1 + sum(part.size for part in self.operands if isinstance(part, Arithmetic))


class Initialiser(Record):
    """One of torch.nn.init's functions without its underscore, and its arguments by keyword.

    >>> Initialiser("kaiming_normal", (("mode", "fan_out"), ("nonlinearity", "relu")))
    """

    function: str
    arguments: tuple[tuple[str, Formula], ...] = ()


class Tie(Record):
    """Instead of an initialiser: a parameter is another one's tensor, under a second key.

    ``key`` is that of the other, from the block or model around: ``wte.weight``.
    """

    key: str
    span: Span


Given: TypeAlias = "Initialiser | Tie"
"""What stands behind ``with weight =``."""


RAW = "param"
"""What selects raw parameters by their name alone, where an op's keyword selects its modules."""


class InitRule(Record):
    """``selector.parameter: initialiser`` of an ``init`` block.

    ``selector`` is an op's keyword, ``*`` for all ops, RAW, or a pattern of labels joined by dots
    in which ``*`` stands for any run of characters; ``is_path`` tells it from the keyword.
    """

    selector: str
    parameter: str
    initialiser: Initialiser
    is_path: bool
    span: Span


def matches(rule: InitRule, keyword: str, path: str) -> bool:
    """Whether a rule selects the module of op ``keyword`` that stands at ``path``.

    Of raw parameters the keyword is RAW, and the path leads to what holds them. It is relative to
    the definition that holds the rule: labels joined by dots.
    """
    if rule.is_path:
        return _fits(rule.selector, path)
    return rule.selector in selectors_of(keyword)


def selectors_of(keyword: str) -> tuple[str, ...]:
    """What selects the modules of an op, other than paths."""
    if keyword == RAW:
        return (RAW,)
    # A depthwise convolution is a convolution, to torch as well.
    return ("*", keyword, "conv") if keyword == "depthwise" else ("*", keyword)


def _fits(pattern: str, path: str) -> bool:
    """Whether a path is what a pattern says. Each ``*`` is as short as can be: none is retried."""
    first, *between = pattern.split("*")
    if not between:
        return pattern == path
    last = between.pop()
    at, end = len(first), len(path) - len(last)
    if not path.startswith(first) or not path.endswith(last):
        return False
    for part in between:
        at = path.find(part, at, max(end, 0))
        if at < 0:
            return False
        at += len(part)
    return at <= end
