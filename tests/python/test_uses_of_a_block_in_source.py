"""Uses of a block that differ in more than numbers of its text, and yet have one class."""

from __future__ import annotations

import ast

import pytest
from printed import compiled, differences

from archc.python import source

NETWORKS = {
    "a_size_in_one_and_a_number_in_another": """
        block Heads(heads) { input x: [N, L, D]
          linear(D) -> reshape(N, L, heads, D // heads) -> transpose(1, 2) -> reshape(N, L, D) }
        model m() { input words: [N, L = 5, 8], patches: [N, 6, 8]
          words -> a: Heads(2) as one
          patches -> b: Heads(4) as two
          concat(1) [one, two] }""",
    "a_factor_of_one": """
        block Apart(width) { input x: [N, heads, L, C]
          reshape(N * heads, L, C) -> linear(width) -> reshape(N, heads, L, width) }
        model m() { input x: [N, 1, L = 5, 8]
          a: Apart(4)
          concat(1) [_, _] -> b: Apart(6)
          concat(1) [_, _] -> c: Apart(8) }""",
    "an_argument_that_torch_has_by_default": """
        block Attend(causal) { input x: [N, L, D]
          linear(D) as q
          scaled_dot_product_attention(is_causal = causal) [q, q, x] }
        model m() { input x: [N, L = 5, 8]
          a: Attend(true) -> b: Attend(false) }""",
    "numbers_of_a_part_that_is_passed_on": """
        block Pool(pool: op) { pool: pool -> batch_norm }
        block Stage(width, stride) {
          let pool = depthwise(3, padding = 1, bias = false)
          conv: conv(width, 1)
          p: Pool(pool(stride = [1, stride])) -> q: Pool(pool(stride = stride)) }
        model m() { input x: [N, 4, H = 16, W = 16]
          a: Stage(4, 1) -> b: Stage(6, 2) -> c: Stage(8, 2) }""",
    "an_op_that_a_loop_chooses": """
        block MLP(widths, last: op = identity) {
          for i, w in enumerate(widths) {
            let act = last if i == len(widths) - 1 else relu
            linear(w) -> act } }
        model m() { input x: [N, 8]
          MLP([4, 8]) -> MLP([4, 3, 8], sigmoid) }""",
    "an_op_that_a_loop_chooses_and_passes_on": """
        block Unit(width, act: op = relu) { conv(width, 3, padding = 1) -> act }
        block Stage(widths, last: op = none) {
          for i, w in enumerate(widths) {
            let act = last if i == len(widths) - 1 else relu
            Unit(w, act) -> Unit(w, act) } }
        model m() { input x: [N, 8, 4, 4]
          Stage([4, 8]) -> Stage([4, 3, 8], sigmoid) }""",
}


@pytest.mark.parametrize("name", NETWORKS)
def test_they_have_one_class(name: str) -> None:
    typed = compiled(NETWORKS[name])
    printed = source(typed)
    assert list(differences(typed, printed)) == []
    classes = [node.name for node in ast.parse(printed).body if isinstance(node, ast.ClassDef)]
    blocks = [
        line.split()[1].partition("(")[0]
        for line in NETWORKS[name].splitlines()
        if "block " in line
    ]
    assert sorted(classes) == sorted([*blocks, "M"])


def test_an_extent_that_another_use_adds_to_has_its_own_class() -> None:
    """What is read off differently at any size is no size times a number: it stays apart."""
    typed = compiled("""
        block Longer(more) { input x: [N, C, L]
          concat(2) [_, slice(2, 0, min(L - more, 3))] -> conv(C, 1) }
        model m() { input x: [N, 2, L = 9]
          a: Longer(1) -> b: Longer(7) }""")
    assert list(differences(typed, source(typed))) == []


def test_functions_that_look_alike_have_one_class_that_takes_nothing() -> None:
    """It was given a truth for each place at which it stands, which nothing read."""
    typed = compiled("""
        model m() { input x: [N, 4, H = 8, W = 8]
          one: conv(4, 3, padding = 1) as a
          _: concat [a, x]
          two: conv(4, 1) as b
          _: concat [a, b]
          three: conv(4, 1) }""")
    printed = source(typed)
    assert list(differences(typed, printed)) == []
    assert printed.count("class Concat") == 1
    assert printed.count("Concat()") == 2
