"""What is said where it is open what was meant: no more than is sure, and nothing twice."""

from __future__ import annotations

import pytest
from mistakes import answer

import archc
from archir.base.source import Source

HEAD = "model m() {\n  input x: [N, 3, H = 32, W = 32]\n"
Said = list[tuple[str, str]]


def model(*lines: str) -> str:
    return HEAD + "".join(f"  {line}\n" for line in lines) + "}\n"


def said(*lines: str) -> Said:
    """The problem of each error, and the text at its place."""
    found = archc.check(Source("net.arch", model(*lines))).errors
    return [(each.problem.name, each.span.text) for each in found]


def hints(*lines: str) -> list[str]:
    found = archc.check(Source("net.arch", model(*lines))).errors
    return [str(each.hint) for each in found]


OPEN = ("unclosed-bracket", "(")

UNCLOSED: dict[str, tuple[list[str], Said]] = {
    "an argument": (["conv(8, kernal = 3"], [OPEN, ("unknown-argument", "kernal")]),
    "a shape": (
        ["conv(8, 99", "relu -> conv(8, 99)"],
        [("kernel-does-not-fit", "conv(8, 99"), OPEN],
    ),
    "names around": (
        ["rellu -> conv(w, 3", "tanhh"],
        [("unknown-name", "rellu"), OPEN, ("unknown-name", "w"), ("unknown-name", "tanhh")],
    ),
    "foreign forms": (
        ["conv(8, (3, 3), bias = False", "relu"],
        [OPEN, ("tuple-for-list", "(3, 3)"), ("python-constant", "False")],
    ),
    "branches": (
        ["concat [rellu, conv(8, 99)", "relu"],
        [
            ("unclosed-bracket", "["),
            ("unknown-name", "rellu"),
            ("kernel-does-not-fit", "conv(8, 99)"),
        ],
    ),
    "a loop's list": (
        ["for w in [8, q {", "  conv(w, 3)", "}"],
        [("unclosed-bracket", "["), ("unknown-name", "q")],
    ),
    "in braces": (
        ["repeat 2 {", "  conv(8, 3, pading = 1", "  rellu", "}", "sigmoyd"],
        [
            OPEN,
            ("unknown-argument", "pading"),
            ("unknown-name", "rellu"),
            ("unknown-name", "sigmoyd"),
        ],
    ),
    # Nobody knows which bracket is open, or what the arrow belongs to: names are said alone.
    "one of two calls": (["conv(q, max(3, 4, padding = 1)"], [OPEN, ("unknown-name", "q")]),
    "a chain in branches": (
        ["concat [tanhh, relu -> conv(8, 99)", "relu"],
        [("unclosed-bracket", "["), ("unknown-name", "tanhh")],
    ),
    "behind a call or in it": (["let a = max(3, 4 > 2", "relu"], [OPEN]),
    "without a sign between": (["conv(8, 3 relu"], [OPEN]),
}


@pytest.mark.parametrize("title", UNCLOSED)
def test_what_stands_in_a_bracket_that_nobody_closed(title: str) -> None:
    lines, problems = UNCLOSED[title]
    assert said(*lines) == problems


def test_a_list_ends_before_an_argument_by_name() -> None:
    text = answer(model("conv(8, [3, 3, padding = 1)"))
    assert f"```arch\n{model('conv(8, [3, 3], padding = 1)')}```" in text


ARGUMENTS = {
    "conv(8, kernal = 3)": "did you mean kernel_size?",
    "conv(8, ksize = 3)": "did you mean kernel_size?",
    "max_pool(pool = 2)": "did you mean kernel_size?",
    "conv(8, 3, dilatation = 2)": "did you mean dilation?",
    "dropout(dropout_rate = 0.1)": "did you mean p?",
    "conv(8, 3, kernel_regularizer = l2(0.01))": (
        "leave it out: a file says what a network is; how it is trained is told to torch"
    ),
    "conv(8, 3, kernel_initializer = he_normal)": (
        "initial weights stand behind: conv(…) with weight = kaiming_normal"
    ),
    'conv(8, 3, kernel_initializer = "glorot_uniform")': (
        "initial weights stand behind: conv(…) with weight = xavier_uniform"
    ),
    "conv(8, 3, bias_initializer = zeros)": (
        "initial weights stand behind: conv(…) with bias = zeros"
    ),
    "conv(8, 3, activation = swish)": ("an activation is a stage of its own: conv(…) -> silu"),
    "conv(8, 3, norm_layer = BatchNorm2d)": (
        "a normalisation is a stage of its own: conv(…) -> batch_norm"
    ),
    "conv(8, 3, name = stem)": "a label names a module: stem: conv(…)",
    "conv(8, 3, data_format = channels_last)": (
        "leave it out: channels come first, as in torch: [N, C, H, W]"
    ),
    "conv(8, 3, input_shape = [32, 32, 3])": (
        "leave it out: shapes are read off the model's input"
    ),
    "conv(8, 3, device = cuda)": "leave it out: the model is torch's: model.to(device)",
}


@pytest.mark.parametrize("line", ARGUMENTS)
def test_an_argument_that_there_is_not_is_one_error(line: str) -> None:
    """Nobody asks what its value means, or for the argument that it may have been."""
    assert [name for name, _ in said(line)] == ["unknown-argument"]
    assert hints(line) == [ARGUMENTS[line]]


def test_a_value_is_looked_at_where_its_argument_is_known() -> None:
    assert said("conv(8, kernal = q)") == [("unknown-argument", "kernal"), ("unknown-name", "q")]


LOOPS = {
    "repeat 3": 'for i in 1..3 { "c{i}": … }',
    "for _ in 1..3": 'for i in 1..3 { "c{i}": … }',
    "for k in range(3)": '"c{k}": …',
    "for k in 1..3": '"c{k}": …',
    "for w in [8, 16]": 'for i, w in enumerate([8, 16]) { "c{i}": … }',
    "for w, s in [[8, 1], [8, 2]]": ('for i, [w, s] in enumerate([[8, 1], [8, 2]]) { "c{i}": … }'),
}


@pytest.mark.parametrize("loop", LOOPS)
def test_a_label_in_a_loop_counts_what_the_loop_has(loop: str) -> None:
    (hint,) = hints(f"{loop} {{", "  c: conv(8, 3, padding = 1)", "}")
    assert hint == f"labels in a loop can count: {LOOPS[loop]}"


@pytest.mark.parametrize("loop", LOOPS)
def test_what_is_advised_is_right(loop: str) -> None:
    advice = LOOPS[loop].replace("…", "conv(8, 3, padding = 1)")
    text = advice if "{ " in advice else f"{loop} {{ {advice} }}"
    assert said(text) == []


def test_a_name_without_a_meaning_says_how_one_is_made() -> None:
    assert hints("relu -> foo(3)") == [
        "declare it: `block foo(…) { … }`; `archc ops` lists the ops"
    ]
    assert "a value is named where it is made: `… as foo`" in hints("foo -> relu")[0]
