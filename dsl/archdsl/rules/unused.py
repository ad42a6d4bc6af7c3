"""Warnings for what is declared, named or imported and then not used."""

from __future__ import annotations

from archdsl.rules.name_edits import unimported, unnamed
from archdsl.rules.names import in_model
from archir.base.diagnostics import Diagnostic, Problem
from archir.base.fixes import Fix, swap

_STEM = "block Stem(width) { conv(width, 3) }\n\n"


class UnusedName(Problem):
    """A value, a `let` or a dim is named, and nothing uses the name."""

    name = "unused-name"
    severity = "warning"
    bad = in_model("relu as y\n  flatten")
    good = in_model("relu as y\n  flatten\n  y")
    text: str
    what: str

    def message(self) -> str:
        return f"the {self.what} {self.text} is not used"

    def hint(self) -> str | None:
        if self.what == "dim":
            return "write _ where any size will do"
        return "leave the name out; among others write _ in its place"

    def fix(self, at: Diagnostic) -> Fix | None:
        if self.what == "dim":
            return swap(at.span, "_")
        return unnamed(at.span)


class UnusedParameter(Problem):
    """A declaration has a parameter, and nothing in it uses the parameter."""

    name = "unused-parameter"
    severity = "warning"
    bad = f"block Stem(width, depth) {{ conv(width, 3) }}\n\n{in_model('Stem(8, 2)')}"
    good = f"{_STEM}{in_model('Stem(8)')}"
    text: str
    owner: str

    def message(self) -> str:
        return f"the parameter {self.text} of {self.owner} is not used"

    def hint(self) -> str:
        return "use it, or leave it out"


class UnusedBlock(Problem):
    """A file with a model declares a block, function or constant that nothing in it uses.

    A file without models is a library for others, and may declare what it likes.
    """

    name = "unused-block"
    severity = "warning"
    bad = f"{_STEM}{in_model('relu')}"
    good = f"{_STEM}{in_model('Stem(8)')}"
    text: str
    what: str

    def message(self) -> str:
        return f"the {self.what} {self.text} is not used"

    def hint(self) -> str:
        return "use it, or leave it out; a file without models may hold what others import"


class UnusedImport(Problem):
    """A name is imported, and nothing in the file uses it."""

    name = "unused-import"
    severity = "warning"
    bad = f"import std.blocks: ConvNormAct\n\n{in_model('relu')}"
    good = f"import std.blocks: ConvNormAct\n\n{in_model('ConvNormAct(8)')}"
    text: str

    def message(self) -> str:
        return f"the import {self.text} is not used"

    def hint(self) -> str:
        return "use it, or leave it out"

    def fix(self, at: Diagnostic) -> Fix | None:
        return unimported(at.span)
