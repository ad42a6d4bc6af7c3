"""Printed source run beside the live module of the same model."""

from __future__ import annotations

import copy
import re
import textwrap
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from sparing import Sparing, repeat
from torch import Tensor, nn

from archc import pipeline
from archc.testing.verify_graph import verify
from archc.torch import module
from archir.base.source import Source
from archir.graph.typed import TypedGraph
from archir.shapes.dims import evaluate


def verified(text: str) -> TypedGraph:
    """The typed graph of a text that may stand further in; its graph holds together."""
    typed = compiled(textwrap.dedent(text))
    verify(typed.graph)
    return typed


def compiled(text: str, model: str | None = None, path: Path | None = None) -> TypedGraph:
    """The typed graph of a text that must be right."""
    typed, found = pipeline.compile_source(Source("net.arch", text), path, model)
    assert typed is not None, [item.problem.message() for item in found]
    return typed


def namespace(text: str) -> dict[str, Any]:
    """What a printed module defines."""
    names: dict[str, Any] = {"__name__": "printed"}
    exec(compile(text, "<printed>", "exec"), names)
    return names


def expression(text: str) -> str:
    """How a printed module builds its model: as its own smoke run does."""
    found = re.search(r"^    model = (.*)\.eval\(\)$", text, re.MULTILINE | re.DOTALL)
    assert found, text
    return found[1]


def built(text: str, seed: int = 0) -> nn.Module:
    """The model that a printed module builds."""
    names = namespace(text)
    torch.manual_seed(seed)
    model: nn.Module = eval(expression(text), names)
    return model


def inputs_of(typed: TypedGraph) -> list[Tensor]:
    """Inputs at the default sizes."""
    made = []
    for given in typed.graph.root.input_types:
        assert given is not None
        shape = [evaluate(dim, typed.graph.sizes) for dim in given.shape]
        kind = getattr(torch, given.dtype)
        made.append(torch.randn(shape) if kind.is_floating_point else torch.ones(shape).to(kind))
    return made


def differences(typed: TypedGraph, text: str, *, run: bool = True) -> Iterator[str]:
    """All in which the module that ``text`` builds is another than the live one."""
    with quiet():
        with Sparing():
            torch.manual_seed(0)
            live = module(typed)
            printed = built(text)
        ours, theirs = live.state_dict(), printed.state_dict()
        if list(ours) != list(theirs):
            yield f"keys: {list(ours)} and {list(theirs)}"
            return
        for name, tensor in ours.items():
            other = theirs[name]
            if tensor.shape != other.shape or tensor.dtype != other.dtype:
                yield f"{name}: {tensor.shape} {tensor.dtype}, {other.shape} {other.dtype}"
            elif not torch.equal(tensor, other):
                yield f"the initial weights of {name}"
        trained = [name for name, parameter in live.named_parameters()]
        if trained != [name for name, parameter in printed.named_parameters()]:
            yield "which tensors are parameters"
        if run:
            yield from _outputs(typed, live, printed)


def _outputs(typed: TypedGraph, live: nn.Module, printed: nn.Module) -> Iterator[str]:
    randomise(live)
    printed.load_state_dict(copy.deepcopy(live.state_dict()), strict=True)
    arguments = inputs_of(typed)
    for training in (False, True):
        results = []
        for model in (live, printed):
            model.train(training)
            torch.manual_seed(1)
            try:
                results.append(model(*arguments))
            except ValueError as error:  # batch norm in training, with one value a channel
                results.append(str(error))
        if not same(*results):
            yield f"the outputs, {training=}"
    left = zip(live.state_dict().items(), printed.state_dict().values(), strict=True)
    if bad := [name for (name, one), other in left if not same(one, other)]:
        yield f"what training leaves in {', '.join(bad)}"


def same(left: Any, right: Any) -> bool:
    """Whether two results are bit-equal."""
    if isinstance(left, tuple) and isinstance(right, tuple):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, Tensor) and isinstance(right, Tensor):
        return left.dtype == right.dtype and torch.equal(left.nan_to_num(), right.nan_to_num())
    return bool(left == right)


NOISE = 1_000_003
"""How many random numbers a tensor has; larger ones repeat them, out of step with their rows."""


def randomise(model: nn.Module) -> None:
    """Give every parameter and running statistic a value of its own."""
    generator = torch.Generator().manual_seed(2)
    with torch.no_grad():
        for name, tensor in model.state_dict().items():
            if tensor.is_floating_point():
                drawn = torch.rand(min(tensor.numel(), NOISE), generator=generator) * 0.2
                shifted = drawn + 0.5 if name.endswith("running_var") else drawn - 0.08
                repeat(shifted, tensor.view(-1))


@contextmanager
def quiet() -> Iterator[None]:
    """Without torch's warning of the time that ``padding="same"`` takes with an even kernel."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Using padding='same'")
        warnings.filterwarnings("ignore", "Initializing zero-element tensors")
        yield
