"""What people write who know YAML, Keras or torch better: what is said, and what a fix makes.

A guess that is wrong is worse than none, so some fixes are wanted not to be there.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
import torch
from mistakes import answer
from torch import Tensor

import archc
from archir.base.elsewhere import form_elsewhere
from archir.base.source import Source

HEAD = "model m() {\n  input x: [N, 3, H = 32, W = 32]\n"


def model(*lines: str) -> str:
    return HEAD + "".join(f"  {line}\n" for line in "\n".join(lines).splitlines()) + "}\n"


def said(text: str) -> list[str]:
    return [each.problem.name for each in archc.check(Source("net.arch", text)).errors]


RESNET = "import examples.resnet50: resnet50\n"
ROWS = "backbone:\n  - type: conv\n    filters: 64\n  - type: relu\nhead:\n  linear: 10"

HABITS: dict[str, tuple[str, list[str], str, str | None]] = {
    "a part of a model by an argument": (
        RESNET + model('resnet50(upto = "layer4")'),
        ["unknown-argument"],
        "`resnet50 upto [layer4]`",
        RESNET + model("resnet50 upto [layer4]"),
    ),
    "several parts, beside another argument": (
        RESNET + model('resnet50(upto = ["layer3", "layer4"], groups = 1) as a, b', "output a, b"),
        ["unknown-argument"],
        "upto",
        RESNET + model("resnet50(groups = 1) upto [layer3, layer4] as a, b", "output a, b"),
    ),
    "published weights": (
        RESNET + model("resnet50(pretrained = true)"),
        ["unknown-argument"],
        "archc.load(…, weights = …)",
        None,
    ),
    "a float among extents": (
        model("reshape(-1, 3, 32 * 32 / 4)"),
        ["float-for-count"],
        "item [2] is the float 256.0",
        model("reshape(-1, 3, 32 * 32 // 4)"),
    ),
    "a float among sizes of a window": (
        model("conv(8, [3, 6 / 2])"),
        ["float-for-count"],
        "item [1] is the float 3.0",
        model("conv(8, [3, 6 // 2])"),
    ),
    "half a size": (
        model("reshape(N, 3, H / 2, 2, W)"),
        ["depends-on-size"],
        "in whole numbers",
        model("reshape(N, 3, H // 2, 2, W)"),
    ),
    "rows of YAML": (
        model(ROWS, "conv(8, 99)"),
        ["foreign-form"],
        "these lines are YAML",
        None,
    ),
    "one key of YAML": (model("conv: 64"), ["unexpected-token"], "`conv(64)`", None),
    "a loop by another word": (
        model("loop 2 { conv(8, 3) }"),
        ["foreign-form"],
        "write `repeat 2 { … }`",
        model("repeat 2 { conv(8, 3) }"),
    ),
    "a loop for each": (
        model("foreach w in [8, 16] { conv(w, 3) }"),
        ["foreign-form"],
        "write `for w in … { … }`",
        model("for w in [8, 16] { conv(w, 3) }"),
    ),
    "a loop over a number": (
        model("for 2 { conv(8, 3) }"),
        ["foreign-form"],
        "write `repeat 2 { … }`",
        model("repeat 2 { conv(8, 3) }"),
    ),
    "an input by a label": (
        "model m {\n  input: x [N, 3, 32, 32]\n  conv(8, 3)\n}\n",
        ["foreign-form"],
        "write `input x: [N, 3, 32, 32]`",
        "model m {\n  input x: [N, 3, 32, 32]\n  conv(8, 3)\n}\n",
    ),
    "rules between commas": (
        model("conv(8, 3)", "init { conv.weight: kaiming_normal, conv.bias: zeros }"),
        ["foreign-form"],
        "start a new line there",
        model("conv(8, 3)", "init { conv.weight: kaiming_normal", "conv.bias: zeros }"),
    ),
    "the other way of a residual": (
        model("residual { conv(3, 1) } else { conv(3, 1) }"),
        ["foreign-form"],
        "write `shortcut { … }`",
        model("residual { conv(3, 1) } shortcut { conv(3, 1) }"),
    ),
    "names as torch's LSTM gives them": (
        model("flatten(2) -> lstm(8) as y, (h, c)", "add [y, y]", "concat [h, c]"),
        ["foreign-form"],
        "write `as y, h, c`",
        model("flatten(2) -> lstm(8) as y, h, c", "add [y, y]", "concat [h, c]"),
    ),
    "an argument behind": (
        model("concat [x, x] dim 1"),
        ["missing-arrow"],
        "concat(dim = 1)",
        None,
    ),
    "a module by a text": (
        model('for i in 0..1 { module "b{i}" = conv(3, 1) }'),
        ["unexpected-token"],
        'module unit = "unit{i}": …',
        None,
    ),
    "a name that is counted already": (
        model("b1: relu", "for i in 0..1 {", "module b = conv(3, 1)", "b", "}"),
        ["label-used-twice"],
        'module b = "b_{i}": …',
        None,
    ),
    "a text of Python": (
        model('stage = f"layer{1}"', "conv(8, 3)"),
        ["assignment-statement"],
        'let stage = "layer{1}"',
        None,
    ),
    "names that are bound again and again": (
        model("x = conv(3, 1)(x)", "y = relu(x)", "z = tanh(x)"),
        ["assignment-statement"] * 3,
        "begin with that: `x2 -> … as z`",
        None,
    ),
    "the last name of a chain": (
        model("x = conv(3, 1)(x)", "y = relu(x)", "output y"),
        ["assignment-statement"] * 2,
        "write `relu as y`",
        model("conv(3, 1)", "relu as y", "output y"),
    ),
    "where beside a number": (
        model("greater(0) as mask", "where(mask, x, 0)"),
        ["value-as-argument"],
        "`masked_fill(0) [value, mask]`",
        None,
    ),
    "where of a comparison": (
        model("where(x > 0, x, 0)"),
        ["value-as-argument"],
        "`masked_fill(0) [value, mask]`",
        None,
    ),
    "a number among what where takes": (
        model("where [greater(0), x, 0]"),
        ["number-as-branch"],
        "`masked_fill(0) [value, mask]`",
        None,
    ),
    "a number beside what is joined": (
        model("concat [x, 2]"),
        ["number-as-branch"],
        "`_ -> multiply(0) -> add(2)`",
        None,
    ),
    "a mode by its place": (
        model('upsample(scale_factor = 2) -> interpolate(64, "bicubic")'),
        ["wrong-argument-type"],
        'mode = "bicubic"',
        model('upsample(scale_factor = 2) -> interpolate(64, mode = "bicubic")'),
    ),
    "a mode as a layer": (
        model("Bilinear(scale_factor = 2)"),
        ["unknown-name"],
        'interpolate(scale_factor = 2, mode = "bilinear")',
        None,
    ),
    "a layer that is no linear": (
        model("nn.Bilinear(20, 30, 40)"),
        ["dotted-stage"],
        "einsum",
        None,
    ),
    "a function that there is not": (
        model("torch.atan2(x, x)"),
        ["dotted-stage"],
        "an op of your own can call torch's",
        None,
    ),
    "a pool over all of an axis": (
        model("avg_pool(x.shape[2:])"),
        ["argument-depends-on-size"],
        "`global_avg_pool`",
        None,
    ),
    "an activation by a text": (model('act("relu")'), ["unknown-name"], "`relu`", None),
    "a module of Python": (
        model("x = self.layer1(x)"),
        ["assignment-statement"],
        "`layer1: conv(64, 3)`",
        None,
    ),
    "a part of what flows": (
        model("x = conv(8, 3)(x)", "x = x[:, :4]"),
        ["assignment-statement"] * 2,
        "a part of it is `slice(dim, a, b)`",
        None,
    ),
    "sizes by their names": (
        model("h, w = x.shape[2:]", "reshape(N, 3, h * w)"),
        ["foreign-form"],
        "write `let h, w = x.shape[2:]`",
        model("let h, w = x.shape[2:]", "reshape(N, 3, h * w)"),
    ),
    "a choice with a name": (
        model("norm = batch_norm if true else layer_norm", "norm"),
        ["assignment-statement"],
        "write `let norm = batch_norm if true else layer_norm`",
        model("let norm = batch_norm if true else layer_norm", "norm"),
    ),
    "rows of YAML with names first": (
        model("- [conv, 64, 3, 1]", "- [relu]"),
        ["foreign-form"],
        "these lines are YAML",
        None,
    ),
    "arguments behind commas": (
        model("conv1: conv, 64, 3"),
        ["unexpected-token"],
        "`conv(64, 3)`",
        None,
    ),
    "a context of torch": (
        model("with torch.no_grad() { conv(8, 3) }"),
        ["unexpected-token"],
        "how it is run is told to torch",
        None,
    ),
    "a method": (
        model("def forward(self, x):", "  conv(8, 3)", "  return x"),
        ["foreign-word", "foreign-word"],
        "leave this line and its `return` out",
        None,
    ),
    "a list of values and a dim": (
        model("cat([x, x], 1)"),
        ["unknown-name", "value-as-argument"],
        "values flow in",
        model("concat(1) [x, x]"),
    ),
    "a keyword that is called": (
        model("x = x + residual(x)"),
        ["assignment-statement"],
        "name the value of a stage",
        None,
    ),
    "outputs in braces": (
        model("outputs { logits: x }"),
        ["missing-arrow"],
        "`output name = value`",
        None,
    ),
    "an output by a label": (
        model("output: x"),
        ["label-on-value"],
        "without a colon: `output x`",
        None,
    ),
    "so many times as an argument": (
        model("upsample(2x)"),
        ["malformed-number"],
        "an argument is `2` alone",
        None,
    ),
    "features by other words": (
        model("flatten -> linear(dim = 8)"),
        ["unknown-argument"],
        "did you mean out_features?",
        model("flatten -> linear(out_features = 8)"),
    ),
    "a raw parameter as torch makes it": (
        model("param w = ones(3, 1, 1)"),
        ["unexpected-token"],
        "`param w: [3, 1, 1] = ones`",
        None,
    ),
    "initial weights by a keyword": (
        model("conv(8, 3) with init = kaiming"),
        ["unexpected-token"],
        "`with weight = kaiming_normal`",
        None,
    ),
    "an initialiser with its arguments": (
        model("conv(8, 3, init = normal(0.02))"),
        ["unknown-argument"],
        "with weight = normal(0.02)",
        None,
    ),
}
"""Texts, the errors that are wanted, words of what is said, and the text with the fixes, if any."""


@pytest.mark.parametrize("title", HABITS)
def test_what_is_said_of_a_habit_and_what_its_fix_makes(title: str) -> None:
    text, problems, words, right = HABITS[title]
    assert said(text) == problems
    found = answer(text)
    assert words in found
    if right is not None:
        assert f"```arch\n{right}```" in found
        assert said(right) == []


def test_no_fix_merges_nothing_or_calls_a_value_again() -> None:
    for stage in ("where(x > 0, x, 0)", "where(x, 0, 1)", "relu(x, x)", "nn.Bilinear(8, 8, 8)"):
        assert "Fixed:" not in answer(model(stage)), stage
    assert "self.layer1(x) as x" not in answer(model("x = self.layer1(x)"))
    assert "residual { residual }" not in answer(model("x = x + residual(x)"))
    rebound = model("x = conv(3, 1)(x)", "y = relu(x)", "z = tanh(x)")
    assert "Fixed:" not in answer(rebound)  # the second x would be the input


def test_settings_within_a_layer_of_a_prototxt_are_no_yaml() -> None:
    text = model("layer {", 'name: "conv1"', 'type: "Convolution"', "}")
    assert "YAML" not in answer(text)


def matrices(function: Callable[[Tensor], Tensor]) -> Callable[[Tensor, Tensor], Tensor]:
    return lambda a, _: function(a)


WAYS: dict[str, tuple[str, Callable[[Tensor, Tensor], Tensor]]] = {
    "sinh": ("a: [N, 4, 4]", matrices(torch.sinh)),
    "cosh": ("a: [N, 4, 4]", matrices(torch.cosh)),
    "remainder": ("a: [N, 4, 4]", matrices(lambda a: torch.remainder(a, 2))),
    "trace": ("a: [N, 4, 4]", matrices(lambda a: torch.stack([torch.trace(one) for one in a]))),
    "hypot": ("a: [N, 4], b: [N, 4]", torch.hypot),
    "lerp": ("a: [N, 4], b: [N, 4]", lambda a, b: torch.lerp(a, b, 0.5)),
    "outer": ("a: [N, 4], b: [N, 5]", lambda a, b: a[:, :, None] * b[:, None]),
    "dot": ("a: [N, 4], b: [N, 4]", torch.linalg.vecdot),
    "mv": ("a: [N, 4, 5], b: [N, 5]", lambda a, b: (a @ b[..., None])[..., 0]),
}
"""Functions that are no ops, what flows into them, and what torch makes of it."""


@pytest.mark.parametrize("word", WAYS)
def test_the_way_by_ops_is_torchs_function(word: str) -> None:
    inputs, wanted = WAYS[word]
    stage = re.search(r"`(.+?)`", form_elsewhere(word) or "")
    assert stage is not None
    text = f"model m() {{\n  input {inputs}\n  {stage[1]}\n}}\n"
    torch.manual_seed(0)
    shapes = [tuple(map(int, re.findall(r"\d", each))) for each in inputs.split("N")[1:]]
    given = [torch.randn(3, *shape) for shape in shapes]
    found = archc.loads(text)(*given)
    torch.testing.assert_close(found, wanted(given[0], given[-1]))


def test_a_bilinear_layer_is_an_einsum_with_a_weight() -> None:
    equation = re.search(r"einsum\(\"(.+?)\"\)", form_elsewhere("Bilinear") or "")
    assert equation is not None
    layer = torch.nn.Bilinear(4, 5, 6, bias=False)
    a, b = torch.randn(3, 4), torch.randn(3, 5)
    torch.testing.assert_close(torch.einsum(equation[1], a, layer.weight, b), layer(a, b))
    text = f"""model m() {{
  input a: [N, 4], b: [N, 5]
  param weight: [6, 4, 5] = normal
  einsum("{equation[1]}") [a, weight, b]
}}
"""
    net = archc.loads(text, weights={"weight": layer.weight.detach()})
    torch.testing.assert_close(net(a, b), layer(a, b))


def test_a_label_of_digits_beside_one_that_is_used_twice() -> None:
    """What is proposed is free beside it, and found: no stem makes digits alone another label."""
    text = model('"1": sigmoid', 'for i in 1..3 { "a": relu }')
    assert said(text) == ["label-used-twice"]
    (error,) = archc.check(Source("net.arch", text)).errors
    assert error.hint == 'labels in a loop can count: "a{i}": …'
