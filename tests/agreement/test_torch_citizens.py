"""One model of each family does what torch's users do with modules, live and as printed source."""

from __future__ import annotations

import copy
import importlib.util
import io
import pickle
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import torch
from observing import backward, loss_of, named, pictures, randomise
from printing import expression
from torch import Tensor, nn

import archc

EXAMPLES = Path(__file__).parents[2] / "examples"


class Sample(NamedTuple):
    """A model that stands for its family, no larger than it must be."""

    example: str
    settings: Mapping[str, Any] = {}
    size: int = 64
    training_size: int | None = None
    channels: int = 3

    @property
    def images(self) -> Tensor:
        return pictures(self.size, self.channels)


SAMPLES = [
    Sample("alexnet"),
    Sample("vgg16_bn", {"stages": [[8, 8], [16]]}),
    Sample("squeezenet1_1"),
    Sample("googlenet"),
    Sample("inception_v3", size=75, training_size=299),
    Sample("resnet18"),
    Sample("densenet", {"block_config": [2, 2, 2]}),
    Sample("densenet_bc", {"depth": 16}),
    Sample("mobilenet_v1"),
    Sample("mobilenet_v2", {"inverted_residual_setting": [[1, 16, 1, 1], [6, 24, 2, 2]]}),
    Sample("mobilenet_v3_small"),
    Sample("unet", {"widths": [4, 8]}, channels=1),
]


@pytest.fixture(params=SAMPLES, ids=lambda sample: sample.example)
def sample(request: pytest.FixtureRequest) -> Sample:
    given: Sample = request.param
    return given


def live(sample: Sample) -> nn.Module:
    torch.manual_seed(0)
    net = archc.load(EXAMPLES / f"{sample.example}.arch", settings=sample.settings)
    randomise(net)
    return net.eval()


def test_it_compiles_without_a_break(sample: Sample) -> None:
    torch.compiler.reset()  # what other models have left behind costs more than the model itself
    net, given = live(sample), sample.images
    compiled = torch.compile(net, backend="eager", fullgraph=True)
    with torch.no_grad():
        assert torch.equal(compiled(given), net(given))


def test_it_exports_for_any_number_of_pictures(sample: Sample) -> None:
    net, given = live(sample), sample.images
    batch = torch.export.Dim("batch", min=1, max=64)
    program = torch.export.export(net, (given,), dynamic_shapes=({0: batch},))
    three = torch.cat([given, given[:1]])
    with torch.no_grad():
        assert torch.equal(program.module()(three), net(three))


def test_a_copy_is_independent(sample: Sample) -> None:
    net, given = live(sample), sample.images
    twin = copy.deepcopy(net)
    with torch.no_grad():
        before = net(given)
        assert torch.equal(twin(given), before)
        for parameter in twin.parameters():
            parameter.zero_()
        assert torch.equal(net(given), before)
        assert not torch.equal(twin(given), before)


def test_the_printed_class_can_be_pickled(
    sample: Sample, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = archc.source(EXAMPLES / f"{sample.example}.arch", settings=sample.settings)
    printed = tmp_path / "printed_model.py"
    printed.write_text(f"{text}\n\ndef made():\n    return {expression(text)}\n", encoding="utf-8")
    spec = importlib.util.spec_from_file_location("printed_model", printed)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "printed_model", module)
    spec.loader.exec_module(module)

    # The live module's weights, by way of a file.
    original = live(sample)
    file = io.BytesIO()
    torch.save(original.state_dict(), file)
    file.seek(0)
    net: nn.Module = module.made().eval()
    net.load_state_dict(torch.load(file, weights_only=True), strict=True)
    loaded = pickle.loads(pickle.dumps(net))
    assert type(loaded) is type(net)
    given = sample.images
    with torch.no_grad():
        expected = original(given)
        assert torch.equal(net(given), expected)
        assert torch.equal(loaded(given), expected)


def test_it_learns(sample: Sample) -> None:
    torch.manual_seed(0)
    net = archc.load(EXAMPLES / f"{sample.example}.arch", settings=sample.settings).train()
    given = pictures(sample.training_size or sample.size, sample.channels)
    losses = []
    for _ in range(2):
        torch.manual_seed(2)  # the same dropout
        loss = loss_of(named(net(given)))
        losses.append(loss.item())
        net.zero_grad()
        backward(loss)
        # However steep it is: a step that is expected to take a thousandth off the loss.
        squares = [p.grad.square().sum().item() for p in net.parameters() if p.grad is not None]
        torch.optim.SGD(net.parameters(), lr=losses[-1] / 1000 / sum(squares)).step()
    assert losses[1] < losses[0]
