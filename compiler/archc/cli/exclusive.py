"""Which options of ``archc summary`` do not go together: a table of them, and who reads it."""

from __future__ import annotations

from collections.abc import Mapping

from archc.cli.declare import UsageError
from archir.base.record import Record


class Exclusive(Record):
    """An option, and those that beside it would be ignored."""

    word: str
    why: str
    others: tuple[str, ...]


_OF_TABLES = ("--depth", "--all", "--columns", "--format markdown", "--format csv")
_OF_MEMORY = ("--dtype", "--optimizer")

EXCLUSIVE = (
    Exclusive(
        "--field",
        "says what one place sees",
        ("--count-as", "--symbolic", *_OF_MEMORY, *_OF_TABLES),
    ),
    Exclusive(
        "--count-as",
        "says what another counter prints at sizes",
        ("--symbolic", *_OF_MEMORY, *_OF_TABLES),
    ),
    Exclusive("--symbolic", "is for all sizes", ("--size", "--batch")),
    Exclusive("--symbolic", "has no sums of memory", ("--optimizer",)),
    Exclusive("--all", "shows all levels", ("--depth",)),
    Exclusive("--format json", "has all columns", ("--columns",)),
)


def refuse(given: Mapping[str, bool]) -> None:
    """Refuse options that do not go together, of those that are given."""
    for one in EXCLUSIVE:
        clashing = [other for other in one.others if given.get(other)]
        if given.get(one.word) and clashing:
            raise UsageError(
                f"{one.word} {one.why}: it goes without {' and '.join(clashing)}",
                "leave out one of them",
            )
