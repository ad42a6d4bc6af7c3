"""Runs of one module at several sizes, and in both modes, laid over each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from archc.importing.problems import ImportingError
from archir.base.record import Record
from archir.op.reading import Operand


class Varying(Record):
    """A number that is another one at each traced size."""

    values: tuple[int, ...]


class DifferError(Exception):
    """Two runs do other things."""


def merged(values: Sequence[Any]) -> Any:
    """One value for what it was at each size. Raises Differ where that is more than numbers."""
    first = values[0]
    if isinstance(first, Operand):
        numbers = {getattr(each, "value", None) for each in values}
        if len(numbers) > 1:
            raise DifferError
        return first
    if all(type(each) is type(first) and each == first for each in values[1:]):
        return first
    if isinstance(first, tuple) and all(
        isinstance(each, tuple) and len(each) == len(first) for each in values
    ):
        return tuple([merged(each) for each in zip(*values, strict=True)])
    if all(isinstance(each, int) and not isinstance(each, bool) for each in values):
        return Varying(tuple(values))
    raise DifferError


class _Call(Protocol):
    path: str
    results: tuple[int, ...]

    @property
    def called(self) -> Any: ...

    @property
    def body(self) -> Any: ...


def in_step(runs: Sequence[Sequence[Any]]) -> None:
    """Raises ImportingError where the runs at other sizes call other things than the first."""
    for others in runs[1:]:
        for one, other in zip(runs[0], others, strict=False):
            same = (one.path, one.called.function, one.results) == (
                *(other.path, other.called.function),
                other.results,
            )
            if not same:
                raise ImportingError("what is called depends on the size", one.path, one.place)
        if len(runs[0]) != len(others):
            raise ImportingError("how much is called depends on the size", runs[0][0].path)
    for number, call in enumerate(runs[0]):
        if call.body is not None:
            in_step([run[number].body for run in runs])


def only_training(
    training: Sequence[Any], evaluation: Sequence[Any]
) -> tuple[set[int], dict[int, int]]:
    """What of a run in training there is not in evaluation, and which value there is which here.

    The first are identities of calls, the second numbers of values in evaluation to those in
    training. Raises ImportingError where evaluation does what training does not.
    """
    alone: set[int] = set()
    same: dict[int, int] = {}
    place = 0
    for call in training:
        other = evaluation[place] if place < len(evaluation) else None
        if other is None or not _alike(call, other):
            alone.add(id(call))
            continue
        place += 1
        same.update(zip(other.results, call.results, strict=False))
        if call.body is not None and other.body is not None:
            inner, values = only_training(call.body, other.body)
            alone |= inner
            same.update(values)
            same.update(zip(other.results, call.results, strict=False))
    if place < len(evaluation):
        left = evaluation[place]
        what = left.called.function or "a module"
        raise ImportingError(f"{what} runs in evaluation alone", left.path, left.place)
    return alone, same


def _alike(call: Any, other: Any) -> bool:
    return bool(
        call.path == other.path
        and call.called.function == other.called.function
        and (call.body is None) == (other.body is None)
    )
