"""What to say where the grammar does not go on: the likeliest mistake, or what could stand there.

Each function of ``_EXPLANATIONS`` knows one mistake and gives None where it was another one. They
are asked in turn.
"""

from __future__ import annotations

from collections.abc import Callable

from archdsl.rules import chains, editions, habits
from archdsl.rules import syntax as rules
from archdsl.rules.foreign import ForeignForm
from archdsl.syntax.explain import bodies, habit_messages, indexing, slips
from archdsl.syntax.explain.advice import advice, looped_behind
from archdsl.syntax.explain.advice.calls import (
    argument_behind,
    before_braces,
    number_first,
    settings_behind,
    times,
    values_behind,
)
from archdsl.syntax.explain.advice.declarations import counted_name, declared_as
from archdsl.syntax.explain.forms import partner
from archdsl.syntax.explain.habit_messages import Explained
from archdsl.syntax.explain.places import (
    DECLARATION,
    STAGE,
    STATEMENT,
    STATEMENT_ENDS,
    VALUE,
    Place,
    describe,
    expectations,
)
from archdsl.syntax.keywords import KEYWORDS
from archdsl.syntax.tokens import CLOSERS, OPENERS, Token

_IMPORT = "write `import std.blocks: ConvNormAct`"
_FOREIGN = {
    "elif": "write `else if`",
    "def": "write `fn name(parameters) = expression` for a function of numbers, or"
    " `block Name(parameters) { … }` for a part of a network",
    "class": "write `block Name(parameters) { … }`",
    "while": "loops are `for x in list { … }` and `repeat n { … }`",
    "return": "the last value is the result; name others with `output name = value`",
    **dict.fromkeys(("from", "use", "using", "include", "require"), _IMPORT),
    "lambda": "declare a function: `fn name(x) = …`",
    "const": "write `let name = …`",
    "var": "write `let name = …`",
    "function": "write `fn name(parameters) = expression`",
    "is": "compare with `==`",
    "del": "a name lives to the end of its braces",
    "switch": "write `if … { … } else if … { … }`",
    "match": "write `if … { … } else if … { … }`",
    "unless": "write `if not …`",
    "raise": 'what must hold is said by `assert condition, "message"`',
    "throw": 'what must hold is said by `assert condition, "message"`',
    "new": "a block is used by its name alone: `Block(8)`",
    **dict.fromkeys(("export", "public"), "leave it out: what a file declares can be imported"),
    "upto": "a range counts both of its ends: `1..n`",
    "to": "a range counts both of its ends: `1..n`",
    "until": "write `range(a, b)`, which stops before b",
    "downto": "write `reversed(1..n)`",
}

_CONNECTING = frozenset({"AND", "OR", "IN", "IF", "ELSE", "FOR", "AS", "WITH", "WHEN"})
"""Keywords that nobody takes for a name."""

Explanation = Callable[[Place], Explained | None]


def explain(place: Place) -> Explained:
    """The problem, and the token to point at."""
    for explanation in _EXPLANATIONS:
        found = explanation(place)
        if found is not None:
            return found
    token = place.found
    return rules.UnexpectedToken(describe(token), expectations(place), advice(place)), token


# --- the mistakes people make


def _foreign_word(place: Place) -> Explained | None:
    if place.token.text == "//" and place.at == place.first:
        return habits.ForeignWord("//", "a comment begins with `#`"), place.token
    before = place.near(-1) if place.at > place.first else None
    after = place.near(1)
    if before is not None and (before.type, place.token.text) == ("DOTS", "<"):
        first, last = place.near(-2), place.near(1)
        ends = [each.text if each else "n" for each in (first, last)]
        hint = f"a range counts both of its ends: write `range({', '.join(ends)})`"
        return habits.ForeignWord("..<", hint), Token("DOTS", "..<", before.start, place.token.end)
    if place.token.type == "SLASH" and after is not None and after.type in ("STAR", "POWER"):
        return habits.ForeignWord("/*", "a comment begins with `#`"), place.token
    is_upto = before is not None and before.text == "upto"
    if (place.token.text == "upto" or is_upto) and place.start.type != "FOR":
        how = "behind a part, without an arrow, labels stand in brackets: `resnet50 upto [layer4]`"
        expected = ("`[`",) if is_upto else expectations(place)
        return rules.UnexpectedToken(describe(place.token), expected, how), place.token
    for token in (place.token, before):
        if token is not None and token.type == "NAME" and token.text in _FOREIGN:
            return habits.ForeignWord(token.text, _FOREIGN[token.text]), token
    return None


def _method(place: Place) -> Explained | None:
    """``def forward(self, x):``."""
    before = place.near(-1) if place.at > place.first else None
    if before is None or before.text != "def" or place.token.text not in _METHODS:
        return None
    how = "a body runs from above to below: leave this line and its `return` out"
    return habits.ForeignWord("def", how), before


_METHODS = frozenset({"forward", "call", "__call__", "__init__", "build", "setup"})


def _edition(place: Place) -> Explained | None:
    return (editions.EditionForm(), place.token) if place.start.type == "ARCH" else None


def _import_form(place: Place) -> Explained | None:
    if place.start.type != "IMPORT":
        return None
    is_empty = place.token.type in STATEMENT_ENDS and place.expected == {"NAME"}
    if place.at <= place.first + 1 or is_empty or "NAME" not in place.expected - {"STRING"}:
        word = place.tokens[place.first + 1]
        path = place.text[word.start : word.end] if word.type == "STRING" else ""
        return rules.ImportForm(word.text if word.type == "NAME" else "", path), place.start
    return None


def _declaration(place: Place) -> Explained | None:
    """A declaration in a body, or a statement outside of one."""
    token = place.token
    if place.at != place.first:
        return None
    if token.type == "ARCH":
        return editions.MisplacedEdition(), token
    if token.type in DECLARATION and not place.in_file:
        if _is_item(place):
            return rules.KeywordAsName(token.text), token
        return rules.DeclarationInBody(token.text), token
    after = place.near(1)
    if not place.in_file:
        return None
    if token.type == "NAME" and after is not None and after.type == "EQUALS":
        line = place.text[after.end :].split("\n", 1)[0].partition("#")[0].strip()
        return habits.AssignmentStatement(token.text, line), token
    meant = _declared_elsewhere(place)
    if meant is not None:
        return meant
    if token.type in STAGE | STATEMENT:
        return rules.StatementOutsideBody(describe(token)), token
    return None


_MODELS = ("module", "network", "net", "architecture", "arch_model", "graph", "backbone")
_BLOCKS = ("component", "layer", "cell", "struct", "part", "unit", "stage")


def _declared_elsewhere(place: Place) -> Explained | None:
    """``module net() {``, ``component Unit {`` and ``type Unit = …``."""
    word, name, sign = place.token, place.near(1), place.near(2)
    if name is None or sign is None or name.type != "NAME":
        return None
    if sign.type == "EQUALS" and word.text in ("type", "alias", "def", "define", "static"):
        form = ForeignForm(f"`{word.text}` declares nothing", f"write `let {name.text} = …`", "let")
        return form, word
    kind = "model" if word.text in _MODELS else "block" if word.text in _BLOCKS else None
    if kind is None or sign.type not in ("LPAR", "LBRACE"):
        return None
    form = ForeignForm(f"`{word.text}` declares nothing", f"write `{kind} {name.text}…`", kind)
    return form, word


def _is_item(place: Place) -> bool:
    """Whether a word stands alone in brackets, as a value does."""
    before, after = place.near(-1), place.near(1)
    return (
        before is not None
        and after is not None
        and before.type in ("LSQB", "COMMA", "_SEP")
        and after.type in ("RSQB", "COMMA", "_SEP", "ARROW")
    )


def _equals(place: Place) -> Explained | None:
    if place.token.type == "EQUALS" and "COMPARE" in place.expected:
        return habits.SingleEquals(), place.token
    return None


def _ascription(place: Place) -> Explained | None:
    if place.token.type == "DOUBLE_COLON":
        behind = place.near(-1) if place.at > 0 else None
        braces = behind is not None and behind.type == "RBRACE"
        return chains.MisplacedAscription(braces), place.token
    before = place.tokens[place.first : place.at]
    if place.token.type in ("ARROW", "AS") and before and before[-1].type == "RSQB":
        colons = [token for token in before if token.type == "DOUBLE_COLON"]
        return (chains.MisplacedAscription(), colons[-1]) if colons else None
    return None


def _name_not_last(place: Place) -> Explained | None:
    """``a as b -> c``: a chain that goes on behind its name."""
    line = [token.type for token in place.tokens[place.first : place.at]]
    if place.token.type != "ARROW" or "AS" not in line:
        return None
    behind = line[len(line) - line[::-1].index("AS") :]
    return (chains.NameNotLast(), place.token) if set(behind) <= {"NAME", "COMMA"} else None


def _output(place: Place) -> Explained | None:
    if place.start.type == "OUTPUT" and place.token.type in ("ARROW", "LPAR"):
        return chains.StageInOutput(), place.token
    return None


def _number(place: Place) -> Explained | None:
    """``add [_, 3]``."""
    token = place.token
    among = "RSQB" in place.expected and "INT" not in place.expected
    if token.type not in ("INT", "FLOAT") or not among or number_first(place) is not None:
        return None
    return chains.NumberAsBranch(token.text, *_merging(place)), token


def _merging(place: Place) -> tuple[str, str]:
    """The op whose branches stand there, or one that takes a number instead."""
    from archir.catalogue.registry import built_in, ops

    at, depth = place.at, 1
    while at and depth:
        at -= 1
        depth += (place.tokens[at].type in CLOSERS) - (place.tokens[at].type in OPENERS)
    name = place.tokens[at - 1].text
    if name in built_in() and ops()[name].with_number:
        return name, ops()[name].with_number
    return (name if name in built_in() else ""), ""


def _chosen(place: Place) -> str:
    """``relu if last else sigmoid``, where the first part is a name that ends a chain."""
    tokens, at = place.tokens, place.at
    while at > place.first and tokens[at].type != "IF":
        at -= 1
    end = bodies.behind(tokens, place.at)
    name, before = tokens[at - 1], tokens[at - 2].type
    is_name = name.type == "NAME" and at - 1 >= place.first
    if not is_name or not (before == "ARROW" or at - 1 == place.first) or end == place.at + 1:
        return ""
    text = place.text[name.start : tokens[end - 1].end]
    return "" if "\n" in text else text


def _choice(place: Place) -> Explained | None:
    """``-> (relu if last else sigmoid)``."""
    if place.token.type != "LPAR" or "RESIDUAL" not in place.expected:
        return None
    closer = partner(place.tokens, place.at)
    inside = [] if closer is None else place.tokens[place.at + 1 : closer]
    if not {"IF", "ELSE"} <= {token.type for token in inside}:
        return None
    text = place.text[inside[0].start : inside[-1].end]
    how = f"name what is chosen on a line before, `let act = {text}`: the stage is `act`"
    return rules.UnexpectedToken(describe(place.token), ("a stage",), how), place.token


def _else(place: Place) -> Explained | None:
    after = place.near(1)
    if place.token.text == "else" and after is not None and after.type == "COLON":
        return habits.ColonForBraces(), after  # behind braces, on their line
    if place.token.type == "ELSE":
        return chains.StrayElse(_chosen(place)), place.token
    if place.token.type == "SHORTCUT":
        is_call = after is not None and after.type == "LPAR"
        return chains.StrayShortcut(is_call), place.token
    if "ELSE" in place.expected and not place.expected & STATEMENT_ENDS:
        depth = 0
        for token in reversed(place.tokens[place.first : place.at]):
            depth += (token.type in ("RPAR", "RSQB")) - (token.type in ("LPAR", "LSQB"))
            if token.type == "IF" and depth == 0:
                return chains.MissingElse(), token
    return None


def _colon(place: Place) -> Explained | None:
    after = place.near(1)
    if place.token.type == "COLON" and "LBRACE" in place.expected:
        is_braced = after is not None and after.type == "LBRACE"
        return habits.ColonForBraces(is_braced), place.token
    colon, word = place.near(-1), place.near(-2)
    if place.token.type not in STATEMENT_ENDS or colon is None or colon.type != "COLON":
        return None
    is_else = word is not None and word.text == "else"  # a label, before a colon
    return (habits.ColonForBraces(), colon) if is_else else None


def _brace(place: Place) -> Explained | None:
    after = place.near(1)
    if place.token.type == "_NL" and after is not None and after.type == "LBRACE":
        return (habits.BraceOnNextLine(), after) if "LBRACE" in place.expected else None
    return None


def _keyword(place: Place) -> Explained | None:
    token = place.token
    if token.text not in KEYWORDS or token.type != token.text.upper():
        return None
    if "NAME" not in place.expected or place.expected & {"LBRACE", "LET"}:
        return None  # a name would be one of many things that could stand here
    if "INT" in place.expected and token.type in _CONNECTING:
        return None
    before = place.near(-1)
    if before is not None and before.type == "WITH":
        how = "the name of a parameter stands behind `with`: `with weight = kaiming_normal`"
        return rules.UnexpectedToken(describe(token), expectations(place), how), token
    return rules.KeywordAsName(token.text), token


def _arrow(place: Place) -> Explained | None:
    token, before = place.token, place.near(-1)
    if "ARROW" not in place.expected or token.type not in STAGE | {"INT", "FLOAT"}:
        return None
    turned = _turned(place)
    known = (times, looped_behind, counted_name, values_behind, settings_behind, argument_behind)
    meant = next((said for each in known if (said := each(place)) is not None), None)
    if before is not None and place.at == place.first + 1:
        meant = meant or before_braces(before, token) or declared_as(before, place)
    is_stage = before is not None and before.type in ("NAME", "RPAR") and _is_op(token)
    return chains.MissingArrow(describe(token), turned, meant, is_stage), token


def _is_op(token: Token) -> bool:
    from archir.catalogue.registry import built_in

    return token.type == "NAME" and token.text in built_in()


def _turned(place: Place) -> str | None:
    """``ys -> add`` for ``add ys``, and ``ys[1:3] -> add`` for ``add ys[1:3]``."""
    op, behind = place.near(-1), place.at + 1
    if place.token.type != "NAME" or op is None or op.type != "NAME" or place.at < 2:
        return None
    after = place.near(1)
    if after is not None and after.type in ("INDEX", "LSQB"):
        behind = (partner(place.tokens, behind) or place.at) + 1
        after = place.tokens[behind] if behind < len(place.tokens) else None
    ends = after is None or after.type in STATEMENT_ENDS
    if not ends or place.tokens[place.at - 2].type not in STATEMENT_ENDS | {"LBRACE"}:
        return None
    from archir.catalogue.registry import built_in

    if place.token.text[:1] == "x" and place.token.text[1:].isdecimal():
        return None  # so many times
    if op.text not in built_in() or place.token.text in built_in():
        return None
    value = place.text[place.token.start : place.tokens[behind - 1].end]
    return None if "\n" in value else f"{value} -> {op.text}"


def _comma(place: Place) -> Explained | None:
    in_brackets = place.expected & {"RPAR", "RSQB"}
    if "COMMA" in place.expected and in_brackets and place.token.type in VALUE:
        first, last = place.near(-1), place.near(1)
        if first and last and (first.type, place.token.text, last.type) == ("INT", "x", "INT"):
            wanted = f"one number for each axis is a list: `[{first.text}, {last.text}]`"
            return rules.UnexpectedToken(describe(place.token), ("`,`",), wanted), place.token
        return rules.MissingComma(describe(place.token)), place.token
    return None


_EXPLANATIONS: tuple[Explanation, ...] = (
    _method,
    _foreign_word,
    _declaration,
    _edition,
    _import_form,
    slips.assignment,
    indexing.step,
    _ascription,
    _name_not_last,
    _output,
    _choice,
    _else,
    _equals,
    indexing.index,
    _colon,
    _brace,
    habit_messages.initialiser,
    slips.colon_for_equals,
    _keyword,
    slips.comma_too_many,
    slips.list_as_branches,
    slips.body_without_braces,
    bodies.without_braces,
    habit_messages.tuple_for_list,
    habit_messages.arguments_without,
    habit_messages.parentheses_for_braces,
    habit_messages.shape_in_parentheses,
    habit_messages.label_without_quotes,
    habit_messages.dotted,
    habit_messages.called,
    habit_messages.dtype,
    habit_messages.arithmetic,
    habit_messages.sum_in_parentheses,
    habit_messages.text_of_python,
    _arrow,
    habit_messages.type_first,
    _comma,
    _number,
)
