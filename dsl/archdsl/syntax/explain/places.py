"""A place where the grammar does not go on, and what could stand there, in a user's words."""

from __future__ import annotations

from collections.abc import Sequence

from archdsl.syntax.tokens import END, Token
from archir.base.record import Record

STAGE = frozenset(
    {"NAME", "LBRACE", "LSQB", "RESIDUAL", "DENSE", "STAR", "STRING", "TEXT_BEGIN"}
    | {"FOR", "REPEAT"}
)
STATEMENT = frozenset(
    {"LET", "FOR", "REPEAT", "IF", "ASSERT", "INPUT", "OUTPUT", "PARAM", "BUFFER", "MODULE"}
    | {"TRAIN_ONLY", "INIT"}
)
DECLARATION = frozenset({"BLOCK", "MODEL", "FN", "IMPORT"})
VALUE = frozenset(
    {"NAME", "INT", "FLOAT", "STRING", "TEXT_BEGIN", "LPAR", "LSQB", "TRUE", "FALSE", "NONE"}
)
_OPERATOR = frozenset(
    {"PLUS", "MINUS", "STAR", "SLASH", "DOUBLE_SLASH", "PERCENT", "POWER", "COMPARE", "AND", "OR"}
    | {"DOTS", "DOT", "IF"}
)
_EXTRA = frozenset(
    {"AS", "WITH", "WHEN", "ELSE", "SHORTCUT", "DOUBLE_COLON", "LSQB", "LPAR", "UPTO"}
)
"""What could also stand behind a whole statement, and is rarely what was meant."""

_LINE_ENDS = frozenset({"_NL", "_SEP", "COMMA", "RBRACE", "RSQB", "RPAR", END})

STATEMENT_ENDS = frozenset({"_NL", "_SEP", "RBRACE", END})


class Place(Record):
    """A token at which the grammar does not go on."""

    text: str
    """The text of the file."""

    tokens: Sequence[Token]
    at: int
    first: int
    """Where the statement begins in which the token stands."""

    in_file: bool
    """Whether that statement stands outside of all bodies."""

    expected: frozenset[str]
    """The terminals that could stand here instead."""

    @property
    def token(self) -> Token:
        return self.tokens[self.at]

    @property
    def start(self) -> Token:
        return self.tokens[self.first]

    @property
    def found(self) -> Token:
        """The token, or the end of the line before it where that came too early."""
        before = self.near(-1)
        if self.token.type not in _LINE_ENDS or before is None:
            return self.token
        if self.token.type != END and "\n" not in self.text[before.end : self.token.start + 1]:
            return self.token
        kind = END if self.token.type == END else "_NL"
        return Token(kind, "\n", before.end, min(before.end + 1, len(self.text)))

    def near(self, distance: int) -> Token | None:
        """The token some places further, or back, in the same file."""
        index = self.at + distance
        return self.tokens[index] if 0 <= index < len(self.tokens) else None


def describe(token: Token) -> str:
    """A token, in the words of a user."""
    if token.type in ("_NL", END):
        return "the end of the line" if token.type == "_NL" else "the end of the file"
    if token.type == "STRING":
        return f'the string "{token.text}"' if len(token.text) <= 30 else "a string"
    if token.type in ("TEXT_BEGIN", "CHUNK", "TEXT_END"):
        return "a string"
    if token.type in ("_HOLE", "_HOLE_END"):
        return f"`{token.text}` in a string"
    if token.type == "_SEP":
        return "the end of a branch" if token.text.isspace() else f"`{token.text}`"
    return f"`{token.text}`"


def expectations(place: Place) -> tuple[str, ...]:
    """What could stand in a place, the likeliest first, in few words."""
    left = set(place.expected) - {"ERROR"}
    words: list[str] = []
    if {"INT", "LPAR", "TRUE"} <= left:
        words.append("an expression")
        left -= VALUE | {"MINUS", "NOT", "STAR"}
    elif {"LET", "FOR", "RESIDUAL"} <= left:
        words.append("a statement" if "OUTPUT" in left else "a branch")
        left -= STAGE | STATEMENT
    elif {"RESIDUAL", "DENSE"} <= left:
        words.append("a stage")
        left -= STAGE
    elif left >= DECLARATION:
        words.append("a declaration")
        left -= DECLARATION | {"LET", "ARCH"}
    left -= {"LSQB"} if "NAME" in left else set()  # names of a row
    if left & STATEMENT_ENDS and not words:
        words.append("the end of the line")
        left -= STATEMENT_ENDS | _EXTRA | {"COLON"}
    left -= STATEMENT_ENDS if words == ["a statement"] else set()
    left -= {END} if words else set()
    left -= {"INDEX"}
    left -= {"IN", "NOT"} if "COMPARE" in left else set()
    if words or left - _OPERATOR:
        left -= _OPERATOR
    if "DOT" in place.expected:
        left -= {"LPAR", "LSQB"}  # behind an expression, where they could always stand
    words += [_WORDS.get(name, f"`{name.lower()}`") for name in sorted(left, key=_rank)]
    return tuple(dict.fromkeys(words))


_WORDS = {
    "NAME": "a name",
    "INT": "a whole number",
    "FLOAT": "a number",
    "STRING": "a string",
    "TEXT_BEGIN": "a string",
    "LBRACE": "`{`",
    "ARROW": "`->`",
    "COLON": "`:`",
    "DOUBLE_COLON": "`::`",
    "EQUALS": "`=`",
    "COMMA": "`,`",
    "LPAR": "`(`",
    "RPAR": "`)`",
    "LSQB": "`[`",
    "RSQB": "`]`",
    "RBRACE": "`}`",
    "DOT": "`.`",
    "STAR": "`*`",
    "_SEP": "`,`",
    "_HOLE_END": "`}`",
}


def _rank(name: str) -> tuple[int, str]:
    order = list(_WORDS)
    return (order.index(name) if name in order else len(order), name)


def near_kinds(place: Place, *distances: int) -> list[str | None]:
    """The kinds of the tokens so many places further, or back."""
    near = [place.near(distance) for distance in distances]
    return [None if token is None else token.type for token in near]
