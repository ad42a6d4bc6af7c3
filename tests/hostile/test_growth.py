"""What a check does grows as its file does: counted in calls of functions, at three sizes.

Time is measured in benchmarks/growth.py; what is counted here is the same on every machine.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from shapes import SHAPES

from archc import pipeline, python
from archir.base.source import Source

MOST = 2.3
"""How many times more a file of twice the size may take."""

GROWING = (
    "chain_of_lets", "chain_of_variants", "unknown_arguments_alike",
    "layers_without_labels", "init_rules_times_layers", "many_modules",
    "many_training_parts", "many_params", "layers_of_many_widths", "long_body", "unequal_uses",
    "skip_ladder", "many_asserts", "many_outputs",
)  # fmt: skip


COUNTING = Path(__file__).with_name("counting_calls.py")


@pytest.mark.parametrize("name", GROWING)
def test_twice_the_file_takes_little_more_than_twice_the_calls(name: str) -> None:
    command = [sys.executable, str(COUNTING), name, "300", "600", "1200"]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    few, some, many = map(int, printed.split())
    # Differences, so that what does not grow is left out.
    assert many - some <= MOST * (some - few)


def problems(name: str, size: int) -> set[str]:
    source = Source("main.arch", SHAPES[name](size)["main.arch"])
    _, found = pipeline.check_source(source, None)
    return {item.problem.name for item in found if item.is_error}


@pytest.mark.parametrize("name", [name for name in SHAPES if name.startswith("doubling_")])
def test_what_doubles_with_each_line_is_over_a_limit(name: str) -> None:
    assert problems(name, 40) <= {"limit-exceeded", "argument-out-of-bounds"}


@pytest.mark.parametrize(
    "name", ["chain_of_lets", "chain_of_lets_backwards", "chain_of_inner_lets", "chain_of_defaults"]
)
def test_a_long_chain_is_no_deep_one(name: str) -> None:
    assert problems(name, 6000) == set()


@pytest.mark.parametrize(
    "name", ["deep_blocks", "deep_splices", "chain_of_functions", "functions_in_arguments"]
)
def test_what_is_deep_is_right_or_over_a_limit(name: str) -> None:
    assert problems(name, 90) == set()
    assert problems(name, 3000) == {"limit-exceeded"}


def test_models_that_are_checked_together_share_their_steps() -> None:
    body = "if len([{0} + i for i in 1..100000]) == 0 {{ relu }}"
    one = "model m{0}() {{\n input x: [N, 3, H = 8, W = 8]\n " + body + "\n}}\n"
    text = "".join(one.format(i) for i in range(9))
    checked, found = pipeline.check_source(Source("main.arch", text), None)
    last = [item.problem.message() for item in found if item.is_error][-1]
    assert last == "unrolling all models of this file takes more than 4,000,000 evaluation steps"
    assert checked[0].typed is not None and checked[-1].typed is None


def test_layers_under_a_condition_that_has_no_words_are_printed_at_once() -> None:
    """Each of them had the whole file written anew, until that was given up."""
    text = SHAPES["layers_under_a_condition"](300)["main.arch"]
    typed, _ = pipeline.compile_source(Source("main.arch", text), None)
    assert typed is not None
    assert "for _ in range(300)" in python.source(typed)
