"""Whatever stands where it does not belong, messages say it in the language's words.

Values, sizes, modules, functions, conditions and parts are put wherever an expression may stand. No
message may hold what Python writes of its own objects.
"""

from __future__ import annotations

import re

import pytest

import archc

EXPRESSIONS = (
    "x", "[x]", "[[x]]", "zip([x], [1])", "x.shape[2]", "[x.shape[2], x]", "conv(x, 3)", "relu(x)",
    "[relu([x])]", "Unit([x])", "slice(2, 0, x.shape[2])", "reshape([x.shape[0], -1])", "y", "_",
    "t", "[[t]]", "f", "normal(std = [x])", "[normal]", "Unit", "H == 3", "[H == 3]",
    "[[1, none], true]",
)  # fmt: skip

PLACES = (
    'assert @ == 3, "m"', 'assert H == 3, "m {@}"', '"l{@}": conv(3, 1)', "@", "conv(@, 3)",
    "conv(3, 1) with bias = @", "repeat @ { relu }", "for q in @ { relu }", "if @ { relu }",
    "let z = @ + 1\n conv(z, 1)", "let z = max(@)\n conv(z, 1)", "let z = @[7]\n conv(z, 1)",
    "let z = @.foo\n conv(z, 1)", "Unit(@)", "Chosen(@)", "Typed(@)", "Parted(@)", "reshape(@)",
    "slice(2, 0, @)", "split(@)", "upsample(@)", "pad(@)", "param w: [1, @] = zeros\n add [_, w]",
    "param w: [3, 1] = @\n add [_, w]", "module u = @\n u", "let z = str(@)\n assert 1 == 2, z",
    "let z = len(@)\n conv(z, 1)", "let z = sum(@)\n conv(z, 1)", "let z = range(@)\n conv(z, 1)",
    "let z = sorted(@)\n conv(z, 1)", 'assert @ in [1], "m"', "output o = @", "concat @",
    "relu :: [N, @, H]", "multiply(@)", "batch_norm(eps = @)", "init { conv.bias: @ }\n conv(3, 1)",
    "init { conv.bias: constant(@) }\n conv(3, 1)",
)  # fmt: skip

AROUND = """fn f(a) = a + 1
block Unit(a) {{ relu }}
block Chosen(a in [1, 2]) {{ relu }}
block Typed(a: int) {{ conv(a, 1) }}
block Parted(a: op in [relu, gelu]) {{ a }}
model m() {{
  input x: [N, 3, H = 9]
  module t = relu
  relu as y
  {body}
}}
"""

PYTHON = re.compile(r"%\d|\w\(\w+=|<class|object at|SizeExpr|UNKNOWN")
"""What Python's texts of our objects have, and the language has nowhere."""


@pytest.mark.parametrize("place", PLACES)
def test_messages_speak_the_language(place: str) -> None:
    for expression in EXPRESSIONS:
        text = AROUND.format(body=place.replace("@", expression))
        result = archc.check(archc.Source("m.arch", text))
        for found in result.diagnostics:
            words = (found.problem.message(), found.hint, *(each.text for each in found.related))
            for said in filter(None, words):
                assert not PYTHON.search(said), f"{text}\n{said}"


@pytest.mark.parametrize(
    ("statement", "hint"),
    [
        ("if H { relu }", "a size may be compared in an assert"),
        ('assert H, "m"', "a size may be compared in an assert"),
        ('assert H / 2 > 3, "m"', r"in whole numbers: \+ - \* // and %"),
        ("if H > 3 { relu }", "what sizes must be is said by `assert`"),
        ("y + _", r"`add \[y, _\]`"),
        ("y / _", r"`divide \[y, _\]`"),
        ("relu -> y / _", r"`divide \[a, b\]`"),
        ("slice(2, 0, y)", r"`y\.channels` or `y\.shape\[2\]`"),
        ("input b: [N, 3, H = 5]\n  add [x, b]", "H alone is the same size once more"),
    ],
)
def test_a_hint_says_what_is_meant(statement: str, hint: str) -> None:
    found = archc.check(archc.Source("m.arch", AROUND.format(body=statement))).errors
    assert any(re.search(hint, each.hint or "") for each in found), found
