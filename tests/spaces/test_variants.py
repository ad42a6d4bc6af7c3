"""Variants: verdicts and scores as check and summary have them, budgets, fronts, conditions."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import archc
from archc.spaces.budget import budget
from archc.spaces.front import front
from archc.spaces.scores import score, scores

TEXT = """## A residual network of some widths.
model net(
  width: int in 8..24 step 4 = 8, groups: int in 1..6 = 1, depths: list[int in 1..2] of 2 = [1, 1],
  act: op in [relu, silu] = relu, stride: int in 1..3 = 1
) {
  input image: [N, 3, H = 16, W = 16]
  conv(width, 3, stride = stride, padding = 1) -> batch_norm -> act
  for i, depth in enumerate(depths) {
    repeat depth {
      residual { conv(width, 3, padding = 1, groups = groups) -> batch_norm -> act }
    }
  }
  assert stride < 3, "strides of 1 and 2"
  global_avg_pool -> linear(10)
}
"""
SOURCE = archc.Source("net.arch", TEXT)


def test_verdicts_and_scores_are_those_of_check_and_summary() -> None:
    space = archc.space(SOURCE)
    points = space.sample(60, seed=2)
    made = space.variants(
        points, "parameters, macs, memory(batch=4), training(batch=4,optimizer=adam)"
    )
    by_point = {str(each.point): each for each in made.all}
    for point in points:
        result = archc.check(SOURCE, "net", settings=point)
        assert result.ok == (str(point) in by_point)
        if not result.ok:
            continue
        scored = by_point[str(point)].scores
        one = archc.summary(SOURCE, settings=point)
        many = archc.summary(SOURCE, settings=point, batch=4, optimizer="adam")
        assert scored == {
            "parameters": one.totals.parameters,
            "macs": one.totals.macs,
            "memory(batch=4)": many.memory.inference,
            "training(batch=4, optimizer=adam)": many.memory.training,
        }
    assert made.points == 60
    assert len(made.all) + made.refused == 60


def test_what_refuses_points_is_counted_and_said() -> None:
    space = archc.space(SOURCE, depths=[1, 1], act=archc.Expression("relu"))
    made = space.variants()
    named = {each.name: each for each in made.refusals}
    width_and_groups = [(w, g) for w in range(8, 25, 4) for g in range(1, 7)]
    odd = [(w, g) for w, g in width_and_groups if w % g]
    assert set(named) == {"groups-not-divisor", "assertion-fails"} or len(named) == 2
    asserted = named.pop("assertion-fails")
    (divided,) = named.values()
    # The first error of a point is the one that stands first in the text.
    assert divided.count == len(odd) * 3
    assert asserted.count == len(width_and_groups) - len(odd)
    assert [one.words for one in made.why(divided)] == ["groups divides width"]
    assert "stride is at most 2" in [one.words for one in made.why(asserted)]


@pytest.mark.parametrize(
    ("name", "depth"),
    [("vgg16", 16), ("resnet18", 18), ("resnet50", 50), ("googlenet", 22), ("densenet121", 121)],
)
def test_depth_is_what_papers_count(name: str, depth: int) -> None:
    assert archc.space(name).score({}, "depth") == {"depth": depth}


def test_the_field_is_that_of_the_output() -> None:
    """Of two convolutions of 3 a position sees 5."""
    text = "model net() {\n  input x: [N, 3, H = 9, W = 9]\n  conv(4, 3) -> conv(4, 3)\n}\n"
    assert archc.space(archc.Source("n.arch", text)).score({}, "field") == {"field": 5}


def test_budgets_are_read() -> None:
    limits = budget(
        "params <= 5M, macs < 300 M, memory(batch=32) <= 8GiB, depth >= 10, peak<=1.5KB"
    )
    assert [(str(one.score), one.operator, one.number) for one in limits] == [
        ("parameters", "<=", 5e6),
        ("macs", "<", 3e8),
        ("memory(batch=32)", "<=", 8 * 2**30),
        ("depth", ">=", 10),
        ("peak", "<=", 1500),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("parms <= 5M", "did you mean params?"),
        ("params", "params is no limit"),
        ("params == 5M", "write params <= 5M"),
        ("params <= 5Q", "numbers are counted in K, M, G"),
        ("memory <= 8GBi", "bytes are counted in KB, MB, GB, KiB"),
        ("memory(batch) <= 8GB", "asked for at batch=32"),
        ("memory(batch=2 <= 8GB", "is not closed"),
        ("", "nothing is no limit"),
    ],
)
def test_wrong_budgets_are_said(text: str, message: str) -> None:
    with pytest.raises(archc.SettingError) as caught:
        budget(text)
    assert message in str(caught.value)


def test_scores_have_the_names_that_others_use() -> None:
    assert str(score("FLOPs")) == "macs"
    assert list(map(str, scores("params, params, memory( batch = 2 )"))) == [
        "parameters", "memory(batch=2)",
    ]  # fmt: skip
    with pytest.raises(archc.SettingError, match="the model has no size Z"):
        archc.space("vgg11").score({}, "macs(Z=3)")


@given(st.lists(st.tuples(*[st.integers(0, 6)] * 3), max_size=30))
def test_a_front_is_what_nothing_dominates(rows: list[tuple[int, int, int]]) -> None:
    def dominates(one: tuple[int, ...], two: tuple[int, ...]) -> bool:
        return one != two and all(a <= b for a, b in zip(one, two, strict=True))

    wanted = [at for at, row in enumerate(rows) if not any(dominates(other, row) for other in rows)]
    assert front(rows) == wanted


def test_the_front_of_variants_is_within_the_budget() -> None:
    space = archc.space(SOURCE, groups=1, stride=1)
    made = space.variants(None, "parameters, depth", "parameters <= 8K", most="depth")
    kept = [each for each in made.all if each.scores["parameters"] <= 8_000]  # type: ignore[operator]
    assert made.in_budget() == kept
    best = {(each.scores["parameters"], each.scores["depth"]) for each in made.front()}
    pairs = {(each.scores["parameters"], each.scores["depth"]) for each in kept}
    assert best <= pairs
    for (p1, d1), (p2, d2) in combinations(sorted(best), 2):
        assert p1 < p2 and d1 < d2  # type: ignore[operator]
    with pytest.raises(archc.SettingError, match="macs is not among the scores"):
        space.variants([], "parameters", most="macs")


def test_numbers_that_never_come_again_are_no_reason() -> None:
    text = "model net(drop: float in 0..0.5, heads: int in 1..4) { input x: [N, 8, 12]\n"
    text += "multihead_attention(heads if heads < 4 else 5) -> dropout(drop) }"
    space = archc.space(archc.Source("net.arch", text))
    made = space.variants(space.sample(40))
    (why,) = made.refusals  # 12 features are not split into 5 heads
    assert {one.words for one in made.why(why)} == {"heads is at most 3"}
