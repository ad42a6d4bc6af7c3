"""Running Graphviz: the program that the dependency graphviz-pure installs, or else ``dot``."""

from __future__ import annotations

import re

SECONDS = 120
"""How long a layout may take."""


class LayoutError(Exception):
    """A diagram could not be laid out: Graphviz is missing, or it failed."""


def svg_of(source: str) -> str:
    """The SVG image of a graph in Graphviz's language."""
    # Here, since a command that draws nothing should not pay for the import.
    import subprocess

    command = [find_program(), "-Tsvg"]
    try:
        done = subprocess.run(
            command, input=source.encode(), capture_output=True, timeout=SECONDS, check=False
        )
    except OSError as error:
        raise LayoutError(f"{command[0]} could not be run: {error.strerror or error}") from error
    except subprocess.TimeoutExpired as error:
        raise LayoutError(
            f"the diagram took more than {SECONDS} seconds to lay out, and was given up"
        ) from error
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace").strip() or f"exit status {done.returncode}"
        raise LayoutError(f"{command[0]} failed: {said}")
    # Its warnings are dropped: they are of guessed widths of letters outside ASCII.
    return _in_units(done.stdout.decode())


def _in_units(picture: str) -> str:
    """The picture's size in its own units: resvg takes none in points where no resolution is told.

    A unit was a point, and is a pixel: the picture is a quarter smaller on a screen.
    """
    root = re.search(r"<svg\b[^>]*>", picture)
    assert root is not None, "Graphviz wrote no picture"
    start, end = root.span()
    sized = re.sub(r'\b(width|height)="([\d.]+)pt"', r'\1="\2"', root.group())
    return picture[:start] + sized + picture[end:]


def find_program() -> str:
    """The path of graphviz-pure beside this Python, else on the PATH, else of Graphviz's dot."""
    import shutil
    import sys
    import sysconfig
    from pathlib import Path

    folders = [sysconfig.get_path("scripts"), str(Path(sys.executable).parent)]
    for folder in (*folders, None):
        found = shutil.which("graphviz-pure", path=folder)
        if found:
            return found
    found = shutil.which("dot")
    if found:
        return found
    raise LayoutError(
        "an SVG diagram needs the program graphviz-pure, which is installed with archc-lang, "
        'and it was not found: pip install "graphviz-pure"'
    )
