"""A fix makes of the bad file the good one, and nothing of it depends on how the text is laid out.

What is expected comes from the problems' own good files, or stands here where a good file shows
another way to put it right.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from all_problems import SHOWN
from test_problems import check

import archc
from archir.base.diagnostics import Diagnostic, Problem
from archir.base.fixes import Edit, Fix, apply, compatible
from archir.base.source import Source, Span

OTHERWISE = {
    "wrong-list-length": ("[3, 3, 3]", "3"),
    "value-not-for-mode": (", value = 0.5", ""),
    "align-corners-not-for-mode": (", align_corners = true", ""),
    "recompute-with-size": (", recompute_scale_factor = true", ""),
    "channels-not-divisible": ("groups = 3", "groups = 2"),
    "heads-do-not-divide": ("attention(6)", "attention(4)"),
    "unmatched-closer": ("}\n}\n", "}\n\n"),
    "label-on-value": ("again: y", "y"),
    "size-without-default": ("3, H,", "3, H = 224,"),
    "cannot-splice": ("*relu", "relu"),
    "misplaced-ascription": (" -> relu", "\n  relu"),
    "stage-in-output": ("output b = a -> relu", "a -> relu as b\n  output b"),
    "empty-domain": ("8..4", "4..8"),
    "unused-name": (" as y", ""),
    "unused-import": ("import std.blocks: ConvNormAct\n", ""),
    "unknown-library": ("std.block:", "std.blocks:"),
}
"""What the fix does to the bad file, where the good one is put right in another way."""


def first(problem: type[Problem], folder: Path) -> Diagnostic:
    found = check(problem.bad, folder, problem)
    return next(item for item in found if item.problem.name == problem.name)


@pytest.mark.parametrize("problem", SHOWN, ids=lambda problem: problem.name)
def test_the_fix_of_bad_is_good(problem: type[Problem], tmp_path: Path) -> None:
    before, behind = tmp_path / "before", tmp_path / "behind"
    before.mkdir()
    behind.mkdir()
    fix = first(problem, before).fix
    if fix is None:
        assert problem.name not in OTHERWISE
        return
    assert fix.words and not fix.words.endswith(".")
    assert all(edit.span.source is fix.source for edit in fix.edits)
    old, new = OTHERWISE.get(problem.name, ("", ""))
    assert old in problem.bad
    wanted = problem.bad.replace(old, new, 1) if old else problem.good
    fixed = apply(problem.bad, [fix])
    assert fixed == wanted
    left = [item for item in check(fixed, behind, problem) if item.problem.name == problem.name]
    assert left == []


MODEL = "model m() {{\n  input x: [N, 3, H = 32, W = 32]\n  {}\n}}\n"


def fixed(text: str) -> tuple[str, list[bool]]:
    """A file with the fixes of one round, and which of them are safe."""
    source = Source("m.arch", text)
    fixes = [fix for each in archc.check(source).diagnostics if (fix := each.fix) is not None]
    taken = compatible(fixes)
    return apply(text, taken), [fix.is_safe for fix in taken]


SAFE = [
    ("rellu", "relu"),
    ("BatchNorm2d", "batch_norm"),
    ("conv(8, 3, strides = 2)", "conv(8, 3, stride = 2)"),
    ("conv(8, 3, in_channels = 3)", "conv(8, 3)"),
    ("conv(8, 3, in_channels = 3, bias = false)", "conv(8, 3, bias = false)"),
    ("batch_norm(64)", "batch_norm"),
    ('conv(8, 3, bias = "false")', "conv(8, 3, bias = false)"),
    ("stem: conv(64 / 2, 3)", "stem: conv(64 // 2, 3)"),
    ("conv(64.0, 3)", "conv(64, 3)"),
    ("conv(8, 3, kernel_size = 3)", "conv(8, 3)"),
    ('conv(8, 3, padding = "smae")', 'conv(8, 3, padding = "same")'),
    ("leaky_relu(-0.1, true)", "leaky_relu(-0.1)"),
    (
        "conv_transpose(4, 3, stride = [2, 1], output_padding = [1, 1])",
        "conv_transpose(4, 3, stride = [2, 1], output_padding = [1, 0])",
    ),
    ("conv_transpose(4, 3, output_padding = 1)", "conv_transpose(4, 3)"),
    ("concat([x, relu])", "concat [x, relu]"),
    ("conv(3, 1) as y -> add [_, x]", "conv(3, 1) as y\n  add [_, x]"),
    ("if true: relu", "if true { relu }"),
    ("if x.channels == 3 && true { relu }", "if x.channels == 3 and true { relu }"),
]

TYPES = [
    ("integer", "int"),
    ("str", "string"),
    ("number", "float"),
    ("Boolean", "bool"),
    ("strng", "string"),
]


@pytest.mark.parametrize(("bad", "good"), TYPES)
def test_types_of_other_languages(bad: str, good: str) -> None:
    text = "block Unit(a: {}) {{ relu if a == a }}\n" + MODEL.format("relu").replace(
        "{", "{{"
    ).replace("}", "}}")
    assert fixed(text.format(bad)) == (text.format(good), [True])


@pytest.mark.parametrize(("bad", "good"), [("int64", "int"), ("float32", "float"), ("itn", "int")])
def test_dtypes_of_torch(bad: str, good: str) -> None:
    text = "model m() {{\n  input x: {}[N, T = 8]\n  flatten\n}}\n"
    assert fixed(text.format(bad)) == (text.format(good), [True])


UNSAFE = [
    ("conv(3, 8, 3)", "conv(8, 3)"),
    ("conv(64, 128, 3)", "conv(128, 3)"),
    ("conv(8, 3, 3)", "conv(8, 3)"),
    ("flatten -> linear(64, 10)", "flatten -> linear(10)"),
    ("conv(8, 3) -> batch_norm", "conv(8, 3, bias = false) -> batch_norm"),
    (
        "residual { conv(64, 3, stride = 2, padding = 1) }",
        "residual { conv(64, 3, stride = 2, padding = 1) } shortcut { conv(64, 1, stride = 2) }",
    ),
    (
        "flatten -> residual { linear(8) }",
        "flatten -> residual { linear(8) } shortcut { linear(8) }",
    ),
    (
        "residual { conv(6, 3, [1, 3], 1) }",
        "residual { conv(6, 3, [1, 3], 1) } shortcut { conv(6, 1, stride = [1, 3]) }",
    ),
]


@pytest.mark.parametrize(("bad", "good"), SAFE)
def test_safe_fixes(bad: str, good: str) -> None:
    assert fixed(MODEL.format(bad)) == (MODEL.format(good), [True])


@pytest.mark.parametrize(("bad", "good"), UNSAFE)
def test_unsafe_fixes(bad: str, good: str) -> None:
    assert fixed(MODEL.format(bad)) == (MODEL.format(good), [False])


NONE = [
    "relu5",  # a name with another number is another name
    "let k = 64\n  conv(k / 2, 3) -> conv(x.channels / 2, 3)",  # 1.5 is no number of channels
    "residual { conv(64, 3, stride = 2) }",  # no projection gives that size
    "for k in [7, 9] { max_pool(3, padding = k) }",
]


@pytest.mark.parametrize("text", NONE)
def test_no_fix_where_it_cannot_be_said(text: str) -> None:
    for each in archc.check(Source("m.arch", MODEL.format(text))).errors:
        fix = each.fix
        assert fix is None or fix.words.startswith("write `//`")


def test_a_call_with_fewer_arguments_than_it_was_read_as_has_no_fix() -> None:
    text = MODEL.format("group_norm(8, affine = true\n  true\n  true)")  # read with two commas more
    found = archc.check(Source("m.arch", text)).errors
    assert [each.fix for each in found if each.problem.name == "argument-given-twice"] == [None]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{}", "import std.mobile: SqueezeExcite\n\n{}"),
        ("arch 1\n\n{}", "arch 1\n\nimport std.mobile: SqueezeExcite\n\n{}"),
        ("arch 1\n{}", "arch 1\n\nimport std.mobile: SqueezeExcite\n\n{}"),
        (
            "import std.mobile: DepthwiseSeparable\n\n{}",
            "import std.mobile: DepthwiseSeparable, SqueezeExcite\n\n{}",
        ),
        (
            "import std.blocks: ConvNormAct\n\n{}",
            "import std.blocks: ConvNormAct\nimport std.mobile: SqueezeExcite\n\n{}",
        ),
    ],
)
def test_what_a_library_has_is_imported(text: str, expected: str) -> None:
    body = MODEL.format("SqueezeExcite(8) -> conv(8, 1)")
    fixes = [each.fix for each in archc.check(Source("m.arch", text.format(body))).errors]
    (fix,) = [fix for fix in fixes if fix is not None]
    assert fix.is_safe
    assert apply(text.format(body), [fix]) == expected.format(body)


@pytest.mark.parametrize(
    ("bad", "good", "is_safe"),
    [
        ("[relu, tanh] as a, b\n  a", "[relu, tanh] as a, _\n  a", True),
        ("relu :: [N, C, _, W]", "relu :: [N, _, _, W]", True),
        ("output y = relu -> tanh", "relu -> tanh as y\n  output y", True),
    ],
)
def test_what_nothing_uses_and_what_stands_too_late(bad: str, good: str, is_safe: bool) -> None:
    assert fixed(MODEL.format(bad)) == (MODEL.format(good), [is_safe])


def test_a_name_of_a_library_that_is_misspelt() -> None:
    bad, good = (MODEL.format(f"{name}(8)") for name in ("SqueezExcite", "SqueezeExcite"))
    assert fixed(bad) == (f"import std.mobile: SqueezeExcite\n\n{good}", [True])
    assert fixed(bad.replace("SqueezExcite", "SqueezeExcitation"))[1] == [False]


def test_fixes_that_touch_each_other_are_taken_one_at_a_time() -> None:
    source = Source("m.arch", "abcdef")

    def fix(start: int, end: int, text: str) -> Fix:
        return Fix("x", (Edit(Span(source, start, end), text),))

    one, same, touching, apart = fix(0, 2, "A"), fix(0, 2, "A"), fix(2, 3, "B"), fix(4, 4, "C")
    assert compatible([apart, touching, one, same]) == [one, apart]
    assert apply(source.text, [one, apart]) == "AcdCef"
    several = Fix("x", (Edit(Span(source, 5, 6), "F"), Edit(Span(source, 0, 1), "")))
    assert compatible([several, one]) in ([several], [one])
    assert apply(source.text, [several]) == "bcdeF"
