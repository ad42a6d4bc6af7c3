"""What a block declares of its inputs holds in every way of using it.

Each way is refused where the block does not take what flows in, at the use and with the
declaration beside it, and runs in torch where it does.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import product

import pytest
import torch

import archc

WAYS = {
    "plain": "S",
    "labelled": "s: S",
    "with arguments": "S(2)",
    "behind others": "identity -> S -> identity",
    "written before its value": "S [_]",
    "in a branch": "concat [S, identity]",
    "in a residual": "residual { S }",
    "in a shortcut": "residual { identity } shortcut { S }",
    "in a dense": "dense { S }",
    "in braces": "g: { identity -> S }",
    "spliced": "identity -> *S",
    "spliced in braces": "g: { identity -> *S(1) }",
    "shared": "module t = S\nt -> t",
    "shared in braces": "module t = { identity -> S }\nt",
    "shared before it stands": "t\nmodule t = S",
    "in a loop that folds": "repeat 5 { S }",
    "in a loop that does not": "for k in [1, 2, 3] { S(k) }",
    "in a loop in brackets": "concat [repeat 3 { S }]",
    "where a condition holds": "S if 1 < 2",
    "in an arm that is taken": "if 1 < 2 { S } else { identity }",
    "in training": "train_only { S as extra }\noutput y = _\noutput extra = extra when training",
    "named by let": "let unit = S(k = 2)\nunit",
    "as an argument": "Holds(S)",
    "as an argument in part": "Holds(S(k = 3))",
    "spliced inside": "Splices",
    "three blocks deep": "Outer",
    "in a list": "for unit in [S, S(2)] { unit }",
}

AROUND = """
block Holds(unit: block) { identity -> unit }
block Splices() { identity -> *S }
block Inner() { S }
block Middle() { i: Inner }
block Outer() { identity -> Middle }
"""

# What S takes as a block, the same as a model with its default sizes, and what it is given.
FAULTS = {
    "rank": ("[N, C, L]", "[N, C = 1, L = 1]", "[N, 4, H = 8, W = 8]"),
    "rank behind a repeated name": (
        "[N, C, H, W, H]",
        "[N, C = 1, H = 1, W = 1, H]",
        "[N, 4, H = 8, W = 8]",
    ),
    "ints": ("int[N, C, H]", "int[N, C = 1, H = 1]", "[N, 4, H = 8]"),
    "floats unsaid": ("[N, C, H]", "[N, C = 1, H = 1]", "int[N, 4, H = 8]"),
    "bools": ("bool[N, C, H]", "bool[N, C = 1, H = 1]", "int[N, 4, H = 8]"),
    "number": ("[N, 8, H]", "[N, 8, H = 1]", "[N, 4, H = 8]"),
    "repeated name": (
        "[N, C, H, H]",
        "[N, C = 1, H = 1, H]",
        "[N, 4, H = 8, W = 9]",
    ),
    "parameter": ("[N, C, 9 * k]", "[N, C = 1, 9 * k]", "[N, 4, H = 8]"),
}
TAKEN = {
    "floats": ("[N, C, H]", "[N, C = 1, H = 1]", "[N, 4, H = 8]"),
    "floats said": ("float[N, C, H]", "float[N, C = 1, H = 1]", "[N, 4, H = 8]"),
    "ints": ("int[N, C, H]", "int[N, C = 1, H = 1]", "int[N, 4, H = 8]"),
    "number": ("[N, 4, H]", "[N, 4, H = 1]", "[N, 4, H = 8]"),
    "repeated name": ("[N, C, H, H]", "[N, C = 1, H = 1, H]", "[N, 4, H = 8, W = 8]"),
}


def text(kind: str, forms: tuple[str, str, str], way: str) -> str:
    declared = forms[0] if kind == "block" else forms[1]
    return (
        f"{kind} S(k: int = 1) {{\n  input x: {declared}\n  let unused = k\n  identity\n}}\n"
        f"{AROUND}"
        f"model net() {{\n  input image: {forms[2]}\n{WAYS[way]}\n}}\n"
    )


def check(text: str) -> archc.CheckResult:
    return archc.check(archc.Source("net.arch", text), "net")


@pytest.mark.parametrize("kind", ["block", "model"])
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("fault", FAULTS)
def test_every_use_refuses_what_is_not_taken(fault: str, way: str, kind: str) -> None:
    source = text(kind, FAULTS[fault], way)
    found = check(source).errors
    assert {each.problem.name for each in found} == {"input-does-not-match"}, (source, found)
    declared = range(source.index("x: "), source.index("\n", source.index("x: ")))
    for each in found:
        assert re.fullmatch(r"(s: )?\*?(S|t|unit)\b.*", each.span.text), each.span
        assert each.span.start > declared.stop, "the place is the use"
        assert any(label.span.start in declared for label in each.related), each.related


@pytest.mark.parametrize("kind", ["block", "model"])
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("taken", TAKEN)
def test_every_use_takes_what_is_declared_and_runs(taken: str, way: str, kind: str) -> None:
    source = text(kind, TAKEN[taken], way)
    assert check(source).errors == (), source
    net = archc.loads(source, "net")
    shape = (2, 4, 8, 8) if "W = " in TAKEN[taken][2] else (2, 4, 8)
    given = torch.ones(shape, dtype=torch.int64 if TAKEN[taken][2].startswith("int") else None)
    net(given)


def test_a_use_that_is_not_made_is_not_held_to_anything() -> None:
    source = """
block S() {
  input x: int[N, C, H, W, H]
  relu
}
model net(deep = false) {
  input image: [N, 4, H = 8]
  if deep { S }
  S if deep
  concat [_, if deep { S }, for i in 1..0 { S }]
  repeat 0 { *S }
}
"""
    assert check(source).errors == ()


def test_each_of_several_inputs_is_held_to_its_own_declaration() -> None:
    source = """
block S() {
  input a: [N, C, H], ids: int[N, H], mask: bool[N, H]
  a
}
model net() {
  input x: [N, 4, H = 8], ids: int[N, H], y: [N, H]
  S [x, ids, y] as one
  S [x, y, ids] as two
  S [ids, ids, ids]
  output a = one, b = two, c = _
}
"""
    told = [(e.span.text, e.problem.message()) for e in check(source).errors]
    ids, mask = "S takes ids of shape int[N, H]", "S takes mask of shape bool[N, H]"
    assert told == [
        ("S [x, ids, y]", f"{mask}, and is given float[N, H]"),
        ("S [x, y, ids]", f"{ids}, and is given float[N, H]"),
        ("S [x, y, ids]", f"{mask}, and is given int[N, H]"),
        ("S [ids, ids, ids]", "S takes a of shape float[N, C, H], and is given int[N, H]"),
        ("S [ids, ids, ids]", f"{mask}, and is given int[N, H]"),
    ]


def test_each_use_is_shown_with_what_is_around_it() -> None:
    source = """
block S() {
  input x: [N, 8, H]
  relu
}
block A() { S -> S }
block B() { S -> conv(8, 1) }
model net() {
  input x: [N, 4, H = 8]
  A -> B
}
"""
    shown = [
        [source.count("\n", 0, place.start) for place in (e.span, *(r.span for r in e.related))]
        for e in check(source).errors
    ]
    assert sorted(shown) == [[5, 2, 9], [5, 2, 9], [6, 2, 9]]


# --- at other sizes ---------------------------------------------------------------------------

DIMS: dict[str, Callable[[int, int], bool]] = {
    "[N, C, 8, 8]": lambda h, w: h == w == 8,
    "[N, 2 * k, H, H]": lambda h, w: h == w,
    "[N, C, 2 * k, W]": lambda h, _: h == 4,
    "[N, C, H, H // 2]": lambda h, w: w == h // 2,
    "[N, _, H, W]": lambda _h, _w: True,
}


@pytest.mark.parametrize("use", ["S", "*S", "module t = S\nt", "repeat 3 { S }"])
@pytest.mark.parametrize("declared", DIMS)
def test_declared_dims_are_conditions_on_the_sizes(declared: str, use: str) -> None:
    # The convolution halves both sizes, so what reaches S is worked out and not the input's own.
    height, width = next(pair for pair in product(range(1, 20), repeat=2) if DIMS[declared](*pair))
    source = f"""block S(k = 2) {{
  input x: {declared}
  let unused = k
  relu
}}
model net() {{
  input image: [N, 3, P = {2 * height}, Q = {2 * width}]
  conv(4, 2, stride = 2)
  {use}
}}
"""
    checked = check(source)
    assert checked.errors == ()
    for p, q in product(range(1, 22), repeat=2):
        fits = p > 1 and q > 1 and DIMS[declared](p // 2, q // 2)
        assert checked.valid_sizes.contains(P=p, Q=q) == fits, (p, q)


def test_a_refused_size_shows_the_use_that_it_does_not_fit() -> None:
    source = """block S() {
  input x: [N, C, H, H]
  relu
}
model net() {
  input image: [N, 3, P = 9, Q = 9]
  *S
  transpose(2, 3) -> pad([0, 1]) -> slice(3, 0, 8) -> slice(2, 0, 8)
  *S
  S
}
"""
    result = archc.check(archc.Source("net.arch", source), "net", sizes={"P": 9, "Q": 8})
    (error,) = result.errors
    assert error.span.start == source.index("*S")
    assert error.problem.message() == ("S takes x of shape [N, C, H, H], and is given [1, 3, 9, 8]")
    assert [label.span.text for label in error.related] == ["[N, C, H, H]"]
