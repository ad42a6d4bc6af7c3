"""Whole files of another language: of such a file one thing is to be said.

Asked of files in which something is wrong. A file that declares anything as this language does is
one of this language, with mistakes.
"""

from __future__ import annotations

import re

_OURS = re.compile(r"(block|model|fn)\s+\w+\s*[(={]|let\s+\w+(\s*,\s*\w+)*\s*=|arch\s+\d")
_PYTHON = re.compile(
    r"(class|def)\s+\w+.*:$|from\s+[\w.]+\s+import\b|import\s+(torch|tensorflow|keras|jax|numpy)\b"
)
_KEY = re.compile(r"(- )*[\w\"'./-]+\s*:(\s|$)|- |---$|\.\.\.$")
_MESSAGE = re.compile(r"\w+\s*:?\s*\{|\}|\w+\s*:\s*\S")
_SECTION = re.compile(r"\[\[?[\w. -]+\]\]?$")
_SETTING = re.compile(r"[\w.-]+\s*=")


def written_in(text: str) -> str | None:
    """The language of a text that has nothing of this one; None where that cannot be said."""
    lines = [line for each in text.splitlines() if (line := each.strip()) and line[0] != "#"]
    if not lines or any(_OURS.match(line) for line in lines):
        return None
    if lines[0][0] == "<":
        return "XML"
    if lines[0][0] in "{[" and lines[-1][-1] in "}]" and '":' in text.replace('" :', '":'):
        return "JSON"
    if len(lines) > 1 and any(_PYTHON.match(line) for line in lines):
        return "Python"
    if _SECTION.match(lines[0]) and _share(_SETTING, lines) + _share(_SECTION, lines) > _MOST:
        return "INI or TOML"
    if "{" in text and _share(_MESSAGE, lines) > _MOST:
        return "a prototxt"
    return "YAML" if len(lines) > 1 and _share(_KEY, lines) > _MOST else None


_MOST = 0.8
"""So many of the lines have the form of the language."""


def _share(pattern: re.Pattern[str], lines: list[str]) -> float:
    return sum(pattern.match(line) is not None for line in lines) / len(lines)
