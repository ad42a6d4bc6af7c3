"""A text laid out says the same, keeps its comments, and is laid out already the second time."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from test_unparse_file import ALL, FENCED, ROOT

import archc
from archc.testing.generator import generate
from archdsl.formatting.files import WIDTH, written
from archdsl.syntax.lalr.tables import load
from archdsl.syntax.parser import parse
from archdsl.tree.outline import show_ast
from archir.base.source import Source

SHIPPED = [
    *sorted((ROOT / "examples").glob("*.arch")),
    *sorted((ROOT / "dsl/archdsl/std").glob("*.arch")),
]


def tree(text: str) -> str | None:
    file, found = parse(Source("text", text))
    return None if file is None or found.has_errors else show_ast(file)


RIGHT = [(name, text) for name, text in ALL if tree(text) is not None]


def words(text: str) -> Iterator[re.Match[str]]:
    yield from load().pattern.finditer(text)


def comments(text: str) -> list[str]:
    """The comments by the lexer's own pattern, and none that stands in a string."""
    return [m.group().rstrip() for m in words(text) if m.lastgroup in ("COMMENT", "DOC")]


def held(text: str) -> str:
    """The text laid out, with all that must hold of it held."""
    out = archc.format(text)
    assert tree(out) == tree(text)
    assert comments(out) == comments(text)
    assert archc.format(out) == out
    return out


def commented(text: str, choose: random.Random, count: int) -> str:
    """The text with comments behind lines, on lines of their own, and in the midst of brackets."""
    ends = [match.start() for match in words(text) if match.lastgroup == "_NL"]
    inside: list[int] = []
    depth = 0
    for match in words(text):
        depth += (match.group() in ("(", "[")) - (match.group() in (")", "]"))
        if depth and match.lastgroup not in ("COMMENT", "DOC", "BLANKS", "_NL"):
            inside.append(match.start())
    put: list[tuple[int, str]] = []
    for number in range(count):
        where = choose.choice([ends, ends, inside])
        before = choose.choice(["  ", "\n"])
        if where:
            after = "\n" if where is inside else ""
            put.append((choose.choice(where), f"{before}# {number}{after}"))
    for at, words_ in sorted(put, reverse=True):
        text = text[:at] + words_ + text[at:]
    return text


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_what_ships_is_laid_out(path: Path) -> None:
    text = path.read_text("utf-8")
    assert archc.format(text) == text


PAGES = [
    (f"{page.name}-{number}", text)
    for page in sorted((ROOT / "docs").glob("*.md"))
    for number, text in enumerate(FENCED.findall(page.read_text("utf-8")))
    if tree(text) is not None
]


@pytest.mark.parametrize("text", [text for _, text in PAGES], ids=[name for name, _ in PAGES])
def test_what_the_pages_show_is_laid_out(text: str) -> None:
    assert archc.format(text) == text


def test_the_texts_of_the_language_s_tests_say_the_same_when_they_are_laid_out() -> None:
    for _, text in RIGHT:
        held(text)


@pytest.mark.parametrize("seed", range(4))
def test_comments_stay(seed: int) -> None:
    choose = random.Random(seed)
    tried = 0
    for _, text in choose.sample(RIGHT, 60):
        some = commented(text, choose, choose.choice([1, 3, 12]))
        if tree(some) is not None:
            held(some)
            tried += 1
    assert tried > 30


@pytest.mark.parametrize("seed", range(3))
def test_generated_networks(seed: int) -> None:
    choose = random.Random(seed)
    for number in range(8):
        for text in generate(f"layout {seed} {number}").files.values():
            if tree(text) is not None:
                held(text)
            some = commented(text, choose, 6)
            if tree(some) is not None:
                held(some)


def joined(text: str, choose: random.Random) -> str:
    """The text with its line ends and blanks elsewhere, where that changes nothing."""
    made: list[str] = []
    inner: list[bool] = []
    found = list(words(text))
    for match, after in zip(found, [*found[1:], None], strict=True):
        word = match.group()
        if word in ("(", "[", "{"):
            inner.append(word == "(")
        elif word in (")", "]", "}"):
            inner.pop()
        depth = bool(inner) and inner[-1]
        if match.lastgroup == "_NL" and depth:
            word = " "
        elif match.lastgroup == "BLANKS":
            word = " " * choose.choice([1, 1, 3])
            if depth and choose.random() < 0.3:
                word = "\n "
            elif after is not None and after.group() in ("->", "::") and choose.random() < 0.3:
                word = "\n   "
        made.append(word)
    return "".join(made)


def test_there_is_one_way_wherever_lines_ended_before() -> None:
    choose = random.Random(7)
    tried = 0
    for path in SHIPPED:
        text = path.read_text("utf-8")
        other = joined(text, choose)
        if tree(other) == tree(text):
            assert archc.format(other) == text, path
            tried += 1
    assert tried > 0.9 * len(SHIPPED)


def test_a_tree_is_written_as_its_text_is_laid_out() -> None:
    for path in SHIPPED:
        file, _ = parse(Source(path.name, path.read_text("utf-8")))
        assert file is not None
        out = written(file)
        assert tree(out) == show_ast(file).replace(f"file {path.name}", "file text", 1)
        assert archc.format(out) == out


LONG = "global_avg_pool" + " -> linear(100) -> relu -> dropout(0.5)" * 2 + " -> linear(1000)"


def test_where_lines_end() -> None:
    text = """\
arch 1


# a
import std.blocks:ConvNormAct
## One.
model m(a=1,b:int in [1,2]=2){

  input x:[N,3,H=32,W=32],ids:int[N,L]
  let rows=[[1,  2],[3,4]]   # rows


  x->conv( 8,3 ,padding=1 )->relu
  if a==1{relu}
  if a==1{relu}else{
    tanh}
  add[ _,
    relu ]
  layer:{ for i in 1..a { _:{ relu } } }
  conv(aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb,
    cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc)
  let yyyyyyyyyyyyyyyyyyyyyyyy = [1111, 2222, 3333, 4444, 5555, 6666, 7777, 8888,
    9999, 1111, 2222, 3333, 4444, 5555, 6666, 7777]
  conv(8, # why
    3)
  LONG->
  linear(10) as y
  output y
  init{ *.bias:zeros
    conv.weight:normal( std = -1e-3 ) }
  # end
}
block Crop(n){ slice( 2,0,n ) }
"""
    assert (
        held(text.replace("LONG", LONG)).replace(LONG, "LONG")
        == """\
arch 1

# a
import std.blocks: ConvNormAct

## One.
model m(a = 1, b: int in [1, 2] = 2) {
  input x: [N, 3, H = 32, W = 32], ids: int[N, L]
  let rows = [[1, 2], [3, 4]]  # rows

  x -> conv(8, 3, padding = 1) -> relu
  if a == 1 { relu }
  if a == 1 {
    relu
  } else {
    tanh
  }
  add [_, relu]
  layer: {
    for i in 1..a { _: { relu } }
  }
  conv(
    aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa,
    bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb,
    cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc,
  )
  let yyyyyyyyyyyyyyyyyyyyyyyy = [
    1111, 2222, 3333, 4444, 5555, 6666, 7777, 8888, 9999, 1111, 2222, 3333, 4444, 5555, 6666, 7777,
  ]
  conv(
    8,  # why
    3,
  )
  LONG
    -> linear(10) as y
  output y
  init {
    *.bias:      zeros
    conv.weight: normal(std = -1e-3)
  }
  # end
}

block Crop(n) { slice(2, 0, n) }
"""
    )


def test_no_line_is_too_long_that_can_end() -> None:
    for path in SHIPPED:
        for line in path.read_text("utf-8").split("\n"):
            is_text = line.lstrip().startswith("#") or '"' in line
            assert is_text or len(line) <= WIDTH, line


def test_what_is_spelled_stays() -> None:
    held('let a, b = [(1_000), 0x1F if (true) else 1e-3]\nlet t = "{{x}} {a  +  1} \\n\\""\n')
    assert archc.format('let t = "{a  +  1}"\n') == 'let t = "{a + 1}"\n'
    assert archc.format("let a = 1. .. 2\n") == "let a = 1. ..2\n"
    assert archc.format("block b {\n  ys[0] -> add [x]\n}\n") == (
        "block b {\n  ys[0] -> add [x]\n}\n"
    )


@pytest.mark.parametrize("text", ["", "# c\n", "\n\n# c\n\n\n# d", "arch 1", "## doc\n\n# c"])
def test_files_without_declarations(text: str) -> None:
    held(text)


def test_a_mistake_of_syntax_is_said() -> None:
    with pytest.raises(archc.ArchError, match="unclosed-bracket"):
        archc.format("block b { conv( }\n")


def test_line_ends_of_windows_stay() -> None:
    text = "block b {\r\n  relu # c\r\n\r\n\r\n  tanh\r\n}\r\n"
    assert archc.format(text) == "block b {\r\n  relu  # c\r\n\r\n  tanh\r\n}\r\n"


def test_a_list_of_numbers_fills_its_lines_however_long_they_are() -> None:
    numbers = [f"{sign}0.{digits}" for sign in ("", "-") for digits in range(10**9, 10**9 + 9)]
    lines = archc.format(f"let table = [{', '.join(numbers)}]\n").splitlines()
    assert lines[0] == "let table = [" and lines[-1] == "]"
    assert len(lines) == 2 + len(numbers) // 8 + 1
    assert all(len(line) <= 120 for line in lines)
    plain = [f"some_long_name_{each}" for each in range(9)]
    text = "\n".join(f"let {each} = 1" for each in plain)
    assert len(archc.format(f"{text}\nlet table = [{', '.join(plain)}]\n").splitlines()) == 9 + 11
