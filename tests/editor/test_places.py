"""Places: what editors count as columns is units of UTF-16, as Python's own codec has them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from archc.editor.positions import Lines, Position

TEXTS = st.text(st.sampled_from("ab \n\u00e9\u4e2d\U0001f600"), max_size=60)


@given(TEXTS, st.integers(0, 60))
def test_places_are_units_of_utf_16(text: str, offset: int) -> None:
    offset = min(offset, len(text))
    before = text[:offset]
    line = before.rpartition("\n")[2]
    place = Lines(text).place(offset)
    assert place == Position(before.count("\n"), len(line.encode("utf-16-le")) // 2)
    assert Lines(text).offset(place) == offset


def test_a_place_behind_a_line_is_its_end() -> None:
    lines = Lines("ab\nc\n")
    assert lines.offset(Position(0, 9)) == 2
    assert lines.offset(Position(9, 0)) == 5
