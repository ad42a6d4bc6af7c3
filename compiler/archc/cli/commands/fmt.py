"""``archc fmt``: files laid out in one way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from archc.cli import guard, streams
from archc.cli.declare import Command, Operand, Option, UsageError
from archc.output.rewriting import difference, write
from archir.base.diagnostics import Diagnostics

if TYPE_CHECKING:
    from archc.request.fixing import Text


def fmt(files: tuple[str, ...], check: bool, diff: bool) -> int:
    """Lay out each FILE in the one way that there is, and write what is not yet so.

    Of a folder all files of the language in it are meant, also in folders of it. Comments stay
    where they are, and so do blank lines between statements. What a file says is never changed, and
    one with a mistake of syntax is left as it is.
    """
    if check and diff:
        raise UsageError("--diff shows what --check names", "leave one out")
    found = Diagnostics()
    texts = list(_texts(files, found))
    changed = [one for one in texts if one.is_changed]
    if diff:
        for one in changed:
            streams.document(difference(one))
    elif check:
        for one in changed:
            streams.say(one.source.name)
    else:
        write(texts)
        for one in texts:
            if one.path is None:
                streams.document(one.now)
            elif one.is_changed:
                streams.say(f"{one.source.name}    laid out")
    streams.complain(found)
    is_wrong = found.has_errors or (bool(changed) and (check or diff))
    return guard.WRONG_INPUT if is_wrong else guard.OK


def _texts(files: Sequence[str], found: Diagnostics) -> Iterator[Text]:
    """Each file as it is, and laid out; what is wrong with the syntax of one is noted."""
    from archc.request.fixing import Text
    from archdsl.formatting.files import formatted
    from archdsl.syntax.parser import parse

    for file in dict.fromkeys(_all(files)):
        source, path, more = streams.read(file)
        streams.refuse_example(source, file)
        tree = None
        if not more.has_errors:
            tree, more = parse(source)
        found.extend(more)
        if tree is not None:
            yield Text(source, path, formatted(source, tree))


def _all(files: Sequence[str]) -> Iterator[str]:
    """The files that are named, and those in folders, in the order of their names."""
    from pathlib import Path

    from archc.request.examples import ENDING

    for file in files:
        if not Path(file).is_dir():
            yield file
            continue
        for path in sorted(Path(file).rglob(f"*{ENDING}")):
            inside = path.relative_to(file).parts
            if path.is_file() and not any(part.startswith(".") for part in inside):
                yield str(path)


CHECK = Option("--check", "check", "Name the files that are not laid out so, and write nothing.")

DIFF = Option("--diff", "diff", "Show what would be changed, and write nothing.")

command = Command(fmt, Operand("files", "FILE...", many=True), (CHECK, DIFF))
