"""Problems of grammar: what stands where it cannot stand."""

from __future__ import annotations

from archdsl.rules.rewriting import (
    positional_first,
)
from archdsl.rules.small import GOOD, model
from archir.base.diagnostics import Diagnostic, Problem
from archir.base.fixes import Fix, drop, insert, lines, swap
from archir.base.pieces import pieces


class UnexpectedToken(Problem):
    """The text cannot go on like this here. The message says what could stand in this place."""

    name = "unexpected-token"
    bad = model("let width =", "conv(4, 3)")
    good = model("let width = 4", "conv(width, 3)")
    found: str
    expected: tuple[str, ...]
    advice: str | None = None

    def message(self) -> str:
        if not self.expected:
            return f"{self.found} cannot stand here"
        return f"expected {_either(self.expected)}, but found {self.found}"

    def label(self) -> str | None:
        return f"expected {self.expected[0]}" if len(self.expected) == 1 else None

    def hint(self) -> str | None:
        return self.advice


def _either(words: tuple[str, ...]) -> str:
    return " or ".join(filter(None, (", ".join(words[:-1]), words[-1])))


class TooManyErrors(Problem):
    """After many syntax errors the rest of a file is left unread: most of what could still be said
    would follow from what was said.
    """

    name = "too-many-errors"
    bad = model(*["conv(4 3)"] * 110)
    good = GOOD
    limit: int

    def message(self) -> str:
        return f"the file has more than {self.limit} syntax errors; the rest is left unread"


class MissingComma(Problem):
    """The items of a list, and the arguments of a call, are separated by commas."""

    name = "missing-comma"
    bad = model("conv(4 3)")
    good = GOOD
    found: str

    def message(self) -> str:
        return f"there is no comma before {self.found}"

    def hint(self) -> str:
        return "separate arguments and items of a list with `,`"

    def fix(self, at: Diagnostic) -> Fix | None:
        found = pieces(at.span.source)
        index = found.at(at.span.start)
        before = None if not index else found.all[index - 1].end
        return None if before is None else insert(at.span.source, before, ",")


class ChainedComparison(Problem):
    """A comparison has two sides. `a < b < c` is written `a < b and b < c`."""

    name = "chained-comparison"
    bad = model("conv(4, 3) if 0 < depth < 3", parameters="depth = 2")
    good = model("conv(4, 3) if 0 < depth and depth < 3", parameters="depth = 2")
    first: str
    second: str

    def message(self) -> str:
        return f"`{self.first}` and `{self.second}` cannot be chained"

    def hint(self) -> str:
        return f"write two comparisons: `a {self.first} b and b {self.second} c`"

    def fix(self, at: Diagnostic) -> Fix | None:
        found = pieces(at.span.source)
        index = found.at(at.span.start)
        if index is None or found.text(index - 2) != self.first:
            return None
        middle = found.span(index - 1, index - 1)
        return insert(at.span.source, middle.end, f" and {middle.text}")


class KeywordAsName(Problem):
    """A keyword cannot be the name of a value, a parameter or a part. As a label, directly before
    a colon, it may stand.
    """

    name = "keyword-as-name"
    bad = model("let repeat = 4", "conv(4, 3)")
    good = model("let repeats = 4", "conv(repeats, 3)")
    word: str

    def message(self) -> str:
        return f"`{self.word}` is a keyword and cannot be a name here"

    def hint(self) -> str:
        return f"take another name, such as `{self.word}_`"


class PositionalAfterNamed(Problem):
    """Arguments that are given by position stand before those that are given by name."""

    name = "positional-after-named"
    bad = model("conv(kernel_size = 3, 4)")
    good = model("conv(4, kernel_size = 3)")
    named: str

    def message(self) -> str:
        return f"this argument has no name and stands behind `{self.named} = …`, which has one"

    def hint(self) -> str:
        return "put it before the named ones, or give it its name"

    def fix(self, at: Diagnostic) -> Fix | None:
        return positional_first(at.span)


class StatementOutsideBody(Problem):
    """Outside of blocks and models stand declarations only: `import`, `block`, `model`, `fn` and
    `let`. What runs stands in a body.
    """

    name = "statement-outside-body"
    bad = GOOD + "relu\n"
    good = model("conv(4, 3)", "relu")
    found: str

    def message(self) -> str:
        return f"{self.found} stands outside of any block or model"

    def hint(self) -> str:
        meant = _DECLARATIONS.get(self.found.strip("`").casefold())
        if meant is not None:
            return f"write `{meant}`"
        return "what runs stands in a body: `model net() { input x: [N, 3, H = 224, W = 224] … }`"


_DECLARATIONS = {
    **dict.fromkeys(("layer", "struct", "component", "part"), "block Name(parameters) { … }"),
    **dict.fromkeys(("network", "net", "architecture", "graph"), "model name(parameters) { … }"),
    **dict.fromkeys(("func", "define"), "fn name(parameters) = expression"),
}
"""What declarations begin with elsewhere."""


class DeclarationInBody(Problem):
    """Blocks, models, functions and imports are declared outside of all braces."""

    name = "declaration-in-body"
    bad = model("fn double(n) = 2 * n", "conv(double(2), 3)")
    good = "fn double(n) = 2 * n\n" + model("conv(double(2), 3)")
    word: str

    def message(self) -> str:
        return f"`{self.word}` cannot stand inside a body"

    def hint(self) -> str:
        return "move it out of the braces"


class ImportForm(Problem):
    """An import names what it takes, and from where.

    `import std.blocks: ConvNormAct` takes from the library that comes with the compiler,
    `import "./stem.arch": Stem` from a file. Ops are always there, and nothing of Python can be
    imported.
    """

    name = "import-form"
    bad = "import torch.nn as nn\n" + GOOD
    good = GOOD
    word: str = ""
    """The first word behind `import`."""

    path: str = ""
    """A path in quotes, behind which no names stand."""

    instead: str | None = None

    def message(self) -> str:
        if self.word in PACKAGES:
            return f"{self.word} is a package of Python, and nothing of it can be imported"
        if self.path:
            return "an import says which names it takes"
        if self.instead:
            return "an import says first from where it takes, and then what"
        return "an import says from where it takes what, as in `import std.blocks: ConvNormAct`"

    def hint(self) -> str:
        if self.word in PACKAGES:
            return "leave the line out: archc's ops are there without an import"
        if self.path or self.instead:
            return f"write `{self.instead or f'import {self.path}: Name, …'}`"
        return (
            "names are imported one by one: `import std.blocks: ConvNormAct`, or"
            ' `import "./stem.arch": Stem`'
        )

    def fix(self, at: Diagnostic) -> Fix | None:
        if self.instead is not None:
            return swap(at.span, self.instead)
        return drop(lines(at.span, at.span)) if self.word in PACKAGES else None


PACKAGES = frozenset(
    {"torch", "torchvision", "timm", "tensorflow", "keras", "jax", "flax", "numpy", "math"}
)
