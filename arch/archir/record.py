"""Records: frozen classes of named fields that cost next to nothing to define.

They are what ``@dataclass(frozen=True, slots=True)`` makes, and type checkers take them for that.
But a dataclass is compiled at every start of the program, half a millisecond for each class, and
the language has hundreds of syntax nodes and problems: a third of the time of a short ``archc``
run. A record's methods are written once, here, and read the field names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, dataclass_transform

_set = object.__setattr__


@dataclass_transform(frozen_default=True)
class RecordType(type):
    """Turns the annotations of a class body into slots; fields of the base come first."""

    def __new__(cls, name: str, bases: tuple[type, ...], namespace: dict[str, Any]) -> RecordType:
        annotations: dict[str, str] = namespace.get("__annotations__", {})
        own = [field for field, kind in annotations.items() if not kind.startswith("ClassVar")]
        defaults = {field: namespace.pop(field) for field in own if field in namespace}
        namespace["__slots__"] = tuple(own)
        fields: tuple[str, ...] = ()
        for base in bases:
            fields += getattr(base, "__match_args__", ())
            defaults = {**getattr(base, "_defaults", {}), **defaults}
        namespace["__match_args__"] = (*fields, *own)
        namespace["_defaults"] = defaults
        return super().__new__(cls, name, bases, namespace)


class Record(metaclass=RecordType):
    """Base of records. Fields are given by position or by name, and never change."""

    __match_args__: ClassVar[tuple[str, ...]]
    _defaults: ClassVar[dict[str, Any]]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        names = self.__match_args__
        if len(args) == len(names) and not kwargs:
            for name, value in zip(names, args, strict=True):
                _set(self, name, value)
            return
        given = dict(zip(names, args, strict=False))
        if len(args) > len(names) or given.keys() & kwargs.keys():
            raise TypeError(f"{type(self).__name__} takes {', '.join(names)}, each once")
        values = {**self._defaults, **given, **kwargs}
        for name in names:
            if name not in values:
                raise TypeError(f"{type(self).__name__} needs {name}")
            _set(self, name, values[name])
        if len(values) > len(names):
            unknown = ", ".join(sorted(values.keys() - set(names)))
            raise TypeError(f"{type(self).__name__} has no {unknown}")

    if not TYPE_CHECKING:  # a checker that saw these would believe that any name can be set

        def __setattr__(self, name: str, value: object) -> None:
            raise AttributeError(f"{type(self).__name__}.{name} is frozen")

        def __delattr__(self, name: str) -> None:
            raise AttributeError(f"{type(self).__name__}.{name} is frozen")

    def _values(self) -> tuple[Any, ...]:
        return tuple([getattr(self, name) for name in self.__match_args__])

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if type(self) is not type(other):
            return NotImplemented
        assert isinstance(other, Record)
        return self._values() == other._values()

    def __hash__(self) -> int:
        return hash((type(self), *self._values()))

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.__match_args__)
        return f"{type(self).__name__}({shown})"

    def __reduce__(self) -> tuple[type, tuple[Any, ...]]:
        return type(self), self._values()


R = TypeVar("R", bound=Record)


def replaced(record: R, **changes: object) -> R:
    """The same record with some fields changed."""
    values = dict(zip(record.__match_args__, record._values(), strict=True))
    return type(record)(**{**values, **changes})


def field_names(record: Record) -> tuple[str, ...]:
    """The names of a record's fields, in order."""
    return record.__match_args__
