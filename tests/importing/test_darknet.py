"""Darknet's files: as many numbers as the published weights have, and findings at their lines."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import nn

import archc
from archc.api.foreign.configs import from_config
from archc.cli.commands.import_ import command

Save = Callable[[str], Path]

NET = "[net]\nwidth=416\nheight=416\nchannels=3\n"


@pytest.fixture
def save(tmp_path: Path) -> Save:
    def written(text: str) -> Path:
        path = tmp_path / "net.cfg"
        path.write_text(text, "utf-8")
        return path

    return written


def section(name: str, **values: object) -> str:
    return f"\n[{name}]\n" + "".join(f"{key}={value}\n" for key, value in values.items())


def conv(filters: int, size: int, norm: int = 1, stride: int = 1, activation: str = "leaky") -> str:
    return section("convolutional", batch_normalize=norm, filters=filters, size=size,
                   stride=stride, pad=1, activation=activation)  # fmt: skip


def yolov3_tiny() -> str:
    """YOLOv3-tiny as it is published, without what training asks for."""
    text = NET
    for filters in (16, 32, 64, 128, 256):
        text += conv(filters, 3) + section("maxpool", size=2, stride=2)
    text += conv(512, 3) + section("maxpool", size=2, stride=1)
    text += conv(1024, 3) + conv(256, 1) + conv(512, 3) + conv(255, 1, 0, activation="linear")
    text += section("yolo", mask="3,4,5", classes=80) + section("route", layers=-4)
    text += conv(128, 1) + section("upsample", stride=2) + section("route", layers="-1, 8")
    return text + conv(256, 3) + conv(255, 1, 0, activation="linear") + section("yolo")


def test_yolov3_tiny_has_as_many_numbers_as_its_published_weights(save: Save) -> None:
    """The file yolov3-tiny.weights has 35,434,956 bytes, of which 20 are its header."""
    net = archc.loads(from_config(save(yolov3_tiny())))
    kept = [t for key, t in net.state_dict().items() if not key.endswith("num_batches_tracked")]
    assert sum(tensor.numel() for tensor in kept) == (35_434_956 - 20) // 4
    with torch.no_grad():
        maps = net.eval()(torch.rand(1, 3, 416, 416))
    assert [tuple(each.shape) for each in maps] == [(1, 255, 13, 13), (1, 255, 26, 26)]


def test_the_text_is_laid_out_and_says_what_the_file_says(save: Save) -> None:
    text = from_config(save(yolov3_tiny()))
    assert archc.format(text) == text
    assert "  layer13 -> conv18: Convolutional(128, 1)\n" in text
    assert "  concat [layer19, layer8]\n" in text


def test_pooling_is_that_of_darknet(save: Save) -> None:
    """Darknet pads by size - 1 in all, behind first: the largest of what is there, as many places
    as the stride goes into the size, rounded up."""
    picture = torch.randn(1, 3, 9, 9)
    for size, stride in ((2, 2), (2, 1), (3, 2), (5, 1), (4, 1)):
        text = NET.replace("416", "9") + section("maxpool", size=size, stride=stride)
        net = archc.loads(from_config(save(text)))
        before = (size - 1) // 2
        padded = nn.functional.pad(picture, (before, size) * 2, value=float("-inf"))
        wanted = nn.functional.max_pool2d(padded, size, stride)
        places = (9 - 1) // stride + 1
        assert torch.equal(net(picture), wanted[:, :, :places, :places])


def test_groups_connected_layers_and_shortcuts(save: Save) -> None:
    text = NET.replace("416", "8") + conv(8, 3) + conv(8, 3, activation="linear")
    text += section("shortcut", **{"from": -2, "activation": "relu"})
    text += section("route", layers=-1, groups=2, group_id=1) + section("avgpool")
    text += section("dropout", probability=0.3) + section(
        "connected", output=5, activation="linear"
    )
    net = archc.loads(from_config(save(text + section("softmax", groups=1)))).eval()
    made = net(torch.randn(2, 3, 8, 8))
    assert made.shape == (2, 5)
    torch.testing.assert_close(made.sum(1), torch.ones(2))
    assert net.get_parameter("fc6.weight").shape == (5, 4)


def test_unequal_shapes_that_are_added_are_a_finding_at_their_line(save: Save) -> None:
    """As in the published resnet18.cfg, which adds 64 channels to 128 of half the size."""
    text = NET + conv(64, 3) + conv(128, 3, stride=2) + conv(128, 3, activation="linear")
    text += section("shortcut", **{"from": -3, "activation": "leaky"})
    line = text[: text.index("[shortcut]")].count("\n") + 1
    with pytest.raises(archc.ImportRefusedError, match=rf"net\.cfg:{line}: .*64.*128|128.*64"):
        from_config(save(text))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("filters=3\n", "net.cfg:1: a line is [name] or key=value"),
        ("[convolutional]\n", "net.cfg:1: a Darknet file begins with [net]"),
        (NET, "net.cfg:1: there is no layer"),
        (NET + "[lstm]\n", "net.cfg:5: [lstm] is a layer that is not read"),
        (NET + "[conv\n", "net.cfg:5: the name of a section ends with ]"),
        (NET + "[convolutional]\nfilters=many\n", "net.cfg:6: filters is a whole number"),
        (NET + "[convolutional]\nactivation=loud\n", "net.cfg:6: loud is an activation"),
        (NET + "[route]\nlayers=-3\n", "net.cfg:5: [route] reads layer -3"),
        (NET + "[route]\n", "net.cfg:5: [route] has no layers"),
        (NET + conv(8, 3) + "[dropout]\nprobability=2\n", "net.cfg:13: "),
        ("[net]\n[avgpool]\n", "net.cfg:1: [net] says no channels"),
    ],
)
def test_a_file_that_is_wrong_is_an_error_with_its_line(save: Save, text: str, said: str) -> None:
    with pytest.raises(archc.ImportRefusedError) as caught:
        from_config(save(text))
    assert said in str(caught.value)


def test_the_command_reads_it(save: Save, tmp_path: Path) -> None:
    out = tmp_path / "net.arch"
    path = str(save(yolov3_tiny()))
    assert command.run(target=path, inputs=[], arguments={}, output=str(out)) == 0
    assert archc.check(out).ok
