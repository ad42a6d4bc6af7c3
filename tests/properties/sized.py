"""Random models whose texts speak of sizes everywhere that they can."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

import torch
import torch.nn.functional as F
from size_parts import (
    RefusedError,
    Scope,
    Sizes,
    Stage,
    extent,
    extremum,
    full,
    indent,
    plain,
    together,
)
from size_stages import Drawer, Place
from torch import Tensor


class Drawing(Drawer):
    """Draws stages in stages, and the blocks that they use."""

    def body(self, place: Place, length: int, depth: int) -> list[Stage]:
        stages = []
        for _ in range(length):
            stage = self.stage(place, depth)
            place.rank = stage.rank
            stages.append(stage)
        return stages

    def stage(self, place: Place, depth: int) -> Stage:
        simple = [self.cut, self.cut, self.reshaped, self.expanded, self.sections, self.pieces]
        simple += [self.pooled, self.pooled] if place.rank in (3, 4) else []
        nested = [self.block, self.block, self.dense, self.residual, self.group, self.loop] * 2
        if not place.inner:
            nested += [self.shared, self.shared, self.remembered, self.noted]
        return self.random.choice(simple + nested * (depth > 0))(place, depth)

    def block(self, place: Place, depth: int) -> Stage:
        """A block of its own, given sizes as arguments, with or without a declared input."""
        name = self.fresh("Block")
        params = [self.fresh("p") for _ in range(self.random.randrange(3))]
        given = [self.size(place, 1) for _ in params]
        declared = self.random.random() < 0.6
        dims = [self.fresh("D") for _ in range(place.rank)] if declared else []
        inner = Place(place.rank, (*params, *dims), {"x": place.rank} if declared else {})
        stages = self.body(inner, self.random.choice([1, 2, 3]), depth - 1)
        lines = [f"input x: [{', '.join(dims)}]"] if declared else []
        lines += [line for stage in stages for line in stage.lines]
        head = f"block {name}({', '.join(params)})"
        self.blocks.append("\n".join([f"{head} {{", *indent(lines), "}"]))
        run = together(stages)

        def use(scope: Scope, x: Tensor) -> Tensor:
            arguments = [each.value(scope, x) for each in given]
            sizes = {
                **dict(zip(params, arguments, strict=True)),
                **dict(zip(dims, x.shape, strict=False)),
            }
            return run(Scope(sizes, {"x": x}), x)

        arguments = ", ".join(each.text for each in given)
        return Stage([f"{name}({arguments})"], use, inner.rank)

    def dense(self, place: Place, _: int) -> Stage:
        """Beside the value all of it, as far as a bound says that is never less."""
        dim = self.random.randrange(2, place.rank) if place.rank > 2 else 0
        bound = extremum("max", self.size(place, 1), extent(dim))

        def joined(scope: Scope, x: Tensor) -> Tensor:
            cut = x[(slice(None),) * dim + (slice(bound.value(scope, x)),)]
            return torch.cat([x, full(cut)], 1)

        return Stage([f"dense {{ slice({dim}, end = {bound.text}) }}"], joined, place.rank)

    def residual(self, place: Place, _: int) -> Stage:
        body, beside = self.cut(place, 0), self.cut(place, 0)

        def added(scope: Scope, x: Tensor) -> Tensor:
            return body.run(scope, x) + beside.run(scope, x)

        text = f"residual {{ {body.lines[0]} }} shortcut {{ {beside.lines[0]} }}"
        return Stage([text], added, place.rank)

    def group(self, place: Place, depth: int) -> Stage:
        label = self.fresh("group")
        names = place.names
        stages = self.body(place, self.random.choice([1, 2]), depth - 1)
        place.names = names  # what is named by let in braces ends with them
        lines = [line for stage in stages for line in stage.lines]
        return Stage([f"{label}: {{", *indent(lines), "}"], together(stages), place.rank)

    def loop(self, place: Place, _: int) -> Stage:
        """Turns that are all the same but for a number."""
        turns = self.random.choice([2, 3])
        inner = Place(place.rank, place.names, place.values, inner=True)
        if self.random.random() < 0.5:
            stages = [self.random.choice([self.cut, self.sections])(inner, 0)]
            run = together(stages)
            lines = [f"repeat {turns} {{", *indent(stages[0].lines), "}"]
        else:
            name = self.fresh("k")
            inner.names = (*inner.names, name)
            cut = self.cut(inner, 0)
            lines = [f"for {name} in 1..{turns} {{", *indent(cut.lines), "}"]

            def run(scope: Scope, x: Tensor) -> Tensor:
                for turn in range(1, turns + 1):
                    x = cut.run(Scope({**scope.sizes, name: turn}, scope.values), x)
                return x

            return Stage(lines, run, place.rank)

        def repeated(scope: Scope, x: Tensor) -> Tensor:
            for _ in range(turns):
                x = run(scope, x)
            return x

        return Stage(lines, repeated, place.rank)

    def shared(self, place: Place, _: int) -> Stage:
        """A module that is applied twice, with another stage between; it reads no values."""
        name = self.fresh("shared")
        inner = Place(place.rank, place.names, {}, inner=True)
        kind = self.random.choice([self.cut, self.cut, self.sections])
        stage, between = kind(inner, 0), self.cut(place, 0)
        lines = [f"module {name} = {{", *indent(stage.lines), "}"]
        if len(stage.lines) == 1 and "->" not in stage.lines[0] and self.random.random() < 0.5:
            lines = [f"module {name} = {stage.lines[0]}"]
        lines += [name, *between.lines, name]
        return Stage(lines, together([stage, between, stage]), place.rank)

    def remembered(self, place: Place, _: int) -> Stage:
        """A name for the current value, so that what stands behind may speak of it."""
        name = self.fresh("v")
        place.values[name] = place.rank

        def run(scope: Scope, x: Tensor) -> Tensor:
            scope.values[name] = x
            return x

        return Stage(
            [f"relu as {name}"],
            together([plain("", F.relu, place.rank), Stage([], run, 0)]),
            place.rank,
        )

    def noted(self, place: Place, _: int) -> Stage:
        """A name for a size as it is here, which may be gone where the text speaks of it."""
        name = self.fresh("s")
        size = self.size(place)
        place.names = (*place.names, name)

        def run(scope: Scope, x: Tensor) -> Tensor:
            scope.sizes[name] = size.value(scope, x)
            return x

        return Stage([f"let {name} = {size.text}"], run, place.rank)


# --- models ---------------------------------------------------------------------------------------


@dataclass
class Model:
    """A model's text, and what it gives for its two inputs at given sizes."""

    text: str
    names: tuple[str, ...]
    stages: list[Stage]

    def inputs(self, sizes: Sizes) -> tuple[Tensor, Tensor]:
        made = torch.Generator().manual_seed(0)
        shapes = [sizes["N"], 2, *(sizes[name] for name in self.names)], [sizes["N"], sizes["K"]]
        first, second = (torch.randn(shape, generator=made) for shape in shapes)
        return first, second

    def meaning(self, sizes: Sizes) -> Tensor | None:
        """None where torch, or the language, refuses what the text asks for."""
        x, other = self.inputs(sizes)
        scope = Scope(dict(sizes), {"image": x, "other": other})
        try:
            return together(self.stages)(scope, x)
        except (RefusedError, RuntimeError, IndexError, ValueError):
            return None


def draw(seed: int) -> Model:
    """A model that some seed stands for."""
    drawing = Drawing(seed)
    names = ("H",) if drawing.random.random() < 0.4 else ("H", "W")
    place = Place(2 + len(names), ("N", *names, "K"), {"image": 2 + len(names), "other": 2})
    stages = drawing.body(place, drawing.random.choice([2, 3, 4]), 2)
    dims = ", ".join(f"{name} = {default}" for name, default in DEFAULTS.items() if name in names)
    head = f"  input image: [N, 2, {dims}], other: [N, K = {DEFAULTS['K']}]"
    body = [line for stage in stages for line in stage.lines]
    text = "\n".join(["model m() {", head, "  image", *indent(body), "}"])
    return Model("\n".join([*drawing.blocks, text]) + "\n", names, stages)


DEFAULTS = {"N": 1, "H": 20, "W": 12, "K": 9}


def sizes_of(seed: int, count: int) -> Iterator[Sizes]:
    """Sizes to run a model at: its defaults first."""
    yield DEFAULTS
    random = Random(seed)
    for _ in range(count):
        yield {"N": random.choice([1, 2, 3]), **{n: random.randint(1, 45) for n in ("H", "W", "K")}}
