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
    "a rule for what stands in a loop": (
        model(
            "conv(8, 3) -> conv(8, 3)",
            "repeat 20 { conv(8, 3, padding = 1) -> batch_norm }",
            "init { *.weight: kaiming_normal }",
        ),
        ["initialiser-does-not-fit"],
        "this is the first of 20 such errors at this place",
    ),
    "a rule for blocks in loops": (
        "block Unit() { repeat 3 { batch_norm } }\n"
        + model("repeat 4 { Unit }", "init { *.weight: kaiming_normal }"),
        ["initialiser-does-not-fit"],
        "this is the first of 12 such errors at this place",
    ),
    "a constant of another language": (
        "const WIDTHS = [8, 16]\n" + model("for w in WIDTHS { conv(w, 3) }"),
        ["foreign-word"],
        "write `let name = …`",
    ),
    "a shape for an output": (
        model("conv(8, 3)", "output: [N, 8, 30, 30]"),
        ["list-as-branches"],
        "`… :: [N, 8, 30, 30]`",
    ),
    "rows of YOLO's YAML": (
        model("[-1, 1, Conv, [64, 3, 2]]", "[[-1, 6], 1, Concat, [1]]"),
        ["list-as-branches", "list-as-branches"],
        "is a stage here: `Conv(64, 3, 2)`",
    ),
    "a default behind a colon": (
        "model m(nc: 80) {\n  input x: [N, 4]\n  linear(nc)\n}\n",
        ["foreign-form"],
        "write `nc = 80`",
    ),
    "arguments behind colons": (
        model("conv(out_channels: 8, kernel_size: 3)"),
        ["foreign-form", "foreign-form"],
        "write `out_channels = 8`",
    ),
    "a path as a label": (
        model('for i in 0..2 { "blocks.{i}": conv(8, 3) }'),
        ["bad-label"],
        '`blocks: { for i in 0..2 { "{i}": … } }`; a plain name is "blocks_{i}"',
    ),
    "a list that is to grow": (
        model("let skips = []", "for w in [8, 16] {", "conv(w, 3)", "skips.append(_)", "}"),
        ["dotted-stage"],
        "leave `let skips = []` out",
    ),
    "the same padding of a pool of 2": (
        model('max_pool(2, stride = 2, padding = "same")'),
        ["wrong-argument-type"],
        "write `ceil_mode = true`",
    ),
    "the same padding of a pool of 3": (
        model('max_pool(3, stride = 2, padding = "same")'),
        ["wrong-argument-type"],
        "write `padding = 1`",
    ),
    "labels without brackets": (
        "import examples.resnet50: resnet50\n" + model("resnet50 upto layer4"),
        ["foreign-form"],
        "write `upto [layer4]`",
    ),
    "what contradicts at one place": (
        model("conv(8, 3) as a", "max_pool(2) -> conv(16, 3) -> upsample(2)", "concat [a, _]"),
        ["shapes-differ"],
        "no size mends it: another place asks for H // 2 - 1 >= 3",
    ),
    "a function of torch on what flows": (
        model("conv(8, 3)", "F.relu(h)"),
        ["dotted-stage"],
        "write `relu`",
    ),
    "a function of torch on several": (
        model("relu as y", "torch.cat((x, y), 1)", "torch.add(x, y)"),
        ["dotted-stage", "dotted-stage"],
        "write `concat(1) [x, y]`",
    ),
    "channels last, in numbers": (
        "model m() {\n  input x: [N, 28, 28, 3]\n  conv(8, 3)\n}\n",
        ["channels-last"],
        "declare [N, 3, 28, 28], or permute(0, 3, 1, 2)",
    ),
    "one channel last": (
        "model m() {\n  input x: [N, 28, 28, 1]\n  conv(8, 3)\n}\n",
        ["kernel-does-not-fit"],
        "declare [N, 1, 28, 28], or permute(0, 3, 1, 2)",
    ),
    "a spread where the mean stands": (
        model("conv(8, 3)", "init { conv.weight: trunc_normal(0.02) }"),
        ["mean-for-std"],
        "`trunc_normal(std = 0.02)`",
    ),
    "a turn of a loop by its label": (
        model('for i in 1..3 { "b{i}": conv(3, 3) }', "add [b1, _]"),
        ["unknown-name"],
        '"b{i}" labels a module in each turn of a loop; what it gives is named there, `… as b`',
    ),
    "half of a number": (
        model("param t: [x.channels, 64 / 2, 1] = ones", "multiply [_, t]"),
        ["bad-size"],
        "`/` gives a float: write `64 // 2`",
    ),
    "what flows into a block without inputs": (
        "block B() { add [_, x] }\n" + model("B"),
        ["unknown-name"],
        "`input x: [N, C, H, W]`",
    ),
    "quotes hide nothing of their line": (
        model("conv2d(8, 3, mode = 'same')"),
        ["unknown-name", "unknown-argument", "single-quotes"],
        "did you mean conv?",
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
    "a residual that loses its border": (
        model("residual { conv(3, 3) -> relu }"),
        ["shapes-differ"],
        "add `padding = 1` to conv, so that the size stays",
    ),
    "a residual of windows of several sizes": (
        model("residual { depthwise(7) -> a: conv(3, [1, 3], bias = false) }"),
        ["shapes-differ"],
        "add `padding = 3` to depthwise and `padding = [0, 1]` to conv, so that the size stays",
    ),
    "arguments between angles": (
        model("conv<8, 3> -> relu"),
        ["unexpected-token"],
        "arguments stand in parentheses: `conv(8, 3)`",
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
    "F.relu(x)": "x -> relu",
    "torch.cat([x, x], dim = 1)": "concat(dim = 1) [x, x]",
    "F.dropout(h, 0.5)": "dropout(0.5)",
    "upsample(size = [H, W])": "interpolate(size = [H, W])",
    'max_pool(2, padding = "same")': "max_pool(2, ceil_mode = true)",
    "conv(out_channels: 8, kernel_size: 3)": "conv(out_channels = 8, kernel_size = 3)",
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


@pytest.mark.parametrize("word", ["name", "model_name", "variant"])
def test_a_model_is_chosen_by_place(word: str) -> None:
    with pytest.raises(archc.ArchError) as refused:
        archc.loads(model("relu"), settings={word: "m"})
    assert "a model of the file is named by the second argument" in str(refused.value)
