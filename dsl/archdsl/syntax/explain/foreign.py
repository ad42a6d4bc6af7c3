"""Forms of other languages that can only mean one thing here, read as what they mean.

Loaded where a file has an error. What is mended is said once, and what stands in it is read as it
would be otherwise; what the lexer has said of signs inside is taken back.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from archdsl.rules.foreign import ForeignArrow
from archdsl.rules.habits import ColonForBraces
from archdsl.syntax.explain import declared, imports, loops, signs
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
    out: list[Token] = []
    around: list[tuple[str, int]] = []
    arrows: dict[int, _Arrows] = {}
    known = declared.models(tokens)
    at = first = count = 0
    while at < len(tokens):
        token = tokens[at]
        behind = _arrow(tokens, at, text)
        if at and tokens[at - 1].type in ("_NL", "LBRACE") and behind is None:
            first = at
        if behind is not None and _runs(around, tokens[first], tokens[at:behind]):
            start, end = token.start, tokens[behind - 1].end
            arrows.setdefault(first, _Arrows(text[start:end], [])).places.append((start, end))
            retract(start, end)
            out.append(Token("ARROW", "->", start, end))
            at = behind
            continue
        forms = (_INSIDE if around else _OUTSIDE).get(token.type, ())
        found = next((said for each in forms if (said := each(tokens, at, text))), None)
        found = found or (None if around else declared.variant(tokens, at, known))
        if found:
            retract(found.start, found.end)
            report(found.problem, found.start, found.end)
            out += found.tokens
            count += 1
            at = found.behind
            continue
        if token.type in OPENERS:
            around.append((token.type, first))
        elif token.type in CLOSERS and around:
            first = around.pop()[1]
        out.append(token)
        at += 1
    for one in arrows.values():
        (start, end), *others = one.places
        report(ForeignArrow(one.sign, tuple(others)), start, end)
    tokens[:] = out
    return bool(count or arrows)


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
    (loops.loop, ("FOR",)),
    (loops.of, ("NAME",)),
    (loops.row, ("LPAR",)),
    (declared.let, ("LET",)),
    (declared.module, ("MODULE",)),
    (signs.comparison, ("COMPARE", "NAME")),
    (signs.called, ("ASSERT", "REPEAT")),
    (signs.stages, ("LPAR", "LBRACE")),
    (signs.remark, ("ARROW", "COLON")),
    (signs.open_size, ("UNKNOWN",)),
    (signs.comment, ("DOUBLE_SLASH", "STRING")),
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
