"""No Python exception is ever the answer to a user's mistake: mangled texts of the spec.

Each file is cut into words, some words are dropped, doubled, swapped or replaced, and whatever
comes out must be accepted or refused with diagnostics that can be shown.
"""

from __future__ import annotations

import re
from pathlib import Path
from random import Random

import literate
import pytest

from archc import pipeline
from archc.api.formats import FORMATS
from archc.render.style import Style
from archc.render.terminal import render
from archir.base.source import Source

ROOT = Path(__file__).parents[2]

WORDS = re.compile(r'"[^"\n]*"|\w+|->|::|\.\.|\*\*|//|[=!<>]=|\s+|#[^\n]*|.', re.DOTALL)
ODD = (
    "0", "-1", "1.5", "none", "true", "[]", "[1, 2]", '"a"', "99999999999", "_", "N", "H",
    "_.height", "_.shape", "relu", "conv", "batch_norm(1)", "(", "}", "{ }", "_:", "as", "->",
)  # fmt: skip


def texts() -> list[list[str]]:
    """The words of all files of the spec and of the language reference."""
    pages = [*sorted((ROOT / "tests" / "spec").glob("*.md")), ROOT / "docs" / "language.md"]
    found = [case.main.text for page in pages for case in literate.cases(page) if not case.others]
    return [WORDS.findall(text) for text in found]


TEXTS = texts()
POOL = [word for words in TEXTS for word in words if not word.isspace() and word[0] != "#"]


def mangled(random: Random) -> str:
    words = list(random.choice(TEXTS))
    for _ in range(random.choice([1, 1, 1, 2, 2, 3, 5])):
        here, there = random.randrange(len(words)), random.randrange(len(words))
        match random.randrange(6):
            case 0:
                del words[here]
                words = words or ["x"]
            case 1:
                words[here] = random.choice(POOL)
            case 2:
                words.insert(here, random.choice(POOL))
            case 3:
                words[here], words[there] = words[there], words[here]
            case 4:
                words[here] = random.choice(ODD)
            case _:
                other = random.choice(TEXTS)
                start = random.randrange(len(other))
                words[here:here] = other[start : start + random.randrange(12)]
    return "".join(words)


@pytest.mark.parametrize("seed", range(8))
def test_mangled_texts_are_answered(seed: int) -> None:
    random = Random(seed)
    for _ in range(250):
        text = mangled(random)
        try:
            checked, found = pipeline.check_source(Source("main.arch", text), None)
            render(found, Style())
            for model in checked:
                if model.typed is not None and not found.has_errors:
                    compile(FORMATS["python"].text(model.typed), "printed.py", "exec")
        except Exception as error:
            raise AssertionError(f"{type(error).__name__}: {error}\n{text}") from error
