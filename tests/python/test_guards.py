"""Thousands of guards: each takes the sizes that are valid, and no others, without a network.

A guard is run alone, on stand-ins for tensors that have a shape. What is valid is decided by the
conditions of the network one by one, as numbers; where a guard is small torch is asked too.
"""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import pytest
import torch

from archc import pipeline
from archc.python.code.identifiers import Names
from archc.python.guards.guard import Guard
from archc.torch import module
from archir.base.source import Source
from archir.graph.typed import TypedGraph
from archir.shapes.dims import evaluate, show, variables
from archir.sizes.words import advise

GROUPS = 10
OF_EACH = 100


class Shaped:
    """As much of a tensor as a guard may look at."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.shape = shape

    def dim(self) -> int:
        return len(self.shape)


class Alone:
    """A guard that has nothing of a file but Python's built-in functions."""

    def __init__(self, typed: TypedGraph) -> None:
        self.guard = Guard(typed, Names())
        text = "\n".join(line for chunk in self.guard.chunks() for line in chunk)
        names: dict[str, Any] = {}
        exec("from __future__ import annotations\n" + text, names)
        self.check = names[self.guard.name]
        self.text = text

    def __call__(self, shapes: list[tuple[int, ...]], *, training: bool) -> str | None:
        mode = [training] if self.guard.asks_mode else []
        try:
            self.check(*map(Shaped, shapes), *mode)
        except ValueError as error:
            return str(error)
        return None


SIZES = ("N", "H", "W", "T", "L", "n", "near", "below", "x", "training", "list")


def network(draw: random.Random) -> str:
    """A network of one to three inputs, whose sizes are shared, derived, tied and left alone."""
    names = draw.sample(SIZES, 5)
    bound: list[str] = []
    inputs: list[str] = []
    ranks: list[int] = []
    for number in range(draw.choice((1, 1, 2, 2, 3))):
        rank = draw.choice((4, 4, 4, 3, 2))
        dims: list[str] = []
        for axis in range(rank):
            kind = draw.random()
            if axis == 1 and rank == 4:
                dims.append(str(draw.choice((1, 2, 3))))
            elif kind < 0.15 and axis:
                dims.append(str(draw.randint(1, 12)))
            elif kind < 0.45 and bound:
                name = draw.choice(bound)
                forms = (name, name, f"2 * {name}", f"{name} + 1", f"{name} // 2 + 1")
                dims.append(draw.choice(forms))
            elif names:
                name = names.pop()
                bound.append(name)
                start = draw.randint(1, 2) if axis == 0 else draw.choice((24, 36, 40, 48))
                dims.append(f"{name} = {start}")
            else:
                dims.append(str(draw.randint(1, 12)))
        ranks.append(rank)
        inputs.append(f"v{number}: [{', '.join(dims)}]")
    lines = [f"  input {', '.join(inputs)}"]
    for number, rank in enumerate(ranks):
        stages = [_stage(draw, rank) for _ in range(draw.randint(0, 3))]
        if draw.random() < 0.25:
            stages.append("flatten -> linear(2)")
        lines.append(f"  {' -> '.join([f'v{number}', *stages, 'identity'])} as o{number}")
    if len(ranks) > 1 and len(set(ranks)) == 1 and draw.random() < 0.5:
        one, two = draw.sample(range(len(ranks)), 2)
        lines.append(f"  {draw.choice(('add', 'concat', 'multiply'))} [o{one}, o{two}] as joined")
    count = draw.choice((0, 0, 0, 1, 2)) if bound else 0
    lines += [f"  {_assertion(draw, bound)}" for _ in range(count)]
    outputs = [f"o{number}" for number in range(len(ranks))]
    outputs += ["joined"] if "as joined" in "".join(lines) else []
    lines.append(f"  output {', '.join(f'r{n} = {name}' for n, name in enumerate(outputs))}")
    return "\n".join(["model m() {", *lines, "}", ""])


def _stage(draw: random.Random, rank: int) -> str:
    if rank == 2:
        return draw.choice(("relu", "linear(3)", "batch_norm"))
    k, s = draw.randint(1, 5), draw.randint(1, 5)
    if rank == 3:
        return draw.choice((f"conv(2, {k}, stride = {s})", f"max_pool({k})", "batch_norm", "relu"))
    return draw.choice(
        (
            f"conv(2, {k}, stride = {s})",
            f"max_pool({k}, stride = [{s}, 1])",
            f"avg_pool([1, {k}], stride = [1, {s}])",
            "batch_norm",
            "upsample(scale_factor = 0.7)",
            f"[_, conv(2, {s}, stride = {s}) -> conv_transpose(2, {s}, stride = {s})] -> concat",
            f"pixel_unshuffle({draw.choice((2, 3))})",
            "max_pool(3) -> conv_transpose(1, 4, stride = 3, padding = 1)",
        )
    )


def _assertion(draw: random.Random, bound: list[str]) -> str:
    one, two = draw.choice(bound), draw.choice(bound)
    number = draw.randint(1, 60)
    tests = (
        f"{one} * {two} <= {number * 20}",
        f"{one} * {two} % {draw.randint(2, 7)} == 0",
        f"{one} + {two} >= {number // 3}",
        f"{one} % {draw.randint(2, 9)} == {draw.randint(0, 3)}",
        f"{one} * {one} - {two} >= {number}",
        f"{one} <= {two} * 3",
        f"{one} // 2 == {two} // 2",
        f"{one} >= {number // 4}",
        f"{one} * {two} == {draw.choice((64, 144, 240))}",
    )
    return f'assert {draw.choice(tests)}, "so"'


def tried(draw: random.Random, typed: TypedGraph) -> dict[str, int]:
    """Sizes near the default ones, now and then far from them."""
    found = {}
    for name, default in typed.graph.sizes.items():
        near = draw.choice((default, default, default + 1, default - 1, 2 * default))
        found[name] = max(1, near if draw.random() < 0.6 else draw.randint(1, 60))
    return found


def shapes_of(typed: TypedGraph, sizes: dict[str, int]) -> list[tuple[int, ...]]:
    kinds = [kind for kind in typed.graph.root.input_types if kind is not None]
    return [tuple(evaluate(dim, sizes) for dim in kind.shape) for kind in kinds]


def expected(guard: Alone, sizes: dict[str, int], *, training: bool) -> bool:
    """Whether all conditions hold, one by one."""
    valid = guard.guard.training if training else guard.guard.valid
    return all(
        condition.holds(sizes) for condition in (*guard.guard.valid.conditions, *valid.conditions)
    )


def runs(net: torch.nn.Module, typed: TypedGraph, shapes: list[tuple[int, ...]]) -> bool:
    with torch.no_grad():
        try:
            net(*(torch.zeros(shape) for shape in shapes))
        except (RuntimeError, ValueError):
            return False
    return True


def check(typed: TypedGraph, draw: random.Random, seen: Counter[str]) -> None:
    guard = Alone(typed)
    net = None
    asserts = "assert" in typed.graph.root.span.source.text
    for _ in range(12):
        sizes = tried(draw, typed)
        shapes = shapes_of(typed, sizes)
        positive = all(extent >= 1 for shape in shapes for extent in shape)
        if not positive:
            continue
        for training in (False, True):
            valid = guard.guard.training if training else guard.guard.valid
            right = expected(guard, sizes, training=training)
            said = guard(shapes, training=training)
            assert (said is None) == right, (sizes, training, said, guard.text)
            seen["valid" if right else "refused"] += 1
            if said is not None and not valid.is_empty and draw.random() < 0.2:
                told = advise(valid, sizes, training=training).splitlines()
                told += advise(guard.guard.valid, sizes).splitlines()
                if any(not each.holds(sizes) for each in guard.guard.words):
                    told = ["so"]  # what the author of an assert says
                assert any(line.startswith(said) for line in told), (said, told)
        if not asserts and seen["valid"] % 7 == 0 and not guard.guard.valid.open:
            net = net or module(typed).eval()
            assert runs(net, typed, shapes) == expected(guard, sizes, training=False), shapes
            seen["torch"] += 1
        # A shape that no sizes give.
        at = draw.randrange(len(shapes))
        axis = draw.randrange(len(shapes[at])) if shapes[at] else None
        other = [list(shape) for shape in shapes]
        if axis is None or draw.random() < 0.2:
            other[at].append(1)
        else:
            other[at][axis] += draw.randint(1, 9)
        if not fits(typed, [tuple(shape) for shape in other]):
            seen["other shapes"] += 1
            refused = guard([tuple(shape) for shape in other], training=False)
            assert refused is not None, (other, guard.text)


def fits(typed: TypedGraph, shapes: list[tuple[int, ...]]) -> bool:
    """Whether some sizes give the inputs these shapes."""
    kinds = [kind for kind in typed.graph.root.input_types if kind is not None]
    sizes: dict[str, int] = {}
    if any(len(shape) != kind.rank for shape, kind in zip(shapes, kinds, strict=True)):
        return False
    pairs = [
        (dim, extent)
        for shape, kind in zip(shapes, kinds, strict=True)
        for dim, extent in zip(kind.shape, shape, strict=True)
    ]
    for dim, extent in pairs:
        if show(dim) in variables(dim):
            sizes.setdefault(show(dim), extent)
    return all(evaluate(dim, sizes) == extent for dim, extent in pairs)


@pytest.mark.parametrize("group", range(GROUPS))
def test_random_networks(group: int) -> None:
    seen: Counter[str] = Counter()
    for number in range(OF_EACH):
        draw = random.Random(group * OF_EACH + number)
        text = network(draw)
        typed, _ = pipeline.compile_source(Source("net.arch", text), None)
        if typed is None:
            continue
        try:
            check(typed, draw, seen)
        except Exception as error:
            raise AssertionError(f"seed {group * OF_EACH + number}\n{text}") from error
        seen["guards"] += 1
    assert seen["guards"] > OF_EACH // 3
    assert seen["valid"] > 300 < seen["refused"], seen
    assert seen["torch"] > 20 < seen["other shapes"], seen
