"""Brackets that do not fit, mended: what is missing is put in, and what is too much taken out.

It is loaded where brackets do not fit. A guess that is wrong would make nonsense of what follows,
so each rests on what the language never has: a chain, a name or braces inside parentheses, a
statement that goes on at the left of the line on which its bracket stands. What no guess mends is
left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import NoReturn

from archdsl import rules
from archdsl.syntax.errors.plain import is_plain
from archdsl.syntax.limits import MAX_NESTING
from archdsl.syntax.tokens import CLOSERS, OPENERS, Token
from archir.base.diagnostics import Problem

Report = Callable[[Problem, Token, Sequence[tuple[Token, str]]], None]
"""Takes a problem, the token it is at, and other tokens with what they have to do with it."""

MOST_MENDS = 30
"""Braces that are mended in one declaration: each is another walk over it."""

MOST_PROBLEMS = 100
"""Brackets that do not fit in one declaration, those of which nothing is said included."""

_CLOSE = {"(": ")", "[": "]", "{": "}"}
_KINDS = {"(": "RPAR", "[": "RSQB", "{": "RBRACE"}
_NEVER_IN_PARENTHESES = frozenset(
    {"ARROW", "DOUBLE_COLON", "LBRACE", "AS", "LET", "REPEAT", "ASSERT", "INPUT", "OUTPUT"}
    | {"PARAM", "BUFFER", "MODULE", "RESIDUAL", "DENSE", "SHORTCUT", "TRAIN_ONLY"}
)
_WITH_BRACES = frozenset({"FOR", "IF", "ELSE", "REPEAT", "RESIDUAL", "DENSE", "SHORTCUT"})
_BEGINS_BRACES = _WITH_BRACES | {"TRAIN_ONLY", "INIT", "COLON"}
_SEPARATES = frozenset({"LSQB", "COMMA", "_NL"})


class _Again(Exception):  # noqa: N818  (no error: the tokens were changed further back)
    pass


class _HopelessError(Exception):
    pass


def mend(
    tokens: list[Token], after: Token | None, text: str, report: Report
) -> tuple[list[Token], list[int], list[Token]] | None:
    """A declaration's tokens with brackets that fit, and the offsets at which something was mended.

    ``after`` begins the next declaration. None where it cannot be mended; that is reported too.
    Last come the brackets of which it is plain where they end.
    """
    mending = _Mending(tokens, after, text, report)
    for _ in range(MOST_MENDS):
        try:
            return mending.walk(), mending.mended, mending.plain
        except _Again:
            continue
        except _HopelessError:
            break
    return None


class _Mending:
    def __init__(self, tokens: list[Token], after: Token | None, text: str, report: Report) -> None:
        self.after = after
        self.text = text
        self.report = report
        self.said: set[int] = set()
        self.closed: set[int] = set()
        """Where brackets begin that were found to be closed."""

        self.count = 0
        self.mended: list[int] = []
        self.plain: list[Token] = []
        self.unended = {token.start for token in tokens if token.type == "UNTERMINATED"}
        """Where strings without an end begin."""

        self.tokens = [each for token in tokens for each in self._ended(token)]

    def walk(self) -> list[Token]:
        """One walk over the tokens; it begins again where braces further back were mended."""
        self.out: list[Token] = []
        self.open: list[Token] = []
        self.odd: tuple[Token, Token] | None = None
        """The first pair of braces on lines of different indentation: probably not a pair."""

        self.whole: tuple[Token, Token] | None = None
        """The first pair of braces behind which nothing is open."""

        before = "_NL"
        for at, token in enumerate(self.tokens):
            kind = token.type
            if self.open and kind != "_NL" and kind not in CLOSERS:
                self._close_early(token, before == "_NL", self._is_named_next(at))
            if kind in OPENERS:
                self.open.append(token)
                if len(self.open) > MAX_NESTING:
                    problem = rules.brackets.NestingTooDeep("brackets", MAX_NESTING)
                    self._say(problem, token, ())
                    raise _HopelessError
                self.out.append(token)
            elif kind in CLOSERS:
                self._closer(token, before == "_NL")
            else:
                self.out.append(token)
            before = kind
        self._end()
        return self.out

    # --- what is missing

    def _is_named_next(self, at: int) -> bool:
        """Whether a comma comes and a named argument, which no list has."""
        kinds = [token.type for token in self.tokens[at : at + 3]]
        return kinds == ["COMMA", "NAME", "EQUALS"]

    def _close_early(self, token: Token, begins_line: bool, is_named_next: bool) -> None:
        """Close brackets in which a token cannot stand."""
        while self.open and self.open[-1].type != "LBRACE":
            opener = self.open[-1]
            outside = begins_line and self._indentation(token) <= self._indentation(opener)
            outside = outside and token.type not in ("ARROW", "DOUBLE_COLON")
            if not outside and opener.type == "LPAR":
                outside = token.type in _NEVER_IN_PARENTHESES
            if not outside and opener.type == "LSQB":
                is_argument = is_named_next and any(each.type == "LPAR" for each in self.open)
                outside = is_argument or (token.type == "LBRACE" and self._ends_a_list(opener))
            if not outside or self._is_closed(opener):
                return
            self._unclosed(opener, token, "noticed here", self._last())
            self._put_closer()

    def _ends_a_list(self, opener: Token) -> bool:
        """Whether the braces that come cannot be those of a branch."""
        since: set[str] = set()
        for token in reversed(self.out):
            if token is opener or token.type in _SEPARATES:
                return bool(since) and not since & _BEGINS_BRACES
            since.add(token.type)
        return False

    def _is_closed(self, opener: Token, behind: Token | None = None) -> bool:
        """Whether a bracket is closed by its own kind, all inside it too, perhaps ``behind`` one.

        What begins on the line of the bracket ends before the next statement.
        """
        if opener.start in self.closed:
            return True
        tokens = self.tokens
        own = next(at for at, token in enumerate(tokens) if token is opener)
        first = own
        if behind is not None:
            first = next(at for at, token in enumerate(tokens) if token is behind)
        begins_block = own + 1 < len(tokens) and tokens[own + 1].type == "_NL"
        wanted = [OPENERS[opener.type]]
        for before, token in pairwise(tokens[first:]):
            kind = token.type
            left = before.type == "_NL" and not begins_block and kind not in CLOSERS
            if left and self._indentation(token) <= self._indentation(opener):
                return False
            if kind in OPENERS:
                wanted.append(OPENERS[kind])
            elif kind in CLOSERS and wanted.pop() != kind:
                return False
            if not wanted:
                if behind is None:
                    self.closed.add(opener.start)
                return True
        return False

    def _put_closer(self) -> None:
        """Close the innermost bracket, at the end of the line where the next one has begun."""
        opener = self.open.pop()
        where = self._behind_last()
        place = self.out[where - 1].end
        if opener.type == "_HOLE":
            raise _HopelessError
        closer = Token(_KINDS[opener.text], _CLOSE[opener.text], place, place)
        self.out.insert(where, closer)

    def _behind_last(self) -> int:
        """The index behind the last token that is no line end."""
        where = len(self.out)
        while where and self.out[where - 1].type == "_NL":
            where -= 1
        return where

    def _last(self) -> Token:
        return self.out[self._behind_last() - 1]

    def _unclosed(self, opener: Token, noticed: Token, words: str, last: Token) -> None:
        if self._is_plain(opener):
            self.plain.append(opener)
        else:
            self.mended.append(opener.start)
        line_end = self.text.find("\n", opener.start)
        swallowed = any(opener.start < start < line_end for start in self.unended)
        if not swallowed:  # by a string without an end, which is reported
            problem = rules.brackets.UnclosedBracket(opener.text, _CLOSE[opener.text], last.end)
            self._say(problem, opener, [(noticed, words)])

    def _is_plain(self, opener: Token) -> bool:
        if not self.open or self.open[-1] is not opener:
            return False
        at = next(at for at, token in enumerate(self.out) if token is opener)
        before = self.out[at - 1] if at else None
        if at > 1 and self.out[at - 2].type == "FN":
            return False  # an equals sign stands behind a function's parameters
        return is_plain(self.open, self.out[at + 1 : self._behind_last()], before)

    def _ended(self, token: Token) -> Iterator[Token]:
        """A token; for a string without an end one that ends, and braces that it has swallowed."""
        if token.type != "UNTERMINATED":
            yield token
            return
        self.mended.append(token.start)
        yield Token("STRING", "", token.start, token.end)
        if token.text.rstrip().endswith("{"):
            yield Token("LBRACE", "{", token.end, token.end)

    def _end(self) -> None:
        """Close what is open where the declaration ends."""
        while self.open:
            opener = self.open[-1]
            noticed = self.after or self.tokens[-1]
            if self.odd is not None and opener.type == "LBRACE":
                opener, closer = self.odd
                at = self._dedent(opener)
                words = "closed by this, which is indented otherwise"
                self._unclosed(opener, closer, words, self._last_before(at))
                self._close(at)
            words = "the file ends here" if self.after is None else "noticed here"
            if opener.type == "LBRACE":
                at = self._dedent(opener)
                self._unclosed(opener, noticed, words, self._last_before(at))
                self._close(at)
            self._unclosed(opener, noticed, words, self._last())
            self._put_closer()

    def _dedent(self, opener: Token) -> int:
        """Where the first line begins that is indented no more than that of open braces."""
        start = next(at for at, token in enumerate(self.tokens) if token is opener)
        wanted = self._indentation(opener)
        at = len(self.tokens)
        while at > start + 1 and self.tokens[at - 1].type == "_NL":
            at -= 1
        for here in range(start + 2, at):
            begins_line = self.tokens[here - 1].type == "_NL"
            if begins_line and self._indentation(self.tokens[here]) <= wanted:
                return here
        return at

    def _last_before(self, at: int) -> Token:
        """The last token before one that is no line end."""
        return next(each for each in reversed(self.tokens[:at]) if each.type != "_NL")

    def _close(self, at: int) -> NoReturn:
        """Close braces before a token, and begin anew."""
        last = self.tokens[at - 1]
        place = last.start if last.type == "_NL" else last.end
        closing = [Token("RBRACE", "}", place, place)]
        if at < len(self.tokens):
            closing.append(Token("_NL", "\n", place, place))
        self.tokens[at:at] = closing
        raise _Again

    # --- what is too much

    def _closer(self, token: Token, begins_line: bool) -> None:
        while self.open:
            opener = self.open[-1]
            if OPENERS[opener.type] == token.type:
                self.open.pop()
                self.out.append(token)
                if not self.open and opener.type == "LBRACE":
                    self.whole = self.whole or (opener, token)
                written = begins_line and token.start < token.end
                if written and self.odd is None and self._differ(opener, token):
                    self.odd = (opener, token)
                return
            if not begins_line and self._closes_behind(token):
                self._unmatched(token)
                return
            if any(OPENERS[other.type] == token.type for other in self.open):
                words = f"this `{token.text}` belongs to an outer bracket"
                self._unclosed(opener, token, words, self._last())
                self._put_closer()
                continue
            if opener.type == "LBRACE":
                break
            self.mended.append(token.start)
            problem = rules.brackets.WrongCloser(opener.text, token.text)
            self._say(problem, token, [(opener, f"`{opener.text}` is opened here")])
            self.open.pop()
            self.out.append(Token(OPENERS[opener.type], token.text, token.start, token.end))
            return
        self._unmatched(token)

    def _closes_behind(self, closer: Token) -> bool:
        """Whether the innermost bracket is closed behind a closer that is not its own."""
        opener = self.open[-1]
        return opener.type != "LBRACE" and self._is_closed(opener, closer)

    def _unmatched(self, token: Token) -> None:
        """A closer that closes nothing: it, or a brace before it, is one too much."""
        if token.type == "RBRACE" and not self.open and self._open_braces(token):
            raise _Again
        related: list[tuple[Token, str]] = []
        self.mended.append(token.start)
        odd = self._early(token) if token.type == "RBRACE" and not self.open else None
        if odd is not None:
            opener, other = odd
            how = ", indented otherwise" if odd is self.odd else ""
            related = [(opener, "this brace …"), (other, f"… is closed by this{how}")]
        self._say(rules.brackets.UnmatchedCloser(token.text), token, related)
        if odd is not None:
            self.mended.append(odd[1].start)
            self.tokens[:] = [each for each in self.tokens if each is not odd[1]]
            raise _Again

    def _early(self, closer: Token) -> tuple[Token, Token] | None:
        """Braces that were closed before a closer that closes nothing, and perhaps too early."""
        if self.odd is not None or self.whole is None:
            return self.odd
        between = self.text[self.whole[1].end : closer.start]
        return self.whole if between.strip() else None

    def _open_braces(self, closer: Token) -> bool:
        """Open braces at the end of the line that asks for them, and is indented as a closer is."""
        wanted = closer if self.odd is None else self.odd[1]
        until = 0
        for first, last in reversed(self._lines(wanted)):
            line = self.tokens[first:last]
            if self._indentation(line[0]) != self._indentation(wanted):
                continue
            last = until or last
            if line[0].type in CLOSERS and line[0].type != "RBRACE":
                until = last  # the head began further up
                continue
            line = self.tokens[first:last]
            kinds = {token.type for token in line}
            asks = line[0].type in _BEGINS_BRACES | {"BLOCK", "MODEL"} or line[-1].type == "COLON"
            is_variant = line[0].type == "MODEL" and "EQUALS" in [each.type for each in line[2:3]]
            if not asks or is_variant or "LBRACE" in kinds:
                return False
            end = line[-1].end
            problem = rules.syntax.UnexpectedToken("the end of the line", ("`{`",), None)
            self._say(problem, Token("_NL", "\n", end, min(end + 1, len(self.text))), ())
            self.mended.append(line[0].start)
            self.tokens.insert(last, Token("LBRACE", "{", end, end))
            return True
        return False

    def _lines(self, before: Token) -> list[tuple[int, int]]:
        """The lines before a token, as ranges of the tokens."""
        found: list[tuple[int, int]] = []
        first = 0
        for at, token in enumerate(self.tokens):
            if token is before:
                break
            if token.type == "_NL":
                if at > first:
                    found.append((first, at))
                first = at + 1
        return found

    def _say(self, problem: Problem, token: Token, related: Sequence[tuple[Token, str]]) -> None:
        """Report the first problem of a line: what else does not fit in it follows from that."""
        self.count += 1
        if self.count > MOST_PROBLEMS:
            raise _HopelessError
        line = self.text.rfind("\n", 0, token.start)
        if line not in self.said:
            self.report(problem, token, related)
        self.said.add(line)

    def _differ(self, opener: Token, closer: Token) -> bool:
        return self._indentation(opener) != self._indentation(closer)

    def _indentation(self, token: Token) -> int:
        start = self.text.rfind("\n", 0, token.start) + 1
        line = self.text[start : token.start + 1]
        return len(line) - len(line.lstrip(" \t"))
