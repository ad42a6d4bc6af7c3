"""Mistakes that torch cannot see, of names, arguments, types and places, and their names."""

from __future__ import annotations

import re
from dataclasses import replace

from archc.testing.generator.choices import Choices
from archc.testing.generator.project import MAIN, Project

IN_MODEL: dict[str, tuple[str, ...]] = {
    "unknown-name": ("convolution(3)", "nowhere -> relu", "relu -> conv(lost, 1)"),
    "unknown-argument": ("relu(colour = 3)", "identity(dim = 1)"),
    "argument-given-twice": ("relu(true, inplace = false)", "add(1, other = 2)"),
    "missing-argument": ("conv(4)", "linear", "dropout -> softmax"),
    "too-many-arguments": ("relu(true, false)", "identity(1)"),
    "wrong-argument-type": ('relu(inplace = "yes")', 'conv("a", 1)', "linear([2])"),
    "argument-out-of-bounds": ("linear(0)", "dropout(1.5)", "conv(-1, 1)", "max_pool(0)"),
    "float-for-count": ("linear(2.0)", "conv(4 / 2, 1)"),
    "name-bound-twice": ("_ as twice\nrelu as twice",),
    "label-used-twice": ("same: relu\nsame: relu",),
    "label-on-function": ("summed: add(1)", "half: multiply(0.5)"),
    "bad-label": ("forward: relu", "training: relu", '"a.b": relu', '"": relu'),
    "wrong-number-of-names": ("relu as one9, two9",),
    "misplaced-input": ("input late: [N, 3, H = 8]",),
    "unknown-initialiser": ("linear(2) with weight = nought",),
    "comma-too-many": ("conv(3, , 1)",),
    "unexpected-token": ("relu -> -> relu", "for [1] { relu }"),
    "not-a-condition": ("relu if 3", "if [1] { relu }"),
    "division-by-zero": ("linear(4 // 0)", "let z = 1 % 0"),
    "wrong-operand": ('linear(2 + "a")', "let z = -[1]"),
    "no-such-attribute": ("linear(_.depth)",),
    "index-out-of-range": ("linear([1, 2][2])", "linear(_.shape[9])"),
    "wrong-argument-count": ("linear(len())", "let z = sqrt(1, 2)"),
    "number-as-branch": ("add [_, 3]",),
    "condition-not-last": ("relu if true -> relu",),
    "missing-else": ("linear(2 if true)",),
    "chained-comparison": ("assert 1 < 2 < 3, \"so\"",),
    "not-a-list": ("for i in 3 { relu }",),
    "bad-value": ("let z = sqrt(-1)", 'let z = int("a")'),
    "single-quotes": ("'a': relu",),
    "keyword-as-name": ("let for = 3", "relu as input"),
    "value-as-argument": ("_ as v9\nrelu -> linear(v9)",),
    "not-callable": ("let z = 3(1)",),
}  # fmt: skip
"""By the name of the problem, statements that raise it wherever they stand in a body."""

IN_FILE: dict[str, tuple[str, ...]] = {
    "needs-itself": ("block Loop9() { Loop9 }", "let A9 = A9 + 1", "fn f9(n) = f9(n)"),
    "name-declared-twice": ("let A9 = 1\nlet A9 = 2",),
    "unknown-type": ("block Odd9(a: number) { relu }",),
    "outside-domain": ("block Odd9(a: int in 1..3 = 7) { relu }",),
    "argument-of-wrong-type": ('block Odd9(a: int = "x") { relu }',),
    "unknown-library": ("import std.nowhere: Thing",),
    "later-edition": (),
    "unclosed-bracket": ("block Open9() { relu",),
    "positional-after-named": ("let A9 = max(a = 1, 2)",),
    "statement-outside-body": ("relu -> relu",),
    "value-not-made": (),
}
"""The same for whole files."""


def with_mistake(choices: Choices, made: Project) -> Project:
    """The project with one such mistake."""
    names = [(name, words) for name, words in IN_MODEL.items() if words]
    text = made.files[MAIN]
    several = re.search(r"\n  input [^\n]*\], ", text) is not None
    if several or choices.chance(25):
        name, words = choices.pick([each for each in IN_FILE.items() if each[1]])
        changed = f"{text}\n{choices.pick(words)}\n"
    else:
        name, words = choices.pick(names)
        changed = inserted(text, choices.pick(words))
    constructs = made.constructs.copy()
    constructs["static mistake"] += 1
    return replace(made, files={**made.files, MAIN: changed}, expected=name, constructs=constructs)


def inserted(text: str, words: str) -> str:
    """The text with a statement behind the input of its last model."""
    lines = text.split("\n")
    starts = [i for i, line in enumerate(lines) if re.match(r"model \w+\(", line) and "{" in line]
    at = next(i for i in range(starts[-1], len(lines)) if lines[i].startswith("  input ")) + 1
    return "\n".join([*lines[:at], *("  " + line for line in words.split("\n")), *lines[at:]])
