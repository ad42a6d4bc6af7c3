"""What can be wrong with the parameters that a declaration has."""

from __future__ import annotations

from archdsl.rules.names import in_model
from archir.base.diagnostics import Diagnostic, Problem
from archir.base.fixes import Fix, drop, swap, typed
from archir.base.pieces import pieces
from archir.base.source import Span


class UnknownType(Problem):
    """A parameter's type is not one of the language's."""

    name = "unknown-type"
    bad = f"block Unit(width: integer) {{ conv(width, 3) }}\n\n{in_model('Unit(8)')}"
    good = f"block Unit(width: int) {{ conv(width, 3) }}\n\n{in_model('Unit(8)')}"
    text: str
    suggestion: str | None

    def message(self) -> str:
        return f"there is no type {self.text}"

    def hint(self) -> str | None:
        if self.suggestion:
            return f"did you mean {self.suggestion}?"
        if self.text.casefold() in ("tensor", "array", "ndarray", "variable"):
            return (
                "an input is no parameter: the body begins with `input x: [N, 3, H = 224, W = 224]`"
            )
        if self.text in _ANYTHING:
            return "leave it out: a parameter without a type takes anything"
        if self.text.casefold() in ("tuple", "vec", "sequence", "iterable"):
            return "write `list[int]`, with what its items are"
        if self.text.casefold() in ("callable", "function"):
            return "write `op` for an op that is handed over, `block` for a block"
        return "types are int, float, bool, string, list[…], block, op and init"

    def fix(self, at: Diagnostic) -> Fix | None:
        if self.text in _ANYTHING:
            return _without_type(at.span)
        return typed(at.span, self.suggestion)


_ANYTHING = ("Optional", "Union", "Any", "any", "object", "Literal", "auto", "T")
"""What other languages say of a parameter that takes values of several types."""


def _without_type(written: Span) -> Fix | None:
    """``n`` for ``n: Optional[int]``."""
    found = pieces(written.source)
    at = found.at(written.start)
    if not at or found.text(at - 1) != ":":
        return None
    return drop(Span(written.source, found.all[at - 1].start, written.end))


class WrongTypeArguments(Problem):
    """A list's type says in brackets what its items are, and no other type has brackets."""

    name = "wrong-type-arguments"
    bad = f"block Unit(widths: list) {{ conv(widths[0], 3) }}\n\n{in_model('Unit([8])')}"
    good = f"block Unit(widths: list[int]) {{ conv(widths[0], 3) }}\n\n{in_model('Unit([8])')}"
    text: str

    def message(self) -> str:
        if self.text == "list":
            return "the type list does not say what its items are"
        return f"the type {self.text} has no items"

    def hint(self) -> str | None:
        return "for example list[int]" if self.text == "list" else f"write {self.text} alone"

    def fix(self, at: Diagnostic) -> Fix | None:
        if self.text == "list" or not at.span.text.startswith(self.text):
            return None
        return swap(at.span, self.text)


class EmptyDomain(Problem):
    """A parameter's domain holds no value, so nothing could ever be given for it.

    `a..b` includes both ends, and is empty where b is below a.
    """

    name = "empty-domain"
    bad = f"block Unit(width in 8..4) {{ conv(width, 3) }}\n\n{in_model('relu')}"
    good = f"block Unit(width in 4..8) {{ conv(width, 3) }}\n\n{in_model('Unit(8)')}"
    parameter: str
    domain: str

    def message(self) -> str:
        return f"the domain of {self.parameter} is empty: {self.domain}"

    def hint(self) -> str:
        return "a range goes from its lower end to its upper one, and holds both: 4..8"

    def fix(self, at: Diagnostic) -> Fix | None:
        low, sign, high = at.span.text.partition("..")
        return swap(at.span, f"{high}..{low}", safe=False) if sign else None
