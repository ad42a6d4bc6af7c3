"""``archc.verify``: whether a model is the same network as one in Python."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from math import inf
from operator import index
from typing import TYPE_CHECKING, Any, SupportsIndex, TypeAlias

from archc import pipeline
from archc.api import reference
from archc.errors import ArchError, SettingError
from archc.request import requests
from archir.base.record import Record
from archir.check.refusal import refusal
from archir.check.summary import Port, summarise
from archir.shapes.dims import show
from archir.weights.agreement import Agreement, Rounding

if TYPE_CHECKING:
    from archc.torch.types import nn
    from archir.graph.typed import TypedGraph

Against: TypeAlias = "str | Callable[..., nn.Module]"
"""What makes the other network: a callable, or its dotted name."""

BATCH = 2
"""How many samples are run, so that they can differ."""


class VerifyResult(Record):
    """The outcome of ``archc.verify``. It is true where all that was compared agrees."""

    model: str
    against: str
    seed: int
    inputs: tuple[str, ...]
    """The inputs with the sizes at which both were run."""

    checks: tuple[Agreement, ...]
    """Each with its ``name``, ``verdict`` and ``detail``, in the order of the table."""

    @property
    def ok(self) -> bool:
        """Whether all agrees."""
        return all(check.holds for check in self.checks)

    def __bool__(self) -> bool:
        return self.ok

    def __str__(self) -> str:
        from archc.render.agreement import head, row, verdict
        from archc.render.style import Style

        style = Style()
        rows = [row(check, style) for check in self.checks]
        title = head(self.model, self.against, self.seed, self.inputs, style)
        return f"{title}{''.join(rows)}{verdict(self.checks, style)}".rstrip("\n")


class Trial(Record):
    """Two networks about to be compared."""

    model: str
    against: str
    seed: int
    ports: tuple[Port, ...]
    typed: TypedGraph
    sizes: Mapping[str, int]
    make: Callable[[], nn.Module]
    """What makes the other network."""

    rounding: Rounding | None = None

    @property
    def inputs(self) -> tuple[str, ...]:
        return tuple(
            f"{port.name or 'input'} [{', '.join(map(str, port.sizes))}]" for port in self.ports
        )

    def checks(self) -> Iterator[Agreement]:
        """What is found, one thing after the other."""
        from archc.torch.compare import compare

        refused = refusal(self.typed, self.sizes, training=True)
        why = None if refused is None else f"it does not train: {refused.problem.message()}"
        ours = partial(pipeline.module, self.typed)
        return compare(ours, self.make, self.ports, self.seed, why, self.rounding)


def trial(
    typed: TypedGraph,
    against: Against,
    arguments: Mapping[str, Any],
    sizes: Mapping[str, int],
    seed: int,
    rounding: Rounding | None = None,
) -> Trial:
    """Make ready for a comparison. ToolError where what to compare with cannot be had."""
    if not isinstance(against, str) and not callable(against):
        raise TypeError(f"against is a callable or the name of one, not {against!r:.60}")
    if not isinstance(arguments, Mapping):
        raise TypeError(f'arguments are a dict, as {{"classes": 10}}, not {arguments!r:.60}')
    _whole("a seed", seed)
    summary = summarise(typed)
    chosen = _sizes(typed, summary.inputs, sizes)
    ports = tuple(port.at(chosen) for port in summary.inputs)
    if isinstance(against, str):
        shown, function = against, reference.resolve(against)
    else:
        shown, function = getattr(against, "__qualname__", type(against).__name__), against

    def make() -> nn.Module:
        return reference.call(function, shown, arguments)

    return Trial(summary.name, shown, seed, ports, typed, chosen, make, rounding)


def rounding_of(rtol: float | None, atol: float | None) -> Rounding | None:
    """By how much numbers may differ; what is not given is torch.allclose's. None: not at all."""
    if rtol is None and atol is None:
        return None
    usual = Rounding()
    made = Rounding(
        usual.rtol if rtol is None else float(rtol), usual.atol if atol is None else float(atol)
    )
    for name, number in (("rtol", made.rtol), ("atol", made.atol)):
        if not 0 <= number < inf:
            raise SettingError(f"{name} is a number from 0 on, not {number}")
    return made


def _sizes(
    typed: TypedGraph, inputs: tuple[Port, ...], given: Mapping[str, int]
) -> Mapping[str, int]:
    """The size of each size variable: the given one, else the default, but of a batch two."""
    wanted = requests.sizes(given)
    requests.known_sizes(wanted, typed.graph.sizes)
    sizes = dict(typed.graph.sizes)
    for port in inputs:
        name = show(port.type.shape[0]) if port.type.shape else ""
        if sizes.get(name) == 1:
            sizes[name] = BATCH
    sizes.update(wanted)
    refused = refusal(typed, sizes)
    if refused is not None:
        raise ArchError([refused])
    return sizes


def _whole(what: str, number: object) -> int:
    """The number as an int. What is none is a wrong call, not a wrong model."""
    if isinstance(number, SupportsIndex) and not isinstance(number, bool):
        return index(number)
    raise TypeError(f"{what} is a whole number, not {number!r:.60}")
