"""Files written as text and read again are the same files."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from archdsl.syntax.parser import parse
from archdsl.tree.outline import show_ast
from archdsl.tree.unparse_file import unparse_file
from archir.base.source import Source

ROOT = Path(__file__).resolve().parents[2]
FENCED = re.compile(r"^```arch\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def texts() -> list[tuple[str, str]]:
    """All that is written in the language here, with where it stands."""
    found: list[tuple[str, str]] = []
    for folder in ("examples", "dsl/archdsl/std"):
        found += [(f.name, f.read_text("utf-8")) for f in sorted((ROOT / folder).glob("*.arch"))]
    for folder in ("docs", "tests/spec"):
        for page in sorted((ROOT / folder).glob("*.md")):
            blocks = enumerate(FENCED.findall(page.read_text("utf-8")))
            found += [(f"{page.name}-{number}", text) for number, text in blocks]
    return found


ALL = texts()


def written(text: str) -> str | None:
    file, problems = parse(Source("text", text))
    return None if file is None or problems.has_errors else unparse_file(file)


def shown(text: str) -> str:
    file, problems = parse(Source("text", text))
    assert file is not None, [each.problem.message() for each in problems]
    return show_ast(file)


@pytest.mark.parametrize("text", [text for _, text in ALL], ids=[name for name, _ in ALL])
def test_a_file_is_the_same_when_it_is_written_and_read_again(text: str) -> None:
    again = written(text)
    if again is not None:
        assert shown(again) == shown(text)
        assert written(again) == again, "the form is canonical"


def test_most_texts_here_can_be_read() -> None:
    assert sum(written(text) is not None for _, text in ALL) > 0.8 * len(ALL) > 100


def test_what_is_easily_lost() -> None:
    text = """arch 1

import std.blocks: ConvNormAct

import "./a \\"b\\".arch": Stem

## Two lines
## of words.
block Unit(width: int in [1, 2] if true else [3] = 1, norm: op = none) {
  input x: int[N, C], y: [N, _, H = 3]
  module "a-b" = { }
}
"""
    # A domain that is a conditional needs its parentheses, and a module its name.
    text = text.replace("[1, 2] if true else [3] =", "([1, 2] if true else [3]) =")
    text = text.replace('module "a-b" = { }', 'module tower = "a-b": { }')
    assert written(text) == text
