"""Conditions that hold in some instances, or in some turns of a loop, and not in others."""

from __future__ import annotations

import pytest
from printed import compiled, differences

from archc.python import source

TEXTS = {
    "one_layer_or_none": """
        block Mix(twice = 1) { if twice == 1 { depthwise(3) } else { exp } }
        model m() { input x: [N, 2, L = 9]
          Mix -> Mix(2) }""",
    "a_default_that_names_another": """
        block Mix(times = 1, whole = 2 * times) {
          if whole == 2 { softmax(1) }
          conv(2, 1) }
        model m() { input x: [N, 2, L = 9]
          Mix -> Mix(2) }""",
    "a_last_turn_without_several_ops": """
        model m(width = 4) { input x: [N, 3, H = 4, W = 5]
          for i in range(2) {
            gelu
            if i == 0 { conv(_.channels + 1, 3, padding = 1) -> batch_norm -> relu }
          }
          conv(width, 1) }""",
    "a_last_turn_with_more_ops": """
        model m() { input x: [N, 3, H = 4, W = 5]
          for i in range(2) {
            conv(_.channels + 1, 1)
            relu if i == 1
          }
          conv(_.channels, 1) }""",
    "a_value_of_the_last_turn_besides_the_current_one": """
        model m(width = 3) { input x: [N, 3, H = 4, W = 5]
          for i in range(2) {
            "a{i}": conv(_.channels + 1, 1) as levels
            "b{i}": conv(_.channels * 2, 1) }
          let last = levels[-1]
          concat [_, last] -> b: conv(width, 1)
          last -> a: conv(last.channels + 1, 1) }""",
    "a_name_in_the_second_arm": """
        block B(width) {
          if _.channels > 4 { conv(width + 2, 1) } else {
            let hidden = 2 * (width + 1)
            conv(hidden, 1) -> conv(hidden, 1) -> relu -> conv(hidden + 1, 1)
          }
          conv(width, 1) }
        model m() { input x: [N, 3, H = 4, W = 5]
          conv(5, 1) -> B(4) -> conv(3, 1) -> B(3) }""",
    "a_name_in_a_loop_in_a_condition": """
        block B(n, many) {
          if n > 2 { for j in range(many) {
            let hidden = 2 * j + n + 3
            conv(hidden, 1) -> conv(hidden + 1, 1) -> conv(hidden, 1) } }
          conv(n, 1) }
        model m() { input x: [N, 3, H = 4, W = 5]
          B(2, 3) -> B(3, 2) }""",
    "a_name_that_has_no_value_elsewhere": """
        block B(n, widths: list[int]) {
          if len(widths) > 1 {
            let wide = widths[1] * n + widths[0] + widths[1] + n * n * n + 3 * n
            conv(wide, 1) -> conv(wide, 1) }
          conv(n, 1) }
        model m() { input x: [N, 3, H = 4, W = 5]
          B(2, [3]) -> B(3, [4, 5]) }""",
    "a_loop_where_another_arm_has_left_a_value": """
        block B(n) {
          if _.channels > 4 { g: { batch_norm -> relu } if n == 2
            softmax(1)
          } else { h: { batch_norm -> gelu } if n == 2
            for i in range(2) { "a{i}": conv(n + 2, 1) -> "b{i}": conv(2 * n, 1) } }
          conv(n, 1) }
        model m() { input x: [N, 3, H = 4, W = 5]
          for i in range(2) { B(2) -> relu -> conv(5 - i, 1) }
          conv(5, 1) -> B(2) }""",
    "one_label_in_two_arms": """
        block B(n) {
          if n > 2 { a: conv(n, 1) } else { concat [_, _] -> a: linear(4) }
          conv(n, 1) }
        model m() { input x: [N, 3, H = 4, W = 4]
          B(4) -> B(2) }""",
    "one_label_in_two_conditions": """
        block B(n) {
          if n > 2 { a: conv(n, 1) }
          relu
          if n <= 2 { a: conv(4, 1) -> gelu }
          conv(n, 1) }
        model m() { input x: [N, 3, H = 4, W = 4]
          B(4) -> B(2) }""",
    "raw_parameters_in_two_arms": """
        block B(n) {
          if n > 2 {
            param a: [n, 1] = normal
            a -> linear(5) as moved
          } else {
            param b: [4, 5] = normal
            b as moved
          }
          multiply [_, moved] }
        model m() { input x: [N, 4, 5]
          first: B(4) -> second: B(2)
          init { "first".a: uniform
                 param.b: zeros } }""",
}


@pytest.mark.parametrize("name", TEXTS)
def test_conditions(name: str) -> None:
    typed = compiled(TEXTS[name])
    assert list(differences(typed, source(typed))) == []
