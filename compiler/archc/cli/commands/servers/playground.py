"""``archc playground``: a page to write networks in, served, or as a file of its own."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from archc.cli import guard, streams
from archc.cli.declare import Command, Operand, Option, UsageError

if TYPE_CHECKING:
    from archir.base.source import Source

MOST_PORTS = 65_535


def playground(
    file: str | None, out: str | None, parts: str | None, port: int | None, is_opened: bool
) -> int:
    """Serve a page on this machine in which networks are written, checked and looked at.

    It begins with FILE, which it never writes, or with a small network. The address that is
    printed has a secret, and nobody without it is answered. With --out it is one file that needs
    no process and no network: archc is in it, and runs in the browser. docs/playground.md shows it.
    """
    if out is None and parts is not None:
        raise UsageError("--parts goes with --out")
    if out is not None and (port or is_opened):
        raise UsageError("--port and --open serve a page, and --out writes one", "leave them out")
    source = path = None
    if file is not None:
        source, path, found = streams.read(file)
        if found.has_errors:
            streams.complain(found)
            return guard.WRONG_INPUT
    if out is not None:
        return _write(Path(out), parts, source)
    return _serve(port or 0, source, path, is_opened=is_opened)


def _write(out: Path, parts: str | None, source: Source | None) -> int:
    from archc.output.writing import write_all
    from archc.playground.carrying import carried

    if parts is None:
        raise UsageError(
            "--out needs --parts: the folder with what a browser runs Python with",
            "docs/playground.md has the two commands that fill it",
        )
    made = carried(Path(parts), source)
    write_all({out: made})
    streams.say(f"{out}: {len(made.encode()) / 1e6:.1f} MB, opens in a browser from where it is")
    return guard.OK


def _serve(port: int, source: Source | None, path: str | None, *, is_opened: bool) -> int:
    import gc
    import sys

    from archc.playground.serving import Playground

    gc.enable()  # a short command goes without; this one stays
    with Playground(port, source, None if path == "-" else path) as server:
        streams.say(f"{server.url}  (Ctrl-C ends it)")
        sys.stdout.flush()
        if is_opened:
            import webbrowser

            webbrowser.open(server.url)
        with suppress(KeyboardInterrupt):
            server.serve_forever()
    return guard.OK


def _port(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 6 and 0 < int(text) <= MOST_PORTS):
        raise UsageError(f"a port is a number from 1 to {MOST_PORTS}, not {text}")
    return int(text)


command = Command(
    playground,
    Operand("file", "[FILE]", required=False),
    (
        Option("--out", "out", "Write the page to this file, with archc in it.", metavar="FILE"),
        Option(
            "--parts",
            "parts",
            "With --out: the folder with Pyodide's package and wheels for it.",
            metavar="FOLDER",
        ),
        Option("--port", "port", "Where it listens; a free one unless given.", "PORT", read=_port),
        Option("--open", "is_opened", "Open the page in the browser."),
    ),
)
