"""Goldens: a text and the source that is printed for it, side by side for a reader.

``UPDATE_GOLDENS=1 pytest tests/python/test_goldens.py`` writes them anew.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from printed import compiled, differences

from archc.python import source

FOLDER = Path(__file__).parents[1] / "goldens" / "python"
GOLDENS = {"vgg16": None, "residual": "resnext14", "dense": None, "from_the_graph": None}
"""The goldens, and the model where a text has several."""


def halves(name: str) -> tuple[str, str]:
    """A golden's text and its source."""
    found = re.fullmatch(
        r"(.*\n```arch\n.*?\n```\n).*?(?:```python\n(.*)```\n)?",
        (FOLDER / f"{name}.md").read_text("utf-8"),
        re.DOTALL,
    )
    assert found, f"{name}.md is no text with its source"
    return found[1], found[2] or ""


@pytest.mark.parametrize("name", GOLDENS)
def test_golden(name: str) -> None:
    head, expected = halves(name)
    text = head.split("```arch\n")[1].removesuffix("```\n")
    typed = compiled(text, GOLDENS[name])
    printed = source(typed)
    if os.environ.get("UPDATE_GOLDENS"):
        (FOLDER / f"{name}.md").write_text(f"{head}\n```python\n{printed}```\n", "utf-8")
        expected = printed
    assert printed == expected
    assert list(differences(typed, printed, run=name != "vgg16")) == []


def test_no_golden_is_unused() -> None:
    assert {path.stem for path in FOLDER.glob("*")} == set(GOLDENS)
