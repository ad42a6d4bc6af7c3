"""Mutants: a text with some of its words, pieces, lines or bytes changed."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import TypeAlias

from archc.testing.fuzz.corpus import WORDS, Corpus

Mutation: TypeAlias = Callable[[Random, list[str], Corpus], None]
"""Changes the words of a text in place; there is at least one word, before and after."""

NUMBERS = (
    "0", "1", "2", "3", "7", "-1", "-2", "1.5", "0.0", "1e308", "1e-320", "4096", "65536",
    "99999999999", str(2**63), str(2**64 - 1), "1_000",
)  # fmt: skip
ODD = (
    "none", "true", "false", "[]", "[1, 2]", '""', '"a"', '"{x}"', "_", "N", "H", "_.height",
    "_.channels", "_.shape", "_[0]", "(", ")", "[", "]", "{", "}", "{ }", "_:", "as", "->", "::",
    "*", "**", "..", "when training", "if", "else", "for i in 1..3", "repeat 3", "train_only",
    "with weight = zeros", "=", ",", ".", "\n", "#", "##", '"', "\\", "\x00", "\r", "\u202e",
    "\ufeff", "é", "ﬁ", "\u2028", "\ud800",
)  # fmt: skip
WRAPS = (
    ("{ ", " }"), ("[", "]"), ("(", ")"), ("repeat 3 { ", " }"), ("if true { ", " }"),
    ("for i in 1..2 { ", " }"), ("residual { ", " }"), ("dense { ", " }"), ("a: { ", " }"),
    ('"b{1}": { ', " }"), ("train_only { ", " }"), ("concat [", ", _]"), ("not ", ""), ("-", ""),
    ("int(", ")"), ("[", "] * 3"), ("module m = ", ""), ("let v = ", ""), ("", " as v"),
    ("", " if H == 32"), ("", " :: [N, ..]"), ("", " -> "), ("output o = ", " when training"),
)  # fmt: skip
CLOSES = {"(": ")", "[": "]", "{": "}"}


def mutant(seed: int, number: int, corpus: Corpus) -> bytes:
    """The mutant of that number: the same for the same seed and corpus, wherever it is made."""
    random = Random(f"{seed}:{number}")
    first, second = random.choices(corpus.bases, k=2)
    words = list(first if len(first) < len(second) else second)
    for _ in range(random.choice((0, *(1, 1, 1, 1) * 2, *(2, 2, 3, 6) * 2))):
        random.choices(_MUTATIONS, _WEIGHTS)[0](random, words, corpus)
        words = [word for word in words if word] or ["x"]
    data = "".join(words).encode("utf-8", "surrogatepass")
    return _bytes(random, data) if random.random() < 0.06 else data


def _bytes(random: Random, data: bytes) -> bytes:
    mangled = bytearray(data)
    for _ in range(random.choice((1, 1, 2, 4))):
        here = random.randrange(len(mangled) + 1)
        match random.randrange(4):
            case 0:
                mangled[here : here + 1] = bytes([random.randrange(256)])
            case 1:
                mangled[here:here] = random.randbytes(random.choice((1, 2, 8)))
            case 2:
                del mangled[here : here + random.choice((1, 3, 20))]
            case _:
                mangled[here:here] = mangled[here : here + random.choice((4, 40))]
    return bytes(mangled)


# --- single words -------------------------------------------------------------------------------


def _place(random: Random, words: list[str]) -> int:
    """Where a word stands that is no blank, as far as a few tries find one."""
    for _ in range(4):
        here = random.randrange(len(words))
        if not words[here].isspace():
            break
    return here


def _kind(word: str) -> str:
    if word[0].isdigit():
        return "number"
    if word[0].isalpha() or word[0] == "_":
        return "name"
    return "string" if word[0] == '"' else word


def _other_of_the_text(random: Random, words: list[str], _: Corpus) -> None:
    here = _place(random, words)
    alike = [word for word in words if _kind(word) == _kind(words[here])]
    words[here] = random.choice(alike)


def _number(random: Random, words: list[str], _: Corpus) -> None:
    places = [at for at, word in enumerate(words) if word[0].isdigit()]
    if places:
        words[random.choice(places)] = random.choice(NUMBERS)


def _keyword(random: Random, words: list[str], corpus: Corpus) -> None:
    known = set(corpus.keywords)
    places = [at for at, word in enumerate(words) if word in known]
    if places:
        words[random.choice(places)] = random.choice(corpus.keywords)


def _any_word(random: Random, words: list[str], corpus: Corpus) -> None:
    words[_place(random, words)] = random.choice(corpus.words)


def _odd(random: Random, words: list[str], _: Corpus) -> None:
    here = _place(random, words)
    words[here : here + random.randrange(2)] = [random.choice(ODD)]


def _insert(random: Random, words: list[str], corpus: Corpus) -> None:
    words[_place(random, words) : 0] = [random.choice(corpus.words), " "]


def _delete(random: Random, words: list[str], _: Corpus) -> None:
    here = _place(random, words)
    del words[here : here + random.choice((1, 1, 2, 5))]


def _swap(random: Random, words: list[str], _: Corpus) -> None:
    here, there = _place(random, words), _place(random, words)
    words[here], words[there] = words[there], words[here]


# --- pieces: a word, or all between brackets that belong together -------------------------------


def _piece(random: Random, words: list[str]) -> tuple[int, int]:
    """Where a piece begins and ends: brackets with what is in them, or a call, or a line."""
    here = _place(random, words)
    opens = [at for at in range(here, min(here + 40, len(words))) if words[at] in CLOSES]
    if not opens or random.random() < 0.3:
        begin = end = here
        while begin and words[begin - 1] != "\n":
            begin -= 1
        while end < len(words) and words[end] != "\n":
            end += 1
        return begin, max(end, begin + 1)
    depth = 0
    for end in range(opens[0], len(words)):
        depth += (words[end] in CLOSES) - (words[end] in CLOSES.values())
        if depth == 0:
            break
    begin = opens[0] - 1 if opens[0] and words[opens[0] - 1][0].isalpha() else opens[0]
    return begin, end + 1


def _delete_piece(random: Random, words: list[str], _: Corpus) -> None:
    begin, end = _piece(random, words)
    del words[begin:end]


def _move_piece(random: Random, words: list[str], _: Corpus) -> None:
    begin, end = _piece(random, words)
    piece = words[begin:end]
    if random.random() < 0.5:
        del words[begin:end]
    here = random.randrange(len(words) + 1)
    words[here:here] = piece


def _wrap(random: Random, words: list[str], _: Corpus) -> None:
    begin, end = _piece(random, words)
    before, behind = random.choice(WRAPS)
    times = random.choice((1, 1, 1, 1, 2, 60))
    words[begin:end] = [before * times, *words[begin:end], behind * times]


def _repeat(random: Random, words: list[str], _: Corpus) -> None:
    """A piece many times over: what costs too much shows so."""
    begin, end = _piece(random, words)
    most = max(1, 4_000 // max(1, sum(map(len, words[begin:end]))))
    times = min(most, random.choice((2, 2, 3, 3, 10, 200)))
    words[end:end] = [*["\n"], *words[begin:end]] * (times - 1)


# --- lines and other texts ----------------------------------------------------------------------


def _line(random: Random, words: list[str], corpus: Corpus) -> None:
    """A statement of another text, behind a line's end."""
    places = [at for at, word in enumerate(words) if word == "\n"] or [len(words)]
    here = random.choice(places)
    words[here:here] = ["\n", *WORDS.findall(random.choice(corpus.lines))]


def _stage(random: Random, words: list[str], corpus: Corpus) -> None:
    """A stage more in a chain."""
    places = [at for at, word in enumerate(words) if word == "->"]
    chains = random.choice(corpus.lines).split("->")
    stage = random.choice(chains).strip()
    if places:
        here = random.choice(places)
        words[here:here] = ["->", " ", *WORDS.findall(stage), " "]


def _splice(random: Random, words: list[str], corpus: Corpus) -> None:
    """The beginning of one text and the end of another, or a run of words of it."""
    other = random.choice(corpus.bases)
    here, there = random.randrange(len(words)), random.randrange(len(other))
    if random.random() < 0.3:
        words[here:] = other[there:]
    else:
        words[here:here] = other[there : there + random.randrange(1, 24)]


def _beside(random: Random, words: list[str], corpus: Corpus) -> None:
    """Another text behind this one."""
    words += ["\n", *random.choice(corpus.bases)]


_TABLE: tuple[tuple[Mutation, int], ...] = (
    (_other_of_the_text, 8), (_number, 10), (_keyword, 5), (_any_word, 3), (_odd, 3), (_insert, 2),
    (_delete, 2), (_swap, 2), (_delete_piece, 3), (_move_piece, 4), (_wrap, 6), (_repeat, 2),
    (_line, 6), (_stage, 9), (_splice, 3), (_beside, 1),
)  # fmt: skip
_MUTATIONS = [mutation for mutation, _ in _TABLE]
_WEIGHTS = [weight for _, weight in _TABLE]
