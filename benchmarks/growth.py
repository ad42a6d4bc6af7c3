"""How time grows with the text: many shapes of input at a size and at twice the size.

``python benchmarks/growth.py`` prints a table; ``--fail`` makes it end with 1 where some shape
takes more than 2.3 times as long for twice the input. Time is that of the processor, of a process
of its own for each measurement, less that of one that checks next to nothing; the least of some.
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
RUNS = 3
CHECK = ("check", "main.arch")
SUMMARY = ("summary", "main.arch", "--all", "--columns", "path,output,macs,memory,kept,field")
JSON = ("emit", "main.arch", "--stage", "json")
TYPED = ("emit", "main.arch", "--stage", "typed")

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
    "long_text": (200_000, (CHECK,)),
    "long_sum": (20_000, (CHECK,)),
    "long_body": (20_000, (CHECK, JSON)),
    "layers_of_many_widths": (3_000, (CHECK, SUMMARY)),
    "labelled_layers": (8_000, (CHECK, TYPED)),
    "layers_without_labels": (4_000, (CHECK,)),
    "long_else": (8_000, (CHECK,)),
    "wide_concat": (8_000, (CHECK, SUMMARY)),
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


def seconds(command: tuple[str, ...], folder: str) -> float:
    """Time of the processor that a command takes."""
    words = [sys.executable, "-m", "archc", *command]
    with Path(os.devnull).open("w") as nowhere:
        process = subprocess.Popen(words, cwd=folder, stdout=nowhere, stderr=nowhere)
        _, _, used = os.wait4(process.pid, 0)
    return used.ru_utime + used.ru_stime


def least(command: tuple[str, ...], name: str, size: int) -> float:
    with tempfile.TemporaryDirectory() as folder:
        for file, text in SHAPES[name](size).items():
            Path(folder, file).write_text(text, encoding="utf-8")
        return min(seconds(command, folder) for _ in range(RUNS))


def main() -> int:
    worst = 0.0
    print("| shape | size | command | time | twice the size | ratio |")
    print("| --- | ---: | --- | ---: | ---: | ---: |")
    chosen = [word for word in sys.argv[1:] if not word.startswith("--")] or list(MEASURED)
    for name in chosen:
        size, commands = MEASURED[name]
        for command in commands:
            nothing = least(command, "long_body", 1)
            once = least(command, name, size) - nothing
            twice = least(command, name, 2 * size) - nothing
            ratio = twice / max(once, 0.01)
            worst = max(worst, ratio)
            what = command[0] if command[0] != "emit" else f"emit {command[-1]}"
            mark = " !" if ratio > MOST else ""
            times = f"{once:.2f} s | {twice:.2f} s | {ratio:.2f}{mark}"
            print(f"| {name} | {size:,} | {what} | {times} |", flush=True)
    print(f"the largest ratio: {worst:.2f}")
    return 1 if "--fail" in sys.argv and worst > MOST else 0


if __name__ == "__main__":
    sys.exit(main())
