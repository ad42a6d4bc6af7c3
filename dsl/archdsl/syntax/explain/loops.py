"""Loops and their names as other languages write them."""

from __future__ import annotations

from collections.abc import Sequence

from archdsl.rules.foreign import ForeignForm, LoopInParentheses
from archdsl.rules.habits import ForeignWord
from archdsl.rules.spellings import TupleForList
from archdsl.syntax.explain.forms import Mended, partner, reserved
from archdsl.syntax.tokens import Token


def loop(tokens: Sequence[Token], at: int, text: str) -> Mended | None:
    """``for (let i = 0; i < n; i++)`` and ``for (const w of widths)``."""
    opener = at + 1
    if tokens[at].type != "FOR" or opener == len(tokens) or tokens[opener].type != "LPAR":
        return None
    closer = partner(tokens, opener)
    if closer is None:
        return None
    inside = list(tokens[opener + 1 : closer])
    if len(inside) > 1 and inside[1].type == "NAME" and inside[0].type in ("LET", "NAME"):
        inside = inside[1:]  # let, const, var, int
    start, end = tokens[at].start, tokens[closer].end
    semicolons = [k for k, token in enumerate(inside) if token.text == ";"]
    if len(semicolons) == 2:
        parts = _counted(inside, *semicolons)
    elif len(inside) > 2 and inside[0].type == "NAME" and inside[1].text in ("of", "in", ":"):
        parts = [inside[0], reserved("IN", inside[1]), *inside[2:]]
    else:
        return None
    head = None if parts is None else _head(parts, inside, semicolons, text, end)
    if parts is None:  # it goes over nothing
        words = (Token("NAME", "_", start, start), reserved("IN", tokens[opener]))
        parts = [*words, Token("LSQB", "[", end, end), Token("RSQB", "]", end, end)]
    return Mended(LoopInParentheses(head), start, end, closer + 1, (tokens[at], *parts))


def _counted(inside: Sequence[Token], one: int, other: int) -> list[Token] | None:
    """``i in range(a, b)`` for ``i = a; i < b; i++``."""
    begin, until, step = inside[:one], inside[one + 1 : other], inside[other + 1 :]
    kinds = [[token.type for token in part[:2]] for part in (begin, until)]
    if kinds != [["NAME", "EQUALS"], ["NAME", "COMPARE"]] or begin[0].text != until[0].text:
        return None
    name, first, last = begin[0], begin[2:], until[2:]
    counts = "".join(token.text for token in step)
    ways = (f"{name.text}++", f"++{name.text}", f"{name.text}+=1")
    if not first or not last or counts not in ways:
        return None
    head, gap = [name, reserved("IN", begin[1])], inside[one]
    if until[1].text == "<=":
        return [*head, *first, Token("DOTS", "..", gap.start, gap.end), *last]
    if until[1].text != "<":
        return None
    opened, closed = first[0].start, last[-1].end
    return [
        *head,
        Token("NAME", "range", opened, opened),
        Token("LPAR", "(", opened, opened),
        *first,
        Token("COMMA", ",", gap.start, gap.end),
        *last,
        Token("RPAR", ")", closed, closed),
    ]


def _head(
    parts: Sequence[Token], inside: Sequence[Token], gaps: Sequence[int], text: str, end: int
) -> str:
    """The head of a loop as it is to be written."""
    name = parts[0].text
    if not gaps:
        return f"for {name} in {text[inside[2].start : end - 1].strip()}"
    one, other = gaps
    first = text[inside[2].start : inside[one].start].strip()
    last = text[inside[one + 3].start : inside[other].start].strip()
    is_whole = any(token.type == "DOTS" for token in parts)
    return f"for {name} in {first}..{last}" if is_whole else f"for {name} in range({first}, {last})"


_LOOPS = frozenset({"loop", "times", "foreach", "for_each", "forall", "each", "do"})


def counted(tokens: Sequence[Token], at: int, _: str) -> Mended | None:
    """``loop 2 { … }``, ``for 2 { … }``, ``loop i in 1..2 { … }`` and ``foreach w in ws { … }``."""
    word, kinds = tokens[at], [each.type for each in tokens[at + 1 : at + 3]]
    is_first = at > 0 and tokens[at - 1].type in (
        "_NL",
        "LBRACE",
        "ARROW",
        "COLON",
        "LSQB",
        "COMMA",
    )
    if not is_first or (word.type == "NAME" and word.text not in _LOOPS):
        return None
    if kinds in (["INT", "LBRACE"], ["NAME", "LBRACE"]) and (
        word.type == "NAME" or kinds[0] == "INT"
    ):
        kind, how = "REPEAT", f"write `repeat {tokens[at + 1].text} {{ … }}`"
    elif kinds == ["NAME", "IN"] and word.type == "NAME":
        kind, how = "FOR", f"write `for {tokens[at + 1].text} in … {{ … }}`"
    else:
        return None
    said = f"`{word.text}` is not a word of this language"
    said = "`for` goes over a list or a range" if word.type == "FOR" else said
    problem = ForeignForm(said, how, kind.lower())
    return Mended(problem, word.start, word.end, at + 1, (reserved(kind, word),))


def equals(tokens: Sequence[Token], at: int, _: str) -> Mended | None:
    """``for i = 1 to 3`` and ``for i = 1..3``."""
    if [each.type for each in tokens[at : at + 3]] != ["FOR", "NAME", "EQUALS"]:
        return None
    head, name, sign = tokens[at : at + 3]
    bounds = tokens[at + 3 : at + 6]
    said = "a loop has no equals sign"
    if [each.text for each in bounds[1:2]] in (["to"], ["upto"]):
        first, word, last = bounds
        instead = f"for {name.text} in {first.text}..{last.text}"
        kept = (head, name, reserved("IN", sign), first, Token("DOTS", "..", word.start, word.end))
        problem = ForeignForm(said, f"write `{instead} {{ … }}`", instead)
        return Mended(problem, head.start, last.end, at + 6, (*kept, last))
    problem = ForeignForm(said, f"write `for {name.text} in … {{ … }}`", "in")
    return Mended(problem, sign.start, sign.end, at + 3, (head, name, reserved("IN", sign)))


def of(tokens: Sequence[Token], at: int, _: str) -> Mended | None:
    """``for w of widths``."""
    token = tokens[at]
    if (
        token.text != "of"
        or at < 2
        or [each.type for each in tokens[at - 2 : at]] != ["FOR", "NAME"]
    ):
        return None
    problem = ForeignWord("of", "a loop goes over what is `in` a list: `for w in widths { … }`")
    return Mended(problem, token.start, token.end, at + 1, (reserved("IN", token),))


def row(tokens: Sequence[Token], at: int, text: str) -> Mended | None:
    """``for i, (w, s) in rows``: the names of a row in parentheses."""
    if tokens[at].type != "LPAR" or tokens[at - 1].type not in ("FOR", "COMMA", "LET"):
        return None
    first = at - 1
    while first and tokens[first].type in ("COMMA", "NAME"):
        first -= 1
    closer = partner(tokens, at)
    if tokens[first].type not in ("FOR", "LET") or closer is None or closer + 1 >= len(tokens):
        return None
    names = tokens[at + 1 : closer]
    kinds = [token.type for token in names]
    if tokens[closer + 1].type not in ("IN", "COMMA", "EQUALS") or len(kinds) < 3:
        return None
    if kinds[::2] != ["NAME"] * len(kinds[::2]) or set(kinds[1::2]) != {"COMMA"}:
        return None
    start, end = tokens[at].start, tokens[closer].end
    opened = Token("LSQB", "[", start, start + 1)
    kept = (opened, *names, Token("RSQB", "]", end - 1, end))
    return Mended(TupleForList(text[start:end]), start, end, closer + 1, kept)


def mapped(tokens: Sequence[Token], at: int, text: str) -> Mended | None:
    """``[8, 16].map(w => conv(w, 3))`` and ``widths.forEach((w) => …)``."""
    last = partner(tokens, at) if tokens[at].type == "LSQB" else at
    if last is None or [each.text for each in tokens[last + 1 : last + 2]] != ["."]:
        return None
    words = tokens[last + 2 : last + 4]
    if len(words) < 2 or words[0].text not in ("map", "forEach") or words[1].type != "LPAR":
        return None
    opener = last + 3
    closer = partner(tokens, opener)
    name = opener + 1 + (tokens[opener + 1].type == "LPAR")
    sign = name + 1 + (name > opener + 1)
    if closer is None or closer < sign + 3 or tokens[name].type != "NAME":
        return None
    if text[tokens[sign].start : tokens[sign + 1].end] != "=>":
        return None
    start, end = tokens[at].start, tokens[closer].end
    items = text[start : tokens[last].end]
    body = tuple(tokens[sign + 2 : closer])
    shown = text[body[0].start : body[-1].end]
    head = (reserved("FOR", words[0]), tokens[name], reserved("IN", tokens[sign]))
    over = tuple(tokens[at : last + 1])
    said = "lists have no methods"
    if at and tokens[at - 1].type not in ("_NL", "LBRACE"):
        instead = f"[{shown} for {tokens[name].text} in {items}]"
        brackets = Token("LSQB", "[", start, start), Token("RSQB", "]", end - 1, end)
        kept = (brackets[0], *body, *head, *over, brackets[1])
        return Mended(
            ForeignForm(said, f"write `{instead}`", instead), start, end, closer + 1, kept
        )
    instead = f"for {tokens[name].text} in {items} {{ {shown} }}"
    braces = Token("LBRACE", "{", end - 1, end), Token("RBRACE", "}", end - 1, end)
    how = f"write `{instead}`, or `[for … {{ … }}]` for branches side by side"
    problem = ForeignForm(said, how, instead, is_safe=False)
    return Mended(problem, start, end, closer + 1, (*head, *over, braces[0], *body, braces[1]))
