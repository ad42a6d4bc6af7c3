"""The pydantic model of an op's arguments: it has the verdict on a value, and the words for it.

A model is made of what the op's class declares, the first time that an argument is not plainly
right. Nothing else imports pydantic, so that a file without mistakes is checked without it.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from functools import cache
from types import UnionType
from typing import Annotated, Any, ClassVar, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict
from pydantic import Field as Field_

from archir.op.contract import Op, arguments_of
from archir.op.fields import REQUIRED, Declared, OpArgument, validators_of


def taken(op: type[Op], values: Mapping[str, Any]) -> dict[str, Any]:
    """All arguments as the op holds them; raises pydantic's ``ValidationError``."""
    model = _model(op)(**values)
    return {name: getattr(model, name) for name in arguments_of(op)}


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
        model: type[BaseModel] = _Both(op.__name__, (BaseModel, op), body, model=True)
    return model


class _Both(type(BaseModel), type(Op)):  # type: ignore[misc]  # their types are what there is
    """The type of pydantic's models that are ops too."""


def _field(argument: OpArgument) -> Any:
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
