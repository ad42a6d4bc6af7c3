"""What messages are to do for people, each in a test: a list of what was found weak in trials.

The answers wanted were written down before: which problems, which words, what the fix makes of it.
What the command promises is in ``tests/cli/test_promises_of_check.py``, words for sets of sizes in
``tests/sizes/test_words.py``, and ``test_habits.py`` has more of what people write.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from mistakes import answer

import archc
from archir.base.source import Source

HEAD = "model m() {\n  input x: [N, 3, H = 32, W = 32]\n"
LOOP = "for w in [3, 3] { conv(w, 1) as ys }"
TIMES = 9


def model(*lines: str) -> str:
    return HEAD + "".join(f"  {line}\n" for line in lines) + "}\n"


def said(text: str) -> list[str]:
    result = archc.check(Source("net.arch", text))
    return [each.problem.name for each in (*result.errors, *result.warnings)]


LINES = {
    "the model of the other is checked too": (
        "model a() {\n  input x: [N, 3, H = 8, W = 8]\n  rellu\n}\n"
        "model b() {\n  input x: [N, 3, H = 8, W = 8]\n  conv(8, 99)\n}\n",
        ["unknown-name", "kernel-does-not-fit"],
        "did you mean relu?",
    ),
    "an unclosed bracket hides nothing": (
        model("conv(8, 3", "relu -> conv(8, 99)"),
        ["unclosed-bracket", "kernel-does-not-fit"],
        "add the missing `)`",
    ),
    "a rule is one mistake": (
        model(
            f'for i in 1..{TIMES} {{ "c{{i}}": conv(8, 3, padding = 1) -> "n{{i}}": batch_norm }}',
            "init { *.weight: kaiming_normal }",
        ),
        ["initialiser-does-not-fit"],
        f"this is the first of {TIMES} such errors at this place",
    ),
    "torch's order, kernel 3": (
        model("conv(8, 3, 3)"),
        ["torch-order"],
        "not written: `conv(8, 3)`",
    ),
    "torch's order, kernel 128": (
        model("conv(64, 128, 3)"),
        ["kernel-does-not-fit"],
        "incoming channels are read off the shape, and are not written: `conv(128, 3)`",
    ),
    "torch's order, linear": (
        model("flatten", "linear(64, 10)"),
        ["wrong-argument-type"],
        "in_features is read off the shape that comes in, and is not written",
    ),
    "a stage called": (
        model("let y = conv(3, 1)(x)"),
        ["stage-called-on-value"],
        "values flow in: `x -> conv(3, 1)`",
    ),
    "a module of a loop": (
        model("repeat 1 { module unit = conv(3, 1)", "unit }", "unit"),
        ["modules-as-stage"],
        "unit is a list of modules here: a loop makes one in each turn",
    ),
    "a list that is merged": (model(LOOP, "add ys"), ["missing-arrow"], "`ys -> add`"),
    "an item of a list": (
        model(LOOP, "concat [x, ys[-1]]"),
        [],
        "nothing",
    ),
    "a sum of values": (model("x + x"), ["arithmetic-on-values"], "`add [x, x]`"),
    "an item in a list": (model("let a = 1", "relu if a == 2 or a in [1, 3]"), [], "nothing"),
    "an output padding": (
        model("conv_transpose(4, 3, stride = [2, 1], output_padding = [1, 1])"),
        ["output-padding-too-large"],
        "along the width: write [1, 0]",
    ),
    "a size to resize to": (
        model("upsample(size = [H, W])"),
        ["argument-depends-on-size"],
        "interpolate",
    ),
    "sizes of what was shuffled and sliced": (
        model("slice(2, 1, 30) -> slice(2, 2, 25) -> roll(3, 2) -> slice(2, 0, 20)", "add [_, x]"),
        ["shapes-differ"],
        "has 20 (min(H - 3, 20)) where",
    ),
    "a block of the library": (
        model("SqueezeExcite(4)"),
        ["unknown-name"],
        "import std.mobile: SqueezeExcite",
    ),
    "a tuple": (model("conv(8, (3, 3))"), ["tuple-for-list"], "`[3, 3]`"),
    "the first of a list": (
        model(LOOP, "concat [_, ys[0]]"),
        [],
        "nothing",
    ),
    "four paddings": (
        model("conv(8, 3, padding = [0, 1, 0, 1])"),
        ["argument-out-of-bounds"],
        "pad([left, right, top, bottom]) -> …",
    ),
    "a class of torch": (model("nn.ReLU()"), ["dotted-stage"], "write `relu`"),
    "a dtype behind": (
        "model m() {\n  input x: [N, T = 4]: int64\n  embedding(10, 3)\n}\n",
        ["dtype-behind-shape"],
        "stands before its shape: `int[…]`",
    ),
    "the same padding, strided": (
        model('conv(8, 3, stride = 2, padding = "same")'),
        ["strided-same-padding"],
        "TensorFlow's SAME, right for every size",
    ),
    "an op in a model of its name": (
        "model nms() {\n  input x: [N, 3, H = 8, W = 8]\n  nms(8)\n}\n",
        ["needs-itself"],
        "there is no op of that name: nms is not in archc yet",
    ),
    "a residual that needs a projection": (
        model("residual { conv(8, 3, stride = 2, padding = 1) }"),
        ["shapes-differ"],
        "project what comes in: `shortcut { conv(8, 1, stride = 2) }`",
    ),
    "a pool over all places": (
        model("avg_pool -> flatten -> linear(10)"),
        ["missing-argument"],
        "for example avg_pool(2); over the whole extent it is global_avg_pool",
    ),
    "a call without its arguments": (
        model("conv -> relu"),
        ["missing-argument"],
        "conv needs out_channels and kernel_size",
    ),
    "a shape that is asserted": (
        model("relu", "assert x.shape == (N, 3, 32, W)"),
        ["tuple-for-list", "unexpected-token"],
        "`… :: [N, 3, 32, W]`",
    ),
    "a range by upto": (model("for i in 1 upto 3 { relu }"), ["foreign-word"], "`1..n`"),
}
"""Texts, all that is said of them, and words of it."""


@pytest.mark.parametrize("title", LINES)
def test_what_is_said(title: str) -> None:
    text, problems, words = LINES[title]
    assert said(text) == problems
    assert words in answer(text)


FIXES = {
    "rellu": "relu",
    "conv(8, (3, 3))": "conv(8, [3, 3])",
    "x + x": "add [x, x]",
    "residual { conv(8, 3, stride = 2, padding = 1) }": (
        "residual { conv(8, 3, stride = 2, padding = 1) } shortcut { conv(8, 1, stride = 2) }"
    ),
    "conv_transpose(4, 3, stride = [2, 1], output_padding = [1, 1])": (
        "conv_transpose(4, 3, stride = [2, 1], output_padding = [1, 0])"
    ),
    "conv(64, 128, 3)": "conv(128, 3)",
    "conv(8, 3, 3)": "conv(8, 3)",
    "flatten -> linear(64, 10)": "flatten -> linear(10)",
    "for i in 1 upto 3 { relu }": "for i in 1..3 { relu }",
    "let y = conv(3, 1)(x)\n  y -> relu": "x -> conv(3, 1) as y\n  y -> relu",
    f"{LOOP}\n  add ys": f"{LOOP}\n  ys -> add",
}


@pytest.mark.parametrize("bad", FIXES)
def test_what_the_fix_makes_of_it(bad: str) -> None:
    assert f"```arch\n{model(FIXES[bad])}```" in answer(model(bad))
    assert said(model(FIXES[bad])) == []


def test_a_block_of_the_library_is_imported() -> None:
    fixed = "import std.mobile: SqueezeExcite\n\n" + model("SqueezeExcite(4)")
    assert f"```arch\n{fixed}```" in answer(model("SqueezeExcite(4)"))
    assert said(fixed) == []


@pytest.mark.parametrize("word", ["attention", "nms", "expand_dims", "std_pool"])
def test_no_name_is_suggested_that_merely_shares_letters(word: str) -> None:
    """It may be known by another name, or be said not to be there."""
    assert not {"did you mean flatten?", "did you mean exp?", "did you mean std?"} & set(
        answer(model(word)).replace("  = help: ", "").splitlines()
    )


def test_a_value_that_flows_in_twice_is_shown_once() -> None:
    assert answer(model("matmul [x, x, x]")).count("x is [N, 3, H, W]") == 1


def test_no_shipped_example_warns_of_itself() -> None:
    for path in sorted((Path(__file__).parents[2] / "examples").glob("*.arch")):
        assert not archc.check(path).warnings, path.name
