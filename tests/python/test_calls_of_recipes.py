"""What recipes call besides torch: our helper classes, in printed source as text."""

from __future__ import annotations

import ast

import pytest
from printed import compiled

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
