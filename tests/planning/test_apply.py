"""A plan done to a module changes neither losses nor gradients, in several processes too."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys
from pathlib import Path

import divided
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

import archc
from archc.torch.divided.pipelined import parts

IMAGES = """
block Unit(width, p = 0.3) {
  residual {
    conv(width, 3, padding = 1, bias = false) -> batch_norm
    relu(inplace = true) -> dropout(p)
  }
}

model net() {
  input image: [N = 4, 3, H = 16, W = 16]
  stem: conv(8, 3, padding = 1)
  stage1: { Unit(8) -> Unit(8) }
  stage2: { conv(8, 3, stride = 2) -> Unit(8) }
  global_avg_pool -> flatten
  linear(3)
}
"""


def trained(module: nn.Module, inputs: Tensor) -> tuple[Tensor, list[Tensor]]:
    torch.manual_seed(7)
    loss = module(inputs).square().sum()
    torch.autograd.backward(loss)
    return loss.detach(), [each.grad for each in module.parameters() if each.grad is not None]


def equal(one: list[Tensor], other: list[Tensor]) -> bool:
    return len(one) == len(other) and all(map(torch.equal, one, other))


def test_checkpoints_leave_losses_gradients_and_statistics_as_they_are() -> None:
    source = archc.Source("net.arch", IMAGES)
    torch.manual_seed(0)
    plain = archc.load(source)
    least = archc.plan(source, gpu="1GiB").smallest.peak
    plan = archc.plan(source, gpu=least)
    assert not plan.fits and plan.checkpoints is not None and plan.checkpoints.paths
    module = archc.apply(copy.deepcopy(plain), plan)
    assert list(module.state_dict()) == list(plain.state_dict())
    inputs = torch.randn(4, 3, 16, 16)
    again = pickle.loads(pickle.dumps(copy.deepcopy(module)))
    expected, gradients = trained(plain, inputs)
    for each in (module, again):
        loss, found = trained(each, inputs)
        assert torch.equal(loss, expected) and equal(found, gradients)
        assert equal(list(each.buffers()), list(plain.buffers()))
        assert torch.equal(each.eval()(inputs), plain.eval()(inputs))
        plain.train()


@pytest.mark.parametrize("stages", [2, 3, 5])
def test_stages_in_turn_are_the_whole(stages: int) -> None:
    module = divided.network()
    plan = divided.plan_for(stages)
    assert plan.cuts is not None
    found = parts(module, [place.path for place in plan.cuts.places])
    keys = [key for part in found for key in part.state_dict()]
    assert sorted(keys) == sorted(module.state_dict())
    inputs, _ = divided.data()
    values: tuple[Tensor, ...] = (inputs,)
    for part, place in zip(found, [*plan.cuts.places, None], strict=True):
        given = part(*values)
        values = given if isinstance(given, tuple) else (given,)
        if place is not None:
            assert sum(each.nbytes for each in values) == place.nbytes
    assert torch.equal(values[0], module(inputs))


def ran(ways: str, size: int, folder: Path) -> None:
    """Run the processes, all of which are to end well."""
    words = [sys.executable, divided.__file__, ways]
    running = [
        subprocess.Popen([*words, str(rank), str(size), str(folder)], stderr=subprocess.PIPE)
        for rank in range(size)
    ]
    for each in running:
        _, said = each.communicate()
        assert each.returncode == 0, said.decode()[-3000:]


def agrees(ways: str, size: int, folder: Path) -> None:
    """Whether the processes come to the plain module's loss and gradients."""
    ran(ways, size, folder)
    plain = divided.network()
    inputs, targets = divided.data()
    expected = functional.mse_loss(plain(inputs), targets)
    torch.autograd.backward(expected)
    for way in ways.split(","):
        found: dict[str, Tensor] = {}
        losses: list[Tensor] = []
        for rank in range(size):
            gradients, said = torch.load(folder / f"{way}-{rank}.pt")
            found.update(gradients)
            losses += said
        torch.testing.assert_close(torch.stack(losses).mean(), expected.detach())
        assert found.keys() == dict(plain.named_parameters()).keys()
        for name, parameter in plain.named_parameters():
            torch.testing.assert_close(found[name], parameter.grad)


def test_two_processes_come_to_the_same_gradients(tmp_path: Path) -> None:
    agrees("stage,shards", 2, tmp_path)


@pytest.mark.cluster
def test_four_processes_too(tmp_path: Path) -> None:
    agrees("stage,shards", 4, tmp_path)


def test_what_cannot_be_applied_is_refused() -> None:
    plan = divided.plan_for(2)
    with pytest.raises(archc.SettingError, match="no parameter body"):
        archc.apply(nn.Linear(2, 2), plan)
    many = archc.plan(archc.Source("net.arch", divided.TEXT), gpu="1KiB", gpus=50)
    with pytest.raises(archc.SettingError, match="cannot be cut into 50 stages"):
        archc.apply(divided.network(), many, "stage")
    with pytest.raises(archc.SettingError, match="does not fit"):
        archc.apply(divided.network(), many)
    with pytest.raises(archc.SettingError, match="no way stages"):
        archc.apply(divided.network(), many, "stages")  # type: ignore[call-overload]


@pytest.fixture
def net(tmp_path: Path) -> Path:
    path = tmp_path / "net.arch"
    path.write_text(divided.TEXT, "utf-8")
    return path


def written(net: Path, way: str) -> str:
    words = [str(net), "--gpu", "1GiB", "--gpus", "2", "--set", "width=16", "--batch", "2"]
    done = subprocess.run(
        [sys.executable, "-m", "archc", "build", *words, "--plan", way],
        capture_output=True,
        check=True,
        cwd=net.parent,
    )
    assert sorted(net.parent.iterdir()) == [net], "a script is printed, and no file written"
    return done.stdout.decode()


def test_a_script_is_python_that_names_all_that_was_asked(net: Path) -> None:
    text = written(net, "stage")
    compile(text, "script", "exec")
    assert "\u00ab" not in text
    assert repr(str(net)) in text and "'width': archc.Expression('16')" in text
    assert "torch.rand(2, 12, dtype=DTYPE, device=device)," in text


@pytest.mark.cluster
@pytest.mark.parametrize("way", ["stage", "shards"])
def test_torchrun_runs_a_script(net: Path, way: str) -> None:
    script = net.with_suffix(".py")
    script.write_text(written(net, way), "utf-8")
    words = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", str(script)]
    done = subprocess.run([sys.executable, *words], capture_output=True, text=True, check=True)
    assert [line.partition(":")[0] for line in done.stdout.splitlines() if "loss" in line] == [
        f"step {step}" for step in range(3)
    ]
