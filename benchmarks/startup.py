"""How long the commands take as whole processes, and how much memory, against torch and torchinfo.

Run it in an environment that has the package, torch, torchvision and torchinfo::

    pip install ".[benchmark]" && python benchmarks/startup.py

Each round runs every command once, in turn, so that slow phases of the machine hit all of them; a
ratio is the median of the rounds' ratios, not the ratio of the medians. See README.md.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

EXAMPLE = Path(__file__).parents[1] / "examples" / "vgg16.arch"

TORCHINFO = (
    "import torchinfo, torchvision; "
    "torchinfo.summary(torchvision.models.vgg16(), (1, 3, 224, 224), device='cpu', verbose=0)"
)
PARSE = (
    "import sys, pathlib, archdsl.syntax.parser; from archir.base.source import Source; "
    "archdsl.syntax.parser.parse(Source('vgg16', pathlib.Path(sys.argv[1]).read_text()))"
)
TABLES = (
    "from archdsl.syntax.parser import parse; from archir.base.source import Source;"
    "parse(Source('a', ''))"
)


@dataclass(frozen=True)
class Command:
    """What is timed."""

    name: str
    arguments: tuple[str, ...]


@dataclass(frozen=True)
class Sample:
    """One run of one command."""

    seconds: float
    mebibytes: float


def commands() -> tuple[Command, ...]:
    """All that is compared, and the floors that the compiler stands on."""
    python = sys.executable

    def code(text: str, *arguments: str) -> tuple[str, ...]:
        return (python, "-c", text, *arguments)

    archc = (python, "-m", "archc")
    return (
        Command("python -c pass", code("pass")),
        Command("archc --help", (*archc, "--help")),
        Command("archc check vgg16", (*archc, "check", str(EXAMPLE))),
        Command("archc summary vgg16", (*archc, "summary", str(EXAMPLE))),
        Command("import torch", code("import torch")),
        Command("torchinfo vgg16", code(TORCHINFO)),
        Command("floor: import typing", code("import typing, pathlib")),
        Command("floor: load the tables", code(TABLES)),
        Command("floor: parse vgg16", code(PARSE, str(EXAMPLE))),
    )


def run(command: Command) -> Sample:
    """Run a command to its end; its own children are not counted."""
    quiet = os.open(os.devnull, os.O_WRONLY)
    started = time.perf_counter()
    child = os.posix_spawn(
        command.arguments[0],
        command.arguments,
        os.environ,
        file_actions=[(os.POSIX_SPAWN_DUP2, quiet, 1)],
    )
    _, status, usage = os.wait4(child, 0)
    seconds = time.perf_counter() - started
    os.close(quiet)
    if status:
        raise SystemExit(f"{command.name} ended with {os.waitstatus_to_exitcode(status)}")
    # Linux counts in KiB, macOS in bytes.
    unit = 1 if sys.platform == "darwin" else 1024
    return Sample(seconds, usage.ru_maxrss * unit / 2**20)


def measure(rounds: int) -> dict[str, list[Sample]]:
    """All samples by command; a first round, which warms the disk, is thrown away."""
    everything = commands()
    samples: dict[str, list[Sample]] = {command.name: [] for command in everything}
    for number in range(rounds + 1):
        for command in everything:
            sample = run(command)
            if number:
                samples[command.name].append(sample)
    return samples


def table(samples: dict[str, list[Sample]]) -> str:
    """Medians, one command a line."""
    lines = [f"{'command':<26}{'median':>10}{'fastest':>10}{'peak memory':>14}"]
    for name, runs in samples.items():
        seconds = [run.seconds for run in runs]
        memory = median(run.mebibytes for run in runs)
        lines.append(
            f"{name:<26}{median(seconds):>8.3f} s{min(seconds):>8.3f} s{memory:>10.0f} MiB"
        )
    return "\n".join(lines)


def ratio(samples: dict[str, list[Sample]], slow: str, fast: str) -> tuple[float, float]:
    """How many times longer, and how many times more memory, as medians over paired runs."""
    pairs = list(zip(samples[slow], samples[fast], strict=True))
    return (
        median(a.seconds / b.seconds for a, b in pairs),
        median(a.mebibytes / b.mebibytes for a, b in pairs),
    )


def targets(samples: dict[str, list[Sample]]) -> str:
    """The ratios that the project holds itself to."""
    check = "archc check vgg16"
    torch_time, torch_memory = ratio(samples, "import torch", check)
    info_time, info_memory = ratio(samples, "torchinfo vgg16", check)
    help_time, _ = ratio(samples, "archc --help", "python -c pass")
    return "\n".join(
        (
            f"check against import torch: {torch_time:.1f}x faster (target 10x), "
            f"1/{torch_memory:.1f} of the memory (target 1/10)",
            f"check against torchinfo:    {info_time:.1f}x faster (target 25x), "
            f"1/{info_memory:.1f} of the memory (target 1/10)",
            f"archc --help against python -c pass: {help_time:.1f}x (target at most 4x)",
        )
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=15, help="how often each command runs")
    samples = measure(parser.parse_args().rounds)
    print(table(samples))
    print()
    print(targets(samples))


if __name__ == "__main__":
    main()
