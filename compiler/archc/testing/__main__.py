"""``python -m archc.testing NAME …``: the aids that run for long, as commands."""

from __future__ import annotations

import signal
import sys
from collections.abc import Sequence
from importlib import import_module

from archir.base.diagnostics import nearest

COMMANDS = {
    "agree": ("archc.testing.agreement.command", "hold networks against torch"),
    "fuzz": ("archc.testing.fuzz.command", "give the compiler mangled texts, and look for faults"),
}
"""By name: the module whose ``main`` takes the other words, and what it does."""

_LISTED = "\n".join(f"  {name:<9} {what}" for name, (_, what) in COMMANDS.items())

USAGE = f"""\
Usage: python -m archc.testing COMMAND [OPTIONS]

Commands:
{_LISTED}

python -m archc.testing COMMAND --help tells the options of a command.
"""


def main(words: Sequence[str]) -> int:
    """Run the command that the first word names, and return its exit code."""
    if list(words[:1]) in (["--help"], ["-h"]):
        sys.stdout.write(USAGE)
        return 0
    if not words or words[0] not in COMMANDS:
        near = nearest(words[0], COMMANDS) if words else None
        sys.stderr.write(f"did you mean {near}?\n\n{USAGE}" if near else USAGE)
        return 2
    run: int = import_module(COMMANDS[words[0]][0]).main(words[1:])
    return run


if __name__ == "__main__":
    # Told to end, it does as by Ctrl-C, so that what has been started ends too.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(128 + 2)
