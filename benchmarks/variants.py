"""How many variants of a network a second are checked and counted, and how many by others.

Run in the repository with ``python benchmarks/variants.py``; needs torch, torchvision and torchinfo
for the others. Times are those of the processor, and in each round all are measured one after
another. The others are given torchvision's class of the same kind of network: made on the meta
device, run there under ``FlopCounterMode``, or looked at by torchinfo.
"""

from __future__ import annotations

import argparse
import contextlib
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from time import process_time

import archc
from archc.spaces.garbage import collected_seldom
from archc.spaces.moves import Point
from archc.spaces.scores import Score, scored, scores
from archc.spaces.verdicts import Checker

SPACES = Path(__file__).parent / "spaces"

OTHERS = {
    "resnet": "resnet50",
    "googlenet": "googlenet",
    "densenet": "densenet121",
    "mobilenet": "mobilenet_v2",
}
"""torchvision's network of the same kind."""

FIRST = 1_000
"""Variants from empty that are measured by themselves."""

WHOLE = 20
"""Variants that are checked whole."""

AGAIN = 2
"""How often a network of others is made and counted in a round."""


def rate(count: int, run: Callable[[], object]) -> float:
    """How many a second of the processor."""
    before = process_time()
    run()
    return count / (process_time() - before)


def _checked(checker: Checker, points: list[Point], wanted: tuple[Score, ...]) -> None:
    with collected_seldom():  # as a space and ``archc variants`` do
        for point in points:
            verdict = checker.check(point)
            if verdict.ok:
                verdict.scored(wanted, {})


def ours(name: str, number: int, wanted: str) -> Iterator[tuple[str, float]]:
    """Ours: from empty, when all is known, and without the engine."""
    asked = scores(wanted)

    def space() -> archc.Space:
        return archc.space(SPACES / f"{name}.arch")

    points: list[Point] = list(space()._sample(number, 1))
    checker = space()._checker
    yield f"first {FIRST:,}", rate(FIRST, lambda: _checked(checker, points[:FIRST], asked))
    checker = space()._checker
    yield f"{number:,} from empty", rate(number, lambda: _checked(checker, points, asked))
    yield "the same again", rate(number, lambda: _checked(checker, points, asked))

    def whole() -> None:
        for point in points[:WHOLE]:
            typed, _ = checker.whole(point)
            if typed is not None:
                scored(typed, asked, {})

    yield "checked whole", rate(WHOLE, whole)


def others(name: str) -> Iterator[tuple[str, float]]:
    """torch's and torchinfo's ways, as far as they are installed."""
    try:
        import torch
        import torchvision
    except ImportError:
        return
    kind = getattr(torchvision.models, OTHERS[name])

    def made() -> torch.nn.Module:
        with torch.device("meta"):
            module: torch.nn.Module = kind(init_weights=False) if name == "googlenet" else kind()
        sum(each.numel() for each in module.parameters())
        return module.eval()

    image = torch.empty(1, 3, 224, 224, device="meta")

    def counted() -> None:
        from torch.utils.flop_counter import FlopCounterMode

        with FlopCounterMode(display=False), torch.no_grad():
            made()(image)

    def again(run: Callable[[], object]) -> Callable[[], None]:
        def several() -> None:
            for _ in range(AGAIN):
                run()

        return several

    made()  # what is imported late is
    yield "construction on meta", rate(AGAIN, again(made))
    yield "FlopCounterMode on meta", rate(AGAIN, again(counted))
    with contextlib.suppress(ImportError):
        import torchinfo

        def summed() -> None:
            torchinfo.summary(made(), input_data=image, device="meta", verbose=0)

        with contextlib.redirect_stdout(io.StringIO()):
            yield "torchinfo on meta", rate(AGAIN, again(summed))


def main() -> None:
    """Print a table of medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--number", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--score", default="parameters,macs")
    parser.add_argument("names", nargs="*", help=", ".join(OTHERS))
    given = parser.parse_args()
    names = given.names or list(OTHERS)
    rows: dict[str, dict[str, float]] = {}
    for name in names:
        found: dict[str, list[float]] = {}
        for _ in range(given.rounds):
            for what, value in (*ours(name, given.number, given.score), *others(name)):
                found.setdefault(what, []).append(value)
        for what, values in found.items():
            rows.setdefault(what, {})[name] = median(values)
    print("| variants a second of the processor |", " | ".join(names), "|")
    print("| --- |", " | ".join("---:" for _ in names), "|")
    for what, by_name in rows.items():
        cells = [f"{by_name[name]:,.0f}" if name in by_name else "" for name in names]
        print(f"| {what} |", " | ".join(cells), "|", flush=True)


if __name__ == "__main__":
    main()
