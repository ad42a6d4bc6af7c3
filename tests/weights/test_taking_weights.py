"""Weights of other names and shapes: what is taken is what torch has under the other name."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import torch
import torchvision
from safetensors.torch import save_file
from torch import nn

import archc
from archir.weights.likely import likely
from archir.weights.state import StateEntry, match

if TYPE_CHECKING:
    from tests.weights.conftest import Net, State


def is_in(net: nn.Module, wanted: State) -> bool:
    found = net.state_dict()
    return all(torch.equal(found[key], tensor) for key, tensor in wanted.items())


def wrapped(state: State, prefix: str) -> State:
    return {prefix + key: tensor for key, tensor in state.items()}


# --- a map ----------------------------------------------------------------------------------------


def test_a_map_says_which_keys_are_which(net: Net) -> None:
    given = net(1).state_dict()
    state = {
        key.replace("features.", "backbone.body.").replace("head.", "classifier."): tensor
        for key, tensor in given.items()
    }
    names = {"backbone.body.*": "features.*", "classifier.*": "head.*"}
    assert is_in(archc.load("net.arch", weights=state, weights_map=names), given)


def test_stars_keep_their_order_and_the_first_pattern_counts(net: Net) -> None:
    given = net(1).state_dict()
    state = {re.sub(r"features\.(\d)\.(\w+)", r"\2@\1", key): t for key, t in given.items()}
    names = {"weight@0": "features.0.weight", "bias@*": "features.*.bias"}
    names |= {f"{name}@*": f"features.*.{name}" for name in
              ("weight", "running_mean", "running_var", "num_batches_tracked")}  # fmt: skip
    assert is_in(archc.load("net.arch", weights=state, weights_map=names), given)


def test_keys_can_be_left_out(net: Net) -> None:
    given = net(1).state_dict()
    state = {**given, "aux.weight": torch.zeros(3)}
    loaded = net(2)
    report = archc.load_weights(loaded, state, map={"aux.*": None})
    assert is_in(loaded, given)
    assert [entry.key for entry in report.matching.left_out] == ["aux.weight"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"map": {"bckbone.*": "*"}}, "no key like bckbone"),
        ({"fit": {"features.9.weight": "mean"}}, "features.9.weight, which is not a key"),
    ],
)
def test_what_says_nothing_of_the_weights_is_refused(
    net: Net, options: dict[str, dict[str, str]], said: str
) -> None:
    with pytest.raises(archc.WeightsError, match=re.escape(said)):
        archc.load_weights(net(2), net(1).state_dict(), **options)  # type: ignore[arg-type]


def test_what_cannot_be_said_is_a_value_error(net: Net) -> None:
    for options in ({"map": {"a.*": "*.*"}}, {"fit": {"a": "median"}}, {"match": "some"}):
        with pytest.raises(ValueError):
            archc.load_weights(net(2), net(1).state_dict(), **options)


# --- a prefix -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "prefix", ["module.", "model.", "backbone.", "module.model.", "state_dict."]
)
def test_a_prefix_is_taken_off(net: Net, prefix: str) -> None:
    given = net(1).state_dict()
    stray = {"epoch": torch.tensor(3), "optimizer.lr": torch.tensor(0.1)}
    for state in (wrapped(given, prefix), wrapped(given, prefix) | stray):
        assert is_in(archc.load("net.arch", weights=state, strip_prefix=True), given)
    with pytest.raises(archc.WeightsError) as caught:
        archc.load("net.arch", weights=wrapped(given, prefix))
    assert caught.value.hint is not None and "strip_prefix=True" in caught.value.hint


def test_not_every_key_need_have_it(net: Net) -> None:
    given = net(1).state_dict()
    state = {k if k.startswith("head") else f"backbone.{k}": t for k, t in given.items()}
    assert is_in(archc.load("net.arch", weights=state, strip_prefix=True), given)


def test_a_checkpoint_is_opened(net: Net, folder: Path) -> None:
    given = net(1).state_dict()
    torch.save({"epoch": 3, "state_dict": wrapped(given, "module.")}, "net.pth")
    loaded = archc.load("net.arch", weights="net.pth", strip_prefix=True, allow_pth=True)
    assert is_in(loaded, given)
    with pytest.raises(archc.WeightsError) as caught:
        archc.load("net.arch", weights="net.pth", allow_pth=True)
    assert caught.value.hint is not None and "strip_prefix" in caught.value.hint


@pytest.mark.parametrize("prefix", ["", "module.", "module.backbone."])
def test_old_names_of_densenet_in_any_wrapping(prefix: str) -> None:
    given = torchvision.models.densenet121().state_dict()
    pattern = r"(denselayer\d+\.(?:norm|conv))(\d)\.(weight|bias|running_mean|running_var)$"
    old = {re.sub(pattern, r"\1.\2.\3", key): tensor for key, tensor in given.items()}
    assert old.keys() != given.keys()
    loaded = archc.load("densenet121", weights=wrapped(old, prefix), strip_prefix=bool(prefix))
    assert is_in(loaded, given)


# --- other shapes ---------------------------------------------------------------------------------

CHANNELS = "model net(channels = 3) {{ input x: [N, {}, H = 8, W = 8]\n conv1: conv(4, 3) }}"


def convolution(channels: int, fit: str) -> tuple[nn.Module, torch.Tensor]:
    """A convolution of other channels, and the weight for three that it was given."""
    generator = torch.Generator().manual_seed(1)
    weight = torch.randn(4, 3, 3, 3, generator=generator)
    state = {"conv1.weight": weight, "conv1.bias": torch.randn(4, generator=generator)}
    text = CHANNELS.format("channels")
    fits = {"conv1.weight": fit}
    return archc.loads(text, weights=state, weights_fit=fits, channels=channels), weight  # type: ignore[arg-type]


@pytest.mark.parametrize("channels", [1, 2, 4])
def test_a_grey_picture_gives_what_it_gave(channels: int) -> None:
    """Sum: the same picture in each channel gives what it gave in each of three."""
    made, weight = convolution(channels, "sum")
    picture = torch.randn(1, 1, 8, 8)
    wanted = nn.functional.conv2d(
        picture.expand(-1, 3, -1, -1), weight, made.get_parameter("conv1.bias")
    )
    torch.testing.assert_close(made(picture.expand(-1, channels, -1, -1)), wanted)


def test_mean_and_repeat() -> None:
    made, weight = convolution(4, "mean")
    torch.testing.assert_close(
        made.get_parameter("conv1.weight"), weight.mean(1, keepdim=True).expand(-1, 4, 3, 3)
    )
    made, weight = convolution(4, "repeat")  # as timm has it
    torch.testing.assert_close(
        made.get_parameter("conv1.weight"), weight.repeat(1, 2, 1, 1)[:, :4] * (3 / 4)
    )


def test_a_head_of_other_classes_keeps_its_initial_weights_where_that_is_said(net: Net) -> None:
    given = net(1).state_dict()
    loaded = archc.load("net.arch", classes=3)
    before = loaded.get_parameter("head.weight").detach().clone()
    fits = {"head.weight": "initial", "head.bias": "initial"}
    report = archc.load_weights(loaded, given, fit=fits)  # type: ignore[arg-type]
    assert report.complete and torch.equal(loaded.get_parameter("head.weight"), before)
    assert is_in(loaded, {key: t for key, t in given.items() if not key.startswith("head")})
    assert "fitted      2 keys of another shape" in str(report)


def test_a_shape_that_no_channels_explain_is_not_fitted(net: Net) -> None:
    state = {**net(1).state_dict(), "features.0.weight": torch.zeros(8, 3, 5, 5)}
    with pytest.raises(archc.WeightsError, match="cannot be taken"):
        archc.load_weights(net(2), state, fit={"features.0.weight": "mean"})


# --- a plan ---------------------------------------------------------------------------------------


def test_a_plan_says_what_would_be_taken(net: Net) -> None:
    given = net(1).state_dict()
    save_file(given, "net.safetensors")
    plan = archc.plan_weights("net.arch", "net.safetensors")
    assert plan.fits and plan.blocks["head"] == {
        "taken": 2, "renamed": 0, "fitted": 0, "other shape": 0, "missing": 0,
    }  # fmt: skip
    plan = archc.plan_weights("net.arch", "net.safetensors", classes=3)
    assert not plan.fits and plan.blocks["head"]["other shape"] == 2
    assert archc.plan_weights("net.arch", "net.safetensors", match="backbone", classes=3).fits


def test_a_plan_and_a_load_agree(net: Net) -> None:
    given = net(1).state_dict()
    save_file(wrapped(given, "module."), "net.safetensors")
    for options in ({}, {"strip_prefix": True}, {"map": {"module.*": "*"}}):
        plan = archc.plan_weights("net.arch", "net.safetensors", **options)
        try:
            report = archc.load_weights(net(2), "net.safetensors", **options)
            assert plan.fits and plan.matching == report.matching
        except archc.WeightsError:
            assert not plan.fits


def test_what_has_the_same_inside_is_probably_the_same() -> None:
    model = torchvision.models.resnet18().state_dict()
    file = {
        key.replace("layer1", "stage_one").replace("fc.", "head."): t for key, t in model.items()
    }
    matching = match(entries(model), entries(file))
    found = {(one.pattern, one.new): one.how for one in likely(matching)}
    assert found == {("stage_one.*", "layer1.*"): "structure", ("head.*", "fc.*"): "order"}


def entries(state: State) -> list[StateEntry]:
    return [StateEntry(key, tuple(t.shape), str(t.dtype).removeprefix("torch."))
            for key, t in state.items()]  # fmt: skip
