"""Python run in processes of their own, under different seeds of hashes."""

from __future__ import annotations

import os
import subprocess
import sys


def under_hash_seeds(
    *words: str, seeds: tuple[str, ...] = ("1", "2"), fails: bool = False
) -> bytes:
    """What Python prints when it is called with these words, which is the same under each seed."""
    said = set()
    for seed in seeds:
        done = subprocess.run(
            [sys.executable, *words],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=not fails,
        )
        said.add(done.stdout + done.stderr if fails else done.stdout)
    assert len(said) == 1
    return said.pop()
