"""From a file's text to its syntax tree, with all the syntax errors that can be told apart."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any, NoReturn, cast

from archdsl import rules
from archdsl.syntax import layout, lexer, strings
from archdsl.syntax.brackets import sound
from archdsl.syntax.docs import Docs
from archdsl.syntax.file_actions import FileBuilder
from archdsl.syntax.lalr.automaton import Automaton
from archdsl.syntax.limits import EDITION, MAX_FILE_CHARACTERS, MAX_SYNTAX_ERRORS
from archdsl.syntax.tokens import END, Token
from archdsl.tree import ast
from archir.base.diagnostics import Diagnostics, Label, Problem
from archir.base.record import Record, replaced
from archir.base.source import Source, Span


def parse(source: Source) -> tuple[ast.File | None, Diagnostics]:
    """The syntax tree of a file; None where there are errors. Never raises for any text."""
    file, found = read(source)
    return (None if found.has_errors else file), found


def read(
    source: Source, known: Sequence[Token] | None = None
) -> tuple[ast.File | None, Diagnostics]:
    """The syntax tree of a file, with a node for each statement that has no sense.

    None where the errors are so many that nothing could be said of the rest. ``known`` are the
    tokens, where somebody has read them already and found nothing wrong; they stay as they are.
    """
    found = Diagnostics()
    length = len(source.text)
    if length > MAX_FILE_CHARACTERS:
        problem = rules.text.FileTooLarge(length, MAX_FILE_CHARACTERS)
        found.report(problem, Span(source, MAX_FILE_CHARACTERS, length))
        return None, found
    file = _Parse(source, found, known).run()
    if found.has_errors:
        from archdsl.syntax.explain.other_languages import written_in  # a right file is of this one

        language = written_in(source.text)
        if language is not None:
            start = len(source.text) - len(source.text.lstrip())
            end = source.text.find("\n", start)
            line = Span(source, start, len(source.text) if end < 0 else end)
            found = Diagnostics()
            found.report(rules.text.OtherLanguage(language), line)
            return None, found
    found.items.sort(key=lambda item: (item.span.start, item.span.end))
    return file, found


def read_part(source: Source, known: Sequence[Token], *, is_first: bool) -> ast.File | None:
    """The tree of a part of a text, in which some declarations stand; None where it is not right.

    ``known`` are its tokens. A comment is that of the file in the first part alone.
    """
    found = Diagnostics()
    parse = _Parse(source, found, known)
    parse.docs.is_begun = not is_first
    fitting = parse.fitting()
    if fitting is None or found or parse.mended or parse.closed:
        return None
    file = parse.at_once(parse.lines(fitting))
    return None if found else file


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


class Words(Record):
    """What the grammar reads of a text: its tokens, and the doc comments above them."""

    tokens: Sequence[Token]
    docs: Docs

    def are_those_of(self, other: Words) -> bool:
        """Whether the grammar reads the same of another text, so that both have one tree."""
        return (
            len(self.tokens) == len(other.tokens)
            and self.docs.file == other.docs.file
            and all(map(_are_alike, self.tokens, other.tokens))
            and self._documented() == other._documented()
        )

    def _documented(self) -> list[tuple[int, str]]:
        if not self.docs.has_any:
            return []
        said = [(at, self.docs.above(token.start)) for at, token in enumerate(self.tokens)]
        return [(at, doc) for at, doc in said if doc]


def _are_alike(one: Token, other: Token) -> bool:
    if one.type != other.type:
        return False
    # How many lines end is nothing to the grammar; whether branches are parted by a comma is.
    return one.text == other.text or (
        one.type in ("_NL", "_SEP") and "," not in one.text + other.text
    )


def words_of(source: Source) -> Words | None:
    """The words of a text; None where something is wrong with them already."""
    found = Diagnostics()
    parse = _Parse(source, found)
    fitting = parse.fitting()
    if fitting is None or found.has_errors:
        return None
    return Words(parse.lines(fitting), parse.docs)


def made_by(actions: object, words: Words | None) -> Any:
    """What other actions than the tree's make of a text in which nothing is wrong."""
    automaton = Automaton(actions)
    is_right = words is not None and automaton.read(words.tokens)
    assert is_right, "only a text that has a tree is read so"
    return automaton.result


class _TooManyErrors(Exception):  # noqa: N818 (it is no error of ours, but ends the parse)
    pass


class _Wrong(Exception):  # noqa: N818 (no error of ours: the file is read once more, with care)
    pass


def _give_up(*_: object) -> NoReturn:
    raise _Wrong


def _is_read(problem: Problem) -> bool:
    """Whether a token that is wrong was read as it is meant."""
    return isinstance(problem, rules.literals.SingleQuotes) and problem.is_plain


class _Parse:
    """One run over one text."""

    def __init__(
        self, source: Source, found: Diagnostics, known: Sequence[Token] | None = None
    ) -> None:
        self.source = source
        self.found = found
        self.known = known
        self.docs = Docs()
        self.refused: set[int] = set()
        """Where tokens start that are refused already, and were mended."""

        self.mended: list[int] = []
        """Where brackets were mended: the statement there is refused."""

        self.closed: tuple[Span, ...] = ()
        """Brackets that nobody closed, of which it is plain where they end, and what else the
        lexer has read as it is meant."""

    def run(self, before: Sequence[Token] = ()) -> ast.File | None:
        """The file, or None where the errors were too many; tokens may be put before the text."""
        with suppress(_TooManyErrors):
            return self._file(before)
        return None

    def _file(self, before: Sequence[Token]) -> ast.File | None:
        fitting = self.fitting(before)
        return None if fitting is None else self._read(fitting)

    def fitting(self, before: Sequence[Token] = ()) -> list[Token] | None:
        """The tokens, with brackets that match; None where they are of a later edition."""
        text = lexer.clean(self.source.text, self.report)

        def lex(start: int, end: int) -> list[Token]:
            return lexer.tokens(text, start, end, self.report)

        if self.known is None or text is not self.source.text:
            found = lex(0, len(text))
        else:  # what follows changes the kinds of some
            found = [Token(each.type, each.text, each.start, each.end) for each in self.known]
        tokens = self.docs.collect([*before, *found])
        if self._is_later_edition(tokens):
            return None
        tokens = list(strings.expand(tokens, lex, self.report))
        layout.names(tokens)
        tokens, self.mended, plain = sound(tokens, text, self._report_token)
        closed = [Span(self.source, each.start, each.end) for each in plain]
        self.closed = (*closed, *[each.span for each in self.found if _is_read(each.problem)])
        return tokens

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

    def _retract(self, start: int, end: int) -> None:
        """Take back what was reported in a range, of which more is known now."""
        items = self.found.items
        items[:] = [each for each in items if not start <= each.span.start < end]

    def _report_tree(self, problem: Problem, span: Span, related: Sequence[Label] = ()) -> None:
        """Report what has a form that is no good, unless its brackets are a guess."""
        line, _ = self.source.position(span.start)
        if all(self.source.position(each)[0] != line for each in self.mended):
            self._report(problem, span, related)

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

    def _read(self, fitting: list[Token]) -> ast.File | None:
        """Most files are right, and are read without a care for places to go back to."""
        tokens = self.lines(fitting)
        if not self.mended:
            file = self.at_once(tokens)
            if file is not None:
                return replaced(file, repaired=self.closed) if self.closed else file
        from archdsl.syntax.errors import misspelt  # not needed for a file without errors
        from archdsl.syntax.errors.recovery import Recovery
        from archdsl.syntax.explain import foreign

        layout.undone(fitting)
        before = list(self.found)
        is_foreign = foreign.mend(fitting, self.source.text, self.report, self._retract)
        is_mended = misspelt.mend(fitting, self.report) or is_foreign
        # What a fix says is read as it will be, and so all that stands beside it.
        new = [each for each in self.found if each not in before]
        known = (*self.closed, *[each.span for each in new if each.fix is not None])
        if is_mended and not self.mended:
            file = self.at_once(self.lines(fitting))
            if file is not None:
                return replaced(file, repaired=known)
            layout.undone(fitting)
        tokens = self.lines(fitting)
        builder = FileBuilder(self.source, self.docs, self._report_tree, self.mended)
        read, refused = Automaton(builder), self.refused
        recovery = Recovery(read, tokens, self.source, refused, self.mended, self.report)
        file = cast("ast.File | None", recovery.run())
        return (
            None
            if file is None
            else replaced(file, repaired=(*known, *recovery.repaired, *builder.repaired))
        )

    def lines(self, fitting: list[Token]) -> list[Token]:
        """The tokens, of which line ends that end nothing are gone, and their end."""
        tokens = layout.lines(fitting)
        end = tokens[-1].end if tokens else len(self.source.text)
        return [*tokens, Token(END, "", end, end)]

    def at_once(self, tokens: Sequence[Token]) -> ast.File | None:
        """The file, where nothing in it is wrong."""
        automaton = Automaton(FileBuilder(self.source, self.docs, _give_up))
        with suppress(_Wrong):
            if automaton.read(tokens):
                return cast("ast.File | None", automaton.result)
        return None
