"""Initial weights of printed blocks: of each use, and for each argument, those of the text."""

from __future__ import annotations

import ast

import pytest
from other_values import at_others
from printed import compiled, differences

from archc.python import source
from archir.base.source import Source

HEAD = "input x: [N, 8, 8, 8]"

USES = {
    "a rule that selects nothing in the first use": """
        block B(deep) {
          conv(8, 3, padding = 1)
          if deep { group_norm(2) -> depthwise(3, padding = 1) }
          init { group_norm.weight: normal(std = 0.3)
                 depthwise.bias: ones } }
        model m { HEAD
          B(false) -> B(true) }""",
    "a parameter that is absent in the first use": """
        block B(deep) {
          conv(8, 3, padding = 1, bias = deep)
          init { conv.bias: normal(std = 0.3) } }
        model m { HEAD
          B(false) -> B(true) }""",
    "a number that is one further in another use": """
        block B(deep) {
          if deep { conv(8, 3, padding = 1) }
          conv(8, 3, padding = 1) with bias = zeros }
        model m { HEAD
          B(false) -> B(true) }""",
    "one that is one further in a chain of its own": """
        block B(deep) {
          body: {
            if deep { conv(8, 3, padding = 1) }
            { conv(8, 3, padding = 1) -> batch_norm with weight = zeros } }
          relu }
        model m { HEAD
          B(false) -> B(true) }""",
    "a part that is absent in the first use": """
        block B(deep) {
          conv(8, 3, padding = 1)
          if deep { bn: batch_norm with weight = zeros } }
        model m { HEAD
          B(false) -> B(true) }""",
    "as many as a loop has turns": """
        block B(n) {
          repeat n { conv(8, 3, padding = 1) with bias = zeros } }
        model m(n = 2) { HEAD
          B(n) -> B(3) }""",
    "numbers that an argument says": """
        block B(layers, scale) {
          let width = _.channels
          a: conv(width, 3, padding = 1) -> b: conv(2 * width, 1)
          c: conv(width, 1) with bias = constant(scale)
          init { "a".weight: normal(std = (2 * layers * width) ** -0.5)
                 "b".weight: uniform(-scale, scale)
                 conv.bias: normal(std = 1e-3) } }
        model m { HEAD
          B(2, 0.5) -> B(3, 0.25) }""",
    "numbers that an argument of with says": """
        block B(scale) {
          conv(8, 3, padding = 1) with weight = normal(std = scale)
          init { conv.bias: normal(std = 1e-3) } }
        model m { HEAD
          B(0.5) -> B(0.25) }""",
    "numbers of a conv without words": """
        block B(scales) {
          for s in scales { conv(8, 3, padding = 1) with bias = constant(s) } }
        model m { HEAD
          B([0.5, 1.5]) -> B([0.25]) }""",
}


@pytest.mark.parametrize("name", USES)
def test_uses_of_one_block(name: str) -> None:
    """They have one class, and each its own weights."""
    typed = compiled(USES[name].replace("HEAD", HEAD))
    printed = source(typed)
    assert list(differences(typed, printed)) == []
    classes = [node.name for node in ast.parse(printed).body if isinstance(node, ast.ClassDef)]
    assert classes == ["B", "M"]


OF_A_MODEL = {
    "in a rule": """
        model m(width = 8, scale = 0.5) { HEAD
          conv(width, 3)
          init { conv.weight: normal(std = scale)
                 conv.bias: uniform(-1 / width, 1 / width) } }""",
    "behind with": """
        model m(scale = 0.5, width = 8) { HEAD
          conv(width, 3) with weight = normal(std = scale) with bias = constant(scale / 2) }""",
    "beside a fan": """
        model m(scale = 2.0, width = 8) { HEAD
          conv(width, 3) with weight = normal(std = sqrt(scale / fan_in)) }""",
    "of a block": """
        block B(scale, width) {
          conv(width, 3) with weight = normal(std = scale) -> conv(8, 1)
          init { conv.bias: normal(std = width ** -0.5) } }
        model m(scale = 0.5, width = 8) { HEAD
          B(scale, width) }""",
    "of a block without a pass": """
        block B(scale, width) {
          conv(width, 3) with weight = normal(std = scale) }
        model m(scale = 0.5, width = 8) { HEAD
          B(scale, width) }""",
    "of what is there": """
        model m(deep = true, n = 2) { HEAD
          if deep { conv(8, 3, padding = 1) }
          repeat n { conv(8, 1) with bias = zeros }
          conv(8, 1) with bias = ones }""",
}


@pytest.mark.parametrize("name", OF_A_MODEL)
def test_other_arguments_of_a_model(name: str) -> None:
    """What is drawn is what the text draws at these, or what decides on it is no parameter."""
    text = OF_A_MODEL[name].replace("HEAD", HEAD)
    typed = compiled(text)
    printed = source(typed)
    assert list(differences(typed, printed)) == []
    for parameter, value, found in at_others(
        Source("m.arch", text), None, printed, typed, 2, run=True
    ):
        assert found == [], f"{parameter} = {value}\n{printed}"
