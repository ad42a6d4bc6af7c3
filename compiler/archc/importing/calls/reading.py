"""Which op a call of torch is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

from archir.base.record import Record
from archir.catalogue.registry import built_in, ops
from archir.op.contract import Op, arguments_of, values_of
from archir.op.reading import (
    Called,
    Made,
    Operand,
    Read,
    any_rank,
    module_names,
    read_call,
    signature,
)
from archir.op.validate import validate


class Found(Record):
    """An op with its arguments, what flows into it, and the tensors that are its weights."""

    op: type[Op]
    arguments: Mapping[str, Any]
    inputs: tuple[Operand, ...]
    weights: Mapping[str, Operand]


@cache
def modules() -> Mapping[str, tuple[type[Op], ...]]:
    """The ops that are read from a class of modules, by its name."""
    return _index((name, op) for op in _ops() for name in module_names(op))


@cache
def functions() -> Mapping[str, tuple[type[Op], ...]]:
    """The ops that are read from a function, by its name."""
    return _index((signature(text)[0], op) for op in _ops() for text in op.read_calls)


def _ops() -> Iterator[type[Op]]:
    return (ops()[keyword] for keyword in built_in())


def _index(pairs: Iterator[tuple[str, type[Op]]]) -> Mapping[str, tuple[type[Op], ...]]:
    found: dict[str, list[type[Op]]] = defaultdict(list)
    for name, op in pairs:
        if op not in found[name]:
            found[name].append(op)
    return {name: tuple(each) for name, each in found.items()}


def read(
    called: Called, made: Made | None, owned: Callable[[Found], bool] = lambda _: True
) -> Found | None:
    """The op that a call is: of several one that has weights, then the one with least to say.

    ``owned`` says whether the weights may be the op's own.
    """
    best: Found | None = None
    if made is not None:
        found = ((op, op.read_module(made, called)) for op in modules().get(made.kind, ()))
    else:
        known = functions().get(any_rank(called.function), ())
        found = ((op, read_call(op, called)) for op in known)
    for op, what in found:
        if what is None:
            continue
        one = _valid(op, what)
        if one is not None and owned(one) and (best is None or _weight(one) < _weight(best)):
            best = one
    return best


def _weight(found: Found) -> tuple[bool, int]:
    return (not found.weights, len(found.arguments))


def _valid(op: type[Op], what: Read) -> Found | None:
    """The op with arguments that it takes, those left out that are its defaults."""
    values = {name: _single(op, name, value) for name, value in what.arguments.items()}
    values = {name: tuple(v) if isinstance(v, list) else v for name, v in values.items()}
    verdict = validate(op, values)
    if not isinstance(verdict, Op):
        return None
    if not _arity_fits(verdict, len(what.inputs)):
        return None
    known = arguments_of(op)
    shown = {
        name: value
        for name, value in values_of(verdict).items()
        if name in values and (known[name].is_required() or value != known[name].default)
    }
    return Found(op, shown, what.inputs, what.weights)


def _single(op: type[Op], name: str, value: Any) -> Any:
    """One number for a tuple of equal ones, where the op takes one for all axes."""
    if name in getattr(op, "per_axis", ()) and isinstance(value, tuple) and value:
        return value[0] if all(each == value[0] for each in value) else value
    return value


def _arity_fits(op: Op, count: int) -> bool:
    takes = op.takes()
    return takes == "any" or (count == 1 if takes == "one" else count > 1)
