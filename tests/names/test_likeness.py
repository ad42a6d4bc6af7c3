"""A name is suggested where few slips of the hand lead to it and to no other; else none is."""

from __future__ import annotations

import pytest

from archir.base.likeness import is_slip, nearest

KNOWN = """
adaptive_avg_pool add avg_pool batch_norm concat conv conv_transpose depthwise divide dropout elu
expand flatten gelu global_avg_pool group_norm identity layer_norm leaky_relu linear matmul max_pool
mean multiply pad permute prelu relu relu6 reshape select sigmoid silu slice softmax split squeeze
subtract sum tanh transpose unflatten unsqueeze upsample bool float int len max min range round
sqrt str zip constant kaiming_normal kaiming_uniform normal ones orthogonal uniform zeros
""".split()  # noqa: SIM905


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("rellu", "relu"),
        ("reul", "relu"),
        ("cov", "conv"),
        ("Conv2D", "conv"),
        ("MaxPool2D", "max_pool"),
        ("GlobalAvgPool2D", "global_avg_pool"),
        ("btach_norm", "batch_norm"),
        ("BatchNrom2d", "batch_norm"),
        ("kaiming_norm", "kaiming_normal"),
        ("kaiming_normal_", "kaiming_normal"),
        ("softmx", "softmax"),
        ("tanhh", "tanh"),
    ],
)
def test_a_slip_leads_to_the_name(word: str, meant: str) -> None:
    assert nearest(word, KNOWN) == meant


@pytest.mark.parametrize(
    "word",
    [
        *("attention", "exp", "std", "attn", "dense", "norm", "act", "pool", "view", "stack"),
        *("log", "clamp", "embed", "lambda", "tensor", "SqueezeExcite", "x" * 1000, ""),
    ],
)
def test_what_merely_shares_letters_is_not_suggested(word: str) -> None:
    assert nearest(word, KNOWN) is None


def test_of_two_that_are_as_near_none_is_suggested() -> None:
    assert nearest("rely", ["relu", "rel", "real"]) is None
    assert nearest("stag1", ["stage1", "stage2"]) == "stage1"
    # Two spellings of one name are no rivals.
    assert nearest("Relus", ["relu", "ReLU"]) == "relu"
    # What begins with a capital is a block, and no op.
    assert nearest("Stm", ["lstm", "Stem"]) == "Stem"
    assert nearest("stm", ["lstm", "stem"]) is None


def test_names_with_other_numbers_are_other_names() -> None:
    assert nearest("stage5", ["stage1"]) is None
    assert nearest("conv1", KNOWN) is None
    assert nearest("relu5", ["relu6"]) is None
    assert nearest("relu6", ["relu6_"]) == "relu6_"
    # But for what is exchanged, and what looks alike.
    assert nearest("vgg61", ["vgg11", "vgg16", "vgg19"]) == "vgg16"
    assert nearest("resnet5O", ["resnet50", "resnet18"]) == "resnet50"


def test_one_slip() -> None:
    assert is_slip("MaxPool2d", "max_pool")
    assert is_slip("rellu", "relu")
    assert not is_slip("kaiming_norm", "kaiming_normal")
    assert not is_slip("std", "str")
    assert not is_slip("pool", "bool")
