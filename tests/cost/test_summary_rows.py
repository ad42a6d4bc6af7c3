"""What a row says of modules that run again, and of those that give several values."""

from __future__ import annotations

import pytest

import archc

AGAIN = """\
model again() {
  input x: [N, 3, H = 16, W = 16]
  module m = { conv(3, 3, padding = 1) -> relu }
  repeat 5 { m }
}
"""

SEVERAL = """\
block Two() {
  input x: [B, C, H, W]
  conv(4, 3) as a
  conv(4, 5) as b
  output b, a
}
model several() {
  input x: [N, 4, H = 16, W = 16]
  t: Two() as deep, flat
  output flat, deep
}
"""

HEADS = """\
model heads() {
  input x: [N, 4, H = 8, W = 8]
  conv(4, 3, padding = 1) as first
  train_only {
    aux: { first -> conv(2, 3) -> relu } as e
  }
  first -> conv(4, 3, padding = 1) as y
  output y
  output aux = e when training
}
"""

TOKENS = """\
model tokens() {
  input x: [N, L = 10, 16]
  linear(16) -> relu -> layer_norm as each
  mean(1) as all
  output each, all
}
"""


def test_each_run_of_a_shared_module_is_a_row() -> None:
    summary = archc.summary(archc.Source("again", AGAIN))
    runs = [row for row in summary.rows if row.path == "m"]
    macs = 16 * 16 * 3 * 3 * 3 * 3
    assert [row.macs for row in runs] == [macs] * 5
    assert [row.parameters for row in runs] == [84, 0, 0, 0, 0]
    assert [row.again for row in runs] == [False, True, True, True, True]
    assert [row.fields[0][0].size for row in runs] == [3, 5, 7, 9, 11]
    first, rest = (row for row in summary.table(1))
    assert (first.label, rest.label, rest.count) == ("m", "m x4", 4)


def test_outputs_and_fields_stand_in_the_order_of_the_text() -> None:
    summary = archc.summary(archc.Source("several", SEVERAL))
    (two, *_) = summary.rows
    assert [each.shape for each in two.outputs] == [(1, 4, 10, 10), (1, 4, 14, 14)]
    assert [seen[0].size for seen in two.fields] == [7, 3]
    whole = summary.whole
    assert [each.shape for each in whole.outputs] == [(1, 4, 14, 14), (1, 4, 10, 10)]
    assert [seen[0].size for seen in whole.fields] == [3, 7]
    assert "7; 3" in str(summary) and "3; 7" in str(summary)


def test_the_field_of_a_head_for_training_is_its_own() -> None:
    summary = archc.summary(archc.Source("heads", HEADS))
    assert [seen[0].size for seen in summary.whole.fields] == [5, 5]
    marked = [line for line in str(summary).splitlines() if "(training)" in line]
    assert [line.split()[0] for line in marked] == ["aux", "0", "1"]


def test_a_token_sees_itself_along_the_sequence() -> None:
    summary = archc.summary(archc.Source("tokens", TOKENS))
    each, mean = summary.whole.fields
    assert [(seen.axis.name, seen.axis.dim, str(seen)) for seen in each] == [("L", 1, "1")]
    assert [str(seen) for seen in mean] == ["all"]


def test_a_power_average_as_ptflops_counts_it() -> None:
    """It goes through the average, the relu and the product that torch makes it of."""
    text = "model lp() {\n  input x: [N, 8, H = 11, W = 11]\n  lp_pool(2, 2)\n}\n"
    told = archc.summary(archc.Source("lp", text)).count_as("ptflops")
    assert told.macs == 8 * 11 * 11 + 2 * 8 * 5 * 5


SELF = "input x: [N, 8, 12]\n  multihead_attention(3{})"
CROSS = "input x: [N, 8, 12], key: [N, 5, {}], value: [N, 5, {}]\n  multihead_attention(3)"


@pytest.mark.parametrize(
    ("text", "fvcore", "ptflops"),
    [
        (SELF.format(""), 4608, 6816),
        (SELF.format(", bias = false"), 4608, 6528),
        (SELF.format(", add_bias_kv = true"), 4608, 6816),
        (SELF.format(", is_causal = true"), 4608, 6816),
        (SELF.format(", need_weights = true") + " as seen, _\n  output seen", 6144, 8544),
        (CROSS.format(12, 12), 3744, 5232),
        (CROSS.format(7, 9), 3264, 3794),
    ],
)
def test_an_attention_as_others_count_it(text: str, fvcore: int, ptflops: int) -> None:
    """What fvcore 0.1.5 and ptflops 0.7.5 print for torch's module that is called so."""
    summary = archc.summary(archc.Source("heads", f"model heads() {{\n  {text}\n}}\n"))
    assert summary.count_as("fvcore").macs == fvcore
    assert summary.count_as("ptflops").macs == ptflops
