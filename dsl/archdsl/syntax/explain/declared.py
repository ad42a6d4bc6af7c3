"""Declarations with signs of other languages: types, arrows, colons, dashes in names."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from archdsl.rules.foreign import ForeignForm
from archdsl.syntax.explain.forms import Mended, partner, reserved
from archdsl.syntax.tokens import CLOSERS, OPENERS, Token


def let(tokens: Sequence[Token], at: int, text: str) -> Mended | None:
    """``let a: int = 3``, ``let a := 3``, ``let a == 3`` and ``let a, b = 1, 2``."""
    kinds = [each.type for each in tokens[at : at + 3]]
    if kinds[:2] != ["LET", "NAME"] or len(kinds) < 3:
        return None
    end = _line(tokens, at)
    sign, head = tokens[at + 2], f"let {tokens[at + 1].text} = …"
    if sign.text == "==":
        return _sign(tokens, at, at + 2, at + 3, text, ("`==` compares", f"write `{head}`"))
    equals = next((k for k in range(at, end) if tokens[k].type == "EQUALS"), None)
    if equals is None:
        return None
    if sign.type == "COLON":
        said = "`:=` gives no value" if equals == at + 3 else "a `let` has no type"
        return _sign(tokens, at, at + 2, equals + 1, text, (said, f"write `{head}`"))
    names, values = tokens[at + 1 : equals], tokens[equals + 1 : end]
    if len(names) < 3 or any(each.type not in ("NAME", "COMMA") for each in names):
        return None
    if not values or "COMMA" not in _outside(values):
        return None
    first, last = values[0].start, values[-1].end
    instead = f"[{text[first:last]}]"
    kept = (Token("LSQB", "[", first, first), *values, Token("RSQB", "]", last, last))
    problem = ForeignForm("several values are one list", f"write `= {instead}`", instead)
    return Mended(problem, first, last, end, (*tokens[at : equals + 1], *kept))


def _sign(
    tokens: Sequence[Token], at: int, first: int, behind: int, text: str, words: tuple[str, str]
) -> Mended:
    """An equals sign in the place of some tokens of a statement."""
    start, end = tokens[first].start, tokens[behind - 1].end
    gap = "" if text[start - 1].isspace() else " "
    equals = Token("EQUALS", "=", start, end)
    return Mended(ForeignForm(*words, f"{gap}="), start, end, behind, (*tokens[at:first], equals))


def module(tokens: Sequence[Token], at: int, text: str) -> Mended | None:
    """``module head: linear(8)``."""
    kinds = [each.type for each in tokens[at : at + 3]]
    if kinds != ["MODULE", "NAME", "COLON"]:
        return None
    how = f"write `module {tokens[at + 1].text} = …`"
    return _sign(tokens, at, at + 2, at + 3, text, ("a `module` has an equals sign", how))


def part(tokens: Sequence[Token], at: int, text: str) -> Mended | None:
    """``model m() -> Tensor {``, ``block B() = {``, ``model b: a(3)`` and ``model my-net {``."""
    if not _begins(tokens, at, ("MODEL", "BLOCK")):
        return None
    kind = tokens[at].text
    end, behind = _line(tokens, at), _behind_head(tokens, at)
    if behind >= end:
        return None
    if tokens[behind].type == "MINUS" and behind == at + 2:
        return _dashed(tokens, at, text)
    braces = next((k for k in range(behind, end) if tokens[k].type == "LBRACE"), None)
    found = tokens[behind]
    if braces is None:
        return _with_colon(tokens, at, behind, text) if kind == "model" else None
    if found.type == "EQUALS" and behind == at + 2 and braces > behind + 1:
        return _filled(tokens, at, braces, text)
    is_odd = found.type in ("COLON", "ARROW", "EQUALS") and braces > behind
    if not is_odd or (found.type == "COLON" and braces == behind + 1):
        return None
    start, stop = found.start, tokens[braces].start
    said = f"nothing stands between the head of a {kind} and its braces"
    gap = "" if text[start - 1].isspace() else " "
    how = f"leave `{text[start:stop].strip()}` out"
    if found.type == "ARROW":
        how += ": what it gives is its last value, or `output`"
    problem = ForeignForm(said, how, gap)
    return Mended(problem, start, stop, braces, tuple(tokens[at:behind]))


def _with_colon(tokens: Sequence[Token], at: int, behind: int, text: str) -> Mended | None:
    """``model b: a(3)``."""
    kinds = [each.type for each in tokens[behind : behind + 2]]
    if kinds != ["COLON", "NAME"] or behind != at + 2:
        return None
    how = f"write `model {tokens[at + 1].text} = {tokens[behind + 1].text}…`"
    return _sign(tokens, at, behind, behind + 1, text, ("a variant has an equals sign", how))


def _dashed(tokens: Sequence[Token], at: int, text: str) -> Mended | None:
    last = at + 1
    while [each.type for each in tokens[last + 1 : last + 3]] == ["MINUS", "NAME"]:
        last += 2
    start, end = tokens[at + 1].start, tokens[last].end
    shown = text[start:end]
    if last == at + 1 or " " in shown:
        return None
    name = shown.replace("-", "_")
    problem = ForeignForm(f"the name `{shown}` has a dash", f"write `{name}`", name)
    return Mended(problem, start, end, last + 1, (tokens[at], Token("NAME", name, start, end)))


def _filled(tokens: Sequence[Token], at: int, braces: int, text: str) -> Mended | None:
    """``model b = a { n = 3 }``."""
    closer = partner(tokens, braces)
    inside = [] if closer is None else tokens[braces + 1 : closer]
    if closer is None or [each.type for each in inside[:2]] != ["NAME", "EQUALS"]:
        return None
    if any(each.type == "_NL" for each in inside) or braces != at + 4:
        return None
    opener = tokens[braces]
    start, end = opener.start, tokens[closer].end
    instead = f"({text[opener.end : tokens[closer].start].strip()})"
    said = "arguments stand in parentheses"
    problem = ForeignForm(said, f"write `{tokens[braces - 1].text}{instead}`", instead)
    kept = (Token("LPAR", "(", start, start), *inside, Token("RPAR", ")", end, end))
    gap = tokens[braces - 1].end
    return Mended(problem, gap, end, closer + 1, (*tokens[at:braces], *kept))


def function(tokens: Sequence[Token], at: int, text: str) -> Mended | None:
    """``fn f(n) { return n }``, ``fn f(n): n``, ``fn f(n) => n`` and ``fn f(n) -> int = n``."""
    if not _begins(tokens, at, ("FN",)):
        return None
    end, behind = _line(tokens, at), _behind_head(tokens, at)
    if behind >= end or tokens[behind - 1].type != "RPAR":
        return None
    sign = tokens[behind]
    words = ("a function is one expression behind `=`", f"write `fn {tokens[at + 1].text}(…) = …`")
    if sign.type == "LBRACE":
        return _braced(tokens, at, behind, text, words)
    if sign.type == "ARROW":
        equals = next((k for k in range(behind, end) if tokens[k].type == "EQUALS"), None)
        if equals is None:
            return None
        said = ("a function has no type", words[1])
        return _sign(tokens, at, behind, equals + 1, text, said)
    if sign.type == "COLON" and behind + 1 < end:
        first = behind + 1 + (tokens[behind + 1].text == "return")
        return _sign(tokens, at, behind, first, text, words)
    is_arrow = "".join(each.text for each in tokens[behind : behind + 2]) == "=>"
    return _sign(tokens, at, behind, behind + 2, text, words) if is_arrow else None


def _braced(
    tokens: Sequence[Token], at: int, opener: int, text: str, words: tuple[str, str]
) -> Mended | None:
    """``fn f(n) { return n }``."""
    closer = partner(tokens, opener)
    if closer is None:
        return None
    inside = [each for each in tokens[opener + 1 : closer] if each.type != "_NL"]
    inside = inside[1:] if inside and inside[0].text == "return" else inside
    if not inside or {each.type for each in inside} & {"LET", "ARROW", "LBRACE"}:
        return None
    start, end = tokens[opener].start, tokens[closer].end
    instead = f"= {text[inside[0].start : inside[-1].end]}"
    kept = (*tokens[at:opener], Token("EQUALS", "=", start, start), *inside)
    return Mended(ForeignForm(*words, instead), start, end, closer + 1, kept)


def models(tokens: Sequence[Token]) -> frozenset[str]:
    """The names of a file's models."""
    return frozenset(after.text for one, after in pairwise(tokens) if one.type == "MODEL")


def variant(tokens: Sequence[Token], at: int, known: frozenset[str]) -> Mended | None:
    """``b = a(3)`` outside of all bodies, where a is a model."""
    kinds = [each.type for each in tokens[at : at + 3]]
    if kinds != ["NAME", "EQUALS", "NAME"] or (at and tokens[at - 1].type != "_NL"):
        return None
    name, wanted = tokens[at], tokens[at + 2].text
    if wanted not in known:
        return None
    words = ("a variant of a model is a model", f"write `model {name.text} = {wanted}…`")
    problem = ForeignForm(*words, f"model {name.text}")
    head = Token("MODEL", "model", name.start, name.start)
    return Mended(problem, name.start, name.end, at + 1, (head, name))


def _begins(tokens: Sequence[Token], at: int, kinds: Sequence[str]) -> bool:
    """Whether a declaration of such a kind begins there, with a name."""
    before = tokens[at - 1].type if at else "_NL"
    named = [each.type for each in tokens[at + 1 : at + 2]] == ["NAME"]
    return named and before == "_NL" and tokens[at].type in kinds


def _behind_head(tokens: Sequence[Token], at: int) -> int:
    """The index behind the name and the parameters of a declaration."""
    opener = at + 2
    if opener < len(tokens) and tokens[opener].type == "LPAR":
        closer = partner(tokens, opener)
        return len(tokens) if closer is None else closer + 1
    return opener


def _line(tokens: Sequence[Token], at: int) -> int:
    """The index of the line end behind a token, outside of brackets that are opened there."""
    depth = 0
    while at < len(tokens) and (depth or tokens[at].type != "_NL"):
        depth += (tokens[at].type in OPENERS) - (tokens[at].type in CLOSERS)
        if depth < 0:
            break
        at += 1
    return at


def _outside(tokens: Sequence[Token]) -> list[str]:
    """The kinds of the tokens that stand in no brackets."""
    kinds: list[str] = []
    depth = 0
    for token in tokens:
        depth -= token.type in CLOSERS
        if not depth:
            kinds.append(token.type)
        depth += token.type in OPENERS
    return kinds


_PARTS = ("op", "block", "init")
_NONE = ("none", "None", "null", "nil", "undefined")


def optional(tokens: Sequence[Token], at: int, text: str) -> Mended | None:
    """``n: int | none``, ``n: int or list[int]`` and ``n: int?`` in the head of a declaration."""
    end, depth, signs = at + 1, 0, 0
    while end < len(tokens):
        token = tokens[end]
        if not depth and (token.type in _BEHIND_TYPE or token.type in CLOSERS):
            break
        signs += not depth and (token.text in ("|", "?") or token.type == "OR")
        depth += (token.type in OPENERS) - (token.type in CLOSERS)
        end += 1
    inside = tokens[at + 1 : end]
    if not signs or not inside or tokens[at - 1].type != "NAME" or end == len(tokens):
        return None
    if any(each.type not in _OF_TYPES and each.text not in ("|", "?") for each in inside):
        return None
    start, stop = tokens[at].start, inside[-1].end
    named = [each for each in inside if each.text not in (*_NONE, "|", "?", "or")]
    instead, kept = "", tuple[Token, ...]()
    how = "leave it out: a parameter without a type takes anything"
    if len(named) == 1 and named[0].text in _PARTS:
        instead, kept = f": {named[0].text}", (tokens[at], named[0])
        how = f"`none` may stand for it in any case: write `{tokens[at - 1].text}{instead}`"
    shown = text[inside[0].start : stop]
    problem = ForeignForm(f"`{shown}` is not one type", how, instead)
    return Mended(problem, start, stop, end, kept)


_BEHIND_TYPE = frozenset({"EQUALS", "COMMA", "IN", "_NL"})
_OF_TYPES = frozenset({"NAME", "NONE", "OR", "LSQB", "RSQB", "INIT", "BLOCK"})


def values(tokens: Sequence[Token], at: int, text: str) -> Mended | None:
    """``(a, b) = chunk(2)`` and ``a, b = chunk(2)``."""
    if not at or tokens[at - 1].type not in ("_NL", "LBRACE"):
        return None
    end = _line(tokens, at)
    equals = next((k for k in range(at, end) if tokens[k].type == "EQUALS"), None)
    if equals is None or equals + 1 >= end or tokens[equals + 1].type != "NAME":
        return None
    named = tokens[at + 1 : equals - 1] if tokens[at].type == "LPAR" else tokens[at:equals]
    kinds = [each.type for each in named]
    if len(kinds) < 3 or kinds[::2] != ["NAME"] * len(kinds[::2]) or {*kinds[1::2]} != {"COMMA"}:
        return None
    stages, names = tokens[equals + 1 : end], text[named[0].start : named[-1].end]
    if [each.text for each in stages[1:3]] == [".", "shape"]:  # numbers
        start, stop = tokens[at].start, stages[-1].end
        instead = f"let {names} = {text[stages[0].start : stop]}"
        words = ("names of numbers are bound by `let`", f"write `{instead}`")
        value = [
            Token("LSQB", "[", each.start, each.end) if each.type == "INDEX" else each
            for each in stages
        ]
        kept = (reserved("LET", tokens[at]), *named, tokens[equals], *value)
        return Mended(ForeignForm(*words, instead), start, stop, end, kept)
    instead = f"{text[stages[0].start : stages[-1].end]} as {names}"
    words = ("values are named behind the stage that gives them", f"write `{instead}`")
    place = Token("AS", "as", stages[-1].end, stages[-1].end)
    problem = ForeignForm(*words, instead, is_safe=False)
    kept = (*stages, place, *named)
    return Mended(problem, tokens[at].start, stages[-1].end, end, kept)
