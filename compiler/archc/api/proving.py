"""Whether a text is the module that it was made of: keys, values, outputs, gradients."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from archc import pipeline
from archc.importing.steps import ModuleBody
from archir.base.record import Record
from archir.base.source import Source
from archir.check.refusal import refusal
from archir.check.summary import summarise

if TYPE_CHECKING:
    from archc.torch.types import nn
    from archir.graph.typed import TypedGraph

SEED = 0


class Proof(Record):
    """What was compared at one choice of sizes, and found equal."""

    inputs: tuple[str, ...]
    checks: tuple[str, ...]


class UnprovenError(Exception):
    """A text that is not the same network, and why."""


def spelled_out(text: str, name: str) -> str:
    """The text with ``bias = true`` where a bias would be taken for a slip: it is meant."""
    _, found = pipeline.compile_source(Source(f"{name}.arch", text), None)
    ends = sorted(
        (each.span.end for each in found if each.problem.name == "bias-before-norm"), reverse=True
    )
    for end in ends:
        close = text.rindex(")", 0, end)
        text = f"{text[:close]}, bias = true{text[close:]}"
    return text


def proven(net: nn.Module, text: str, name: str, body: ModuleBody) -> Iterator[Proof]:
    """The comparisons of a text with the module it was made of. Raises UnprovenError."""
    from archc.torch.tensors import unwrap

    typed, found = pipeline.compile_source(Source(f"{name}.arch", text), None)
    if typed is None:
        first = next(each for each in found if each.is_error)
        raise UnprovenError(f"its text is refused: {first.problem.message()}")
    ours, theirs = pipeline.module(typed), copy.deepcopy(net)  # all of them is drawn anew each time
    _buffers_equal(net, ours, body)
    unwrap(theirs)  # a dict of one tensor is that tensor here
    for sizes in _proof_sizes(typed):
        yield _compared(ours, theirs, typed, sizes)


def _proof_sizes(typed: TypedGraph) -> Iterator[Mapping[str, int]]:
    """The given sizes, and two others at which it runs."""
    base = {name: (2 if size == 1 else size) for name, size in typed.graph.sizes.items()}
    yield base
    if not base:
        return  # all sizes are numbers
    found = 0
    for of, more in ((2, 0), (2, 8), (4, 0), (1, 16), (1, 32), (1, 0)):
        other = {
            name: size // of + more * place if place else 2 + (of == 1) + found
            for place, (name, size) in enumerate(base.items())
        }
        if other != base and min(other.values()) > 0 and refusal(typed, other) is None:
            yield other
            found += 1
        if found == 2:
            return


def _compared(
    ours: nn.Module, theirs: nn.Module, typed: TypedGraph, sizes: Mapping[str, int]
) -> Proof:
    from archc.torch.compare import compare

    ports = tuple(port.at(sizes) for port in summarise(typed).inputs)
    shown = tuple(f"{port.name} [{', '.join(map(str, port.sizes))}]" for port in ports)
    equal: list[str] = []
    untrained = None if refusal(typed, sizes, training=True) is None else "it does not train"
    for check in compare(lambda: ours, lambda: theirs, ports, SEED, untrained):
        if check.name == "initial weights" or (check.verdict == "not compared" and untrained):
            continue
        if not check.holds:
            raise UnprovenError(
                f"{check.name} {check.verdict} at {', '.join(shown)}: {check.detail}"
            )
        equal.append(check.name)
    return Proof(shown, tuple(equal))


def _buffers_equal(net: nn.Module, made: nn.Module, body: ModuleBody) -> None:
    """The elements of buffers that the text writes down are those that the module has."""
    from archc.torch.tensors import difference

    ours = dict(made.named_buffers())
    theirs = dict(net.named_buffers())
    for key in sorted(_written(body)):
        apart = difference(ours[key], theirs[key]) if key in ours else "it is not there"
        if apart is not None:
            raise UnprovenError(f"the buffer {key} differs: {apart}")


def _written(body: ModuleBody) -> Iterator[str]:
    for each in body.declared:
        if not each.is_parameter and each.is_kept:
            yield f"{body.path}.{each.name}" if body.path else each.name
    for step in body.steps:
        if step.body is not None:
            yield from _written(step.body)
