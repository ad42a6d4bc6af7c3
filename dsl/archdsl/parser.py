"""From a file's text to its syntax tree, with all the syntax errors that can be told apart."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import NoReturn, cast

from archdsl import ast, layout, lexer, rules, strings
from archdsl.automaton import Automaton
from archdsl.brackets import sound
from archdsl.build_file import FileBuilder
from archdsl.docs import Docs
from archdsl.syntax_limits import EDITION, MAX_FILE_CHARACTERS, MAX_SYNTAX_ERRORS
from archdsl.tokens import CLOSERS, END, OPENERS, Token
from archir.diagnostics import Diagnostics, Label, Problem
from archir.record import Struct
from archir.source import Source, Span


def parse(source: Source) -> tuple[ast.File | None, Diagnostics]:
    """The syntax tree of a file; None where there are errors. Never raises for any text."""
    found = Diagnostics()
    length = len(source.text)
    if length > MAX_FILE_CHARACTERS:
        problem = rules.text.FileTooLarge(length, MAX_FILE_CHARACTERS)
        found.report(problem, Span(source, MAX_FILE_CHARACTERS, length))
        return None, found
    file = _Parse(source, found).run()
    found.items.sort(key=lambda item: (item.span.start, item.span.end))
    return (None if found.has_errors else file), found


def parse_argument(source: Source) -> tuple[ast.Argument | None, Diagnostics]:
    """``name = expression``: a value given from outside to a parameter of a model."""
    found = Diagnostics()
    # It is read as ``let name = expression`` is, and so gets its messages.
    file = _Parse(source, found).run([Token("LET", "let", 0, 0)])
    if file is None or found.has_errors:
        return None, found
    first = file.declarations[0]
    assert isinstance(first, ast.Let)
    if len(file.declarations) > 1 or len(first.names) > 1:
        rest = file.declarations[1].span if len(file.declarations) > 1 else first.names[1].span
        found.report(rules.syntax.UnexpectedToken("more text", ("the end of the value",)), rest)
        return None, found
    name = first.names[0]
    return ast.Argument(name.span.to(first.value.span), name, first.value), found


class _Mark(Struct):
    """A place to which the parser can go back: the beginning of a statement."""

    height: int
    depth: int
    first: int


class _TooManyErrors(Exception):  # noqa: N818 (it is no error of ours, but ends the parse)
    pass


class _Wrong(Exception):  # noqa: N818 (no error of ours: the file is read once more, with care)
    pass


def _give_up(*_: object) -> NoReturn:
    raise _Wrong


class _Parse:
    """One run over one text."""

    def __init__(self, source: Source, found: Diagnostics) -> None:
        self.source = source
        self.found = found
        self.docs = Docs()
        self.refused: set[int] = set()
        """Where tokens start that are refused already, and were mended."""

    def run(self, before: Sequence[Token] = ()) -> ast.File | None:
        """The file, or None where the errors were too many; tokens may be put before the text."""
        with suppress(_TooManyErrors):
            return self._file(before)
        return None

    def _file(self, before: Sequence[Token]) -> ast.File | None:
        text = lexer.clean(self.source.text, self.report)

        def lex(start: int, end: int) -> list[Token]:
            return lexer.tokens(text, start, end, self.report)

        tokens = self.docs.collect([*before, *lex(0, len(text))])
        if self._is_later_edition(tokens):
            return None
        tokens = list(strings.expand(tokens, lex, self.report))
        layout.names(tokens)
        tokens = layout.lines(sound(tokens, text, self._report_token))
        end = tokens[-1].end if tokens else len(text)
        tokens.append(Token(END, "", end, end))
        return self._read(tokens)

    # --- reporting

    def report(self, problem: Problem, start: int, end: int) -> None:
        """Report at a range of offsets, as long as there are not too many."""
        self.refused.add(start)
        self._report(problem, Span(self.source, start, end))

    def _report_token(
        self, problem: Problem, token: Token, related: Sequence[tuple[Token, str]]
    ) -> None:
        labels = [Label(Span(self.source, it.start, it.end), words) for it, words in related]
        self._report(problem, Span(self.source, token.start, token.end), labels)

    def _report(self, problem: Problem, span: Span, related: Sequence[Label] = ()) -> None:
        if len(self.found) == MAX_SYNTAX_ERRORS:
            self.found.report(rules.syntax.TooManyErrors(MAX_SYNTAX_ERRORS), span)
            raise _TooManyErrors
        self.found.report(problem, span, related)

    def _is_later_edition(self, tokens: Sequence[Token]) -> bool:
        """Of a later edition nothing else can be said: its grammar may be another one."""
        first = [token for token in tokens[:3] if token.type != "_NL"]
        if len(first) < 2 or first[0].type != "ARCH" or first[1].type != "INT":
            return False
        number = int(first[1].text, 0)
        if number > EDITION:
            self.found.items.clear()
            self.report(rules.editions.LaterEdition(number, EDITION), first[0].start, first[1].end)
        return number > EDITION

    # --- the parse itself

    def _read(self, tokens: Sequence[Token]) -> ast.File | None:
        """Most files are right, and are read without a care for places to go back to."""
        automaton = Automaton(FileBuilder(self.source, self.docs, _give_up))
        with suppress(_Wrong):
            if automaton.read(tokens):
                return cast("ast.File | None", automaton.result)
        return self._read_all(tokens)

    def _read_all(self, tokens: Sequence[Token]) -> ast.File | None:
        """Give the tokens to the automaton; after an error go on with the next statement."""
        automaton = Automaton(FileBuilder(self.source, self.docs, self._report))
        marks: list[_Mark] = []
        depth = at = 0
        recovered = -1
        while at < len(tokens):
            token = tokens[at]
            if automaton.begins("ERROR"):
                _forget(marks, depth, len(automaton.states))
                marks.append(_Mark(len(automaton.states), depth, at))
            if automaton.feed(token):
                depth += (token.type in OPENERS) - (token.type in CLOSERS)
                at += 1
                continue
            _forget(marks, depth + 1, len(automaton.states) + 1)
            if recovered == at:
                marks.pop()  # the statement does not end where it should: give up what holds it
            else:
                self._explain(automaton, tokens, at, marks[-1])
            if not marks:
                break
            recovered = at = self._recover(automaton, tokens, at, depth, marks[-1])
            depth = marks[-1].depth
        return cast("ast.File | None", automaton.result)

    def _explain(self, automaton: Automaton, tokens: Sequence[Token], at: int, mark: _Mark) -> None:
        from archdsl import messages, places  # not needed for a file without errors

        if tokens[at].start in self.refused:
            return
        # The token that does not fit has caused reductions already, which hide what else could
        # have stood here. So the statement is read once more up to it.
        automaton.back_to(mark.height)
        automaton.read(tokens[mark.first : at])
        text = self.source.text
        in_file = mark.depth == 0
        place = places.Place(text, tokens, at, mark.first, in_file, automaton.expected())
        problem, token = messages.explain(place)
        self.report(problem, token.start, token.end)

    def _recover(
        self, automaton: Automaton, tokens: Sequence[Token], at: int, depth: int, mark: _Mark
    ) -> int:
        """Put an ERROR in the place of the statement; gives the index of what ends it."""
        automaton.back_to(mark.height)
        start = tokens[at].start
        while not _ends(tokens, at, depth - mark.depth, in_file=mark.depth == 0):
            depth += (tokens[at].type in OPENERS) - (tokens[at].type in CLOSERS)
            at += 1
        automaton.feed(Token("ERROR", "", start, tokens[at].start))
        return at


def _forget(marks: list[_Mark], depth: int, height: int) -> None:
    """Drop the marks of statements that are read."""
    while marks and (marks[-1].depth >= depth or marks[-1].height >= height):
        marks.pop()


def _ends(tokens: Sequence[Token], at: int, depth: int, in_file: bool) -> bool:
    """Whether a token ends a statement inside of which so many brackets are open."""
    kind = tokens[at].type
    if kind == END:
        return True
    if in_file and kind == "_NL" and tokens[at + 1].type == "LBRACE":
        return False  # the body of a declaration, on the wrong line
    return depth <= 0 and (kind in ("_NL", "_SEP") or kind in CLOSERS)
