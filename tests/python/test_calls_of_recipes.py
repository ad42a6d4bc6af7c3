"""What recipes call besides torch: our helper classes, in printed source as text."""

from __future__ import annotations

import ast

import pytest
from printed import compiled, differences

from archc.python import source
from archc.python.code import library
from archc.torch import helpers

HELPERS = [
    name
    for name, value in vars(helpers).items()
    if getattr(value, "__module__", "") == helpers.__name__
]


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


def test_the_text_of_a_helper_is_printed_once() -> None:
    typed = compiled(DROPPED)
    text = source(typed)
    assert text.count("class StochasticDepth(nn.Module):") == 1
    assert text.index("class StochasticDepth") < text.index("class Unit")
    assert library.helper("StochasticDepth") in text
    assert "archc" not in text
    assert list(differences(typed, text)) == []


@pytest.mark.parametrize("name", ["StochasticDepth", "stochastic_depth_", "F", "noise"])
def test_blocks_called_like_a_helper(name: str) -> None:
    typed = compiled(f"""
        block {name}(survival) {{ conv(survival, 1) -> stochastic_depth(0.5) }}
        model m(StochasticDepths = 3, unseen = false) {{
          input image: [N, 3, H = 8, W = 8]
          {name}(StochasticDepths) -> {name}(4)
          stochastic_depth(0.1) if unseen
        }}""")
    assert list(differences(typed, source(typed))) == []


def test_a_source_without_helpers_has_none() -> None:
    typed = compiled("model m() { input x: [N, 3, H = 8, W = 8]\n conv(4, 1) }")
    assert "Stochastic" not in source(typed)
