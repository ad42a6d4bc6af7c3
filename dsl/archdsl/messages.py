"""What to say where the grammar does not go on: the likeliest mistake, or what could stand there.

Each function of ``_EXPLANATIONS`` knows one mistake and gives None where it was another one. They
are asked in turn.
"""

from __future__ import annotations

from collections.abc import Callable

from archdsl.keywords import KEYWORDS
from archdsl.places import (
    DECLARATION,
    STAGE,
    STATEMENT,
    STATEMENT_ENDS,
    VALUE,
    Place,
    describe,
    expectations,
)
from archdsl.rules import editions, habits
from archdsl.rules import syntax as rules
from archdsl.tokens import Token
from archir.diagnostics import Problem

_FOREIGN = {
    "elif": "write `else if`",
    "def": "write `fn name(parameters) = expression` for a function of numbers, or"
    " `block Name(parameters) { … }` for a part of a network",
    "class": "write `block Name(parameters) { … }`",
    "while": "loops are `for x in list { … }` and `repeat n { … }`",
    "return": "the last value is the result; name others with `output name = value`",
    "from": "write `import std.blocks: ConvNormAct`",
    "lambda": "declare a function: `fn name(x) = …`",
    "const": "write `let name = …`",
    "var": "write `let name = …`",
    "function": "write `fn name(parameters) = expression`",
    "is": "compare with `==`",
    "del": "a name lives to the end of its braces",
    "switch": "write `if … { … } else if … { … }`",
    "match": "write `if … { … } else if … { … }`",
}

_CONNECTING = frozenset({"AND", "OR", "IN", "IF", "ELSE", "FOR", "AS", "WITH", "WHEN"})
"""Keywords that nobody takes for a name."""

Explained = tuple[Problem, Token]
Explanation = Callable[[Place], Explained | None]


def explain(place: Place) -> Explained:
    """The problem, and the token to point at."""
    for explanation in _EXPLANATIONS:
        found = explanation(place)
        if found is not None:
            return found
    token = place.found
    return rules.UnexpectedToken(describe(token), expectations(place)), token


# --- the mistakes people make


def _foreign_word(place: Place) -> Explained | None:
    if place.token.text == "//" and place.at == place.first:
        return habits.ForeignWord("//", "a comment begins with `#`"), place.token
    before = place.near(-1) if place.at > place.first else None
    for token in (place.token, before):
        if token is not None and token.type == "NAME" and token.text in _FOREIGN:
            return habits.ForeignWord(token.text, _FOREIGN[token.text]), token
    if place.token.type == "IN" and "COMPARE" in place.expected:
        return habits.ForeignWord("in", "compare with each: `x == a or x == b`"), place.token
    return None


def _edition(place: Place) -> Explained | None:
    return (editions.EditionForm(), place.token) if place.start.type == "ARCH" else None


def _import_form(place: Place) -> Explained | None:
    if place.start.type == "IMPORT" and "NAME" not in place.expected - {"STRING"}:
        return rules.ImportForm(), place.start
    if place.start.type == "IMPORT" and place.at <= place.first + 1:
        return rules.ImportForm(), place.start
    return None


def _declaration(place: Place) -> Explained | None:
    """A declaration in a body, or a statement outside of one."""
    token = place.token
    if place.at != place.first:
        return None
    if token.type == "ARCH":
        return editions.MisplacedEdition(), token
    if token.type in DECLARATION and not place.in_file:
        return rules.DeclarationInBody(token.text), token
    after = place.near(1)
    if not place.in_file:
        return None
    if token.type == "NAME" and after is not None and after.type == "EQUALS":
        return habits.AssignmentStatement(token.text), token
    if token.type in STAGE | STATEMENT:
        return rules.StatementOutsideBody(describe(token)), token
    return None


def _assignment(place: Place) -> Explained | None:
    """``x = …``, and also ``x, y = …``, ``x := …`` and ``x += …``."""
    line = [token.type for token in place.tokens[place.first : place.at + 2]]
    if line[0] != "NAME" or "EQUALS" not in line or place.at > place.first + 2:
        return None
    if place.token.type in ("EQUALS", "PLUS", "MINUS", "STAR", "SLASH"):
        return habits.AssignmentStatement(place.start.text), place.start
    return None


def _equals(place: Place) -> Explained | None:
    if place.token.type == "EQUALS" and "COMPARE" in place.expected:
        return habits.SingleEquals(), place.token
    return None


def _ascription(place: Place) -> Explained | None:
    if place.token.type == "DOUBLE_COLON":
        behind = place.near(-1) if place.at > 0 else None
        braces = behind is not None and behind.type == "RBRACE"
        return rules.MisplacedAscription(braces), place.token
    before = place.tokens[place.first : place.at]
    if place.token.type in ("ARROW", "AS") and before and before[-1].type == "RSQB":
        colons = [token for token in before if token.type == "DOUBLE_COLON"]
        return (rules.MisplacedAscription(), colons[-1]) if colons else None
    return None


def _name_not_last(place: Place) -> Explained | None:
    """``a as b -> c``: a chain that goes on behind its name."""
    line = [token.type for token in place.tokens[place.first : place.at]]
    if place.token.type != "ARROW" or "AS" not in line:
        return None
    behind = line[len(line) - line[::-1].index("AS") :]
    return (rules.NameNotLast(), place.token) if set(behind) <= {"NAME", "COMMA"} else None


def _output(place: Place) -> Explained | None:
    if place.start.type == "OUTPUT" and place.token.type == "ARROW":
        return rules.StageInOutput(), place.token
    return None


def _number(place: Place) -> Explained | None:
    """``add [_, 3]``."""
    token = place.token
    among = "RSQB" in place.expected and "INT" not in place.expected
    if token.type in ("INT", "FLOAT") and among:
        return rules.NumberAsBranch(token.text), token
    return None


def _else(place: Place) -> Explained | None:
    if place.token.type == "ELSE":
        return rules.StrayElse(), place.token
    if place.token.type == "SHORTCUT":
        return rules.StrayShortcut(), place.token
    if "ELSE" in place.expected and not place.expected & STATEMENT_ENDS:
        depth = 0
        for token in reversed(place.tokens[place.first : place.at]):
            depth += (token.type in ("RPAR", "RSQB")) - (token.type in ("LPAR", "LSQB"))
            if token.type == "IF" and depth == 0:
                return rules.MissingElse(), token
    return None


def _colon(place: Place) -> Explained | None:
    if place.token.type == "COLON" and "LBRACE" in place.expected:
        return habits.ColonForBraces(), place.token
    return None


def _brace(place: Place) -> Explained | None:
    after = place.near(1)
    if place.token.type == "_NL" and after is not None and after.type == "LBRACE":
        return (habits.BraceOnNextLine(), after) if "LBRACE" in place.expected else None
    return None


def _parameter_list(place: Place) -> Explained | None:
    name = place.near(-1)
    if place.at != place.first + 2 or place.token.type != "LBRACE" or name is None:
        return None
    if place.start.type in ("BLOCK", "MODEL") and name.type == "NAME":
        return rules.MissingParameterList(name.text), name
    return None


def _keyword(place: Place) -> Explained | None:
    token = place.token
    if token.text not in KEYWORDS or token.type != token.text.upper():
        return None
    if "NAME" not in place.expected or place.expected & {"LBRACE", "LET"}:
        return None  # a name would be one of many things that could stand here
    if "INT" in place.expected and token.type in _CONNECTING:
        return None
    return rules.KeywordAsName(token.text), token


def _arrow(place: Place) -> Explained | None:
    if "ARROW" in place.expected and place.token.type in STAGE | {"INT", "FLOAT"}:
        return rules.MissingArrow(describe(place.token)), place.token
    return None


def _comma(place: Place) -> Explained | None:
    in_brackets = place.expected & {"RPAR", "RSQB"}
    if "COMMA" in place.expected and in_brackets and place.token.type in VALUE:
        return rules.MissingComma(describe(place.token)), place.token
    return None


_EXPLANATIONS: tuple[Explanation, ...] = (
    _foreign_word,
    _declaration,
    _edition,
    _import_form,
    _assignment,
    _ascription,
    _name_not_last,
    _output,
    _else,
    _equals,
    _colon,
    _brace,
    _parameter_list,
    _keyword,
    _arrow,
    _comma,
    _number,
)
