"""Names in bodies: what is known where, for how long, and what is said when it is not."""

from __future__ import annotations

import pytest
from nameskit import body, names, problems, said

CLEAN = [
    # A value lives to the end of the model, also one of inner braces.
    body("stem: {", "  conv(8, 1) as inside", "  relu -> conv(8, 1)", "}", "add [inside, _]"),
    # Two arms of one condition may bind one name.
    body("if true { relu as y } else { flatten as y }", "y"),
    body("if true { relu as y } else if false { flatten as y } else { _ as y }", "y"),
    # Braces beside each other may use one let name.
    body("{ let w = 1", "  conv(w, 1) }", "{ let w = 2", "  conv(w, 1) }"),
    body("for i in 1..2 { conv(i, 1) }", "for i in 1..3 { conv(i, 1) }"),
    # The names of a body hide parameters, those of the file, and ops.
    body("let p = p + 1", "conv(p, 1)", params="p = 1"),
    "let width = 3\n\n" + body("let width = width + 1", "conv(width, 1)"),
    body("flatten as relu", "relu -> linear(3)"),
    # Discards bind nothing, any number of times.
    body("[relu, flatten, identity] as _, b, _", "b"),
    body("for _, _ in [[1, 2]] { relu }"),
    body("let _, b = [1, 2]", "conv(b, 1)"),
    # A comprehension's names end with it.
    body("let a = [i for i in 1..3 if i > 1]", "let b = [i for i in a]", "conv(b[0], 1)"),
    body("let i = 2", "let b = [i for i in [i]]", "conv(b[0] + i, 1)"),
    # Dims are names, from inputs and from ascriptions.
    "block B() {\n  input x: [N, C, H, W]\n  conv(C * 2, 1) :: [N, D, H, W]\n  conv(D, 1)\n}\n"
    + body("B"),
    body("conv(8, 1) :: [_, 8, H, W]"),
    "let C = 16\n\nblock B() {\n  input x: [N, C, H, W]\n  relu\n}\n" + body("B"),
    # A value is used by an output of its name, in strings, in shapes, in loops.
    body("relu as y", "flatten", "output y"),
    body("let n = 3", 'assert 1 == 1, "{n}"', "relu"),
    body("let n = 16", "param p: [1, n, 1, 1] = zeros", "add [_, p]"),
    body("for i in 1..2 { relu as ys }", "concat [for y in ys { y }]"),
    # What train_only makes may go to another train_only, and to an output for training.
    body(
        "relu as y",
        "train_only { conv(8, 1) as aux }",
        "train_only { aux -> conv(4, 1) as second }",
        "output main = y",
        "output second when training",
    ),
    # A model may be used before it is declared, and a part be passed on.
    "block Twice(unit: block) { unit(8) -> unit(8) }\n\n"
    "block Unit(width, act: op = relu) { conv(width, 1) -> act }\n\n"
    + body("Twice(Unit(act = identity))", "Twice(Unit)"),
    # An op by its name, with some arguments, in a table.
    body("for act in [relu, dropout(0.5), conv(kernel_size = 1)] { act(8) }"),
    # Initialisers are values, and know the fans of what they fill.
    body("conv(8, 1) with weight = uniform(-1 / fan_in, 1 / fan_in)"),
    body("conv(8, 1)", "init { conv.weight: w }", params="w: init = normal(std = 0.01)"),
    body("conv(8, 1)", "init { *.bias: none if true else zeros }"),
    body("conv(8, 1)", 'init { depthwise.weight: zeros\n    "layer*.0".weight: zeros }'),
    # Labels: not the same in arms that exclude each other, nor in scopes of their own.
    body("if true { a: relu } else { a: flatten }"),
    body("a: { a: relu }", "b: { a: { a: relu } }"),
    body("concat [a: relu, b: relu]"),
    body("_: relu", "_: { relu }", "concat [relu, relu] -> _: global_avg_pool"),
    body('"layer-1": relu', '"0": relu', "class: relu", "input: relu"),
    # fan_in is a name like another outside of initialisers.
    body("let fan_in = 3", "conv(fan_in, 1)"),
]


@pytest.mark.parametrize("text", CLEAN)
def test_clean(text: str) -> None:
    found = problems(text)
    assert [(d.problem.name, d.problem.message(), d.span.text) for d in found] == []


WRONG = [
    # unknown-name: nothing of that name, too early, too late
    (body("conv(widht, 3)", params="width = 3"), ("unknown-name", "widht")),
    (body("let n = m", "let m = 3", "conv(n * m, 1)"), ("unknown-name", "m")),
    (body("later -> relu", "relu as later"), ("unknown-name", "later")),
    (body("{ let w = 3", "  conv(w, 1) }", "conv(w, 1)"), ("unknown-name", "w")),
    (body("for i in 1..3 { relu }", "conv(i, 1)"), ("unknown-name", "i")),
    (body("let b = [i for i in 1..3]", "conv(b[i], 1)"), ("unknown-name", "i")),
    (body("conv(fan_in, 1)"), ("unknown-name", "fan_in")),
    (body("output logits"), ("unknown-name", "logits")),
    (body("if flag { relu }"), ("unknown-name", "flag")),
    (body("relu if flag"), ("unknown-name", "flag")),
    (body('"layer{i}": relu'), ("unknown-name", "i")),
    (body("param p: [K, 1, 1] = zeros", "add [_, p]"), ("unknown-name", "K")),
    (body("conv(8, 1) :: [N, 8, H2 // 2, W]"), ("unknown-name", "H2")),
    # name-bound-twice
    (body("relu as y", "flatten as y", "y"), ("name-bound-twice", "y")),
    (body("relu as a", "{ flatten as a }", "a"), ("name-bound-twice", "a")),
    (body("let n = 1", "{ let n = 2 }", "conv(n, 1)"), ("name-bound-twice", "n")),
    (body("for i in 1..2 { let i = 3 }"), ("name-bound-twice", "i")),
    (body("relu as x"), ("name-bound-twice", "x")),
    (body("let N = 3", "conv(N, 1)"), ("name-bound-twice", "N")),
    (body("if true { relu as y }", "flatten as y", "y"), ("name-bound-twice", "y")),
    (body("module h = relu", "relu as h", "h"), ("name-bound-twice", "h")),
    # values where they cannot stand
    (body("relu as y", "flatten -> y"), ("value-not-at-head", "y")),
    (body("relu as y", "y(3)"), ("arguments-on-value", "y(3)")),
    (body("relu as y", "conv(y(3), 1)"), ("arguments-on-value", "y")),
    (body("_(3)"), ("arguments-on-value", "_(3)")),
    # functions and parts where they cannot stand
    (body("zip"), ("not-a-part", "zip")),
    (body("zeros"), ("not-a-part", "zeros")),
    (body("dropout(float)"), ("function-as-value", "float")),
    ("fn half(n) = n // 2\n\n" + body("conv(half, 1)"), ("function-as-value", "half")),
    ("fn half(n) = n // 2\n\n" + body("half(3)"), ("not-a-part", "half")),
    ("let rate = 0.5\n\n" + body("rate"), ("not-a-part", "rate")),
    (body("relu -> dropout(0.1)", params="dropout = 0.5"), ("not-a-part", "dropout")),
    (body("relu -> act", params="act: int = 3"), ("not-a-part", "act")),
    (body("conv(8, int(3.5))", params="int: float = 0.5"), ("not-callable", "int")),
    (body("conv(N(3), 1)"), ("not-callable", "N")),
    # calls
    (body("conv(8)"), ("missing-argument", "conv(8)")),
    (body("conv(8, 3, strides = 2)"), ("unknown-argument", "strides")),
    (body("let c = conv(strides = 2)", "c(8, 1)"), ("unknown-argument", "strides")),
    (body("for c in [conv(1, 2, 3, 4, 5, 6, 7, 8, 9)] { c }"), ("too-many-arguments", "9")),
    ("fn half(n) = n // 2\n\n" + body("conv(half(), 1)"), ("missing-argument", "half")),
    ("fn half(n) = n // 2\n\n" + body("conv(half(3, n = 4), 1)"), ("argument-given-twice", "n")),
    (body("conv(len(), 1)"), ("wrong-argument-count", "len")),
    (body("conv(len([1], [2]), 1)"), ("wrong-argument-count", "len")),
    (body("conv(sum([1], begin = 2), 1)"), ("unknown-argument", "begin")),
    # attributes
    (body("conv(_.chanels, 1)"), ("no-such-attribute", ".chanels")),
    # nothing flows in
    ("let c = _.channels\n\n" + body("conv(c, 1)"), ("nothing-flows-in", "_")),
    ("fn f(n) = n + _.channels\n\n" + body("conv(f(1), 1)"), ("nothing-flows-in", "_")),
    (body("conv(c, 1)", params="c = _.channels"), ("nothing-flows-in", "_")),
    # training
    (
        body("train_only { conv(8, 1) as aux }", "add [_, aux]"),
        ("training-only-value", "aux"),
    ),
    (body("train_only { conv(8, 1) as aux }", "output aux"), ("training-only-value", "aux")),
    # labels
    (body("cat: concat [relu, relu]"), ("label-on-function", "cat")),
    (body("relu as y", "again: y"), ("label-on-value", "again")),
    (body('"a.b": relu'), ("bad-label", '"a.b"')),
    (body('for i in 1..2 { "a.b{i}": relu }'), ("bad-label", '"a.b{i}"')),
    (body('"": relu'), ("bad-label", '""')),
    (body("forward: relu"), ("bad-label", "forward")),
    (body("append: relu"), ("bad-label", "append")),
    (body("module children = relu", "children"), ("bad-label", "children")),
    (body("param training: [1] = zeros", "add [_, training]"), ("bad-label", "training")),
    (body("a: relu", "{ a: relu }"), ("label-used-twice", "a")),
    (body("a: { b: relu", "  b: relu }"), ("label-used-twice", "b")),
    (body("a: relu", "if true { a: relu }"), ("label-used-twice", "a")),
    (body("a: relu", "a: relu if true"), ("label-used-twice", "a")),
    (
        body("join: Unit [join: relu]") + "block Unit() { flatten }\n",
        ("label-used-twice", "join"),
    ),
    (body("param s: [16, 1, 1] = ones", "add [_, s] -> s: relu"), ("label-used-twice", "s")),
    # places
    (body("if true { input y: [N] }"), ("misplaced-input", "input y: [N]")),
    (body("{ init { conv.weight: zeros } }"), ("misplaced-init", "init { conv.weight: zeros }")),
    (body("relu as y", "for i in 1..2 { output y }"), ("misplaced-output", "output y")),
    (body("relu as y", "output y when testing"), ("unknown-mode", "testing")),
    (body("relu as y", "output y", "output y = x"), ("name-declared-twice", "y")),
    # initial weights
    (body("conv(8, 1)", "init { conv.weight: relu }"), ("not-an-initialiser", "relu")),
    (body("conv(8, 1)", "init { conv.weight: 0.5 }"), ("not-an-initialiser", "0.5")),
    (body("conv(8, 1)", "init { conv.weight: zeross }"), ("unknown-initialiser", "zeross")),
    (body("conv(8, 1)", "init { conv.weight: constant }"), ("missing-argument", "constant")),
    (body("conv(8, 1)", "init { conv.weight: normal(sdt = 1) }"), ("unknown-argument", "sdt")),
    (
        body("conv(8, 1)", 'init { conv.weight: kaiming_normal(mode = "fan") }'),
        ("bad-initialiser-argument", '"fan"'),
    ),
    (body("conv(8, 1)", "init { linear.wait: zeros }"), ("no-such-parameter", "linear.wait")),
    (body("conv(8, 1)", "init { *.wait: zeros }"), ("unknown-parameter-in-rule", "*.wait")),
    (
        body("conv(8, 1)", "init { convolution.weight: zeros }"),
        ("unknown-op-in-rule", "convolution.weight"),
    ),
    (body("relu with weight = zeros"), ("no-such-parameter", "weight")),
    (body("{ conv(8, 1) } with weight = zeros"), ("weights-on-no-op", "weight")),
    (body("param p: [1] = relu", "add [_, p]"), ("not-an-initialiser", "relu")),
    # a module is made where it is declared
    (body("module h = conv(8, 1)", "h(3)"), ("module-set-again", "(3)")),
    (body("module h = conv(8, 1)", "a: h"), ("module-set-again", "a")),
    (
        body("module h = conv(8, 1)", "h with weight = zeros"),
        ("module-set-again", "with weight = zeros"),
    ),
    (body("module h = conv(8, 1)", "*h"), ("cannot-splice", "*h")),
    # splices
    (body("*relu"), ("cannot-splice", "*relu")),
]


@pytest.mark.parametrize(("text", "expected"), WRONG)
def test_wrong(text: str, expected: tuple[str, str]) -> None:
    errors = [found for found in problems(text) if found.is_error]
    assert [(e.problem.name, e.span.text) for e in errors] == [expected]


UNUSED = [
    (body("relu as y", "flatten"), ("unused-name", "y")),
    (body("let n = 3", "relu"), ("unused-name", "n")),
    (body("let a, b = [1, 2]", "conv(a, 1)"), ("unused-name", "b")),
    (body("conv(8, 1) :: [N, D, H, W]"), ("unused-name", "D")),
    (body("param p: [1] = zeros"), ("unused-name", "p")),
    (body("relu", params="depth = 3"), ("unused-parameter", "depth")),
    ("block Lonely() { relu }\n\n" + body("relu"), ("unused-block", "Lonely")),
    ("fn half(n) = n // 2\n\n" + body("relu"), ("unused-block", "half")),
    ("let WIDTH = 3\n\n" + body("relu"), ("unused-block", "WIDTH")),
    ("fn f(a, b) = a\n\n" + body("conv(f(1, 2), 1)"), ("unused-parameter", "b")),
]


@pytest.mark.parametrize(("text", "expected"), UNUSED)
def test_unused(text: str, expected: tuple[str, str]) -> None:
    assert said(text) == [expected]
    assert not any(found.is_error for found in problems(text))


def test_library_may_declare_what_it_likes() -> None:
    assert names("block Lonely() { relu }\n\nlet WIDTH = 3\n") == []


def test_all_is_reported_also_in_arms_and_in_blocks_that_are_not_used() -> None:
    text = "block Unused() { conv(8, 1, stryde = 2) }\n\n" + body(
        "if false { rellu } else { flaten }", "conv(1)", "batch_norm(epss = 3) if false"
    )
    assert said(text) == [
        ("unknown-argument", "stryde"),
        ("unknown-name", "rellu"),
        ("unknown-name", "flaten"),
        ("missing-argument", "conv(1)"),
        ("unknown-argument", "epss"),
    ]


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        (body("bach_norm"), "did you mean batch_norm?"),
        (body("conv(widht, 3)", params="width = 3"), "did you mean width?"),
        (body("conv(squrt(4), 3)"), "did you mean sqrt?"),
        (body("relu as skip", "add [_, skp]"), "did you mean skip?"),
        ("block Inception() { relu }\n" + body("Inceptoin"), "did you mean Inception?"),
        (body("later -> relu", "relu as later"), "a name can be used only after it is bound"),
        (
            body("{ let w = 3", "  conv(w, 1) }", "conv(w, 1)"),
            "w lives to the end of the braces in which it is bound",
        ),
        (body("flatten -> conv(8, 3, in_channels = 3)"), "leave it out"),
        (body("relu -> dropout(0.1)", params="dropout = 0.5"), "hides the op"),
        (body("conv(8, 1)", "init { conv.weight: kaiming_norml }"), "kaiming_normal?"),
        (body("conv(8, 1)", "init { cov.weight: zeros }"), "did you mean conv?"),
        (body("conv(_.chanels, 1)"), "did you mean .channels?"),
    ],
)
def test_hints(text: str, hint: str) -> None:
    first = next(found for found in problems(text) if found.is_error)
    assert hint in (first.problem.hint() or "")


def test_both_places_are_shown() -> None:
    (found,) = problems(body("relu as y", "flatten as y", "y"))
    assert [label.span.source.position(label.span.start) for label in found.related] == [(3, 11)]
    (found,) = problems(body("a: relu", "a: relu"))
    assert [label.span.source.position(label.span.start)[0] for label in found.related] == [3]


def test_a_flood_of_unknown_names_ends() -> None:
    text = body(*(f"conv(unknown{i}, 1)" for i in range(400)))
    assert names(text) == ["unknown-name"] * 400
