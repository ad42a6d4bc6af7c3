"""The engine that adds up effects: its answers are those of the check and of the summary."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from functools import cache
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

import archc
from archc import pipeline
from archc.request.choice import choose
from archc.request.settings import from_values, parse_settings
from archc.spaces.engine.effects import NODES, Effect, LongWay
from archc.spaces.engine.engine import Engine
from archc.spaces.scores import scored, scores
from archc.spaces.verdicts import Checker
from archc.testing import networks
from archc.testing.generator.project import Project
from archdsl.elaborate import Limits
from archdsl.elaborate.models import values_from_outside
from archir.base.diagnostics import Diagnostic
from archir.base.source import Source, Span

ROOT = Path("/project")
WANTED = scores("parameters, macs")
PEAK = scores("peak")

Values = Mapping[str, object]


def reason(found: Iterable[Diagnostic]) -> tuple[str, Span] | None:
    first = next((each for each in found if each.is_error), None)
    return None if first is None else (first.problem.name, first.span)


def answered(checker: Checker, values: Values) -> Effect | None:
    """What the engine says, held against the check of the whole; None where it says nothing."""
    quick = checker.quick(values)
    if quick is None:
        return None
    typed, found = checker.whole(values)
    wrong = quick.wrong
    assert (None if wrong is None else (wrong.name, wrong.span)) == reason(found), values
    if typed is not None:
        counted = scored(typed, WANTED, {})
        assert (quick.parameters, quick.macs) == tuple(counted[each] for each in WANTED), values
        room = peak(checker, values)
        assert room is None or {PEAK[0]: room} == scored(typed, PEAK, {}), values
    return quick


def peak(checker: Checker, values: Values) -> int | None:
    """What an engine says that counts memory too; None where it says nothing."""
    try:
        return with_rooms(checker).answer(values).peak
    except LongWay:
        return None


@cache
def with_rooms(checker: Checker) -> Engine:
    """An engine that counts memory, and has met the same points."""
    return Engine(checker._program, checker._model, checker._limits, rooms=True)


def checker_of(files: Mapping[str, str], model: str, limits: Limits | None = None) -> Checker:
    def read(path: Path, most: int) -> bytes:
        try:
            return files[path.relative_to(ROOT).as_posix()].encode()[:most]
        except (KeyError, ValueError):
            raise FileNotFoundError(path) from None

    source = Source("main.arch", files["main.arch"])
    program, found, problems = pipeline.understand(source, ROOT / "main.arch", read)
    assert program is not None and not found.has_errors and not problems.has_errors
    return Checker(program, choose(program, model), limits)


# --- networks over the whole language -------------------------------------------------------------


def other(rng: random.Random, value: object) -> object:
    """A value near another, perhaps of another type."""
    if isinstance(value, bool):
        return rng.choice([value, not value, int(value)])
    if isinstance(value, int):
        return rng.choice([value, value + 1, max(0, value - 1), float(value), 2 * value, True])
    if isinstance(value, float):
        return rng.choice([value, value / 2, int(value)])
    if isinstance(value, tuple) and value:
        return rng.choice([value, tuple(other(rng, each) for each in value), value[:-1]])
    return value


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(networks())
def test_generated_networks_and_their_variants(project: Project) -> None:
    files, name = dict(project.files), project.model
    source = Source("main.arch", files["main.arch"])

    def read(path: Path, most: int) -> bytes:
        return files[path.relative_to(ROOT).as_posix()].encode()[:most]

    program, found, problems = pipeline.understand(source, ROOT / "main.arch", read)
    if program is None or found.has_errors or problems.has_errors:
        return
    model = choose(program, name)
    arguments, _ = parse_settings(from_values(dict[str, Any](project.parameters)))
    values, _ = values_from_outside(program, model, arguments)
    checker, rng = Checker(program, model, None), random.Random(project.main)
    typed, _ = checker.whole(values)
    base = dict(values) if typed is None else {**dict(typed.graph.root.arguments), **values}
    near = [{key: other(rng, value) for key, value in base.items()} for _ in range(3)]
    points: list[Values] = [values, *near]
    for point in (*points, *reversed(points)):  # what was not known, and then what is
        answered(checker, point)


COMPILED = [
    *(
        "alexnet",
        "convnext_tiny",
        "crnn",
        "densenet121",
        "efficientnet_b0",
        "espcn",
        "lenet5",
        "lstm_classifier",
    ),
    *("mixer_b16_224", "mobilenet_v3_small", "nasnet_cell", "regnet_y_400mf", "resnet18", "s3d"),
    *("resnet50", "shufflenet_v2_x0_5", "tcn", "unet", "vae", "vgg11_bn", "wavenet"),
]


@pytest.mark.parametrize("name", COMPILED)
def test_examples(name: str) -> None:
    path = Path("examples") / f"{name}.arch"
    program, _, _ = pipeline.understand(Source(str(path), path.read_text()), path)
    assert program is not None
    found = answered(Checker(program, choose(program, name), None), {})
    assert found is not None and found.wrong is None and found.parameters > 0


SPACES = {"densenet": None, "googlenet": None, "mobilenet": None, "resnet": 25_557_032}
"""The spaces of benchmarks/variants.py, and torchvision's parameters where one has them."""


@pytest.mark.parametrize("name", SPACES)
def test_spaces(name: str) -> None:
    space = archc.space(f"benchmarks/spaces/{name}.arch")
    usual = answered(space._checker, {})
    assert usual is not None and SPACES[name] in (None, usual.parameters)
    for point in space._sample(12, 3):
        found = answered(space._checker, point)
        assert found is not None
        assert found.wrong is not None or peak(space._checker, point)


ROOMS = {
    "a chain": "conv(4, 3) -> relu -> flatten -> linear(n)",
    "what passes by": "dropout(0.5) -> identity -> conv(n, 1) -> dropout(0.5)",
    "a residual": "conv(4, 1) -> residual { conv(n, 1) -> relu -> conv(4, 1) } -> relu",
    "a shortcut": "residual { conv(n, 1) -> relu } shortcut { conv(n, 1) } -> conv(8, 1)",
    "branches": "concat [conv(n, 1) -> conv(2, 1), _, conv(9, 1)] -> conv(2, 1)",
    "the last branch": "conv(9, 1) -> concat [conv(1, 1), conv(2, 1) -> conv(n, 1)]",
    "turns": "repeat n { conv(6, 1) -> relu -> conv(3, 1) }",
    "equal turns": "conv(4, 1)\n  repeat n { conv(4, 1) -> relu }",
    "a call": "conv(9, 1) -> Gated(n) -> conv(2, 1)",
    "calls in each other": "conv(9, 1) -> Twice(n) -> global_avg_pool",
    "a dense stage": "dense { conv(n, 1) -> relu }\n  dense { conv(n, 1) }",
    "labels": "first: conv(n, 1) -> relu -> second: conv(9, 1)",
}
"""Statements behind an input of four channels, and blocks that they may call."""

CALLED = """
block Gated(n) {
  input x: [N, C, H, W]
  global_avg_pool -> linear(n) -> relu -> linear(C) -> sigmoid -> unflatten(1, [C, 1, 1]) as gates
  multiply [x, gates]
}
block Twice(n) { conv(n, 1) -> Gated(n) -> Gated(2) }
"""


@pytest.mark.parametrize("name", ROOMS)
def test_memory_adds_up(name: str) -> None:
    text = f"model m(n = 3) {{\n  input x: [N = 2, 4, H = 8, W = 8]\n  {ROOMS[name]}\n}}\n{CALLED}"
    checker = checker_of({"main.arch": text}, "m")
    for n in (3, 1, 40, 3):
        assert answered(checker, {"n": n}) is not None
        assert peak(checker, {"n": n}) is not None


@pytest.mark.parametrize(
    "statements",
    [
        "conv(4, 1) as kept\n  conv(9, 1) -> conv(4, 1)\n  add [kept, _]",
        "conv(4, 1) as kept\n  multiply [kept, conv(4, 1)]\n  add [kept, _]",
        "group: { conv(9, 1) -> relu -> conv(n, 1) }\n  conv(2, 1)",
        "conv(4, 1) -> transpose(1, 3) -> relu",
        "chunk(2, 1) -> add",
    ],
)
def test_memory_that_is_not_known_goes_the_long_way(statements: str) -> None:
    text = f"model m(n = 3) {{\n  input x: [N = 2, 4, H = 8, W = 8]\n  {statements}\n}}\n"
    checker = checker_of({"main.arch": text}, "m")
    verdict = checker.check({})
    assert verdict.typed is not None
    assert answered(checker, {}) is None or peak(checker, {}) is None
    assert verdict.scored(PEAK, {}) == scored(verdict.typed, PEAK, {})


# --- what a key must hold -------------------------------------------------------------------------

BLOCK = """block Wide(w, drop: float = 0.5) {
  conv(8 if w == 1 and "{w}" == "1" else 16, 1) -> dropout(drop)
}
"""

HEAD = "  input x: [N, 3, H = 8, W = 8]\n"

KEYS: dict[str, tuple[str, list[dict[str, object]]]] = {
    "types of values": (
        "model m(w = 1) {\n" + HEAD + "  Wide(w)\n}\n" + BLOCK,
        [{"w": 1}, {"w": 1.0}, {"w": True}],
    ),
    "types of parameters that nothing uses": (
        "model m(w = 1, drop: float = 0.5) {\n" + HEAD + "  conv(w, 1)\n}\n",
        [{"drop": 0.5}, {"drop": True}, {"drop": 1}],
    ),
    "types of a block's parameters": (
        "model m(drop = 0.5) {\n" + HEAD + "  Wide(1, drop)\n}\n" + BLOCK,
        [{"drop": 1.0}, {"drop": True}, {"drop": 1}],
    ),
    "labels": (
        'model m(names = [1, 2]) {\n  input x: [N, 3]\n  for i in names { "s{i}": linear(4) }\n}\n',
        [{"names": (1, 2)}, {"names": (1, 1)}, {"names": (2, 1)}],
    ),
    "labels of blocks": (
        'model m(a = 1) {\n  input x: [N, 3]\n  B(a)\n  B(a)\n}\n'
        'block B(a) {\n  "s{a}": linear(4)\n  s1: linear(4)\n}\n',
        [{"a": 1}, {"a": 2}],
    ),
    "defaults of sizes": (
        "model m(size = 8) {\n  input x: [N, 3, H = size, W = size]\n  flatten -> linear(10)\n}\n",
        [{"size": 8}, {"size": 16}, {"size": 32}],
    ),
    "kinds of modules": (
        "model m(plain = true, flat = false) {\n" + HEAD + "  { conv(4, 1) } if not plain\n"
        "  batch_norm\n  init { *.bias: kaiming_normal if flat else zeros\n"
        "    batch_norm.weight: ones }\n}\n",
        [{"plain": True}, {"plain": False}, {"flat": True}],
    ),
    "kinds of raw parameters": (
        "model m(flat = false, wide = 3) {\n  input x: [N, 3]\n  linear(wide)\n"
        "  param scale: [wide] = ones\n  param grid: [2, wide] = zeros\n"
        "  multiply [_, scale]\n  init { param.scale: kaiming_normal if flat else zeros }\n}\n",
        [{"flat": False}, {"flat": True}, {"wide": 4}],
    ),
    "written shapes": (
        "model m(w = 8) {\n" + HEAD + "  conv(w, 1) -> relu :: [N, 8, H, W]\n}\n",
        [{"w": 8}, {"w": 16}],
    ),
    "limits": (
        "model m(n = 1) {\n" + HEAD + "  let big = 2 ** n\n  conv(4, 1) if big > 0\n}\n",
        [{"n": 1}, {"n": 5000}, {"n": 40}],
    ),
    "arguments of a part": (
        "model m(p = 2) {\n" + HEAD + "  let act = max_pool(p)\n  B(act)\n  B(relu)\n}\n"
        "block B(act: op) {\n  conv(4, 1) -> act\n}\n",
        [{"p": 1}, {"p": 2}, {"p": 20}],
    ),
    "what flows in": (
        "model m(w = 4) {\n" + HEAD + "  conv(w, 1)\n  B\n  B\n}\n"
        "block B {\n  conv(_.channels * 2, 1, groups = 4)\n}\n",
        [{"w": 4}, {"w": 6}, {"w": 8}],
    ),
    "the place of a mistake": (
        "model m(a = 1, b = 1) {\n" + HEAD + "  conv(8, 1, groups = b)\n  B(a)\n}\n"
        "block B(a) {\n  conv(8, 1, groups = a)\n}\n",
        [{"a": 1, "b": 1}, {"a": 3, "b": 1}, {"a": 1, "b": 2}, {"a": 3, "b": 2}],
    ),
    "a mistake that is met later and stands before": (
        "block B(a) {\n  conv(8, 1, groups = a)\n}\n"
        "model m(a = 1, b = 1) {\n" + HEAD + "  conv(8, 1, groups = b)\n  B(a)\n}\n",
        [{"a": 1, "b": 1}, {"a": 3, "b": 1}, {"a": 1, "b": 2}, {"a": 3, "b": 2}],
    ),
    "asserts": (
        'model m(a = 1) {\n  input x: [N, 3]\n  for i in 1..a { linear(4 * i)\n'
        '    assert i < 3, "no {i}"\n  }\n  linear(2)\n}\n',
        [{"a": 1}, {"a": 2}, {"a": 3}, {"a": 5}],
    ),
    "equal turns": (
        "model m(n = 1, w = [4, 4]) {\n  input x: [N, 4]\n  repeat n { linear(4) -> relu }\n"
        "  for each in w { residual { linear(each) } }\n}\n",
        [{"n": 1}, {"n": 0}, {"n": 7, "w": (4, 4, 4)}, {"n": 2, "w": (4, 5)}],
    ),
    "names": (
        "model m(n = 2, late = false) {\n" + HEAD + "  conv(4, 1) as first\n"
        "  for i in 1..n { conv(4, 1) as each }\n  concat [first, each] if late\n}\n",
        [{"n": 1}, {"n": 2}, {"n": 2, "late": True}],
    ),
    "spliced labels": (
        'model m(a = 1, wide = false) {\n  input x: [N, 3]\n  *B(a)\n  *B(2, wide)\n}\n'
        'block B(a, wide = false) {\n  "s{a}": linear(8 if wide else 4)\n}\n',
        [{"a": 1}, {"a": 2}, {"a": 3, "wide": True}],
    ),
    "parameters that are read on one way alone": (
        "model m(gate = false, r = 2, w = 8) {\n" + HEAD + "  B(gate, r, w)\n}\n"
        "block B(gate: bool, r: int, w: int) {\n  conv(w, 1)\n  Gate(r) if gate\n}\n"
        "block Gate(r: int) {\n  conv(_.channels // r, 1) -> conv(8, 1)\n}\n",
        [{"r": 2}, {"r": 2.0}, {"r": 4, "gate": True}, {"gate": True}, {"r": 0, "gate": True}],
    ),
    "brackets": (
        "model m(n = 2, pool = false) {\n" + HEAD + "  concat [\n    conv(4, 1)\n    for i in 1..n "
        "{\n      conv(4 * i, 3, padding = 1)\n    }\n    if pool {\n      max_pool(3, stride = 1, "
        "padding = 1)\n    }\n  ]\n}\n",
        [{"n": 1}, {"n": 3}, {"n": 0, "pool": True}, {"n": 2, "pool": True}],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", KEYS)
def test_what_a_key_must_hold(name: str) -> None:
    text, points = KEYS[name]
    for order in permutations(points):
        checker = checker_of({"main.arch": text}, "m")
        for values in (*order, *order):
            answered(checker, values)
    found = [answered(checker_of({"main.arch": text}, "m"), values) for values in points]
    assert any(found), "none of them has been compiled"


def test_a_used_engine_says_what_a_fresh_one_says() -> None:
    text = KEYS["brackets"][0]
    points = [{"n": n, "pool": pool} for n in range(6) for pool in (False, True)]
    used = checker_of({"main.arch": text}, "m")
    for values in points * 2:
        fresh, known = checker_of({"main.arch": text}, "m").quick(values), used.quick(values)
        assert fresh is not None and known is not None
        assert (fresh.sums >> NODES, fresh.depth) == (known.sums >> NODES, known.depth)


def test_what_passes_a_limit_goes_the_long_way() -> None:
    text = "model m(n = 3) {\n  input x: [N, 4]\n  repeat n { linear(4) -> relu }\n}\n"
    checker = checker_of({"main.arch": text}, "m", Limits(nodes=10))
    assert answered(checker, {"n": 5}) is not None
    assert answered(checker, {"n": 6}) is None
    assert reason(checker.check({"n": 6}).diagnostics) is not None
    deep = "model m(n = 3) {\n  input x: [N, 4]\n  { { { { linear(n) } } } }\n}\n"
    shallow = checker_of({"main.arch": deep}, "m", Limits(depth=4))
    assert shallow.quick({}) is None
    assert not shallow.check({}).ok


@pytest.mark.parametrize("name", ["brackets", "equal turns", "what flows in"])
def test_steps_are_never_counted_short(name: str) -> None:
    text, points = KEYS[name]
    by_engine = 0
    for steps in range(20, 700, 40):
        checker = checker_of({"main.arch": text}, "m", Limits(steps=steps))
        by_engine += sum(answered(checker, values) is not None for values in (*points, *points))
    assert by_engine, "none of them is within the limit"


@pytest.mark.parametrize(
    "statement",
    ["module head = linear(4)\n  head\n  head", "train_only { linear(4) }\n  relu"],
)
def test_what_is_not_compiled_goes_the_long_way(statement: str) -> None:
    text = f"model m(n = 3) {{\n  input x: [N, 4]\n  {statement}\n}}\n"
    checker = checker_of({"main.arch": text}, "m")
    engine = Engine(checker._program, checker._model, None)
    with pytest.raises(LongWay):
        engine.answer({})
    verdict = checker.check({})
    assert verdict.typed is not None
    assert verdict.ok and verdict.scored(WANTED, {}) == scored(verdict.typed, WANTED, {})


def test_what_is_remembered_has_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archc.spaces.engine.engine.MOST_FACTS", 20)
    space = archc.space("benchmarks/spaces/resnet.arch")
    for point in space._sample(6, 5):
        assert answered(space._checker, point) is not None
        known = space._checker._engine._worlds.values()
        assert sum(each.facts for each in known) < 400  # those of the point at hand
