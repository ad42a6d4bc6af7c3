"""Brackets: each closed by its own kind, and not too deep.

Most files are right. Where brackets do not fit, the declarations in which they do not are mended
(``mending``), so that a missing bracket hides no other mistake.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

from archdsl.syntax.limits import MAX_NESTING
from archdsl.syntax.tokens import CLOSERS, OPENERS, Token
from archir.base.diagnostics import Problem
from archir.base.record import Struct

Report = Callable[[Problem, Token, Sequence[tuple[Token, str]]], None]
"""Takes a problem, the token it is at, and other tokens with what they have to do with it."""

_DECLARATIONS = frozenset({"IMPORT", "BLOCK", "MODEL", "FN"})
_FILE_LEVEL = _DECLARATIONS | {"LET", "ARCH"}
_STATEMENTS = frozenset({"LET", "ASSERT", "INPUT", "OUTPUT", "PARAM", "BUFFER", "MODULE"})
_SUSPECT = _DECLARATIONS | _STATEMENTS | {"UNTERMINATED"}


Sound: TypeAlias = tuple[list[Token], list[int], list[Token]]


def sound(tokens: Sequence[Token], text: str, report: Report) -> Sound:
    """The tokens with brackets that fit, where these are a guess, and those that end plainly.

    An ERROR stands for each declaration that could not be mended.
    """
    if _all_fit(tokens, text):
        return list(tokens), [], []
    from archdsl.syntax.errors.mending import mend  # not needed for a file without errors

    kept: list[Token] = []
    offsets: list[int] = []
    plain: list[Token] = []
    for region in _regions(tokens, text):
        if _all_fit(region.tokens, text):
            kept += region.tokens
            continue
        first, last = region.tokens[0], region.tokens[-1]
        mended = mend(region.tokens, region.next, text, report)
        if mended is None:
            kept.append(Token("ERROR", "", first.start, last.end))
        else:
            kept += mended[0]
            offsets += mended[1]
            plain += mended[2]
        kept.append(Token("_NL", "\n", last.end, last.end))
    return kept, offsets, plain


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
            kind == "UNTERMINATED" or (before == "_NL" and _never_there(token, text, wanted))
        ):
            return False
        before = kind
    return not wanted


def _never_there(token: Token, text: str, wanted: Sequence[str]) -> bool:
    """Whether what begins a line cannot stand inside of brackets that are open."""
    if token.type in _STATEMENTS:
        return "RPAR" in wanted[-1:]
    return bool(wanted) and _column(text, token) == 0


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
        if at_line_start and _begins(token, text, depth):
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


def _begins(token: Token, text: str, depth: int) -> bool:
    """Whether a token at the start of a line begins a declaration."""
    if token.type in _DECLARATIONS:
        return depth <= 0 or _column(text, token) == 0
    return depth <= 0 and token.type in _FILE_LEVEL and _column(text, token) == 0


def _column(text: str, token: Token) -> int:
    return token.start - (text.rfind("\n", 0, token.start) + 1)
