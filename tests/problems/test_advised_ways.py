"""What an error advises is right: each text has its mistake beside what the advice makes of it."""

from __future__ import annotations

import pytest

import archc
from archir.base.source import Source

IMAGE = "input x: [N, 4, H = 8, W = 8]"
CONVS = "{ for _ in 1..2 { module f = _: conv(4, 1) } }"
GRAPH = "input x: [V = 5, 3], source: int[E = 7], target: int[E]"


def model(*lines: str, before: str = "") -> str:
    return before + "\n  ".join(["model m(n = 2) {", *lines, 'assert n > 0, "few"']) + "\n}\n"


def unit(head: str, use: str) -> str:
    return model(
        IMAGE,
        "module fc = conv(4, 1)",
        *use.split("\n"),
        before=f"block Unit({head}) {{ fc -> relu }}\n",
    )


WAYS: dict[str, tuple[str, str, str, str]] = {
    "any part": (
        unit("fc: block", "fc -> u: Unit(conv(4, 1))"),
        "argument-of-wrong-type",
        "leave the type of fc out",
        unit("fc", "fc -> u: Unit(conv(4, 1))"),
    ),
    "a module": (
        unit("fc: block", "Unit(fc)"),
        "argument-of-wrong-type",
        "`*Unit(…)`",
        unit("fc", "*Unit(fc)\nfc"),
    ),
    "a module in a block": (
        unit("fc", "Unit(fc)\nfc"),
        "module-applies-outside",
        "`*Block(fc)`",
        unit("fc", "step: { fc -> relu }\n*Unit(fc)"),
    ),
    "a tie out of a module": (
        model(
            IMAGE,
            "a: conv(4, 1)",
            "module b = { c: conv(4, 1) with weight = a.weight }",
            "b",
        ),
        "no-parameter-to-tie",
        "tie in braces with a label",
        model(IMAGE, "a: conv(4, 1)", "b: { c: conv(4, 1) with weight = a.weight }"),
    ),
    "a name in a module": (
        model(IMAGE, f"module t = {CONVS}", "x -> f[0] -> f[1]"),
        "value-not-made",
        "`t: { … }`",
        model(IMAGE, f"t: {CONVS}", "x -> f[0] -> f[1]"),
    ),
    "all dims": (
        model("input x: [N]", "mean(0)"),
        "no-dims-left",
        "`keepdim = true`",
        model("input x: [N]", "mean(0, keepdim = true)"),
    ),
    "places of rows": (
        model(
            GRAPH, "x -> index_select(0) [_, source] as sent", "scatter_add(0) [x, target, sent]"
        ),
        "shapes-differ",
        "unsqueeze(1) -> expand(E, 3)",
        model(
            GRAPH,
            "x -> index_select(0) [_, source] as sent",
            "scatter_add(0) [x, target -> unsqueeze(1) -> expand(E, 3), sent]",
        ),
    ),
    "places of one row": (
        model("input x: [V = 5, 3], at: int[V]", "gather(1) [x, at]"),
        "shapes-differ",
        "unsqueeze(1) -> expand(V, 3)",
        model(
            "input x: [V = 5, 3], at: int[V]", "gather(1) [x, at -> unsqueeze(1) -> expand(V, 3)]"
        ),
    ),
    "a choice in parentheses": (
        model(IMAGE, "x -> (relu if n > 1 else sigmoid)"),
        "unexpected-token",
        "`let act = relu if n > 1 else sigmoid`",
        model(IMAGE, "let act = relu if n > 1 else sigmoid", "x -> act"),
    ),
    "a choice": (
        model(IMAGE, "x -> relu if n > 1 else sigmoid"),
        "stray-else",
        "`let act = relu if n > 1 else sigmoid`",
        model(IMAGE, "let act = relu if n > 1 else sigmoid", "x -> act"),
    ),
    "two loops in a list": (
        model(IMAGE, "for w in [i * n + j for i in range(n) for j in range(n)] { conv(w + 1, 1) }"),
        "unexpected-token",
        "a list has one `for`: count both",
        model(IMAGE, "for w in [k // n * n + k % n for k in range(n * n)] { conv(w + 1, 1) }"),
    ),
    "an op that is spliced": (
        model(IMAGE, "norm: { *batch_norm }"),
        "cannot-splice",
        "`name: batch_norm(…)`",
        model(IMAGE, "norm: batch_norm"),
    ),
}


@pytest.mark.parametrize(("bad", "name", "words", "good"), WAYS.values(), ids=WAYS)
def test_the_way_that_is_advised(bad: str, name: str, words: str, good: str) -> None:
    found = archc.check(Source("m.arch", bad)).errors
    assert {each.problem.name for each in found} == {name}
    assert words in str(found[0].hint)
    assert [each.problem.name for each in archc.check(Source("m.arch", good)).diagnostics] == []
