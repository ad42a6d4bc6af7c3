"""Python text: constants, doc strings, and expressions laid out as ruff's formatter would."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from textwrap import dedent
from typing import TypeAlias

WIDTH = 88
INDENT = "    "

_UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
"""What does not stand in a file of Python as itself."""


@dataclass(frozen=True, slots=True)
class Raw:
    """Source text that stays on one line."""

    text: str


@dataclass(frozen=True, slots=True)
class Const:
    """A constant. ``hint`` names it where it has to become a constructor's parameter.

    A keyword argument ``is_default`` is left out where it need not be one.
    """

    value: object
    hint: str = "value"
    is_default: bool = False

    @property
    def is_number(self) -> bool:
        """Whether instances of a class may differ in it: a number, or a tuple of numbers."""
        return is_number(self.value) or (
            isinstance(self.value, tuple) and all(map(is_number, self.value))
        )


def is_number(value: object) -> bool:
    """Whether it is an int or a float, and no truth value."""
    return isinstance(value, int | float) and not isinstance(value, bool)


@dataclass(frozen=True, slots=True)
class Call:
    """``function(…)``; an argument's name is None where it goes by position."""

    function: str
    arguments: tuple[tuple[str | None, Expr], ...] = ()


@dataclass(frozen=True, slots=True)
class Display:
    """A list, tuple or dict: ``items`` between ``brackets``; keys are None but in a dict."""

    brackets: str
    items: tuple[Keyed, ...]


@dataclass(frozen=True, slots=True)
class Make:
    """A module made for a body, before it is known which class that is an instance of."""

    target: object


Expr: TypeAlias = "Raw | Const | Call | Display | Make"


Keyed: TypeAlias = "tuple[Expr | None, Expr]"
"""An item of a display, behind its key if it has one."""


def flat(expr: Expr) -> str:
    """The expression on one line."""
    if isinstance(expr, Raw):
        return expr.text
    if isinstance(expr, Const):
        return constant(expr.value)
    if isinstance(expr, Call):
        return f"{expr.function}({', '.join(_argument(*item) for item in expr.arguments)})"
    if isinstance(expr, Display):
        comma = "," if expr.brackets == "()" and len(expr.items) == 1 else ""
        inner = ", ".join(_item(*item) for item in expr.items)
        return f"{expr.brackets[0]}{inner}{comma}{expr.brackets[1]}"
    raise TypeError("a class without a name cannot be printed")


def layout(prefix: str, expr: Expr, suffix: str, indent: int) -> list[str]:
    """The lines of ``prefix expression suffix``, on one line where it fits."""
    margin = INDENT * indent
    line = f"{margin}{prefix}{flat(expr)}{suffix}"
    if len(line) <= WIDTH or not isinstance(expr, Call | Display):
        return [line]
    if isinstance(expr, Call):
        heads = [("" if name is None else f"{name}=", value) for name, value in expr.arguments]
        opening, closing = f"{expr.function}(", ")"
    else:
        heads = [("" if key is None else f"{flat(key)}: ", value) for key, value in expr.items]
        opening, closing = expr.brackets[0], expr.brackets[1]
    if not heads:
        return [line]
    lines = [f"{margin}{prefix}{opening}"]
    if isinstance(expr, Call) and all(isinstance(value, Raw | Const) for _, value in heads):
        inner = margin + INDENT + ", ".join(head + flat(value) for head, value in heads)
        if len(inner) <= WIDTH:
            return [*lines, inner, f"{margin}{closing}{suffix}"]
    for head, value in heads:
        lines.extend(layout(head, value, ",", indent + 1))
    lines.append(f"{margin}{closing}{suffix}")
    return lines


def _argument(name: str | None, value: Expr) -> str:
    return flat(value) if name is None else f"{name}={flat(value)}"


def _item(key: Expr | None, value: Expr) -> str:
    return flat(value) if key is None else f"{flat(key)}: {flat(value)}"


def constant(value: object) -> str:
    """A number, string, truth value, None or tuple of these as Python writes it."""
    if isinstance(value, str):
        return string(value)
    if isinstance(value, tuple | list):
        inner = ", ".join(constant(item) for item in value)
        return f"({inner},)" if len(value) == 1 else f"({inner})"
    if isinstance(value, float):
        if math.isnan(value):
            return 'float("nan")'
        if math.isinf(value):
            return 'float("inf")' if value > 0 else 'float("-inf")'
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 10**300:
        return hex(value)  # Python refuses to read decimal numbers of thousands of digits
    return repr(value)


def string(text: str) -> str:
    """A string in double quotes, unless single quotes need fewer backslashes."""
    if '"' in text:
        return repr(text)
    return '"' + repr("'" + text)[2:]  # a lone quote in it makes repr choose double quotes


def docstring(text: str, indent: int) -> list[str]:
    """The lines of a doc string, or none for a text that says nothing."""
    margin = INDENT * indent
    if not text.strip():
        return []
    head, *tail = (line.rstrip() for line in text.strip().splitlines())
    # What all lines behind the first are indented by is no part of the text (as PEP 257 has it).
    lines = [head, *(dedent("\n".join(tail)).split("\n") if tail else ())]
    text = _UNWRITABLE.sub(_escape, "\n".join(lines).replace("\\", "\\\\"))
    # A quote ends the string with two others, or before its own end; at its start it looks so.
    escaped = re.sub(r'\A"|"{3,}|"+\Z', lambda found: '\\"' * len(found[0]), text).split("\n")
    first, *rest = escaped
    result = [f'{margin}"""{first}', *(f"{margin}{line}" if line else "" for line in rest)]
    if rest:
        return [*result, f'{margin}"""']
    return [f'{result[0]}"""']


def _escape(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape").decode()
