"""Which line ends and commas mean something, and which keywords are just names."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Literal

from archdsl.syntax.keywords import CONSTANTS, KEYWORDS
from archdsl.syntax.tokens import CLOSERS, END, OPENERS, Token

_NAMEABLE = KEYWORDS - CONSTANTS

_CONTINUES_AFTER = frozenset({"ARROW", "LBRACE", "LSQB", "COMMA", "_SEP", "_NL"})
_CONTINUES_BEFORE = frozenset(
    {"ARROW", "DOUBLE_COLON", "SHORTCUT", "ELSE", "RBRACE", "RSQB", "COMMA", "_NL", END}
)


_In = Literal["statements", "rules", "branches", "expression"]
"""What the innermost open bracket holds.

Statements: the file, or braces; rules: the braces of an init; an expression: parentheses, a list,
a shape, the hole of a string.
"""

_At = Literal["start", "stage", "targets", "expression"]
"""Where in a statement, a branch or a rule we are; targets are names before an "=" or "in"."""

_STARTS: dict[str, _At] = {
    "LET": "targets",
    "FOR": "targets",
    "FN": "targets",
    **dict.fromkeys(
        ("REPEAT", "IF", "ASSERT", "INPUT", "OUTPUT", "PARAM", "BUFFER", "INIT", "ELSE"),
        "expression",
    ),
}
_NEXT: dict[_At, dict[str, _At]] = {
    "stage": {
        **dict.fromkeys(("UPTO", "WITH", "IF", "DOUBLE_COLON", "REPEAT"), "expression"),
        "FOR": "targets",
    },
    "targets": {"EQUALS": "expression", "IN": "expression"},
    "expression": {"ARROW": "stage"},
}


def names(tokens: Sequence[Token]) -> None:
    """Turn each keyword that can only be a name into one.

    That is so of a label, directly before its colon, and before the ``=`` of an argument. What is
    declared with a colon behind it (an input, a parameter, a tensor) is no label: it could not be
    used. The words ``upto``, ``step`` and ``of`` are none, and mean themselves only where no name
    can stand: between a part and a list, between two values, and behind the bracket of a type.
    """
    is_named = False
    last = before = "_NL"  # the kinds of the last token, and of the last that is no line end
    parentheses = 0
    for number, (token, after) in enumerate(pairwise(tokens)):
        kind = after.type
        if token.type == "NAME" and token.text in _WORDS:
            if parentheses:  # where lines end nothing
                last = before
                behind = number + 2
                while kind == "_NL" and behind < len(tokens):
                    kind, behind = tokens[behind].type, behind + 1
            if last in _ENDS_VALUE:
                token.type = _word(token.text, last, kind)
        if (kind == "COLON" or kind == "EQUALS") and _is_keyword(token):
            if kind == "COLON" and last in _BEFORE_LABEL:
                token.type = "NAME"
            else:
                is_named = True
        last = token.type
        if last == "LPAR":
            parentheses += 1
        elif last == "RPAR":
            parentheses = max(0, parentheses - 1)
        if last != "_NL":
            before = last
    if is_named:
        _names_in_lists(tokens)


_BEFORE_LABEL = frozenset({"LBRACE", "LSQB", "ARROW", "EQUALS"})
"""What a label can follow, and no name that is declared."""

_WORDS = frozenset({"upto", "step", "of"})
_ENDS_VALUE = frozenset({"NAME", "RPAR", "RSQB", "INT", "FLOAT"})
_FOLLOWS_WORD = frozenset({"INT", "FLOAT", "NAME", "LPAR", "MINUS"})


def _word(text: str, before: str, after: str) -> str:
    """The kind of a word that may be a name: its own where none can stand."""
    if text == "upto":
        return "UPTO" if after == "LSQB" and before not in ("INT", "FLOAT") else "NAME"
    if after not in _FOLLOWS_WORD:
        return "NAME"
    if text == "of":
        return "OF" if before == "RSQB" else "NAME"
    return "STEP"


def _is_keyword(token: Token) -> bool:
    return token.text in _NAMEABLE and token.type != "STRING"


_Holds = Literal["", "given", "declared", "inputs"]
"""What brackets hold: a call's arguments, a declaration's parameters, an `input`, or others."""


def _names_in_lists(tokens: Sequence[Token]) -> None:
    """Tell names of arguments and labels from what is declared, by what stands around them."""
    # For each bracket that is open, what it holds: an input statement counts as a declaration.
    around: list[_Holds] = [""]
    before = last = "_NL"  # the kinds of the last two tokens, save line ends
    is_line = True
    for token, after in pairwise(tokens):
        if _is_keyword(token) and _is_name(after.type, last, around[-1]):
            token.type = "NAME"
        kind = token.type
        if is_line and last != "COMMA" and around[-1] in ("", "inputs"):
            around[-1] = "inputs" if kind == "INPUT" else ""
        if kind in OPENERS:
            around.append(_held(kind, last, before))
        elif kind in CLOSERS and len(around) > 1:
            around.pop()
        is_line = kind == "_NL" or kind == "LBRACE"
        if kind != "_NL":
            before, last = last, kind


def _is_name(after: str, last: str, around: _Holds) -> bool:
    """Whether a keyword between two kinds of tokens is a label, or the name of an argument."""
    is_item = last == "COMMA" or (last == "LPAR" and around != "inputs")
    if after == "EQUALS":
        return around == "given" and is_item
    is_declared = last in _DECLARING or (around in ("declared", "inputs") and is_item)
    return after == "COLON" and not is_declared


def _held(kind: str, last: str, before: str) -> _Holds:
    """What a bracket holds that opens behind two kinds of tokens."""
    if kind != "LPAR" or last != "NAME":
        return ""
    return "declared" if before in ("BLOCK", "MODEL", "FN") else "given"


_DECLARING = frozenset({"INPUT", "PARAM", "BUFFER"})


def lines(tokens: Sequence[Token]) -> list[Token]:
    """Drop the line ends that end nothing, and mark what separates branches."""
    kept: list[Token] = []
    around: list[tuple[_In, _At]] = []
    inside: _In = "statements"
    at: _At = "start"
    before = "_NL"
    for number, token in enumerate(tokens):
        kind = token.type
        if kind == "_NL":
            after = tokens[number + 1].type if number + 1 < len(tokens) else END
            if _joins(inside, before, after):
                continue
            if inside == "branches":
                token.type = "_SEP"
            at = "start"
        elif kind == "COMMA":
            if inside == "branches" and at != "targets":
                token.type = "_SEP"
                at = "start"
        elif kind in OPENERS:
            if kind == "LSQB" and _is_stage(inside, at) and before in ("NAME", "RSQB"):
                kind = token.type = _bracket(tokens, number, kept)
            opened = _opened(inside, at, kind, before)
            around.append((inside, _after(at, kind)))
            inside, at = opened, "start"
        elif kind in CLOSERS:
            if around:
                inside, at = around.pop()
        elif inside != "expression":
            at = _after(at, kind)
        kept.append(token)
        before = token.type
    return kept


def undone(tokens: Sequence[Token]) -> None:
    """Take back what ``lines`` has marked."""
    for token in tokens:
        if token.type == "_SEP":
            token.type = "COMMA" if token.text == "," else "_NL"


def _joins(inside: _In, before: str, after: str) -> bool:
    return inside == "expression" or before in _CONTINUES_AFTER or after in _CONTINUES_BEFORE


def _opened(inside: _In, at: _At, kind: str, before: str) -> _In:
    if kind == "LBRACE":
        return "rules" if before == "INIT" else "statements"
    if kind == "LSQB" and _is_stage(inside, at):
        return "branches"
    return "expression"


def _is_stage(inside: _In, at: _At) -> bool:
    return inside in ("statements", "branches") and at in ("start", "stage")


def _bracket(tokens: Sequence[Token], opener: int, before: Sequence[Token]) -> str:
    """Whether a bracket behind a name is of an item, as ``ys[-1]``, or of branches.

    ``ys[i]`` may be either: the name says it. Behind brackets there can be no branches.
    """
    if before[-1].type == "RSQB":
        return "INDEX" if _follows_item(before) else "LSQB"
    kinds, behind = _top_level(tokens, opener)
    if not kinds or _OF_BRANCHES & set(kinds) or ("IF" in kinds and "ELSE" not in kinds):
        return "LSQB"
    is_item = kinds[0] in _BEGINS_VALUE or kinds[-1] == "COLON" or _OF_VALUES & set(kinds[1:])
    return "INDEX" if is_item or behind == "LSQB" else "LSQB"


def _follows_item(before: Sequence[Token]) -> bool:
    """Whether the bracket that closes here is one of an item."""
    depth = 0
    for token in reversed(before):
        depth += (token.type in CLOSERS) - (token.type in OPENERS)
        if not depth:
            return token.type == "INDEX"
    return False


def _top_level(tokens: Sequence[Token], opener: int) -> tuple[list[str], str]:
    """The kinds of what stands directly in brackets, and of what follows them."""
    kinds: list[str] = []
    depth = 0
    for number in range(opener, len(tokens)):
        kind = tokens[number].type
        depth -= kind in CLOSERS
        if not depth and number > opener:
            return kinds, tokens[number + 1].type if number + 1 < len(tokens) else END
        if depth == 1:
            kinds.append(kind)
        depth += kind in OPENERS
    return kinds, END


_OF_BRANCHES = frozenset(
    {"COMMA", "_NL", "ARROW", "LBRACE", "AS", "WITH", "DOUBLE_COLON", "LET", "FOR", "REPEAT"}
)
_BEGINS_VALUE = frozenset(
    {"INT", "FLOAT", "MINUS", "LPAR", "NOT", "COLON", "TRUE", "FALSE", "NONE"}
)
_OF_VALUES = frozenset(
    {"PLUS", "MINUS", "STAR", "SLASH", "DOUBLE_SLASH", "PERCENT", "POWER", "COMPARE", "IN", "DOT"}
    | {"AND", "OR", "ELSE", "DOTS"}
)


def _after(at: _At, kind: str) -> _At:
    return _STARTS.get(kind, "stage") if at == "start" else _NEXT[at].get(kind, at)
