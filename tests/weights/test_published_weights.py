"""torchvision's published weights, by torchvision's own loader; a file stands for the network."""

from __future__ import annotations

import re
from hashlib import sha256
from pathlib import Path

import pytest
import torch
from torchvision import models
from torchvision.models import SqueezeNet1_1_Weights

import archc

EXAMPLE = Path(__file__).parents[2] / "examples" / "squeezenet1_1.arch"
NAME = "torchvision:SqueezeNet1_1_Weights.IMAGENET1K_V1"


@pytest.fixture
def published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, torch.Tensor]:
    """SqueezeNet's weights as torchvision would fetch them, but from a file: URL."""
    torch.manual_seed(5)
    state: dict[str, torch.Tensor] = models.squeezenet1_1(weights=None).state_dict()
    plain = tmp_path / "plain.pth"
    torch.save(state, plain)
    digest = sha256(plain.read_bytes()).hexdigest()
    named = plain.rename(tmp_path / f"squeezenet1_1-{digest[:8]}.pth")
    entry = SqueezeNet1_1_Weights.IMAGENET1K_V1.value
    monkeypatch.setattr(entry, "url", named.as_uri())
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "cache"))
    return state


def test_they_are_fetched_and_loaded(
    published: dict[str, torch.Tensor], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    net = archc.load(EXAMPLE, weights=NAME)
    assert all(torch.equal(t, published[key]) for key, t in net.state_dict().items())
    assert list((tmp_path / "cache" / "hub" / "checkpoints").iterdir())
    assert capfd.readouterr().out == "", "what torch.hub says is no result"
    # Twice is from the cache: the file may be gone.
    for file in tmp_path.glob("squeezenet1_1-*.pth"):
        file.unlink()
    report = archc.load_weights(net, NAME)
    assert report.complete and report.source == NAME


def test_a_new_head_takes_the_backbone(published: dict[str, torch.Tensor]) -> None:
    net = archc.load(EXAMPLE, num_classes=7, weights=NAME, weights_match="backbone")
    weight = net.state_dict()["features.0.weight"]
    assert torch.equal(weight, published["features.0.weight"])


def test_a_changed_file_is_not_taken(published: object, tmp_path: Path) -> None:
    (file,) = tmp_path.glob("squeezenet1_1-*.pth")
    file.write_bytes(file.read_bytes() + b"\0")
    with pytest.raises(archc.ToolError, match="invalid hash value"):
        archc.load(EXAMPLE, weights=NAME)


def test_without_a_network_it_says_what_else_can_be_done(
    published: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = SqueezeNet1_1_Weights.IMAGENET1K_V1.value
    monkeypatch.setattr(entry, "url", "http://127.0.0.1:9/squeezenet1_1-b8a52dc0.pth")
    for proxy in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(proxy, raising=False)
    with pytest.raises(archc.ToolError, match="could not be fetched from http://") as caught:
        archc.load(EXAMPLE, weights=NAME)
    assert caught.value.hint is not None and "TORCH_HOME" in caught.value.hint


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        (
            "SqueezeNet1_1_Weigths.IMAGENET1K_V1",
            "did you mean torchvision:SqueezeNet1_1_Weights.IMAGENET1K_V1?",
        ),
        ("VGG16_Weights", "VGG16_Weights.IMAGENET1K_V1"),
        ("ResNet50_Weights.IMAGENET1K_V3", "ResNet50_Weights.IMAGENET1K_V2"),
        ("vgg16", "did you mean torchvision:VGG16_"),
        ("", "the form is torchvision:VGG16_Weights.IMAGENET1K_V1"),
        ("a.b.c", "the form is"),
    ],
)
def test_a_name_that_is_none_brings_the_nearest(name: str, hint: str) -> None:
    with pytest.raises(archc.WeightsError, match="torchvision publishes no") as caught:
        archc.load(EXAMPLE, weights=f"torchvision:{name}")
    assert caught.value.hint is not None
    assert hint in caught.value.hint


def test_torchvisions_own_file_is_loaded_strictly(tmp_path: Path) -> None:
    """As of its users: saved from torchvision's model, in both forms."""
    from safetensors.torch import save_file

    torch.manual_seed(6)
    state = models.squeezenet1_1(weights=None).state_dict()
    save_file(state, tmp_path / "s.safetensors")
    torch.save(state, tmp_path / "s.pth")
    for file in ("s.safetensors", "s.pth"):
        net = archc.load(EXAMPLE, weights=tmp_path / file, allow_pth=True)
        assert all(torch.equal(t, state[key]) for key, t in net.state_dict().items())


def test_densenets_published_names_of_old_are_read(tmp_path: Path) -> None:
    """Its files have ``norm.1`` for ``norm1``; torchvision renames them as it loads."""
    torch.manual_seed(6)
    state = models.densenet121(weights=None).state_dict()
    inner = re.compile(r"(denselayer\d+\.(?:norm|conv))([12])")
    old = {inner.sub(r"\1.\2", key): tensor for key, tensor in state.items()}
    counted = {key for key in old if key.endswith("num_batches_tracked")}
    torch.save({key: t for key, t in old.items() if key not in counted}, tmp_path / "old.pth")
    assert "features.denseblock1.denselayer1.norm.1.weight" in old
    example = EXAMPLE.with_name("densenet121.arch")
    net = archc.load(example, weights=tmp_path / "old.pth", allow_pth=True)
    assert all(torch.equal(t, state[key]) for key, t in net.state_dict().items())


def test_heads_that_the_model_lacks_are_skipped_as_a_backbone(tmp_path: Path) -> None:
    """GoogLeNet's published file holds its auxiliary heads."""
    torch.manual_seed(6)
    state = models.googlenet(weights=None, init_weights=False).state_dict()
    example = EXAMPLE.with_name("googlenet.arch")
    net = archc.load(example, weights=state)
    assert all(torch.equal(t, state[key]) for key, t in net.state_dict().items())
    net = archc.load(example, aux_logits=False)
    with pytest.raises(archc.WeightsError):
        archc.load_weights(net, state)
    report = archc.load_weights(net, state, match="backbone")
    assert not report.missing and not report.mismatched
    assert {entry.key.partition(".")[0] for entry in report.unexpected} == {"aux1", "aux2"}
