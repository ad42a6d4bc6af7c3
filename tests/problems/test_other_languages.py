"""Forms of Python, JavaScript, YAML and their like: one error each, what to do, and the fix."""

from __future__ import annotations

import pytest

import archc
from archc.request.fixing import fixed
from archdsl.syntax.parser import parse, parse_argument
from archir.base.diagnostics import Diagnostics
from archir.base.source import Source

HEAD = "model m(deep = true) {\n  input x: [N, 3, H = 32, W = 32]\n"
USE = "  conv(8, 3) if deep\n"


def in_body(text: str) -> str:
    return f"{HEAD}{USE}  {text}\n}}\n"


def only_errors(source: Source) -> Diagnostics:
    found = Diagnostics()
    found.items.extend(archc.check(source).errors)
    return found


def errors(text: str) -> Diagnostics:
    return only_errors(Source("m.arch", text))


def mended(text: str) -> str:
    """A text with all fixes of its errors, as ``--fix --unsafe`` applies them."""
    result = fixed([(Source("m.arch", text), None)], lambda one, *_: only_errors(one), unsafe=True)
    return result.texts[0].now


BODIES = [
    # what is written, its problem, words of the advice, and what the fixes make of it
    ("if deep { relu } else: { tanh }", "colon-for-braces", "leave the colon out",
     "if deep { relu } else { tanh }"),
    ("if deep: { relu }", "colon-for-braces", "leave the colon out", "if deep { relu }"),
    ("if deep { relu }\n  else: { tanh }", "colon-for-braces", "leave the colon out",
     "if deep { relu }\n  else { tanh }"),
    ("if deep { relu } else: tanh", "colon-for-braces", "put the body in braces",
     "if deep { relu } else { tanh }"),
    ("for i in 1..2: { relu }", "colon-for-braces", "leave the colon out",
     "for i in 1..2 { relu }"),
    ("residual { relu } shortcut: { tanh }", "colon-for-braces", "leave the colon out",
     "residual { relu } shortcut { tanh }"),
    ("init: { conv.weight: zeros }", "colon-for-braces", "leave the colon out",
     "init { conv.weight: zeros }"),
    ("init: {\n    *.bias: zeros\n  }", "colon-for-braces", "leave the colon out",
     "init {\n    *.bias: zeros\n  }"),
    ("flatten -> my.head: linear(10)", "bad-label", "`my: { head: … }`", None),
    ('flatten -> "my.head": linear(10)', "bad-label", "`my: { head: … }`", None),
    ("for w in [8, 4][::-1] { conv(w, 1) }", "slice-with-step", "reversed([8, 4])",
     "for w in reversed([8, 4]) { conv(w, 1) }"),
    ("let w = [8, 4, 2]\n  for v in w[1:3:1] { conv(v, 1) }", "slice-with-step", "w[1:3]",
     "let w = [8, 4, 2]\n  for v in w[1:3] { conv(v, 1) }"),
    ("let w = [8, 4, 2]\n  for v in w[::2] { conv(v, 1) }", "slice-with-step", "for i in range",
     "let w = [8, 4, 2]\n  for v in [w[i] for i in range(0, len(w), 2)] { conv(v, 1) }"),
    ("x[::-1]", "slice-with-step", "flip(dim)", None),
    ("for i, w in [8, 4] { conv(w, i + 1) }", "wrong-item-count", "enumerate",
     "for i, w in enumerate([8, 4]) { conv(w, i + 1) }"),
    ("for i, (w, k) in enumerate([[8, 1]]) { conv(w, k + i) }", "tuple-for-list", "[w, k]",
     "for i, [w, k] in enumerate([[8, 1]]) { conv(w, k + i) }"),
    ('repeat "2" { relu }', "not-a-count", "without quotes", "repeat 2 { relu }"),
    ("pool(2)", "unknown-name", "`max_pool(2)`, `avg_pool(2)`", None),
    ("for (let i = 0; i < 3; i++) { conv(i + 1, 1) }", "loop-in-parentheses", "range(0, 3)",
     "for i in range(0, 3) { conv(i + 1, 1) }"),
    ("for (int i = 1; i <= 3; ++i) { conv(i, 1) }", "loop-in-parentheses", "1..3",
     "for i in 1..3 { conv(i, 1) }"),
    ("for (let i = 3; i > 0; i--) { relu }", "loop-in-parentheses", "for i in 1..3", None),
    ("for (const w of [8, 4]) { conv(w, 1) }", "loop-in-parentheses", "for w in [8, 4]",
     "for w in [8, 4] { conv(w, 1) }"),
    ("for w of [8, 4] { conv(w, 1) }", "foreign-word", "`in`", "for w in [8, 4] { conv(w, 1) }"),
    ("residual -> relu -> tanh", "foreign-form", "{ relu -> tanh }", "residual { relu -> tanh }"),
    ("repeat 3 relu", "foreign-form", "`repeat 3 { relu }`", "repeat 3 { relu }"),
    ("repeat 3 times { relu }", "foreign-form", "leave it out", "repeat 3 { relu }"),
    ("if deep then { relu }", "foreign-form", "leave it out", "if deep { relu }"),
    ("relu |> tanh |> relu", "foreign-arrow", "`->`", "relu -> tanh -> relu"),
    ("relu >> tanh\n    >> relu", "foreign-arrow", "`->`", "relu -> tanh\n    -> relu"),
    ("relu => tanh", "foreign-arrow", "`->`", "relu -> tanh"),
    ("relu | tanh", "foreign-arrow", "`->`", "relu -> tanh"),
    ("relu \N{RIGHTWARDS ARROW} tanh", "foreign-arrow", "`->`", "relu -> tanh"),
    ("relu if 3 is not none", "foreign-form", "`!=`", "relu if 3 != none"),
    ("relu if x.channels !== 3", "foreign-form", "`!=`", "relu if x.channels != 3"),
    ("relu if x.channels === 3", "foreign-form", "`==`", "relu if x.channels == 3"),
    ("relu if x.channels <> 3", "foreign-form", "`!=`", "relu if x.channels != 3"),
    ('assert(x.channels > 2, "few")', "foreign-form", "assert x.channels > 2",
     'assert x.channels > 2, "few"'),
    ("repeat(3, relu)", "foreign-form", "repeat 3 { relu }", "repeat 3 { relu }"),
    ("(relu -> tanh)", "foreign-form", "stand in braces", "{ relu -> tanh }"),
    ("relu -> (tanh -> relu)", "foreign-form", "stand in braces", "relu -> { tanh -> relu }"),
    ("concat { relu, tanh }", "foreign-form", "stands in brackets", "concat [relu, tanh]"),
    ("relu -> [N, 8, 30, 30]", "foreign-form", "`:: [N, 8, 30, 30]`", "relu :: [N, 8, 30, 30]"),
    ("conv(8, 1): [N, 8, 30, 30]", "foreign-form", "`:: [N, 8, 30, 30]`",
     "conv(8, 1) :: [N, 8, 30, 30]"),
    ("relu // the usual one", "foreign-form", "begins with `#`", "relu # the usual one"),
    ('"""Stem."""\n  relu', "foreign-form", "begins with `#`", "# Stem.\n  relu"),
    ("\'\'\'Stem.\'\'\'\n  relu", "foreign-form", "begins with `#`", "# Stem.\n  relu"),
    ("let w: int = 3\n  conv(w, 1)", "foreign-form", "`let w = …`", "let w = 3\n  conv(w, 1)"),
    ("let w := 3\n  conv(w, 1)", "foreign-form", "`let w = …`", "let w = 3\n  conv(w, 1)"),
    ("let w == 3\n  conv(w, 1)", "foreign-form", "`let w = …`", "let w = 3\n  conv(w, 1)"),
    ("let w, k = 3, 1\n  conv(w, k)", "foreign-form", "`= [3, 1]`",
     "let w, k = [3, 1]\n  conv(w, k)"),
    ("module m: conv(8, 1)\n  m", "foreign-form", "`module m = …`", "module m = conv(8, 1)\n  m"),
    ("param w = zeros(3)", "unexpected-token", "`param w: [3] = zeros`", None),
    ("param w: 3 = zeros", "unexpected-token", "`param w: [3] = zeros`", None),
    ("init { conv: zeros }", "unexpected-token", "`conv.weight: zeros`", None),
    ("conv(8, 3);\n  relu; tanh; # two\n  { relu; }", "semicolon-for-line-end", "start a new line",
     "conv(8, 3)\n  relu\n  tanh # two\n  { relu }"),
    ("conv(8; 3);", "semicolon-for-line-end", "separated by commas", "conv(8, 3)"),
    ("if deep: { relu } else if x.channels == 3: { tanh } else: { relu }", "colon-for-braces",
     "leave the 3 colons of this statement out",
     "if deep { relu } else if x.channels == 3 { tanh } else { relu }"),
    ("residual: { relu } shortcut: { tanh }", "colon-for-braces", "the 2 colons",
     "residual { relu } shortcut { tanh }"),
    ("`stem`: conv(8, 3)", "single-quotes", 'write "stem"', '"stem": conv(8, 3)'),
    ("for i in 1..2 { `c${i}`: conv(8, i) }", "single-quotes", 'write "c{i}"',
     'for i in 1..2 { "c{i}": conv(8, i) }'),
    ("conv(8, 3, padding = `same`)", "single-quotes", 'write "same"',
     'conv(8, 3, padding = "same")'),
    ("[8, 16].map(w => conv(w, 3))", "foreign-form", "for w in [8, 16] { conv(w, 3) }",
     "for w in [8, 16] { conv(w, 3) }"),
    ("let ws = [8].map((w) => w * 2)\n  for w in ws { conv(w, 1) }", "foreign-form",
     "[w * 2 for w in [8]]", "let ws = [w * 2 for w in [8]]\n  for w in ws { conv(w, 1) }"),
    ("add()([x, x])", "stage-called-on-value", "`add [x, x]`", "add [x, x]"),
    ("concat()(x, x)", "stage-called-on-value", "`concat [x, x]`", "concat [x, x]"),
    ("linear(8)(flatten()(x))", "stage-called-on-value", "`flatten()(x) -> linear(8)`",
     "x -> flatten -> linear(8)"),
    ("relu\n  let y = conv(8, 1)(_)\n  y -> relu", "stage-called-on-value", "`_ -> conv(8, 1)`",
     "relu\n  _ -> conv(8, 1) as y\n  y -> relu"),
    ("conv(8, 1)()", "foreign-form", "leave the empty parentheses out", "conv(8, 1)"),
    ("x = conv(8, 1)(x)", "assignment-statement", "write `conv(8, 1)`", "conv(8, 1)"),
    ("x = F.relu(x)", "assignment-statement", "write `relu`", "relu"),
    ("tanh as y\n  x = x + y", "assignment-statement", "write `add [_, y]`",
     "tanh as y\n  add [_, y]"),
    ("tanh as y\n  x += y", "assignment-statement", "write `add [_, y]`",
     "tanh as y\n  add [_, y]"),
    ("tanh as y\n  x = torch.concat([x, y], 1)", "assignment-statement",
     "write `concat(1) [_, y]`", "tanh as y\n  concat(1) [_, y]"),
    ("z = concat([x, x])\n  relu\n  z -> relu", "assignment-statement",
     "write `concat [x, x] as z`", "concat [x, x] as z\n  relu\n  z -> relu"),
    ("x = x + tanh(relu(x))", "assignment-statement", "write `residual { relu -> tanh }`",
     "residual { relu -> tanh }"),
    ("tanh as y\n  z = x + y", "assignment-statement", "of values write `add [x, y] as z`", None),
    ("a: 3 * relu", "unexpected-token", "`repeat 3 { … }`", None),
    ("ys.append(x)", "dotted-stage", "`… as ys`", None),
    ("scale(0.5)", "unknown-name", "`multiply(0.5)`", None),
    ("w = [8, 4]\n  for v in w { conv(v, 1) }", "assignment-statement", "`let w = [8, 4]`",
     "let w = [8, 4]\n  for v in w { conv(v, 1) }"),
    ("relu if x.channels == 1 or 3", "not-a-condition", "`x.channels in [1, 3]`",
     "relu if x.channels in [1, 3]"),
    ('let k = "c"\n  relu if k == "a" or "b"', "not-a-condition", '`k in ["a", "b"]`',
     'let k = "c"\n  relu if k in ["a", "b"]'),
    ("let z = x + x\n  z -> relu", "tensor-in-expression", "`add [x, x]`",
     "add [x, x] as z\n  z -> relu"),
    ("for w in [3, 3, 3] { conv(w, 1) as ys }\n  add ys[1:3]", "missing-arrow",
     "`ys[1:3] -> add`", "for w in [3, 3, 3] { conv(w, 1) as ys }\n  ys[1:3] -> add"),
    ("relu x3", "missing-arrow", "`repeat 3 { … }`", None),
    ("new relu", "foreign-word", "by its name alone", "relu"),
    ("unless deep { relu }", "foreign-word", "`if not …`", None),
]  # fmt: skip


@pytest.mark.parametrize(("bad", "name", "advice", "good"), BODIES)
def test_in_a_body(bad: str, name: str, advice: str, good: str | None) -> None:
    (error,) = errors(in_body(bad))
    assert error.problem.name == name
    assert advice in (error.hint or "")
    if good is None:
        assert error.fix is None
    else:
        assert mended(in_body(bad)) == in_body(good)
        assert not len(errors(in_body(good)))


FILE = "model m() {\n  input x: [N, 3, H = 32, W = 32]\n  C(8, 3)\n}\n"
FILES = [
    ("import std.blocks: ConvNorm", "unknown-import", "ConvNormAct",
     "import std.blocks: ConvNormAct"),
    ("from std.blocks import ConvNormAct", "import-form", "`import std.blocks: ConvNormAct`",
     "import std.blocks: ConvNormAct"),
    ("import { ConvNormAct } from std.blocks", "import-form", "`import std.blocks: ConvNormAct`",
     "import std.blocks: ConvNormAct"),
    ("import std.blocks: ConvNormAct as C", "renamed-import", "write ConvNormAct where C is used",
     "import std.blocks: ConvNormAct"),
    ("from torch import nn", "import-form", "leave the line out", ""),
    ("import torch", "import-form", "leave the line out", ""),
]  # fmt: skip


@pytest.mark.parametrize(("bad", "name", "advice", "good"), FILES)
def test_imports(bad: str, name: str, advice: str, good: str) -> None:
    called = bad.split()[-1] if "std" in bad else "conv"
    text = FILE.replace("C(", f"{'ConvNormAct' if '}' in bad else called}(")
    (error,) = errors(f"{bad}\n{text}")
    assert error.problem.name == name
    assert advice in (error.hint or "")
    wanted = FILE.replace("C(", "ConvNormAct(" if good else "conv(")
    assert mended(f"{bad}\n{text}") == (f"{good}\n{wanted}" if good else wanted)
    assert not len(errors(mended(f"{bad}\n{text}")))


NET = "  input x: [N, 3, H = 32, W = 32]\n  conv(8, 3)\n}\n"
OTHER = "model a(n = 3) {\n  input x: [N, 3, H = 32, W = 32]\n  conv(n, 3)\n}\n"
BLOCK = "model m() {\n  input x: [N, 3, H = 32, W = 32]\n  B(f(3))\n}\n"
F, B = "fn f(n) = n * 2\n", "block B(w) { conv(w, 1) }\n"
DECLARED = [
    (f"model m() = {{\n{NET}", "leave `=` out", f"model m() {{\n{NET}"),
    (f"model m() => {{\n{NET}", "leave `=>` out", f"model m() {{\n{NET}"),
    (f"model m() -> Tensor {{\n{NET}", "leave `-> Tensor` out", f"model m() {{\n{NET}"),
    (f"model m(): nn.Module {{\n{NET}", "leave `: nn.Module` out", f"model m() {{\n{NET}"),
    (f"model my-net {{\n{NET}", "write `my_net`", f"model my_net {{\n{NET}"),
    (f"export model m() {{\n{NET}", "leave it out", f"model m() {{\n{NET}"),
    (f"{OTHER}model b: a(4)\n", "write `model b = a…`", f"{OTHER}model b = a(4)\n"),
    (f"{OTHER}b = a(4)\n", "write `model b = a…`", f"{OTHER}model b = a(4)\n"),
    (f"{OTHER}model b = a {{ n = 4 }}\n", "write `a(n = 4)`", f"{OTHER}model b = a(n = 4)\n"),
    (f"fn f(n) {{ n * 2 }}\n{B}{BLOCK}", "write `fn f(…) = …`", F + B + BLOCK),
    (f"fn f(n) {{ return n * 2 }}\n{B}{BLOCK}", "write `fn f(…) = …`", F + B + BLOCK),
    (f"fn f(n): n * 2\n{B}{BLOCK}", "write `fn f(…) = …`", F + B + BLOCK),
    (f"fn f(n): return n * 2\n{B}{BLOCK}", "write `fn f(…) = …`", F + B + BLOCK),
    (f"fn f(n) => n * 2\n{B}{BLOCK}", "write `fn f(…) = …`", F + B + BLOCK),
    (f"fn f(n) -> int = n * 2\n{B}{BLOCK}", "write `fn f(…) = …`", F + B + BLOCK),
    (f"{F}block B(w) = {{ conv(w, 1) }}\n{BLOCK}", "leave `=` out", F + B + BLOCK),
    (f"{F}block B(w?) {{ conv(w, 1) }}\n{BLOCK}", "give it a default", F + B + BLOCK),
    (f"{F}block B(w: int | none) {{ conv(w, 1) }}\n{BLOCK}", "takes anything", F + B + BLOCK),
    (
        f"{F}block B(w, a: op | none = none) {{ conv(w, 1) -> a }}\n{BLOCK}",
        "write `a: op`",
        f"{F}block B(w, a: op = none) {{ conv(w, 1) -> a }}\n{BLOCK}",
    ),
    (f"{F}block B(w: int?) {{ conv(w, 1) }}\n{BLOCK}", "takes anything", F + B + BLOCK),
    (f"{F}block B(w: int or none) {{ conv(w, 1) }}\n{BLOCK}", "takes anything", F + B + BLOCK),
    ("model m() {\n" + NET.replace("[N", "[?"), "write `N`", f"model m() {{\n{NET}"),
]


@pytest.mark.parametrize(("bad", "advice", "good"), DECLARED)
def test_declarations(bad: str, advice: str, good: str) -> None:
    (error,) = errors(bad)
    assert error.problem.name in ("foreign-form", "foreign-word")
    assert advice in (error.hint or "")
    assert mended(bad) == good
    assert not len(errors(good))


def test_a_file_is_imported_with_names() -> None:
    (error,) = errors(f'import "./stem.arch"\n{FILE.replace("C(", "conv(")}')
    assert error.problem.name == "import-form"
    assert error.hint == 'write `import "./stem.arch": Name, …`'


@pytest.mark.parametrize(
    "text", ["x > 3", "init: { relu }", "else_: { relu }", "shortcut: { relu }"]
)
def test_what_is_right_stays_right(text: str) -> None:
    """Beside a mistake elsewhere, since nothing of this is looked for in a right file."""
    text = "if x.channels > 3 { relu }" if text == "x > 3" else text
    names = [each.problem.name for each in errors(in_body(f"conv(8, 3) == relu\n  {text}"))]
    assert names == ["unexpected-token"]


TEXTS = [
    *(in_body(one[0]) for one in BODIES),
    *(one[0] for one in DECLARED),
    *(one[0] for one in FILES),
]


@pytest.mark.parametrize("text", TEXTS)
def test_texts_that_end_early_are_told_of(text: str) -> None:
    """Wherever such a form breaks off: no token that is asked for has to be there."""
    for end in range(len(text)):
        _, found = parse(Source("m.arch", text[:end]))
        assert all(each.problem.message() for each in found)


@pytest.mark.parametrize("text", ["n", "n: int = 3", "n := 3", "a, b = 1, 2"])
def test_arguments_of_the_command_line_have_such_forms_too(text: str) -> None:
    _, found = parse_argument(Source("--set", text))
    assert len(found) == 1
