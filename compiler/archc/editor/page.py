"""A text that is being written, and all that is known of it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from archc import pipeline
from archc.editor.keeping.kept import Kept
from archc.editor.keeping.lexing import Lexed, edited, lexed
from archc.editor.positions import Lines, Position
from archdsl.project.locate import ReadFile, StrPath
from archdsl.project.program import Declared
from archdsl.resolve.context import Met
from archdsl.resolve.resolved import Resolved
from archdsl.resolve.scope import Symbol
from archdsl.syntax.tokens import Token
from archir.base.diagnostics import Diagnostic
from archir.base.source import Source, Span
from archir.cost.report import Costs
from archir.graph.typed import TypedGraph

if TYPE_CHECKING:
    from archdsl.elaborate.limits import Limits

Known = TypeVar("Known")


class Page:
    """A text as it stands in an editor, checked."""

    def __init__(
        self,
        text: str,
        path: StrPath | None = None,
        read: ReadFile | None = None,
        *,
        shapes: bool = True,
        before: Page | None = None,
        name: str | None = None,
        limits: Limits | None = None,
        last: Page | None = None,
    ) -> None:
        """``read`` gives imported files, which may be open in the editor too.

        Without ``shapes`` names are looked up, and no model is unrolled. With ``before`` nothing is
        checked: the text is what became of that page by an edit, and names mean what they did.
        ``name`` is what messages call the text; else that is its path. Models that are as in the
        page ``last`` are not compiled again.
        """
        shown = name or ("text" if path is None else str(path))
        known = before or last
        earlier = None if known is None else known.source
        self.source: Source = Source(shown, text.replace("\r\n", "\n"), earlier)
        self._place = path, read
        self.lines = Lines(self.source.text)
        self.before = before
        self.met: Met = Met() if before is None else before.met
        self.program: Resolved | None = None
        self.symbols: dict[int, Symbol] | None = None
        self.declared: dict[int, Declared] | None = None
        """What names mean, by their places, once that has been asked (``words``)."""
        self.costs: dict[str, Costs] | None = None
        """What the models cost, once that has been asked (``lenses``)."""
        self.lexed: Lexed = lexed(self.source.text, None if known is None else known.lexed)
        self.tokens: list[Token] = self.lexed.tokens
        self.kept: Kept = Kept(self.source, self.lexed, None if last is None else last.kept)
        self.verdicts: tuple[pipeline.Checked, ...] = ()
        self.models: tuple[TypedGraph, ...] = ()
        self.found: tuple[Diagnostic, ...] = ()
        if before is not None:
            self.program = before.program
        elif shapes:
            examined = pipeline.examine(
                self.source, path, limits=limits, read=read, met=self.met, kept=self.kept
            )
            self.program, self.found = examined.program, tuple(examined.found)
            self.verdicts = examined.models
            self.models = tuple([one.typed for one in examined.models if one.typed is not None])
        else:
            self.program, *_ = pipeline.understand(self.source, path, read, self.met)

    @property
    def text(self) -> str:
        """The text itself."""
        return self.source.text

    def own(self, span: Span) -> bool:
        """Whether a place is in this text (as it was checked), not in one that it imports."""
        return span.source is (self.source if self.before is None else self.before.source)

    @cached_property
    def edit(self) -> tuple[int, int]:
        """Up to where the text is as it was checked, and from where on it is so again."""
        return edited(self.text, self.text if self.before is None else self.before.text)

    def checked(self, offset: int) -> int:
        """Where a place was when the text was checked; within an edit, where that begins."""
        start, end = self.edit
        if self.before is None or offset <= start:
            return offset
        return start if offset < end else offset - len(self.text) + len(self.before.text)

    def now(self, places: Mapping[int, Known]) -> dict[int, Known]:
        """What was known of places when the text was checked, by where they are now."""
        if self.before is None:
            return dict(places)
        start, end = self.edit
        moved = len(self.text) - len(self.before.text)
        return {
            at if at < start else at + moved: known
            for at, known in places.items()
            if at < start or at + moved >= end
        }

    def anew(self, typed: TypedGraph) -> TypedGraph:
        """The graph of a model with all of its places in this text, if some are of another."""
        name = typed.graph.root.name
        if self.program is None or self.kept.is_whole:
            return typed
        program, *_ = pipeline.understand(self.source, *self._place)
        if program is None:
            return typed
        made, _ = pipeline.compile_model(program, program.main.names[name])
        return typed if made is None else made

    def diagnostics(self) -> Iterator[tuple[Diagnostic, Span]]:
        """What is said, each with a place in this text: that of an import for what is behind it."""
        for each in self.found:
            if self.own(each.span):
                yield each, each.span
                continue
            here = [label.span for label in each.related if self.own(label.span)]
            yield each, here[-1] if here else Span(self.source, 0, 0)

    def at(self, place: Position) -> int:
        """The offset of a place."""
        return self.lines.offset(place)

    def token(self, offset: int) -> int | None:
        """The number of the token that is at an offset, or ends there."""
        number = bisect_right(self.tokens, offset, key=_start) - 1
        return number if number >= 0 and offset <= self.tokens[number].end else None


def _start(token: Token) -> int:
    return token.start
