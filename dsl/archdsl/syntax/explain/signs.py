"""Signs and brackets of other languages in statements and expressions."""

from __future__ import annotations

from collections.abc import Sequence

from archdsl.rules.foreign import ForeignForm
from archdsl.rules.literals import SingleQuotes
from archdsl.syntax.explain.forms import Mended, around, partner
from archdsl.syntax.tokens import CLOSERS, END, OPENERS, Token

_ENDS = ("_NL", "RBRACE", END)
_EQUAL = {"===": "==", "!==": "!=", "<>": "!=", "is not": "!="}


def comparison(tokens: Sequence[Token], at: int, text: str) -> Mended | None:
    """``===``, ``!==``, ``<>`` and ``is not``."""
    if at + 1 >= len(tokens) or tokens[at].type not in ("COMPARE", "NAME"):
        return None
    start, end = tokens[at].start, tokens[at + 1].end
    shown = " ".join(text[start:end].split())
    instead = _EQUAL.get(shown)
    if instead is None:
        return None
    problem = ForeignForm(f"`{shown}` does not compare", f"write `{instead}`", instead)
    return Mended(problem, start, end, at + 2, (Token("COMPARE", instead, start, end),))


def called(tokens: Sequence[Token], at: int, text: str) -> Mended | None:
    """``assert(a > b, "…")`` and ``repeat(3, relu)``."""
    word = tokens[at]
    if word.type not in ("ASSERT", "REPEAT") or [each.type for each in tokens[at + 1 : at + 2]] != [
        "LPAR"
    ]:
        return None
    opener, closer = at + 1, partner(tokens, at + 1)
    if closer is None or (closer + 1 < len(tokens) and tokens[closer + 1].type not in _ENDS):
        return None
    commas = _commas(tokens, opener, closer)
    if len(commas) != 1:
        return None
    comma = commas[0]
    first = text[tokens[opener].end : tokens[comma].start].strip()
    other = text[tokens[comma].end : tokens[closer].start].strip()
    inside, behind = tokens[opener + 1 : comma], tokens[comma + 1 : closer]
    start, end = word.start, tokens[closer].end
    if word.type == "ASSERT":
        instead, kept = f"assert {first}, {other}", (*inside, tokens[comma], *behind)
    else:
        braces = (Token("LBRACE", "{", tokens[comma].start, tokens[comma].end), *behind)
        kept = (*inside, *braces, Token("RBRACE", "}", end - 1, end))
        instead = f"repeat {first} {{ {other} }}"
    if "\n" in instead:
        return None
    problem = ForeignForm(f"`{word.text}` is no function", f"write `{instead}`", instead)
    return Mended(problem, start, end, closer + 1, (word, *kept))


def _commas(tokens: Sequence[Token], opener: int, closer: int) -> list[int]:
    """Where commas stand directly in brackets."""
    found: list[int] = []
    depth = 0
    for at in range(opener, closer):
        depth += (tokens[at].type in OPENERS) - (tokens[at].type in CLOSERS)
        if depth == 1 and tokens[at].type == "COMMA":
            found.append(at)
    return found


def stages(tokens: Sequence[Token], at: int, text: str) -> Mended | None:
    """``(conv(8, 3) -> relu)`` and ``concat { relu, tanh }``."""
    opener = tokens[at]
    closer = partner(tokens, at) if opener.type in ("LPAR", "LBRACE") else None
    if closer is None or not at:
        return None
    before, end = tokens[at - 1], tokens[closer].end
    inside = tuple(tokens[at + 1 : closer])
    written = text[opener.end : tokens[closer].start].strip()
    if opener.type == "LPAR":
        kinds = [each.type for each in inside]
        if (
            before.type not in ("_NL", "LBRACE", "ARROW", "COLON", "LSQB", "COMMA")
            or "ARROW" not in kinds
        ):
            return None
        instead = f"{{ {written} }}"
        words = ("parentheses hold no stages", "stages that run in order stand in braces")
        kept = (Token("LBRACE", "{", opener.start, opener.end), *inside)
        tokens_now = (*kept, Token("RBRACE", "}", end - 1, end))
        return Mended(ForeignForm(*words, instead), opener.start, end, closer + 1, tokens_now)
    from archir.catalogue.registry import built_in

    if before.type != "NAME" or before.text not in built_in() or not _commas(tokens, at, closer):
        return None
    instead = f"[{written}]"
    words = ("braces hold what runs in order", "what runs side by side stands in brackets")
    kept = (Token("LSQB", "[", opener.start, opener.end), *inside)
    return Mended(
        ForeignForm(*words, instead),
        opener.start,
        end,
        closer + 1,
        (*kept, Token("RSQB", "]", end - 1, end)),
    )


_BEFORE_STAGES = frozenset({"_NL", "LBRACE", "ARROW", "COLON", "LSQB", "COMMA"})


def remark(tokens: Sequence[Token], at: int, text: str, arrow: int | None = None) -> Mended | None:
    """``conv(8, 3) -> [N, 8, H, 32]`` and ``conv(8, 3): [N, 8, 32, 32]``: a shape as a remark.

    Of an arrow of another language, ``=>``, its first token is given too.
    """
    sign = tokens[at if arrow is None else arrow]
    is_sign = arrow is not None or sign.type in ("ARROW", "COLON")
    if not is_sign or not at or at + 1 >= len(tokens):
        return None
    closer = partner(tokens, at + 1) if tokens[at + 1].type == "LSQB" else None
    if closer is None or (closer + 1 < len(tokens) and tokens[closer + 1].type not in _ENDS):
        return None
    inside = {each.type for each in tokens[at + 2 : closer]}
    if not {"INT", "COMMA"} <= inside or inside - _OF_SHAPES:
        return None
    if sign.type == "COLON" and tokens[at - 1].type not in ("RPAR", "RBRACE"):
        return None
    line = at
    while line and tokens[line - 1].type not in ("_NL", "LBRACE"):
        line -= 1
    if tokens[line].type in ("MODEL", "BLOCK", "FN", "INPUT", "PARAM", "BUFFER", "LET"):
        return None
    shape = text[tokens[at + 1].start : tokens[closer].end]
    words = ("a shape is no stage", f"a shape that is checked stands behind `::`: `:: {shape}`")
    gap = "" if text[sign.start - 1].isspace() else " "
    start, end = sign.start, tokens[at].end
    kept = (Token("DOUBLE_COLON", "::", start, end), *tokens[at + 1 : closer + 1])
    return Mended(ForeignForm(*words, f"{gap}::"), start, end, closer + 1, kept)


_OF_SHAPES = frozenset({"NAME", "INT", "COMMA", "STAR", "DOUBLE_SLASH", "PLUS", "MINUS"})


def open_size(tokens: Sequence[Token], at: int, _: str) -> Mended | None:
    """``[?, 3, 32, 32]`` and ``n?: int``."""
    token = tokens[at]
    if token.text != "?" or token.type != "UNKNOWN" or at + 1 >= len(tokens) or not at:
        return None
    before, after = tokens[at - 1], tokens[at + 1]
    if before.type == "LSQB" and after.type == "COMMA":
        words = ("a size that is open has a name", "write `N`")
        kept = (Token("NAME", "N", token.start, token.end),)
        return Mended(ForeignForm(*words, "N"), token.start, token.end, at + 1, kept)
    if before.type == "NAME" and after.type in ("COLON", "COMMA", "RPAR"):
        words = (
            "no sign says that a parameter may be left out",
            "give it a default: `name = none`",
        )
        return Mended(ForeignForm(*words, ""), token.start, token.end, at + 1, ())
    return None


def comment(tokens: Sequence[Token], at: int, text: str) -> Mended | None:
    """``conv(8, 3) // two words``, and a text in three quotes."""
    token = tokens[at]
    words = ("this is no comment", "a comment begins with `#`, one of a declaration with `##`")
    kinds = [each.type for each in tokens[at + 1 : at + 3]]
    begins = not at or tokens[at - 1].type == "_NL"
    if token.type == "DOUBLE_SLASH" and kinds == ["NAME", "NAME"] and not begins:
        end = at
        while end < len(tokens) and tokens[end].type != "_NL":
            end += 1
        return Mended(ForeignForm(*words, "#"), token.start, token.end, end, ())
    shown = text[token.start : token.start + 3]
    if shown not in ("'''", '"""') or token.type != "STRING" or kinds != ["STRING", "STRING"]:
        return None
    last = tokens[at + 2]
    if last.end != tokens[at + 1].end + 2 or tokens[at + 1].start != token.end:
        return None
    instead = f"# {text[token.start + 3 : last.end - 3].strip()}"
    return Mended(ForeignForm(*words, instead), token.start, last.end, at + 3, ())


def without_semicolon(token: Token, kept: Token, text: str) -> tuple[int, int, str]:
    """What takes the place of a semicolon: a range, and a comma, a line end, or nothing."""
    if kept.type == "COMMA":
        return token.start, token.end, ","
    rest = text[token.end :].split("\n", 1)[0]
    behind = rest.lstrip(" \t")
    line = text[text.rfind("\n", 0, token.start) + 1 : token.start]
    start = token.start - len(line) + len(line.rstrip(" \t"))
    if not behind.strip() or behind[0] in "#}":
        return start, token.end, ""
    margin = line[: len(line) - len(line.lstrip(" \t"))]
    return start, token.end + len(rest) - len(behind), f"\n{margin}"


def backticks(tokens: Sequence[Token], at: int, text: str) -> Mended | None:
    """```conv1`: conv(8, 3)`` and ```layer${i}`: conv(8, 3)``."""
    token = tokens[at]
    end = text.find("`", token.end)
    if token.text != "`" or end < 0 or "\n" in text[token.start : end]:
        return None
    closer = next((k for k in range(at + 1, len(tokens)) if tokens[k].start == end), None)
    if closer is None:
        return None
    written = text[token.end : end]
    meant = written.replace("${", "{")
    problem = SingleQuotes(meant, has_holes=True)
    is_label = [each.type for each in tokens[closer + 1 : closer + 2]] == ["COLON"]
    if "{" in meant and is_label:
        return Mended(problem, token.start, end + 1, closer + 2, ())  # it is another in each turn
    name = "" if "{" in meant else meant
    return Mended(
        problem, token.start, end + 1, closer + 1, (Token("STRING", name, token.start, end + 1),)
    )


def bracketed_names(tokens: Sequence[Token], at: int, text: str) -> Mended | None:
    """``chunk(2) as (a, b)``, ``chunk(2) as [a, b]`` and ``lstm(64) as y, (h, c)``."""
    begin = at
    while begin > 1 and [each.type for each in tokens[begin - 2 : begin]] == ["NAME", "COMMA"]:
        begin -= 2
    closer = partner(tokens, at) if begin and tokens[begin - 1].type == "AS" else None
    inside = () if closer is None else tokens[at + 1 : closer]
    if closer is None or not inside or {each.type for each in inside} - {"NAME", "COMMA"}:
        return None
    instead = text[inside[0].start : inside[-1].end]
    names = f"{text[tokens[begin].start : tokens[at].start]}{instead}"
    said = "the names of values stand without brackets"
    problem = ForeignForm(said, f"write `as {names}`", instead)
    return Mended(problem, tokens[at].start, tokens[closer].end, closer + 1, tuple(inside))


def decorator(tokens: Sequence[Token], at: int, _: str) -> Mended | None:
    """``@checkpoint`` on a line of its own."""
    if tokens[at].text != "@" or (at and tokens[at - 1].type not in ("_NL", "LBRACE")):
        return None
    end = at
    while end < len(tokens) and tokens[end].type != "_NL":
        end += 1
    if any(each.type == "ARROW" for each in tokens[at:end]):
        return None
    problem = ForeignForm("there are no decorators", "leave the line out", "")
    return Mended(problem, tokens[at].start, tokens[end - 1].end, end, ())


def condition(tokens: Sequence[Token], at: int, _: str) -> Mended | None:
    """``when deep { relu }``."""
    word = tokens[at]
    if not at or tokens[at - 1].type not in ("_NL", "LBRACE"):
        return None
    problem = ForeignForm("`when` stands behind an output alone", "write `if … { … }`", "if")
    kept = (Token("IF", "if", word.start, word.end),)
    return Mended(problem, word.start, word.end, at + 1, kept)


def upto(tokens: Sequence[Token], at: int, text: str) -> Mended | None:
    """``resnet50 upto layer4``, ``resnet50 -> upto [layer4]`` and ``resnet50.upto(layer4)``."""
    word = at + (tokens[at].type in ("ARROW", "DOT"))
    if word >= len(tokens) or tokens[word].text not in ("upto", "up_to") or not at:
        return None
    if tokens[at - 1].type not in ("NAME", "RPAR") or _in_loop(tokens, at):
        return None
    first = word + 1
    is_open = first < len(tokens) and tokens[first].type in ("LSQB", "LPAR")
    closer = partner(tokens, first) if is_open else first + 1
    if closer is None or closer > len(tokens) or (is_open and word == at and _is_right(tokens, at)):
        return None
    inside = tokens[first + is_open : closer]
    if not inside or any(each.type not in ("NAME", "STRING", "COMMA") for each in inside):
        return None
    start, end = tokens[at].start, tokens[closer - (not is_open)].end
    labels = text[inside[0].start : inside[-1].end]
    gap = "" if text[start - 1].isspace() else " "
    opened, closed = Token("LSQB", "[", start, start), Token("RSQB", "]", end, end)
    kept = (Token("UPTO", "upto", start, start), opened, *inside, closed)
    said = "labels of a part stand in brackets behind it, without an arrow"
    problem = ForeignForm(said, f"write `upto [{labels}]`", f"{gap}upto [{labels}]")
    return Mended(problem, start, end, closer + is_open, kept)


def _is_right(tokens: Sequence[Token], at: int) -> bool:
    return tokens[at].text == "upto" and tokens[at + 1].type == "LSQB"


def _in_loop(tokens: Sequence[Token], at: int) -> bool:
    """Whether a word stands in the head of a loop, which may mean a range."""
    while at >= 0 and tokens[at].type not in ("_NL", "LBRACE"):
        if tokens[at].type in ("FOR", "REPEAT", "IN"):
            return True
        at -= 1
    return False


def between_rules(tokens: Sequence[Token], at: int, text: str) -> Mended | None:
    """``init { conv.weight: zeros, conv.bias: ones }``: rules are parted by line ends."""
    kinds = [each.type for each in tokens[at + 1 : at + 5]]
    if kinds[:1] not in (["NAME"], ["STAR"], ["STRING"]) or kinds[1:] != ["DOT", "NAME", "COLON"]:
        return None
    opener = around(tokens, at)
    if not opener or tokens[opener].type != "LBRACE" or tokens[opener - 1].type != "INIT":
        return None
    comma, end = tokens[at], tokens[at + 1].start
    line = text[text.rfind("\n", 0, comma.start) + 1 : comma.start]
    margin = line[: len(line) - len(line.lstrip(" \t"))]
    problem = ForeignForm(
        "rules stand on lines of their own", "start a new line there", f"\n{margin}"
    )
    kept = (Token("_NL", "\n", comma.start, end),)
    return Mended(problem, comma.start, end, at + 1, kept)


def other_arm(tokens: Sequence[Token], at: int, _: str) -> Mended | None:
    """``residual { … } else { … }``, for ``shortcut``."""
    word = tokens[at]
    if not at or tokens[at - 1].type != "RBRACE":
        return None
    opener = around(tokens, at - 1)
    if not opener or tokens[opener - 1].type != "RESIDUAL":
        return None
    said = "the other way of a residual is no `else`"
    problem = ForeignForm(said, "write `shortcut { … }`", "shortcut")
    kept = (Token("SHORTCUT", "shortcut", word.start, word.end),)
    return Mended(problem, word.start, word.end, at + 1, kept)
