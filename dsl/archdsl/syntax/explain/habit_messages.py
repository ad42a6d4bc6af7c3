"""What to say where a text goes on as one of another language would, mostly of Python.

As in ``messages``, each function knows one mistake, and gives None where it was another one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from archdsl.rules import foreign, habits, spellings, syntax
from archdsl.syntax.explain.places import STATEMENT_ENDS, Place, describe
from archdsl.syntax.tokens import CLOSERS, OPENERS, Token
from archir.base.diagnostics import Problem
from archir.base.source import Source

Explained = tuple[Problem, Token]
"""A problem, and the token to point at."""


def tuple_for_list(place: Place) -> Explained | None:
    """``(3, 3)``."""
    if place.token.type != "COMMA" or "RPAR" not in place.expected:
        return None
    opener = _partner(place, -1, "LPAR", "RPAR")
    closer = _partner(place, 1, "RPAR", "LPAR")
    if opener is None or closer is None:
        return None
    at = place.at
    while at >= 0 and place.tokens[at].end > opener.start:
        at -= 1
    before = place.tokens[at] if at >= 0 else None
    if before is not None and before.type in ("NAME", "RPAR", "RSQB"):
        return None  # the arguments of a call
    shown = place.text[opener.start : closer.end]
    if len(shown) > _LONGEST or "\n" in shown:
        shown = "(\N{HORIZONTAL ELLIPSIS}, \N{HORIZONTAL ELLIPSIS})"
    return spellings.TupleForList(shown), Token("LPAR", shown, opener.start, closer.end)


_LONGEST = 60


def arguments_without(place: Place) -> Explained | None:
    """``conv 64 3`` and ``conv[64, 3]``: arguments without parentheses."""
    tokens, at = place.tokens, place.at
    if place.token.type not in ("INT", "FLOAT"):
        return None
    first = at
    while first > 0 and tokens[first - 1].type in ("INT", "FLOAT", "COMMA", "_SEP"):
        first -= 1
    in_brackets = tokens[first - 1].type == "LSQB"
    name = tokens[first - (2 if in_brackets else 1)] if first > 1 else None
    end = first
    while end < len(tokens) and tokens[end].type in ("INT", "FLOAT", "COMMA", "_SEP"):
        end += 1
    from archir.catalogue.registry import built_in

    if name is None or name.type != "NAME" or name.text not in built_in():
        return None
    if in_brackets and (end == len(tokens) or tokens[end].type != "RSQB"):
        return None
    last = tokens[end if in_brackets else end - 1]
    numbers = [token.text for token in tokens[first:end] if token.type in ("INT", "FLOAT")]
    instead = f"{name.text}({', '.join(numbers)})"
    return spellings.ArgumentsWithoutParentheses(name.text, instead), Token(
        "NAME", "", name.start, last.end
    )


def shape_in_parentheses(place: Place) -> Explained | None:
    """``param w: (3, 1) = ones``."""
    if place.token.type != "LPAR" or place.expected & {"LSQB", "LPAR"} != {"LSQB"}:
        return None
    if place.start.type not in ("PARAM", "BUFFER", "INPUT"):
        return None
    closer = _partner(place, 1, "RPAR", "LPAR")
    if closer is None:
        return None
    shown = place.text[place.token.start : closer.end]
    return spellings.TupleForList(shown), Token("LPAR", shown, place.token.start, closer.end)


def label_without_quotes(place: Place) -> Explained | None:
    """``conv{i}: conv(8, 3)``."""
    name, *rest = (place.near(distance) for distance in (-1, 1, 2, 3))
    kinds = [None if token is None else token.type for token in rest]
    if place.token.type != "LBRACE" or name is None or kinds != ["NAME", "RBRACE", "COLON"]:
        return None
    end = rest[1]
    if name.end != place.token.start or end is None:
        return None
    shown = place.text[name.start : end.end]
    return spellings.LabelWithoutQuotes(shown), Token("NAME", shown, name.start, end.end)


def parentheses_for_braces(place: Place) -> Explained | None:
    """``residual(conv(8, 3))``."""
    word = place.near(-1)
    if place.token.type != "LPAR" or "LBRACE" not in place.expected or word is None:
        return None
    if word.type not in ("RESIDUAL", "SHORTCUT", "DENSE", "TRAIN_ONLY", "INIT"):
        return None
    layer = _layer(place) if word.type == "DENSE" else ""
    return spellings.ParenthesesForBraces(word.text, layer), place.token


def _layer(place: Place) -> str:
    """Keras's ``dense(10)``, ``dense(units = 10)``: the layer that it means."""
    kinds = [None if (token := place.near(at)) is None else token.type for at in (1, 2)]
    if kinds[0] == "NAME" and kinds[1] not in ("EQUALS", "COMMA", "RPAR"):
        return ""  # a body: conv(8, 3)
    at = 3 if kinds[1] == "EQUALS" else 1
    value, after = place.near(at), place.near(at + 1)
    is_one = after is not None and after.type in ("COMMA", "RPAR")
    return f"linear({value.text})" if value is not None and is_one else "linear(…)"


def _partner(place: Place, step: int, kind: str, other: str) -> Token | None:
    """The bracket around a place in one direction."""
    at, depth = place.at + step, 0
    while 0 <= at < len(place.tokens):
        token = place.tokens[at]
        if token.type == kind and depth == 0:
            return token
        depth += (token.type == other) - (token.type == kind)
        at += step
    return None


def type_first(place: Place) -> Explained | None:
    """``block Unit(int width)``."""
    kind, name = place.near(-1), place.token
    if place.start.type not in ("BLOCK", "MODEL", "FN") or name.type != "NAME" or kind is None:
        return None
    if kind.text not in ("int", "float", "bool", "string", "op", "block", "init"):
        return None
    hint = f"a type stands behind its name: `{name.text}: {kind.text}`"
    return syntax.UnexpectedToken(describe(name), ("`,`", "`)`"), hint), name


def initialiser(place: Place) -> Explained | None:
    """``nn.init.kaiming_normal_``."""
    kinds = [None if each is None else each.type for each in map(place.near, (-2, -1, 1, 2))]
    word = place.near(2)
    if place.token.type != "INIT" or kinds != ["NAME", "DOT", "DOT", "NAME"] or word is None:
        return None
    hint = f"initialisers stand by their own names: `{word.text.rstrip('_')}`"
    return habits.ForeignWord("nn.init", hint), place.token


def text_of_python(place: Place) -> Explained | None:
    """``f"layer{i}": conv(8, 3)``."""
    before, token = place.near(-1), place.token
    if (
        token.type not in ("STRING", "TEXT_BEGIN")
        or before is None
        or "ARROW" not in place.expected
    ):
        return None
    if (before.text, before.end) != ("f", token.start):
        return None
    return habits.ForeignWord("f", 'a text with braces needs no f: `"layer{i}"`'), before


def dotted(place: Place) -> Explained | None:
    """``nn.ReLU()``, ``x.relu()`` and ``conv(8, 3).relu()``."""
    first = place.near(-1)
    if place.token.type != "DOT" or first is None or "ARROW" not in place.expected:
        return None
    if first.type not in ("NAME", "RPAR"):
        return None
    names, at = [first if first.type == "NAME" else Token("NAME", "", -1, -1)], place.at
    while at + 1 < len(place.tokens) and place.tokens[at].type == "DOT":
        names.append(place.tokens[at + 1])
        at += 2
    from archdsl.rules.labels import BadLabel
    from archir.base.reserved import why_not

    shown = ".".join(name.text for name in names)
    if first.type == "NAME" and at < len(place.tokens) and place.tokens[at].type == "COLON":
        return BadLabel(shown, why_not(shown) or ""), Token("NAME", "", first.start, names[-1].end)
    start = place.token.start if first.type == "RPAR" else first.start
    whole = Token("NAME", shown, start, names[-1].end)
    begins = place.at - 2 < place.first or place.tokens[place.at - 2].type != "ARROW"
    instead = _op_meant([name.text for name in names])
    began = re.search(rf"\b(?:let )?{re.escape(names[0].text)} = \[\]", place.text)
    grows = began[0] if began and names[0].text else ""
    call = _call_of(place.text, whole.start, instead)
    return habits.DottedStage(shown, instead, begins, grows, call), whole


def _op_meant(names: Sequence[str]) -> str | None:
    """The op that a name with dots means."""
    from archir.base.elsewhere import form_elsewhere
    from archir.base.likeness import nearest
    from archir.base.missing import not_yet
    from archir.base.synonyms import synonym
    from archir.catalogue.registry import built_in

    word = names[-1]
    if len(names) > 2 and names[-2] == "init":
        return None
    if word in built_in() or names[0] == "std":
        return word
    is_known = form_elsewhere(word) is not None or not_yet(word) is not None
    return synonym(word) or (None if is_known else nearest(word, built_in()))


def _call_of(text: str, start: int, op: str | None) -> str:
    """The stage that a call of a library's function on values is; empty where it is none."""
    if op is None:
        return ""
    from archdsl.rules.functional import functional

    call = functional(Source("", text), start, op)
    return "" if call is None else call.text


def called(place: Place) -> Explained | None:
    """``conv(3, 1)(x)`` and ``Add()([x, y])``."""
    closer, end = place.near(-1), _partner(place, 1, "RPAR", "LPAR")
    if place.token.type != "LPAR" or closer is None or closer.type != "RPAR" or end is None:
        return None
    value = " ".join(place.text[place.token.end : end.start].split())
    opener = _partner(Place(*_at(place, -1)), -1, "LPAR", "RPAR")
    at = next((k for k in range(place.at) if place.tokens[k] is opener), 0) - 1
    if at < 0 or place.tokens[at].type != "NAME" or len(value) > _LONGEST:
        return None
    start = place.tokens[at].start
    stage = " ".join(place.text[start : closer.end].split())
    if not value:
        said = f"{stage} is a stage already, and is not called"
        empty = Token("LPAR", "()", place.token.start, end.end)
        return foreign.ForeignForm(said, "leave the empty parentheses out", ""), empty
    is_first = at == place.first or place.tokens[at - 1].type in _OPENS - {"ARROW"}
    problem = habits.StageCalledOnValue(stage, value, is_first)
    return problem, Token("NAME", stage, start, end.end)


def dtype(place: Place) -> Explained | None:
    """``input x: [N, T]: int64``."""
    word, closer = place.near(1), place.near(-1)
    if place.token.type != "COLON" or closer is None or closer.type != "RSQB" or word is None:
        return None
    opener = _partner(Place(*_at(place, -1)), -1, "LSQB", "RSQB")
    if place.start.type != "INPUT" or word.type != "NAME" or opener is None:
        return None
    shape = place.text[opener.start : closer.end]
    from archir.base.synonyms import type_elsewhere

    known = word.text if word.text in ("int", "float", "bool") else type_elsewhere(word.text)
    instead = {"int": "int", "bool": "bool", "float": ""}.get(known or "")
    problem = spellings.DtypeBehindShape(shape, word.text, instead)
    return problem, Token("LSQB", shape, opener.start, word.end)


def _at(place: Place, distance: int) -> tuple[str, Sequence[Token], int, int, bool, frozenset[str]]:
    """The same place, some tokens further."""
    facts = (place.first, place.in_file, place.expected)
    return (place.text, place.tokens, place.at + distance, *facts)


_OF_VALUES = {"PLUS": "add", "MINUS": "subtract", "SLASH": "divide", "STAR": "multiply"}


def arithmetic(place: Place) -> Explained | None:
    """``x + y``, where a stage could stand."""
    sign = place.token.type
    if sign not in _OF_VALUES or "ARROW" not in place.expected or place.at == place.first:
        return None
    tokens, op = place.tokens, _OF_VALUES[sign]
    operands, at = [(_operand_before(place), place.at)], place.at
    while tokens[at].type == sign:
        first = at + 1
        at = _operand_behind(tokens, first)
        operands.append((first, at))
        if sign not in ("PLUS", "STAR"):
            break
    if any(first >= end for first, end in operands) or tokens[at].type == "COLON":
        return None
    if tokens[operands[1][0]].text.startswith(">"):
        return None  # an arrow with a gap in it
    is_looped = tokens[at].type == "FOR"  # a comprehension, which there is none of for values
    if is_looped or (operands[0][0] > 0 and tokens[operands[0][0] - 1].type == "ARROW"):
        # Nobody can say how much of the chain is meant.
        return habits.ArithmeticOnValues(place.token.text, f"{op} [a, b]", False), place.token
    return _merged(place, operands, at)


def _merged(place: Place, operands: Sequence[tuple[int, int]], at: int) -> Explained:
    """The stage that merges what stands between signs, as far as a token."""
    tokens, sign = place.tokens, place.token.type
    op = _OF_VALUES[sign]
    start, end = tokens[operands[0][0]].start, tokens[at - 1].end
    texts = [place.text[tokens[a].start : tokens[b - 1].end] for a, b in operands]
    whole = Token(sign, "", start, end)
    is_body = texts[0].startswith("[") or texts[0].endswith("}")
    if sign == "STAR" and is_body and texts[1].isdecimal():
        instead = f"repeat {texts[1]} {{ … }}"
        return habits.ArithmeticOnValues("*", instead, is_sure=False), whole
    single = len(texts) == 2 and tokens[at - 1].type in ("INT", "FLOAT")
    if single and operands[1][1] - operands[1][0] == 1:
        instead = f"{texts[0]} -> {op}({texts[1]})"
    else:
        instead = f"{op} [{', '.join(texts)}]"
    is_before = tokens[at].type in _BIND_MORE and sign in ("PLUS", "MINUS")
    return habits.ArithmeticOnValues(place.token.text, instead, is_sure=not is_before), whole


_BIND_MORE = frozenset({"STAR", "SLASH", "DOUBLE_SLASH", "PERCENT", "POWER"})
"""Signs that come before a sum that stands before them."""


def sum_in_parentheses(place: Place) -> Explained | None:
    """``(x + y) -> relu``."""
    closer = _partner(place, 1, "RPAR", "LPAR")
    if place.token.type != "LPAR" or closer is None or "RESIDUAL" not in place.expected:
        return None
    inside = [each for each in place.tokens[place.at + 1 :] if each.start < closer.start]
    names, signs = inside[::2], {each.type for each in inside[1::2]}
    if len(names) < 2 or len(signs) != 1 or not signs <= set(_OF_VALUES):
        return None
    if any(each.type not in ("NAME", "UNDERSCORE") for each in names):
        return None
    instead = f"{_OF_VALUES[signs.pop()]} [{', '.join(each.text for each in names)}]"
    whole = Token("LPAR", "(", place.token.start, closer.end)
    return habits.ArithmeticOnValues(inside[1].text, instead), whole


_OPERAND_ENDS = frozenset(
    {"PLUS", "MINUS", "STAR", "SLASH", "ARROW", "COMMA", "AS", "COLON", "DOUBLE_COLON", "FOR"}
)


def _operand_before(place: Place) -> int:
    """Where what stands before a sign begins."""
    at, depth = place.at, 0
    while at > place.first:
        kind = place.tokens[at - 1].type
        if depth == 0 and kind in _OPENS:
            break
        depth += (kind in CLOSERS) - (kind in OPENERS)
        at -= 1
    return at


_OPENS = frozenset({"ARROW", "LBRACE", "LSQB", "LPAR", "COMMA", "COLON", "_NL", "_SEP"})


def _operand_behind(tokens: Sequence[Token], at: int) -> int:
    """Behind the last token of what stands behind a sign."""
    depth = 0
    while at < len(tokens):
        kind = tokens[at].type
        if depth == 0 and (
            kind in _OPERAND_ENDS | STATEMENT_ENDS or kind in CLOSERS or kind == "IF"
        ):
            break
        depth += (kind in OPENERS) - (kind in CLOSERS)
        at += 1
    return at
