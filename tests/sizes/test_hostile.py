"""Texts that are made to be hard: each ends soon, with an answer that is right or says its limits.

How long they take is measured in benchmarks/sizes.py.
"""

from __future__ import annotations

from hostile_sizes import TEXTS, compiled

from archir.check.valid import valid_in_evaluation, valid_in_training
from archir.sizes.sets import at_least
from archir.sizes.valid import ValidSizes
from archir.sizes.words import describe


def valid(name: str) -> ValidSizes:
    typed, names = compiled(TEXTS[name])
    assert typed is not None, names
    return valid_in_evaluation(typed)


def test_parallel_strides_by_primes() -> None:
    assert describe(valid("strides 2 to 13 side by side")) == ("H, W multiples of 30030")
    beyond = valid("strides 2 to 23 side by side")
    assert not beyond.is_exact
    common = 223_092_870
    assert {"N": 1, "H": common, "W": 2 * common} in beyond
    assert {"N": 1, "H": common, "W": 30030} not in beyond


def test_largest_stride() -> None:
    assert describe(valid("the largest stride")) == "H, W at least 2"
    beyond = valid("the largest stride beside none")
    assert not beyond.is_exact
    assert {"N": 1, "H": 1, "W": 1} in beyond
    assert {"N": 1, "H": 2, "W": 3} in beyond, "one window, which is repeated"
    assert {"N": 1, "H": 2**31, "W": 3} not in beyond, "two windows"


def test_ups_and_downs() -> None:
    assert describe(valid("30 times up 3 and down 2")) == "any size"
    for name in ("1000 times up 3 and down 2", "1000 times up 3 and down 2, by repeat"):
        assert compiled(TEXTS[name]) == (None, ["sizes-too-complex"])
    text = TEXTS["1000 times down 2 and up 2"].replace("W = 64", "64")
    typed, _ = compiled(text)
    assert typed is not None, "they collapse"


def test_sizes_that_double_their_text_at_each_step() -> None:
    assert compiled(TEXTS["30 times beside its half"]) == (None, ["sizes-too-complex"])


def test_many_convolutions() -> None:
    for name in ("1000 convolutions", "1000 convolutions, by repeat"):
        found = valid(name)
        assert [box["H"] for box in found.boxes] == [at_least(2001)]
    assert describe(valid("10,000 padded convolutions, by repeat")) == "any size"


def test_many_branches() -> None:
    # The kernels are 2 to 501, so the largest needs 501.
    assert describe(valid("500 branches")) == "H, W at least 501"


def test_products_with_many_divisors() -> None:
    beyond = valid("a volume with many divisors")
    assert not beyond.is_exact
    assert {"N": 1, "D": 722, "H": 722, "W": 722} in beyond
    assert {"N": 1, "D": 721, "H": 722, "W": 722} not in beyond


def test_training_many_batch_norms() -> None:
    typed, _ = compiled(TEXTS["200 convolutions with batch_norm"])
    assert typed is not None
    trained = valid_in_training(typed)
    assert {"N": 1, "H": 401, "W": 401} not in trained
    assert any(2 in box["N"] and 401 in box["H"] and 401 in box["W"] for box in trained.boxes)
    assert any(1 in box["N"] and 402 in box["H"] and 401 in box["W"] for box in trained.boxes)
    assert not any(1 in box["N"] and 401 in box["H"] and 401 in box["W"] for box in trained.boxes)
