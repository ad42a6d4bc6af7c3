"""What is said of mistakes that people make: the words that help, and all of it as it was read.

``UPDATE_GOLDENS=1 pytest tests/problems/test_mistakes.py`` writes anew what is said.
"""

from __future__ import annotations

import os

import pytest
from mistakes import FOLDER, Mistake, answer, mistakes, themes, without_the_text, written

THEMES = {theme: mistakes(theme) for theme in themes()}
MISTAKES = [one for _, some in THEMES.values() for one in some]


@pytest.mark.parametrize("one", MISTAKES, ids=lambda one: f"{one.theme}: {one.title}")
def test_what_is_said_helps(one: Mistake) -> None:
    said = answer(one.text)
    wanted = [f"[{name}]" for name in one.problems] or ["error["]
    assert any(name in said for name in wanted), said
    told = without_the_text(said)
    missing = [words for words in one.words if words not in told]
    assert not missing, said


@pytest.mark.parametrize("theme", THEMES)
def test_it_is_said_as_it_was_read(theme: str) -> None:
    head, some = THEMES[theme]
    path = FOLDER / f"{theme}.md"
    now = written(head, some)
    if os.environ.get("UPDATE_GOLDENS"):
        path.write_text(now, "utf-8")
    assert now == path.read_text("utf-8")


def test_there_are_many_and_no_two_alike() -> None:
    assert len(MISTAKES) >= 200
    assert len({(one.theme, one.title) for one in MISTAKES}) == len(MISTAKES)
    assert len({one.text for one in MISTAKES}) == len(MISTAKES)
