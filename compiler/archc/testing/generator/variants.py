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
    pen.declare(
        meant,
        None,
        f"model {meant} = {name}({given})"
        if given or choose.chance(50)
        else f"model {meant} = {name}()",
    )
    if choose.chance(35) and first:
        again = pen.fresh("net")
        pen.note("variant of a variant", "variant replaces argument")
        pen.declare(again, None, f"model {again} = {meant}({first[0]} = {texts[first[0]]})")
        # The first one says something else, which the second replaces.
        at = next(i for i, (n, _) in enumerate(pen.declarations) if n == meant)
        other = given.replace(
            f"{first[0]} = {texts[first[0]]}", f"{first[0]} = {_other(known[first[0]])}"
        )
        pen.declarations[at] = (meant, f"model {meant} = {name}({other})")
        meant = again
    return meant, {}


def _text(value: Any) -> str:
    return value.name if isinstance(value, Part) else str(value)


def _other(value: Any) -> str:
    return "tanh" if isinstance(value, Part) else str(value - 1)
