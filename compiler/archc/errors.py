"""What archc raises. A user's mistake is an ArchError; any other exception is a bug of ours."""

from __future__ import annotations

from collections.abc import Iterable
from errno import EEXIST, ENOENT
from typing import TYPE_CHECKING

from archir.base.diagnostics import Diagnostic
from archir.base.diagnostics import OwnOpError as OwnOpError
from archir.base.optional import PackageMissingError as PackageMissingError
from archir.base.optional import TorchMissingError as TorchMissingError

if TYPE_CHECKING:
    from pathlib import Path

    from archc.render.style import Style
    from archc.render.weights import WeightsReport


class ArchError(Exception):
    """The input is wrong. ``diagnostics`` says what is wrong, and where; ``str()`` shows it."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__(self.diagnostics)

    def __str__(self) -> str:
        from archc.render.style import Style

        return self.told(Style()).rstrip("\n")

    def told(self, style: Style) -> str:
        """What a terminal shows of it."""
        from archc.render.terminal import render

        return render(self.diagnostics, style)


class _AtNoPlaceError(ArchError):
    """What is wrong is in what is asked, and at no place of a text. ``hint`` says what helps."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(())
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\n{self.hint}" if self.hint else self.message


class ImportRefusedError(_AtNoPlaceError):
    """What a module of torch does cannot be said in the language, or not be proven equal.

    The message names the module's path, the line of its source and the op. ``hint`` says what would
    help.
    """

    def told(self, style: Style) -> str:
        from archc.render.terminal import plain

        return plain("error", self.message, self.hint, style)


class ModelChoiceError(_AtNoPlaceError):
    """It cannot be said which model of a file is meant. ``hint`` says what would help."""


class SettingError(_AtNoPlaceError, ValueError):
    """What is asked beside the file cannot be: a setting, a size, a batch, a name.

    ``hint`` says what would help.
    """


class SettingTypeError(SettingError, TypeError):
    """What is asked beside the file is of a wrong type."""


class UnknownPathError(SettingError, KeyError):
    """No module of that path gives a value. ``near`` is the path that was probably meant."""

    def __init__(self, message: str, near: str | None) -> None:
        hint = f"did you mean {near}?" if near else "the path of each row is in .rows"
        super().__init__(message, hint)
        self.near = near


class MissingFileError(FileNotFoundError):
    """There is neither a file nor an example of that name. ``hint`` says what was likely meant."""

    def __init__(self, name: str, hint: str | None, *, is_bare: bool = False) -> None:
        """``is_bare``: the name could be that of an example, since it is no path."""
        reason = "no such file or example" if is_bare else "no such file or directory"
        super().__init__(ENOENT, reason, name)
        self.hint = hint

    def __str__(self) -> str:
        said = f"{self.filename}: {self.strerror}"
        return f"{said}\n{self.hint}" if self.hint else said


class NotAFileError(FileExistsError):
    """Something that is no file stands where one is to be written: a link, a folder, a device."""

    def __init__(self, name: str, kind: str) -> None:
        super().__init__(EEXIST, f"it is {kind}, and no file", name)
        self.hint = "nothing is written to it, nor in its place: remove it, or write elsewhere"


class NotAFolderError(FileExistsError):
    """Something that is no folder stands where one is to be made."""

    def __init__(self, name: str, *, dangling: bool) -> None:
        kind = "a link to what is not there" if dangling else "a file"
        super().__init__(EEXIST, f"it is {kind}, and no folder", name)
        self.hint = "remove it, or write elsewhere"


class NotOursError(FileExistsError):
    """Files are not what archc wrote, and are not written over unless that is asked for."""

    def __init__(self, files: Iterable[tuple[str, str]]) -> None:
        """The names of the files, and why each of them stays."""
        (name, why), *others = files
        super().__init__(EEXIST, why, name)
        more = "".join(f"{other}: {why}\n" for other, why in others)
        self.hint = f"{more}--force writes over what is there, --out DIR writes elsewhere"


class HalfWrittenError(OSError):
    """Some files of a set were replaced, then one could not be, nor could the old be put back."""

    def __init__(self, new: Iterable[Path], cause: OSError) -> None:
        super().__init__(cause.errno, cause.strerror, cause.filename)
        shown = ", ".join(map(str, new))
        self.hint = f"the set is mixed: new are {shown}; all other files are as they were"


class WeightsError(ArchError):
    """Weights do not fit the model, and ``report`` says how; or they cannot be read."""

    def __init__(
        self, message: str, hint: str | None = None, report: WeightsReport | None = None
    ) -> None:
        super().__init__(())
        self.message = message
        self.hint = hint
        self.report = report

    def __str__(self) -> str:
        parts = (self.message, self.report, self.hint)
        return "\n".join(str(part) for part in parts if part is not None)

    def told(self, style: Style) -> str:
        """How they do not fit, as a table, and what would help."""
        from archc.render.terminal import plain
        from archc.render.weights import weights_table

        said = plain("error", self.message, self.hint, style)
        if self.report is None:
            return said
        report = self.report
        return f"{said}\n{weights_table(report.source, report.match, report.matching, style)}"


class ToolError(RuntimeError):
    """Something that archc relies on is missing or failed: it is not the input that is wrong.

    A program that it runs, a download, or code that the user named. ``hint`` says what would help.
    """

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\n{self.hint}" if self.hint else self.message


def lacks_memory(error: BaseException) -> bool:
    """Whether torch found no room for a tensor: on the CPU it says so in a text alone.

    A MemoryError is another thing: without torch we hold nothing large, and it is a bug of ours.
    """
    words = ("can't allocate memory", "not enough memory", "out of memory")
    return isinstance(error, RuntimeError) and any(said in str(error) for said in words)
