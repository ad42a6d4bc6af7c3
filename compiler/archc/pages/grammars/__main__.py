"""``python -m archc.pages.grammars docs/grammar``."""

from __future__ import annotations

import sys
from pathlib import Path

from archc.output import writing
from archc.pages import command
from archc.pages.grammars import written


def _outdated(folder: Path) -> list[Path]:
    return command.differing(_contents(folder))


def _write(folder: Path) -> None:
    writing.write_all(_contents(folder))


def _contents(folder: Path) -> dict[Path, str]:
    return {folder / name: text for name, text in written().items()}


if __name__ == "__main__":
    sys.exit(command.run("archc.pages.grammars", "FOLDER", sys.argv[1:], _write, _outdated))
