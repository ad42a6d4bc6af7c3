"""Parameters and multiply-accumulates of models are those that are published."""

from __future__ import annotations

from typing import Any

import pytest
from torchvision import models

import archc
from archir.base.source import Source

VITS = [
    weights
    for name in models.list_models(include="vit_*")
    for weights in models.get_model_weights(name)
]


@pytest.mark.parametrize("weights", VITS, ids=str)
def test_vision_transformers_as_torchvision_counts_them(weights: Any) -> None:
    """In millions, behind its weights: those that were tuned at larger images have more places."""
    name = str(weights).partition("_Weights")[0].lower()
    side, _ = weights.meta["min_size"]
    told = archc.summary(name, settings={"image_size": side}).totals
    assert told.parameters == weights.meta["num_params"]
    assert isinstance(told.macs, int)
    assert round(told.macs / 1e9, 3) == weights.meta["_ops"]


@pytest.mark.parametrize("name", ["maxvit_t", *models.list_models(include="swin_*")])
def test_windows_as_torchvision_counts_them(name: str) -> None:
    (weights,) = models.get_model_weights(name)
    sizes = {"H": 256, "W": 256} if "v2" in name else None  # as they were trained
    told = archc.summary(name, sizes=sizes).totals
    assert told.parameters == weights.meta["num_params"]
    assert isinstance(told.macs, int)
    assert round(told.macs / 1e9, 3) == weights.meta["_ops"]


CLIPS = ["r3d_18", "mc3_18", "r2plus1d_18", "s3d", "mvit_v1_b", "mvit_v2_s", "swin3d_t"]


@pytest.mark.parametrize("name", CLIPS)
def test_networks_of_clips_as_torchvision_counts_them(name: str) -> None:
    """Of 16 frames of 112x112, or of 224x224."""
    (weights,) = models.get_model_weights(name)
    told = archc.summary(name).totals
    assert told.parameters == weights.meta["num_params"]
    assert isinstance(told.macs, int)
    assert round(told.macs / 1e9, 3) == weights.meta["_ops"]


def test_networks_as_their_pages_count_them() -> None:
    """Koch's siamese network has 38,951,745 parameters, `t5-small` 60,506,624."""
    counts = {"siamese": 38_951_745, "t5_small": 60_506_624}
    for name, count in counts.items():
        (model,) = archc.check(name).models
        assert model.parameters == count


def test_lenet_has_the_weights_of_its_paper() -> None:
    """LeCun et al. (1998), section II.B: of C1, C5 and F6, which are as they are written today."""
    net = archc.load("lenet5")
    counts = {"features.0": 156, "features.6": 48_120, "classifier.0": 10_164}
    for path, count in counts.items():
        assert sum(each.numel() for each in net.get_submodule(path).parameters()) == count


@pytest.mark.parametrize(
    ("n", "millions"), [(3, "0.27"), (5, "0.46"), (7, "0.66"), (9, "0.85"), (18, "1.7")]
)
def test_residual_networks_for_cifar_as_their_paper_counts_them(n: int, millions: str) -> None:
    """He et al. (2015), table 6: networks of 20, 32, 44, 56 and 110 layers."""
    (model,) = archc.check("resnet20", n=n).models
    digits = len(millions.partition(".")[2])
    assert f"{model.parameters / 1e6:.{digits}f}" == millions


def test_a_temporal_network_is_as_large_as_its_paper_says() -> None:
    """Bai et al. (2018), table 1: 70K for sequential MNIST."""
    (model,) = archc.check("tcn").models
    assert round(model.parameters, -4) == 70_000


@pytest.mark.parametrize(
    ("depth", "width", "patch", "millions"),
    [
        *((8, 512, 32, 19), (8, 512, 16, 18), (12, 768, 32, 60), (12, 768, 16, 59)),
        *((24, 1024, 32, 206), (24, 1024, 16, 207), (32, 1280, 14, 431)),
    ],
)
def test_mixers_as_their_paper_counts_them(
    depth: int, width: int, patch: int, millions: int
) -> None:
    """Tolstikhin et al. (2021), table 1: all but the head."""
    settings = {"depth": depth, "width": width, "patch": patch}
    (model,) = archc.check("mixer_b16_224", settings=settings).models
    assert round((model.parameters - 1000 * (width + 1)) / 1e6) == millions


def test_language_models_as_they_are_published() -> None:
    """Devlin et al. (2018), section 3: 110M and 340M, with a head that is not here. Hugging Face's
    `gpt2` and `bert-base-uncased` hold 124,439,808 and 109,482,240 parameters."""
    (gpt2,) = archc.check("gpt2").models
    (bert,) = archc.check("bert_base").models
    assert (gpt2.parameters, bert.parameters) == (124_439_808, 109_482_240)
    large = {"width": 1024, "layers": 24, "heads": 16, "hidden": 4096}
    (bert,) = archc.check("bert_base", settings=large).models
    assert bert.parameters == 335_141_888


@pytest.mark.parametrize(
    ("layers", "width", "millions"), [(24, 1024, 345), (36, 1280, 762), (48, 1600, 1542)]
)
def test_larger_language_models(layers: int, width: int, millions: int) -> None:
    """Radford et al. (2019), table 2, counts a few more than these depths and widths have."""
    settings = {"layers": layers, "width": width, "heads": width // 64}
    (model,) = archc.check("gpt2", settings=settings).models
    assert model.parameters / 1e6 == pytest.approx(millions, rel=0.03)


@pytest.mark.parametrize(
    ("name", "parameters", "layers", "size"),
    [("llama3_8b", 8_030_261_248, 32, 128), ("llama3_1b", 1_235_814_400, 16, 64)],
)
def test_llama_and_what_it_keeps_of_a_text(
    name: str, parameters: int, layers: int, size: int
) -> None:
    """As their weights are published; two bytes for a key or value of 8 heads at 8192 places."""
    summary = archc.summary(name, sizes={"N": 1, "L": 8192}, dtype="bfloat16")
    assert summary.totals.parameters == parameters
    assert summary.totals.caching == layers
    assert summary.totals.cache == 2 * layers * 8 * size * 8192 * 2
    assert "KV cache" in str(summary)


@pytest.mark.parametrize("batch_first", [True, False])
def test_causal_attention_of_torchs_module_keeps_as_much(batch_first: bool) -> None:
    text = (
        "model m() {\n  input x: [N, L = 9, 12]\n"
        f"  multihead_attention(3, is_causal = true, batch_first = {str(batch_first).lower()})\n}}"
    )
    summary = archc.summary(Source("m.arch", text), sizes={"N": 2, "L": 9})
    assert summary.totals.cache == 2 * 2 * 9 * 12 * 4
    looking = text.replace("is_causal = true, ", "")
    assert archc.summary(Source("m.arch", looking)).totals.caching == 0


def test_yolo_v3_fills_the_file_of_its_weights() -> None:
    """yolov3.weights has 248,007,048 bytes: a head of 20, and numbers of 4, all of which are
    parameters, or means and variances."""
    (model,) = archc.check("yolov3").models
    statistics = archc.load("yolov3").buffers()
    kept = sum(each.numel() for each in statistics if each.is_floating_point())
    assert 20 + 4 * (model.parameters + kept) == 248_007_048


@pytest.mark.parametrize(
    ("scale", "parameters"),
    [
        ((0.33, 0.25, 1024), 3_157_200),
        ((0.33, 0.50, 1024), 11_166_560),
        ((0.67, 0.75, 768), 25_902_640),
        ((1.00, 1.00, 512), 43_691_520),
        ((1.00, 1.25, 512), 68_229_648),
    ],
)
def test_yolo_v8_as_ultralytics_counts_it(scale: tuple[float, float, int], parameters: int) -> None:
    """Its configuration notes them for each scale, n to x; 16 of them are distances, and fixed."""
    settings = dict(zip(("depth", "width", "max_channels"), scale, strict=True))
    (model,) = archc.check("yolov8n", settings=settings).models[-1:]
    assert model.parameters + 16 == parameters
