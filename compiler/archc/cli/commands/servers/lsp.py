"""``archc lsp``: the language server that editors start."""

from __future__ import annotations

import os

from archc.cli import guard
from archc.cli.declare import Command, Operand, Option, UsageError
from archc.errors import PackageMissingError


def serve(word: str | None, stdio: bool) -> int:  # noqa: ARG001  (there is no other way)
    """Answer an editor on standard input and output, in the Language Server Protocol.

    docs/editors.md says how editors are told of it. It needs pygls: pip install "archc-lang[lsp]".
    """
    if word is not None:
        raise UsageError(f"archc lsp is told of files by the editor, and takes no {word}")
    try:
        from archc.editor.server import made
    except ModuleNotFoundError as error:
        if error.name not in ("pygls", "lsprotocol"):
            raise
        raise PackageMissingError(
            'the language server needs pygls: pip install "archc-lang[lsp]"', name="pygls"
        ) from error
    # Of its own, since it closes them when the editor takes leave.
    with os.fdopen(os.dup(0), "rb") as incoming, os.fdopen(os.dup(1), "wb") as outgoing:
        made().start_io(incoming, outgoing)
    return guard.OK


command = Command(
    serve,
    Operand("word", "", required=False),
    (Option("--stdio", "stdio", "Speak over standard input and output, as it does in any case."),),
)
