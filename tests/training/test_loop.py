"""``archc.train``: it learns, one seed is one training, and a stopped one goes on."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import cast

import pytest
import torch
from sklearn.datasets import load_digits
from torch import Tensor, nn
from torch.utils.data import Dataset, IterableDataset, TensorDataset
from torchvision.datasets import FakeData
from torchvision.transforms import ToTensor

import archc

Samples = Dataset[tuple[Tensor, int]]
TEXT = archc.Source(
    "net.arch",
    """model net(width = 8) {
  input image: [N, 1, H = 8, W = 8]
  conv(width, 3, padding = 1) -> batch_norm -> relu -> max_pool(2) -> dropout(0.1)
  conv(2 * width, 3, padding = 1) -> batch_norm -> relu -> global_avg_pool -> linear(10)
}""",
)


@pytest.fixture(scope="module")
def digits() -> tuple[Samples, Samples]:
    """scikit-learn's 1,797 digits, of 8 by 8 dots: 1,500 to train with, and 297 others."""
    found = load_digits()
    images = torch.tensor(found.images, dtype=torch.float32).unsqueeze(1) / 16
    classes = torch.tensor(found.target, dtype=torch.long)
    pairs = [TensorDataset(images[p], classes[p]) for p in (slice(1500), slice(1500, None))]
    return cast("tuple[Samples, Samples]", tuple(pairs))


def net(seed: int = 0) -> nn.Module:
    torch.manual_seed(seed)
    return archc.load(TEXT)


def few(digits: tuple[Samples, Samples]) -> Samples:
    return torch.utils.data.Subset(digits[0], range(129))


def equal(one: nn.Module, two: nn.Module) -> bool:
    pairs = zip(one.state_dict().values(), two.state_dict().values(), strict=True)
    return all(torch.equal(*each) for each in pairs)


def test_digits_are_learnt(digits: tuple[Samples, Samples]) -> None:
    module, seen = net(), list[archc.Epoch]()
    trained = archc.train(module, *digits, epochs=5, rate=3e-2, progress=seen.append)
    assert trained.accuracy is not None
    assert trained.accuracy > 0.9  # by chance a tenth is right
    assert seen == list(trained.epochs)
    assert [each.number for each in seen] == list(range(1, 6))
    images, classes = digits[1][:]
    with torch.no_grad():
        right = (module(images).argmax(1) == classes).double().mean()
    assert trained.accuracy == pytest.approx(float(right))


def test_one_seed_is_one_training(digits: tuple[Samples, Samples]) -> None:
    one, two, other = net(), net(), net()
    torch.manual_seed(1)
    archc.train(one, few(digits), epochs=2, seed=3)
    state = torch.get_rng_state()
    torch.manual_seed(2)  # the caller's random state neither counts nor changes
    archc.train(two, few(digits), epochs=2, seed=3)
    archc.train(other, few(digits), epochs=2, seed=4)
    torch.manual_seed(1)
    assert torch.equal(state, torch.get_rng_state())
    assert equal(one, two)
    assert not equal(one, other)


class KilledError(Exception):
    """What stands for a machine that goes away."""


@pytest.mark.parametrize("momentum", [0.9, None])
def test_a_stopped_training_goes_on(
    digits: tuple[Samples, Samples], tmp_path: Path, momentum: float | None
) -> None:
    def steps(parameters: object) -> torch.optim.Optimizer:
        if momentum is None:
            return torch.optim.AdamW(parameters, lr=0.01)  # type: ignore[arg-type]
        return torch.optim.SGD(parameters, lr=0.1, momentum=momentum)  # type: ignore[arg-type]

    def stop(epoch: archc.Epoch) -> None:
        if epoch.number == 2:
            raise KilledError

    whole, stopped, again = net(), net(), net(seed=1)
    file, data = tmp_path / "run.safetensors", few(digits)
    wanted = archc.train(whole, data, data, epochs=4, optimizer=steps)
    with pytest.raises(KilledError):
        archc.train(stopped, data, data, epochs=4, optimizer=steps, checkpoint=file, progress=stop)
    seen: list[archc.Epoch] = []
    found = archc.train(
        again, data, data, epochs=4, optimizer=steps, checkpoint=file, resume=True,
        progress=seen.append,
    )  # fmt: skip
    assert [each.number for each in seen] == [3, 4]
    assert found == wanted
    assert equal(again, whole)
    assert [each.name for each in tmp_path.iterdir()] == ["run.safetensors"]


def test_a_checkpoint_of_another_training_is_refused(
    digits: tuple[Samples, Samples], tmp_path: Path
) -> None:
    file, data = tmp_path / "run.safetensors", few(digits)
    archc.train(net(), data, epochs=1, checkpoint=file)
    with pytest.raises(FileExistsError, match="resume=True"):
        archc.train(net(), data, epochs=1, checkpoint=file)
    with pytest.raises(ValueError, match="seed = 0, and this has 7"):
        archc.train(net(), data, epochs=1, checkpoint=file, resume=True, seed=7)
    with pytest.raises(ValueError, match="another network"):
        archc.train(archc.load(TEXT, width=4), data, epochs=1, checkpoint=file, resume=True)
    (tmp_path / "text").write_text("no checkpoint")
    with pytest.raises(ValueError, match="no checkpoint"):
        archc.train(net(), data, epochs=1, checkpoint=tmp_path / "text", resume=True)


def test_any_dataset_of_torch() -> None:
    pictures = FakeData(17, (3, 8, 8), num_classes=4, transform=ToTensor())

    class Stream(IterableDataset[tuple[Tensor, int]]):
        def __iter__(self):  # type: ignore[no-untyped-def]
            return iter([pictures[at] for at in range(len(pictures))])

    module = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Flatten(), nn.Linear(144, 4))
    for samples in (pictures, Stream()):  # 17 are two batches of 8, and one that is left
        found = archc.train(
            module, samples, samples, epochs=1, batch=8 if samples is pictures else 9
        )
        assert found.accuracy is not None
        assert round(found.accuracy * 17, 6).is_integer()


def test_several_outputs_and_a_loss_that_is_none(digits: tuple[Samples, Samples]) -> None:
    class Pair(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner = nn.Sequential(nn.Flatten(), nn.Linear(64, 10))

        def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
            scores = self.inner(x)
            return scores, scores.detach() * 0

    assert archc.train(Pair(), few(digits), epochs=3, rate=0.1).loss < 2.3
    with pytest.raises(FloatingPointError, match="in epoch"):
        archc.train(net(), few(digits), epochs=2, rate=1e30)


def test_without_torch_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [each for each in sys.modules if each.startswith("archc.torch.training")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delitem(vars(archc), "train", raising=False)
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(archc.TorchMissingError, match="archc-lang\\[torch\\]"):
        _ = archc.train
