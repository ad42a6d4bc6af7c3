"""The command ``archc``.

The first page of help and the version are answered here, before click or anything else is
imported, so that they come at once.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence

from archc.cli import guard
from archc.cli.usage import USAGE, version


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    return guard.run(lambda: _dispatch(words))


def run() -> None:
    """``archc`` as a process of its own, which ends without freeing each thing that it made."""
    gc.disable()  # to look once through all of it at the end took as long as a tenth of the command
    os._exit(guard.finish(main()))


def _dispatch(words: list[str]) -> int:
    if words in (["--help"], ["-h"], ["help"]):
        sys.stdout.write(USAGE)
        return guard.OK
    if words == ["--version"]:
        sys.stdout.write(version())
        return guard.OK
    if not words:
        sys.stderr.write(USAGE)
        return guard.USAGE_ERROR
    # pydantic would look through every installed package for plugins, and we use none.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    from archc.cli.answer import answer

    return answer(words)
