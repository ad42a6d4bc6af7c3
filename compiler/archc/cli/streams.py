"""What commands read and print."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from archc.render.characters import printable
from archc.render.style import style_of
from archc.request import files
from archir.base.diagnostics import Diagnostic, Diagnostics
from archir.base.source import Source


def read(file: str) -> tuple[Source, str | None, Diagnostics]:
    """The named file or example, or standard input for ``-``."""
    if file == "-":
        source, found = files.read_stream(sys.stdin.buffer, "<stdin>")
        return source, None, found
    return files.read_named(file)


def refuse_example(source: Source, word: str) -> None:
    """No example is written over; UsageError where one is named."""
    from archc.cli.declare import UsageError
    from archc.request.examples import SHOWN

    if source.name.startswith(SHOWN):
        raise UsageError(
            f"{word} is an example, and no file of yours",
            f"archc new {word}.arch --from {word} makes one of it",
        )


def say(line: str) -> None:
    """A line for a person on standard output, whatever its encoding can hold."""
    encoding = style_of(sys.stdout).encoding
    sys.stdout.write(printable(line, encoding) + "\n")


def complain(diagnostics: Iterable[Diagnostic]) -> None:
    """Diagnostics for a person on standard error."""
    found = list(diagnostics)
    if found:
        from archc.render.terminal import render

        sys.stderr.write(render(found, style_of(sys.stderr)))


def document(content: str | bytes) -> None:
    """What is an output of its own on standard output: texts always in UTF-8, bytes as they are."""
    sys.stdout.flush()
    sys.stdout.buffer.write(content if isinstance(content, bytes) else content.encode("utf-8"))


def data(value: object) -> None:
    """A JSON document on standard output."""
    import json

    document(json.dumps(value, indent=2) + "\n")
