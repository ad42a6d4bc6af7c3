"""What recipes call besides torch: our helper classes, in printed source as text."""

from __future__ import annotations

import ast
from typing import Any

import pytest
from printed import compiled, differences, is_followed

from archc.python import library, source
from archc.torch import helpers

HELPERS = [
    name
    for name, value in vars(helpers).items()
    if getattr(value, "__module__", "") == helpers.__name__
]


def test_unseen_arms_keep_their_constants() -> None:
    typed = compiled("""
        model m(deep = false) {
          input x: [N, 3, H = 8, W = 8]
          conv(4, 3, padding = 1)
          max_pool(3, stride = 1, padding = 1) if deep
          conv(4, 3, stride = 2, padding = [1, 2]) if deep
        }""")
    text = source(typed)
    assert "nn.MaxPool2d(3, stride=1, padding=1)" in text
    assert "nn.Conv2d(4, 4, 3, stride=2, padding=(1, 2))" in text


@pytest.mark.parametrize("name", HELPERS)
def test_helpers_stand_by_themselves(name: str) -> None:
    text = library.helper(name)
    assert all(len(line) <= 88 for line in text.splitlines())
    known = {node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)}
    assert not known & (set(HELPERS) - {name}), "a helper needs no other"


DROPPED = """
    block Unit(width, p) {
      residual { conv(width, 3, padding = 1) -> drop: stochastic_depth(p, "batch") }
    }
    model m(p = 0.5, depth = 2) {
      input x: [N, 3, H = 8, W = 8]
      conv(4, 1)
      for i in range(depth) { "unit{i}": Unit(4, p * i) }
      stochastic_depth(0.25)
    }"""


@pytest.mark.parametrize("follow", [True, False])
def test_the_text_of_a_helper_is_printed_once(follow: bool) -> None:
    typed = compiled(DROPPED)
    text = source(typed, follow=follow)
    assert text.count("class StochasticDepth(nn.Module):") == 1
    assert text.index("class StochasticDepth") < text.index("class Unit")
    assert library.helper("StochasticDepth") in text
    assert "archc" not in text
    assert list(differences(typed, text)) == []


def test_a_text_with_helpers_is_followed() -> None:
    assert is_followed(compiled(DROPPED))


@pytest.mark.parametrize("follow", [True, False])
@pytest.mark.parametrize("name", ["StochasticDepth", "stochastic_depth_", "F", "noise"])
def test_blocks_called_like_a_helper(name: str, follow: bool) -> None:
    typed = compiled(f"""
        block {name}(survival) {{ conv(survival, 1) -> stochastic_depth(0.5) }}
        model m(StochasticDepths = 3, unseen = false) {{
          input input: [N, 3, H = 8, W = 8]
          {name}(StochasticDepths) -> {name}(4)
          stochastic_depth(0.1) if unseen
        }}""")
    assert list(differences(typed, source(typed, follow=follow))) == []


def test_a_helper_of_an_arm_not_taken_is_there_all_the_same() -> None:
    typed = compiled("""
        model m(drop = false) {
          input x: [N, 3, H = 8, W = 8]
          conv(4, 1)
          stochastic_depth(0.1, "batch") if drop
        }""")
    text = source(typed)
    assert 'StochasticDepth(0.1, mode="batch")' in text
    space: dict[str, Any] = {"__name__": "printed"}
    exec(text, space)
    assert "StochasticDepth" in str(space["M"](drop=True))


def test_a_source_without_helpers_has_none() -> None:
    typed = compiled("model m() { input x: [N, 3, H = 8, W = 8]\n conv(4, 1) }")
    assert "Stochastic" not in source(typed)
