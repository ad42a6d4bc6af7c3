"""The corpus of mistakes that people make: texts, what a helpful answer contains, and the answer.

In ``tests/goldens/mistakes`` a mistake is a heading, a line of what is wanted, and a text. The line
was written before anybody saw the answer. Behind the text stand the answer, and the text that the
fixes make of it, for a reader to judge.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import archc
from archc.render.style import Style
from archc.render.terminal import render
from archc.request.fixing import fixed
from archir.base.diagnostics import Diagnostics
from archir.base.record import Record
from archir.base.source import Source

FOLDER = Path(__file__).parents[1] / "goldens" / "mistakes"
NAME = "net.arch"


class Mistake(Record):
    """One mistake of the corpus."""

    theme: str
    title: str
    wants: str
    """The line that says what is wanted: problems, one of which is said, and words."""

    text: str
    said: str
    """What stands behind the text."""

    @property
    def problems(self) -> list[str]:
        return _quoted(self.wants.partition(": ")[0])

    @property
    def words(self) -> list[str]:
        return _quoted(self.wants.partition(": ")[2])


def _quoted(line: str) -> list[str]:
    return [found[1] or found[2] for found in re.finditer(r"`` (.*?) ``|`([^`]*)`", line)]


_MISTAKE = re.compile(
    r"^## (?P<title>.*)\n\n(?P<wants>Wants .*)\.\n\n```arch\n(?P<text>.*?)^```\n(?P<said>.*)",
    re.DOTALL | re.MULTILINE,
)


def themes() -> list[str]:
    """The files of the corpus."""
    return sorted(path.stem for path in FOLDER.glob("*.md"))


def mistakes(theme: str) -> tuple[str, list[Mistake]]:
    """What a file begins with, and its mistakes."""
    text = (FOLDER / f"{theme}.md").read_text("utf-8")
    head, *parts = re.split(r"^(?=## )", text, flags=re.MULTILINE)
    return head, list(_read(theme, parts))


def _read(theme: str, parts: list[str]) -> Iterator[Mistake]:
    for part in parts:
        found = _MISTAKE.fullmatch(part)
        assert found, f"no mistake of the corpus: {part}"
        yield Mistake(theme, found["title"], found["wants"], found["text"], found["said"].strip())


def answer(text: str) -> str:
    """What is said of a text, and what the fixes make of it, as it stands behind it."""
    source = Source(NAME, text)
    found = archc.check(source).diagnostics
    said = render(found, Style(False)) if found else "nothing\n"
    shown = f"```text\n{said}```\n"
    now = fixed([(source, None)], lambda one, *_: _found(one), unsafe=True).texts[0].now
    return shown if now == text else f"{shown}\nFixed:\n\n```arch\n{now}```\n"


def _found(source: Source) -> Diagnostics:
    found = Diagnostics()
    found.items.extend(archc.check(source).diagnostics)
    return found


def without_the_text(said: str) -> str:
    """What is said, without the lines of the text that it shows."""
    return re.sub(r"^ *\d+ [|] .*\n", "", said, flags=re.MULTILINE)


def written(head: str, all_of_it: list[Mistake]) -> str:
    """A file of the corpus, with what is said now."""
    parts = [
        f"## {one.title}\n\n{one.wants}.\n\n```arch\n{one.text}```\n\n{answer(one.text)}"
        for one in all_of_it
    ]
    return "\n".join([head.rstrip("\n") + "\n", *parts])
