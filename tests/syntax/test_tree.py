"""Each construct of the language, and the tree that it makes."""

from __future__ import annotations

from pathlib import Path

import pytest
from syntaxkit import expression, parsed, shown

import archc
from archdsl.tree import ast
from archdsl.tree.outline import show_ast, unparse_expression


def test_chain() -> None:
    assert shown("x -> conv(64, 3, stride = 2) -> bn1: batch_norm -> relu as y") == [
        "pipeline",
        "  stage x",
        "  stage conv(64, 3, stride = 2)",
        "  stage bn1: batch_norm",
        "  stage relu",
        "  as y",
    ]


def test_names_and_a_remark_about_the_shape() -> None:
    assert shown("chunk(2) as a, _ :: [N, 64, H // 4, _]") == [
        "pipeline",
        "  stage chunk(2)",
        "  as a, _",
        "  :: [N, 64, H // 4, _]",
    ]


def test_labels() -> None:
    assert shown("conv1: relu", '"layer{i + 1}": relu', '"block1-0": relu', "_: relu") == [
        *("pipeline", "  stage conv1: relu"),
        *("pipeline", '  stage "layer{i + 1}": relu'),
        *("pipeline", '  stage "block1-0": relu'),
        *("pipeline", "  stage _: relu"),
    ]


def test_a_keyword_before_a_colon_is_a_label() -> None:
    lines = shown("block: { relu }", "input: relu", "for: relu", "a -> shortcut: relu")
    assert [line.split()[1] for line in lines if "stage" in line and ":" in line] == [
        *("block:", "input:", "for:", "shortcut:"),
    ]


def test_a_labelled_part_with_branches() -> None:
    assert shown("up: Up(256) [_, skip -> relu]", "[a, b] -> concat") == [
        "pipeline",
        "  stage up: Up(256)",
        "    branches",
        "      pipeline",
        "        stage _",
        "      pipeline",
        "        stage skip",
        "        stage relu",
        "pipeline",
        "  stage branches",
        "    pipeline",
        "      stage a",
        "    pipeline",
        "      stage b",
        "  stage concat",
    ]


def test_combinators() -> None:
    assert shown("r: residual { a } shortcut { b } -> dense { c }", "residual { }") == [
        "pipeline",
        "  stage r: residual",
        "    pipeline",
        "      stage a",
        "    shortcut",
        "      pipeline",
        "        stage b",
        "  stage dense",
        "    pipeline",
        "      stage c",
        "pipeline",
        "  stage residual",
    ]


def test_own_weights_and_condition() -> None:
    lines = shown("fc: linear(3) with weight = zeros with bias = ones if a or not b")
    assert lines == [
        "pipeline",
        "  stage fc: linear(3)",
        "    with weight = zeros",
        "    with bias = ones",
        "    if a or not b",
    ]


@pytest.mark.parametrize("unit", ["residual { a }", "dense { a }", "{ a }", "[a]"])
def test_a_condition_stands_behind_every_unit(unit: str) -> None:
    assert shown(f"down: {unit} if stride != 1")[-1].strip() == "if stride != 1"


def test_splice() -> None:
    assert shown("*Stem(32)", "*Stem") == [
        *("pipeline", "  stage *Stem(32)"),
        *("pipeline", "  stage *Stem"),
    ]


def test_loops_and_conditions() -> None:
    text = "for i, d in enumerate(ds) { a }", "repeat n + 1 { a }", "for i in 1..n { }"
    assert shown(*text) == [
        *("for i, d in enumerate(ds)", "  pipeline", "    stage a"),
        *("repeat n + 1", "  pipeline", "    stage a"),
        "for i in 1..n",
    ]
    assert shown("if a { x } else if b == 2 { y }", "else if c { }", "else { z }") == [
        *("if a", "  pipeline", "    stage x"),
        *("else if b == 2", "  pipeline", "    stage y"),
        "else if c",
        *("else", "  pipeline", "    stage z"),
    ]


def test_statements_in_branches() -> None:
    text = "concat [for d in ds { a }, if c { b } else { e }, let a, b = row, repeat 2 { a }, _]"
    kinds = [line.strip() for line in shown(text) if line.startswith(" " * 6) and line[6] != " "]
    assert kinds == ["for d in ds", "if c", "else", "let a, b = row", "repeat 2", "pipeline"]


def test_inputs_and_outputs() -> None:
    assert shown("input x: [N, C, H = 224, W = 2 * 112], ids: int[N, L]") == [
        *("input", "  x: [N, C, H = 224, W = 2 * 112]", "  ids: int[N, L]"),
    ]
    assert shown("output y", "output a = b, c", "output aux = a when training") == [
        *("output", "  y"),
        *("output", "  a = b", "  c"),
        *("output when training", "  aux = a"),
    ]


def test_other_statements() -> None:
    assert shown("let w, h = pair") == ["let w, h = pair"]
    assert shown("param token: [1, 1, dim] = zeros", "buffer mask: [L] = ones") == [
        "param token: [1, 1, dim] = zeros",
        "buffer mask: [L] = ones",
    ]
    assert shown('assert a % b == 0, "{a} cannot be split into {b} groups"') == [
        'assert a % b == 0, "{a} cannot be split into {b} groups"',
    ]
    assert shown("module head = { a }", "module h = head1: relu") == [
        *("module head", "  sequence", "    pipeline", "      stage a"),
        *("module h head1:", "  relu"),
    ]
    assert shown("train_only { a }") == ["train_only", "  pipeline", "    stage a"]


def test_init_rules() -> None:
    text = 'init {\n conv.weight: kaiming_normal(mode = "fan_out")\n *.bias: zeros\n\n' + (
        ' "layer*.*.bn3".weight: zeros\n}'
    )
    assert shown(text, "init { }") == [
        "init",
        '  conv.weight: kaiming_normal(mode = "fan_out")',
        "  *.bias: zeros",
        '  "layer*.*.bn3".weight: zeros',
        "init",
    ]


def test_declarations() -> None:
    file = parsed(
        "arch 1\n"
        "import std.blocks: Fire, Bottleneck\n"
        'import "./stem.arch": Stem\n'
        "block A(width: int in 32..128 = 64, act: op in [relu, silu] = relu, ds: list[list[int]],"
        " b: block, i: init = zeros, plain) { }\n"
        "model m() { }\n"
        "model n = m(a = 1)\n"
        "let WIDTHS = [1, 2]\n"
        "fn double(x, y: int = 2) = x * y\n"
    )
    assert file.edition == 1 and file.edition_span is not None
    assert file.edition_span.text == "arch 1"
    assert show_ast(file).splitlines() == [
        "file test.arch edition 1",
        "  import std.blocks: Fire, Bottleneck",
        '  import "./stem.arch": Stem',
        "  block A",
        "    parameter width: int in 32..128 = 64",
        "    parameter act: op in [relu, silu] = relu",
        "    parameter ds: list[list[int]]",
        "    parameter b: block",
        "    parameter i: init = zeros",
        "    parameter plain",
        "    body",
        "  model m",
        "    body",
        "  variant n = m(a = 1)",
        "  let WIDTHS = [1, 2]",
        "  fn double = x * y",
        "    parameter x",
        "    parameter y: int = 2",
    ]


def test_an_empty_file_is_a_file() -> None:
    for text in ("", "\n\n", "# nothing\n", "arch 1"):
        assert parsed(text).declarations == ()


def test_a_byte_order_mark_is_no_error() -> None:
    assert len(parsed("\ufefflet A = 1\r\nlet B = 2\r\n").declarations) == 2


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *(("0", 0), ("1_000", 1000), ("0x1F", 31), ("0o17", 15), ("0b101", 5), ("00", 0)),
        *(("1.", 1.0), (".5", 0.5), ("1_0.2_5", 10.25), ("1e-3", 0.001), ("1.5E+2", 150.0)),
        *((".5e1", 5.0), ("1.e2", 100.0), ("9" * 1000, int("9" * 1000))),
    ],
)
def test_numbers_are_those_of_python(text: str, value: float) -> None:
    node = expression(text)
    assert isinstance(node, ast.Number)
    assert (node.value, type(node.value)) == (value, type(value))


def test_a_range_is_no_float() -> None:
    node = expression("1..n")
    assert isinstance(node, ast.Range)
    assert isinstance(node.first, ast.Number) and node.first.value == 1


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("a+b*c-d", "a + b * c - d"),
        ("(a+b)*c", "(a + b) * c"),
        ("a-(b-c)", "a - (b - c)"),
        ("-a**-b", "-a ** -b"),
        ("(-a)**b", "(-a) ** b"),
        ("a**b**c", "a ** b ** c"),
        ("(a**b)**c", "(a ** b) ** c"),
        ("a**-b**c", "a ** -b ** c"),
        ("a//b%c/d", "a // b % c / d"),
        ("not a==b and c or d", "not a == b and c or d"),
        ("not(a and b)", "not (a and b)"),
        ("not not a", "not not a"),
        ("a if b else c if d else e", "a if b else c if d else e"),
        ("(a if b else c)if d else e", "(a if b else c) if d else e"),
        ("x[1:][:n][0](a,b=c).d", "x[1:][:n][0](a, b = c).d"),
        ("[a for a,b in zip(x,y)if a>b]", "[a for a, b in zip(x, y) if a > b]"),
        ("[[1,2,],[],]", "[[1, 2], []]"),
        ("(1)", "1"),
        ("(a).b", "a.b"),
        ("1..n+1", "1..n + 1"),
        ("true if none else false", "true if none else false"),
    ],
)
def test_expressions_bind_as_in_python(text: str, canonical: str) -> None:
    assert unparse_expression(expression(text)) == canonical


@pytest.mark.parametrize(
    "text",
    [
        *("1+2*3-4", "2**3**2", "-2**2", "2**-1", "-2**-2**2", "7//2*3", "10-4-3", "2*3%4"),
        *("not 1==2 and 3<4 or 5>6", "1 if 0 else 2 if 1 else 3", "--3", "not not 1", "1-(2-3)"),
    ],
)
def test_values_are_those_of_python(text: str) -> None:
    """What the tree says, written in full parentheses, has Python's value of the text."""

    def full(node: ast.Expr) -> str:
        match node:
            case ast.Number():
                return str(node.value)
            case ast.Arithmetic():
                made = full(node.first)
                for sign, item in node.rest:
                    made = f"({made} {sign} {full(item)})"
                return made
            case ast.Power():
                made = full(node.operands[-1])
                for item in reversed(node.operands[:-1]):
                    made = f"({full(item)} ** {made})"
                return made
            case ast.Unary():
                return f"({(node.operator + ' ') * node.count}{full(node.operand)})"
            case ast.Compare():
                return f"({full(node.left)} {node.operator} {full(node.right)})"
            case ast.Logical():
                return "(" + f" {node.operator} ".join(map(full, node.operands)) + ")"
            case ast.Conditional():
                made = full(node.otherwise)
                for value, condition in reversed(node.arms):
                    made = f"({full(value)} if {full(condition)} else {made})"
                return made
            case _:
                raise AssertionError(node)

    assert eval(full(expression(text))) == eval(text)


def test_spans_cover_what_they_stand_for() -> None:
    text = "let X = (a + b) * f(c, d = [1])[0].e\n"
    (let,) = parsed(text).declarations
    assert isinstance(let, ast.Let)
    assert let.span.text == text.strip()
    assert let.names[0].span.text == "X"
    product = let.value
    assert isinstance(product, ast.Arithmetic)
    assert product.span.text == "(a + b) * f(c, d = [1])[0].e"
    assert product.first.span.text == "(a + b)"
    ((_, access),) = product.rest
    assert isinstance(access, ast.Access)
    assert [it.span.text for it in access.trailers] == ["(c, d = [1])", "[0]", ".e"]


@pytest.mark.parametrize("marks", [0, 1, 2])
def test_one_byte_order_mark_begins_a_file_and_its_imports(marks: int, tmp_path: Path) -> None:
    data = marks * b"\xef\xbb\xbf" + b"model m() {\n  input x: [N, 3]\n  U\n}\nblock U() { relu }\n"
    main, other = tmp_path / "main.arch", tmp_path / "other.arch"
    main.write_bytes(data)
    other.write_bytes(b'import "./main.arch": U\nmodel n() {\n  input x: [N, 3]\n  U\n}\n')
    for path in (main, other):
        errors = archc.check(path).errors
        places = [(e.problem.name, e.span.source.position(e.span.start)) for e in errors]
        assert places == ([("forbidden-character", (1, 2))] if marks == 2 else []), path
