"""A text that shows a fault, made as small as a few hundred tries can make it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from archc.testing.fuzz.corpus import WORDS

Part = TypeVar("Part", str, int)

TRIES = 600


def shrunk(text: bytes, fails: Callable[[bytes], bool], tries: int = TRIES) -> bytes:
    """A smaller text that still fails: without lines, words and characters that do not matter."""
    left = [tries]

    def still(candidate: bytes) -> bool:
        left[0] -= 1
        return left[0] >= 0 and fails(candidate)

    try:
        whole = text.decode("utf-8")
    except UnicodeDecodeError:
        kept = _without(list(text), lambda parts: still(bytes(parts)))
        return bytes(kept)
    for split in (
        lambda given: given.splitlines(keepends=True),
        WORDS.findall,
        WORDS.findall,
        list,
    ):
        parts: list[str] = split(whole)
        whole = "".join(_without(parts, lambda given: still("".join(given).encode("utf-8"))))
    return whole.encode("utf-8")


def _without(parts: list[Part], still: Callable[[Sequence[Part]], bool]) -> list[Part]:
    """The parts less runs of them that can go, long runs first."""
    run = max(1, len(parts) // 2)
    while True:
        begin = 0
        while begin < len(parts):
            rest = parts[:begin] + parts[begin + run :]
            if rest and still(rest):
                parts = rest
            else:
                begin += run
        if run == 1:
            return parts
        run //= 2
