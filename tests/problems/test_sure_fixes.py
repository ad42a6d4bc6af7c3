"""What ``--fix`` applies turns no meaning into another: where two are possible, a person looks."""

from __future__ import annotations

import pytest

import archc
from archc.request.fixing import fixed
from archir.base.diagnostics import Diagnostics
from archir.base.source import Source

BODY = "model m() {{\n  input x: [N, 64, H = 16, W = 32]\n  {}\n}}\n"


def safely(text: str) -> str:
    """A file with all that ``archc check --fix`` does to it, round by round."""

    def check(source: Source, *_: object) -> Diagnostics:
        found = Diagnostics()
        found.extend(archc.check(source).diagnostics)
        return found

    (one,) = fixed([(Source("m.arch", text), None)], check, unsafe=False).texts
    return one.now


def named(text: str) -> list[str]:
    return [each.problem.name for each in archc.check(Source("m.arch", text)).diagnostics]


def model(*lines: str, head: str = "model m()") -> str:
    return "\n  ".join([f"{head} {{", *lines]) + "\n}\n"


X = "input x: [N, 4]"
KEYWORDS_AS_NAMES = {
    "an input": model("input dense: [N, 13]", "dense -> linear(3)"),
    "a later input": model(f"{X},\n    dense: [N, 13]", "dense -> linear(3)"),
    "an input of integers": model("input if: int[N, L = 4]", "if -> embedding(9, 2)"),
    "an input of a block": model("input residual: [N, D]", "residual -> relu", head="block B()")
    + model(X, "B"),
    "a param": model(X, "param dense: [4] = zeros", "dense -> add [x, _]"),
    "a buffer": model(X, "buffer dense: int[4] = zeros", "add [x, dense]"),
    "a module": model(X, "module dense = relu", "x -> dense"),
    "a value": model(X, "relu as dense", "dense -> linear(3)"),
    "one of two values": model(X, "chunk(2, 1) as a, dense", "dense -> add [_, a]"),
    "a let": model(X, "let dense = linear(3)", "dense -> relu"),
    "a loop's": model(X, "for dense in [relu] { dense -> linear(3) }"),
    "an output": model(X, "output dense = x"),
    "a parameter": model(X, "dense -> linear(3)", head="model m(dense: op = relu)"),
    "a later parameter": model("dense -> linear(n)", head="block B(n, dense: op = relu)")
    + model(X, "B(4)"),
    "a function's": "fn twice(dense: int) = 2 * dense\n" + model(X, "linear(twice(2))"),
}


@pytest.mark.parametrize("text", KEYWORDS_AS_NAMES.values(), ids=KEYWORDS_AS_NAMES)
def test_a_keyword_as_a_name_is_one_mistake_and_left_to_a_person(text: str) -> None:
    assert named(text) == ["keyword-as-name"]
    assert safely(text) == text


def test_a_block_called_like_a_keyword_is_none_of_its_bodies() -> None:
    text = "model m() {\n  input x: [N, 3]\n  dense linear(2)\n}\nblock dense() { relu }\n"
    assert "keyword-as-name" in named(text)
    assert safely(text) == text


def test_keywords_stay_labels() -> None:
    text = BODY.format(
        "input: { relu }\n  param: conv(8, 1)\n  concat [_, dense: conv(4, 1), repeat: conv(4, 1)]"
    )
    assert named(text) == []


def test_a_body_without_braces_is_safe_where_no_value_can_be_meant() -> None:
    text = BODY.format("residual conv(64, 1)")
    assert safely(text) == BODY.format("residual { conv(64, 1) }")
    arrow = BODY.format("residual -> conv(64, 1)")
    assert safely(arrow) == arrow


NOT_SURE = {
    # torch's classes begin with what is read off the shape here
    "Conv2d(64, 128, 3)": "conv(128, 3)",
    "nn.Conv2d(64, 128, 3)": "conv(128, 3)",
    "nn.Linear(32, 10)": "linear(10)",
    "x -> mean(2) -> nn.LSTM(32, 20)": "lstm(20)",
    "BatchNorm2d(1)": "batch_norm",
    # other classes, which an op has an argument for or does not do
    "nn.ReflectionPad2d(3)": 'pad(3, "reflect")',
    "nn.UpsamplingBilinear2d(scale_factor = 2)": 'upsample(scale_factor = 2, mode = "bilinear")',
    "nn.Softmax2d()": "softmax(1)",
    "LayerNorm2d": "a norm over the channels",
    "torch.narrow(x, 1, 0, 4)": "slice(1, 0, 4) only where it begins at 0",
    # other defaults
    "layers.LeakyReLU()": "leaky_relu(0.3)",
    "layers.BatchNormalization()": "batch_norm(1e-3)",
    "np.split(x, 2)": "chunk(2)",
    # a number that is no second value
    "max [_, 3]": "clamp_min(3)",
    "for i in 3 { conv(i + 1, 1) }": "1..3 counts from 1",
    "repeat 5 / 2 { relu }": "3 turns",
    "upsample(2, recompute_scale_factor = true)": "upsample(scale_factor = 2)",
    "layer_norm(64)": "a norm over 64 channels, of which there are 32 features",
    "x + x * 2": "add [x, multiply(2)]",
    # keys
    "norm: { *batch_norm }": "norm: batch_norm",
    "sum: add [_, x]\n  conv(8, 3)": "a scope with a label names its children",
}


@pytest.mark.parametrize("text", NOT_SURE)
def test_what_has_two_readings_is_left_to_a_person(text: str) -> None:
    assert named(BODY.format(text))
    assert safely(BODY.format(text)) == BODY.format(text)


SURE = {
    "nn.ReLU()": "relu",
    "nn.MaxPool2d(2, 2)": "max_pool(2, 2)",
    "nn.Conv2d(64, 3)": "conv(64, 3)",
    "nn.Dropout2d(0.5)": "channel_dropout(0.5)",
    "BatchNorm2d": "batch_norm",
    "F.max_pool2d(x, 2)": "x -> max_pool(2)",
    "multiply [_, 3]": "multiply(3)",
    "repeat 4 / 2 { relu }": "repeat 4 // 2 { relu }",
    "mean([2, 3]) -> layer_norm(64)": "mean([2, 3]) -> layer_norm",
    "sum: add [_, x]\n  a: conv(8, 3)": "add [_, x]\n  a: conv(8, 3)",
    "x + x": "add [x, x]",
    "*relu": "relu",
}


@pytest.mark.parametrize(("text", "good"), SURE.items())
def test_what_has_one_reading_is_put_right(text: str, good: str) -> None:
    assert safely(BODY.format(text)) == BODY.format(good)
