"""Forms of other languages that can only mean one thing here, read as what they mean.

Loaded where a file has an error. What is mended is said once, and what stands in it is read as it
would be otherwise; what the lexer has said of signs inside is taken back.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from archdsl.rules.foreign import ForeignArrow, ForeignForm, SemicolonForLineEnd
from archdsl.rules.habits import ColonForBraces
from archdsl.syntax.explain import bodies, declared, imports, loops, signs
from archdsl.syntax.explain.forms import Mended
from archdsl.syntax.lalr.tables import load
from archdsl.syntax.tokens import CLOSERS, OPENERS, Token
from archir.base.diagnostics import Problem
from archir.base.record import Struct

Report = Callable[[Problem, int, int], None]


class _Arrows(Struct):
    """Signs that stand for arrows in one statement."""

    sign: str
    places: list[tuple[int, int]]


def mend(
    tokens: list[Token], text: str, report: Report, retract: Callable[[int, int], None]
) -> bool:
    """Replace such forms in a file's tokens; whether there were any."""
    return _Mending(tokens, text, report, retract).run()


class _Mending:
    """One walk over a file's tokens."""

    def __init__(
        self, tokens: list[Token], text: str, report: Report, retract: Callable[[int, int], None]
    ) -> None:
        self.tokens, self.text = tokens, text
        self.report, self.retract = report, retract
        self.out: list[Token] = []
        self.around: list[tuple[str, int]] = []
        """The brackets that are open, and where the statements begin in which they stand."""

        self.first = 0
        """Where the statement at hand begins."""

        self.models = declared.models(tokens)
        self.arrows: dict[int, _Arrows] = {}
        self.colons: dict[int, Token | None] = {}
        """Colons of a chain, which go, and its words that were taken for labels."""

        self.semicolons: list[tuple[int, int, str]] = []
        self.is_wrong = False

    def run(self) -> bool:
        tokens, at = self.tokens, 0
        while at < len(tokens):
            token = tokens[at]
            behind = _arrow(tokens, at, self.text)
            if at and behind is None and _ends(tokens[at - 1]):
                self.first = at
            if behind is not None and _runs(self.around, tokens[self.first], tokens[at:behind]):
                shape = signs.remark(tokens, behind - 1, self.text, arrow=at)
                if shape is not None:
                    self._replace(shape)
                else:
                    self._chain(at, behind)
                at = behind if shape is None else shape.behind
            elif at not in self.colons and (found := self._form(at)) is not None:
                self._replace(found)
                at = found.behind
            else:
                self._keep(at, token)
                at += 1
        for one in self.arrows.values():
            (start, end), *others = one.places
            self.report(ForeignArrow(one.sign, tuple(others)), start, end)
        if self.semicolons:
            at = self.text.index(";", self.semicolons[0][0])
            self.report(SemicolonForLineEnd(tuple(self.semicolons)), at, at + 1)
        tokens[:] = self.out
        return self.is_wrong or bool(self.arrows or self.semicolons)

    def _chain(self, at: int, behind: int) -> None:
        start, end = self.tokens[at].start, self.tokens[behind - 1].end
        shown = self.text[start:end]
        self.arrows.setdefault(self.first, _Arrows(shown, [])).places.append((start, end))
        self.retract(start, end)
        self.out.append(Token("ARROW", "->", start, end))

    def _form(self, at: int) -> Mended | None:
        tokens, text = self.tokens, self.text
        forms = (_INSIDE if self.around else _OUTSIDE).get(tokens[at].type, ())
        for each in forms:
            if (said := each(tokens, at, text)) is not None:
                return said
        return None if self.around else declared.variant(tokens, at, self.models)

    def _replace(self, found: Mended) -> None:
        self.retract(found.start, found.end)
        self.report(found.problem, found.start, found.end)
        self.out += found.tokens
        self.is_wrong = True

    def _keep(self, at: int, token: Token) -> None:
        if token.type in _CHAINS and at not in self.colons and self.around:
            self._without_colons(at)
        if at in self.colons:
            word = self.colons[at]
            self.out += [] if word is None else [word]
            return
        if token.text == ";" and token.type == "UNKNOWN":
            kept = Token("COMMA", ",", token.start, token.end)
            if not self._is_inside("LPAR") and not self._is_inside("LSQB"):
                kept = Token("_NL", "\n", token.start, token.end)
            self.semicolons.append(signs.without_semicolon(token, kept, self.text))
            self.out.append(kept)
            return
        if token.text == "|" and token.type == "UNKNOWN" and self._is_inside("LSQB"):
            token = self._comma(token)
        if token.type in OPENERS:
            self.around.append((token.type, self.first))
        elif token.type in CLOSERS and self.around:
            self.first = self.around.pop()[1]
        self.out.append(token)

    def _is_inside(self, kind: str) -> bool:
        return bool(self.around) and self.around[-1][0] == kind

    def _comma(self, token: Token) -> Token:
        """``[conv(8, 1) | conv(8, 3)]``."""
        said = "branches are separated by commas"
        self._replace(Mended(ForeignForm(said, "write `,`", ","), token.start, token.end, 0, ()))
        return Token("COMMA", ",", token.start, token.end)

    def _without_colons(self, at: int) -> None:
        """Take the colons before the braces of one ``if`` or ``residual`` for one mistake."""
        colons, words = bodies.colons(self.tokens, at)
        if len(colons) < 2 or colons[0] in self.colons:
            return
        spans = [(self.tokens[each].start, self.tokens[each].end) for each in colons]
        for each, start in zip(colons, spans, strict=True):
            self.retract(*start)
            self.colons[each] = None
        for each in words:
            word = self.tokens[each]
            self.colons[each] = Token(load().words[word.text], word.text, word.start, word.end)
        self.report(ColonForBraces(True, tuple(spans[1:])), *spans[0])
        self.is_wrong = True


_CHAINS = frozenset({"IF", "NAME"})


def _ends(token: Token) -> bool:
    """Whether a statement begins behind a token."""
    return token.type in ("_NL", "LBRACE") or token.text == ";"


_ARROWS = frozenset({"|>", ">>", "=>", "~>", "->>", "-->", "- >", "\N{RIGHTWARDS ARROW}", "|"})


def _arrow(tokens: Sequence[Token], at: int, text: str) -> int | None:
    """The index behind what may stand for an arrow, if that begins here."""
    if text[tokens[at].start : tokens[at].start + 1] not in _FIRST:
        return None
    for behind in (at + 2, at + 1):
        if behind > len(tokens):
            continue
        shown = text[tokens[at].start : tokens[behind - 1].end]
        if shown in _ARROWS and tokens[at].type not in ("STRING", "NAME"):
            return behind
    return None


_FIRST = frozenset(arrow[0] for arrow in _ARROWS)
_NO_STAGES = frozenset(
    {"LET", "ASSERT", "IF", "FOR", "REPEAT", "OUTPUT", "INPUT", "PARAM", "BUFFER"}
)


def _runs(around: Sequence[tuple[str, int]], start: Token, sign: Sequence[Token]) -> bool:
    """Whether stages stand there, so that the sign can only chain them."""
    inside = [kind for kind, _ in around]
    if not inside or "LPAR" in inside or start.type in _NO_STAGES:
        return False
    return inside[-1] == "LBRACE" or (inside[-1] == "LSQB" and sign[0].text != "|")


# --- colons before braces


def _colon(tokens: Sequence[Token], at: int, _: str) -> Mended | None:
    """``init: {`` before rules, ``else: {`` behind braces, ``shortcut: {`` on their line."""
    token, behind = tokens[at], [each.type for each in tokens[at + 1 : at + 3]]
    if token.type != "NAME" or behind != ["COLON", "LBRACE"] or at < 2:
        return None
    before, earlier = tokens[at - 1].type, tokens[at - 2].type
    if token.text == "init":
        fits = before in ("_NL", "LBRACE") and _is_rule(tokens, at + 3)
    elif token.text == "else":
        fits = "RBRACE" in (before, earlier if before == "_NL" else "")
    else:
        fits = token.text == "shortcut" and before == "RBRACE"
    if not fits:
        return None
    colon = tokens[at + 1]
    kept = (Token(load().words[token.text], token.text, token.start, token.end),)
    return Mended(ColonForBraces(is_braced=True), colon.start, colon.end, at + 2, kept)


def _is_rule(tokens: Sequence[Token], at: int) -> bool:
    """Whether a rule of an ``init`` stands there."""
    at += tokens[at].type == "_NL" if at < len(tokens) else 0
    kinds = [token.type for token in tokens[at : at + 4]]
    return kinds[:1] in (["NAME"], ["STAR"], ["STRING"]) and kinds[1:] == ["DOT", "NAME", "COLON"]


_Form = Callable[[Sequence[Token], int, str], Mended | None]
_DECLARED: tuple[tuple[_Form, tuple[str, ...]], ...] = (
    (imports.other_order, ("NAME", "IMPORT")),
    (imports.renamed, ("NAME",)),
    (declared.part, ("MODEL", "BLOCK")),
    (declared.function, ("FN",)),
)
"""What stands outside of all bodies, with the kinds of tokens that begin it."""

_FORMS: tuple[tuple[_Form, tuple[str, ...]], ...] = (
    (_colon, ("NAME",)),
    (bodies.inputs, ("NAME",)),
    (bodies.rows, ("NAME", "MINUS")),
    (loops.counted, ("NAME", "FOR")),
    (loops.loop, ("FOR",)),
    (loops.equals, ("FOR",)),
    (loops.of, ("NAME",)),
    (loops.row, ("LPAR",)),
    (loops.mapped, ("NAME", "LSQB")),
    (declared.let, ("LET",)),
    (declared.module, ("MODULE",)),
    (signs.comparison, ("COMPARE", "NAME")),
    (signs.called, ("ASSERT", "REPEAT")),
    (signs.stages, ("LPAR", "LBRACE")),
    (signs.remark, ("ARROW", "COLON")),
    (signs.backticks, ("UNKNOWN",)),
    (signs.decorator, ("UNKNOWN",)),
    (signs.bracketed_names, ("LPAR", "LSQB")),
    (signs.condition, ("WHEN",)),
    (signs.upto, ("NAME", "ARROW", "DOT")),
    (declared.values, ("LPAR", "NAME")),
    (declared.optional, ("COLON",)),
    (signs.open_size, ("UNKNOWN",)),
    (signs.comment, ("DOUBLE_SLASH", "STRING")),
    (signs.between_rules, ("COMMA",)),
    (signs.other_arm, ("ELSE",)),
)


def _by_kind(*forms: tuple[_Form, tuple[str, ...]]) -> dict[str, tuple[_Form, ...]]:
    """The forms that a token of each kind may begin: a file has many tokens."""
    found: dict[str, tuple[_Form, ...]] = {}
    for form, kinds in forms:
        for kind in kinds:
            found[kind] = (*found.get(kind, ()), form)
    return found


_INSIDE = _by_kind(*_FORMS)
_OUTSIDE = _by_kind(*_DECLARED, *_FORMS)
