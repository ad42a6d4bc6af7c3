"""A name that is misspelt where it is used is an error there, and the right name is offered."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from nameskit import problems
from torch import Tensor, nn

import archc
from archir.base.synonyms import OTHER_NAMES, synonym
from archir.catalogue.registry import ops

WORDS = """
alligator barometer cinnamon dulcimer evergreen flamingo gyroscope hexagonal ironmonger juniper
kilowatt lighthouse mandolin nightjar octopus pendulum quicksand rhubarb saxophone tangerine
umbrella vortices whirlwind yesterday zeppelin
""".split()  # noqa: SIM905

# Declared names in capitals, uses in angle brackets; each use is one that can be misspelt.
TEMPLATE = """\
let CONST = 3

fn FUNC(ARG, MORE = 1) = <ARG> * <MORE> + <CONST>

block BLOCK(WIDTH, FLAG = false, PART: op = relu) {
  input VALUE: [N, DIM, H, W]
  let LET = <WIDTH> // 2 + <FUNC>(1)
  <conv>(<LET>, kernel_size = 1) as SKIP
  for LOOP in <range>(3) {
    "layer{<LOOP>}": <conv>(<DIM> + <LOOP>, 1) -> <PART>
    if <FLAG> { <max_pool>(2) }
  }
  [<SKIP>, <VALUE>] -> <concat> -> <batch_norm> if not <FLAG>
  init { conv.weight: <kaiming_normal> }
}

model MODEL(UNIT: block = <BLOCK>) {
  input IMAGE: [N, 3, SIZE = 8, W = 8]
  module SHARED = <linear>(3)
  <UNIT>(4, <IMAGE>.channels == 3) :: [N, _, 1 * <SIZE>, W]
  <SHARED>
  output RESULT = _
}

model LAST = <MODEL>()
"""
PLACEHOLDER = re.compile(r"\b[A-Z]{3,}\b")
PLACEHOLDERS = tuple(dict.fromkeys(PLACEHOLDER.findall(TEMPLATE)))


def pieces(names: dict[str, str]) -> list[tuple[str, bool]]:
    """The template's text in pieces, with the names filled in, and whether each is a use."""
    text = PLACEHOLDER.sub(lambda found: names[found.group()], TEMPLATE)
    return [(piece, at % 2 == 1) for at, piece in enumerate(re.split(r"<(\w+)>", text))]


@st.composite
def files(draw: st.DrawFn) -> list[tuple[str, bool]]:
    chosen = draw(st.permutations(WORDS))
    return pieces(dict(zip(PLACEHOLDERS, chosen, strict=False)))


@st.composite
def near_misses(draw: st.DrawFn, name: str) -> str:
    """The name with two letters swapped, one doubled, or one left out; never the first."""
    at = draw(st.integers(1, len(name) - 2))
    kind = draw(st.sampled_from(["swap", "double", "drop"]))
    if kind == "swap" and name[at] != name[at + 1]:
        return name[:at] + name[at + 1] + name[at] + name[at + 2 :]
    if kind == "drop":
        return name[:at] + name[at + 1 :]
    return name[:at] + name[at] + name[at:]


@given(files())
def test_the_template_is_sound_under_any_names(parts: list[tuple[str, bool]]) -> None:
    found = problems("".join(text for text, _ in parts))
    assert [(d.problem.name, d.span.text) for d in found if d.is_error] == []


@given(files(), st.data())
def test_a_near_miss_is_told_of(parts: list[tuple[str, bool]], data: st.DataObject) -> None:
    uses = [at for at, (_, is_use) in enumerate(parts) if is_use]
    at = data.draw(st.sampled_from(uses))
    right = parts[at][0]
    wrong = data.draw(near_misses(right))
    start = sum(len(text) for text, _ in parts[:at])
    texts = [text for text, _ in parts]
    texts[at] = wrong
    errors = [found for found in problems("".join(texts)) if found.is_error]
    assert [(e.problem.name, e.span.start, e.span.text) for e in errors] == [
        ("unknown-initialiser" if right == "kaiming_normal" else "unknown-name", start, wrong)
    ]
    assert errors[0].problem.hint() == f"did you mean {right}?"


def hint_for(stage: str, before: str = "") -> str | None:
    text = f"{before}model m() {{\n  input x: [N, 8, H = 8, W = 8]\n  {stage}\n}}\n"
    (error,) = [found for found in problems(text) if found.is_error]
    assert error.problem.name == "unknown-name"
    return error.problem.hint()


def test_the_classes_of_torch_lead_to_the_ops_that_make_them() -> None:
    by_letters = {op.replace("_", ""): op for op in ops()}
    classes = {name: re.sub("[123]d$", "", name).lower() for name in dir(nn) if name[0].isupper()}
    right = {name: by_letters[plain] for name, plain in classes.items() if plain in by_letters}
    right |= {f"Dropout{axes}d": "channel_dropout" for axes in (1, 2, 3)}
    assert right.pop("Softmax2d")  # the op's default is not its dim
    assert "`softmax(1)`" in str(hint_for("Softmax2d"))
    assert len(right) > 50
    for name, op in right.items():
        assert hint_for(name) == f"did you mean {op}?"


def test_names_that_things_have_elsewhere() -> None:
    assert hint_for("Swish") == "did you mean silu?"
    assert hint_for("resize(scale_factor = 2)") == "did you mean interpolate?"
    assert hint_for("dropout2d(0.1)") == "did you mean channel_dropout?"
    assert hint_for("clip(0, 1)") == "did you mean clamp?"
    assert hint_for("ZeroPad2d(1)") == "did you mean pad?"
    assert hint_for("view(N, 8, -1)") == "did you mean reshape?"
    # What the file itself has of that name goes before.
    block = "block Swish() { multiply [_, sigmoid] }\n"
    assert hint_for("swish", block) == "did you mean Swish?"


ELSEWHERE = {
    "MultiHeadAttention": "did you mean multihead_attention?",
    "MultiHeadDotProductAttention": "did you mean multihead_attention?",
    "RMSNormalization": "did you mean rms_norm?",
    "UnitNormalization": "did you mean normalize?",
    "ThresholdedReLU": "did you mean threshold?",
    "CenterCrop": "did you mean slice?",
    "Resizing": "did you mean interpolate?",
    "LazyLinear": "did you mean linear?",
    "LazyConv2d": "did you mean conv?",
    "CrossMapLRN2d": "did you mean local_response_norm?",
    "UpsamplingNearest2d": "did you mean upsample?",
    "UpsamplingBilinear2d": "did you mean upsample?",
    "conv_general_dilated": "did you mean conv?",
    "dot_general": "did you mean einsum?",
    "dense_general": "did you mean linear?",
    "movedim": "did you mean permute?",
    "moveaxis": "did you mean permute?",
    "SELayer": "std.mobile: SqueezeExcite",
    "SEBlock": "std.mobile: SqueezeExcite",
    "SqueezeExcitation": "SqueezeExcite of std.mobile",
    "FPN": "std.detection: FeaturePyramid",
    "GQA": "std.transformers: GroupedAttention",
    "MBConv": "examples.efficientnet: MBConv",
    "FusedMBConv": "examples.efficientnet_v2_s: FusedMBConv",
    "ASPP": "examples.deeplabv3: ASPP",
    "C2f": "examples.yolov8n: C2f",
    "PatchEmbed": "conv(96, 4, stride = 4)",
    "cls_token": "param token",
    "LayerScale": "param gamma",
    "Mlp": "linear(256) -> gelu",
    "StdConv2d": "conv_by",
    "Average": "divide(2)",
    "addmm": "matmul [a, b]",
    "randn": "randn_like",
    "CrossEntropyLoss": "a loss is no part of a network",
    "RandomFlip": "before they flow in",
    "jnp": "nothing of Python",
    "scan": "repeat 3",
    "acos": "acos is not in archc yet",
    "sinc": "sinc is not in archc yet",
    "inverse": "inverse is not in archc yet",
    "logcumsumexp": "logcumsumexp is not in archc yet",
    "svd": "svd is not in archc yet",
    "LinearAttention": "LinearAttention is not in archc yet",
    "ConvLSTM2D": "ConvLSTM2D is not in archc yet",
    "masked_select": "masked_select is not in archc yet",
}
"""Names of Keras, torch, JAX and timm: what they are told for."""


@pytest.mark.parametrize("word", ELSEWHERE)
def test_what_others_have_is_told_as_it_is_said_here(word: str) -> None:
    assert ELSEWHERE[word] in (hint_for(word) or "")


@pytest.mark.parametrize("word", [word for word, told in ELSEWHERE.items() if ": " in told])
def test_what_is_to_be_imported_is_there(word: str) -> None:
    (line,) = re.findall("import [a-z_0-9.]+: [A-Za-z0-9]+", hint_for(word) or "")
    text = f"{line}\nmodel m() {{\n  input x: [N, 8, H = 8, W = 8]\n  relu\n}}\n"
    assert [found.problem.name for found in problems(text)] == ["unused-import"]


MEANT: dict[str, Callable[[Tensor], Tensor]] = {
    "log2": torch.log2,
    "log10": torch.log10,
    "exp2": torch.exp2,
    "erfc": torch.erfc,
    "rot90": lambda x: torch.rot90(x, 1, (2, 3)),
    "ravel": torch.ravel,
}


@pytest.mark.parametrize("word", MEANT)
def test_the_way_that_is_told_is_the_function(word: str) -> None:
    *_, stages = re.findall("`([^`]*)`", hint_for(word) or "")
    net = archc.loads(f"model m() {{\n  input x: [N = 2, 3, 4, 5]\n  {stages}\n}}\n")
    x = torch.rand(2, 3, 4, 5) + 0.5
    assert torch.allclose(net(x), MEANT[word](x))


def test_other_names_lead_to_ops_and_hide_none() -> None:
    assert set(OTHER_NAMES.values()) <= set(ops())
    assert all(synonym(other) == op for other, op in OTHER_NAMES.items())
    assert not any(synonym(op) for op in ops())


@pytest.mark.parametrize("word", ["nms", "LSTM", "RoIAlign", "fft", "bincount"])
def test_what_is_not_there_yet_is_told_so(word: str) -> None:
    known = {op.replace("_", "") for op in ops()}
    if word.lower() in known:  # it has come
        assert hint_for(word) == f"did you mean {word.lower()}?"
    else:
        told = f"{word} is not in archc yet; an op of your own can call torch's (docs/own-ops.md)"
        assert hint_for(word) == told


def test_a_name_of_the_file_goes_before_what_is_not_there_yet() -> None:
    block = "block Attention() { multiply [_, sigmoid] }\n"
    assert hint_for("attention", block) == "did you mean Attention?"


def test_a_rule_for_a_raw_parameter_says_so() -> None:
    head = "model m() {\n  input x: [N, 6]\n  param gain: [6] = ones\n  multiply [x, gain]\n"
    (error,) = problems(head + "  init { *.gain: zeros }\n}\n")
    assert error.problem.hint() == "a rule for a param says so: param.gain"
    assert error.fix is not None
    assert [(edit.span.text, edit.text) for edit in error.fix.edits] == [("*.gain", "param.gain")]
    assert not list(problems(head + "  init { param.gain: zeros }\n}\n"))
