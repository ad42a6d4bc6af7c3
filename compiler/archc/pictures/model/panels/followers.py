"""Words of norms, activations and such in the boxes of several uses, laid over each other."""

from __future__ import annotations

from typing import TypeAlias

OR = "/"
"""Between words of which each use has one."""

Followers: TypeAlias = "tuple[str, ...]"


def aligned(one: Followers, other: Followers) -> list[tuple[str | None, str | None]] | None:
    """Norms, activations and such beside each other; None where neither has all of the other's."""
    if len(one) == len(other):
        return list(zip(one, other, strict=True))
    if len(one) < len(other):
        found = aligned(other, one)
        return None if found is None else [(mine, same) for same, mine in found]
    waiting = list(other)
    pairs: list[tuple[str | None, str | None]] = []
    for word in one:
        is_met = bool(waiting) and bare_word(word) == bare_word(waiting[0])
        pairs.append((word, waiting.pop(0) if is_met else None))
    return None if waiting else pairs


def followed(one: Followers, other: Followers) -> Followers:
    """The words of both: what one of them lacks in brackets, what differs with a stroke between."""
    said: list[str] = []
    for mine, same in aligned(one, other) or ():
        words = [word for word in (mine, same) if word is not None]
        names = dict.fromkeys(part for word in words for part in bare_word(word).split(OR))
        is_optional = len(words) < 2 or any(word != bare_word(word) for word in words)
        said.append(f"({OR.join(names)})" if is_optional else OR.join(names))
    return tuple(said)


def bare_word(word: str) -> str:
    """The word without the brackets of what not all have."""
    return word[1:-1] if word.startswith("(") else word
