"""Blocks that are arguments of blocks: parameters of the printed class, whatever makes them."""

from __future__ import annotations

import ast

import pytest
from printed import compiled, differences

from archc.python import source

UNITS = """
    block Plain(width, kernel_size = 3, act: op = relu) {
      conv(width, kernel_size, padding = kernel_size // 2) -> act }
    block Wide(width, kernel_size = 3) {
      conv(2 * width, kernel_size, padding = kernel_size // 2) }
    block Reckoned(width, kernel_size = 3, padding = (kernel_size - 1) // 2) {
      conv(width, kernel_size, padding = padding) }
    block Matrix(width) { linear(4) -> conv(width, 1) }
    block Body(width, unit: block, n = 2) {
      for i in range(n) { "u{i}": unit(width) }
      if width > 4 { last: unit(width + 1) -> batch_norm } else { residual { x: unit(_.channels) } }
      end: conv(3, 1) }
    block Around(unit: block, width = 4) { a: Body(width, unit) -> b: Body(2 * width, unit, 3) }
    block Padded(unit: block) { a: unit(4, 1) -> b: unit(5, 3, padding = 1) }
"""
MODELS = {
    "two_classes": "a: Body(4, Plain) -> b: Body(6, Wide) -> c: Body(8, Wide)",
    "one_class_with_other_arguments": "a: Body(4, Plain) -> b: Body(6, Plain(act = none))",
    "passed_on": "a: Around(Plain) -> b: Around(Plain(act = gelu)) -> c: Around(Reckoned)",
    "a_default_that_depends_on_others": """a: Padded(Reckoned) -> b: Padded(BasicConv2d)
          c: Reckoned(7, 5) -> d: Reckoned(7, 5, padding = 1)""",
    "inception": """a: Inception(4, 4, 4, 4, 4, 4)
          b: Inception(4, 4, 4, 4, 4, 4, unit = BasicConv2d)""",
}


@pytest.mark.parametrize("name", MODELS)
def test_one_class_takes_the_block(name: str) -> None:
    typed = compiled(_text(MODELS[name]))
    printed = source(typed)
    assert list(differences(typed, printed)) == []
    classes = [node for node in ast.parse(printed).body if isinstance(node, ast.ClassDef)]
    made = {node.name: ast.unparse(node) for node in classes}
    assert not any(name[-1].isdigit() and name != "BasicConv2d" for name in made), list(made)
    holders = [text for name, text in made.items() if name in ("Body", "Padded", "Inception")]
    assert holders
    assert all("unit: Callable[..., nn.Module]" in text for text in holders)


PARTS = {
    "convolutions": """a: Unit(conv(4, 3)) -> b: Unit(conv(5, 1, bias = false))
          c: Unit(batch_norm) -> d: Unit(conv(3, [1, 3])) -> e: Unit(gelu)""",
    "of_other_kinds": """a: Unit(depthwise(3, padding = 1))
          b: Unit(conv_transpose(6, 2, stride = 2))""",
    "of_one_class": "a: Unit(depthwise(3, padding = 1)) -> b: Unit(conv(4, 1))",
    "matrices": "a: Unit(linear(4)) -> b: Unit(linear(6, bias = false)) -> c: Unit(layer_norm)",
    "normalised": """a: Unit(group_norm(2)) -> b: Unit(conv(6, 1, groups = 2))
          c: Unit(batch_norm)""",
    "by_default": "a: Unit -> b: Unit(conv(5, 3)) -> c: Unit",
}


@pytest.mark.parametrize("name", PARTS)
def test_ops_that_uses_of_a_block_are_given(name: str) -> None:
    """A parameter that holds them is called with the channels alone, whatever op it is."""
    typed = compiled(f"""
    block Unit(unit: op = conv(4, 1)) {{ made: unit -> act: relu }}
    model m() {{ input x: [N, 4, H = 8, W = 8]
      {PARTS[name]} }}""")
    assert list(differences(typed, source(typed))) == []


def test_a_default_that_every_use_replaces_is_not_made() -> None:
    """`conv` without its channels is no layer: as a default it stands for what has to be given."""
    typed = compiled("""
    block Unit(unit: op = conv) { made: unit -> act: relu }
    block Copied(unit: op = tile) { made: unit -> multiply(0.5) }
    model m() { input x: [N, 4, H = 8, W = 8]
      a: Unit(conv(4, 3)) -> b: Unit(linear(6))
      c: Copied(conv(2, 1)) -> d: Copied(linear(3)) }""")
    assert list(differences(typed, source(typed))) == []


def test_classes_apart_where_a_block_takes_other_numbers() -> None:
    """What a block reads off its input besides channels nothing here can pass on."""
    typed = compiled(_text("a: Body(4, Plain) -> b: Body(4, Matrix)"))
    assert list(differences(typed, source(typed))) == []


def _text(stages: str) -> str:
    return f"""
    import std.inception: BasicConv2d, Inception
    {UNITS}
    model m() {{ input x: [N, 8, H = 4, W = 4]
      {stages} }}"""


CHOOSING = """
block Mlp(widths, last: op = relu) {
  for i, width in enumerate(widths) {
    let act = last if i == len(widths) - 1 else tanh
    linear(width) -> act
  }
}
model net(top = [8, 1]) {
  input x: [N, 3]
  Mlp([6, 4]) -> Mlp(top, sigmoid) -> Mlp([5, 5, 2], layer_norm)
}
"""


def test_a_turn_chooses_between_what_is_given_and_another() -> None:
    typed = compiled(CHOOSING)
    assert list(differences(typed, source(typed))) == []
