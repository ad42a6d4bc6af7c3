"""pydantic's verdict on the arguments of an op, and its errors as problems.

For each op whose arguments were not plainly right a pydantic model is made of what its class
declares. Nothing else imports pydantic, so that a file without mistakes is checked without it.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from functools import cache
from types import UnionType
from typing import Annotated, Any, ClassVar, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic import Field as Field_

from archir.argument_types import choices, describe, is_counted, is_measured, shown
from archir.diagnostics import Problem, nearest
from archir.fields import REQUIRED, Argument, Declared, validators_of
from archir.op import Op, arguments_of
from archir.packages import RefusedByOp
from archir.rules.arguments import (
    ArgumentOutOfBounds,
    FloatForCount,
    MissingArgument,
    WrongArgumentType,
)

TOGETHER = ""
"""Stands for an argument's name where it is several that do not go together."""


def judged(op: type[Op], values: Mapping[str, Any]) -> dict[str, Any]:
    """All arguments as the op holds them; raises pydantic's ``ValidationError``."""
    model = _model(op)(**values)
    return {name: getattr(model, name) for name in arguments_of(op)}


def refusals(
    op: type[Op], values: Mapping[str, object], given: Mapping[str, object]
) -> Op | dict[str, Problem]:
    """The op with these values, or what is wrong with each of them that is refused.

    ``given`` are all arguments that the call has; one of them that is left out is not missing.
    """
    try:
        return op(**values)
    except ValidationError as error:
        return _problems(op, error, given)


# --- the model ------------------------------------------------------------------------------------


@cache
def _model(op: type[Op]) -> type[BaseModel]:
    """A pydantic model with the op's arguments. It derives from the op, for validators."""
    known = arguments_of(op)
    body: dict[str, Any] = {
        "__module__": op.__module__,
        "__qualname__": op.__qualname__,
        "__annotations__": {
            "model_config": ClassVar[ConfigDict],
            **{name: _pydantics(each.annotation) for name, each in known.items()},
        },
        "model_config": ConfigDict(extra="forbid", strict=True, arbitrary_types_allowed=True),
        **{name: _field(each) for name, each in known.items()},
        **validators_of(op),
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of names that pydantic's models have too
        model: type[BaseModel] = _Both(op.__name__, (BaseModel, op), body, judge=True)
    return model


class _Both(type(BaseModel), type(Op)):  # type: ignore[misc]  # their types are what there is
    """The type of pydantic's models that are ops too."""


def _field(argument: Argument) -> Any:
    if argument.factory is not None:
        return Field_(default_factory=argument.factory)
    return Field_() if argument.default is REQUIRED else Field_(argument.default)


def _pydantics(annotation: Any) -> Any:
    """The annotation with our declarations in it written as pydantic's."""
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        inner, *metadata = parts
        return Annotated[(_pydantics(inner), *map(_entry, metadata))]
    if origin in (Union, UnionType):
        return Union[tuple(map(_pydantics, parts))]  # noqa: UP007
    if origin is tuple:
        item, rest = parts
        return tuple.__class_getitem__((_pydantics(item), rest))
    return annotation


def _entry(metadata: Any) -> Any:
    if isinstance(metadata, Declared):
        bounds: dict[str, Any] = {bound.name: bound.value for bound in metadata.bounds}
        return Field_(**bounds)
    return metadata


# --- its errors -----------------------------------------------------------------------------------

_BY_AUTHOR = frozenset({"value_error", "assertion_error"})
"""The kinds of errors that a validator of a package's own raises, in its own words."""

_BOUNDS = frozenset(
    {
        "greater_than",
        "greater_than_equal",
        "less_than",
        "less_than_equal",
        "too_short",
        "too_long",
        "finite_number",
    }
)
"""The kinds of pydantic's errors that find the type right and the value wrong."""


def _problems(
    op: type[Op], error: ValidationError, values: Mapping[str, object]
) -> dict[str, Problem]:
    """One problem for each argument: pydantic tells one error for each member of a union."""
    kinds: dict[str, set[str]] = {}
    found: dict[str, Problem] = {}
    for item in error.errors(include_url=False, include_context=False, include_input=False):
        name = str(item["loc"][0]) if item["loc"] else TOGETHER
        if item["type"] in _BY_AUTHOR:
            words = item["msg"].partition(", ")[2] or "its arguments are refused"
            found[name] = RefusedByOp(f"{op.keyword}: {words}")
        else:
            kinds.setdefault(name, set()).add(item["type"])
    for name, errors in kinds.items():
        if name in values:
            found[name] = _value_problem(op, name, values[name], errors)
        elif errors == {"missing"}:
            found[name] = MissingArgument(op.keyword, name, op.arguments())
    return found


def _value_problem(op: type[Op], name: str, value: object, errors: set[str]) -> Problem:
    annotation = arguments_of(op)[name].annotation
    items = value if isinstance(value, tuple) else (value,)
    huge = any(isinstance(item, int) and item >= 2**31 for item in items)
    wanted = describe(annotation) + (", below 2**31" if huge else "")
    facts = (op.keyword, name, shown(value), wanted)
    if isinstance(value, str):
        # A string is of the right type where strings are taken at all.
        known = choices(annotation)
        near = nearest(value, known)
        quoted = None if near is None else shown(near)
        return ArgumentOutOfBounds(*facts, quoted) if known else WrongArgumentType(*facts)
    if is_counted(annotation):
        for item in items:
            if isinstance(item, float):
                return FloatForCount(op.keyword, name, shown(item), wanted)
    # An integer that no float can hold is refused as if it were not a number.
    whole = isinstance(value, int) and not isinstance(value, bool)
    if errors & _BOUNDS or (whole and is_measured(annotation)):
        return ArgumentOutOfBounds(*facts)
    return WrongArgumentType(*facts)
