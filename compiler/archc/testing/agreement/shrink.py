"""A project that shows a disagreement, made as small as a few hundred tries can make it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from archc.testing.agreement.theirs import Case
from archc.testing.fuzz.shrink import shrunk as without_words

TRIES = 400

Shows = Callable[[Case], bool]
"""Whether a project still shows the same disagreement."""

_OPEN, _CLOSE = "([{", ")]}"


def shrunk(case: Case, shows: Shows, tries: int = TRIES) -> Case:
    """A smaller project that still shows it: fewer statements, stages and arguments."""
    left = [tries]

    def still(files: Mapping[str, str]) -> bool:
        left[0] -= 1
        return left[0] >= 0 and shows(replace(case, files=files))

    files = dict(case.files)
    for _ in range(3):
        before = dict(files)
        for name in sorted(files, key=lambda each: each == case.main):
            files[name] = _pieces(files, name, still)
        if files == before:
            break
    for name in files:
        files[name] = _words(files, name, still, left)
        files[name] = _numbers(files, name, still)
    return replace(case, files=files)


def _pieces(files: dict[str, str], name: str, still: Callable[[Mapping[str, str]], bool]) -> str:
    """Without whole pieces, long ones first, until none can go."""
    text = files[name]
    while True:
        for candidate in sorted(set(candidates(text)), key=len):
            if len(candidate) < len(text) and still({**files, name: candidate}):
                text = candidate
                break
        else:
            return text


def candidates(text: str) -> Iterator[str]:
    """The text without one of its pieces: lines with what they open, stages, items."""
    for begin, end in [*_lines(text), *_items(text)]:
        yield text[:begin] + text[end:]
    for begin, end in _brackets(text):
        yield text[:begin] + text[begin + 1 : end - 1].strip() + text[end:]


def _lines(text: str) -> Iterator[tuple[int, int]]:
    """Each line, as far as what it opens reaches."""
    starts = [0, *(match.end() for match in re.finditer("\n", text))]
    for begin in starts:
        end = text.find("\n", begin)
        end = len(text) if end < 0 else end + 1
        while end < len(text) and _depth(text[begin:end]) > 0:
            following = text.find("\n", end)
            end = len(text) if following < 0 else following + 1
        if end > begin and _depth(text[begin:end]) == 0:
            yield begin, end


def _depth(text: str) -> int:
    return sum((letter in _OPEN) - (letter in _CLOSE) for letter in text)


def _brackets(text: str) -> Iterator[tuple[int, int]]:
    """Pairs of brackets."""
    opened: list[int] = []
    for place, letter in enumerate(text):
        if letter in _OPEN:
            opened.append(place)
        elif letter in _CLOSE and opened:
            yield opened.pop(), place + 1


def _items(text: str) -> Iterator[tuple[int, int]]:
    """Stages with their arrow, items with their comma, and what stands behind ``if``, ``with``."""
    marks = [
        (match.start(), match.end())
        for match in re.finditer(r"\s*(->|,| as | if | with |::)\s*", text)
    ]
    for begin, end in marks:
        stop = end
        depth = 0
        while stop < len(text):
            letter = text[stop]
            if depth == 0 and (letter in ",\n" + _CLOSE or text.startswith("->", stop)):
                break
            depth += (letter in _OPEN) - (letter in _CLOSE)
            stop += 1
        yield begin, stop
        start = begin
        depth = 0
        while start > 0:
            letter = text[start - 1]
            if depth == 0 and (letter in ",\n" + _OPEN or text.startswith(">", start - 1)):
                break
            depth += (letter in _CLOSE) - (letter in _OPEN)
            start -= 1
        yield start, end
    for match in re.finditer(r"\w+: (?=\w)|\([^()\n]*\)| if [^\n]*", text):
        yield match.start(), match.end()


def _words(
    files: dict[str, str], name: str, still: Callable[[Mapping[str, str]], bool], left: list[int]
) -> str:
    def fails(data: bytes) -> bool:
        return still({**files, name: data.decode("utf-8")})

    return without_words(files[name].encode("utf-8"), fails, max(0, left[0] // 2)).decode("utf-8")


def _numbers(files: dict[str, str], name: str, still: Callable[[Mapping[str, str]], bool]) -> str:
    """With smaller numbers."""
    text = files[name]
    for match in reversed(list(re.finditer(r"(?<![\w.])\d+(?![\w.])", text))):
        for smaller in ("0", "1", "2", "4"):
            if int(smaller) >= int(match[0]):
                break
            candidate = text[: match.start()] + smaller + text[match.end() :]
            if still({**files, name: candidate}):
                text = candidate
                break
    return text
