"""Examples in doc comments: kept as they are written, and no part of the prose."""

from __future__ import annotations

import pytest
from syntaxkit import parsed

import archc
from archdsl.syntax.docs import examples, prose

TEXT = '''\
## What it is.
##
## ```arch
## model example() {
##   input x: [N, 3, H = 8, W = 8]
##
##     relu
## }
## ```
##
## And more.
model net() {
  input x: [N, 3, H = 8, W = 8]
  Unit
}

## A unit.
##
## ```arch
## Unit
## ```
block Unit() { conv(8, 1) }
'''  # fmt: skip


def test_an_example_is_kept_with_its_indentation() -> None:
    doc = getattr(parsed(TEXT).declarations[0], "doc", "")
    assert examples(doc) == ["model example() {\n  input x: [N, 3, H = 8, W = 8]\n\n    relu\n}\n"]
    assert prose(doc) == "What it is.\n\nAnd more."


@pytest.mark.parametrize(
    ("doc", "said", "shown"),
    [
        ("", "", []),
        ("Plain.", "Plain.", []),
        ("A.\n\n\nB.", "A.\n\n\nB.", []),
        ("```arch\nx\n```", "", ["x\n"]),
        ("A\n```arch\nx\n```\nB\n```arch\ny\n```", "A\nB", ["x\n", "y\n"]),
        ("A\n```arch\nnever closed", "A", ["never closed\n"]),
        ("A\n```python\nx\n```", "A\n```python\nx\n```", []),
        ("A\n```arch\n```arch\n```\nB", "A\nB", ["```arch\n"]),
        ("An inline ```arch``` stays.", "An inline ```arch``` stays.", []),
    ],
)
def test_prose_and_examples(doc: str, said: str, shown: list[str]) -> None:
    assert prose(doc) == said
    assert examples(doc) == shown


def test_what_models_carry_is_the_prose() -> None:
    source = archc.Source("net.arch", TEXT)
    assert archc.check(source).models[0].doc == "What it is.\n\nAnd more."
    printed = archc.source(source)
    assert "A unit." in printed and "And more." in printed
    assert "```" not in printed and "example" not in printed
