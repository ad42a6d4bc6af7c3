"""Random models whose texts speak of sizes, and what they mean, with plain integers and torch.

Every part knows its text, and does what that text says to tensors: expressions of sizes are
worked out when it runs, with the numbers that the tensors at hand have. Nothing of the compiler
is used for that. There are no weights, so that values are equal to the last bit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random

import torch
import torch.nn.functional as F
from torch import Tensor

Sizes = dict[str, int]


class RefusedError(Exception):
    """The text asks for something that it cannot have at these sizes."""


class TooLargeError(Exception):
    """Nothing is said of these sizes."""


@dataclass
class Scope:
    """What names mean while a body runs."""

    sizes: Sizes
    values: dict[str, Tensor]


# --- expressions ----------------------------------------------------------------------------------


@dataclass
class Expr:
    text: str
    value: Callable[[Scope, Tensor], int]


OPERATORS: dict[str, Callable[[int, int], int]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "//": lambda a, b: a // b,
    "%": lambda a, b: a % b,
}


def number(value: int) -> Expr:
    return Expr(str(value), lambda _, __: value)


def named(name: str) -> Expr:
    return Expr(name, lambda scope, _: scope.sizes[name])


def extent(dim: int, of: str = "_") -> Expr:
    def value(scope: Scope, x: Tensor) -> int:
        return (x if of == "_" else scope.values[of]).shape[dim]

    return Expr(f"{of}.shape[{dim}]", value)


def binary(sign: str, left: Expr, right: Expr) -> Expr:
    apply = OPERATORS[sign]

    def value(scope: Scope, x: Tensor) -> int:
        return apply(left.value(scope, x), right.value(scope, x))

    return Expr(f"({left.text} {sign} {right.text})", value)


def extremum(kind: str, left: Expr, right: Expr) -> Expr:
    apply = min if kind == "min" else max

    def value(scope: Scope, x: Tensor) -> int:
        return apply(left.value(scope, x), right.value(scope, x))

    return Expr(f"{kind}({left.text}, {right.text})", value)


# --- stages ---------------------------------------------------------------------------------------


@dataclass
class Stage:
    """A statement: its lines, and what it makes of the current value."""

    lines: list[str]
    run: Callable[[Scope, Tensor], Tensor]
    rank: int
    """The rank of what it gives."""


def full(x: Tensor) -> Tensor:
    """The tensor, each extent of which is at least 1."""
    if 0 in x.shape:
        raise RefusedError("an empty tensor")
    return x


def plain(text: str, apply: Callable[[Tensor], Tensor], rank: int) -> Stage:
    return Stage([text], lambda _, x: full(apply(x)), rank)


def indent(lines: list[str]) -> list[str]:
    return [f"  {line}" for line in lines]


def together(stages: list[Stage]) -> Callable[[Scope, Tensor], Tensor]:
    def run(scope: Scope, x: Tensor) -> Tensor:
        for stage in stages:
            x = stage.run(scope, x)
        return x

    return run


@dataclass
class Place:
    """What a body may speak of where a stage is drawn."""

    rank: int
    names: tuple[str, ...]
    """Names of sizes."""

    values: dict[str, int] = field(default_factory=dict)
    """Names of values, with their ranks."""

    inner: bool = False
    """In a loop or a shared module, where nothing is declared."""


class Drawing:
    """Draws a model."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.blocks: list[str] = []
        self.count = 0

    def fresh(self, stem: str) -> str:
        self.count += 1
        return f"{stem}{self.count}"

    # --- expressions ------------------------------------------------------------------------------

    def size(self, place: Place, depth: int = 2) -> Expr:
        """An expression of sizes, most often about as large as they are."""
        choose = self.random.choice
        kinds = ["name"] * 2 * bool(place.names) + ["extent"] + ["value"] * bool(place.values)
        kind = choose(kinds + ["arithmetic", "arithmetic", "extremum"] * (depth > 0))
        if kind == "name":
            return named(choose(place.names))
        if kind == "extent":
            return extent(self.random.randrange(2, place.rank) if place.rank > 2 else 0)
        if kind == "value":
            of = choose(sorted(place.values))
            return extent(self.random.randrange(place.values[of]), of)
        left = self.size(place, depth - 1)
        if kind == "extremum":
            other = choose([number(choose([3, 7, 20])), self.size(place, depth - 1)])
            return extremum(choose(["min", "max"]), left, other)
        sign = choose(["//", "//", "-", "+", "%", "*"])
        right = number(choose([2, 3, 4] if sign in ("//", "%") else [1, 2]))
        if sign in ("+", "-") and self.random.random() < 0.3:
            right = binary("//", self.size(place, depth - 1), number(choose([2, 3])))
        return binary(sign, left, right)

    # --- stages -----------------------------------------------------------------------------------

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
        nested = [self.block, self.block, self.dense, self.residual, self.group, self.loop]
        if not place.inner:
            nested += [self.shared, self.remembered, self.noted]
        return self.random.choice(simple + nested * (depth > 0))(place, depth)

    def pooled(self, place: Place, _: int) -> Stage:
        rank, choose = place.rank, self.random.choice
        if self.random.random() < 0.3:
            return plain(
                "upsample(scale_factor = 2)", lambda x: F.interpolate(x, scale_factor=2), rank
            )
        kernel = choose([2, 3, 4])
        stride, padding = choose([1, 2, kernel]), choose([0, 1])
        pool = F.max_pool1d if rank == 3 else F.max_pool2d
        text = f"max_pool({kernel}, stride = {stride}, padding = {padding})"
        return plain(text, lambda x: pool(x, kernel, stride, padding), rank)

    def cut(self, place: Place, _: int) -> Stage:
        dim = self.random.randrange(2, place.rank) if place.rank > 2 else 0
        first, last = self.size(place), self.size(place)
        start, end = self.random.choice([(False, True), (False, True), (True, False), (True, True)])

        def run(scope: Scope, x: Tensor) -> Tensor:
            low = first.value(scope, x) if start else None
            high = last.value(scope, x) if end else None
            return full(x[(slice(None),) * dim + (slice(low, high),)])

        low, high = first.text if start else "none", last.text if end else "none"
        return Stage([f"slice({dim}, {low}, {high})"], run, place.rank)

    def reshaped(self, place: Place, _: int) -> Stage:
        """Some dims put together and taken apart again, the batch among them at times."""
        wanted = [extent(dim) for dim in range(place.rank)]
        kind = self.random.choice(["fold", "fold", "unfold", "batch"])
        if kind == "fold" and place.rank > 2:
            wanted[-2:] = [number(-1)]
        elif kind == "batch" and place.rank > 2:
            half = binary("//", wanted[2], number(self.random.choice([1, 2, 3])))
            wanted = [binary("*", wanted[0], half), wanted[1], number(-1)]
        else:
            wanted[-1:] = [number(-1), self.random.choice([number(2), self.size(place, 1)])]

        def run(scope: Scope, x: Tensor) -> Tensor:
            shape = [each.value(scope, x) for each in wanted]
            if any(each < 1 for each in shape if each != -1):
                raise RefusedError("an extent below 1")
            return full(x.reshape(shape))

        text = f"reshape({', '.join(each.text for each in wanted)})"
        return Stage([text], run, len(wanted))

    def expanded(self, place: Place, _: int) -> Stage:
        times = self.size(place, 1)

        def run(scope: Scope, x: Tensor) -> Tensor:
            count = times.value(scope, x)
            if count < 1:
                raise RefusedError("an extent below 1")
            if x.numel() * count > 2**24:
                raise TooLargeError("more memory than a test should take")
            x = x.unsqueeze(1)
            return x.expand(-1, count, *[-1] * (x.dim() - 2)).flatten(1, 2)

        # The expression speaks of what flows in, before there is another dim.
        name = self.fresh("times")
        others = ", ".join(["-1"] * (place.rank - 1))
        lines = [f"let {name} = {times.text}"]
        lines.append(f"unsqueeze(1) -> expand(-1, {name}, {others}) -> flatten(1, 2)")
        return Stage(lines, run, place.rank)

    def sections(self, place: Place, _: int) -> Stage:
        dim = place.rank - 1
        part = self.size(place, 1)

        def run(scope: Scope, x: Tensor) -> Tensor:
            first = part.value(scope, x)
            if first < 1 or x.shape[dim] - first < 1:
                raise RefusedError("a piece below 1")
            left, right = torch.split(x, [first, x.shape[dim] - first], dim)
            return torch.cat([left, right, left], dim)

        name = self.fresh("part")
        pieces = f"[{name}, _.shape[{dim}] - {name}]"
        lines = [f"let {name} = {part.text}"]
        names = self.fresh("left"), self.fresh("right")
        if place.inner:
            return Stage(
                [f"let {name} = {part.text}", f"split({pieces}, {dim}) -> concat({dim})"],
                lambda scope, x: run(scope, x)[..., : x.shape[dim]],
                place.rank,
            )
        lines.append(f"split({pieces}, {dim}) as {', '.join(names)}")
        lines.append(f"concat({dim}) [{names[0]}, {names[1]}, {names[0]}]")
        return Stage(lines, run, place.rank)

    def pieces(self, place: Place, _: int) -> Stage:
        """Pieces of one extent: as many as there are at the default sizes."""
        dim, step = place.rank - 1, self.random.choice([2, 3, 5])
        count: list[int] = []

        def run(_: Scope, x: Tensor) -> Tensor:
            made = torch.split(x, step, dim)
            count.append(len(made))
            if len(made) != count[0] or len(made) == 1:  # concat wants more than one
                raise RefusedError("another number of pieces")
            return torch.cat([*made], dim)

        text = f"split({step}, {dim}) -> concat({dim})"
        return Stage([text], run, place.rank)

    # --- what holds stages ------------------------------------------------------------------------

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
        if place.rank not in (3, 4):
            return self.cut(place, 0)
        up = plain(
            "upsample(scale_factor = 2)", lambda x: F.interpolate(x, scale_factor=2), place.rank
        )
        cut = self.cut(place, 0)
        run = together([up, cut])

        def joined(scope: Scope, x: Tensor) -> Tensor:
            return torch.cat([x, run(scope, x)], 1)

        return Stage([f"dense {{ {up.lines[0]} -> {cut.lines[0]} }}"], joined, place.rank)

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
