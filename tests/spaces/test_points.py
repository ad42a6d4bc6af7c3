"""Points of spaces: counted, listed, drawn, moved."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import product
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import archc
from archc.spaces.free import Continuous, Discrete, Free, Several, count, has, mended, moved, near
from archc.spaces.free import members as members_of

TEXT = """model net(
  width: int in 8..24 step 8, groups: int in [1, 2, 4], wide: bool = false,
  act: op in [relu, silu] = relu, depths: list[int in 1..2] of 2 = [1, 1],
  kernel: int in 1..groups + 1 = 1, name: string in ["a", "b"] = "a", left = 3
) {
  input x: [N, 3, H = 8, W = 8]
  conv(width + left, kernel, groups = 1) -> act
}
"""
SOURCE = archc.Source("net.arch", TEXT)
FREE: dict[str, list[object]] = {
    "width": [8, 16, 24],
    "wide": [False, True],
    "act": ["relu", "silu"],
    "depths": [[1, 1], [1, 2], [2, 1], [2, 2]],
    "name": ["a", "b"],
}


def plain(point: Mapping[str, object]) -> dict[str, object]:
    """A point with texts for parts."""
    return {
        name: value.text if isinstance(value, archc.Expression) else value
        for name, value in point.items()
    }


def expected() -> list[dict[str, object]]:
    """All points, by hand: a kernel is at most one more than the groups."""
    return [
        dict(zip(FREE, values, strict=True)) | {"groups": groups, "kernel": kernel}
        for values in product(*FREE.values())
        for groups in (1, 2, 4)
        for kernel in range(1, groups + 2)
    ]


def test_all_points_are_there_once() -> None:
    space = archc.space(SOURCE)
    found = [plain(dict(point)) for point in space.points()]
    assert space.size == len(found) == len(expected())
    for point in expected():
        assert point in found
    assert list(found[0]) == ["width", "groups", "wide", "act", "depths", "kernel", "name"]


def test_a_value_that_is_given_is_in_no_point() -> None:
    space = archc.space(SOURCE, groups=1, act=archc.Expression("silu"))
    assert set(space.parameters) == {"width", "wide", "depths", "kernel", "name"}
    assert space.size == 3 * 2 * 4 * 2 * 2


def test_a_variant_leaves_open_what_it_does_not_give() -> None:
    space = archc.space(archc.Source("net.arch", TEXT + "model small = net(width = 8)"), "small")
    assert "width" not in space.parameters
    assert space.size == len(expected()) // 3


def test_a_sample_is_of_the_space_and_of_its_seed() -> None:
    space = archc.space(SOURCE)
    points = [plain(point) for point in space.sample(200, seed=3)]
    assert len(points) == 200
    assert all(points.count(point) == 1 and point in expected() for point in points)
    assert points == [plain(point) for point in archc.space(SOURCE).sample(200, seed=3)]
    assert points != [plain(point) for point in space.sample(200, seed=4)]
    assert len(archc.space(SOURCE, groups=1, name="a", wide=True, width=8).sample(10**6)) == 16


def test_neighbours_differ_in_one_step() -> None:
    space = archc.space(SOURCE)
    point = space.sample(1, seed=1)[0] | {"width": 16, "groups": 2, "kernel": 3, "depths": [1, 2]}
    others = [plain(each) for each in space.neighbours(point)]
    own = plain(point)
    changed = [[name for name in own if own[name] != each[name]] for each in others]
    assert all(len(names) == 1 for names in changed)
    by_name = {
        name: [e[name] for e, n in zip(others, changed, strict=True) if n == [name]] for name in own
    }
    assert by_name["width"] == [8, 24]
    assert by_name["groups"] == [4]  # a kernel of 3 stands in no domain behind one group
    assert by_name["kernel"] == [2]
    assert by_name["depths"] == [[2, 2], [1, 1]]


def test_moves_stay_in_the_space() -> None:
    space, random = archc.space(SOURCE), Random(0)
    points = space.sample(40, seed=5)
    listed = expected()
    for one, two in zip(points, reversed(points), strict=True):
        crossed = space.cross(one, two, random)
        assert plain(crossed) in listed
        mutated = space.mutate(one, random, rate=0.3)
        assert plain(mutated) in listed
    assert any(space.mutate(point, random, 0.0) != point for point in points)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"width": 12}, "width is in 8..24 step 8, and not 12"),
        ({"kernel": 9}, "kernel is in 1..groups + 1, and not 9"),
        ({"wide": 1}, "wide is of the type bool, and not 1"),
        ({"act": "relu"}, 'act is in [relu, silu], and not "relu"'),
        ({"depths": [1]}, "depths is of the type list[int in 1..2] of 2, and not [1]"),
        ({"widht": 8}, "did you mean width?"),
    ],
)
def test_what_is_no_point_is_said(change: dict[str, Any], message: str) -> None:
    space = archc.space(SOURCE)
    point = {**space.sample(1)[0], **change}
    with pytest.raises(archc.SettingError, match=re.escape(message)):
        space.check(point)


def test_a_parameter_without_domain_and_value_is_refused() -> None:
    text = "model net(width) {\n  input x: [N, 3, H = 8, W = 8]\n  conv(width, 1)\n}\n"
    with pytest.raises(archc.SettingError, match="width of net has no domain and no value"):
        archc.space(archc.Source("net.arch", text))
    assert archc.space(archc.Source("net.arch", text), width=4).size == 1


def test_an_interval_has_no_end_of_points() -> None:
    text = "model net(p: float in 0..0.5 = 0.1) {\n  input x: [N, 3]\n  dropout(p)\n}\n"
    space = archc.space(archc.Source("net.arch", text))
    assert space.size is None
    with pytest.raises(archc.SettingError, match=r"give it a step: 0\.\.0\.5 step 0\.1"):
        list(space.points())
    values = [point["p"] for point in space.sample(50)]
    assert all(isinstance(p, float) and 0 <= p <= 0.5 for p in values)
    assert len(set(values)) == 50


def test_the_schema_says_what_points_are() -> None:
    found = archc.space(SOURCE).schema()
    assert found["properties"]["width"] == {
        "type": "integer", "minimum": 8, "maximum": 24, "multipleOf": 8,
    }  # fmt: skip
    assert found["properties"]["groups"] == {"enum": [1, 2, 4]}
    assert found["properties"]["wide"] == {"type": "boolean"}
    assert found["properties"]["act"] == {"enum": ["relu", "silu"]}
    items = {"type": "integer", "minimum": 1, "maximum": 2}
    assert found["properties"]["depths"] == {
        "type": "array", "items": items, "minItems": 2, "maxItems": 2,
    }  # fmt: skip
    assert found["properties"]["kernel"] == {"type": "integer", "description": "in 1..groups + 1"}
    assert found["required"] == list(found["properties"])


def frees() -> st.SearchStrategy[Free]:
    numbers = st.builds(range, st.integers(-3, 3), st.integers(-3, 12), st.integers(1, 4))
    scalars = st.one_of(
        numbers.map(lambda values: Discrete(values, ordered=True)),
        st.lists(st.sampled_from([True, 1.5, "a", None, 7]), unique_by=str, max_size=4).map(
            lambda values: Discrete(tuple(values), ordered=False)
        ),
    )
    return st.one_of(scalars, st.lists(scalars, max_size=3).map(lambda x: Several(tuple(x))))


@given(frees(), st.randoms(use_true_random=False))
def test_laws_of_what_is_free(free: Free, random: Random) -> None:
    listed = list(members_of(free))
    assert len(listed) == count(free)
    for value in listed:
        assert has(free, value)
        assert mended(free, value, random) == value
        others = list(near(free, value))
        assert value not in others
        assert all(other in listed for other in others)
        assert moved(free, value, random) in (*others, value)
    if listed:
        assert mended(free, 99, random) in listed
        assert mended(free, (99, 99, 99, 99), random) in listed


def test_truth_is_no_number_and_numbers_are_one_kind() -> None:
    assert not has(Discrete((1, 2), ordered=True), True)
    assert not has(Discrete(range(3), ordered=True), True)
    assert has(Discrete((0.0, 0.5), ordered=True), 0)
    assert has(Continuous(0.0, 1.0), 1)
    assert not has(Continuous(0.0, 1.0), True)
