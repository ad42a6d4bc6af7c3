"""Whatever stands in a file: its fixes lie in it, can be applied, and leave what can be checked."""

from __future__ import annotations

from all_problems import SHOWN
from hypothesis import given
from hypothesis import strategies as st

import archc
from archir.base.fixes import apply, compatible
from archir.base.source import Source

SEEDS = [text for problem in SHOWN for text in (problem.bad, problem.good) if len(text) < 1_000]
WORDS = [
    *("->", "::", ":", ",", "=", "(", ")", "[", "]", "{", "}", "..", ".", "==", "<", "*", "+"),
    *("relu", "Conv2d(8, 3)", "nn.ReLU()", "(3, 3)", "x", "in", "upto", "from", "let", "as y"),
    *("add", "SqueezeExcite(4)", "residual", "True", "elif", "&&", "'", '"', "é", "#c\n", "1"),
    *("2.0", "H", "\n"),
]


def check(text: str) -> archc.CheckResult:
    return archc.check(Source("main.arch", text))


@given(st.sampled_from(SEEDS), st.data())
def test_fixes_of_any_damage(seed: str, data: st.DataObject) -> None:
    text = seed
    for _ in range(data.draw(st.integers(1, 2))):
        at = data.draw(st.integers(0, len(text)))
        gone = data.draw(st.integers(0, 6))
        put = data.draw(st.lists(st.sampled_from(WORDS), max_size=3))
        text = text[:at] + " ".join(put) + text[at + gone :]
    fixes = [fix for each in check(text).diagnostics if (fix := each.fix) is not None]
    for fix in fixes:
        assert fix.words
        assert fix.source.text == text or fix.source.name != "main.arch"
        assert all(0 <= e.span.start <= e.span.end <= len(fix.source.text) for e in fix.edits)
        assert compatible([fix]) == [fix]
    own = [fix for fix in fixes if fix.source.name == "main.arch"]
    check(apply(text, compatible(own)))
