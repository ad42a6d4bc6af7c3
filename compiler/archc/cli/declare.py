"""What a command says of its argument and its options, as data.

``archc.cli.app`` has click read them wherever a command line has options. One that has none, as
``archc check net.arch``, needs no reading: ``archc.cli.fast_path`` calls the command from the same
data, and click, which takes as long to import as a small file to check, is left alone.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from archir.base.record import Record


class UsageError(Exception):
    """A wrong use of the command line, and what was probably meant."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class Operand(Record):
    """The word of a command that is no option: a file, a name; or all such words."""

    name: str
    """The parameter of the command's function."""

    metavar: str
    required: bool = True
    many: bool = False
    read: Callable[[Any], Any] | None = None
    """Makes the value of the word; UsageError where it cannot."""

    def value(self, given: Any) -> Any:
        """What the function gets for what is given, None where nothing is."""
        return given if self.read is None or given is None else self.read(given)


class Option(Record):
    """``--flag`` or ``--name VALUE``."""

    flag: str
    name: str
    """The parameter of the command's function."""

    help: str
    metavar: str | None = None
    """What stands for the value; without it the option is there or not."""

    default: str | None = None
    required: bool = False
    many: bool = False
    """Whether it can be repeated; its value is then made of a tuple of words."""

    read: Callable[[Any], Any] | None = None
    """Makes the value of the word, or of all of them; UsageError where it cannot."""

    words: Collection[str] = ()
    """The words that it takes, where these are known."""

    def value(self, given: Any) -> Any:
        """What the function gets for what is given, or for the default."""
        return given if self.read is None or given is None else self.read(given)

    def absent(self) -> Any:
        """What the function gets where the option is not given."""
        if self.metavar is None:
            return False
        return self.value(() if self.many else self.default)


class Command(Record):
    """A command: its function, whose docstring is the help, and what the function is called with.

    The function returns the exit code.
    """

    run: Callable[..., int]
    argument: Operand
    options: tuple[Option, ...] = ()
