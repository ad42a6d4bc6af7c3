"""What archc raises. A user's mistake is an ArchError; any other exception is a bug of ours."""

from __future__ import annotations

from collections.abc import Iterable

from archc.torch import TorchMissingError as TorchMissingError
from archir.diagnostics import Diagnostic


class ArchError(Exception):
    """The input is wrong. ``diagnostics`` says what is wrong, and where; ``str()`` shows it."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__(self.diagnostics)

    def __str__(self) -> str:
        from archc.render.style import Style
        from archc.render.terminal import render

        return "\n" + render(self.diagnostics, Style()).rstrip("\n")


class ModelChoiceError(ArchError):
    """It cannot be said which model of a file is meant. ``hint`` says what would help."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(())
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\n{self.hint}" if self.hint else self.message


class SettingError(ArchError):
    """A setting is not of the form ``name=value``, or is given twice."""

    def __init__(self, message: str) -> None:
        super().__init__(())
        self.message = message

    def __str__(self) -> str:
        return self.message


class ToolError(RuntimeError):
    """A program that archc runs is missing, or failed: it is not the input that is wrong."""
