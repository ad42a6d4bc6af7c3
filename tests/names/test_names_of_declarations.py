"""Declarations of a file: parameters, variants, functions, and what needs what."""

from __future__ import annotations

import pytest
from nameskit import body, names, problems, said

NET = "model net(width, depth = 1, norm: op = none) {\n  input x: [N, 3, H = 8, W = 8]\n"
NET += "  repeat depth { conv(width, 3, padding = 1) -> norm }\n}\n"


@pytest.mark.parametrize(
    "text",
    [
        # Variants fill in by position what is still open, and by name what they like.
        NET + "model small = net(4)\nmodel bn = small(norm = batch_norm)\nmodel deep = bn(2)\n",
        NET + "model four = net(4)\nmodel eight = four(width = 8)\n",
        "model last = small(3)\nmodel small = net(4)\n" + NET,
        NET + "model same = net\n",
        # Order does not matter, also among constants and functions.
        "let A = B + f(1)\nlet B = 1\nfn f(n) = n + g(n)\nfn g(n) = n\n\n" + body("conv(A, 1)"),
        "let FIRST, LAST = [8, 16]\n\n" + body("conv(FIRST, 1)"),
        # A default may use the parameters before it.
        "block B(width, squeezed = width // 4) { conv(width, 1) -> conv(squeezed, 1) }\n\n"
        + body("B(16)"),
        # Types, domains and defaults that agree.
        'block B(a: int in 1..3 = 2, b: float = 1, c: bool = true, d: string in ["x", "y"] = "x",'
        " e: list[list[int]] = [[1], [2, 3]], f: op in [relu, flatten] = relu, g: block = none,"
        " h: init = normal(std = 0.1), i: op = conv(kernel_size = 1), j: float in 0..1 = 0.5,"
        " k in [1, 3] = 3, l: int = 4 * 2, m: list[int] = [n for n in 1..3]) {\n"
        '  assert a > b and c and d == "x" and len(e) == j and k == l and m != [], "so"\n'
        "  f -> g(1) -> i(2) with weight = h\n}\n\n" + body("B"),
        # A block that is passed on does not need itself.
        "block Apply(unit: block) { unit }\n\nblock Other() { relu }\n\n"
        + body("Apply(Other)", "Apply(Apply(Other))"),
    ],
)
def test_clean(text: str) -> None:
    assert [(d.problem.name, d.problem.message(), d.span.text) for d in problems(text)] == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (NET + "model wide = net(widht = 8)\n", ("unknown-argument", "widht")),
        (NET + "model wide = net(1, 2, relu, 4)\n", ("too-many-arguments", "4")),
        (NET + "model a = net(1)\nmodel b = a(2, relu, 3)\n", ("too-many-arguments", "3")),
        (NET + "model wide = nett(8)\n", ("unknown-name", "nett")),
        ("block Unit() { relu }\n\nmodel m = Unit()\n", ("not-a-model", "Unit")),
        ("model m = relu\n", ("not-a-model", "relu")),
        ("model m = 3\n", ("not-a-model", "3")),
        ("model m = sqrt(3)\n", ("not-a-model", "sqrt")),
        ("block U() { relu }\nblock U() { flatten }\n", ("name-declared-twice", "U")),
        ("let a = 1\nfn a(n) = n\n", ("name-declared-twice", "a")),
        ("block U(a, a) { conv(a, 1) }\n", ("name-declared-twice", "a")),
        ("block U(a = b, b = 1) { conv(a, b) }\n", ("unknown-name", "b")),
        ("block U(a = a) { conv(a, 1) }\n", ("unknown-name", "a")),
        ("fn f(n) = m\n", ("unknown-name", "m")),
        ("let a = b\n", ("unknown-name", "b")),
        ("block _() { relu }\n", ("underscore-as-name", "_")),
        ("block U(_) { relu }\n", ("underscore-as-name", "_")),
        # types, domains, defaults
        ("block U(a: integer) { conv(a, 1) }\n", ("unknown-type", "integer")),
        ("block U(a: list[integer]) { conv(a[0], 1) }\n", ("unknown-type", "integer")),
        ("block U(a: list) { conv(a[0], 1) }\n", ("wrong-type-arguments", "list")),
        ("block U(a: int = 2.0) { conv(a, 1) }\n", ("argument-of-wrong-type", "2.0")),
        ("block U(a: int = true) { conv(a, 1) }\n", ("argument-of-wrong-type", "true")),
        ("block U(a: int = relu) { conv(a, 1) }\n", ("argument-of-wrong-type", "relu")),
        ("block U(a: op = 3) { a }\n", ("argument-of-wrong-type", "3")),
        ("block V() { relu }\nblock U(a: op = V) { a }\n", ("argument-of-wrong-type", "V")),
        ("block U(a: block = relu) { a }\n", ("argument-of-wrong-type", "relu")),
        ("block U(a: bool = 1) { relu if a }\n", ("argument-of-wrong-type", "1")),
        ("block U(a: string = 1) { conv(a, 1) }\n", ("argument-of-wrong-type", "1")),
        ("block U(a: list[int] = [1, 2.5]) { conv(a[0], 1) }\n",
         ("argument-of-wrong-type", "[1, 2.5]")),
        ("block U(a: int in [1, 2.5] = 1) { conv(a, 1) }\n", ("argument-of-wrong-type", "2.5")),
        ("block U(a: init = relu) { conv(1, 1) with bias = a }\n", ("not-an-initialiser", "relu")),
        ("block U(a: int in 32..128 = 8) { conv(a, 1) }\n", ("outside-domain", "8")),
        ("block U(a: int in 1..3 = -1) { conv(a, 1) }\n", ("outside-domain", "-1")),
        ("block U(a in [1, 3] = 2) { conv(a, 1) }\n", ("outside-domain", "2")),
        ("block U(a in [1, 3] = 1.0) { conv(a, 1) }\n", ("outside-domain", "1.0")),
        ("block U(a in [\"x\"] = \"y\") { conv(a, 1) }\n", ("outside-domain", '"y"')),
        ("block U(a: int in 3..2) { conv(a, 1) }\n", ("empty-domain", "3..2")),
        ("block U(a in []) { conv(a, 1) }\n", ("empty-domain", "[]")),
        # models and blocks
        ("model m() { relu }\n", ("model-without-input", "m")),
        ("block U() {\n  relu as y\n  output y when training\n}\n",
         ("training-output-in-block", "training")),
        ("block U() {\n  input a: [N], b: [N]\n  input c: [N]\n  relu\n}\n",
         ("misplaced-input", "input c: [N]")),
        ("block U() {\n  input a: text[N]\n  relu\n}\n", ("unknown-dtype", "text")),
        ("block S() { relu }\nblock U() { stem: *S }\n", ("label-on-splice", "stem")),
        ("block S() { relu }\nblock U() { S with weight = zeros }\n",
         ("no-such-parameter", "weight")),
    ],
)  # fmt: skip
def test_wrong(text: str, expected: tuple[str, str]) -> None:
    errors = [found for found in problems(text) if found.is_error]
    assert [(e.problem.name, e.span.text) for e in errors] == [expected]


@pytest.mark.parametrize(
    ("text", "place", "circle"),
    [
        ("block A() { relu -> A }\n", "A", "A needs itself"),
        ("block A() { B }\nblock B() { C }\nblock C() { A }\n", "B", "A -> B -> C -> A"),
        ("block A(unit = B) { unit }\nblock B() { A }\n", "B", "A -> B -> A"),
        ("fn f(n) = 1 if n == 0 else n * f(n - 1)\n", "f", "f needs itself"),
        ("fn f(n = g(1)) = n\nfn g(n) = f() + n\n", "g", "f -> g -> f"),
        ("let A = B + 1\nlet B = A + 1\n", "B", "A -> B -> A"),
        ("let A = [A]\n", "A", "A needs itself"),
        ("model a = b()\nmodel b = a()\n", "b", "a -> b -> a"),
        ("block A() { if false { A } }\n", "A", "A needs itself"),
    ],
)
def test_cycles(text: str, place: str, circle: str) -> None:
    (found,) = (found for found in problems(text) if found.is_error)
    assert found.problem.name == "needs-itself"
    assert found.span.text == place
    assert circle in found.problem.message()
    assert len(found.related) == circle.count("->") - 1 if "->" in circle else not found.related


def test_only_lists_have_items() -> None:
    assert names("block U(a: int[float]) { conv(a, 1) }\n") == ["wrong-type-arguments"]


def test_two_cycles_are_two_errors() -> None:
    assert names("block A() { A }\nblock B() { B }\n") == ["needs-itself"] * 2


def test_a_long_chain_is_no_cycle() -> None:
    blocks = [f"block B{i}() {{ B{i + 1} }}\n" for i in range(3000)]
    assert names("".join(blocks) + "block B3000() { relu }\n") == []


def test_variants_of_variants_in_a_long_chain() -> None:
    links = [f"model m{i + 1} = m{i}(depth = {i})\n" for i in range(2000)]
    text = NET.replace("model net", "model m0") + "".join(links)
    assert names(text) == []
    assert said(text + "model last = m2000(1, relu, 3)\n") == [("too-many-arguments", "3")]
