"""From a file's text to its syntax tree, with all the syntax errors that can be told apart."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from lark.exceptions import UnexpectedToken

from archdsl import ast, layout, lexer, messages, strings, tables
from archdsl.brackets import sound
from archdsl.build_file import FileBuilder
from archdsl.docs import Docs
from archdsl.rules import syntax as rules
from archdsl.rules.text import FileTooLarge
from archdsl.syntax_limits import EDITION, MAX_FILE_CHARACTERS, MAX_SYNTAX_ERRORS
from archdsl.tokens import CLOSERS, END, OPENERS, Token
from archir.diagnostics import Diagnostics, Label, Problem
from archir.source import Source, Span

if TYPE_CHECKING:
    from lark.parsers.lalr_interactive_parser import InteractiveParser


def parse(source: Source) -> tuple[ast.File | None, Diagnostics]:
    """The syntax tree of a file; None where there are errors. Never raises for any text."""
    found = Diagnostics()
    length = len(source.text)
    if length > MAX_FILE_CHARACTERS:
        problem = FileTooLarge(length, MAX_FILE_CHARACTERS)
        found.report(problem, Span(source, MAX_FILE_CHARACTERS, length))
        return None, found
    file = _Parse(source, found).file()
    found.items.sort(key=lambda item: (item.span.start, item.span.end))
    return (None if found.has_errors else file), found


def parse_argument(source: Source) -> tuple[ast.Argument | None, Diagnostics]:
    """``name = expression``: a value given from outside to a parameter of a model."""
    found = Diagnostics()
    # It is read as ``let name = expression`` is, and so gets its messages.
    file = _Parse(source, found).file([Token("LET", "let", 0, 0)])
    if file is None or found.has_errors:
        return None, found
    first = file.declarations[0]
    assert isinstance(first, ast.Let)
    if len(file.declarations) > 1 or len(first.names) > 1:
        rest = file.declarations[1].span if len(file.declarations) > 1 else first.names[1].span
        found.report(rules.UnexpectedToken("more text", ("the end of the value",)), rest)
        return None, found
    name = first.names[0]
    return ast.Argument(name.span.to(first.value.span), name, first.value), found


class _Parser(threading.local):
    """The tables are loaded once a thread: the actions hold the text they are at work on."""

    def __init__(self) -> None:
        self.builder = FileBuilder()
        self.lark = tables.load(self.builder)
        states = self.lark.parse_interactive().parser_state.parse_conf.parse_table.states
        self.restarts = frozenset(state for state, row in states.items() if "ERROR" in row)
        """The states in which a statement, a branch or a declaration begins."""


_shared: _Parser | None = None


def _parser() -> _Parser:
    global _shared
    if _shared is None:
        _shared = _Parser()
    return _shared


@dataclass(slots=True)
class _Mark:
    """A place to which the parser can go back: the beginning of a statement."""

    height: int
    depth: int
    first: int


class _Parse:
    """One run over one text."""

    def __init__(self, source: Source, found: Diagnostics) -> None:
        self.source = source
        self.found = found
        self.parser = _parser()
        self.docs = Docs()

    def file(self, before: Sequence[Token] = ()) -> ast.File | None:
        text = lexer.clean(self.source.text, self.report)
        lark = self.parser.lark

        def lex(start: int, end: int) -> list[Token]:
            return list(lexer.tokens(lark, text, start, end, self.report))

        tokens = self.docs.collect([*before, *lex(0, len(text))])
        if self._is_later_edition(tokens):
            return None
        tokens = list(strings.expand(tokens, lex, self.report))
        layout.names(tokens)
        tokens = layout.lines(sound(tokens, text, self._report_token))
        end = tokens[-1].end if tokens else len(text)
        tokens.append(Token(END, "", end, end))
        self.parser.builder.begin(self.source, self.docs, self.found)
        return self._feed(tokens)

    # --- reporting

    def report(self, problem: Problem, start: int, end: int) -> None:
        """Report at a range of offsets, as long as there are not too many."""
        self._report(problem, Span(self.source, start, end))

    def _report_token(
        self, problem: Problem, token: Token, related: Sequence[tuple[Token, str]]
    ) -> None:
        labels = [Label(Span(self.source, it.start, it.end), words) for it, words in related]
        self._report(problem, Span(self.source, token.start, token.end), labels)

    def _report(self, problem: Problem, span: Span, related: Sequence[Label] = ()) -> None:
        if len(self.found) < MAX_SYNTAX_ERRORS:
            self.found.report(problem, span, related)
        elif len(self.found) == MAX_SYNTAX_ERRORS:
            self.found.report(rules.TooManyErrors(MAX_SYNTAX_ERRORS), span)

    def _is_later_edition(self, tokens: Sequence[Token]) -> bool:
        """Of a later edition nothing else can be said: its grammar may be another one."""
        first = [token for token in tokens[:3] if token.type != "_NL"]
        if len(first) < 2 or first[0].type != "ARCH" or first[1].type != "INT":
            return False
        number = int(first[1].text, 0)
        if number > EDITION:
            self.found.items.clear()
            self.report(rules.LaterEdition(number, EDITION), first[0].start, first[1].end)
        return number > EDITION

    # --- the parse itself

    def _feed(self, tokens: Sequence[Token]) -> ast.File | None:
        """Give the tokens to the parser; after an error go on with the next statement."""
        interactive = self.parser.lark.parse_interactive()
        state = interactive.parser_state
        stack = state.state_stack
        restarts = self.parser.restarts
        marks: list[_Mark] = []
        depth = at = 0
        recovered = -1
        file: Any = None
        while at < len(tokens):
            token = tokens[at]
            if stack[-1] in restarts:
                while marks and marks[-1].height >= len(stack):
                    marks.pop()
                marks.append(_Mark(len(stack), depth, at))
            try:
                file = state.feed_token(cast("Any", token), token.type == END)
            except UnexpectedToken:
                while marks and marks[-1].height > len(stack):
                    marks.pop()
                if recovered == at:
                    marks.pop()  # this statement does not end where it should: leave it, too
                elif marks:
                    self._explain(interactive, tokens, at, marks[-1])
                if not marks or len(self.found) > MAX_SYNTAX_ERRORS:
                    return None
                recovered = at = self._recover(interactive, tokens, at, depth, marks[-1])
                depth = marks[-1].depth
                continue
            depth += (token.type in OPENERS) - (token.type in CLOSERS)
            at += 1
        return cast("ast.File", file)

    def _explain(
        self, interactive: InteractiveParser, tokens: Sequence[Token], at: int, mark: _Mark
    ) -> None:
        if tokens[at].type == "UNKNOWN":
            return  # already reported
        expected = frozenset(interactive.accepts())
        place = messages.Place(tokens, at, mark.first, mark.depth == 0, expected)
        problem, token = messages.explain(place)
        self.report(problem, token.start, max(token.end, token.start))

    def _recover(
        self,
        interactive: InteractiveParser,
        tokens: Sequence[Token],
        at: int,
        depth: int,
        mark: _Mark,
    ) -> int:
        """Put an ERROR in the place of the statement; gives the index of what ends it."""
        state = interactive.parser_state
        del state.state_stack[mark.height :]
        del state.value_stack[mark.height - 1 :]
        start = tokens[at].start
        while not _ends(tokens[at], depth - mark.depth):
            depth += (tokens[at].type in OPENERS) - (tokens[at].type in CLOSERS)
            at += 1
        state.feed_token(cast("Any", Token("ERROR", "", start, tokens[at].start)))
        return at


def _ends(token: Token, depth: int) -> bool:
    """Whether a token ends a statement inside of which so many brackets are open."""
    if token.type == END:
        return True
    return depth <= 0 and (token.type in ("_NL", "_SEP") or token.type in CLOSERS)
