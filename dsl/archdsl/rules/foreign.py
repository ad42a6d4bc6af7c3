"""Problems of forms that other languages have, where this one has another for the same thing."""

from __future__ import annotations

from archdsl.rules.small import model
from archir.base.diagnostics import Diagnostic, Problem
from archir.base.fixes import Edit, Fix, swap
from archir.base.source import Span


class ForeignArrow(Problem):
    """Stages are chained with `->`, which other languages write as `|>`, `>>`, `=>` or `|`."""

    name = "foreign-arrow"
    bad = model("conv(4, 3) |> relu |> max_pool(2)")
    good = model("conv(4, 3) -> relu -> max_pool(2)")
    sign: str
    others: tuple[tuple[int, int], ...] = ()
    """Where others stand in the same statement."""

    def message(self) -> str:
        return f"`{self.sign}` does not chain stages"

    def hint(self) -> str:
        return "stages are chained with `->`"

    def fix(self, at: Diagnostic) -> Fix:
        others = [Span(at.span.source, start, end) for start, end in self.others]
        return Fix("write `->`", tuple(Edit(each, "->") for each in (at.span, *others)))


class SemicolonForLineEnd(Problem):
    """A statement ends with its line. Stages that share a line are chained with `->`."""

    name = "semicolon-for-line-end"
    bad = model("conv(4, 3);", "relu;")
    good = model("conv(4, 3)", "relu")
    places: tuple[tuple[int, int, str], ...]
    """Where they stand in the file, with what is to stand there."""

    def message(self) -> str:
        others = len(self.places) - 1
        more = f", here and at {others} other place{'s' * (others > 1)}" if others else ""
        return f"a statement ends with its line, and not with `;`{more}"

    def hint(self) -> str:
        if any(instead == "," for *_, instead in self.places):
            return "items and arguments are separated by commas; elsewhere leave it out"
        if all(not instead for *_, instead in self.places):
            return f"leave {'them' if self.places[1:] else 'it'} out"
        return "start a new line there, or chain the stages with `->`"

    def fix(self, at: Diagnostic) -> Fix:
        source = at.span.source
        edits = [Edit(Span(source, start, end), text) for start, end, text in self.places]
        return Fix("take them away" if len(edits) > 1 else "take it away", tuple(edits))


class LoopInParentheses(Problem):
    """A loop goes over a list or a range: it has a name, `in`, and no parentheses. Nothing counts
    up, and no name is given another value.
    """

    name = "loop-in-parentheses"
    bad = model("for (let i = 1; i <= 2; i++) { conv(4 * i, 3) }")
    good = model("for i in 1..2 { conv(4 * i, 3) }")
    instead: str | None
    """The head of the loop; None where that cannot be said."""

    def message(self) -> str:
        return "a loop has no parentheses, and goes over a list or a range"

    def hint(self) -> str:
        return f"write `{self.instead or 'for i in 1..3'} {{ … }}`"

    def fix(self, at: Diagnostic) -> Fix | None:
        return None if self.instead is None else swap(at.span, self.instead)


class SliceWithStep(Problem):
    """A slice takes the items of a list from one place to another, one after the other. Another
    order is `reversed`, and others than all of them are picked one by one.
    """

    name = "slice-with-step"
    bad = model("for width in [8, 4][::-1] { conv(width, 3) }")
    good = model("for width in reversed([8, 4]) { conv(width, 3) }")
    shown: str
    instead: str | None
    is_stage: bool = False
    """Whether it stands where a stage does, so that a value may be meant."""

    def message(self) -> str:
        return f"`{self.shown}` has a step, and slices of lists have none"

    def hint(self) -> str:
        instead = self.instead or "[xs[i] for i in range(0, len(xs), 2)]"
        if not self.is_stage:
            return f"write `{instead}`" if self.instead else f"pick the items: `{instead}`"
        op = "flip(dim)" if instead.startswith("reversed") else "slice(dim, a, b, step)"
        return f"name a list before, `let ys = {instead}`; of a value `{op}` takes a part"

    def fix(self, at: Diagnostic) -> Fix | None:
        return None if self.instead is None or self.is_stage else swap(at.span, self.instead)


class ForeignForm(Problem):
    """Something is written as another language would write it. What this one has for it stands in
    the advice, and in most cases a fix writes it.
    """

    name = "foreign-form"
    bad = model("repeat 2 conv(3, 1)")
    good = model("repeat 2 { conv(3, 1) }")
    said: str
    how: str
    instead: str | None = None
    """What is to stand in its place, where that can be said."""

    is_safe: bool = True

    def message(self) -> str:
        return self.said

    def hint(self) -> str:
        return self.how

    def fix(self, at: Diagnostic) -> Fix | None:
        return None if self.instead is None else swap(at.span, self.instead, safe=self.is_safe)
