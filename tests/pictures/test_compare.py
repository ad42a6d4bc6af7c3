"""Two models in one picture: what differs between their texts, and nothing else."""

from __future__ import annotations

import pytest
from drawn import checked, example

from archc.pictures import Looks, pictured
from archc.pictures.layout.faults import faults
from archc.pictures.layout.page import page
from archc.pictures.model.compare import ADDED, CHANGED, REMOVED, SAME
from archc.pictures.model.tree import Box, Chain, Picture, Ref, everything, head_text, say

TEXT = """block Unit(width) { conv(width, 3, padding = 1) -> max_pool(1) -> conv(width, 1) }
model net() {
  input x: [N, 8, H = 8, W = 8]
  Unit(8) -> Unit(16)
  conv(32, 3, padding = 1) -> batch_norm -> relu
  max_pool(2) -> flatten -> linear(10)
}"""


def compared(before: str, after: str) -> Picture:
    return pictured(checked(before), Looks(compare=checked(after)))


def differing(chain: Chain) -> list[tuple[str, str, str]]:
    """What is not the same: its kind, its name and its facts."""
    return [
        (item.kind, _plain(head_text(item)), say(item.facts))
        for item in everything(chain)
        if isinstance(item, Box) and item.kind in (ADDED, CHANGED, REMOVED)
    ]


def _plain(text: str) -> str:
    return text.replace("\N{MULTIPLICATION SIGN}", "x").replace("\N{EN DASH}", "-")


@pytest.mark.parametrize("name", ["resnet50", "googlenet", "unet", "densenet121"])
def test_a_model_is_the_same_as_itself(name: str) -> None:
    made = pictured(example(name), Looks(compare=example(name)))
    for chain in (made.chain, *(panel.chain for panel in made.panels)):
        kinds = {item.kind for item in everything(chain) if isinstance(item, (Box, Ref))}
        assert kinds <= {SAME, "end", "parameter"}


@pytest.mark.parametrize(
    ("old", "new", "wanted"),
    [
        ("conv(32, 3", "conv(48, 3", [(CHANGED, "Conv 3x3", "48, was 32")]),
        ("linear(10)", "linear(10) -> linear(4)", [(ADDED, "+ Linear", "4")]),
        (
            "max_pool(2) ->",
            "avg_pool(2) ->",
            [(ADDED, "+ AvgPool 2x2", "/2"), (REMOVED, "- MaxPool 2x2", "/2")],
        ),
    ],
)
def test_what_a_line_changes_is_what_is_shown(
    old: str, new: str, wanted: list[tuple[str, str, str]]
) -> None:
    found = differing(compared(TEXT, TEXT.replace(old, new)).chain)
    assert [one for one in found if one[1] != "output"][: len(wanted)] == wanted


def test_what_follows_an_op_is_compared() -> None:
    made = compared(TEXT, TEXT.replace("relu", "gelu"))
    (box,) = [item for item in everything(made.chain) if getattr(item, "kind", "") == CHANGED]
    assert isinstance(box, Box)
    assert box.after == ("BN", "GELU", "was BN \N{MIDDLE DOT} ReLU")


def test_a_block_is_compared_in_its_panel_and_its_uses_say_so() -> None:
    made = compared(TEXT, TEXT.replace("max_pool(1)", "avg_pool(1)"))
    (panel,) = made.panels
    names = [name for _kind, name, _facts in differing(panel.chain)]
    assert names == ["+ AvgPool 1x1", "- MaxPool 1x1"]
    refs = [item for item in made.chain.items if isinstance(item, Ref)]
    assert refs and all(ref.kind == CHANGED for ref in refs)
    assert differing(made.chain) == []


@pytest.mark.parametrize(
    ("one", "other"), [("resnet18", "resnet50"), ("googlenet", "inception_v3"), ("unet", "vgg16")]
)
def test_nothing_is_over_another(one: str, other: str) -> None:
    made = pictured(example(one), Looks(compare=example(other)))
    assert [fault for fault in faults(page(made)) if "aspect" not in fault] == []
