"""Blanks and line ends, written into the rules.

Where a line end means nothing depends on the bracket that is open: so a rule is made once for each
place in which it is used. Each token is followed by the blanks behind it.
"""

from __future__ import annotations

from importlib import resources
from typing import Any, Literal

from lark.grammar import NonTerminal, Terminal
from lark.lexer import Token
from lark.load_grammar import GrammarBuilder
from lark.tree import Tree

from archc.pages.grammars import narrower
from archc.pages.grammars.forms import Characters, Form, RuleName, Times, in_order, maybe, one_of
from archc.pages.grammars.terminals import TERMINALS

Place = Literal["line", "inside", "hole"]
"""Between statements and in them; in parentheses, lists and shapes; in the hole of a string."""

_OPENS: dict[str, Place] = {"(": "inside", "[": "inside", "{": "line", "HOLE": "hole"}
_CLOSES = frozenset({")", "]", "}", "HOLE_END"})

_SPELLED = {
    "INDEX": "[",
    "UPTO": "upto",
    "STEP": "step",
    "OF": "of",
    "QUOTE": '"',
    "QUOTE_END": '"',
}
_SPELLED |= {"COLON_OF_LINE": ":", "HOLE": "{", "HOLE_END": "}"}
"""What the parser's passes, or the rules of ``narrower``, tell apart from the signs and words."""

_AFTER = frozenset({"->", "{", "[", ","})
"""Behind these a line may end within a statement."""

_BEFORE = frozenset({"->", "::", "shortcut", "}", "]", ","})
"""A line may end before these; and before the ``else`` of a statement."""

_UNSPACED = {
    "text": frozenset({"QUOTE", "CHUNK", "HOLE_END", "{{", "}}"}),
    "float": frozenset({"DIGITS", ".", "EXPONENT"}),
    "number": frozenset({"INT"}),
}
"""Tokens of some rules that nothing may stand behind."""

_INFIX = frozenset({"in", "not in", "with", "as", "when", "and", "or"})
_IN_LINE = frozenset({"upto", "step", "of"})
_INFIX_IN = {
    "if": frozenset({"condition", "expression", "comprehension"}),
    "for": frozenset({"comprehension"}),
    "else": frozenset({"expression"}),
}
"""Words between two values, with blanks on both sides; some are names beside a line end."""

_BEFORE_BRACES = frozenset({"init", "residual", "dense", "train_only", "shortcut"})
_VALUES = frozenset({"true", "false", "none"})
_NAME_LIKE = frozenset({"type", "parameter", "selector"})
"""Rules in which keywords stand as names do."""


def spaced() -> dict[str, Form]:
    """The rules by their names; the first is that of a file."""
    return _Spacing().all()


class _Spacing:
    def __init__(self) -> None:
        builder = GrammarBuilder()
        text = resources.files("archdsl.syntax").joinpath("grammar.lark").read_text("utf-8")
        builder.load_grammar(text, "grammar.lark")
        builder.load_grammar(narrower.RULES, "narrower")
        grammar = builder.build()
        self.trees: dict[str, Any] = {name: tree for name, _, tree, _ in grammar.rule_defs}
        self.words: dict[str, tuple[str, ...]] = {
            name: words for name, (tree, _) in grammar.term_defs if (words := _literals(tree))
        }
        self.wanted: list[tuple[str, Place]] = []

    def all(self) -> dict[str, Form]:
        items = self.form(self.trees["start"], "line", "start")
        made = {"start": in_order(maybe(RuleName("NL")), items, maybe(RuleName("NL")))}
        while self.wanted:
            name, place = self.wanted.pop(0)
            key = _named(name, place)
            if key not in made:
                made[key] = self.form(self.trees[name], place, name)
        return made

    def use(self, name: str, place: Place) -> Form:
        self.wanted.append((name, place))
        return RuleName(_named(name, place))

    def form(self, tree: Any, place: Place, rule: str) -> Form:
        """A form of a rule, at a place."""
        match tree:
            case Tree(data="expansions"):
                absent = narrower.ABSENT.get(place, frozenset())
                kept = [each for each in tree.children if _only_use(each) not in absent]
                return one_of(*(self.form(each, place, rule) for each in kept))
            case Tree(data="alias"):
                return self.form(tree.children[0], place, rule)
            case Tree(data="expansion"):
                return self.in_order(tree.children, place, rule)
            case Tree(data="expr"):
                inner, count = tree.children
                return Times(self.form(inner, place, rule), *_COUNTS[str(count)])
            case Tree(data="maybe"):
                return maybe(self.form(tree.children[0], place, rule))
            case _:
                return self.in_order([tree], place, rule)

    def in_order(self, trees: list[Any], place: Place, rule: str) -> Form:
        """Forms one after the other: a bracket changes the place up to the one that closes it."""
        around: list[Place] = []
        made: list[Form] = []
        for tree in trees:
            token = _token(tree)
            if token is None:
                made.append(self.form(tree, place, rule))
                continue
            sign = self.spelled(token)
            if token in _CLOSES or sign in _CLOSES:
                place = around.pop()
            elif (opened := _OPENS.get(token) or _OPENS.get(sign)) is not None:
                around.append(place)
                place = self.opened(opened, place, rule)
            made.append(self.token(token, place, rule))
        return in_order(*made)

    def opened(self, opened: Place, place: Place, rule: str) -> Place:
        if rule == "branches":
            return "line"
        return place if place == "hole" and opened == "inside" else opened

    def spelled(self, token: str) -> str:
        words = self.words.get(token, ())
        return _SPELLED.get(token) or (words[0] if len(words) == 1 else token)

    def token(self, token: str, place: Place, rule: str) -> Form:
        """A token with the blanks that belong to it."""
        if token.startswith("rule:"):
            return self.use(token.removeprefix("rule:"), place)
        if token == "_NL":
            return RuleName("NL" if rule == "start" else "INDENT")
        if token == "_SEP":
            return one_of(in_order(Characters(","), maybe(_BREAK)), RuleName("INDENT"))
        if token == "BLANK":
            return maybe(RuleName("ANY" if place == "inside" else "SP"))
        if token in _UNSPACED.get(rule, ()):
            return RuleName(token) if token in TERMINALS else Characters(self.spelled(token))
        return self.words_of(token, place, rule)

    def words_of(self, token: str, place: Place, rule: str) -> Form:
        word = self.spelled(token)
        blank = RuleName("ANY" if place == "inside" else "SP")
        if token.isupper() and token not in self.words and token not in _SPELLED:
            return in_order(RuleName(token), maybe(blank))
        if token == "COLON_OF_LINE":
            return in_order(Characters(word), maybe(RuleName("SP")))
        if len(self.words.get(token, ())) > 1:
            return in_order(one_of(*map(Characters, self.words[token])), maybe(blank))
        if word in _IN_LINE:
            return in_order(RuleName("SP"), Characters(word), RuleName("SP"))
        if word in _INFIX or rule in _INFIX_IN.get(word, ()):
            return in_order(blank, Characters(word), blank)
        form: Form = Characters(word)
        if place == "line" and (word in _BEFORE or (word, rule) == ("else", "if_")):
            form = in_order(maybe(RuleName("NL" if word in _CLOSES else "INDENT")), form)
        if place == "line" and word in _AFTER:
            return in_order(form, maybe(_BREAK))
        needs = (
            word[-1].isalpha() and word not in _BEFORE_BRACES | _VALUES and rule not in _NAME_LIKE
        )
        return in_order(form, blank if needs else maybe(blank))


_BREAK = one_of(RuleName("SP"), RuleName("INDENT"))
_COUNTS: dict[str, tuple[int, int | None]] = {"?": (0, 1), "*": (0, None), "+": (1, None)}


def _named(name: str, place: Place) -> str:
    plain = name.strip("_")
    return plain if place == "line" else f"{plain}_{place}"


def _token(tree: Any) -> str | None:
    """The name or the text of a token, or of a rule with ``rule:`` before it."""
    match tree:
        case Tree(data="value", children=[inner]) | Tree(data="literal", children=[inner]):
            return _token(inner)
        case NonTerminal(name=name):
            return f"rule:{name}"
        case Terminal(name=name):
            return str(name)
        case Token():
            return str(tree)[1:-1]
        case _:
            return None


def _only_use(tree: Any) -> str:
    """The rule that an alternative consists of."""
    while isinstance(tree, Tree) and len(tree.children) == 1:
        tree = tree.children[0]
    return str(tree.name) if isinstance(tree, NonTerminal) else ""


def _literals(tree: Any) -> tuple[str, ...]:
    """The words that a terminal is one of; none where it is a pattern."""
    if isinstance(tree, Token):
        return (str(tree)[1:-1],) if str(tree)[:1] == '"' else ()
    if not isinstance(tree, Tree):
        return ()
    found = [_literals(each) for each in tree.children]
    return tuple(word for each in found for word in each) if all(found) else ()
