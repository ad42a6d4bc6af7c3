"""Problems of brackets."""

from __future__ import annotations

from archdsl.rules.bracing import margin_of
from archdsl.rules.small import GOOD
from archir.base.diagnostics import Diagnostic, Problem
from archir.base.fixes import Edit, Fix, drop, insert, swap
from archir.base.source import Span

_CLOSERS = {"(": ")", "[": "]", "{": "}"}
_NAMES = {"(": "parenthesis", "[": "bracket", "{": "brace"}


class UnclosedBracket(Problem):
    """Each `(`, `[` and `{` is closed by its own kind."""

    name = "unclosed-bracket"
    bad = GOOD.replace("3)", "3")
    good = GOOD
    opener: str
    closer: str
    behind: int
    """The offset behind which it is likely missing."""

    def message(self) -> str:
        return f"this `{self.opener}` is never closed"

    def hint(self) -> str:
        return f"add the missing `{self.closer}`"

    def fix(self, at: Diagnostic) -> Fix | None:
        text = at.span.source.text
        if self.closer != "}":
            return insert(at.span.source, self.behind, self.closer, safe=False)
        start = text.rfind("\n", 0, at.span.start) + 1
        is_block = "\n" in text[at.span.start : self.behind]
        before = f"\n{margin_of(text[start:])}" if is_block else " "
        edit = Edit(Span(at.span.source, self.behind, self.behind), f"{before}}}")
        return Fix("add `}`", (edit,), is_safe=False)


class UnmatchedCloser(Problem):
    """A `)`, `]` or `}` closes a bracket that was opened before it, and here none is open."""

    name = "unmatched-closer"
    bad = GOOD + "}\n"
    good = GOOD
    closer: str

    def message(self) -> str:
        return f"this `{self.closer}` closes nothing"

    def hint(self) -> str:
        return "delete it, or look for the bracket that it should close"

    def fix(self, at: Diagnostic) -> Fix | None:
        return drop(at.span, safe=False)


class WrongCloser(Problem):
    """Each `(`, `[` and `{` is closed by its own kind."""

    name = "wrong-closer"
    bad = GOOD.replace("3)", "3]")
    good = GOOD
    opener: str
    closer: str

    def message(self) -> str:
        return f"a {_NAMES[self.opener]} `{self.opener}` cannot be closed by `{self.closer}`"

    def hint(self) -> str:
        return f"close it with `{_CLOSERS[self.opener]}`"

    def fix(self, at: Diagnostic) -> Fix | None:
        return swap(at.span, _CLOSERS[self.opener], safe=False)


class NestingTooDeep(Problem):
    """Brackets and expressions may stand inside each other only so deep: more than anybody can
    read, and few enough for the compiler to follow.
    """

    name = "nesting-too-deep"
    bad = "let X = " + "(" * 60 + "1" + ")" * 60 + "\n"
    good = "let X = (1)\n" + GOOD.replace("4", "X + 4")
    what: str
    limit: int

    def message(self) -> str:
        return f"more than {self.limit} {self.what} stand inside each other"

    def hint(self) -> str:
        return "give the inner part a name with `let`, or make it a block"
