"""Words that are misspelt keywords, where nothing but a keyword can stand before what follows.

Loaded where a file has an error. Once such a word is the keyword that was meant, the statement that
it begins can be read, and what stands in it says no more than it would.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from archdsl.rules.spellings import MisspeltKeyword
from archdsl.rules.syntax import UnexpectedToken
from archdsl.syntax.lalr.tables import load
from archdsl.syntax.tokens import CLOSERS, END, OPENERS, Token
from archir.base.diagnostics import Problem, nearest

_ENDS = frozenset({"_NL", "RBRACE", END})
_Follows = tuple[frozenset[str], ...]


def _kinds(*places: str) -> _Follows:
    return tuple(frozenset(place.split()) for place in places)


_LET = {"let": _kinds("NAME", "EQUALS COMMA")}
_IN_FILES: dict[str, _Follows] = {
    **_LET,
    **dict.fromkeys(("block", "fn"), _kinds("NAME", "LPAR")),
    "model": _kinds("NAME", "LPAR EQUALS"),
    "import": _kinds("NAME STRING"),
}
_IN_BODIES: dict[str, _Follows] = {
    **_LET,
    "for": _kinds("NAME", "IN COMMA"),
    "repeat": _kinds("NAME INT", "LBRACE"),
    "assert": _kinds("NAME", "COMPARE DOT"),
    **dict.fromkeys(("input", "param", "buffer"), _kinds("NAME", "COLON")),
    "output": (frozenset({"NAME"}), _ENDS | {"EQUALS", "COMMA", "WHEN"}),
    "module": _kinds("NAME", "EQUALS"),
    **dict.fromkeys(("init", "residual", "dense", "train_only"), _kinds("LBRACE")),
}
"""The tokens that follow a keyword at the beginning of a statement, where no stage has them."""

_BEHIND_BODIES: dict[str, _Follows] = {"else": _kinds("LBRACE IF"), "shortcut": _kinds("LBRACE")}


_NAMELESS = "an input has a name and a shape: `input x: [N, 3, H = 224, W = 224]`"


def mend(tokens: list[Token], report: Callable[[Problem, int, int], None]) -> bool:
    """Make keywords of words that were meant as such; whether there were any."""
    count = 0
    depth = 0
    before = "_NL"
    alike: dict[tuple[str, int], list[str]] = {}
    for at, token in enumerate(tokens):
        if token.type == "NAME" and before in ("_NL", "LBRACE", "RBRACE"):
            known = _IN_BODIES if depth else _IN_FILES
            known = _BEHIND_BODIES if before == "RBRACE" else known
            near = alike.get((token.text, id(known)))
            if near is None:  # a file has the same few words many times
                near = [word for word in known if nearest(token.text, [word])]
                alike[token.text, id(known)] = near
            fitting = [word for word in near if _follow(tokens, at + 1, known[word])]
            wanted = nearest(token.text, fitting) if fitting else None
            if wanted is not None:
                report(MisspeltKeyword(token.text, wanted), token.start, token.end)
                token.type = load().words[wanted]
                count += 1
            elif depth and token.text == "input" and _is_shape(tokens, at + 1):
                colon = tokens[at + 1]
                report(UnexpectedToken("`:`", ("a name",), _NAMELESS), colon.start, colon.end)
                token.type = "INPUT"
                tokens.insert(at + 1, Token("NAME", "input", colon.start, colon.start))
                count += 1
        depth += (token.type in OPENERS) - (token.type in CLOSERS)
        before = token.type
    return count > 0


def _is_shape(tokens: Sequence[Token], at: int) -> bool:
    """Whether a colon and the shape of an input come."""
    kinds = [token.type for token in tokens[at : at + 5]]
    return kinds[:2] == ["COLON", "LSQB"] and "INT" in (kinds[2:3] + kinds[4:5])


def _follow(tokens: Sequence[Token], at: int, kinds: _Follows) -> bool:
    there = [tokens[k].type if k < len(tokens) else END for k in range(at, at + len(kinds))]
    return all(kind in wanted for kind, wanted in zip(there, kinds, strict=True))
