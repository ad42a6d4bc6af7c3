"""Stages whose arguments are random expressions of sizes."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

import torch
import torch.nn.functional as F
from size_parts import (
    Expr,
    RefusedError,
    Scope,
    Stage,
    TooLargeError,
    binary,
    extent,
    extremum,
    full,
    named,
    number,
    plain,
)
from torch import Tensor


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


class Drawer:
    """Draws expressions of sizes, and stages that hold no others."""

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
