"""Random models whose texts speak of sizes, and what they mean, with plain integers and torch.

Every part knows its text, and does what that text says to tensors: expressions of sizes are
worked out when it runs, with the numbers that the tensors at hand have. Nothing of the compiler
is used for that. There are no weights, so that values are equal to the last bit.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor

Sizes = dict[str, int]


class RefusedError(Exception):
    """The text asks for something that it cannot have at these sizes."""


class TooLargeError(Exception):
    """Nothing is said of these sizes."""


@dataclass
class Scope:
    """What names mean while a body runs."""

    sizes: Sizes
    values: dict[str, Tensor]


# --- expressions ----------------------------------------------------------------------------------


@dataclass
class Expr:
    text: str
    value: Callable[[Scope, Tensor], int]


OPERATORS: dict[str, Callable[[int, int], int]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "//": lambda a, b: a // b,
    "%": lambda a, b: a % b,
}


def number(value: int) -> Expr:
    return Expr(str(value), lambda _, __: value)


def named(name: str) -> Expr:
    return Expr(name, lambda scope, _: scope.sizes[name])


def extent(dim: int, of: str = "_") -> Expr:
    def value(scope: Scope, x: Tensor) -> int:
        return (x if of == "_" else scope.values[of]).shape[dim]

    return Expr(f"{of}.shape[{dim}]", value)


def binary(sign: str, left: Expr, right: Expr) -> Expr:
    apply = OPERATORS[sign]

    def value(scope: Scope, x: Tensor) -> int:
        return apply(left.value(scope, x), right.value(scope, x))

    return Expr(f"({left.text} {sign} {right.text})", value)


def extremum(kind: str, left: Expr, right: Expr) -> Expr:
    apply = min if kind == "min" else max

    def value(scope: Scope, x: Tensor) -> int:
        return apply(left.value(scope, x), right.value(scope, x))

    return Expr(f"{kind}({left.text}, {right.text})", value)


# --- stages ---------------------------------------------------------------------------------------


@dataclass
class Stage:
    """A statement: its lines, and what it makes of the current value."""

    lines: list[str]
    run: Callable[[Scope, Tensor], Tensor]
    rank: int
    """The rank of what it gives."""


def full(x: Tensor) -> Tensor:
    """The tensor, each extent of which is at least 1."""
    if 0 in x.shape:
        raise RefusedError("an empty tensor")
    return x


def plain(text: str, apply: Callable[[Tensor], Tensor], rank: int) -> Stage:
    return Stage([text], lambda _, x: full(apply(x)), rank)


def indent(lines: list[str]) -> list[str]:
    return [f"  {line}" for line in lines]


def together(stages: list[Stage]) -> Callable[[Scope, Tensor], Tensor]:
    def run(scope: Scope, x: Tensor) -> Tensor:
        for stage in stages:
            x = stage.run(scope, x)
        return x

    return run
