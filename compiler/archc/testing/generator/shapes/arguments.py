"""Arguments of ops: read off their declarations, and steered by a few hints to what fits."""

from __future__ import annotations

from typing import Any, Literal, get_args, get_origin

from archc.testing.generator.choices import Choices
from archc.testing.generator.shapes.hints import HINTS, OFTEN
from archc.testing.generator.shapes.spatial_hints import Drawn
from archc.testing.generator.values import Values
from archir.catalogue.registry import ops
from archir.op.argument_types import members
from archir.op.contract import arguments_of
from archir.op.fields import OpArgument
from archir.shapes.dims import SizeExpr


def arguments(choose: Choices, keyword: str, inputs: Values) -> Drawn:
    """Arguments for an op, most of which fit the values; some with a default are left out."""
    made: Drawn = {}
    for name, declared in arguments_of(ops()[keyword]).items():
        hint = HINTS.get(f"{keyword}.{name}", HINTS.get(name))
        if not declared.is_required() and not choose.chance(OFTEN.get(f"{keyword}.{name}", 35)):
            continue
        made[name] = hint(choose, inputs, made) if hint else generic(choose, declared.annotation)
    return made


def generic(choose: Choices, annotation: Any) -> Any:
    """Any value that a declaration allows, small numbers mostly, and those at the bounds."""
    member, bounds = choose.pick(list(members(annotation)))
    known = {bound.name: bound.value for bound in bounds}
    if get_origin(member) is Literal:
        return choose.pick(get_args(member))
    if get_origin(member) is tuple:
        length = choose.integer(known.get("min_length", 1), min(known.get("max_length", 4), 4))
        return tuple(generic(choose, get_args(member)[0]) for _ in range(length))
    if member is bool:
        return choose.chance(50)
    if member is int or member is SizeExpr:
        low = max(known.get("ge", -3), -3)
        return choose.integer(low, low + 4)
    if member is float:
        low = known.get("ge", known.get("gt", -1.0))
        options = [0.5, 0.25, 1.0, 0.1, 1e-3, 2.0, low, known.get("le", 3.0), 0.0]
        fit = [each for each in options if _within(each, known)]
        return float(choose.pick(fit))
    return None


def _within(value: float, bounds: dict[str, Any]) -> bool:
    return bool(
        value >= bounds.get("ge", -9e9)
        and value > bounds.get("gt", -9e9)
        and value <= min(bounds.get("le", 9e9), 100)
        and value < bounds.get("lt", 9e9)
    )


MAKING = (
    "out_channels", "kernel_size", "multiplier", "output_size", "size", "scale_factor", "padding",
    "out_features", "upscale_factor", "num_parameters", "unflattened_size", "shape",
    "output_padding",
)  # fmt: skip
"""Arguments of which a large one would make a large tensor."""


def beyond(choose: Choices, declared: OpArgument) -> tuple[str, Any]:
    """A value at the bounds of a declaration, or beyond them, and which of these."""
    found: list[tuple[str, Any]] = []
    past = "argument beyond its bounds"
    for member, bounds in members(declared.annotation):
        if get_origin(member) is Literal:
            found.append((past, "nonsense"))
        elif get_origin(member) is tuple:
            item = get_args(member)[0]
            for bound in bounds:
                over = {"min_length": -1, "max_length": 1}.get(bound.name)
                if over and bound.value < 9:
                    items = tuple(generic(choose, item) for _ in range(bound.value + over))
                    found.append((past, items))
        elif member in (int, float):
            found += _around(member, {b.name: b.value for b in bounds}, declared.name)
        elif member is bool:
            found.append((past, 1))
    found += [(past, "x"), (past, 1.5), (past, None)]
    return choose.pick(found)


def _around(kind: type, bounds: dict[str, Any], name: str) -> list[tuple[str, Any]]:
    at, past = "argument at its bound", "argument beyond its bounds"
    step = 1 if kind is int else 0.5
    found: list[tuple[str, Any]] = [(past, True)]
    for key, sign in (("ge", -1), ("le", 1)):
        if key in bounds and (abs(bounds[key]) < 9 or name not in MAKING):
            found.append((at, kind(bounds[key])))
        if key in bounds and abs(bounds[key]) < 2**53:  # what is larger may count as a float
            found += [(past, kind(bounds[key]) + sign * step)] * 2
    if "gt" in bounds:
        found.append((past, kind(bounds["gt"])))
    return found
