"""The page from which a program learns the language: right, and short."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import archc
from archdsl.syntax.keywords import KEYWORDS
from archir.base.source import Source
from archir.catalogue.registry import ops

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/primer.md").read_text("utf-8")
MOST_CHARACTERS = 9_000
"""3,000 tokens: the page has 3.2 characters a token, by the tables of GPT-4 and of GPT-4o."""

AROUND = """model net() {{
  input image: [N, 3, H = 32, W = 32]
  relu
  {line}
  global_avg_pool -> linear(10)
}}
"""
ROWS = re.findall(r"^\| `(.+)` \| `(.+)` \|$", PAGE, re.MULTILINE)


@pytest.mark.parametrize(
    "text", re.findall(r"^```arch\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
)
def test_its_files_are_right_and_warn_of_nothing(text: str) -> None:
    result = archc.check(Source("primer.arch", text))
    assert result.ok and result.models
    assert not result.diagnostics


def test_it_is_short() -> None:
    assert len(PAGE) <= MOST_CHARACTERS


def test_it_shows_mistakes() -> None:
    assert len(ROWS) > 8


@pytest.mark.parametrize(("wrong", "right"), ROWS)
def test_what_it_calls_a_mistake_is_said_and_what_it_writes_is_right(
    wrong: str, right: str
) -> None:
    said = archc.check(Source("wrong.arch", AROUND.format(line=wrong))).diagnostics
    assert said
    result = archc.check(Source("right.arch", AROUND.format(line=right)))
    assert result.ok


def test_the_ops_that_it_names_are_there() -> None:
    section = PAGE.split("## Ops most used")[1].split("Library:")[0]
    codes = re.findall(r"`([^`]+)`", section)
    words = {word for code in codes for word in re.sub(r"\(.*?\)|\[.*?\]", "", code).split()}
    assert len(words) > 40
    assert words <= ops().keys()


def test_all_words_of_the_language_are_in_it() -> None:
    words = set(re.findall(r"[a-z_]+", PAGE))
    assert words >= KEYWORDS


@pytest.mark.parametrize("name", ["llms.txt", "docs/primer.md"])
def test_its_links_lead_somewhere(name: str) -> None:
    page = ROOT / name
    links = re.findall(r"\]\(([^)#]+)", page.read_text("utf-8"))
    assert links
    for link in links:
        assert (page.parent / link).exists(), link
