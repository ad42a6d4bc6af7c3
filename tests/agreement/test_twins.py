"""Every example that torchvision has, against torchvision: the live module and the source."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from meta import Quick
from observing import observed_on
from printing import built
from shipped import EXAMPLES
from torch import nn
from torchvision import models
from torchvision.models.regnet import BlockParams
from twins import LARGER, TWINS, Twin

import archc

EACH = [
    pytest.param(twin, id=str(twin), marks=pytest.mark.every_size if twin in LARGER else ())
    for twin in TWINS
]


@pytest.mark.parametrize("twin", EACH)
def test_it_is_torchvisions(twin: Twin) -> None:
    # One test a model, since most of the time goes into making its weights. The checksums let
    # each of the three go before the next is made.
    path = EXAMPLES / f"{twin.example}.arch"
    inputs = twin.inputs()
    theirs = observed_on(twin.theirs, *inputs)
    assert observed_on(lambda: archc.load(path, settings=twin.settings), *inputs) == theirs
    text = archc.source(path, settings=twin.settings)
    assert observed_on(lambda: built(text), *inputs) == theirs


@pytest.mark.parametrize("twin", LARGER, ids=str)
def test_another_size_has_torchvisions_layers(twin: Twin, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same keys, shapes and dtypes, and the same arguments of what has weights or drops."""
    worked_out = BlockParams.from_init_params

    def on_the_cpu(**settings: Any) -> Any:
        with torch.device("cpu"):  # RegNet's widths are read off tensors
            return worked_out(**settings)

    monkeypatch.setattr(BlockParams, "from_init_params", on_the_cpu)
    with torch.device("meta"), Quick():
        ours, theirs = archc.load(EXAMPLES / f"{twin.example}.arch"), twin.theirs()
    assert state(ours) == state(theirs)
    held = layers(ours)
    blocks = {path for path, said in held if not said}  # of Swin V2, for a layer that it calls
    assert [each for each in held if each[0] not in blocks] == [
        each for each in layers(theirs) if each[0] not in blocks
    ]
    dropped = [(path, module.p) for path, module in ours.named_modules() if hasattr(module, "p")]
    assert dropped == [(path, share(theirs, path)) for path, _ in dropped]


def test_all_classifiers_of_torchvision_are_examples() -> None:
    known = set(models.list_models(module=models))
    assert len(known) == 80
    assert known <= {path.stem for path in EXAMPLES.glob("*.arch")}


def share(model: nn.Module, path: str) -> float:
    """What dropout drops there: Swin's attention keeps the number, and calls the function."""
    owner, _, name = path.rpartition(".")
    inside: Any = model.get_submodule(owner)
    found: Any = getattr(inside, name) if hasattr(inside, name) else inside.dropout
    return float(getattr(found, "p", found))


def state(model: nn.Module) -> list[tuple[str, torch.Size, torch.dtype]]:
    return [(key, tensor.shape, tensor.dtype) for key, tensor in model.state_dict().items()]


def layers(model: nn.Module) -> list[tuple[str, str]]:
    """What torch says of each layer that has weights of its own."""
    return [
        (path, module.extra_repr())
        for path, module in model.named_modules()
        if any(True for _ in module.parameters(recurse=False))
    ]
