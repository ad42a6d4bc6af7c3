"""The interpreter beside the live module: the same text, the same seed, the same tensors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from archc import pipeline
from archc.testing.interpreter import Interpreter, Network, Refused
from archc.testing.seeding import seed
from archc.torch import module
from archir.base.diagnostics import Diagnostics
from archir.base.source import Source
from archir.check.valid import valid_in_evaluation, valid_in_training
from archir.graph.typed import TypedGraph

LARGEST = 10_000_000
"""Models with more parameters are compared in test_all_examples.py."""


@dataclass(frozen=True)
class Project:
    """The texts of a project, written to a folder for the compiler."""

    files: Mapping[str, str]
    main: str
    folder: Path

    def checked(self) -> tuple[dict[str, TypedGraph], Diagnostics]:
        """What the compiler makes of each model that is right."""
        for name, text in self.files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8", newline="")
        source = Source(self.main, self.files[self.main])
        models, found = pipeline.check_source(source, self.folder / self.main)
        return {each.name: each.typed for each in models if each.typed is not None}, found

    def interpreter(self) -> Interpreter:
        return Interpreter(self.files, self.main)


def other_sizes(sizes: Mapping[str, int]) -> Iterator[dict[str, int]]:
    """The default sizes of a model, and two others: twice as large, or smaller than large ones.

    What divides all that is usual divides the third too.
    """
    yield dict(sizes)
    yield {name: size + 1 + at for at, (name, size) in enumerate(sizes.items())}
    yield {name: 2 * size if size < 128 else 96 for name, size in sizes.items()}


def differences(interpreter: Interpreter, name: str, typed: TypedGraph) -> list[str]:
    """All in which the two differ: keys, initial weights, and outputs at three sizes."""
    network = interpreter.network(name)
    network.build(seed=0)
    seed(0)
    return compared(network, module(typed), typed, other_sizes(network.sizes))


def compared(
    network: Network, live: nn.Module, typed: TypedGraph, all_sizes: Iterable[Mapping[str, int]]
) -> list[str]:
    """In what two that were made from one seed differ, in evaluation and in training."""
    found = _states(network.state(), live.state_dict())
    if found:
        return found
    for sizes in all_sizes:
        inputs = [spec.example(sizes, at) for at, spec in enumerate(network.inputs)]
        found += _at(network, live, typed, sizes, inputs, training=False)
        found += _at(network, live, typed, sizes, inputs, training=True)
    return found


def _states(ours: Mapping[str, Tensor], theirs: Mapping[str, Tensor]) -> list[str]:
    if list(ours) != list(theirs):
        return [f"the keys {list(ours)}, not {list(theirs)}"]
    return [
        f"the weights of {key}"
        for key, value in theirs.items()
        if value.dtype != ours[key].dtype or not torch.equal(ours[key], value)
    ]


def _at(
    network: Network,
    live: nn.Module,
    typed: TypedGraph,
    sizes: Mapping[str, int],
    inputs: Sequence[Tensor],
    *,
    training: bool,
) -> list[str]:
    """What differs at some sizes, in evaluation or in training."""
    where = f"at {dict(sizes)}, training={training}: "
    valid = valid_in_training(typed) if training else valid_in_evaluation(typed)
    seed(1)
    try:
        with torch.no_grad():
            ours = network.run(*[value.clone() for value in inputs], training=training)
    except Refused as refused:
        network.load(live.state_dict())  # it may have run, and kept statistics, half the way
        if sizes not in valid or _have_no_row(live.train(training), inputs):
            return []
        return [f"{where}refused, and valid: {refused}"]
    if sizes not in valid:
        return [f"{where}runs, and is not valid"]
    seed(1)
    with torch.no_grad():
        theirs = live.train(training)(*[value.clone() for value in inputs])
    pairs = list(zip(values(ours), values(theirs), strict=True))
    return [f"{where}output {at}" for at, (one, two) in enumerate(pairs) if not same(one, two)]


def _have_no_row(live: nn.Module, inputs: Sequence[Tensor]) -> bool:
    """Whether a table has no row for some of the elements, which no size is to blame for."""
    try:
        with torch.no_grad():
            live(*[value.clone() for value in inputs])
    except IndexError:
        return True
    return False


def same(one: Tensor, two: Tensor) -> bool:
    """Whether two tensors are equal in every bit that counts; not-a-number is what it is."""
    if one.dtype != two.dtype or one.shape != two.shape:
        return False
    return bool(torch.equal(one, two) or ((one == two) | ((one != one) & (two != two))).all())


def values(result: object) -> tuple[Tensor, ...]:
    """What a model returns, as a tuple."""
    found = tuple(result) if isinstance(result, tuple) else (result,)
    assert all(isinstance(value, Tensor) for value in found)
    return found
