"""``python -m benchmarks.searching``: searches of real trainings, held to what is promised.

``engines``: one search on the pool, on Ray with two workers of which one is killed, and as jobs of
submitit on this machine; ``fronts``: against points at random; ``overhead``: what a trial takes
beside its training. Without a word all three. Run it in the repository; it needs the extras
``search`` and ``slurm``, and scikit-learn.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from tempfile import TemporaryDirectory

from . import engines, fronts, overhead

PARTS = ("engines", "fronts", "overhead")


def main() -> None:
    """Run what is asked for, and print its figures."""
    parser = argparse.ArgumentParser("benchmarks.searching", description=__doc__)
    parser.add_argument("parts", nargs="*", default=PARTS, metavar="PART")
    parser.add_argument("--trials", type=int, default=200)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--engine", action="append", choices=engines.ENGINES)
    asked = parser.parse_args()
    if not set(asked.parts) <= set(PARTS):
        parser.error(f"the parts are {', '.join(PARTS)}")
    with TemporaryDirectory() as place:
        into = Path(place)
        if "engines" in asked.parts:
            chosen = tuple(asked.engine or engines.ENGINES)
            engines.compared(into / "engines", asked.trials, chosen)
        if "fronts" in asked.parts:
            fronts.compared(into / "fronts", asked.trials, asked.seeds)
        if "overhead" in asked.parts:
            overhead.measured(into / "overhead", asked.trials, asked.rounds)


if __name__ == "__main__":
    main()
