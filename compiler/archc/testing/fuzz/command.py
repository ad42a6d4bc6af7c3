"""``python -m archc.testing fuzz``."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from archc.testing.fuzz.corpus import Corpus, of_folder, shipped
from archc.testing.fuzz.state import State
from archc.testing.fuzz.work import run
from archc.testing.progress import Progress, positive


def main(words: Sequence[str]) -> int:
    """Run the fuzzer; 1 where it found anything, 2 for a wrong use, 130 where it was stopped."""
    given = _arguments().parse_args(words)
    folder = Path(given.out)
    for other in given.corpus:
        if not Path(other).is_dir():
            print(f"error: --corpus {other}: there is no folder of that name", file=sys.stderr)
            return 2
    try:
        state = None if given.fresh else State.resumed(folder, given.seed)
    except (ValueError, OSError) as error:
        print(f"error: {error}\nhelp: --fresh begins anew", file=sys.stderr)
        return 2
    if state is None:
        texts = shipped()
        for other in given.corpus:
            texts += of_folder(Path(other))
        state = State(folder, given.seed, Corpus.of(texts))
        _clear(folder)
        state.save()
    try:
        progress = Progress(lambda: state.executions, given.executions)
        run(state, given.executions, given.processes, progress)
    except KeyboardInterrupt:
        print(f"stopped; the same command goes on\n{state.line()}")
        return 128 + 2
    reached = ", ".join(f"{count:,} {stage}" for stage, count in sorted(state.reached.items()))
    print(f"of them {reached}")
    for key, count in state.keys.most_common():
        print(f"  {count:,} times {key}")
    print(state.line())
    return 1 if state.failed else 0


def _clear(folder: Path) -> None:
    """Remove what an earlier run has left."""
    for path in [*folder.glob("*.arch"), *folder.glob("*.txt"), *folder.glob("*.json")]:
        path.unlink()


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m archc.testing fuzz",
        description="Mangle texts of the language, and look for any that is not answered: an"
        " internal error, 10 s of processor time, 1 GiB of memory. Stopped and given again, the"
        " command goes on where it was.",
    )
    parser.add_argument("--executions", type=positive, default=10_000, help="how many mutants")
    parser.add_argument("--seed", type=int, default=0, help="which mutants")
    parser.add_argument("--processes", type=positive, default=os.cpu_count() or 1)
    parser.add_argument(
        "--corpus",
        action="append",
        default=[],
        metavar="DIR",
        help="a folder with files in the language, or Markdown, to mangle too; repeatable",
    )
    parser.add_argument("--out", default="fuzz", help="where findings and progress are kept")
    parser.add_argument("--fresh", action="store_true", help="begin anew")
    return parser
