"""Line ends, comments and doc comments."""

from __future__ import annotations

import pytest
from syntaxkit import names, parsed, shown

from archdsl.tree import ast


def stages(*statements: str) -> list[int]:
    """The number of stages of each pipeline."""
    counts: list[int] = []
    for line in shown(*statements):
        if line == "pipeline":
            counts.append(0)
        elif line.startswith("  stage"):
            counts[-1] += 1
    return counts


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("a -> b\nc", [2, 1]),
        ("a\n-> b", [2]),
        ("a ->\nb", [2]),
        ("a\n\n  # why\n  -> b\n\n", [2]),
        ("a\n:: [N]", [1]),
        ("f(1,\n 2\n) -> b", [2]),
        ("f(\n1\n)\nb", [1, 1]),
        ("residual { a }\nshortcut { b }\n-> c", [2]),
        ("f\n[a]", [1, 1]),
        ("x as a,\nb\nc", [1, 1]),
    ],
)
def test_a_statement_ends_with_its_line_save_where_it_goes_on(text: str, counts: list[int]) -> None:
    assert stages(text) == counts


@pytest.mark.parametrize(
    "text",
    [
        *("[a, b]", "[a\nb]", "[\na,\nb\n]", "[a\n\n, b,]", "[\n\na\n# c\n\nb\n]", "[a,\nb,\n]"),
        *("[a -> f(1,\n2)\nb]", "[a -> [c\nd] -> g, b]", "[a ->\nb -> c\nd]", "[a\n-> b, c]"),
        *("[x as p, b]", "[a if c, b]", "[a with w = [1,\n2], b]", "[a :: [N,\nC]\nb]"),
        "[{ a\nb\n}\nc]",
    ],
)
def test_a_comma_or_a_line_end_separates_branches(text: str) -> None:
    (declaration,) = parsed(f"block B() {{ {text} }}").declarations
    assert isinstance(declaration, ast.PartDeclaration)
    (pipeline,) = declaration.body.statements
    assert isinstance(pipeline, ast.Pipeline)
    unit = pipeline.stages[0].unit
    assert isinstance(unit, ast.Branches)
    assert len(unit.items) == 2


@pytest.mark.parametrize(
    "text",
    [
        "let a = [1,\n2,\n3\n]",
        "let a = [\n x * 2\n for x in xs\n if x > 1\n]",
        "for a in [1\n+ 2, 3] { }",
        "f(\n a\n = 3)",
        "input x: [N,\n  C\n]",
        "x :: [N\n, C]",
        "let a = b if c\n else d",
        "if a { }\n\n  else { }",
        "concat [for d in [1,\n2\n] { a }]",
    ],
)
def test_line_ends_are_free_in_parentheses_lists_and_shapes(text: str) -> None:
    assert len(shown(text)) >= 1


@pytest.mark.parametrize(
    "text",
    [
        "block B(a: list[int]\n of 2) { }\n",
        "block B(a: list[int] of\n 2) { }\n",
        "block B(a: int in 1..8\n step 2) { }\n",
        "block B(a: list[int in 1..8\n step\n 2]\n of 3) { }\n",
        # outside of parentheses these words begin statements
        "block B() {\n relu\n step(4)\n of(2)\n}\n",
    ],
)
def test_words_that_may_be_names_stand_on_any_line(text: str) -> None:
    assert len(parsed(text).declarations) == 1


def test_a_line_end_ends_a_statement_that_is_not_whole() -> None:
    assert names("let A =\n1\n") == ["unexpected-token", "unexpected-token"]
    assert names("let A = 1 +\nlet B = 2\n") == ["unexpected-token"]


def test_comments_are_nothing() -> None:
    assert stages("a # b -> c", "# d", "-> e # ## f") == [2]


def docs(text: str) -> tuple[str, list[str]]:
    file = parsed(text)
    return file.doc, [getattr(declaration, "doc", "") for declaration in file.declarations]


@pytest.mark.parametrize(
    ("text", "file", "declarations"),
    [
        ("## One.\nlet A = 1\n", "", ["One."]),
        ("## One.\n## Two.\n##\n## Three.\nmodel m() { }\n", "", ["One.\nTwo.\n\nThree."]),
        ("## File.\n\n## One.\nlet A = 1\n", "File.", ["One."]),
        ("## File.\n\nlet A = 1\n", "File.", [""]),
        ("## File.\narch 1\n## One.\nlet A = 1\n", "File.", ["One."]),
        ("arch 1\n\n## One.\nlet A = 1\n", "", ["One."]),
        ("arch 1\n\n## File.\n\nlet A = 1\n", "File.", [""]),
        ("let A = 1\n## Two.\n\nlet B = 1\n", "", ["", "Two."]),
        ("let A = 1\n## lost\n\n## Two.\nlet B = 1\n", "", ["", "Two."]),
        ("let A = 1 ## not on its own\nlet B = 1\n", "", ["", ""]),
        ("# no doc\nlet A = 1\n", "", [""]),
        ("####### a rule\nlet A = 1\n", "", [""]),
        (
            "## V.\nmodel v = m(1)\n## F.\nfn f() = 1\n## B.\nblock B() { }\n",
            "",
            ["V.", "F.", "B."],
        ),
        ("## Only.\n", "Only.", []),
    ],
)
def test_doc_comments(text: str, file: str, declarations: list[str]) -> None:
    assert docs(text) == (file, declarations)
    assert docs(text.replace("\n", "\r\n")) == (file, declarations)


def test_a_let_in_a_body_has_a_doc() -> None:
    (block,) = parsed("block B() {\n  ## Half.\n  let h = 1\n}\n").declarations
    assert isinstance(block, ast.PartDeclaration)
    (let,) = block.body.statements
    assert isinstance(let, ast.Let) and let.doc == "Half."
