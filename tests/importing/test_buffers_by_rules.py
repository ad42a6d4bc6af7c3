"""Tables of imported buffers, by rules: Python reads the same numbers of them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archc.importing.structure.tables import table

SCALARS = st.sampled_from([0, 1, 2, 3, 7]) | st.booleans() | st.sampled_from([0.0, 0.5, -1e30])


def read(text: str) -> Any:
    """What Python makes of a list as the language writes it."""
    return eval(text, {"true": True, "false": False, "range": lambda *of: list(range(*of))})


def read_named(data: Any) -> Any:
    """What Python makes of a table by others that have names."""
    known: dict[str, Any] = {}

    def name(word: str, text: str) -> str:
        free = f"{word}_{len(known)}"
        known[free] = _read(text, known)
        return free

    return _read(table(data, name=name), known)


def _read(text: str, known: dict[str, Any]) -> Any:
    words = {"true": True, "false": False, "range": lambda *of: list(range(*of)), **known}
    return eval(text, words)


@given(
    st.lists(st.integers(1, 4), min_size=1, max_size=3),
    st.lists(st.lists(st.booleans(), min_size=3, max_size=3), min_size=1, max_size=9),
    st.integers(1, 5),
)
def test_a_table_by_others_is_what_it_was(
    leading: list[int], columns: list[list[bool]], turns: int
) -> None:
    """Each column hangs on some of the axes."""

    def row(*places: int) -> list[int]:
        return [
            sum((place + 1) * 5**n % turns for n, place in enumerate(places) if on[n]) + column
            for column, on in enumerate(columns)
        ]

    def filled(*places: int) -> Any:
        if len(places) == len(leading):
            return row(*places)
        return [filled(*places, each) for each in range(leading[len(places)])]

    assert read_named(filled()) == filled()


@given(st.lists(st.lists(st.integers(0, 3), min_size=8, max_size=8), min_size=1, max_size=4))
def test_places_of_groups_are_what_they_were(groups: list[list[int]]) -> None:
    data = [[[0.0 if a == b else -1e30 for b in each] for a in each] for each in groups]
    assert repr(read_named(data)) == repr(data)


@given(st.recursive(SCALARS, lambda inner: st.lists(inner, min_size=1, max_size=9), max_leaves=30))
def test_a_table_is_what_it_was(data: Any) -> None:
    assert repr(read(table(data))) == repr(data)


@given(st.integers(3, 7), st.integers(3, 7), st.integers(0, 3), st.sampled_from("tfn"))
def test_masks_are_short(rows: int, columns: int, start: int, kind: str) -> None:
    before, since = {"t": (True, False), "f": (False, True), "n": (0.0, -1e30)}[kind]
    data = [[since if j >= i + start else before for j in range(columns)] for i in range(rows)]
    assert repr(read(table([data]))) == repr([data])


@given(st.integers(2, 5), st.integers(2, 5), st.integers(1, 2), st.integers(0, 9), st.booleans())
def test_distances_in_grids_are_short(
    width: int, height: int, step: int, first: int, signed: bool
) -> None:
    def number(one: int, two: int) -> int:
        wide = width * step
        down, right = step * (one // width) - two // wide, step * (one % width) - two % wide
        return first + 20 * down + right if signed else 20 * abs(down) + abs(right)

    columns = range(width * height * step * step)
    data = [[number(one, two) for two in columns] for one in range(width * height)]
    text = table(data)
    assert read(text) == data
    assert len(text) < 120 or len(data) < 6


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (list(range(512)), "range(512)"),
        ([list(range(2, 42, 4))], "[range(2, 42, 4)]"),
        (
            [[j > i for j in range(16)] for i in range(16)],
            "[[j > i for j in range(16)] for i in range(16)]",
        ),
        (
            # as Swin's code makes it: Liu et al., "Swin Transformer" (2021), section 3.2
            [[(a // 4 - b // 4 + 3) * 7 + a % 4 - b % 4 + 3 for b in range(16)] for a in range(16)],
            "[[7 * (i // 4) + i % 4 + 24 - 7 * (j // 4) - j % 4 for j in range(16)]"
            " for i in range(16)]",
        ),
        (
            [[abs(a // 3 - b // 3) * 3 + abs(a % 3 - b % 3) for b in range(9)] for a in range(9)],
            "[[3 * abs(i // 3 - j // 3) + abs(i % 3 - j % 3) for j in range(9)] for i in range(9)]",
        ),
        ([0.5] * 9, "[0.5 for i in range(9)]"),
    ],
)
def test_a_rule_stands_for_many_numbers(data: Any, text: str) -> None:
    assert table(data) == text
