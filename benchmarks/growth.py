"""How time grows with the text: many shapes of input at a size and at twice the size.

``python benchmarks/growth.py`` prints a table; ``--fail`` makes it end with 1 where some shape
takes more than 2.3 times as long for twice the input, more than 10 s or more than 1 GiB. Time is
that of the processor, of a process of its own for each measurement, less that of one that checks
next to nothing; the least of some. Memory is the most that the process held for twice the input.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "hostile"))

from shapes import SHAPES  # noqa: E402

MOST = 2.3
MOST_SECONDS = 10
MOST_MEMORY = 1024
RUNS = 3
CHECK = ("check", "main.arch")
SUMMARY = ("summary", "main.arch", "--all", "--columns", "path,output,macs,memory,kept,field")
JSON = ("emit", "main.arch", "--stage", "json")
TYPED = ("emit", "main.arch", "--stage", "typed")
PYTHON = ("emit", "main.arch", "--stage", "python")
SVG = ("emit", "main.arch", "--stage", "svg")
HTML = ("emit", "main.arch", "--stage", "html")

MEASURED: dict[str, tuple[int, tuple[tuple[str, ...], ...]]] = {
    "chain_of_lets": (8_000, (CHECK,)),
    "chain_of_variants": (800, (CHECK,)),
    "many_variants": (800, (CHECK,)),
    "many_models": (800, (CHECK,)),
    "used_blocks": (4_000, (CHECK, TYPED)),
    "unequal_uses": (4_000, (CHECK,)),
    "many_imports": (400, (CHECK,)),
    "many_parameters": (8_000, (CHECK,)),
    "unknown_arguments": (16_000, (CHECK,)),
    "long_list": (40_000, (CHECK,)),
    "long_range": (100_000, (CHECK,)),
    "long_text": (400_000, (CHECK,)),
    "long_sum": (20_000, (CHECK,)),
    "long_body": (20_000, (CHECK, JSON)),
    "layers_of_many_widths": (3_000, (CHECK, SUMMARY)),
    "labelled_layers": (8_000, (CHECK, TYPED)),
    "layers_without_labels": (4_000, (CHECK,)),
    "long_else": (8_000, (CHECK,)),
    "wide_concat": (8_000, (CHECK, SUMMARY)),
    "wide_concat_of_strides": (1_000, (CHECK, SUMMARY)),
    "skip_ladder": (400, (CHECK, SUMMARY)),
    "sums_of_skips": (2_000, (CHECK, SUMMARY)),
    "residuals": (2_000, (CHECK, SUMMARY)),
    "dense_layers": (400, (CHECK, SUMMARY)),
    "many_asserts": (2_000, (CHECK,)),
    "many_ascriptions": (4_000, (CHECK,)),
    "many_inputs": (400, (CHECK,)),
    "many_outputs": (4_000, (CHECK,)),
    "many_params": (4_000, (CHECK, SUMMARY)),
    "many_modules": (4_000, (CHECK, SUMMARY)),
    "many_training_parts": (4_000, (CHECK,)),
    "init_rules_times_layers": (2_000, (CHECK,)),
    "many_comments": (40_000, (CHECK,)),
    "long_doc": (20_000, (CHECK,)),
}
"""The size of each shape, and the commands that read it."""

MADE: dict[str, int] = {
    "skip_ladder": 150,
    "sums_of_skips": 150,
    "residuals": 250,
    "dense_layers": 100,
    "loops_in_a_row": 200,
    "long_body": 2_000,
    "layers_under_a_condition": 300,
    "layers_of_many_widths": 300,
    "labelled_layers": 1_000,
    "layers_without_labels": 1_000,
    "used_blocks": 500,
    "unequal_uses": 300,
    "wide_concat": 1_000,
    "many_outputs": 300,
    "many_params": 300,
    "many_modules": 300,
    "many_training_parts": 300,
}
"""The same of what is made of a model: source, a picture, a page."""

ROWS = [
    *((name, size, commands) for name, (size, commands) in MEASURED.items()),
    *((name, size, (PYTHON, SVG, HTML)) for name, size in MADE.items()),
]


def taken(command: tuple[str, ...], folder: str) -> tuple[float, int]:
    """Seconds of the processor that a command takes, and the MiB that it holds."""
    words = [sys.executable, "-m", "archc", *command]
    with Path(os.devnull).open("w") as nowhere:
        process = subprocess.Popen(words, cwd=folder, stdout=nowhere, stderr=nowhere)
        _, status, used = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status) not in (0, 1):  # right, or refused
        sys.exit(f"{' '.join(command)} in {folder} ended with {status}")
    return used.ru_utime + used.ru_stime, used.ru_maxrss >> 10


def least(command: tuple[str, ...], name: str, size: int) -> tuple[float, int]:
    with tempfile.TemporaryDirectory() as folder:
        for file, text in SHAPES[name](size).items():
            Path(folder, file).write_text(text, encoding="utf-8")
        return min(taken(command, folder) for _ in range(RUNS))


def main() -> int:
    worst, longest, largest = 0.0, 0.0, 0
    print("| shape | size | command | time | twice the size | ratio | memory |")
    print("| --- | ---: | --- | ---: | ---: | ---: | ---: |")
    chosen = [word for word in sys.argv[1:] if not word.startswith("--")]
    for name, size, commands in ROWS:
        if chosen and name not in chosen:
            continue
        for command in commands:
            nothing, _ = least(command, "long_body", 1)
            once = least(command, name, size)[0] - nothing
            whole, memory = least(command, name, 2 * size)
            twice = whole - nothing
            ratio = twice / max(once, 0.01)
            worst, longest = max(worst, ratio), max(longest, whole)
            largest = max(largest, memory)
            what = command[0] if command[0] != "emit" else f"emit {command[-1]}"
            mark = " !" if ratio > MOST else ""
            times = f"{once:.2f} s | {twice:.2f} s | {ratio:.2f}{mark}"
            print(f"| {name} | {size:,} | {what} | {times} | {memory} MiB |", flush=True)
    print(f"the largest ratio {worst:.2f}, the longest {longest:.2f} s, the most {largest} MiB")
    over = worst > MOST or longest > MOST_SECONDS or largest > MOST_MEMORY
    return 1 if "--fail" in sys.argv and over else 0


if __name__ == "__main__":
    sys.exit(main())
