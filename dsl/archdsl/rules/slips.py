"""Problems with one sign too many, and with braces that are missing around what runs."""

from __future__ import annotations

from archdsl.rules.small import GOOD, model
from archir.base.diagnostics import Diagnostic, Problem
from archir.base.fixes import Edit, Fix, drop
from archir.base.source import Span


class CommaTooMany(Problem):
    """A comma separates two arguments, or two items. Nothing stands before this one that it could
    separate from what follows.
    """

    name = "comma-too-many"
    bad = model("conv(4,, 3)")
    good = GOOD

    def message(self) -> str:
        return "nothing stands before this comma"

    def hint(self) -> str:
        return "take it away, or write what is missing before it"

    def fix(self, at: Diagnostic) -> Fix | None:
        return drop(at.span)


class BodyWithoutBraces(Problem):
    """What runs in a `residual`, in its `shortcut`, in a `dense` or a `train_only` stands in
    braces, also where it is one stage.
    """

    name = "body-without-braces"
    bad = model("residual conv(3, 1)")
    good = model("residual { conv(3, 1) }")
    word: str
    is_one: bool
    """Whether one stage follows, so that it is clear where the braces end."""

    is_safe: bool
    """Whether nothing in the text has the keyword for a name."""

    body: str = ""
    """What stands there, where that is short."""

    def message(self) -> str:
        return f"what belongs to `{self.word}` stands in braces"

    def hint(self) -> str:
        return f"write `{self.word} {{ {self.body or '…'} }}`"

    def fix(self, at: Diagnostic) -> Fix | None:
        if not self.is_one:
            return None
        source, end = at.span.source, at.span.end
        begin = Span(source, at.span.start, at.span.start)
        edits = (Edit(begin, "{ "), Edit(Span(source, end, end), " }"))
        return Fix("put it in braces", edits, self.is_safe)
