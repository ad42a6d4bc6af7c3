"""Lists that hold ops and blocks, names for rows, and blocks that are spliced in: in words."""

from __future__ import annotations

import ast

import pytest
from other_values import at_others, taken
from printed import compiled, differences, namespace

from archc.python import source
from archir.base.source import Source

BLOCKS = """
    block Plain(width, k, act: op) { conv(width, k, padding = k // 2) -> act }
    block Twice(width, k, act: op) { repeat 2 { conv(width, k, padding = k // 2) -> act } }
    block Stack(kinds, width) { for kind in kinds { conv(width, 3, padding = 1) -> kind } }
    block Many(rows) { for w, act in rows { Plain(w, 3, act) } }
    block Pair(planes, stride = 1, act: op = relu) {
      conv(planes, 3, stride = stride, padding = 1) -> batch_norm -> act -> *Last(planes * 2) }
    block Last(planes) {
      input x: [N, C, H, W]
      conv(planes + C, 3, padding = 1) -> conv(_.channels, 1) }
    block Unit(planes) { *Pair(planes, act = gelu) -> conv(_.channels, 1) -> relu }
    block Turns(planes, n) { repeat n { *Pair(planes) } -> conv(planes, 1) }
    block Summed(planes) {
      residual if _.channels == planes { *Pair(planes // 2) -> conv(planes, 1) } }
    block Normed(norm: op) { norm -> relu }
    block Named(n: int in 1..8 = 1) {
      repeat 2 { module m = _: { conv(n, 1) -> softmax(n - 1) } }
      for each in m { each } }
    block Both(width) { *Pair(width // 2) -> *Pair(width, 2) }
"""
TABLES = {
    "ops_in_rows": (
        "by = 2, table = [[8, relu], [16, batch_norm], [4, none]], classes = 3",
        """a: { for w, act in table { conv(w * by, 3) -> act } }
           b: { for w, act in table { conv(w, 1) -> act } }
           c: conv(classes, 1)""",
    ),
    "blocks_in_rows": (
        "by = 1, rows = [[Plain, 8, 3, relu], [Twice, 16, 5, gelu], [Plain, 8, 1, relu]]",
        """a: { for row in rows {
             let unit, width, kernel, act = row
             unit(width * by, kernel, act) } }""",
    ),
    "one_block_in_rows": (
        "by = 1, rows = [[Plain, 8, 3], [Plain, 16, 5]]",
        "a: { for unit, width, kernel in rows { unit(width * by, kernel, relu) } }",
    ),
    "rows_in_rows": (
        "k = 2",
        """a: { for w, [kernel, [stride, q]] in [[2, [3, [1, 1]]], [4, [5, [2, k]]]] {
             conv(w + q, kernel, stride = stride, padding = kernel // 2) -> relu } }
           b: conv(sum([x * y for x, [y, z] in [[1, [2, 3]], [k, [2, 4]]]]), 1)""",
    ),
    "lists_of_ops_to_blocks": (
        "width = 8, deep = [[4, relu], [8, none]]",
        "a: Stack([relu, silu], width) -> b: Stack([gelu, batch_norm], 2 * width) -> c: Many(deep)",
    ),
    "a_part_that_nothing_makes": (
        "rows = [[8, relu], [16, gelu]], k = 3",
        "a: { for w, _ in rows { conv(w, k) } } -> b: { Plain(rows[0][0], 3, rows[1][1]) }",
    ),
    "truths_and_texts": (
        'wide = true, kind = "big", k = 3',
        """a: conv(16 if wide else 8, k) -> b: conv(4 if kind == "big" and not wide else k, 1)
           c: {
             conv(k, 1) if wide
             relu
           }""",
    ),
    "spliced": (
        "width = 8, n = 2",
        """a: { Unit(width) -> Unit(2 * width) } -> b: Turns(width, n) -> c: Turns(2 * width, 3)
           d: { Summed(2 * width) -> Summed(2 * width) -> Summed(4 * width) }""",
    ),
    "written_out": (
        "widths = [4, 8, 16], rates = [1, 2], k = 3, bottom = 5",
        """for i, width in enumerate(widths) {
             let double = 2 * width
             "down{i}": { conv(double, k, padding = k // 2) -> Plain(width, k, relu) } as skips
             max_pool(2)
           }
           mid: conv(bottom * widths[-1], 1)
           for i, skip in reversed(enumerate(skips)) {
             "up{i}": conv_transpose(skip.channels, 2, stride = 2) as up
             concat [skip, up] -> "merge{i}": conv(skip.channels, 1)
           }
           concat [for rate in rates { conv(k, 3, padding = rate, dilation = rate) }]""",
    ),
    "ops_that_are_told_of_features": (
        "width = 8, k = 3",
        """a: { for op in [layer_norm] { op } -> conv(width, k) }
           z: { for op in [layer_norm, gelu] { op } }
           b: Normed(layer_norm) -> c: Normed(batch_norm) -> d: Normed(rms_norm)
           e: Normed(layer_norm)""",
    ),
    "ranges_with_steps": (
        "by = 2, first = 8",
        """a: { for width in first..16 step by { conv(width, 1) -> relu } }
           b: { for i in [w for w in 1..7 step by + 1] { conv(first + i, 1) -> relu } }""",
    ),
    "a_named_list_of_ops": (
        "width = 8",
        """let kinds = [relu, leaky_relu(0.1), gelu, silu, batch_norm, hardswish, softplus(2.0)]
           a: { for kind in kinds { conv(width, 1) -> kind } }
           b: { for kind in kinds { kind } }""",
    ),
    "a_block_and_its_splice": (
        "",
        "conv(4, 1) -> Named(2) -> *Named(3) -> Named(3) -> *Named(2)",
    ),
    "spliced_twice": ("width = 8", "a: Both(width) -> b: Both(2 * width)"),
}


def _text(name: str) -> str:
    parameters, stages = TABLES[name]
    return f"""{BLOCKS}
    model m({parameters}) {{ input x: [N, 3, H = 16, W = 16]
      {stages} }}"""


@pytest.mark.parametrize("name", TABLES)
def test_it_is_the_live_module(name: str) -> None:
    typed = compiled(_text(name))
    assert list(differences(typed, source(typed))) == []


@pytest.mark.parametrize("name", TABLES)
def test_other_values_give_what_the_text_gives(name: str) -> None:
    text = _text(name)
    typed = compiled(text)
    printed = source(typed)
    tried = set()
    for parameter, value, found in at_others(
        Source("net.arch", text), None, printed, typed, 2, run=True
    ):
        tried.add(parameter)
        assert found == [], f"{parameter} = {value}"
    assert tried == set(taken(printed))


@pytest.mark.parametrize(
    ("name", "parameters"),
    {
        "ops_in_rows": "by table classes",
        "blocks_in_rows": "by rows",
        "one_block_in_rows": "by rows",
        "rows_in_rows": "k",
        "lists_of_ops_to_blocks": "width deep",
        "truths_and_texts": "wide kind k",
        "spliced": "width n",
        "written_out": "widths rates k bottom",
    }.items(),
)
def test_the_class_takes_what_the_model_takes(name: str, parameters: str) -> None:
    assert " ".join(taken(source(compiled(_text(name))))) == parameters


def test_a_block_that_splices_another_has_one_class() -> None:
    """Its numbers are the block's own, and no names that its text has not."""
    tree = ast.parse(source(compiled(_text("spliced"))))
    made = [node.name for node in tree.body if isinstance(node, ast.ClassDef)]
    assert made == ["Unit", "Turns", "Summed", "M"]
    names = {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    assert not [name for name in names if name[-1].isdigit()]


@pytest.mark.parametrize("condition", ["deep", "not deep", "deep or k > 5", "deep and k > 5"])
def test_a_condition_that_is_decided_is_not_printed(condition: str) -> None:
    """``deep`` decides whether there is a pool: what it says elsewhere stands there decided."""
    typed = compiled(f"""
    model m(deep = true, k = 3, width = 8) {{ input x: [N, 3, H = 16, W = 16]
      a: conv(width if {condition} else 2 * width, k)
      b: {{ if deep {{ max_pool(2) }} else {{ relu }} }} }}""")
    printed = source(typed)
    assert "if True" not in printed and "if False" not in printed
    assert " and True" not in printed and "False or " not in printed
    assert list(differences(typed, printed)) == []


def test_a_list_that_is_written_out_has_its_length() -> None:
    """The class says so, where the text would make other modules."""
    made = namespace(source(compiled(_text("written_out"))))["M"]
    with pytest.raises(ValueError, match="widths must have 3 items"):
        made(widths=(4, 8))


def test_a_size_is_read_off_the_last_axis_of_values_of_two_ranks() -> None:
    """The first turn is given [N, 6, L], and the second one [N, 1, 6, L]."""
    typed = compiled("""
    model m() { input x: [N = 2, 6, L = 3]
      repeat 2 { module each = _: { reshape(_.shape[0], 1, 6, _.features) } }
      for f in each { f } }""")
    printed = source(typed)
    assert list(differences(typed, printed)) == []
    assert "x.reshape(x.shape[0], 1, 6, x.shape[-1])" in printed


def test_a_number_is_read_off_the_last_axis_of_values_of_two_ranks() -> None:
    """The first turn is given [N, 1, H, 2], and the second one [N, 1, H, 2, 1]."""
    typed = compiled("""
    model m() { input x: [N = 2, 1, H = 3, 2]
      repeat 2 { module each = _: { reshape(_.shape[0], 1, -1, _.features, 1) } }
      for f in each { f } }""")
    assert list(differences(typed, source(typed))) == []
