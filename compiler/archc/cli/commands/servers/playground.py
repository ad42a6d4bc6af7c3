"""``archc playground``: a page to write networks in."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from archc.cli import guard, streams
from archc.cli.declare import Command, Operand, Option, UsageError

if TYPE_CHECKING:
    from archir.base.source import Source

MOST_PORTS = 65_535


def playground(file: str | None, port: int | None, is_opened: bool) -> int:
    """Serve a page on this machine in which networks are written, checked and looked at.

    It begins with FILE, which it never writes, or with a small network. The address that is
    printed has a secret, and nobody without it is answered. docs/playground.md shows it.
    """
    source = path = None
    if file is not None:
        source, path, found = streams.read(file)
        if found.has_errors:
            streams.complain(found)
            return guard.WRONG_INPUT
    return _serve(port or 0, source, path, is_opened=is_opened)


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
        Option("--port", "port", "Where it listens; a free one unless given.", "PORT", read=_port),
        Option("--open", "is_opened", "Open the page in the browser."),
    ),
)
