"""What the page asks while a text is written: which words may stand at a place, and what a name is.

Both questions have an offset, ``at``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from archc.editor import completing, explaining
from archc.errors import SettingError

if TYPE_CHECKING:
    from archc.editor.page import Page
    from archc.render import data

_BEGUN = re.compile(r"\w*$")
_BEGUN_PATH = re.compile(r"^\s*import\s+([\w.]*)$")
"""What is there of a word; that of the library has points in it."""


def complete(page: Page, question: Mapping[object, object]) -> dict[str, data.Json]:
    """The words that may stand at a place, and where the one begins that is being written."""
    at = _at(page, question)
    line = page.text[page.text.rfind("\n", 0, at) + 1 : at]
    path, word = _BEGUN_PATH.search(line), _BEGUN.search(line)
    begun = path[1] if path is not None else "" if word is None else word[0]
    return {
        "start": at - len(begun),
        "words": [
            {"word": each.word, "kind": each.kind, "detail": each.detail}
            for each in completing.proposals(page, at)
            if each.word.startswith(begun)
        ],
    }


def hover(page: Page, question: Mapping[object, object]) -> dict[str, data.Json]:
    """What the name at a place is, as Markdown; nothing where there is no name."""
    said = explaining.hover(page, _at(page, question))
    if said is None:
        return {}
    return {"start": said.span.start, "end": said.span.end, "text": said.markdown}


def _at(page: Page, question: Mapping[object, object]) -> int:
    at = question.get("at")
    if isinstance(at, bool) or not isinstance(at, int) or not 0 <= at <= len(page.text):
        raise SettingError("a question about a place has its offset, in characters of the text")
    return at
