"""The arguments of ops as their classes declare them: types, bounds, defaults, descriptions.

They are declared as pydantic's fields are, and pydantic's own ``Field`` may be used, by name of
``from pydantic import Field``. But pydantic itself is not imported for that: it takes longer than
checking a network. ``archir.op.validate`` asks it for what is not plainly right.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar, get_origin

from archir.base.record import Record

BOUNDS = ("ge", "gt", "le", "lt", "min_length", "max_length", "allow_inf_nan")
"""The constraints that are known here; others are pydantic's alone."""


class Required:
    """Stands for a default where there is none."""

    def __repr__(self) -> str:
        return "required"


REQUIRED = Required()


class Bound(Record):
    """One constraint on a value: ``ge`` 1. Another's constraint, unknown here, has no name."""

    name: str
    value: Any


class Declared(Record):
    """What ``Field`` gives: the default, a description, and constraints."""

    default: Any
    description: str
    bounds: tuple[Bound, ...]


def Field(  # noqa: N802  (as in pydantic, so that a class reads like any of its models)
    default: Any = REQUIRED, *, description: str = "", **bounds: float
) -> Any:
    """Declares an argument of an op, or in ``Annotated`` the bounds of a type.

    The bounds are pydantic's: ``ge gt le lt min_length max_length allow_inf_nan``.
    """
    unknown = bounds.keys() - set(BOUNDS)
    if unknown:
        raise TypeError(f"Field has no {', '.join(sorted(unknown))}: it has {', '.join(BOUNDS)}")
    return Declared(default, description, tuple(Bound(*each) for each in bounds.items()))


class OpArgument(Record):
    """One argument of an op. The annotation holds all its constraints."""

    name: str
    annotation: Any
    default: Any
    description: str
    factory: Any
    """What makes the default anew each time, which only pydantic's ``Field`` can have."""

    def is_required(self) -> bool:
        """Whether it has no default."""
        return self.default is REQUIRED and self.factory is None


def bounds_in(metadata: object) -> Iterator[Bound]:
    """The constraints that one entry of an ``Annotated`` stands for, ours or pydantic's."""
    if isinstance(metadata, Declared):
        yield from metadata.bounds
    elif _is_pydantics(metadata):
        for each in metadata.metadata:  # type: ignore[attr-defined]
            yield from bounds_in(each)
    else:
        values = {name: getattr(metadata, name, None) for name in BOUNDS}
        known = [Bound(name, value) for name, value in values.items() if value is not None]
        yield from known or [Bound("", metadata)]


def own_arguments(cls: type) -> Iterator[OpArgument]:
    """The arguments that a class's own body declares, in order; those of its bases come before."""
    declared: Mapping[str, Any] = cls.__dict__.get("_declared", {})
    for name, kind in cls.__annotations__.items():
        if _is_argument(name, kind):
            annotation = _evaluated(kind, cls) if isinstance(kind, str) else kind
            yield _argument(name, annotation, declared.get(name, REQUIRED))


class OpType(type):
    """The type of op classes, which takes the declarations of arguments out of a class.

    What is declared of an argument belongs to the class, its value to instances alone. With
    ``model`` the class is left as it is: it is pydantic's.
    """

    def __new__(
        mcs, name: str, bases: tuple[type, ...], body: dict[str, Any], *, model: bool = False
    ) -> OpType:
        cls: Any = super().__new__(mcs, name, bases, body)
        if not model:
            _refuse_untyped(cls, body)
            own = [n for n, kind in cls.__annotations__.items() if _is_argument(n, kind)]
            cls._declared = {n: body[n] for n in own if n in body}
            for argument in cls._declared:
                delattr(cls, argument)
        return cls  # type: ignore[no-any-return]


def validators_of(cls: type) -> dict[str, Any]:
    """pydantic's validators in a class and its bases: ways of their own to validate arguments."""
    return {
        name: value
        for base in reversed(cls.__mro__)
        for name, value in vars(base).items()
        if hasattr(value, "decorator_info")
    }


def is_verdict(error: Exception) -> bool:
    """Whether it is pydantic's word that arguments are wrong."""
    module = sys.modules.get("pydantic")
    return module is not None and isinstance(error, module.ValidationError)


def _refuse_untyped(cls: type, body: Mapping[str, Any]) -> None:
    """Raises where a value stands in the body that is neither a constant nor an argument."""
    for name, value in body.items():
        if name.startswith("_") or hasattr(value, "__get__"):
            continue
        if not any(name in getattr(base, "__annotations__", ()) for base in cls.__mro__):
            raise TypeError(
                f"{name} has no type: an argument is declared as {name}: int = 1,"
                f" a constant as {name}: ClassVar[int] = 1"
            )


def _is_argument(name: str, kind: Any) -> bool:
    if name.startswith("_"):
        return False
    if isinstance(kind, str):
        return "ClassVar" not in kind
    return kind is not ClassVar and get_origin(kind) is not ClassVar


def _argument(name: str, kind: Any, declared: Any) -> OpArgument:
    if isinstance(declared, Declared):
        annotation = Annotated[kind, declared] if declared.bounds else kind
        return OpArgument(name, annotation, declared.default, declared.description, None)
    if _is_pydantics(declared):
        annotation = Annotated[kind, declared] if declared.metadata or declared.alias else kind
        default = REQUIRED if declared.is_required() else declared.default
        factory = declared.default_factory
        return OpArgument(
            name,
            annotation,
            REQUIRED if factory else default,
            declared.description or "",
            factory,
        )
    return OpArgument(name, kind, declared, "", None)


def _is_pydantics(value: Any) -> bool:
    """Whether it is what pydantic's ``Field`` gives; then pydantic has been imported."""
    module = sys.modules.get("pydantic.fields")
    return module is not None and isinstance(value, module.FieldInfo)


def _evaluated(text: str, cls: type) -> Any:
    """An annotation that was postponed."""
    return eval(text, vars(sys.modules[cls.__module__]), dict(vars(cls)))
