"""The types of arguments in people's words, for messages and for the reference."""

from __future__ import annotations

from collections.abc import Iterator
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from archir.init.values import Constant, show_constant
from archir.op.fields import Bound, bounds_in
from archir.shapes.dims import SizeExpr, show

_LONGEST = 60

Constraints = tuple[Bound, ...]


def describe(annotation: Any) -> str:
    """What an annotation accepts: ``an integer of at least 1 or a list of 1 to 3 of them``."""
    said: list[str] = []
    for member, bounds in members(annotation):
        if get_origin(member) is tuple:
            said.append(_describe_list(describe(get_args(member)[0]), bounds, said))
        elif get_origin(member) is Literal:
            said.extend(f'"{choice}"' for choice in get_args(member))
        else:
            said.append(_describe(member, bounds))
    if _NAMES[float] in said and _NAMES[int] in said:
        said.remove(_NAMES[int])  # an integer is a number
    return f"{', '.join(said[:-1])} or {said[-1]}" if len(said) > 1 else said[0]


def is_known(annotation: Any) -> bool:
    """Whether the type is one that arguments can have."""
    return all(
        leaf in _KNOWN or (get_origin(leaf) is Literal and all(map(_is_text, get_args(leaf))))
        for leaf in _leaves(annotation)
    )


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def choices(annotation: Any) -> tuple[str, ...]:
    """The strings that an annotation accepts."""
    literals = (member for member, _ in members(annotation) if get_origin(member) is Literal)
    return tuple(choice for member in literals for choice in get_args(member))


def is_counted(annotation: Any) -> bool:
    """Whether the type has integers somewhere in it, and no floats."""
    return int in _leaves(annotation) and not is_measured(annotation)


def is_measured(annotation: Any) -> bool:
    """Whether the type has floats somewhere in it."""
    return float in _leaves(annotation)


def is_sized(annotation: Any) -> bool:
    """Whether the type has sizes of the input somewhere in it."""
    return SizeExpr in _leaves(annotation)


def shown(value: object) -> str:
    """A value as the language writes it, cut where it is long."""
    if isinstance(value, SizeExpr):
        return show(value)
    if isinstance(value, int) and value.bit_length() > 128:
        return f"a number of {value.bit_length()} bits"
    if isinstance(value, tuple):
        text = "[" + ", ".join(shown(item) for item in value[:8])
        text += ", …]" if len(value) > 8 else "]"
    else:
        constant: Constant = value  # type: ignore[assignment]
        text = show_constant(constant)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def members(annotation: Any, bounds: Constraints = ()) -> Iterator[tuple[Any, Constraints]]:
    """The members of a union, each with the constraints written on it."""
    if get_origin(annotation) is Annotated:
        inner, *metadata = get_args(annotation)
        yield from members(inner, (*bounds, *(b for each in metadata for b in bounds_in(each))))
    elif get_origin(annotation) in (Union, UnionType):
        for member in get_args(annotation):
            yield from members(member, bounds)
    else:
        yield annotation, bounds


def _leaves(annotation: Any) -> Iterator[Any]:
    for member, _ in members(annotation):
        if get_origin(member) is tuple:
            yield from _leaves(get_args(member)[0])
        else:
            yield member


_KNOWN = (None, NoneType, bool, int, float, str, SizeExpr)
_NAMES = {int: "an integer", float: "a number", str: "a string", SizeExpr: "a size of the input"}


def _describe(member: Any, bounds: Constraints) -> str:
    if member in (None, NoneType):
        return "none"
    if member is bool:
        return "true or false"
    return _NAMES.get(member, str(member)) + _describe_bounds(bounds)


def _describe_list(item: str, bounds: Constraints, others: list[str]) -> str:
    least, most = _bound(bounds, "min_length"), _bound(bounds, "max_length")
    number = "" if least is None else f"{least} or more" if most is None else f"{least} to {most}"
    if item in others:
        return f"a list of {number} of them" if number else "a list of them"
    return f"a list of {number}, each {item}" if number else f"a list, each {item}"


def _describe_bounds(bounds: Constraints) -> str:
    least, most = _bound(bounds, "ge"), _bound(bounds, "le")
    above = _bound(bounds, "gt")
    if above is not None:
        return f" above {above}" + (f" and at most {most}" if most is not None else "")
    if least is not None and most is not None and most < 2**31 - 1:
        return f" from {least} to {most}"
    if least is not None and least > -(2**31):
        return f" of at least {least}"
    return ""


def _bound(bounds: Constraints, name: str) -> Any:
    return next((bound.value for bound in bounds if bound.name == name), None)
