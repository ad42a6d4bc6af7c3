"""What the command says of several files, of examples, and of every problem there is."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from all_problems import PROBLEMS
from running import Run

INPUT = "  input x: [N, 3, H = 32, W = 32]\n"
TEXTS = {
    # One that the text alone shows, one of names, one of shapes.
    "one.arch": f"model a() {{\n{INPUT}  conv(8, (3, 3))\n  rellu\n}}\n"
    f"model b() {{\n{INPUT}  conv(8, 99)\n}}\n",
    # One of arguments, a bracket, one of initial weights.
    "two.arch": f"model a() {{\n{INPUT}  conv(8, 3, strides = 2)\n}}\n"
    f"model b() {{\n{INPUT}  conv(8, 3) -> batch_norm\n"
    "  init { *.weight: kaiming_normal }\n}\n"
    f"model c() {{\n{INPUT}  relu(\n}}\n",
    # One of imports, one of values when a body is unrolled, one of sizes that no input has.
    "three.arch": "import std.blocks: ConvNormAkt\n"
    f"model a() {{\n{INPUT}  ConvNormAkt(8)\n}}\n"
    f"model b(widths = [8]) {{\n{INPUT}  conv(widths[1], 3)\n}}\n"
    "model c() {\n  input x: [N, 3, L = 8]\n"
    "  concat [conv(3, 1), conv(3, 2, padding = 1)]\n  relu\n}\n",
}
MORE_TEXTS = {
    # Signs of other languages, an initialiser, a default that is not in its domain.
    "four.arch": "block Unit(width: int in 8..32 = 64) { conv(width, 1) }\n"
    f"model a() {{\n{INPUT}  relu; tanh;\n  Unit(8)\n}}\n"
    f"model b() {{\n{INPUT}  conv(8, 3)\n  init {{ conv.weight: kaiming_norm }}\n}}\n",
    # A label and a shape in one body, an output that is a number.
    "five.arch": f"model a() {{\n{INPUT}  c: conv(8, 3)\n  c: conv(16, 3) :: [N, 16, H, W]\n}}\n"
    f"model b() {{\n{INPUT}  let n = 3\n  relu\n  output y = n\n}}\n",
    # On one line a word of Python and a name that means nothing; weights that are tied to none.
    "six.arch": f"model a() {{\n{INPUT}  if x.channels == 3 {{ rellu }} elif true {{ tanh }}\n}}\n"
    "model b() {\n  input ids: int[N, L = 8]\n  wte: embedding(10, 16)\n"
    "  head: linear(10, bias = false) with weight = wt.weight\n}\n",
}
MORE_WANTED = {
    "four.arch": {"semicolon-for-line-end", "outside-domain", "unknown-initialiser"},
    "five.arch": {"label-used-twice", "shape-not-as-written", "not-a-value"},
    "six.arch": {"foreign-word", "unknown-name", "no-parameter-to-tie"},
}
WANTED = {
    "one.arch": {"tuple-for-list", "unknown-name", "kernel-does-not-fit"},
    "two.arch": {"unknown-argument", "initialiser-does-not-fit", "unclosed-bracket"},
    "three.arch": {"unknown-import", "index-out-of-range", "shapes-differ"},
}


THIRD_TEXTS = {
    # What a type takes in a block, a float for a count, a bracket.
    "encoder.arch": 'block Unit(width) { conv(width, 3) -> batch_norm(eps = "tiny") }\n'
    f"model a() {{\n{INPUT}  Unit(8)\n  global_avg_pool -> linear(10 / 2)\n}}\n"
    f"model b() {{\n{INPUT}  conv(8, 3\n  relu\n}}\n",
    # Elements that are not as many, channels that do not part, a name in a function.
    "decoder.arch": "model a() {\n  input z: [N, 64]\n  linear(128) -> unflatten(1, [8, 5, 4])\n"
    "  conv_transpose(4, 4, stride = 2)\n}\n"
    f"model b() {{\n{INPUT}  conv(8, 3) -> pixel_shuffle(3)\n}}\n"
    f"fn double(n) = n * tow\nmodel c() {{\n{INPUT}  conv(double(4), 3)\n}}\n",
    # An index, a parameter in a rule, a residual that needs a projection.
    "heads.arch": "let TABLE = [10, 20]\nmodel a() {\n  input x: [N, 64]\n  linear(TABLE[2])\n}\n"
    f"model b() {{\n{INPUT}  conv(8, 3)\n  init {{ conv.wieght: zeros }}\n}}\n"
    f"model c() {{\n{INPUT}  residual {{ conv(8, 3, padding = 1) }}\n}}\n",
}
THIRD_WANTED = {
    "encoder.arch": {"wrong-argument-type", "float-for-count", "unclosed-bracket"},
    "decoder.arch": {"elements-differ", "extent-not-divisible", "unknown-name"},
    "heads.arch": {"index-out-of-range", "no-such-parameter", "shapes-differ"},
}
FOURTH_TEXTS = {
    # A dtype, a dim that there is not, heads.
    "tokens.arch": "model a(vocab = 100) {\n  input ids: [N, T = 16]\n  embedding(vocab, 32)\n}\n"
    "model b() {\n  input x: [N, 16, 32]\n  layer_norm -> transpose(1, 3) -> linear(8)\n}\n"
    "model c() {\n  input x: [N, 16, 32]\n  multihead_attention(5) -> mean(1)\n}\n",
    # A file that is not there, groups in a block, a padding of a pool.
    "vision.arch": 'import "./missing.arch": Stem\n'
    "block Unit(groups) { conv(10, 1) -> conv(10, 3, groups = groups) }\n"
    f"model a() {{\n{INPUT}  Unit(4)\n}}\n"
    f"model b() {{\n{INPUT}  max_pool(2, padding = 3) -> conv(4, 3)\n  Stem(8)\n}}\n",
    # Sizes of what is joined, a name with what hangs on it, a bracket among branches.
    "flow.arch": f"model a() {{\n{INPUT}  conv(8, 3, padding = 1) as a\n"
    "  conv(8, 3, stride = 2) as b\n  concat [a, b]\n}\n"
    f"model b() {{\n{INPUT}  rellu -> conv(4, 99)\n}}\n"
    f"model c {{\n{INPUT}  concat [conv(8, 1), conv(8, 1] -> relu\n}}\n",
}
FOURTH_WANTED = {
    "tokens.arch": {"wrong-dtype", "dim-out-of-range", "heads-do-not-divide"},
    "vision.arch": {"file-not-found", "channels-not-divisible", "pool-padding-too-large"},
    "flow.arch": {"shapes-differ", "unknown-name", "unclosed-bracket"},
}
SETS = [
    *((TEXTS, WANTED), (MORE_TEXTS, MORE_WANTED)),
    *((THIRD_TEXTS, THIRD_WANTED), (FOURTH_TEXTS, FOURTH_WANTED)),
]


@pytest.mark.parametrize(("texts", "wanted"), SETS)
def test_three_files_with_three_mistakes_each_give_all_nine(
    texts: dict[str, str], wanted: dict[str, set[str]], net: Path, archc: Run
) -> None:
    for name, text in texts.items():
        net.with_name(name).write_text(text, "utf-8")
    outcome = archc("check", *texts, "--format", "json")
    found = json.loads(outcome.out)["diagnostics"]
    said = {name: set[str]() for name in texts}
    for each in found:
        said[each["place"]["file"]].add(each["name"])
    assert said == wanted
    assert len(found) == 9
    assert outcome.code == 1
    assert archc("check", *texts).err.count("error[") == 9


def test_a_shipped_example_does_not_warn_of_itself(net: Path, archc: Run) -> None:
    outcome = archc("check", "inception_v3", "--set", "aux_logits=false")
    assert (outcome.code, outcome.err) == (0, "")


def test_one_model_is_asked_about_and_no_others_mistakes_are_said(net: Path, archc: Run) -> None:
    net.write_text(TEXTS["one.arch"].replace("conv(8, (3, 3))", "conv(8, 3)"), "utf-8")
    assert set(re.findall(r"error\[(.*?)\]", archc("check", "net.arch", "--model", "b").err)) == {
        "kernel-does-not-fit"
    }
    assert set(re.findall(r"error\[(.*?)\]", archc("check", "net.arch", "--model", "a").err)) == {
        "unknown-name"
    }


def test_every_problem_is_listed_and_has_a_page(net: Path, archc: Run) -> None:
    listed = archc("explain").out.split()
    pages = Path(__file__).parents[2] / "docs" / "problems"
    for problem in PROBLEMS:
        assert problem.name in listed
        assert (pages / f"{problem.name}.md").is_file()
