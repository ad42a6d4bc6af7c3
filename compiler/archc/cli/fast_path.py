"""Command lines without options: there is nothing to read in them."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from archc.cli.declare import Command, Operand
from archc.cli.usage import COMMANDS

ROOMS = {
    **dict.fromkeys(("examples", "explain", "models", "new", "ops"), "about"),
    **dict.fromkeys(("lsp", "mcp", "playground"), "servers"),
}
"""The commands that have a room of their own: those about what there is, and those that serve."""

_WRONG = object()


def command_of(name: str) -> Command:
    """The command of that name, from the module of its name."""
    home = f"{name}_" if name == "import" else name  # a word that Python keeps for itself
    home = f"{ROOMS[name]}.{home}" if name in ROOMS else home
    command: Command = import_module(f"archc.cli.commands.{home}").command
    return command


def run(words: list[str]) -> int | None:
    """Run a command whose words are its name and its argument; None for any other words."""
    name, *rest = words
    if name not in COMMANDS or any(word.startswith("-") and word != "-" for word in rest):
        return None
    command = command_of(name)
    given = _given(command.argument, rest)
    if given is _WRONG or any(option.required for option in command.options):
        return None
    argument = command.argument.value(given)
    options = {option.name: option.absent() for option in command.options}
    return command.run(**{command.argument.name: argument}, **options)


def _given(argument: Operand, words: list[str]) -> Any:
    """The words as the argument, if they are as many as it takes."""
    if argument.many and words:
        return tuple(words)
    if len(words) == 1:
        return words[0]
    return _WRONG if words or argument.required else None
