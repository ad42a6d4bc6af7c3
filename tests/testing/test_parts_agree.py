"""Parts of blocks: what archc says of ``upto`` is what torch does, at all sizes."""

from __future__ import annotations

import pytest

from archc.testing.agreement.compare import examine
from archc.testing.agreement.theirs import Case

BLOCKS = """
block Inner(w) { conv(w, 3, padding = 1) -> relu }

block B(w) {
  input x: [N, C, H, W]
  stem: conv(w, 3, padding = 1, bias = false) -> bn: batch_norm -> relu
  body: {
    for i in 1..3 { "u{i}": Inner(w) -> max_pool(2) }
    mix: { conv(w, 1) -> interpolate([H, W]) }
  }
  tail: Inner(2 * w)
  flatten
  head: linear(4)
  init {
    conv.weight: normal(std = 0.1)
    linear.weight: zeros
  }
}

model net() {
  input x: [N, 3, H = 16, W = 16]
"""

BODIES = {
    "in the order of the list": "trunk: B(4) upto [tail, stem] as t, s\n  output t, s",
    "inside of braces": 'trunk: B(4) upto ["body.u2", bn] as t, s\n  output t, s',
    "by a number": 'trunk: B(4) upto ["body.max_pool_2"] -> more: B(2) upto [bn]',
    "one module, applied twice": 'module m = B(3) upto ["body.u{1 + 1}"]\n  m -> max_pool(2) -> m',
    "the same part twice": "add [a: B(4) upto [tail], b: B(4) upto [tail]]",
    "the whole beside a part": "a: B(4) upto [body] -> max_pool(1) -> b: B(4)",
    "two parts of one": "a: B(4) upto [stem] as s\n  b: B(4) upto [body]\n  add [_, s]",
    "with sizes of its own": 'a: B(4) upto ["body.mix"] -> global_avg_pool',
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_parts_agree(body: str) -> None:
    report = examine(Case({"main.arch": f"{BLOCKS}  {body}\n}}\n"}, "main.arch", "net"))
    assert report.found == []
    assert report.accepted
    assert report.sizes > 1


@pytest.mark.parametrize("label", ["stom", "head.0", '"body.u4"', '"body.u1.0"'])
def test_what_there_is_not_is_refused_by_both(label: str) -> None:
    text = f"{BLOCKS}  trunk: B(4) upto [{label}]\n}}\n".replace("head.0", '"head.0"')
    report = examine(Case({"main.arch": text}, "main.arch", "net"))
    assert report.found == []
    assert not report.accepted


@pytest.mark.parametrize(
    ("group", "runs"),
    [
        ("c: { module m = relu }", False),
        ("c: { d: { module m = relu } }", False),
        ("c: { add(1) }", True),
        ("c: { Empty }", True),
        ("c: Unused", True),
    ],
)
def test_a_group_is_a_part_if_something_in_it_is_applied(group: str, runs: bool) -> None:
    text = (
        "block Empty() { }\nblock Unused() { module m = relu }\n"
        f"block B() {{\n  {group}\n  linear(3)\n}}\n"
        "model net() {\n  input x: [N, 3]\n  B() upto [c]\n}\n"
    )
    report = examine(Case({"main.arch": text}, "main.arch", "net"))
    assert report.found == []
    assert report.accepted == runs
