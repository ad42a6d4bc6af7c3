"""What printed source is like, held to limits; networks of many kinds, printed, against torch."""

from __future__ import annotations

from pathlib import Path

import pytest
import torchvision
from measure import FOLDERS, compiled, measured
from other_values import at_other_values, taken
from printed import compiled as compile_text
from printed import differences, namespace
from shipped import EACH, EXAMPLES, NAMES

from archc.python import source
from archc.python.classes.said import is_plain_value
from archc.torch import module

COMPARED = (
    *("alexnet", "densenet", "googlenet", "inception", "mobilenet_v1", "mobilenet_v2", "resnet"),
    *("resnext", "squeezenet", "unet", "vgg", "wide_resnet"),
)
LATER = {"unet_resnet34"}
"""Examples of these names that there were not then."""

NETWORKS = sorted(FOLDERS[1].glob("*.arch"))
KEEPS = {
    "alexnet": "num_classes p",
    "convnext_tiny": "widths depths stochastic_depth_prob layer_scale num_classes",
    "densenet121": "growth_rate block_config num_init_features bn_size num_classes",
    "densenet_bc": "depth growth_rate bn_size num_classes",
    "efficientnet": "stages stem last_channel num_classes width_mult depth_mult p"
    " stochastic_depth_prob",
    "fcn_resnet50": "num_classes",
    "googlenet": "num_classes p p_aux kernel5x5",
    "gru_classifier": "vocabulary width hidden num_layers num_classes p",
    "inception_module": "kernel5x5",
    "inception_v3": "num_classes p",
    "lstm_classifier": "vocabulary width hidden num_layers num_classes p",
    "mobilenet_v1": "num_classes width_mult",
    "mobilenet_v1_tutorial": "num_classes",
    "mobilenet_v3_large": "bneck last_channel num_classes width_mult reduced_tail dilated p",
    "mobilenet_v2": "num_classes width_mult inverted_residual_setting round_nearest p",
    "resnet18": "layers num_classes",
    "resnet50": "layers num_classes groups width_per_group replace_stride_with_dilation",
    "resnext50_32x4d": "layers num_classes groups width_per_group replace_stride_with_dilation",
    "squeezenet": "stem kernel_size squeezed num_classes p",
    "unet": "num_classes widths",
    "vgg16_bn": "stages num_classes p",
}
"""Parameters of models that their classes take: numbers, and lists of them that loops run over."""

NETWORKS_KEEP = {
    "aspp": "classes width rates p",
    "convnext": "widths depths num_classes p scale",
    "efficientnet": "num_classes p drop",
    "fpn": "widths width classes",
    "mixer": "depth width tokens hidden classes",
    "mobilenet_v3": "num_classes p last",
    "regnet": "widths depths group_width ratio num_classes",
    "shufflenet_v2": "widths depths last num_classes",
    "tcn": "widths kernel p classes",
    "vit": "depth width heads hidden p classes",
}
"""The same of the networks beside these tests."""

LISTS = (
    *("fasterrcnn_resnet50_fpn", "fcos_resnet50_fpn", "retinanet_resnet50_fpn", "ssd300_vgg16"),
    *("maxvit_t", "mvit_v1_b", "mvit_v2_s", "swin", "swin_t", "swin_s", "swin_b", "swin3d_t"),
    "t5_small",
    *("wavenet", "yolov3", "yolov8n", "clip_vit_b_32"),
)
"""Networks of values that the text has in lists, or does not name: some names have numbers."""

CLASSES = {"yolov8n": 13}
"""Networks with more classes than blocks: of parts without names."""

FILES = [
    pytest.param(path, marks=each.marks, id=path.stem)
    for each in EACH
    for path in (EXAMPLES / f"{each.id}.arch",)
] + [pytest.param(path, id=f"{path.stem}_here") for path in NETWORKS]


@pytest.mark.parametrize("path", FILES)
def test_the_measure(path: Path) -> None:
    found = measured(path)
    assert found.longest <= 100
    assert found.numbered == () or found.name in LISTS
    assert found.classes <= CLASSES.get(found.name, found.blocks + 1)
    assert found.factory is None or found.factory == found.takes
    keeps = KEEPS if path.parent == EXAMPLES else NETWORKS_KEEP
    if found.name in keeps:
        assert " ".join(found.takes) == keeps[found.name]


def test_the_examples_are_short() -> None:
    """The better of two printers that there were took 5,373 lines for these."""
    those = [name for name in NAMES if name.startswith(COMPARED) and name not in LATER]
    assert sum(measured(EXAMPLES / f"{name}.arch").lines for name in those) <= 4_914


@pytest.mark.parametrize("path", NETWORKS, ids=lambda path: path.stem)
def test_it_is_the_live_module(path: Path) -> None:
    typed = compiled(path)
    assert list(differences(typed, source(typed))) == []


@pytest.mark.parametrize("path", FILES)
def test_other_values_give_what_the_text_gives(path: Path) -> None:
    """Each parameter that a class takes means what it means in the text."""
    typed = compiled(path)
    text = source(typed)
    tried = set()
    small = path.parent == FOLDERS[1]
    for name, value, found in at_other_values(path, text, typed, 2 if small else 1, run=small):
        tried.add(name)
        assert found == [], f"{name} = {value}"
    # A table that names blocks of the model's own file is not to be said as a setting.
    unsaid = {name for name, value in typed.graph.root.arguments if not is_plain_value(value)}
    assert tried | unsaid == set(taken(text)) | unsaid, "a parameter that has no other value"


def test_a_large_mobilenet_of_ten_classes_and_half_the_width() -> None:
    """A variant takes what its model takes, as its text does, and as torchvision's does."""
    printed = source(compiled(EXAMPLES / "mobilenet_v3_large.arch"))
    made = namespace(printed)["mobilenet_v3_large"](num_classes=10, width_mult=0.5)
    theirs = torchvision.models.mobilenet_v3_large(num_classes=10, width_mult=0.5)
    assert [(k, t.shape) for k, t in made.state_dict().items()] == [
        (k, t.shape) for k, t in theirs.state_dict().items()
    ]


def test_a_factory_passes_arguments_on() -> None:
    """What the text's own variant takes, the function of its name takes too."""
    path = FOLDERS[0] / "densenet121.arch"
    text = source(compiled(path))
    made = namespace(text)["densenet121"](num_classes=10, growth_rate=8, block_config=(2, 3))
    other = path.with_name("densenet.arch").read_text("utf-8")
    other = other.replace("growth_rate = 32", "growth_rate = 8")
    other = other.replace("[6, 12, 24, 16]", "[2, 3]").replace("= 1000", "= 10")
    live = module(compile_text(other, "DenseNet"))
    shapes = [(key, tensor.shape) for key, tensor in made.state_dict().items()]
    assert shapes == [(key, tensor.shape) for key, tensor in live.state_dict().items()]
