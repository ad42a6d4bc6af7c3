"""Valid sizes: archc's exact sets against torch.export with dynamic heights and widths.

``python benchmarks/sizes.py`` prints the table of benchmarks/README.md. It needs the extra
``benchmark``. Each model is asked of both in turn, in one process: of archc, for which heights and
widths it runs in evaluation, as the best of a few runs; of torch.export, to export torchvision's
twin (of U-Net, our own module) with both left open, as its documentation has it. Whether an answer
is right is seen at probe sizes: the truth is what torch does on the CPU.
"""

from __future__ import annotations

import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import torch
from torch import nn

import archc
from archc import pipeline
from archir.base.source import Source
from archir.check.valid import valid_in_evaluation
from archir.graph.typed import TypedGraph
from archir.sizes.valid import ValidSizes

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "sizes"))

PROBES = (1, 16, 17, 20, 21, 31, 32, 33, 48, 63, 64, 74, 75, 96, 100, 224, 299)
EXAMPLE_SIZE = {"inception_v3": 299}
MODELS = ("vgg16", "resnet50", "unet", "squeezenet1_0", "inception_v3")


def ours(path: Path) -> TypedGraph:
    text = path.read_text(encoding="utf-8")
    typed, found = pipeline.compile_source(Source(path.name, text), path)
    assert typed is not None, list(found)
    return typed


def twin(name: str) -> nn.Module:
    """The module that is exported; its weights are of no matter."""
    if name == "unet":
        return archc.load(ROOT / "examples" / "unet.arch").eval()
    from torchvision import models

    extra = {"aux_logits": True, "init_weights": False} if name == "inception_v3" else {}
    net: nn.Module = models.get_model(name, weights=None, **extra)
    return net.eval()


def best(of: Callable[[], object], runs: int) -> float:
    """The least time of some runs, in seconds."""
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        of()
        times.append(time.perf_counter() - start)
    return min(times)


def without_memory(typed: TypedGraph) -> ValidSizes:
    """The set, with nothing remembered of earlier runs."""
    from archir.shapes import arithmetic
    from archir.sizes import solve

    for cached in (arithmetic._sum, arithmetic._divide, solve.divisors, solve._solved):
        cached.cache_clear()
    return valid_in_evaluation(typed)


def runs_in_torch(net: nn.Module, channels: int, size: int) -> bool:
    try:
        with torch.no_grad():
            net(torch.zeros(1, channels, size, size))
    except (RuntimeError, ValueError):
        return False
    return True


def export(net: nn.Module, channels: int, size: int) -> tuple[float, object]:
    """How long torch.export takes, and the program or the error."""
    auto = torch.export.Dim.AUTO
    images = torch.zeros(2, channels, size, size)
    start = time.perf_counter()
    try:
        found: object = torch.export.export(
            net, (images,), dynamic_shapes=({0: auto, 2: auto, 3: auto},)
        )
    except Exception as error:  # whatever it dies of
        found = error
    return time.perf_counter() - start, found


def accepted(program: object, channels: int, size: int) -> bool:
    """Whether an exported program takes inputs of a size, of the batch that it was made with."""
    try:
        with torch.no_grad():
            program.module()(torch.zeros(2, channels, size, size))  # type: ignore[attr-defined]
    except Exception:  # of many kinds: guards and asserts
        return False
    return True


def verdict(said: dict[int, bool], truth: dict[int, bool]) -> str:
    refused = [size for size in PROBES if truth[size] and not said[size]]
    taken = [size for size in PROBES if said[size] and not truth[size]]
    if not refused and not taken:
        return "right"
    parts = [f"refuses {', '.join(map(str, refused))}"] if refused else []
    parts += [f"takes {', '.join(map(str, taken))}"] if taken else []
    return "; ".join(parts)


def row(name: str) -> str:
    typed = ours(ROOT / "examples" / f"{name}.arch")
    compiling = best(lambda: ours(ROOT / "examples" / f"{name}.arch"), 3)
    solving = best(lambda: without_memory(typed), 7)
    valid = valid_in_evaluation(typed)
    net = twin(name)
    channels = 1 if name == "unet" else 3
    truth = {size: runs_in_torch(net, channels, size) for size in PROBES}
    took, program = export(net, channels, EXAMPLE_SIZE.get(name, 224))
    said = {size: {"N": 1, "H": size, "W": size} in valid for size in PROBES}
    assert valid.is_exact
    if isinstance(program, Exception):
        theirs = f"none: {type(program).__name__}"
    else:
        theirs = verdict({size: accepted(program, channels, size) for size in PROBES}, truth)
    return (
        f"| {name} | {1000 * solving:.2f} ms | {1000 * compiling:.0f} ms | {verdict(said, truth)} "
        f"| {took:.1f} s | {theirs} | {took / solving:,.0f} |"
    )


def hostile() -> None:
    """How long the hard texts take, in seconds of the processor: to be compiled, and solved."""
    from hostile_sizes import TEXTS, compiled

    print("\n| text | compiled | solved | answer |\n| --- | ---: | ---: | --- |")
    for name, text in TEXTS.items():
        start = time.process_time()
        typed, problems = compiled(text)
        between = time.process_time()
        if typed is None:
            print(f"| {name} | {between - start:.2f} s | - | {', '.join(problems)} |")
            continue
        valid = valid_in_evaluation(typed)
        took = time.process_time() - between
        answer = "exact" if valid.is_exact else "no closed form; decided size by size"
        print(f"| {name} | {between - start:.2f} s | {took:.2f} s | {answer} |", flush=True)


def main() -> None:
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    print(
        "| network | sets, in process | the text, to a checked graph | answer "
        "| torch.export | its answer | ratio |\n| --- | ---: | ---: | --- | ---: | --- | ---: |"
    )
    for name in sys.argv[1:] or MODELS:
        print(row(name), flush=True)
    hostile()


if __name__ == "__main__":
    main()
