"""The command line that the makers of pages share: write, or check what is written."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path


def run(
    module: str,
    target: str,
    arguments: Sequence[str],
    write: Callable[[Path], None],
    outdated: Callable[[Path], list[Path]],
) -> int:
    """Write pages to the ``target`` (a FILE or FOLDER) that is named, or check them: the exit code.

    ``outdated`` gives the files that are not as ``write`` would write them.
    """
    paths = [Path(each) for each in arguments if each != "--check"]
    if len(paths) != 1:
        print(f"usage: python -m {module} [--check] {target}", file=sys.stderr)
        return 2
    if "--check" not in arguments:
        write(paths[0])
        return 0
    found = outdated(paths[0])
    for path in found:
        print(f"{path} is out of date: run python -m {module} {paths[0]}", file=sys.stderr)
    return 1 if found else 0


def differing(contents: Mapping[Path, str]) -> list[Path]:
    """The files that are not there, or hold something else than these texts."""
    return [
        path
        for path, text in contents.items()
        if not path.is_file() or path.read_text("utf-8") != text
    ]
