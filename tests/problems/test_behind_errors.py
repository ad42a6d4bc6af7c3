"""Behind an error everything else is still looked at, and finds values without types.

Each kind of error (the ``bad`` file of every problem, and statements that fit no shape) stands
beside each feature that is looked at when shapes are known: what works in place, shared modules,
initial weights, asserts, outputs, written shapes, training. The answer is about the user's file.
"""

from __future__ import annotations

import re
from itertools import product
from random import Random

import pytest
from all_problems import SHOWN

import archc
from archir.base.diagnostics import Problem
from archir.base.fixes import apply

FEATURES = (
    "relu(inplace = true)",
    "identity -> relu(inplace = true) -> sigmoid",
    "module t9 = { conv(4, 1) -> relu }\nt9 -> t9",
    "module u9 = relu(inplace = true)\nu9 -> u9",
    "module v9 = Blk9\nv9\nv9",
    "w9\nmodule w9 = { Blk9 -> Blk9 }",
    'init { *.weight: zeros\n "*".bias: kaiming_normal\n conv.weight: normal(std = 1 / fan_in) }',
    'init { "stem.*".weight: xavier_uniform }',
    'assert _.channels % 3 == 0, "{_.channels}"',
    'assert H > 100, "H is {H}"',
    "output a9 = _, b9 = _",
    "relu as r9\noutput a9 = r9",
    "train_only { aux9: { conv(4, 1) -> relu(inplace = true) } as x9 }\n"
    "output y9 = _\noutput x9 = x9 when training",
    "_ :: [N, 8, H // 2, W]",
    "relu :: [N, C9, K9, _]\nconv(C9, 1)",
    'relu :: [N, C9, K9]\nassert K9 > 3, "{K9} {C9}"',
    "residual { relu(inplace = true) }",
    "repeat 3 { conv(8, 1) -> relu(inplace = true) }",
    "repeat 3 { *Blk9 }",
    "for k9 in [1, 2] { Blk9 as z9 }\nadd z9",
    "chunk(2) as q9, p9\nadd [q9, p9]",
    "chunk(3) as q9, p9, r9\nq9 -> relu(inplace = true)",
    "split([1, 2], dim = 1) as q9, p9\nconcat [q9, p9]",
    "param g9: [_.channels] = ones\nmultiply [_, g9] -> relu(inplace = true)",
    "param g9: [H] = kaiming_normal\nmultiply [_, g9]",
    "flatten -> linear(10)",
    "reshape(N, H * 2, -1) -> chunk(3, dim = 1) as a9, b9, c9\nadd [a9, c9]",
    "let c9 = _.channels\nconv(c9, 3)",
    "concat [_, relu, conv(8, 1)] -> layer_norm",
    "expand(N, 8, H, W) -> relu(inplace = true)",
    'stem: conv(3, 1) with weight = kaiming_normal(mode = "fan_out") with bias = zeros',
    "dense { relu -> conv(2, 1) }",
    "if _.channels > 3 { conv(1, 1) } else { relu }",
    "conv(1, 1) if _.height > 3",
    "slice(2, 0, H // 2)",
    "In9",
    "*In9",
    "matmul [_, transpose(1, 2)] -> softmax(-1)",
    "label9: { *Blk9 -> relu(inplace = true) }",
)
FAULTS = (
    "linear(H)",
    "conv(3, 103)",
    "max_pool(3) -> max_pool(3)",
    "reshape(N, 6, 1)",
    "reshape(N, 3 * H, _.channels // 2)",
    "module m8 = { conv(3, 103) -> relu }\nconcat [m8, relu -> m8]",
    "module m8 = { Blk9 -> conv(3, 30) }\nconcat [m8, relu -> m8, m8]",
    "module m8 = A8(2)\nm8 -> m8",
    "transpose(1, 2) -> A8(2)",
    "*A8(3)",
    "B8 [_, relu]",
    "B8 [_, transpose(1, 2)]",
    "split(5, dim = 2) as s8, t8\nconcat [s8, t8]",
    "add [_, slice(2, 0, 3)]",
    "unflatten(1, [2, 4])",
    "select(1, 7)",
    "sum(0)",
    "group_norm(5)",
    "pixel_shuffle(2)",
    "stage: relu\nstage: relu(inplace = true)",
    "conv(8, 1) as y8\nlinear(y8)",
)
AROUND = """
block Blk9(k9 = 1) { conv(4, k9) -> relu }
block In9() {
  input x9: [N9, C9, L9, L9]
  assert C9 % 2 == 0, "{C9} {L9}"
  reshape(N9, C9 * L9, L9) -> chunk(2, dim = 1) as a9, b9
  add [a9, b9]
}
block A8(h8) {
  input t8: [N8, L8, D8]
  reshape(N8, 3 * h8, D8 // h8) -> chunk(3) as q8, k8, v8
  add [q8, k8]
}
block B8() {
  input a8: [N8, L8, D8], b8: [N8, L8, D8]
  assert L8 > 4, "L is {L8}"
  add [a8, b8] -> relu(inplace = true)
}
"""
INPUTS = (
    "[N, 8, H = 16]",
    "[N, 3, H = 8, W = 8]",
    "[N, 8, H = 2, W = 3]",
    "[N, 6, H = 2]",
    "int[N, 4, H = 8]",
    "[N, 8, H = 1, W = 1]",
)
INNER = re.compile(r"%\d|object at 0x|\b(UNKNOWN|Unknown|None|SizeExpr|Fan|NotImplemented)\b")
"""Words of the compiler's own that are nothing to a user."""


def check(text: str) -> archc.CheckResult:
    """Check a text; what is said of it can be shown, and is said in a user's words."""
    source = archc.Source("net.arch", text)
    result = archc.check(source)
    str(result)
    for each in (*result.errors, *result.warnings):
        problem = each.problem
        said = [problem.message(), each.hint, problem.label(), *(r.text for r in each.related)]
        words = " ".join(text for text in said if text)
        assert INNER.search(words) is None, (words, text)
        assert each.span.source is source
        if (fix := each.fix) is not None:
            assert all(edit.span.source is source for edit in fix.edits)
            assert apply(text, [fix]) != text
    assert result.ok == (not result.errors), text
    return result


def model(inputs: str, *statements: str) -> str:
    body = "\n".join(statements)
    return f"model net() {{\n  input x: {inputs}\n{body}\n}}\n{AROUND}"


def with_feature(bad: str, feature: str, *, last: bool) -> str | None:
    """A file with a statement more in its last model; None where it has none over several lines."""
    heads = list(re.finditer(r"^model [^\n=]*\{[^\n]*\n", bad, re.MULTILINE))
    end = bad.find("\n}", heads[-1].start()) + 1 if heads else 0
    first = bad.find("\n", bad.find("input", heads[-1].start())) + 1 if heads else 0
    if not end:
        return None
    at = end if last else min(first, end)
    return f"{bad[:at]}  {feature}\n{bad[at:]}{AROUND}"


@pytest.mark.parametrize("problem", SHOWN, ids=lambda problem: problem.name)
def test_features_beside_each_kind_of_problem(problem: type[Problem]) -> None:
    features = Random(problem.name).sample(FEATURES, 8)
    texts = [
        with_feature(problem.bad, feature, last=number % 2 == 0)
        for number, feature in enumerate(features)
    ]
    for text in texts:
        if text is not None:
            check(text)


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("given", INPUTS)
def test_features_behind_and_before_what_fits_no_shape(given: str, fault: str) -> None:
    wrong = 0
    for number, feature in enumerate(Random(given + fault).sample(FEATURES, 12)):
        statements = (fault, feature) if number % 2 else (feature, fault)
        result = check(model(given, *statements))
        wrong += not result.ok
    assert wrong, "some of this is wrong"


def test_all_of_it_is_tried() -> None:
    """Which features meet which problem is drawn: none of them is left out."""
    drawn = {f for p in SHOWN for f in Random(p.name).sample(FEATURES, 8)}
    assert drawn == set(FEATURES)
    behind = {
        feature
        for given, fault in product(INPUTS, FAULTS)
        for feature in Random(given + fault).sample(FEATURES, 12)[1::2]
    }
    assert behind == set(FEATURES)
    files = [with_feature(problem.bad, "relu", last=True) for problem in SHOWN]
    assert sum(text is not None for text in files) > 150


# --- what is said of other sizes ----------------------------------------------------------------


def with_sizes(text: str, sizes: str) -> str:
    """The model with other defaults, from ``H = 7, W = 9``."""
    for size in sizes.split(", "):
        name = size.split(" = ")[0]
        text = re.sub(rf"(input x: .*)\b{name}\b( = \d+)?", rf"\g<1>{size}", text, count=1)
    return text


FITS = re.compile(r"with (.+) everything fits$")
STRETCH = re.compile(r"right: ([A-Z, ]+) must be (?:at least |at most |)(\d+)$")


def suggested(advice: str) -> str | None:
    """``H = 7, W = 7``, where sizes are said that fit, or from or up to which it does."""
    if found := FITS.search(advice):
        return found[1]
    stretch = STRETCH.search(advice)
    return stretch and ", ".join(f"{name} = {stretch[2]}" for name in stretch[1].split(", "))


@pytest.mark.parametrize("given", [each for each in INPUTS if "int" not in each])
@pytest.mark.parametrize("fault", FAULTS)
def test_sizes_that_are_said_to_fit_do(fault: str, given: str) -> None:
    for feature in FEATURES:
        text = model(given, fault, feature)
        for error in archc.check(archc.Source("net.arch", text)).errors:
            sizes = suggested(error.hint or "")
            if sizes is not None:
                text = with_sizes(text, sizes)
                assert archc.check(archc.Source("net.arch", text)).errors == (), (error, text)
                break


def test_an_argument_that_depends_on_a_size_before_what_works_in_place() -> None:
    (error,) = check(model("[N, 8, L = 16]", "linear(L) -> relu(inplace = true)")).errors
    assert error.problem.name == "argument-depends-on-size"
    assert error.span.text == "L"


def test_one_problem_of_a_shared_module_that_is_found_at_each_of_its_uses() -> None:
    text = model("[N, 3, H = 8]", "module t = { conv(3, 103) -> relu }", "concat [t, relu -> t]")
    (error,) = check(text).errors
    assert error.problem.name == "kernel-does-not-fit"
    assert str(error.hint).endswith("at other sizes it is right: H must be at least 103")


def test_what_was_not_unrolled_is_unrolled_before_sizes_are_advised() -> None:
    """Behind a reshape that fails nothing is known: three values flow at the size that fits."""
    (error,) = check(model("[N, 3, H = 8]", "transpose(1, 2) -> A8(2)")).errors
    assert error.problem.name == "elements-differ"
    assert str(error.hint).endswith("at other sizes it is right: H must be 2")
    # Here something else would fail there, which nobody has looked at: so nothing is advised.
    more = "transpose(1, 2) -> A8(2)\nconv(4, 99)"
    (error,) = check(model("[N, 3, H = 8]", more)).errors
    assert suggested(str(error.hint)) is None


def test_a_rule_is_not_said_to_match_nothing_where_its_layer_is_wrong() -> None:
    text = model("[N, 3, H = 8]", "stem: conv(3, 103)", 'init { "stem".weight: zeros }')
    result = check(text)
    assert [each.problem.name for each in result.errors] == ["kernel-does-not-fit"]
    assert "rule-matches-nothing" not in {each.problem.name for each in result.warnings}


def test_rules_that_are_refused_are_held_against_no_layer() -> None:
    twice = "".join(f"block b{i}() {{ b{i - 1} -> b{i - 1} }}\n" for i in range(1, 22))
    text = "block b0() { conv(3, 1) }\n" + twice
    text += (
        "model m() {\n input x: [N, 3, H = 8, W = 8]\n b21\n init { conv.weight: nothing9 }\n}\n"
    )
    assert [each.problem.name for each in check(text).errors] == ["unknown-initialiser"]
