"""A text that is being written, and all that is known of it."""

from __future__ import annotations

from collections.abc import Iterator

from archc import pipeline
from archc.editor.positions import Lines, Position
from archdsl.project.locate import ReadFile, StrPath
from archdsl.project.program import Declared
from archdsl.resolve.context import Met
from archdsl.resolve.resolved import Resolved
from archdsl.resolve.scope import Symbol
from archdsl.syntax.lexer import tokens
from archdsl.syntax.tokens import Token
from archir.base.diagnostics import Diagnostic
from archir.base.source import Source, Span
from archir.graph.typed import TypedGraph


class Page:
    """A text as it stands in an editor. It is checked once, when it is first asked for more."""

    def __init__(
        self, text: str, path: StrPath | None = None, read: ReadFile | None = None
    ) -> None:
        """``read`` gives imported files, which may be open in the editor too."""
        name = "text" if path is None else str(path)
        self.source = Source(name, text.replace("\r\n", "\n"))
        self.lines = Lines(text)
        self.met = Met()
        examined = pipeline.examine(self.source, path, read=read, met=self.met)
        self.program: Resolved | None = examined.program
        self.symbols: dict[int, Symbol] | None = None
        self.declared: dict[int, Declared] | None = None
        """What names mean, by their places, once that has been asked (``words``)."""
        self.models: tuple[TypedGraph, ...] = tuple(
            [each.typed for each in examined.models if each.typed is not None]
        )
        self.found: tuple[Diagnostic, ...] = tuple(examined.found)
        self.tokens: list[Token] = tokens(
            self.source.text, 0, len(self.source.text), lambda *_: None
        )

    @property
    def text(self) -> str:
        """The text itself."""
        return self.source.text

    def own(self, span: Span) -> bool:
        """Whether a place is in this text, not in one that it imports."""
        return span.source is self.source

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
        for number, token in enumerate(self.tokens):
            if token.start <= offset < token.end:
                return number
            if token.start >= offset:
                break
            if token.end == offset and (
                number + 1 == len(self.tokens) or self.tokens[number + 1].start > offset
            ):
                return number
        return None
