"""Records and structs: classes of named fields that cost next to nothing to define.

A ``Record`` is what ``@dataclass(frozen=True, slots=True)`` makes, a ``Struct`` what
``@dataclass(slots=True, eq=False)`` makes, and type checkers take them for that. But a dataclass
is compiled at every start of the program, half a millisecond for each class, and the compiler has
hundreds of syntax nodes, problems and steps: that was a third of the time of a short ``archc``
run. Here the methods are written once, and read the field names. A class of which many instances
are made gets methods of its own after all, compiled at that time: a network of ten thousand layers
makes hundreds of thousands of records of a few classes.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, dataclass_transform

_set = object.__setattr__


class _Fresh:
    """A default that is made anew for each instance."""

    __slots__ = ("make",)

    def __init__(self, make: Callable[[], object]) -> None:
        self.make = make


def fresh(*, factory: Callable[[], Any]) -> Any:
    """The default of a field that each instance has of its own: ``fresh(factory=list)``."""
    return _Fresh(factory)


HOT = 400
"""From so many instances on it is worth while to compile a class's methods."""


def _init(self: Any, *args: Any, **kwargs: Any) -> None:
    """``__init__`` for any fields."""
    made = self._made
    made[0] += 1  # a number of the class's own would have Python forget what it knows of the class
    if made[0] == HOT:
        _compile(type(self))
    names = self.__match_args__
    if len(args) == len(names) and not kwargs:
        for name, value in zip(names, args):  # noqa: B905  (they are as many)
            _set(self, name, value)
        return
    given = dict(zip(names, args, strict=False))
    if len(args) > len(names) or given.keys() & kwargs.keys():
        raise TypeError(f"{type(self).__name__} takes {', '.join(names)}, each once")
    values = {**self._defaults, **given, **kwargs}
    for name in names:
        if name not in values:
            raise TypeError(f"{type(self).__name__} needs {name}")
        value = values[name]
        _set(self, name, value.make() if isinstance(value, _Fresh) else value)
    if len(values) > len(names):
        unknown = ", ".join(sorted(values.keys() - set(names)))
        raise TypeError(f"{type(self).__name__} has no {unknown}")


def _values(self: Any) -> tuple[Any, ...]:
    """The values of any fields, in order."""
    return tuple([getattr(self, name) for name in self.__match_args__])


def _compile(cls: Any) -> None:
    """Give a class an ``__init__`` and a ``_values`` for its own fields, as dataclasses do."""
    names, defaults = cls.__match_args__, cls._defaults
    scope: dict[str, Any] = {"absent": _Fresh}
    head, lines = ["self"], []
    frozen = cls.__setattr__ is not object.__setattr__
    optional = False
    for name in names:
        value = name
        optional = optional or name in defaults
        if not optional:
            head.append(name)
        elif name not in defaults:
            return  # a field without a default behind one with: only by name, and left as it is
        elif isinstance(default := defaults[name], _Fresh):
            scope[f"make_{name}"] = default.make
            head.append(f"{name}=absent")
            value = f"make_{name}() if {name} is absent else {name}"
        else:
            scope[f"default_{name}"] = default
            head.append(f"{name}=default_{name}")
        if frozen:
            scope[f"set_{name}"] = getattr(cls, name).__set__
            lines.append(f" set_{name}(self, {value})")
        else:
            lines.append(f" self.{name} = {value}")
    fields = "".join(f"self.{name}, " for name in names)
    text = f"def init({', '.join(head)}):\n" + "\n".join([*lines, " return None"])
    text += f"\ndef values(self):\n return ({fields})"
    exec(text, scope)  # of names of ours alone
    if cls.__init__ is _init:
        cls.__init__ = scope["init"]
    cls._values = scope["values"]


def _annotations(body: dict[str, Any]) -> dict[str, Any]:
    """The annotations of a class body, which are a function where they are not postponed."""
    if sys.version_info >= (3, 14) and "__annotations__" not in body:
        from annotationlib import Format, call_annotate_function, get_annotate_from_class_namespace

        annotate = get_annotate_from_class_namespace(body)
        return call_annotate_function(annotate, Format.FORWARDREF) if annotate else {}
    known: dict[str, Any] = body.get("__annotations__", {})
    return known


class _FieldsType(type):
    """Turns the annotations of a class body into slots; fields of the base come first."""

    def __new__(cls, name: str, bases: tuple[type, ...], namespace: dict[str, Any]) -> _FieldsType:
        annotations = _annotations(namespace)
        own = [field for field, kind in annotations.items() if "ClassVar" not in str(kind)]
        defaults = {field: namespace.pop(field) for field in own if field in namespace}
        # What a class body says of slots itself is beside its fields.
        namespace["__slots__"] = (*own, *namespace.get("__slots__", ()))
        fields: tuple[str, ...] = ()
        for base in bases:
            fields += getattr(base, "__match_args__", ())
            defaults = {**getattr(base, "_defaults", {}), **defaults}
        namespace["__match_args__"] = (*fields, *own)
        namespace["_defaults"] = defaults
        namespace["_made"] = [0]
        # Each class has entries of its own, so that what is compiled for one is not inherited.
        namespace.setdefault("__init__", _init)
        namespace.setdefault("_values", _values)
        return super().__new__(cls, name, bases, namespace)


def _shown(self: Any) -> str:
    """``__repr__`` for any fields."""
    shown = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.__match_args__)
    return f"{type(self).__name__}({shown})"


def _reduced(self: Any) -> tuple[type, tuple[Any, ...]]:
    """``__reduce__`` for any fields."""
    return type(self), self._values()


if TYPE_CHECKING:

    class _Fields(metaclass=_FieldsType):
        """What records and structs share, for type checkers alone.

        A class that all derive from would be one more in which Python looks for each of some
        ninety special methods, whenever a class is made; and hundreds are at each start.
        """

        __match_args__: ClassVar[tuple[str, ...]]
        _defaults: ClassVar[dict[str, Any]]
        _made: ClassVar[list[int]]

        def _values(self) -> tuple[Any, ...]: ...

else:
    _Fields = object


class Frozen:
    """Base of what never changes once it is made."""

    __slots__ = ()

    if not TYPE_CHECKING:  # a checker that saw these would believe that any name can be set

        def __setattr__(self, name: str, value: object) -> None:
            raise AttributeError(f"{type(self).__name__}.{name} is frozen")

        def __delattr__(self, name: str) -> None:
            raise AttributeError(f"{type(self).__name__}.{name} is frozen")


@dataclass_transform(frozen_default=True, field_specifiers=(fresh,))
class Record(_Fields, metaclass=_FieldsType):
    """Base of records: their fields never change, and equal fields make equal records."""

    __repr__ = _shown
    __reduce__ = _reduced
    if not TYPE_CHECKING:
        __setattr__ = Frozen.__setattr__
        __delattr__ = Frozen.__delattr__

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if type(self) is not type(other):
            return NotImplemented
        assert isinstance(other, Record)
        return self._values() == other._values()

    def __hash__(self) -> int:
        return hash((type(self), *self._values()))


class Key(Record):
    """Base of records that are looked up often: the hash of each is worked out once."""

    __slots__ = ("_hash",)

    if TYPE_CHECKING:
        _hash: ClassVar[int]

    def __hash__(self) -> int:
        try:
            return self._hash
        except AttributeError:
            found = hash(self._values())
            _set(self, "_hash", found)
            return found


@dataclass_transform(eq_default=False, field_specifiers=(fresh,))
class Struct(_Fields, metaclass=_FieldsType):
    """Base of structs: their fields may change, and each is equal to itself alone."""

    __repr__ = _shown
    __reduce__ = _reduced


F = TypeVar("F", bound=_Fields)


def replaced(original: F, **changes: object) -> F:
    """A record or struct with the same fields but for some."""
    values = dict(zip(original.__match_args__, original._values(), strict=True))
    return type(original)(**{**values, **changes})


def field_names(fields: _Fields | type[_Fields]) -> tuple[str, ...]:
    """The names of the fields, in order."""
    return fields.__match_args__
