"""Problems of the line that names the edition of the language."""

from __future__ import annotations

from archdsl.rules.small import GOOD
from archir.base.diagnostics import Diagnostic, Problem
from archir.base.fixes import Edit, Fix, lines, shown
from archir.base.source import Span


def _line(at: Diagnostic, text: str) -> Fix:
    """Another text in the place of the line at hand."""
    whole = lines(at.span, at.span)
    words = f"write {shown(text)}" if text else "take the line away"
    return Fix(words, (Edit(whole, text),))


class LaterEdition(Problem):
    """The file's first line names an edition of the language that is newer than this compiler."""

    name = "later-edition"
    bad = "arch 2\n" + GOOD
    good = "arch 1\n" + GOOD
    edition: int
    known: int

    def message(self) -> str:
        return (
            f"this file is written in edition {self.edition} of the language, and this compiler"
            f" knows editions up to {self.known}"
        )

    def hint(self) -> str:
        return "install a newer version of archc-lang"


class UnknownEdition(Problem):
    """Editions are counted from 1."""

    name = "unknown-edition"
    bad = "arch 0\n" + GOOD
    good = "arch 1\n" + GOOD
    edition: int

    def message(self) -> str:
        return f"there is no edition {self.edition} of the language"

    def hint(self) -> str:
        return "write `arch 1`"

    def fix(self, at: Diagnostic) -> Fix | None:
        return _line(at, "arch 1\n")


class EditionForm(Problem):
    """`arch` and a whole number name the edition of the language in which the file is written."""

    name = "edition-form"
    bad = "arch 1.0\n" + GOOD
    good = "arch 1\n" + GOOD

    def message(self) -> str:
        return "the edition of the language is a whole number on a line of its own"

    def hint(self) -> str:
        return "write `arch 1`"

    def fix(self, at: Diagnostic) -> Fix | None:
        return _line(at, "arch 1\n")


class MisplacedEdition(Problem):
    """The line that names the edition is the first of the file, save for comments."""

    name = "misplaced-edition"
    bad = GOOD + "arch 1\n"
    good = "arch 1\n" + GOOD

    def message(self) -> str:
        return "the edition is named before everything else in the file"

    def hint(self) -> str:
        return "move this line to the top"

    def fix(self, at: Diagnostic) -> Fix | None:
        found = _line(at, "")
        top = Span(at.span.source, 0, 0)
        line = at.span.source.line(at.span.source.position(at.span.start)[0]).strip()
        return Fix("move it to the top", (Edit(top, f"{line}\n"), *found.edits))


class RepeatedEdition(Problem):
    """A file names its edition once."""

    name = "repeated-edition"
    bad = "arch 1\narch 1\n" + GOOD
    good = "arch 1\n" + GOOD

    def message(self) -> str:
        return "the edition is named twice"

    def hint(self) -> str:
        return "delete this line"

    def fix(self, at: Diagnostic) -> Fix | None:
        return _line(at, "")
