"""Numbers that no float holds are shown all the same: by integers, as they were counted."""

from __future__ import annotations

import archc
from archc.render.costs.numbers import memory
from archir.base.source import Source


def test_a_summary_of_a_huge_tensor() -> None:
    dims = ", ".join(f"A{i} = 2" for i in range(1500))
    text = f"model m() {{\n  input x: [N, {dims}]\n  relu\n}}\n"
    shown = archc.summary(Source("m.arch", text)).text()
    assert f"{2**1500 * 4 // 2**50:,} PiB" in shown.replace("\n", "")


def test_what_a_float_holds_is_shown_as_before() -> None:
    assert [memory(n) for n in (1023, 1536, 2**50 * 3)] == ["1023 B", "1.5 KiB", "3.0 PiB"]
