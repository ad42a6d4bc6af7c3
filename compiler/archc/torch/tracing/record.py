"""What a trace holds: values, and the calls that made them, in the order of running."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from archir.base.record import Record, Struct, fresh
from archir.op.reading import Called, Made


class Value(Record):
    """A tensor that was seen: its extents and dtype, and what it is where no call made it.

    ``weight`` is the key of a parameter or buffer. ``data`` are the elements of one that hangs on
    nothing that flows in, as nested lists; None where it is no such one.
    """

    shape: tuple[int, ...]
    dtype: str
    weight: str = ""
    data: Any = None
    is_constant: bool = False


class CallSeen(Struct):
    """One call: of a function, of a module of torch's own, or of a user's with what it called."""

    path: str
    """The module that was called, or in whose forward a function was; empty for the root."""

    place: str
    """Where in the Python source it was called: ``file:line``."""

    called: Called
    made: Made | None = None
    """What is called, where it is a module that an op may be read from."""

    inputs: tuple[Any, ...] = ()
    """What a user's module was given: nested tuples with the numbers of values."""

    body: list[CallSeen] | None = None
    """What a user's module called."""

    results: tuple[int, ...] = ()
    """The values that came back, in order."""

    fields: tuple[str, ...] = ()
    """The names that a dict or a named tuple has for them."""

    in_place: bool = False
    constant: bool = False


class Child(Record):
    """One module of the tree: its class, its children in torch's order, and how it was made."""

    path: str
    kind: str
    children: tuple[str, ...]
    weights: tuple[tuple[str, tuple[int, ...], str, bool], ...]
    """Its own parameters and buffers in torch's order: name, shape, dtype, whether it is kept in
    the state dict."""

    parameters: frozenset[str]
    arguments: Mapping[str, Any]
    """What its constructor was given, as far as it is data."""

    numbered: bool
    """Whether it is a Sequential or a list, whose children have numbers."""


class Trace(Struct):
    """One run of a module."""

    inputs: tuple[int, ...]
    names: tuple[str, ...]
    calls: list[CallSeen]
    results: tuple[int, ...]
    fields: tuple[str, ...]
    values: list[Value] = fresh(factory=list)
    locals: dict[int, str] = fresh(factory=dict)
    """What Python's variables called the values."""
