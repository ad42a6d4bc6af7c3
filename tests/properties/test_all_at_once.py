"""Mistakes of all kinds, planted into the shipped examples: each is said, and nothing else is.

What is planted is independent of the rest: a statement that nothing depends on, a whole model, a
word or a bracket of a line that is there. A comment marks its line.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from archc import pipeline
from archir.base.source import Source

EXAMPLES = sorted((Path(__file__).resolve().parents[2] / "examples").glob("*.arch"))
TEXTS = {path: path.read_text("utf-8") for path in EXAMPLES}


class Mistake(NamedTuple):
    """The lines of a mistake, of which one is wrong, and the name of its problem."""

    text: str
    problem: str


STATEMENTS = (
    # the text
    Mistake("let zz9 = = 3", "unexpected-token"),
    Mistake("let zz9 = [1, 2", "unclosed-bracket"),
    Mistake("let zz9 = max(1, 2))", "unmatched-closer"),
    Mistake("let zz9 = max(1, 2", "unclosed-bracket"),
    Mistake("let zz9 = max(1, 2]", "wrong-closer"),
    Mistake("let zz9 = max(1 2)", "missing-comma"),
    Mistake('let zz9 = "a', "unterminated-string"),
    Mistake("let zz9 = 'a'", "single-quotes"),
    Mistake('assert 1 == 1 "one is one"', "unexpected-token"),
    Mistake("let in = 3", "keyword-as-name"),
    Mistake("let zz9 = 1 if true", "missing-else"),
    # names and arguments
    Mistake("let zz9 = nothing_zz9 + 1", "unknown-name"),
    Mistake("let zz9 = conv(4, 3, paddin9 = 1)", "unknown-argument"),
    Mistake("let zz9 = relu(1, 2, 3)", "too-many-arguments"),
    Mistake("let zz9 = len", "function-as-value"),
    Mistake("let zz9 = linear(4).colour", "no-such-attribute"),
    # values
    Mistake("let zz9 = 1 // 0", "division-by-zero"),
    Mistake("let zz9 = [1, 2][7]", "index-out-of-range"),
    Mistake("let zz9 = conv(4, -3)", "argument-out-of-bounds"),
    Mistake('let zz9 = 1 + "a"', "wrong-operand"),
    Mistake("let zz9 = sqrt(0 - 4)", "bad-value"),
)

INPUT = "input x9: [N, 3, H = 8, W = 8]"
MODELS = (
    Mistake(f"{INPUT}\nconv(4, 99)", "kernel-does-not-fit"),
    Mistake(f"{INPUT}\nadd [conv(4, 1), conv(5, 1)]", "shapes-differ"),
    Mistake(f"{INPUT}\nrelu :: [N, 4, H, W]", "shape-not-as-written"),
    Mistake(f"{INPUT}\ncnv9(4, 1) -> conv(4, 99)", "unknown-name"),
    Mistake(f"{INPUT}\nconv(4, 1 -> conv(4, 1)", "unclosed-bracket"),
    Mistake(f'{INPUT}\nassert H > 100, "small"', "assertion-fails"),
    Mistake("input x9: [N, 3, H, W = 8]", "size-without-default"),
    Mistake(f"{INPUT}\nconv(4, 1)\ninit {{ *.bias: kaiming_normal }}", "initialiser-does-not-fit"),
    Mistake(f"{INPUT}\ninit {{ conv.weight: kaimin9_normal }}", "unknown-initialiser"),
    Mistake(f"{INPUT}\nfor i9 in 1..2 {{ reshape(N, 7) }}", "elements-differ"),
    Mistake(f"{INPUT}\nfor i9 in 1 2 {{ relu }}", "unexpected-token"),
    Mistake("relu", "model-without-input"),
)

HEAD = re.compile(r"^(?:block|model) \w+\([^\n]*\{\n(?: +input [^\n]*[^,\n]\n)?", re.MULTILINE)
STAGE = re.compile(r"\b(relu|conv|linear|batch_norm|max_pool|flatten)(?= ->|\(|$)")
CALL = re.compile(r" +(?:\w+: )?\w+\([^()\n]*\)")

Case = tuple[Path, str, list[tuple[int, str]]]
Plant = Callable[[st.DrawFn, str, str], "Planted"]
Planted = tuple[str, str] | None
"""A text with one mistake more, in a line that ends with the mark, and the problem's name."""


@cache
def running(path: Path) -> frozenset[str]:
    """The heads of an example's bodies that run as it stands: of others names alone are known."""
    text = TEXTS[path]

    def runs(end: int) -> bool:
        planted = f"{text[:end]}  let zz9 = 1 // 0\n{text[end:]}"
        _, found = pipeline.check_source(Source(str(path), planted), path)
        return found.has_errors

    return frozenset(head.group() for head in HEAD.finditer(text) if runs(head.end()))


def statement(path: Path, draw: st.DrawFn, text: str, mark: str) -> Planted:
    """A statement that nothing depends on, at the beginning of a body."""
    heads = [head for head in HEAD.finditer(text) if head.group() in running(path)]
    if not heads:
        return None
    end = draw(st.sampled_from(heads)).end()
    mistake = draw(st.sampled_from(STATEMENTS))
    indent = re.match(" *", text[end:])
    assert indent is not None
    line = f"{indent.group() or '  '}{mistake.text.replace('zz9', f'zz9{mark}')}  # {mark}\n"
    return text[:end] + line + text[end:], mistake.problem


def model(draw: st.DrawFn, text: str, mark: str) -> Planted:
    """A model behind all others."""
    mistake = draw(st.sampled_from(MODELS))
    head = f"model zz9{mark}() {{"
    body = "".join(f"  {line}  #\n" for line in mistake.text.split("\n"))
    if mistake.problem == "model-without-input":
        return f"{text}\n{head}  # {mark}\n{body}}}\n", mistake.problem
    return f"{text}\n{head}\n{body[:-1]} {mark}\n}}\n", mistake.problem


def word(draw: st.DrawFn, text: str, mark: str) -> Planted:
    """An op's name with a slip in it."""
    return _changed(
        draw, text, mark, STAGE, lambda found: f"{found[:1]}q9{found[1:]}", "unknown-name"
    )


def bracket(draw: st.DrawFn, text: str, mark: str) -> Planted:
    """A call that is not closed at the end of its line."""
    return _changed(draw, text, mark, CALL, lambda found: found[:-1], "unclosed-bracket")


def _changed(
    draw: st.DrawFn,
    text: str,
    mark: str,
    pattern: re.Pattern[str],
    change: Callable[[str], str],
    problem: str,
) -> Planted:
    lines = text.split("\n")
    whole = pattern is CALL
    there = [
        (at, found)
        for at, line in enumerate(lines)
        if line.startswith(" ") and "#" not in line and '"' not in line
        for found in ([pattern.fullmatch(line)] if whole else pattern.finditer(line))
        if found is not None
    ]
    if not there:
        return None
    at, found = draw(st.sampled_from(there))
    line = lines[at]
    lines[at] = f"{line[: found.start()]}{change(found.group())}{line[found.end() :]}  # {mark}"
    return "\n".join(lines), problem


@st.composite
def planted(draw: st.DrawFn) -> Case:
    """An example with two or three mistakes, their lines and problems."""
    path = draw(st.sampled_from(EXAMPLES))
    text = TEXTS[path]
    problems: dict[str, str] = {}
    begun = partial(statement, path)
    kinds: list[Plant] = [begun, begun, model, word, bracket]
    for number, plant in enumerate(draw(st.lists(st.sampled_from(kinds), min_size=2, max_size=3))):
        mark = f"mistake{number}"
        made = plant(draw, text, mark)
        if made is not None:
            text, problems[mark] = made
    lines = text.split("\n")
    where = {
        line.split()[-1]: at for at, line in enumerate(lines, 1) if line.endswith(tuple(problems))
    }
    return path, text, sorted((where[mark], problem) for mark, problem in problems.items())


@given(planted())
def test_each_mistake_is_said_and_nothing_else(
    case: tuple[Path, str, list[tuple[int, str]]],
) -> None:
    path, text, expected = case
    source = Source(str(path), text)
    _, found = pipeline.check_source(source, path)
    said = [
        (source.position(item.span.start)[0], item.problem.name) for item in found if item.is_error
    ]
    assert said == expected, text
