"""A file that checks builds, and what it builds runs: for every model of the spec and the docs.

The live module and the module that the printed source makes must have the same state dict and
outputs, from one seed, and the outputs must have the shapes that the checker gave.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
import torch
from literate import Case
from test_spec import DOCS, SPEC
from torch import Tensor, nn

from archc import pipeline
from archc.api.formats import FORMATS
from archc.torch import module
from archir.base.source import Source
from archir.graph.typed import TypedGraph
from archir.shapes.dims import evaluate

LARGEST = 10_000_000
"""Models with more parameters are left to the tests of the examples."""


@pytest.fixture(autouse=True)
def even_kernels_may_copy() -> Iterator[None]:
    """torch warns of the time that ``padding="same"`` takes with an even kernel."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Using padding='same'")
        yield


@pytest.mark.parametrize("case", SPEC + DOCS, ids=lambda case: case.id)
def test_what_checks_runs(case: Case, tmp_path: Path) -> None:
    for file in case.files:
        path = tmp_path / file.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(file.text, "utf-8", newline="")
    source = Source("main.arch", case.main.text)
    for model in pipeline.check_source(source, tmp_path / "main.arch")[0]:
        if model.typed is not None:
            runs(model.typed)


def runs(typed: TypedGraph) -> None:
    torch.manual_seed(0)
    live = module(typed)
    if sum(parameter.numel() for parameter in live.parameters()) > LARGEST:
        return
    torch.manual_seed(0)
    printed = from_source(FORMATS["python"].text(typed))
    state = live.state_dict()
    assert list(state) == list(printed.state_dict())
    for key, value in printed.state_dict().items():
        assert value.dtype == state[key].dtype and torch.equal(value, state[key]), key
    inputs = random_inputs(typed)
    outputs, others = (_values_of(model, inputs) for model in (live, printed))
    assert [tuple(value.shape) for value in outputs] == output_shapes(typed)
    for ours, theirs in zip(outputs, others, strict=True):
        assert torch.equal(ours, theirs)


def _values_of(model: nn.Module, inputs: Sequence[Tensor]) -> list[Tensor]:
    torch.manual_seed(1)  # some ops draw noise
    with torch.no_grad():
        return values(model.eval()(*inputs))


def from_source(text: str) -> nn.Module:
    """The module that the file's own smoke run makes."""
    names: dict[str, object] = {"__name__": "printed"}
    exec(compile(text, "printed.py", "exec", dont_inherit=True), names)
    made = re.search(r"^    model = (\w+\(.*\))\.eval\(\)$", text, re.MULTILINE)
    assert made, text
    model = eval(made[1], names)
    assert isinstance(model, nn.Module)
    return model


def random_inputs(typed: TypedGraph) -> list[Tensor]:
    root = typed.graph.root
    found: list[Tensor] = []
    for tensor in typed.types_of(root, root.inputs):
        shape = [evaluate(dim, typed.graph.sizes) for dim in tensor.shape]
        dtype = getattr(torch, tensor.dtype)
        found.append(torch.randn(shape) if dtype.is_floating_point else torch.ones(shape).to(dtype))
    return found


def output_shapes(typed: TypedGraph) -> list[tuple[int, ...]]:
    root, sizes = typed.graph.root, typed.graph.sizes
    shown = tuple(output.value for output in root.outputs if not output.when_training)
    return [
        tuple(evaluate(dim, sizes) for dim in tensor.shape)
        for tensor in typed.types_of(root, shown)
    ]


def values(result: object) -> list[Tensor]:
    """What a model returns, as a list: one tensor, or a named tuple of them."""
    found = list(result) if isinstance(result, tuple) else [result]
    return [value for value in found if isinstance(value, Tensor)]
