"""Outputs in a dict, as torchvision's networks of dense prediction hand them back."""

from __future__ import annotations

import copy
import pickle

import pytest
import torch
from printed import built
from torchvision.models.segmentation import fcn_resnet50

import archc
from archc.errors import SettingError

HEADS = """model heads() {
  input x: [N, 3, H = 8, W = 8]
  conv(4, 3) -> relu
  train_only { _ -> aux: conv(2, 1) as extra }
  output out = _
  output aux = extra when training
}
"""
CHAIN = "model chain() {\n  input x: [N, 3, H = 8, W = 8]\n  conv(4, 3) -> relu\n"


def both(text: str) -> list[torch.nn.Module]:
    """The live module and the printed one, with the same weights."""
    live = archc.loads(text, outputs="dict")
    printed = built(archc.source(archc.Source("model.arch", text), outputs="dict"))
    printed.load_state_dict(live.state_dict())
    return [live, printed]


def test_it_is_the_dict_that_torchvision_gives() -> None:
    theirs = fcn_resnet50(weights_backbone=None, num_classes=3, aux_loss=True).eval()
    settings = {"num_classes": 3, "aux_loss": True}
    live = archc.load("fcn_resnet50", settings=settings, outputs="dict").eval()
    printed = built(archc.source("fcn_resnet50", settings=settings, outputs="dict")).eval()
    x = torch.randn(1, 3, 33, 40)
    with torch.no_grad():
        expected = theirs(x)
        for net in (live, printed):
            net.load_state_dict(theirs.state_dict())
            found = net(x)
            assert list(found) == list(expected)
            assert all(torch.equal(found[name], expected[name]) for name in expected)


def test_what_training_alone_gives_is_in_its_dict_alone() -> None:
    x = torch.randn(2, 3, 8, 8)
    for net in both(HEADS):
        assert list(net.train()(x)) == ["out", "aux"]
        assert list(net.eval()(x)) == ["out"]


def test_one_output_stands_under_its_name_and_else_by_itself() -> None:
    x = torch.randn(2, 3, 8, 8)
    plain = archc.loads(CHAIN + "}\n")
    for named, unnamed in zip(
        both(CHAIN + "  output logits = _\n}\n"), both(CHAIN + "}\n"), strict=True
    ):
        for net in (named, unnamed):
            net.load_state_dict(plain.state_dict())
        assert torch.equal(named(x)["logits"], plain(x))
        assert torch.equal(unnamed(x), plain(x))


def test_it_is_copied_and_pickled_with_its_dict() -> None:
    x = torch.randn(2, 3, 8, 8)
    live = archc.loads(HEADS, outputs="dict").eval()
    for other in (copy.deepcopy(live), pickle.loads(pickle.dumps(live))):
        assert torch.equal(other(x)["out"], live(x)["out"])


def test_another_kind_is_refused() -> None:
    with pytest.raises(SettingError, match="there is no kind of outputs list"):
        archc.loads(HEADS, outputs="list")  # type: ignore[arg-type]
