"""The parse of a file that has errors: each is said once, and the next statement is read.

A statement that has no sense becomes an ERROR, which keeps what could be read inside of its braces.
Where more braces come in the rest of it, they are read too.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence

from archdsl.rules.habits import ColonForBraces, DottedStage
from archdsl.rules.syntax import KeywordAsName, StatementOutsideBody
from archdsl.syntax.errors.repairing import repaired
from archdsl.syntax.explain import indexing, messages, places
from archdsl.syntax.explain.advice.calls import holds_settings
from archdsl.syntax.lalr.automaton import Automaton
from archdsl.syntax.tokens import CLOSERS, END, OPENERS, Refusal, Token
from archdsl.tree import ast
from archdsl.tree.walk import nodes
from archir.base.diagnostics import Diagnostic, Problem
from archir.base.fixes import Fix
from archir.base.record import Struct
from archir.base.source import Source, Span

Report = Callable[[Problem, int, int], None]

_MOST_REPAIRS = 20
"""Repairs of one statement, each of which reads it once more; with the next it is refused."""

_MOST_READ_AGAIN = 100_000
"""Tokens of the statements that are put right, counted for each repair, in one file."""

_DECLARES = frozenset({"LET", "INPUT", "PARAM", "MODULE", "BUFFER"})
"""What begins a statement that names something."""

_WORD = re.compile(r"[^\W\d]\w*")
_STATEMENTS = (
    *(ast.Pipeline, ast.Let, ast.For, ast.RepeatLoop, ast.If, ast.Assert, ast.Input, ast.Refused),
    *(ast.OutputStatement, ast.ParamStatement, ast.ModuleStatement, ast.TrainOnlyStatement),
    ast.InitStatement,
)


class _Mark(Struct):
    """A place to which the parser can go back: the beginning of a statement."""

    height: int
    depth: int
    first: int
    fed: int
    """How many tokens have been fed before it."""

    refusal: Refusal | None = None
    """What was refused of it already."""

    repairs: int = 0
    """How often it was put right, and read once more."""


class Recovery:
    """One parse with care for places to go back to."""

    def __init__(
        self,
        automaton: Automaton,
        tokens: list[Token],
        source: Source,
        refused: set[int],
        mended: Sequence[int],
        report: Report,
    ) -> None:
        self.automaton = automaton
        self.tokens = tokens
        self.source, self.text = source, source.text
        self.refused = refused
        self.mended = sorted(mended)
        self.report = report
        self.fed: list[Token] = []
        self.marks: list[_Mark] = []
        self.is_outside = False
        """Whether statements come that stand outside of all bodies: that is said of the first."""

        self.keywords: set[tuple[int, str]] = set()
        """Keywords that were taken for names, and the declarations in which they were."""

        self.repaired: list[Span] = []
        """Where mistakes were put right as their fixes do it: what they stand in is read."""

        self.repaired_to = -1
        """Where the last of these tokens starts: with each the parse has come further."""

        self.to_read_again = _MOST_READ_AGAIN

    def run(self) -> object:
        """Give the tokens to the automaton; after an error go on with the next statement."""
        automaton, tokens, marks = self.automaton, self.tokens, self.marks
        depth = at = 0
        recovered = -1
        while at < len(tokens):
            token = tokens[at]
            if automaton.begins("ERROR"):
                if depth == 0 and marks and marks[0].refusal is None:
                    self.is_outside = False
                again = marks[-1].repairs if marks and marks[-1].first == at else 0
                _forget(marks, depth, len(automaton.states))
                marks.append(_Mark(len(automaton.states), depth, at, len(self.fed), None, again))
            if automaton.feed(token):
                self.fed.append(token)
                depth += (token.type in OPENERS) - (token.type in CLOSERS)
                at += 1
                continue
            _forget(marks, depth + 1, len(automaton.states) + 1)
            if recovered == at:
                marks.pop()  # the statement does not end where it should: give up what holds it
            elif marks and (around := indexing.indexed(tokens, at)) is not None:
                _forget_inside(marks, around[0])  # these are no branches
            if not marks:
                break
            mark, end = marks[-1], self._end(at, depth, marks[-1])
            kept = list(_kept(automaton.values[mark.height - 1 :], mark.refusal))
            if recovered != at and mark.refusal is None:
                said = self._explained(at, end, mark)
                if said is not None and self._repair(at, end, mark, *said):
                    at, depth = mark.first, mark.depth
                    continue
                if said is not None:
                    self._say(mark, *said)
            recovered = at = self._refuse(at, end, mark, kept)
            depth = mark.depth
        return automaton.result

    def _repair(self, at: int, end: int, mark: _Mark, problem: Problem, token: Token) -> bool:
        """Put right what the fix of a mistake puts right, and go back to read on with that."""
        is_spent = mark.repairs == _MOST_REPAIRS or at - mark.first > self.to_read_again
        if is_spent or self.tokens[at].start <= self.repaired_to:
            return False
        self.to_read_again -= end - mark.first  # as many are taken apart and put together again
        if self.to_read_again < 0:
            return False
        span = Span(self.source, token.start, token.end)
        fix = Diagnostic(problem, span).fix
        if fix is not None and isinstance(problem, DottedStage) and problem.is_of_library():
            fix = Fix(fix.words, fix.edits)  # what it takes is to be held against the op's own
        first, before = mark.first, self.tokens[mark.first : end]
        made = None if fix is None else repaired(before, fix, self.text)
        automaton = self.automaton
        automaton.back_to(mark.height)
        if made is not None and automaton.read(_as_far_as(made, self.tokens[at])):
            automaton.back_to(mark.height)
            del self.fed[mark.fed :]
            self.tokens[first:end] = made
            self.repaired_to = self.tokens[min(at, len(self.tokens) - 1)].start
            self.repaired.append(span)
            mark.repairs += 1
            self.report(problem, token.start, token.end)
            return True
        return False

    def _end(self, at: int, depth: int, mark: _Mark) -> int:
        """Where the statement ends that a token stands in, or its head."""
        tokens = self.tokens
        while not _ends(tokens, at, depth - mark.depth, in_file=mark.depth == 0):
            depth += (tokens[at].type in OPENERS) - (tokens[at].type in CLOSERS)
            at += 1
        return at

    def _refuse(self, at: int, end: int, mark: _Mark, kept: list[ast.Statement]) -> int:
        """Put an ERROR in the place of a statement; gives the index of what is behind it."""
        tokens, automaton = self.tokens, self.automaton
        refusal, begin = mark.refusal, at
        if refusal is None:
            begin = mark.first
            ends, words = tokens[end].start, tokens[begin:end]
            refusal = Refusal(tokens[begin].start, ends, words, in_file=mark.depth == 0)
        refusal.kept += kept
        refusal.end = tokens[end].start
        refusal.words.update(_words(self.text, tokens[begin:end], kept))
        automaton.back_to(mark.height)
        del self.fed[mark.fed :]
        automaton.feed(refusal)
        self.fed.append(refusal)
        mark.refusal = refusal
        return end

    def _is_mended(self, start: int, end: int, at: int) -> bool:
        """Whether brackets of a statement are a guess, or of the line of a token in it."""
        line = self.text.rfind("\n", 0, at) + 1, self.text.find("\n", at)
        for first, last in ((start, end), line):
            here = bisect_left(self.mended, first)
            if here < len(self.mended) and (self.mended[here] < last or last < 0):
                return True
        return False

    def _explained(self, at: int, end: int, mark: _Mark) -> tuple[Problem, Token] | None:
        """What to say of a token that does not fit, and where; None where it is said already."""
        tokens, automaton = self.tokens, self.automaton
        if tokens[at].start in self.refused or (at == mark.first and tokens[at].type == END):
            return None  # where a file ends nothing is wrong but what stands before
        if self._is_mended(tokens[mark.first].start, tokens[end].start, tokens[at].start):
            return None
        # The token that does not fit has caused reductions already, which hide what else could
        # have stood here. So the statement is read once more up to it.
        automaton.back_to(mark.height)
        automaton.read(self.fed[mark.fed :])
        in_file = mark.depth == 0
        place = places.Place(self.text, tokens, at, mark.first, in_file, automaton.expected())
        said = messages.explain(place)
        is_name = self.keywords and self._is_such_a_name(place)
        return None if is_name and not isinstance(said[0], KeywordAsName) else said

    def _is_such_a_name(self, place: places.Place) -> bool:
        """Whether a statement uses a keyword as a name, of whose declaration that is said."""
        here = [place.token, place.near(-1)]
        words = {each.text for each in here if each and each.text.upper() == each.type}
        return any((self.marks[0].first, word) in self.keywords for word in words)

    def _say(self, mark: _Mark, problem: Problem, token: Token) -> None:
        tokens = self.tokens
        if isinstance(problem, StatementOutsideBody):
            if self.is_outside:
                return
            self.is_outside = True
        if isinstance(problem, ColonForBraces) and mark.depth == 0:
            self.is_outside = True  # what follows is meant to be the body
        if isinstance(problem, KeywordAsName):
            # A name that is declared and used is one mistake.
            known = (self.marks[0].first, problem.word)
            declares = mark.depth and tokens[mark.first].type in _DECLARES
            if known in self.keywords and not declares:
                return
            self.keywords.add(known)
        self.report(problem, token.start, token.end)
        if token.type == "LSQB":  # a whole list: of what stands in it nothing else is said
            inside = [each.start for each in tokens if token.start <= each.start < token.end]
            self.refused.update(inside)
        for at in range(mark.first, len(tokens)):
            kind = tokens[at].type
            if kind in ("_NL", END) and tokens[at].start > token.start:
                break
            if kind == "LBRACE" and self._is_dictionary(at, token):
                # No statements stand in braces that are no body: a dictionary's items.
                self.refused.update(each.start for each in tokens[at : self._closer(at)])

    def _is_dictionary(self, at: int, said: Token) -> bool:
        """Whether braces hold items, in a statement of which something is said."""
        tokens = self.tokens
        before = tokens[at - 1].type if at else ""
        given = tokens[at] is said and before in ("EQUALS", "COMMA", "LPAR")
        return given or (tokens[at].start >= said.start and holds_settings(tokens, at))

    def _closer(self, at: int) -> int:
        """Where the braces end that begin at a token."""
        depth = 0
        for end in range(at, len(self.tokens)):
            kind = self.tokens[end].type
            depth += (kind in OPENERS) - (kind in CLOSERS)
            if depth == 0:
                return end
        return len(self.tokens)


def _as_far_as(tokens: Sequence[Token], last: Token) -> list[Token]:
    """The first tokens of a statement that was put right, with the one that did not fit."""
    return [token for token in tokens if token.start <= last.start]


def _forget(marks: list[_Mark], depth: int, height: int) -> None:
    """Drop the marks of statements that are read."""
    while marks and (marks[-1].depth >= depth or marks[-1].height >= height):
        marks.pop()


def _forget_inside(marks: list[_Mark], at: int) -> None:
    """Drop the marks of what stands behind a token, but for the outermost one."""
    while len(marks) > 1 and marks[-1].first > at:
        marks.pop()


def _ends(tokens: Sequence[Token], at: int, depth: int, in_file: bool) -> bool:
    """Whether a token ends a statement inside of which so many brackets are open, or its head."""
    kind = tokens[at].type
    if kind == END:
        return True
    if in_file and kind == "_NL" and tokens[at + 1].type == "LBRACE":
        return False  # the body of a declaration, on the wrong line
    if kind == "LBRACE" and at and tokens[at - 1].type == "INIT":
        return False  # what it holds are no statements
    return depth <= 0 and (kind in ("_NL", "_SEP", "LBRACE") or kind in CLOSERS)


def _words(text: str, tokens: Sequence[Token], kept: Sequence[ast.Node]) -> Iterator[str]:
    """The names that stand outside of all statements that are kept."""
    starts = sorted(node.span.start for node in kept)
    ends = sorted(node.span.end for node in kept)
    for token in tokens:
        at = bisect_right(starts, token.start)
        if at and token.start < ends[at - 1]:
            continue
        if token.type == "NAME":
            yield token.text
        elif token.type == "STRING" and text[token.end - 1] != '"':
            yield from _WORD.findall(text, token.start, token.end)  # one without an end


def _kept(
    values: Sequence[object], refusal: Refusal | None, inside: bool = False
) -> Iterator[ast.Statement]:
    """The statements that have been read inside of one that is given up.

    Some of them are known, since they were read before an earlier part of it was refused.
    """
    known = 0 if refusal is None else len(refusal.kept)
    for value in values:
        if isinstance(value, Token):
            inside = inside or value.type in ("LBRACE", "LSQB")
        elif isinstance(value, list):
            yield from _kept(value, refusal, inside)
        elif isinstance(value, ast.Refused) and not inside:
            yield from value.statements[known:]
        elif isinstance(value, ast.Node):
            yield from _inside(value, inside)


def _inside(value: ast.Node, is_inside: bool) -> Iterator[ast.Statement]:
    if is_inside and isinstance(value, _STATEMENTS):
        yield value
        return
    held: set[int] = set()  # what stands in a statement that is given already
    for node in nodes(value):
        if isinstance(node, ast.Body | ast.Branches) and id(node) not in held:
            yield from node.statements if isinstance(node, ast.Body) else node.items
            held.update(id(each) for each in nodes(node))
