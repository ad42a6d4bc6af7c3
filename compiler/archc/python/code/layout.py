"""Python text: constants, doc strings, heads, and expressions laid out as a formatter would."""

from __future__ import annotations

import math
import re
from textwrap import dedent, wrap
from typing import TypeAlias

from archir.base.record import Record

WIDTH = 100
INDENT = "    "

_UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
"""What does not stand in a file of Python as itself."""


class Raw(Record):
    """Source text that stays on one line."""

    text: str


class Const(Record):
    """A constant."""

    value: object


class Call(Record):
    """``function(…)``; an argument's name is None where it goes by position."""

    function: str
    arguments: tuple[tuple[str | None, Expr], ...] = ()


class Display(Record):
    """A list, tuple or dict: ``items`` between ``brackets``; keys are None but in a dict."""

    brackets: str
    items: tuple[Keyed, ...]


Expr: TypeAlias = "Raw | Const | Call | Display"


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
    comma = "," if expr.brackets == "()" and len(expr.items) == 1 else ""
    inner = ", ".join(_item(*item) for item in expr.items)
    return f"{expr.brackets[0]}{inner}{comma}{expr.brackets[1]}"


def layout(prefix: str, expr: Expr, suffix: str, indent: int) -> list[str]:
    """The lines of ``prefix expression suffix``, on one line where it fits."""
    margin = INDENT * indent
    line = f"{margin}{prefix}{flat(expr)}{suffix}"
    if len(line) <= WIDTH:
        return [line]
    if isinstance(expr, Const) and isinstance(expr.value, tuple):
        expr = Display("()", tuple([(None, Const(item)) for item in expr.value]))
    if not isinstance(expr, Call | Display):
        return _broken(prefix, flat(expr), suffix, margin) or [line]
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


def _broken(prefix: str, text: str, suffix: str, margin: str) -> list[str]:
    """A long expression over several lines: a comprehension, or a conditional in parentheses."""
    inside = margin + INDENT
    if text.startswith("[") and text.endswith("]"):
        clauses = _arms(text[1:-1], ("for",)) or [f"{each}," for each in _items(text[1:-1]) or ()]
        if not clauses:
            return []
        return [f"{margin}{prefix}[", *(inside + each for each in clauses), f"{margin}]{suffix}"]
    arms = _arms(text, ("if", "else")) or _arms(text, ("or",)) or _arms(text, ("and",))
    if not arms or any('"' in arm for arm in arms):
        call = _called(text)
        return [] if call is None else layout(prefix, call, suffix, len(margin) // len(INDENT))
    lines: list[str] = []
    for arm in arms:
        whole = len(inside) + len(arm) <= WIDTH
        lines += [arm] if whole else _arms(arm, ("or",)) or _arms(arm, ("and",)) or [arm]
    return [f"{margin}{prefix}(", *(f"{inside}{line}" for line in lines), f"{margin}){suffix}"]


def _called(text: str) -> Call | None:
    """A text that is one call, as such."""
    head, opening, rest = text.partition("(")
    if not opening or not rest.endswith(")") or not re.fullmatch(r"[\w.]+", head):
        return None
    arguments = _items(rest[:-1])
    return None if arguments is None else Call(head, tuple([(None, Raw(x)) for x in arguments]))


def _items(text: str) -> list[str] | None:
    """A text cut at its commas, but for those in brackets; None where it is no such list."""
    if '"' in text:
        return None
    depth, items = 0, [""]
    for letter in text:
        depth += (letter in "([{") - (letter in ")]}")
        if depth < 0:
            return None
        if depth == 0 and letter == ",":
            items.append("")
        else:
            items[-1] += letter
    return [item.strip() for item in items if item.strip()]


def _arms(text: str, words: tuple[str, ...]) -> list[str]:
    """The text cut before these words, where they are in no brackets; empty where none is."""
    depth = 0
    arms = [""]
    for word in text.split(" "):
        if depth == 0 and word in words:
            arms.append(word)
        else:
            arms[-1] += f" {word}" if arms[-1] else word
        depth += sum(map(word.count, "([{")) - sum(map(word.count, ")]}"))
    return arms if len(arms) > 1 else []


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
    width = WIDTH - len(margin) - 3
    # A single line has the quotes of its end behind it.
    lines = _refilled(lines, width if len(lines) > 1 else width - 3)
    text = _UNWRITABLE.sub(_escape, "\n".join(lines).replace("\\", "\\\\"))
    # A quote ends the string with two others, or before its own end; at its start it looks so.
    escaped = re.sub(r'\A"|"{3,}|"+\Z', lambda found: '\\"' * len(found[0]), text).split("\n")
    first, *rest = escaped
    result = [f'{margin}"""{first}', *(f"{margin}{line}" if line else "" for line in rest)]
    if rest:
        return [*result, f'{margin}"""']
    return [f'{result[0]}"""']


def _refilled(lines: list[str], width: int) -> list[str]:
    """The lines, with paragraphs filled anew in which one is too long."""
    result: list[str] = []
    paragraph: list[str] = []
    for line in [*lines, ""]:
        if line and not line.startswith(" "):
            paragraph.append(line)
            continue
        if any(len(each) > width for each in paragraph):
            paragraph = wrap(
                " ".join(paragraph), width, break_long_words=False, break_on_hyphens=False
            )
        result += [*paragraph, line]
        paragraph = []
    return result[:-1]


def _escape(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape").decode()


def definition(name: str, parameters: list[str], returns: str, indent: int) -> list[str]:
    """The head of a function; ``returns`` may be empty."""
    margin = INDENT * indent
    end = f") -> {returns}:" if returns else "):"
    line = f"{margin}def {name}({', '.join(parameters)}{end}"
    if len(line) <= WIDTH:
        return [line]
    inner = [f"{margin}{INDENT}{', '.join(parameters)}"]
    if len(inner[0]) > WIDTH:
        inner = [f"{margin}{INDENT}{each}," for each in parameters]
    return [f"{margin}def {name}(", *inner, f"{margin}{end}"]


def joined(lines: list[str], ending: list[str]) -> list[str]:
    """Lines and their return: ``x = f(x)`` and ``return x`` as one line."""
    if lines and len(ending) == 1:
        assigned = re.fullmatch(r"        (\w+) = (.*)", lines[-1])
        if (
            assigned
            and ending[0] == f"        return {assigned[1]}"
            and not lines[-1].endswith(("(", "["))
            and len(lines[-1]) - len(assigned[1]) + 4 <= WIDTH
        ):
            return [*lines[:-1], f"        return {assigned[2]}"]
    return lines + ending
