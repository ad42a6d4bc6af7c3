"""``python -m archc.pages.grammars docs/grammar``."""

from __future__ import annotations

import sys
from pathlib import Path

from archc.output import writing
from archc.pages import command
from archc.pages.grammars import written


def _outdated(folder: Path) -> list[Path]:
    return [
        folder / name
        for name, text in written().items()
        if not (folder / name).is_file() or (folder / name).read_text("utf-8") != text
    ]


def _write(folder: Path) -> None:
    writing.write_all({folder / name: text for name, text in written().items()})


if __name__ == "__main__":
    sys.exit(command.run("archc.pages.grammars", "FOLDER", sys.argv[1:], _write, _outdated))
