"""``python -m archc.testing agree``."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from archc.testing.agreement.run import Run, run
from archc.testing.generator.constructs import SECTIONS
from archc.testing.progress import Progress, positive
from archir.catalogue.registry import built_in


def main(words: Sequence[str]) -> int:
    """Hold networks against torch; 1 where they differ or something was never made."""
    given = _arguments().parse_args(words)
    folder = Path(given.out)
    try:
        state = Run.resumed(folder, given.seed) if given.resume else Run(folder, given.seed)
    except (ValueError, OSError) as error:
        print(f"error: {error}\nhelp: without --resume the run begins anew", file=sys.stderr)
        return 2
    if not given.resume:
        for path in folder.glob("*.arch"):
            path.unlink()
    try:
        progress = Progress(lambda: state.results.networks, given.networks)
        run(state, given.networks, given.processes, progress)
    except KeyboardInterrupt:
        print(f"stopped; with --resume the same command goes on\n{state.line()}")
        return 128 + 2
    never = state.never_made()
    print(table(state))
    for kind, count in state.results.kinds.most_common():
        print(f"  {count:,} times {kind}")
    if never:
        print(f"never made: {', '.join(never)}")
    print(state.line())
    return 1 if state.disagreements or never else 0


def table(state: Run) -> str:
    """How many networks had each construct and each op, of those that run and of the others."""
    results = state.results
    share = 100 * results.accepted / max(1, results.networks)
    lines = [f"{results.accepted:,} of {results.networks:,} networks run ({share:.0f} %)", ""]
    for title, names in (*SECTIONS.items(), ("ops", tuple(built_in()))):
        counts = results.ops if title == "ops" else results.constructs
        lines.append(f"{title:<44} {'run':>9} {'refused':>9}")
        lines += [
            f"  {name:<42} {counts['accepted'][name]:>9,} {counts['refused'][name]:>9,}"
            for name in names
        ]
        lines.append("")
    return "\n".join(lines)


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m archc.testing agree",
        description="Write networks over the whole language, and hold what archc says of them"
        " against torch on the CPU: verdicts, outputs, shapes, costs, keys, weights, sizes.",
    )
    parser.add_argument("--networks", type=positive, default=1_000, help="how many")
    parser.add_argument("--seed", type=int, default=0, help="which ones")
    parser.add_argument("--processes", type=positive, default=os.cpu_count() or 1)
    parser.add_argument("--out", default="agree", help="where disagreements and progress are kept")
    parser.add_argument("--resume", action="store_true", help="go on where the run was stopped")
    return parser
