"""What can go wrong with imports: files and libraries, and the names asked of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from archir.base.diagnostics import Diagnostic, Problem
from archir.base.fixes import Edit, Fix, renamed, swap
from archir.base.likeness import is_slip
from archir.base.pieces import pieces
from archir.base.source import Span

_STEM = "arch 1\nblock Stem(width) { conv(width, 3) }\n"
_MODEL = "model net() {\n  input x: [N, 3, H = 8, W = 8]\n  Stem(4)\n}\n"
_GOOD = f'import "./stem.arch": Stem\n{_MODEL}'
_FILES: Mapping[str, bytes | None] = {"stem.arch": _STEM.encode()}


def _path_of_only(name: Span) -> Span | None:
    """The path of an import that asks for one name alone; None where it asks for more."""
    found = pieces(name.source)
    at = found.at(name.start)
    if at is None or found.text(at - 1) != ":" or found.text(at + 1) not in ("\n", ""):
        return None
    first = at - 1
    while first > 0 and found.text(first - 1) != "import":
        first -= 1
    return found.span(first, at - 2)


class ImportProblem(Problem):
    """Base of the problems with imports.

    ``files`` are the files beside the example, by path; None stands for one that cannot be read.
    """

    files: ClassVar[Mapping[str, bytes | None]] = _FILES
    good: ClassVar[str] = _GOOD


class FileNotFound(ImportProblem):
    """An import names a file that is not there.

    The path of an import is read from the folder of the file in which the import stands.
    """

    path: str
    suggestion: str | None

    name: ClassVar[str] = "file-not-found"
    bad: ClassVar[str] = f'import "./stems.arch": Stem\n{_MODEL}'

    def message(self) -> str:
        return f'there is no file "{self.path}"'

    def hint(self) -> str | None:
        if self.suggestion:
            return f'did you mean "{self.suggestion}"?'
        return "it is looked for from the folder of the file that imports it"

    def fix(self, at: Diagnostic) -> Fix | None:
        if self.suggestion is None:
            return None
        return swap(at.span, f'"{self.suggestion}"', safe=is_slip(self.path, self.suggestion))


class UnknownLibrary(ImportProblem):
    """An import without quotes names something that the standard library does not have.

    What stands without quotes comes with the compiler: `std.blocks` and its like, and the examples,
    as `examples.resnet50`. A file of your own is imported by its path in quotes.
    """

    library: str
    suggestion: str | None
    known: tuple[str, ...] = ()

    name: ClassVar[str] = "unknown-library"
    bad: ClassVar[str] = f"import std.block: Stem\n{_MODEL}"

    def message(self) -> str:
        return f"there is no library {self.library}"

    def hint(self) -> str | None:
        if self.suggestion:
            return f"did you mean {self.suggestion}?"
        if self.library.split(".", 1)[0] == "examples":
            return (
                "archc examples lists them, and one is taken by its name: import examples.vgg16: …"
            )
        if self.known and self.library.split(".", 1)[0] == "std":
            return f"there are: {', '.join(self.known)}"
        last = self.library.removesuffix(".arch").rsplit(".", 1)[-1]
        return f'a file of your own is imported by its path: import "./{last}.arch": …'

    def fix(self, at: Diagnostic) -> Fix | None:
        return renamed(at.span, self.suggestion) if self.suggestion else None


class UnknownImport(ImportProblem):
    """An import asks a file for a name that the file does not declare.

    Only what stands in that file itself can be imported from it, not what it imports in turn.
    """

    wanted: str
    file: str
    suggestion: str | None
    comes_from: str | None = None
    elsewhere: str | None = None
    """The library that does declare it."""

    known: tuple[str, ...] = ()
    """What the file declares, where that is little."""

    name: ClassVar[str] = "unknown-import"
    bad: ClassVar[str] = f'import "./stem.arch": Stemm\n{_MODEL}'

    def message(self) -> str:
        if self.comes_from:
            return f"{self.file} does not declare {self.wanted}, it only imports it"
        return f"{self.file} does not declare {self.wanted}"

    def hint(self) -> str | None:
        if self.comes_from:
            return f"import it from where it is declared, {self.comes_from}"
        if self.elsewhere and self.suggestion and self.suggestion != self.wanted:
            return f"did you mean {self.suggestion} of {self.elsewhere}?"
        if self.elsewhere:
            return f"{self.elsewhere} does: import {self.elsewhere}: {self.wanted}"
        if self.suggestion:
            return f"did you mean {self.suggestion}?"
        return f"there are: {', '.join(self.known)}" if self.known else None

    def fix(self, at: Diagnostic) -> Fix | None:
        if self.suggestion and not (self.comes_from or self.elsewhere):
            return self._renamed(at.span, self.suggestion)
        path = _path_of_only(at.span)
        if path is None or self.elsewhere is None:
            return None
        moved = swap(path, self.elsewhere)
        if self.suggestion is None or self.suggestion == self.wanted:
            return moved
        named = renamed(at.span, self.suggestion)
        return Fix(f"{moved.words}, and {named.words}", (*moved.edits, *named.edits), False)

    def _renamed(self, name: Span, wanted: str) -> Fix:
        """The name that was meant; if it is written quite otherwise, where it is used too."""
        fix, found = renamed(name, wanted), pieces(name.source)
        if fix.is_safe:
            return fix
        uses = [
            Span(name.source, one.start, one.end) for one in found.all if one.text == self.wanted
        ]
        return Fix(fix.words, tuple(Edit(use, wanted) for use in uses), is_safe=False)


class RenamedImport(ImportProblem):
    """An imported name is used as it is declared, and gets no other by the import."""

    wanted: str
    other: str
    uses: tuple[tuple[int, int], ...] = ()
    """Where the file uses the other name."""

    name: ClassVar[str] = "renamed-import"
    bad: ClassVar[str] = f'import "./stem.arch": Stem as Begin\n{_MODEL.replace("Stem", "Begin")}'

    def message(self) -> str:
        return "an import gives no other names"

    def hint(self) -> str:
        return f"write {self.wanted} where {self.other} is used"

    def fix(self, at: Diagnostic) -> Fix:
        uses = [Edit(Span(at.span.source, start, end), self.wanted) for start, end in self.uses]
        return Fix(f"call it {self.wanted}", (Edit(at.span, self.wanted), *uses))


class ImportCycle(ImportProblem):
    """Files import each other in a circle.

    What two files need of each other goes into a third that both import.
    """

    cycle: tuple[str, ...]

    name: ClassVar[str] = "import-cycle"
    files: ClassVar[Mapping[str, bytes | None]] = {
        "stem.arch": b'import "./main.arch": net\nblock Stem(width) { conv(width, 3) }\n'
    }
    bad: ClassVar[str] = _GOOD
    good: ClassVar[str] = f"block Stem(width) {{ conv(width, 3) }}\n{_MODEL}"

    def message(self) -> str:
        if len(self.cycle) == 1:
            return f"{self.cycle[0]} imports itself"
        return "files import each other in a circle: " + " -> ".join(
            f"{file}" for file in (*self.cycle, self.cycle[0])
        )

    def hint(self) -> str | None:
        if len(self.cycle) == 1:
            return "names of the same file need no import"
        return "move what they share into a file of its own that both import"


class ImportOutsideProject(ImportProblem):
    """An import leads out of the project.

    The project is the folder of the file that is compiled. Its imports stay in that folder and
    below, so that a file from elsewhere can be compiled without it reading anything of yours.
    """

    path: str
    reason: str

    name: ClassVar[str] = "import-outside-project"
    bad: ClassVar[str] = f'import "../stem.arch": Stem\n{_MODEL}'

    def message(self) -> str:
        return f'the import "{self.path}" leads out of the project: {self.reason}'

    def hint(self) -> str | None:
        return "import files beside the compiled file, or in folders below it"


class ImportNotAnArchFile(ImportProblem):
    """An import names a file that does not end in `.arch`.

    Nothing else than files of this language can be imported.
    """

    path: str

    name: ClassVar[str] = "import-not-an-arch-file"
    bad: ClassVar[str] = f'import "./stem.py": Stem\n{_MODEL}'

    def message(self) -> str:
        return f'the import "{self.path}" does not name an .arch file'

    def hint(self) -> str | None:
        last = self.path.replace("\\", "/").rsplit("/", 1)[-1]
        if last and "." not in last:
            return f'write the whole name: "{self.path}.arch"'
        return "only files of this language, which end in .arch, can be imported"

    def fix(self, at: Diagnostic) -> Fix | None:
        last = self.path.replace("\\", "/").rsplit("/", 1)[-1]
        bare = bool(last) and "." not in last
        return swap(at.span, f'"{self.path}.arch"') if bare else None


class UnreadableFile(ImportProblem):
    """An imported file is there but cannot be read."""

    path: str
    reason: str

    name: ClassVar[str] = "unreadable-file"
    files: ClassVar[Mapping[str, bytes | None]] = {**_FILES, "locked.arch": None}
    bad: ClassVar[str] = f'import "./locked.arch": Stem\n{_MODEL}'

    def message(self) -> str:
        return f'the file "{self.path}" cannot be read: {self.reason}'


class FileNotUtf8(ImportProblem):
    """An imported file is not UTF-8 text.

    Files of this language are UTF-8, on every system.
    """

    path: str
    line: int
    byte: int

    name: ClassVar[str] = "file-not-utf-8"
    files: ClassVar[Mapping[str, bytes | None]] = {
        **_FILES,
        "latin.arch": "# für Bilder\nblock Stem(width) { conv(width, 3) }\n".encode("latin-1"),
    }
    bad: ClassVar[str] = f'import "./latin.arch": Stem\n{_MODEL}'

    def message(self) -> str:
        return (
            f'the file "{self.path}" is not UTF-8 text: line {self.line} holds the byte'
            f" 0x{self.byte:02x} where none like it may stand"
        )

    def hint(self) -> str | None:
        return "save the file as UTF-8"


class ImportTooLarge(ImportProblem):
    """An imported file is longer than the limit.

    The limit is far above any network that a person wrote down; it keeps a wrong path from
    reading a disk image.
    """

    path: str
    limit: int

    name: ClassVar[str] = "import-too-large"
    files: ClassVar[Mapping[str, bytes | None]] = {**_FILES, "long.arch": b"#" * 5_000_000}
    bad: ClassVar[str] = f'import "./long.arch": Stem\n{_MODEL}'

    def message(self) -> str:
        return f'the file "{self.path}" is longer than {self.limit:,} bytes'


class ProgramTooLarge(ImportProblem):
    """The files of a program are together longer than the limit.

    Each of them may be short enough. The limit is far above what people write down.
    """

    limit: int

    name: ClassVar[str] = "program-too-large"
    files: ClassVar[Mapping[str, bytes | None]] = {
        **_FILES,
        **{f"table{i}.arch": b"let T%d = 1\n#" % i + b"-" * 900_000 for i in range(3)},
    }
    bad: ClassVar[str] = (
        "".join(f'import "./table{i}.arch": T{i}\n' for i in range(3))
        + f"let all = T0 + T1 + T2\n{_GOOD}"
    )

    def message(self) -> str:
        return f"the files of the program have together more than {self.limit:,} bytes"

    def hint(self) -> str | None:
        return "import smaller files, or part the program into several"


class TooManyFiles(ImportProblem):
    """A program imports more files than the limit."""

    limit: int

    name: ClassVar[str] = "too-many-files"
    files: ClassVar[Mapping[str, bytes | None]] = {
        **_FILES,
        **{f"part{i}.arch": f'import "./part{i + 1}.arch": Stem\n'.encode() for i in range(1100)},
    }
    bad: ClassVar[str] = f'import "./part0.arch": Stem\n{_MODEL}'

    def message(self) -> str:
        return f"the program consists of more than {self.limit:,} files"
