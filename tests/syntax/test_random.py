"""Whatever the text, parsing ends, raises nothing, and points into the text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from archdsl.syntax.keywords import KEYWORDS
from archdsl.syntax.parser import parse
from archdsl.tree.outline import show_ast
from archir.base.fixes import apply, compatible
from archir.base.source import Source

WORDS = [
    *sorted(KEYWORDS),
    *("->", "::", ":", ",", "=", "(", ")", "[", "]", "{", "}", "..", ".", "==", "<", "**", "*"),
    *("//", "/", "%", "+", "-", "\n", "\n\n", "a", "b", "_", "1", "2.5", '"s"', '"{a}"', "#c\n"),
    *("## d\n", "?", "&&", "'", '"', "é", "True", "elif", "0777", "\0", "\\", "\t", "\r\n", "\r"),
]

SEEDS = [
    "arch 1\nmodel m(a: int in 1..4 = 2) {\n  input x: [N, H = 8]\n  c1: conv(3) -> relu as y\n}\n",
    'block B(ds) {\n  for d in ds { "l{d}": { residual { a } shortcut { b } if c } }\n}\n',
    "let A = [x * 2 for x in 1..n if x % 2 == 0]\nfn f(x) = x ** -2 if x else g(a = [1, 2][0])\n",
    "block C() {\n  concat [a, for d in e { f }, [b\n c] -> g]\n  init { conv.weight: zeros }\n}\n",
]


def check(text: str) -> None:
    file, found = parse(Source("test.arch", text))
    assert (file is None) == found.has_errors
    for item in found:
        for span in (item.span, *(label.span for label in item.related)):
            assert 0 <= span.start <= span.end <= len(text)
        assert item.problem.message()
        item.problem.hint()
        if (fix := item.fix) is not None:
            assert all(0 <= edit.span.start <= edit.span.end <= len(text) for edit in fix.edits)
            assert compatible([fix]) == [fix]
            apply(text, [fix])
    if file is not None:
        show_ast(file)


@given(st.text())
def test_any_text(text: str) -> None:
    check(text)


@given(st.binary(max_size=400))
def test_any_bytes(data: bytes) -> None:
    check(data.decode("latin-1"))
    check(data.decode("utf-8", "surrogateescape"))


@given(st.lists(st.sampled_from(WORDS), max_size=60), st.sampled_from(["", " "]))
def test_any_tokens(words: list[str], between: str) -> None:
    text = between.join(words)
    check(text)
    check(f"block B() {{\n{text}\n}}\n")


@given(st.sampled_from(SEEDS), st.data())
def test_any_damage(seed: str, data: st.DataObject) -> None:
    """A sound file with a piece taken out and another put in."""
    at = data.draw(st.integers(0, len(seed)))
    gone = data.draw(st.integers(0, 6))
    put = data.draw(st.lists(st.sampled_from(WORDS), max_size=3))
    check(seed[:at] + " ".join(put) + seed[at + gone :])


def test_the_seeds_are_sound() -> None:
    for seed in SEEDS:
        assert parse(Source("test.arch", seed))[0] is not None
