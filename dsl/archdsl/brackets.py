"""Brackets: each closed by its own kind, and not too deep.

A declaration whose brackets do not fit is reported once and taken out, since every message about
its inside would be a guess. The declarations around it are still read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from archdsl import rules
from archdsl.syntax_limits import MAX_NESTING
from archdsl.tokens import CLOSERS, OPENERS, Token
from archir.diagnostics import Problem
from archir.record import Struct, fresh

Report = Callable[[Problem, Token, Sequence[tuple[Token, str]]], None]
"""Takes a problem, the token it is at, and other tokens with what they have to do with it."""

_DECLARATIONS = frozenset({"IMPORT", "BLOCK", "MODEL", "FN"})
_FILE_LEVEL = _DECLARATIONS | {"LET", "ARCH"}
_SUSPECT = _DECLARATIONS | {"UNTERMINATED"}


def sound(tokens: Sequence[Token], text: str, report: Report) -> list[Token]:
    """The tokens, with an ERROR for each declaration whose brackets do not fit."""
    if _all_fit(tokens, text):
        return list(tokens)
    kept: list[Token] = []
    for region in _regions(tokens, text):
        if _Matcher(text, report).fits(region.tokens, region.next):
            kept += region.tokens
        else:
            first, last = region.tokens[0], region.tokens[-1]
            kept.append(Token("ERROR", "", first.start, last.end))
            kept.append(Token("_NL", "\n", last.end, last.end))
    return kept


def _all_fit(tokens: Sequence[Token], text: str) -> bool:
    """Whether all brackets of a file fit, so that no declaration needs a look of its own."""
    wanted: list[str] = []
    before = "_NL"
    for token in tokens:
        kind = token.type
        if kind in OPENERS:
            wanted.append(OPENERS[kind])
            if len(wanted) > MAX_NESTING:
                return False
        elif kind in CLOSERS:
            if not wanted or wanted.pop() != kind:
                return False
        elif kind in _SUSPECT and (
            kind == "UNTERMINATED" or (wanted and before == "_NL" and _column(text, token) == 0)
        ):
            return False
        before = kind
    return not wanted


class _Region(Struct):
    """A declaration's tokens, and the token that begins the next one."""

    tokens: list[Token]
    next: Token | None = None


def _regions(tokens: Sequence[Token], text: str) -> Iterator[_Region]:
    """Cut the file where a declaration begins: with its brackets closed, or in column 1."""
    region = _Region([])
    depth = 0
    at_line_start = True
    for token in tokens:
        kinds = _FILE_LEVEL if depth <= 0 else _DECLARATIONS
        if at_line_start and token.type in kinds and (depth <= 0 or _column(text, token) == 0):
            if region.tokens:
                region.next = token
                yield region
            region = _Region([])
            depth = 0
        depth += (token.type in OPENERS) - (token.type in CLOSERS)
        at_line_start = token.type == "_NL"
        region.tokens.append(token)
    if region.tokens:
        yield region


class _Matcher(Struct):
    text: str
    report: Report
    open: list[Token] = fresh(factory=list)
    odd: tuple[Token, Token] | None = None
    """The first pair of braces on lines of different indentation: probably not a pair."""

    def fits(self, tokens: Sequence[Token], after: Token | None) -> bool:
        """Whether all brackets fit; if not, the first that does not has been reported."""
        if any(token.type == "UNTERMINATED" for token in tokens):
            return False  # it may have swallowed brackets, and is reported already
        at_line_start = False
        for token in tokens:
            if token.type in OPENERS:
                self.open.append(token)
                if len(self.open) > MAX_NESTING:
                    self.report(rules.brackets.NestingTooDeep("brackets", MAX_NESTING), token, ())
                    return False
            elif token.type in CLOSERS and not self._close(token, at_line_start):
                return False
            at_line_start = token.type == "_NL"
        if self.open:
            self._unclosed(after or tokens[-1], at_end=after is None)
        return not self.open

    def _close(self, token: Token, at_line_start: bool) -> bool:
        if not self.open:
            self._unmatched(token)
            return False
        opener = self.open[-1]
        if OPENERS[opener.type] == token.type:
            self.open.pop()
            if at_line_start and self.odd is None:
                self._compare(opener, token)
            return True
        if any(OPENERS[other.type] == token.type for other in self.open):
            self._report_unclosed(opener, token, f"this `{token.text}` belongs to an outer bracket")
        elif opener.type == "LBRACE":
            self._unmatched(token)
        else:
            problem = rules.brackets.WrongCloser(opener.text, token.text)
            self.report(problem, token, [(opener, f"`{opener.text}` is opened here")])
        return False

    def _unmatched(self, closer: Token) -> None:
        related = []
        if self.odd is not None and closer.type == "RBRACE":
            opener, other = self.odd
            related = [(opener, "this brace …"), (other, "… is closed by this, indented otherwise")]
        self.report(rules.brackets.UnmatchedCloser(closer.text), closer, related)

    def _compare(self, opener: Token, closer: Token) -> None:
        if _indentation(self.text, opener) != _indentation(self.text, closer):
            self.odd = (opener, closer)

    def _unclosed(self, noticed: Token, at_end: bool) -> None:
        if self.odd is not None and self.open[-1].type == "LBRACE":
            opener, closer = self.odd
            self._report_unclosed(opener, closer, "closed by this, which is indented otherwise")
        else:
            words = "the file ends here" if at_end else "noticed here"
            self._report_unclosed(self.open[-1], noticed, words)

    def _report_unclosed(self, opener: Token, noticed: Token, words: str) -> None:
        problem = rules.brackets.UnclosedBracket(opener.text, _closer(opener))
        self.report(problem, opener, [(noticed, words)])


def _closer(opener: Token) -> str:
    return {"(": ")", "[": "]", "{": "}"}[opener.text]


def _column(text: str, token: Token) -> int:
    return token.start - (text.rfind("\n", 0, token.start) + 1)


def _indentation(text: str, token: Token) -> int:
    start = text.rfind("\n", 0, token.start) + 1
    line = text[start : token.start + 1]
    return len(line) - len(line.lstrip(" \t"))
