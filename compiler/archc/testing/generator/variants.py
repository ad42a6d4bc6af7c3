"""Variants of a model, and arguments from outside."""

from __future__ import annotations

from typing import Any

from archc.testing.generator.pen import Pen
from archc.testing.generator.values import Part


def variants(
    pen: Pen, name: str, params: list[tuple[str, str, str]], known: dict[str, Any]
) -> tuple[str, dict[str, object]]:
    """Variants of a model, and arguments from outside; which model is meant."""
    choose, required = pen.choices, [n for n, _, default in params if not default]
    texts = {n: _text(known[n]) for n, _, _ in params}
    if required and choose.chance(40):
        pen.note("argument from outside")
        return name, {n: known[n] for n in required}
    if not required and not choose.chance(20):
        return name, {}
    meant = pen.fresh("net")
    pen.note("variant", "several models")
    first = required or ([params[0][0]] if params else [])
    given = ", ".join(f"{n} = {texts[n]}" for n in first)
    pen.declare(meant, None, f"model {meant} = {name}({given})")
    if not first:
        return meant, {}
    return _replaced(pen, meant, first[0], known[first[0]], texts[first[0]])


def _replaced(
    pen: Pen, meant: str, name_of: str, value: Any, text: str
) -> tuple[str, dict[str, object]]:
    """A variant of which one argument is replaced, from outside or by a variant of it."""
    choose = pen.choices
    from_outside = isinstance(value, int) and choose.chance(40)
    if not from_outside and not choose.chance(35):
        return meant, {}
    # The variant says something else, which what follows replaces.
    pen.note("variant replaces argument")
    at = next(i for i, (n, _) in enumerate(pen.declarations) if n == meant)
    right, other = f"{name_of} = {text}", f"{name_of} = {_other(value)}"
    pen.declarations[at] = (meant, pen.declarations[at][1].replace(right, other))
    if from_outside:
        pen.note("argument from outside")
        return meant, {name_of: value}
    again = pen.fresh("net")
    pen.note("variant of a variant")
    pen.declare(again, None, f"model {again} = {meant}({right})")
    return again, {}


def _text(value: Any) -> str:
    return value.name if isinstance(value, Part) else str(value)


def _other(value: Any) -> str:
    return "tanh" if isinstance(value, Part) else str(value - 1)
