"""The parse of a file that has errors: each is said once, and the next statement is read.

A statement that has no sense becomes an ERROR, which keeps what could be read inside of its braces.
Where more braces come in the rest of it, they are read too.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence

from archdsl.rules.syntax import KeywordAsName, StatementOutsideBody
from archdsl.syntax.explain import indexing, messages, places
from archdsl.syntax.lalr.automaton import Automaton
from archdsl.syntax.tokens import CLOSERS, END, OPENERS, Refusal, Token
from archdsl.tree import ast
from archdsl.tree.walk import nodes
from archir.base.diagnostics import Problem
from archir.base.record import Struct

Report = Callable[[Problem, int, int], None]

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


class Recovery:
    """One parse with care for places to go back to."""

    def __init__(
        self,
        automaton: Automaton,
        tokens: Sequence[Token],
        text: str,
        refused: set[int],
        mended: Sequence[int],
        report: Report,
    ) -> None:
        self.automaton = automaton
        self.tokens = tokens
        self.text = text
        self.refused = refused
        self.mended = sorted(mended)
        self.report = report
        self.fed: list[Token] = []
        self.marks: list[_Mark] = []
        self.is_outside = False
        """Whether statements come that stand outside of all bodies: that is said of the first."""

        self.keywords: set[tuple[int, str]] = set()
        """Keywords that were taken for names, and the declarations in which they were."""

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
                _forget(marks, depth, len(automaton.states))
                marks.append(_Mark(len(automaton.states), depth, at, len(self.fed)))
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
            recovered = at = self._refuse(at, depth, marks[-1], is_said=recovered == at)
            depth = marks[-1].depth
        return automaton.result

    def _refuse(self, at: int, depth: int, mark: _Mark, *, is_said: bool) -> int:
        """Put an ERROR in the place of a statement; gives the index of what is behind it."""
        tokens, automaton = self.tokens, self.automaton
        end = at
        while not _ends(tokens, end, depth - mark.depth, in_file=mark.depth == 0):
            depth += (tokens[end].type in OPENERS) - (tokens[end].type in CLOSERS)
            end += 1
        refusal, begin = mark.refusal, at
        if refusal is None:
            begin = mark.first
            ends, words = tokens[end].start, tokens[begin:end]
            refusal = Refusal(tokens[begin].start, ends, words, in_file=mark.depth == 0)
        kept = list(_kept(automaton.values[mark.height - 1 :], len(refusal.kept)))
        refusal.kept += kept
        refusal.end = tokens[end].start
        refusal.words.update(_words(self.text, tokens[begin:end], kept))
        if mark.refusal is None and not is_said:
            self._explain(at, end, mark)
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

    def _explain(self, at: int, end: int, mark: _Mark) -> None:
        tokens, automaton = self.tokens, self.automaton
        if tokens[at].start in self.refused:
            return
        if self._is_mended(tokens[mark.first].start, tokens[end].start, tokens[at].start):
            return
        # The token that does not fit has caused reductions already, which hide what else could
        # have stood here. So the statement is read once more up to it.
        automaton.back_to(mark.height)
        automaton.read(self.fed[mark.fed :])
        in_file = mark.depth == 0
        place = places.Place(self.text, tokens, at, mark.first, in_file, automaton.expected())
        problem, token = messages.explain(place)
        if isinstance(problem, StatementOutsideBody):
            if self.is_outside:
                return
            self.is_outside = True
        if isinstance(problem, KeywordAsName):
            # A name that is declared and used is one mistake.
            known = (self.marks[0].first, problem.word)
            declares = mark.depth and tokens[mark.first].type in (
                "LET",
                "PARAM",
                "MODULE",
                "BUFFER",
            )
            if known in self.keywords and not declares:
                return
            self.keywords.add(known)
        self.report(problem, token.start, token.end)


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


def _kept(values: Sequence[object], known: int, inside: bool = False) -> Iterator[ast.Statement]:
    """The statements that have been read inside of one that is given up.

    So many of them are ``known``, since they were read before an earlier part was refused.
    """
    for value in values:
        if isinstance(value, Token):
            inside = inside or value.type in ("LBRACE", "LSQB")
        elif isinstance(value, list):
            yield from _kept(value, known, inside)
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
