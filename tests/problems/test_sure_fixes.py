"""What ``--fix`` applies turns no meaning into another: where two are possible, a person looks."""

from __future__ import annotations

import pytest

import archc
from archc.request.fixing import fixed
from archir.base.diagnostics import Diagnostics
from archir.base.source import Source

BODY = "model m() {{\n  input x: [N, 64, H = 32, W = 32]\n  {}\n}}\n"


def safely(text: str) -> str:
    """A file with all that ``archc check --fix`` does to it, round by round."""

    def check(source: Source, *_: object) -> Diagnostics:
        found = Diagnostics()
        found.extend(archc.check(source).diagnostics)
        return found

    (one,) = fixed([(Source("m.arch", text), None)], check, unsafe=False).texts
    return one.now


def named(text: str) -> list[str]:
    return [each.problem.name for each in archc.check(Source("m.arch", text)).diagnostics]


def model(*lines: str, head: str = "model m()") -> str:
    return "\n  ".join([f"{head} {{", *lines]) + "\n}\n"


X = "input x: [N, 4]"
KEYWORDS_AS_NAMES = {
    "an input": model("input dense: [N, 13]", "dense -> linear(3)"),
    "a later input": model(f"{X},\n    dense: [N, 13]", "dense -> linear(3)"),
    "an input of integers": model("input if: int[N, L = 4]", "if -> embedding(9, 2)"),
    "an input of a block": model("input residual: [N, D]", "residual -> relu", head="block B()")
    + model(X, "B"),
    "a param": model(X, "param dense: [4] = zeros", "dense -> add [x, _]"),
    "a buffer": model(X, "buffer dense: int[4] = zeros", "add [x, dense]"),
    "a module": model(X, "module dense = relu", "x -> dense"),
    "a value": model(X, "relu as dense", "dense -> linear(3)"),
    "one of two values": model(X, "chunk(2, 1) as a, dense", "dense -> add [_, a]"),
    "a let": model(X, "let dense = linear(3)", "dense -> relu"),
    "a loop's": model(X, "for dense in [relu] { dense -> linear(3) }"),
    "an output": model(X, "output dense = x"),
    "a parameter": model(X, "dense -> linear(3)", head="model m(dense: op = relu)"),
    "a later parameter": model("dense -> linear(n)", head="block B(n, dense: op = relu)")
    + model(X, "B(4)"),
    "a function's": "fn twice(dense: int) = 2 * dense\n" + model(X, "linear(twice(2))"),
}


@pytest.mark.parametrize("text", KEYWORDS_AS_NAMES.values(), ids=KEYWORDS_AS_NAMES)
def test_a_keyword_as_a_name_is_one_mistake_and_left_to_a_person(text: str) -> None:
    assert named(text) == ["keyword-as-name"]
    assert safely(text) == text


def test_a_block_called_like_a_keyword_is_none_of_its_bodies() -> None:
    text = "model m() {\n  input x: [N, 3]\n  dense linear(2)\n}\nblock dense() { relu }\n"
    assert "keyword-as-name" in named(text)
    assert safely(text) == text


def test_keywords_stay_labels() -> None:
    text = BODY.format(
        "input: { relu }\n  param: conv(8, 1)\n  concat [_, dense: conv(4, 1), repeat: conv(4, 1)]"
    )
    assert named(text) == []


def test_a_body_without_braces_is_safe_where_no_value_can_be_meant() -> None:
    text = BODY.format("residual conv(64, 1)")
    assert safely(text) == BODY.format("residual { conv(64, 1) }")
    arrow = BODY.format("residual -> conv(64, 1)")
    assert safely(arrow) == arrow
