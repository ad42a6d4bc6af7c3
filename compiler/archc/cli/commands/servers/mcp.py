"""``archc mcp``: the server that programs which write networks start."""

from __future__ import annotations

import gc
import os
from pathlib import Path

from archc.cli import guard
from archc.cli.declare import Command, Operand, Option, UsageError
from archc.errors import PackageMissingError


def serve(folder: str | None, packages: tuple[str, ...]) -> int:
    """Answer a program on standard input and output, in the Model Context Protocol.

    It can ask check, summary, sizes, diff, explain, examples, draw and import, of texts and of the
    files in FOLDER, the one it is started in unless it is given; nothing outside of it is read.
    docs/agents.md shows it. It needs the SDK: pip install "archc-lang[mcp]".
    """
    folder = os.curdir if folder is None else folder
    if not Path(folder).is_dir():
        raise UsageError(f"{folder} is no folder")
    os.chdir(folder)  # where a text in hand looks for what it imports
    try:
        from archc.agents.server import made
    except ModuleNotFoundError as error:
        if error.name not in ("mcp", "mcp_types", "anyio", "typing_extensions"):
            raise
        raise PackageMissingError(
            'archc mcp needs the SDK of the protocol: pip install "archc-lang[mcp]"', name="mcp"
        ) from error
    gc.enable()  # a short command goes without; this one stays
    made(os.curdir, packages).run("stdio")
    return guard.OK


def _packages(words: tuple[str, ...]) -> tuple[str, ...]:
    for word in words:
        if not word.isidentifier():
            raise UsageError(f"a package is named by one word, not {word}")
    return words


command = Command(
    serve,
    Operand("folder", "[FOLDER]", required=False),
    (
        Option(
            "--import",
            "packages",
            "Let import run the code of this package. Repeatable; without it no code runs.",
            metavar="PACKAGE",
            many=True,
            read=_packages,
        ),
    ),
)
