"""ONNX files come in as text with blocks, and give what torch gave that they were exported from."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import onnx
import pytest
import torch
import torch.nn.functional as F
import torchvision
from onnx_cases import model_of
from torch import Tensor, nn

import archc
from archc.cli.commands.import_ import import_


class Residual(nn.Module):
    """Two convolutions around which the input goes, projected where its width changes."""

    def __init__(self, ins: int, outs: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(ins, outs, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(outs)
        self.conv2 = nn.Conv2d(outs, outs, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(outs)
        self.down = nn.Conv2d(ins, outs, 1) if ins != outs else None

    def forward(self, x: Tensor) -> Tensor:
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        return F.relu(y + (x if self.down is None else self.down(x)))


class Small(nn.Module):
    """A small residual network."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, stride=2, padding=1)
        self.stage = nn.Sequential(Residual(8, 8), Residual(8, 16), Residual(16, 16))
        self.head = nn.Linear(16, 5)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.head(self.stage(F.silu(self.stem(x))).mean([2, 3]))
        return y


class Attending(nn.Module):
    """A layer of an encoder, whose reshapes are arithmetic of sizes in the file."""

    def __init__(self) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(8)
        self.qkv = nn.Linear(8, 24)
        self.out = nn.Linear(8, 8)
        self.mlp = nn.Sequential(nn.LayerNorm(8), nn.Linear(8, 16), nn.GELU(), nn.Linear(16, 8))

    def forward(self, x: Tensor) -> Tensor:
        n, length, width = x.shape
        heads = self.qkv(self.norm(x)).reshape(n, length, 3, 2, width // 2).permute(2, 0, 3, 1, 4)
        q, k, v = heads.unbind(0)
        weights = torch.softmax(q @ k.transpose(-2, -1) * 0.5, -1)
        x = x + self.out((weights @ v).transpose(1, 2).reshape(n, length, width))
        y: Tensor = x + self.mlp(x)
        return y


class Encoder(nn.Module):
    """Two of them over tokens of a table, with positions that are learnt."""

    def __init__(self) -> None:
        super().__init__()
        self.table = nn.Embedding(20, 8)
        self.places = nn.Parameter(torch.randn(1, 6, 8))
        self.layers = nn.ModuleList([Attending(), Attending()])

    def forward(self, ids: Tensor) -> Tensor:
        x: Tensor = self.table(ids) + self.places
        for layer in self.layers:
            x = layer(x)
        return x


def exported(
    net: nn.Module, given: Tensor, path: Path, free: dict[int, str], opset: int = 18
) -> tuple[Path, nn.Module]:
    """A file of a network, with axes that are left open. No weights of it are zeros: the heads of
    some would be, and their outputs."""
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the older exporter is to go, but what it wrote is there
        for tensor in net.state_dict().values():
            if tensor.is_floating_point() and not tensor.any():
                tensor.copy_(torch.randn_like(tensor) * 0.1)
        fast = torch.backends.mha.get_fastpath_enabled()
        torch.backends.mha.set_fastpath_enabled(False)  # one op, which no exporter knows
        torch.onnx.export(
            net.eval(), (given,), path, dynamo=False, opset_version=opset, input_names=["x"],
            dynamic_axes={"x": free} if free else None,
        )  # fmt: skip
        torch.backends.mha.set_fastpath_enabled(fast)
    return path, net


def agree(text: archc.FileText, net: nn.Module, given: Tensor) -> None:
    """What the text builds with the file's weights gives what the network gives."""
    made = archc.loads(text, weights=dict(text.weights)).eval()
    with torch.no_grad():
        ours, theirs = made(given), net(given)
    torch.testing.assert_close(ours, theirs, rtol=1e-5, atol=1e-5 * float(theirs.abs().max()))


def test_blocks_are_found_by_the_names_of_nodes(tmp_path: Path) -> None:
    free = {0: "N", 2: "H", 3: "W"}
    path, net = exported(Small(), torch.rand(2, 3, 16, 16), tmp_path / "small.onnx", free)
    text = archc.from_onnx(path, ["1x3x32x32"])
    assert text.count("block Stage(") == 1 and "residual {" in text and "silu" in text
    assert text.report.variables == ("H", "N", "W")
    assert text.report.proofs[-1].checks[0].startswith("outputs of the file")
    agree(text, net, torch.rand(3, 3, 20, 24))


def test_arithmetic_of_sizes_is_no_part_of_the_text(tmp_path: Path) -> None:
    ids = torch.randint(20, (2, 6))
    path, net = exported(Encoder(), ids, tmp_path / "encoder.onnx", {0: "N"})
    text = archc.from_onnx(path)
    assert text.count("block Layer") == 1 and "gelu" in text and "repeat 2" in text
    agree(text, net, torch.randint(20, (5, 6)))


def test_a_file_with_sizes_that_are_numbers_keeps_them(tmp_path: Path) -> None:
    path, net = exported(Small(), torch.rand(1, 3, 16, 16), tmp_path / "fixed.onnx", {})
    text = archc.from_onnx(path)
    assert "input x: [1, 3, 16, 16]" in text
    assert text.report.numbers == ("H", "N", "W")
    agree(text, net, torch.rand(1, 3, 16, 16))


def test_the_newer_exporter_says_classes_in_its_notes(tmp_path: Path) -> None:
    """As torch.export writes them: the paths and the classes of all modules around a node."""
    rows = ", ".join(["0.5"] * 16)
    made = model_of(f"""(float[N, 4] x) => (float y)
        <float[4, 4] w1 = {{{rows}}}, float[4, 4] w2 = {{{rows}}}>
        {{ a = Gemm<transB = 1>(x, w1) b = Relu(a) c = Gemm<transB = 1>(b, w2) y = Relu(c) }}""")
    for number, node in enumerate(made.graph.node):
        label = f"layers.{number // 2}"
        for key, value in (
            ("name_scopes", ["", "layers", label, f"{label}.inner", "op"]),
            ("class_hierarchy", ["my.Net", "nn.Sequential", "my.Dense", "nn.Op", "aten.op"]),
        ):
            node.metadata_props.add(key=f"pkg.torch.onnx.{key}", value=str(value))
    onnx.save(made, tmp_path / "noted.onnx")
    text = archc.from_onnx(tmp_path / "noted.onnx")
    assert "block Dense" in text and "repeat 2 { Dense }" in text.replace("\n", " ")


def test_the_command_writes_text_and_weights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path, net = exported(Small(), torch.rand(1, 3, 16, 16), tmp_path / "small.onnx", {0: "N"})
    assert import_(str(path), [], {}, "small.arch", "small.safetensors") == 0
    made = archc.load("small.arch", weights="small.safetensors").eval()
    given = torch.rand(2, 3, 16, 16)
    with torch.no_grad():
        torch.testing.assert_close(made(given), net(given), rtol=1e-5, atol=1e-6)
    with pytest.raises(FileExistsError):
        import_(str(path), [], {}, None, "small.safetensors")


# --- torchvision's -------------------------------------------------------------------------------

SIZES: dict[str, tuple[int, str]] = {
    "alexnet": (224, "N"), "convnext_tiny": (64, "NHW"), "densenet121": (64, "NHW"),
    "densenet169": (64, "NHW"), "efficientnet_b0": (64, "NHW"), "efficientnet_v2_s": (64, "NHW"),
    "googlenet": (64, "NHW"), "inception_v3": (128, "NHW"), "mnasnet0_5": (64, "NHW"),
    "mnasnet1_0": (64, "NHW"), "mobilenet_v2": (64, "NHW"), "mobilenet_v3_large": (64, "NHW"),
    "mobilenet_v3_small": (64, "NHW"), "regnet_x_400mf": (64, "NHW"),
    "regnet_y_400mf": (64, "NHW"), "regnet_y_800mf": (64, "NHW"), "resnet18": (64, "NHW"),
    "resnet34": (64, "NHW"), "resnet50": (64, "NHW"), "resnext50_32x4d": (64, "NHW"),
    "shufflenet_v2_x0_5": (64, "NHW"), "shufflenet_v2_x1_0": (64, "NHW"),
    "squeezenet1_0": (64, "NHW"), "squeezenet1_1": (64, "NHW"), "swin_t": (224, "N"),
    "swin_v2_t": (256, "N"), "vgg11": (224, "N"), "vgg11_bn": (224, "N"),
    "vit_b_16": (224, "N"), "wide_resnet50_2": (64, "NHW"), "maxvit_t": (224, "N"),
}  # fmt: skip
"""Of torchvision, the sizes that they are exported at, and the axes that are left open."""


@pytest.mark.every_size
@pytest.mark.parametrize("name", SIZES)
def test_a_file_of_torchvision_comes_back(name: str, tmp_path: Path) -> None:
    size, axes = SIZES[name]
    said: dict[str, Any] = {"init_weights": False} if name in ("googlenet", "inception_v3") else {}
    net = torchvision.models.get_model(name, **said)
    free = {place: axis for place, axis in ((0, "N"), (2, "H"), (3, "W")) if axis in axes}
    given = torch.randn(2, 3, size, size)
    path, net = exported(net, given, tmp_path / f"{name}.onnx", free)
    text = archc.from_onnx(path, [f"1x3x{size}x{size}"])
    assert "block " in text or name.startswith(("alexnet", "vgg"))
    agree(text, net, given)
