"""Whole texts that are hard for whoever works out valid sizes."""

from __future__ import annotations

from collections.abc import Iterable

from archc import pipeline
from archir.base.source import Source
from archir.graph.typed import TypedGraph


def compiled(text: str) -> tuple[TypedGraph | None, list[str]]:
    """The typed graph, and the names of errors."""
    typed, found = pipeline.compile_source(Source("hostile.arch", text), None)
    return typed, [item.problem.name for item in found if item.is_error]


def model(lines: Iterable[str], side: int = 64) -> str:
    body = "\n".join(lines)
    return f"model net() {{\ninput x: [N, 1, H = {side}, W = {side}]\n{body}\n}}\n"


def branches(how: str, lines: Iterable[str]) -> list[str]:
    return [f"{how} [", *(f"{{ {line} }}" for line in lines), "]"]


def beside_none(strides: Iterable[int]) -> list[str]:
    """Branches that keep a size only if the stride divides it."""
    return branches(
        "add", ["identity", *(f"max_pool({s}) -> upsample(scale_factor = {s})" for s in strides)]
    )


_PRIMES = (2, 3, 5, 7, 11, 13, 17, 19, 23)
_LARGEST = 2**31 - 1
_UP_DOWN = "upsample(scale_factor = 3) -> max_pool(2)"

TEXTS = {
    "strides 2 to 13 side by side": model(beside_none(_PRIMES[:6]), 30_030),
    "strides 2 to 23 side by side": model(beside_none(_PRIMES), 223_092_870),
    "the largest stride": model([f"max_pool(2, stride = {_LARGEST}) -> conv(1, 1)"]),
    "the largest stride beside none": model(
        branches("add", ["identity", f"max_pool(1, stride = {_LARGEST})"]), 1
    ),
    "30 times up 3 and down 2": model([_UP_DOWN] * 30),
    "1000 times up 3 and down 2": model([_UP_DOWN] * 1000),
    "1000 times up 3 and down 2, by repeat": model([f"repeat 1000 {{ {_UP_DOWN} }}"]),
    "1000 times down 2 and up 2": model(["upsample(scale_factor = 2) -> max_pool(2)"] * 1000),
    "30 times beside its half": model(
        branches("concat(dim = 2)", ["identity", "max_pool([2, 1])"]) * 30
    ),
    "1000 convolutions": model(["conv(1, 3)"] * 1000, 3000),
    "1000 convolutions, by repeat": model(["repeat 1000 { conv(1, 3) }"], 3000),
    "10,000 convolutions": model(["conv(1, 3)"] * 10_000, 30_000),
    "10,000 padded convolutions, by repeat": model(["repeat 10000 { conv(1, 3, padding = 1) }"]),
    "200 convolutions with batch_norm": model(["repeat 200 { conv(1, 3) -> batch_norm }"], 3000),
    "500 branches": model(
        branches("concat", [f"max_pool({k}) -> adaptive_avg_pool(1)" for k in range(2, 502)]), 600
    ),
    "a volume with many divisors": (
        "model net() {\ninput x: [N, 1, D = 722, H = 722, W = 722]\n"
        "conv(3, 3) -> flatten -> linear(5)\n}\n"
    ),
}
