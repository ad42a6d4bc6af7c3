"""How many instructions commands take, beside those of another checkout, counted by valgrind.

Times of short commands move by a tenth from run to run; what the processor is told to do does
not. ``python benchmarks/instructions.py --against FOLDER`` runs each command in both checkouts,
once to have their bytecode written, once counted. It needs valgrind, and takes a minute or two.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parents[1]
EXAMPLE = "examples/vgg16.arch"

COMMANDS: dict[str, tuple[str, ...]] = {
    "archc --help": ("--help",),
    "archc check vgg16": ("check", EXAMPLE),
    "archc summary vgg16": ("summary", EXAMPLE),
    "archc build vgg16": ("build", EXAMPLE, "--out"),
}


def counted(top: Path, words: tuple[str, ...]) -> int:
    """The instructions of a command in a checkout, from the start of Python to its end."""
    wings = (top / "arch", top / "dsl", top / "compiler")
    path = os.pathsep.join(map(str, wings))
    environment = {**os.environ, "PYTHONPATH": path, "PYTHONHASHSEED": "0"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    counting = ("valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null")
    said = ""
    for tool in ((), counting):
        with tempfile.TemporaryDirectory() as folder:
            rest = (*words, folder) if words[-1] == "--out" else words
            command = [*tool, sys.executable, "-m", "archc", *rest]
            said = subprocess.run(
                command, cwd=top, env=environment, capture_output=True, text=True, check=True
            ).stderr
    found = re.search(r"Collected : (\d+)", said)
    assert found is not None, said
    return int(found[1])


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--against", type=Path, required=True, help="another checkout")
    against: Path = parser.parse_args().against.resolve()
    print("| command | there, millions | here | ratio |\n| --- | ---: | ---: | ---: |")
    for name, words in COMMANDS.items():
        there, here = counted(against, words), counted(HERE, words)
        print(f"| {name} | {there / 1e6:.1f} | {here / 1e6:.1f} | {here / there:.3f} |", flush=True)


if __name__ == "__main__":
    main()
