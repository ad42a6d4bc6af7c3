"""How alike two names are, and which of many was likely meant by one that means nothing.

Slips of the hand are counted: a letter too many, too few or another one, two letters exchanged. A
name is suggested if it is a few slips away, for its length, and no other is about as near. No
suggestion is better than a wrong one, so names that merely share letters are none.
"""

from __future__ import annotations

from collections.abc import Iterable

LONGEST = 100
"""Characters of a word that is compared: the time grows with their square."""

_DOUBLED, _EXCHANGED, _MISSING, _OTHER = 0.5, 0.7, 0.9, 1.0
"""What slips count: a letter doubled or single, two exchanged, one more or fewer, another one."""

_FIRST = 0.5
"""What more it counts where a name begins with another letter: that is seldom a slip."""

_NUMBER = 2.0
"""What a digit counts that is more, fewer or another one: names with other numbers are others."""

_ALIKE = ({"o", "0"}, {"l", "1"}, {"i", "1"})
"""What is taken for each other."""

_CLEARLY = 0.25
"""How much nearer than all others a name is that is suggested."""

_SHORT = 3
"""Letters of a word of which no letter may be another one: ``std`` is not ``str``."""


def letters(word: str) -> str:
    """A name without what differs between the ways of writing it: case, ``_`` and ``2d``."""
    plain = word.casefold().replace("_", "")
    return plain[:-2] if plain.endswith(("1d", "2d", "3d")) else plain


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that was likely meant, if one is near and no other is as near."""
    if len(word) > LONGEST:
        return None
    plain = letters(word)
    most = _most(plain)
    best, found = most, ""
    rivals: list[tuple[float, str]] = []
    for each in known:
        if each == word or len(each) > LONGEST:
            continue
        cost = _slips(plain, letters(each), min(most, best + _CLEARLY))
        if cost is None:
            continue
        rivals.append((cost, each))
        if not found or cost < best:
            best, found = cost, each
    near = [name for cost, name in rivals if cost < best + _CLEARLY]
    if len(set(map(letters, near))) > 1 and word[:1].isupper():
        near = [name for name in near if name[:1].isupper()]  # no op begins with a capital
        found = found if found in near else "".join(near[:1])
    return found if len(set(map(letters, near))) == 1 else None


def is_slip(word: str, wanted: str) -> bool:
    """Whether one name is another with one slip of the hand, or in another spelling."""
    one, other = letters(word), letters(wanted)
    return len(word) <= LONGEST and (one == other or _slips(one, other, 1.0) is not None)


def _most(word: str) -> float:
    """How many slips are forgiven, by the length of the word."""
    return max(1.0, len(word) // 3)


def _slips(one: str, other: str, most: float) -> float | None:
    """What leads from one word to another counts; None where that is more than is forgiven."""
    if one == other:
        return 0.0
    if not one or not other or abs(len(one) - len(other)) * _DOUBLED > most:
        return None
    if len(set(one) - set(other)) > most or len(set(other) - set(one)) > most / _MISSING:
        return None
    swap = _OTHER if min(len(one), len(other)) > _SHORT else 2 * _OTHER
    rows = [[0.0] * (len(other) + 1) for _ in range(len(one) + 1)]
    for j in range(1, len(other) + 1):
        rows[0][j] = rows[0][j - 1] + _cost(other, j)
    for i in range(1, len(one) + 1):
        row, above = rows[i], rows[i - 1]
        row[0] = above[0] + _cost(one, i)
        for j in range(1, len(other) + 1):
            same = one[i - 1] == other[j - 1]
            row[j] = min(
                above[j - 1] + (0.0 if same else swap + _more(one, other, i, j)),
                above[j] + _cost(one, i),
                row[j - 1] + _cost(other, j),
            )
            if i > 1 and j > 1 and one[i - 2 : i] == other[j - 1] + other[j - 2]:
                begins = _FIRST / 2 if i == j == 2 else 0.0
                row[j] = min(row[j], rows[i - 2][j - 2] + _EXCHANGED + begins)
        if min(row) > most and min(above) > most:  # two that are exchanged go past a row
            return None
    found = round(rows[-1][-1], 3)
    return found if found <= most else None


def _more(one: str, other: str, i: int, j: int) -> float:
    """What more it counts that a certain letter is another one."""
    if {one[i - 1], other[j - 1]} in _ALIKE:
        return 0.0
    if one[i - 1].isdecimal() or other[j - 1].isdecimal():
        return _NUMBER
    return _FIRST if i == j == 1 else 0.0


def _cost(word: str, at: int) -> float:
    """What a letter more or fewer counts: less where it doubles the one before."""
    if word[at - 1].isdecimal():
        return _NUMBER
    return _DOUBLED if at > 1 and word[at - 1] == word[at - 2] else _MISSING
