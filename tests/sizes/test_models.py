"""All documented models: the sizes that are reported are those at which torch runs them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import product, repeat
from random import Random

import pytest
import torch
import z3
from measuring import tensors, zeros
from meta import Quick
from shipped import EACH, EXAMPLES, SIZES
from thin import REFUSALS, Tape, tapes
from z3_sizes import holds, member, proven

import archc
from archc import pipeline
from archir.base.source import Source
from archir.check.valid import valid_in_evaluation, valid_in_training
from archir.graph.typed import TypedGraph
from archir.sizes.sets import between
from archir.sizes.valid import ValidSizes
from archir.sizes.words import describe

COUPLED = "mobilenet_v1_tutorial"
LAST = (
    *("convnext", "swin", "swin_v2_t"),
    *(name for name in SIZES if name.startswith(("convnext_", "swin_"))),
)
"""What has its channels last in between, so that no thin copy can be made of it."""

TEXTS: dict[str, tuple[dict[str, int], int | None]] = {
    "bert_base": ({"vocabulary": 5, "width": 6, "layers": 1, "heads": 2, "hidden": 3}, 512),
    "gpt2": ({"vocabulary": 5, "width": 6, "layers": 1, "heads": 2}, 1024),
    "gru_classifier": ({"vocabulary": 5, "hidden": 3}, None),
    "lstm_classifier": ({"vocabulary": 5, "hidden": 3}, None),
    "tcn": ({"kernel": 3}, None),
}
"""What takes words or a signal: with what settings it is small, and the last of its lengths.

There is no picture to be thin in, so it is run as it is.
"""

FIXED = (
    "dcgan_discriminator",
    "dcgan_generator",
    "maxvit_t",
    "mvit_v1_b",
    "mvit_v2_s",
    "mixer_b16_224",
    "siamese",
    "swin3d_t",
    "vae",
    "vit",
    *(name for name in SIZES if name.startswith("vit_")),
)
"""What takes samples of one size alone."""

OTHERS: dict[str, tuple[dict[str, int], str, str]] = {
    "clip_vit_b_32": (
        {"vision_width": 6, "vision_layers": 1, "vision_heads": 2}
        | {"vocabulary": 5, "text_width": 6, "text_layers": 1, "text_heads": 2}
        | {"projection": 3},
        *("L at most 77", "L at most 77"),
    ),
    "crnn": ({"hidden": 3}, "W at least 8", "W at least 8"),
    "pointnet": ({}, "any size", "N at least 2"),
    "wavenet": (
        {"levels": 5, "channels": 3, "skip_channels": 4, "blocks": 1, "depth": 2},
        *("any size", "any size"),
    ),
    "t5_small": (
        {"vocabulary": 5, "width": 6, "layers": 2, "heads": 2, "size": 3, "hidden": 4},
        *("any size", "any size"),
    ),
}
"""What has sizes of another kind: with what settings it is small, and at what sizes it runs."""

ON_META = {
    "ddpm": (7, 8, 12, 16),
    "fasterrcnn_resnet50_fpn": (1, 32, 33, 97),
    "fcos_resnet50_fpn": (1, 32, 33, 97),
    "nasnet_cell": (1, 2, 7),
    "retinanet_resnet50_fpn": (1, 32, 33, 97),
    "ssd300_vgg16": (1, 267, 268, 301),
    "yolov3": (24, 25, 32, 33, 57, 64, 89),
    "yolov8n": (24, 25, 32, 33, 57, 64, 89),
}
"""What gives several maps, or rows, so that no thin copy can be made of it, and sizes to run it at:
those next to the ends of what is reported, and others."""

_SMALL = ((1, 2, 3, 8, 9, 16, 17), (1, 2, 16, 17, 33))

CLIPS = {
    **dict.fromkeys(("mc3_18", "r2plus1d_18", "r3d_18", "video_resnet"), _SMALL),
    "s3d": ((1, 12, 13, 16), (1, 208, 209, 224)),
}
"""What takes clips, and the numbers of frames and the sides that it is run at."""

LENET = """
model lenet(num_classes = 10) {
  input image: [N, 1, H = 32, W = 32]
  conv(6, 5) -> tanh -> max_pool(2)
  conv(16, 5) -> tanh -> max_pool(2)
  flatten -> linear(120) -> tanh -> linear(84) -> tanh -> linear(num_classes)
}
"""

PERIOD = 32
"""All strides of any of the models, multiplied: nothing new happens from one such turn on."""

LIKE = {
    "densenet121": (
        "densenet", "densenet161", "densenet169", "densenet201", "densenet264", "densenet264_k48",
    ),
    "resnet18": ("resnet34",),
    "resnet50": (
        "resnet", "resnet101", "resnet152", "resnext50_32x4d", "resnext101_32x8d",
        "resnext101_64x4d", "wide_resnet50_2", "wide_resnet101_2",
    ),
    "squeezenet1_0": ("squeezenet",),
    "vgg11": ("vgg13", "vgg16", "vgg19"),
    "vgg11_bn": ("vgg13_bn", "vgg16_bn", "vgg19_bn"),
}  # fmt: skip
"""Models that are deeper or wider, but ask the same of their sizes: one stands for all."""

FOLLOWERS = {name: leader for leader, names in LIKE.items() for name in names}

SMALLEST = {
    "alexnet": 63, "googlenet": 15, "inception_v3": 75, "squeezenet1_0": 21, "squeezenet1_1": 17,
    "densenet121": 29, "resnet18": 1, "resnet50": 1, "mobilenet_v2": 1, "vgg11": 32,
    "vgg19_bn": 32, "vgg_a_lrn": 32, "convnext": 32, "swin": 4, "swin_v2_t": 4,
}  # fmt: skip
"""Known before there was a compiler: the least H and W at which torch runs them in evaluation."""


@cache
def compiled(name: str) -> TypedGraph:
    path = EXAMPLES / f"{name}.arch"
    text = LENET if name == "lenet" else path.read_text(encoding="utf-8")
    typed, found = pipeline.compile_source(Source(path.name, text), path)
    assert typed is not None, list(found)
    return typed


@cache
def recorded(name: str) -> tuple[Tape, Tape]:
    return tapes(compiled(name))


@cache
def reported(name: str) -> tuple[ValidSizes, ValidSizes]:
    """What the compiler says: for evaluation and for training."""
    typed = compiled(name)
    return valid_in_evaluation(typed), valid_in_training(typed)


def in_boxes(valid: ValidSizes, sizes: dict[str, int]) -> bool:
    return any(all(sizes[name] in box[name] for name in valid.names) for box in valid.boxes)


def assert_agrees(valid: ValidSizes, tape: Tape, batch: int, height: int, width: int) -> bool:
    """The closed form, and the conditions one by one, say what torch says."""
    sizes = {"N": batch, "H": height, "W": width}
    runs = tape.runs(batch, height, width)
    assert in_boxes(valid, sizes) == runs, sizes
    assert (sizes in valid) == runs, sizes
    return runs


def threshold(valid: ValidSizes, batch: int) -> int:
    """From which square size on nothing but the period matters."""
    firsts = (
        piece.first
        for box in valid.boxes
        if batch in box["N"]
        for name in "HW"
        for piece in box[name].pieces
    )
    return max(firsts, default=1)  # one that no batch of one trains has none


def rectangles(name: str, top: int) -> Iterator[tuple[int, int]]:
    dice = Random(name)
    for _ in range(10):
        yield dice.randint(1, top), dice.randint(1, top)
        yield dice.randint(max(1, top - PERIOD - 2), top), dice.choice((1, 2, 3, 7, 250))


@pytest.mark.parametrize(
    "name",
    [
        one
        for one in EACH
        if one.id not in (COUPLED, *LAST, *TEXTS, *OTHERS, *FIXED, *ON_META, *CLIPS, *FOLLOWERS)
    ],
)
def test_reported_sizes_are_those_that_torch_runs(name: str) -> None:
    evaluated, trained = reported(name)
    evaluating, training = recorded(name)
    assert evaluated.is_exact
    assert trained.is_exact
    for valid, tape, batch in (
        (evaluated, evaluating, 1),
        (trained, training, 1),
        (trained, training, 2),
    ):
        top = threshold(valid, batch) + PERIOD
        squares = [assert_agrees(valid, tape, batch, size, size) for size in range(1, top + 1)]
        assert any(squares) == any(batch in box["N"] for box in valid.boxes)
        for height, width in rectangles(name, top):
            assert_agrees(valid, tape, batch, height, width)


@pytest.mark.parametrize("name", TEXTS)
def test_texts_have_the_lengths_that_torch_runs(name: str) -> None:
    settings, last = TEXTS[name]
    net = archc.load(EXAMPLES / f"{name}.arch", settings=settings)
    types = [each for each in compiled(name).graph.root.input_types if each is not None]

    def runs(batch: int, length: int) -> bool:
        try:
            outputs = tensors(net(*zeros(types, {"N": batch, "L": length}, "cpu")))
        except (*REFUSALS, IndexError):
            return False
        return all(len(output) == batch and output.numel() for output in outputs)

    for training, valid in enumerate(reported(name)):
        assert describe(valid) == ("any size" if last is None else f"L at most {last}")
        net.train(bool(training))
        for batch, length in product((1, 2), (*range(1, 12), last or 300)):
            assert runs(batch, length)
        for length in (0, last + 1) if last else (0,):
            assert not runs(1, length)


@pytest.mark.parametrize("name", ON_META)
def test_what_gives_several_maps_has_the_sizes_that_torch_runs(name: str) -> None:
    types = [each for each in compiled(name).graph.root.input_types if each is not None]
    with torch.device("meta"), Quick():
        net = archc.load(EXAMPLES / f"{name}.arch")
        for training, valid in enumerate(reported(name)):
            assert valid.is_exact
            net.train(bool(training))
            for batch, height, width in product((1, 2), *repeat(ON_META[name], 2)):
                sizes = {"N": batch, "H": height, "W": width, "R": 3}
                try:
                    net(*zeros(types, sizes, "meta"))
                except REFUSALS:
                    runs = False
                else:
                    runs = True
                assert in_boxes(valid, sizes) == runs, sizes
                assert ({name: sizes[name] for name in valid.names} in valid) == runs, sizes


@pytest.mark.parametrize("name", [one for one in EACH if one.id in CLIPS])
def test_clips_have_the_sizes_that_torch_runs(name: str) -> None:
    evaluated, trained = reported(name)
    evaluating, training = recorded(name)
    for valid, tape, batch in (
        (evaluated, evaluating, 1),
        (trained, training, 1),
        (trained, training, 2),
    ):
        assert valid.is_exact
        for frames, side in product(*CLIPS[name]):
            for height, width in ((side, side), (side, 1), (1, side)):
                sizes = {"N": batch, "T": frames, "H": height, "W": width}
                runs = tape.runs(batch, frames, height, width)
                assert in_boxes(valid, sizes) == runs, sizes
                assert (sizes in valid) == runs, sizes


@pytest.mark.parametrize("name", OTHERS)
def test_others_run_at_the_sizes_that_are_said(name: str) -> None:
    settings, *said = OTHERS[name]
    net = archc.load(EXAMPLES / f"{name}.arch", settings=settings)
    types = [each for each in compiled(name).graph.root.input_types if each is not None]
    names = [each for each in compiled(name).graph.sizes if each != "N"]
    for training, valid in enumerate(reported(name)):
        assert describe(valid) == said[training]
        net.train(bool(training))
        for batch, *extents in product((1, 2), *[(1, 2, 7, 8, 9, 40)] * len(names)):
            sizes = {"N": batch, **dict(zip(names, extents, strict=True))}
            try:
                runs = bool(tensors(net(*zeros(types, sizes, "cpu"))))
            except REFUSALS:
                runs = False
            assert (sizes in valid) == runs, sizes


@pytest.mark.parametrize("name", FOLLOWERS)
def test_models_of_one_family_ask_the_same(name: str) -> None:
    leader = FOLLOWERS[name]
    for one, other in zip(recorded(name), recorded(leader), strict=True):
        for sizes in ((61, 61), (97, 66), (225, 130)):
            asked = one.asked(1, *sizes)
            assert asked is not None
            assert asked == other.asked(1, *sizes)
    for mine, its in zip(reported(name), reported(leader), strict=True):
        assert mine.is_exact
        assert mine.boxes == its.boxes


@pytest.mark.parametrize("name", SMALLEST)
def test_smallest_sizes_are_those_that_are_known(name: str) -> None:
    least = SMALLEST[name]
    assert describe(reported(name)[0]) == (f"H, W at least {least}" if least > 1 else "any size")


@pytest.mark.parametrize("name", FIXED)
def test_samples_of_one_size_come_in_any_number(name: str) -> None:
    for valid in reported(name):
        assert valid.is_exact
        assert valid.names == ("N",)
        assert describe(valid) == "any N"


def test_sizes_that_are_known_in_training() -> None:
    assert describe(reported("unet")[0]) == "H, W multiples of 16"
    alone = {"N": 1, "H": 33, "W": 1}
    assert in_boxes(reported("resnet18")[1], alone)
    assert not in_boxes(reported("resnet18")[1], {**alone, "H": 32, "W": 32})
    trained = reported("inception_v3")[1]
    assert in_boxes(trained, {"N": 2, "H": 299, "W": 299})
    assert not in_boxes(trained, {"N": 2, "H": 298, "W": 299})


# --- sizes that flatten couples ---------------------------------------------------------------


def edges(valid: ValidSizes, name: str) -> list[int]:
    """The ends of all stretches, and what lies next to them."""
    ends = {
        end
        for box in valid.boxes
        for piece in box[name].pieces
        for end in (piece.first, piece.last)
        if end is not None
    }
    return sorted({size for end in ends for size in (end - 1, end, end + 1) if size > 0})


def test_lenet() -> None:
    evaluated, trained = reported("lenet")
    large, middle, small = between(112, 115), between(32, 35), between(16, 19)
    found = {(box["H"], box["W"]) for box in evaluated.boxes}
    assert found == {(large, small), (middle, middle), (small, large)}
    evaluating, training = recorded("lenet")
    near = edges(evaluated, "H")
    pairs = {
        *product(near, repeat=2),
        *product(range(1, 37), near),
        *product((15, 34), range(1, 120)),
    }
    for height, width in pairs:
        assert_agrees(evaluated, evaluating, 1, height, width)
    for height in near:
        assert_agrees(trained, training, 2, height, 33)


def test_mobilenet_of_tutorials() -> None:
    evaluated, trained = reported(COUPLED)
    evaluating, training = recorded(COUPLED)
    assert len(evaluated.boxes) == 3, "7 by 7 places, or 49 by 1"
    for size in range(1, 245):
        assert_agrees(evaluated, evaluating, 1, size, size)
    near = edges(evaluated, "H")
    for height, width in product(near, repeat=2):
        if height * width < 100_000:  # one pair for each way round, and what lies next to it
            assert_agrees(evaluated, evaluating, 1, height, width)
    for size in (210, 211, 242, 243):
        assert_agrees(trained, training, 1, size, 220)


# --- proofs -------------------------------------------------------------------------------------


def claimed(closed_form: ValidSizes) -> bool | None:
    """Whether z3 proves that all conditions hold just where the closed form says."""
    names = {name: z3.Int(name) for name in closed_form.names}
    asked = z3.And([holds(condition, names) for condition in closed_form.conditions])
    boxes = [[member(box[name], names[name]) for name in names] for box in closed_form.boxes]
    claim = asked == z3.Or([z3.And(box) for box in boxes])
    return proven(z3.Implies(z3.And([size >= 1 for size in names.values()]), claim), 20_000)


@pytest.mark.parametrize("name", [*EACH, "lenet"])
def test_z3_proves_the_closed_form_in_both_directions(name: str) -> None:
    for valid in reported(name):
        assert claimed(valid) is True


# --- the thin copies are right ------------------------------------------------------------------


REAL = [
    ("alexnet", 1, (62, 63), (62,)),
    ("squeezenet1_0", 1, (20, 21), (20, 21)),
    ("densenet_bc", 1, (3, 4, 7), (7, 8)),
    ("resnet18", 1, (1, 32), (1, 32, 33)),
    ("googlenet", 1, (14, 15), (46, 47)),
    ("googlenet_paper", 2, (14, 15), (14, 15)),
    ("mobilenet_v2", 2, (1, 33), (1, 33)),
    ("unet", 1, (8, 16, 24, 32), (16, 17)),
    ("inception_v3", 2, (74, 75), ()),
]


@pytest.mark.parametrize(("name", "batch", "evaluation", "training"), REAL)
def test_thin_copies_run_where_the_network_itself_does(
    name: str, batch: int, evaluation: tuple[int, ...], training: tuple[int, ...]
) -> None:
    net = archc.load(EXAMPLES / f"{name}.arch")
    thin = recorded(name)
    channels = compiled(name).graph.root.input_types[0].shape[1]  # type: ignore[union-attr]
    for train, sizes in ((False, evaluation), (True, training)):
        net.train(train)
        for height, width in product(sizes, repeat=2):
            try:
                with torch.no_grad():
                    net(torch.zeros(batch, channels, height, width))  # type: ignore[arg-type]
            except REFUSALS:
                runs = False
            else:
                runs = True
            assert thin[train].runs(batch, height, width) == runs, (train, height, width)
