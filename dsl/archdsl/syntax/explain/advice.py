"""What to advise where the grammar does not go on and no problem has a name of its own.

Each function knows one habit, and gives None where it was another one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from archdsl.syntax.explain.forms import partner
from archdsl.syntax.explain.places import STATEMENT_ENDS, Place
from archdsl.syntax.tokens import CLOSERS, OPENERS, Token
from archir.base.elsewhere import form_elsewhere
from archir.init.initialisers import INITIALISERS


def advice(place: Place) -> str | None:
    """What was likely meant."""
    return next((said for each in _HABITS if (said := each(place)) is not None), None)


def _kinds(place: Place, *distances: int) -> list[str | None]:
    near = [place.near(distance) for distance in distances]
    return [None if token is None else token.type for token in near]


def _assertion(place: Place) -> str | None:
    if place.start.type != "ASSERT" or "COMMA" not in place.expected:
        return None
    shape = _compared_shape(place.tokens[place.first + 1 : place.at])
    if shape is None:
        return 'say in words what is wrong otherwise: `assert condition, "message"`'
    written = place.text[shape.end : place.tokens[place.at - 1].start]
    return (
        "a shape stands behind the stage that gives it, and is proven for every size: "
        f'`… :: [{written}]`; of an `assert` say in words what is wrong: `…, "message"`'
    )


def _compared_shape(condition: Sequence[Token]) -> Token | None:
    """The bracket behind ``x.shape ==``, where that is all of a condition."""
    texts = [token.text for token in condition[1:5]]
    is_compared = texts == [".", "shape", "==", "["] and condition[-1].type == "RSQB"
    return condition[4] if is_compared else None


def _naming(place: Place) -> str | None:
    """``as skip`` on a line of its own, and ``lstm(64) as out, (h, c)``."""
    after = place.near(1)
    if place.token.type == "AS" and place.at == place.first and after is not None:
        return f"a name stands on the line of its stage; what flows here is `_ as {after.text}`"
    line = [each.type for each in place.tokens[place.first : place.at]]
    if place.token.type in ("LPAR", "LSQB") and "AS" in line and line[-1] in ("AS", "COMMA"):
        return "names stand side by side, one for each value: `as a, b, c`"
    return None


_SIGNS = {"MINUS": "multiply(-1) -> add", "PLUS": "add", "STAR": "multiply"}


def number_first(place: Place) -> str | None:
    """``1 - gate`` and ``2 * x``, where stages stand."""
    sign, value = place.near(1), place.near(2)
    if place.token.type not in ("INT", "FLOAT") or sign is None or value is None:
        return None
    if place.in_file or value.type not in ("NAME", "UNDERSCORE") or sign.type not in _SIGNS:
        return None
    from archir.catalogue.registry import built_in

    if value.text in built_in() or _kinds(place, 3) == ["LPAR"]:
        return None  # a stage, several times
    instead = f"{value.text} -> {_SIGNS[sign.type]}({place.token.text})"
    return f"values are computed with by stages: `{instead}`"


def _bare_list(place: Place) -> str | None:
    """``for w in 8, 16 { … }``."""
    tokens, at = place.tokens, place.at
    head = [token.type for token in tokens[place.first : at]]
    if place.start.type != "FOR" or place.token.type != "COMMA" or head[2:3] != ["IN"]:
        return None
    end = next((n for n in range(at, len(tokens)) if tokens[n].type == "LBRACE"), None)
    if end is None or "_NL" in [token.type for token in tokens[at:end]]:
        return None
    items = place.text[tokens[place.first + 3].start : tokens[end - 1].end]
    return f"a list stands in brackets: `for {tokens[place.first + 1].text} in [{items}]`"


def _dash(place: Place) -> str | None:
    """``- conv(64, 3)``, an item of YAML."""
    before = place.near(-1)
    in_brackets = before is not None and before.type in ("LSQB", "COMMA", "_SEP")
    if place.token.type == "MINUS" and place.at == place.first and not in_brackets:
        after = place.near(1)
        if after is not None and after.type == "LSQB":
            from archdsl.syntax.explain.slips import row_of_yaml  # it asks for advice itself

            closer = partner(place.tokens, place.at + 1) or place.at + 2
            row = row_of_yaml(place.tokens[place.at + 2 : closer], place.text)
            if row is not None:
                return row
        return "a statement needs no dash: each stands on its line, or behind `->`"
    return None


def _fat_arrow(place: Place) -> str | None:
    """``conv(8, 3) => relu``, ``conv(8, 3) - > relu``."""
    after = place.near(1)
    is_arrow = place.token.type in ("EQUALS", "MINUS")
    is_fat = is_arrow and after is not None and after.text.startswith(">")
    if is_fat and "ARROW" in place.expected:
        return "stages are chained with `->`"
    return None


def _comma_between(place: Place) -> str | None:
    """``conv(8, 3), relu``, ``chunk(2) -> a, b`` and ``concat [x, y], dim = 1``."""
    kinds = _kinds(place, -2, -1, 1, 2)
    if (given := _given_behind(place)) is not None:
        return given
    if kinds[2:] == ["NAME", "EQUALS"] and "ARROW" in place.expected:
        return "arguments stand in parentheses behind the op's name: `concat(dim = 1) [a, b]`"
    ends = kinds[3] is None or kinds[3] in STATEMENT_ENDS
    if kinds[:3] == ["ARROW", "NAME", "NAME"] and ends and "ARROW" in place.expected:
        return "values are named by `as`: `chunk(2) as a, b`"
    if place.token.type == "COMMA" and "ARROW" in place.expected and "RPAR" not in place.expected:
        return "stages are chained with `->`, or stand on lines of their own"
    return None


def _given_behind(place: Place) -> str | None:
    """``conv1: conv, 64, 3``."""
    op, at = place.near(-1), place.at
    numbers: list[str] = []
    while at + 1 < len(place.tokens) and place.tokens[at].type == "COMMA":
        if place.tokens[at + 1].type not in ("INT", "FLOAT"):
            break
        numbers.append(place.tokens[at + 1].text)
        at += 2
    from archir.catalogue.registry import built_in

    if op is None or not numbers or op.text not in built_in():
        return None
    return f"the arguments of {op.text} stand in parentheses: `{op.text}({', '.join(numbers)})`"


def _with_first(place: Place) -> str | None:
    """``with torch.no_grad() { … }``."""
    if place.token.type != "WITH" or place.at != place.first:
        return None
    return (
        "`with` stands behind a layer, `conv(8, 3) with weight = zeros`; a file says what a network"
        " is, and how it is run is told to torch"
    )


def _arrow_in_call(place: Place) -> str | None:
    """``conv(3 -> 64, 3)``."""
    if place.token.type == "ARROW" and "RPAR" in place.expected:
        return "what comes in is read off the shape: `conv(64, 3)`"
    return None


def _arrow_at_end(place: Place) -> str | None:
    before = place.near(-1)
    if before is None or before.type != "ARROW":
        return None
    if place.token.type in STATEMENT_ENDS:
        return "a stage belongs behind `->`; leave the arrow out where none follows"
    return "leave one of them out" if place.token.type == "ARROW" else None


def _label(place: Place) -> str | None:
    """``conv-1: conv(8, 3)`` and ``"a" + i: conv(8, 3)``."""
    if place.token.type not in ("MINUS", "SLASH", "PLUS", "DOT", "COLON"):
        return None
    colon = place.at
    while colon < len(place.tokens) and place.tokens[colon].type not in _BEHIND_LABELS:
        colon += 1
    before = place.near(-1)
    if colon == len(place.tokens) or place.tokens[colon].type != "COLON" or before is None:
        return None
    if "\n" in place.text[before.start : place.tokens[colon].start]:
        return None
    if colon == place.at or place.start.type in ("INPUT", "OUTPUT", "PARAM", "BUFFER", "INIT"):
        return None
    if before.type == "NAME":
        text = place.text[before.start : place.tokens[colon].start].strip()
        return f'a label that is no plain name stands in quotes: `"{text}": …`'
    if before.type in ("STRING", "TEXT_END"):
        return 'a label is one text, with what is worked out in braces: `"layer{i}": …`'
    return None


_BEHIND_LABELS = STATEMENT_ENDS | {"COLON", "ARROW", "LPAR", "COMMA"}


def _star_import(place: Place) -> str | None:
    if place.start.type == "IMPORT" and place.token.type == "STAR":
        return "each name is imported by itself: `import std.blocks: ConvNormAct`"
    return None


def _input(place: Place) -> str | None:
    """``model net(x: [N, 3, 224, 224])``, ``input x = [N, 3]`` and ``input 3, 224, 224``."""
    head = place.start.type in ("MODEL", "BLOCK")
    if head and place.token.type == "LSQB" and _kinds(place, -1) == ["COLON"]:
        return "an input is no parameter: the body begins with `input x: [N, 3, H = 224, W = 224]`"
    closed = _kinds(place, -1) == ["RSQB"]
    if place.start.type == "INPUT" and place.token.type == "EQUALS" and closed:
        return "a default stands at its size: `[N, 3, H = 32, W = 32]`; the batch needs none"
    if place.start.type == "INPUT" and place.at <= place.first + 2:
        return "an input has a name and a shape: `input x: [N, 3, H = 224, W = 224]`"
    return None


def _module(place: Place) -> str | None:
    """``module "b{i}" = conv(8, 3)``."""
    if place.start.type != "MODULE" or place.at != place.first + 1:
        return None
    if place.token.type not in ("STRING", "TEXT_BEGIN"):
        return None
    return 'a module has a plain name here, and a label behind: `module unit = "unit{i}": …`'


def argument_behind(place: Place) -> str | None:
    """``concat [a, b] dim 1``."""
    name, value = place.token, place.near(1)
    at, depth = place.at - 1, 0
    while at > place.first and (depth or place.tokens[at].type in CLOSERS):
        depth += (place.tokens[at].type in CLOSERS) - (place.tokens[at].type in OPENERS)
        at -= 1
    from archir.catalogue.registry import built_in, ops

    op = place.tokens[at].text
    if value is None or value.type not in ("INT", "FLOAT") or op not in built_in():
        return None
    if name.text not in ops()[op].arguments():
        return None
    return (
        f"arguments stand in parentheses behind the op's name: `{op}({name.text} = {value.text})`"
    )


def _unnamed(place: Place) -> str | None:
    """``model = Sequential(…)`` and ``model { … }``."""
    kind = place.start.type
    if kind not in ("MODEL", "BLOCK") or place.at != place.first + 1:
        return None
    name = "net" if kind == "MODEL" else "Name"
    return f"a {kind.lower()} has a name and parameters: `{kind.lower()} {name}() {{ … }}`"


def _result(place: Place) -> str | None:
    """``model net() -> [N, 10] {``."""
    if place.start.type in ("MODEL", "BLOCK") and place.token.type == "ARROW":
        return "nothing stands behind the parameters: what it gives is its last value, or `output`"
    return None


def times(place: Place) -> str | None:
    """``3 * { relu }`` and ``conv(8, 3) x 3``."""
    after = place.near(1)
    if after is None or place.in_file:
        return None
    is_labelled = _kinds(place, -1) == ["COLON"]
    starts = place.at == place.first or is_labelled
    begins = (starts, place.token.type, after.type) == (True, "INT", "STAR")
    ends = (place.token.text, after.type) == ("x", "INT") and "ARROW" in place.expected
    looped = place.near(-1)
    if place.token.type == "INT" and looped is not None and looped.text in ("loop", "times"):
        return f"what repeats stands in braces: `repeat {place.token.text} {{ … }}`"
    glued = place.token.text[:1] == "x" and place.token.text[1:].isdecimal()
    if glued and "ARROW" in place.expected:
        return f"what repeats stands in braces: `repeat {place.token.text[1:]} {{ … }}`"
    if not begins and not ends:
        return None
    number = place.token if begins else after
    return f"what repeats stands in braces: `repeat {number.text} {{ … }}`"


def looped_behind(place: Place) -> str | None:
    """``[conv(8, 3) for i in range(3)]``: a comprehension of stages."""
    opener, depth = place.at - 1, 0
    while opener >= 0 and (depth or place.tokens[opener].type not in OPENERS):
        kind = place.tokens[opener].type
        depth += (kind in CLOSERS) - (kind in OPENERS)
        opener -= 1
    if place.token.type != "FOR" or opener < 0 or place.tokens[opener].type != "LSQB":
        return None
    closer, depth = place.at, 0
    while depth or place.tokens[closer].type not in CLOSERS:
        kind = place.tokens[closer].type
        depth += (kind in OPENERS) - (kind in CLOSERS)
        closer += 1
    stage = place.text[place.tokens[opener].end : place.token.start].strip()
    loop = place.text[place.token.start : place.tokens[closer].start].strip()
    if "\n" in stage + loop or len(stage + loop) > _LONGEST_LOOP:
        stage, loop = "…", "for x in list"
    return f"side by side they are `[{loop} {{ {stage} }}]`, in order `{loop} {{ {stage} }}`"


_LONGEST_LOOP = 80


def _variant(place: Place) -> str | None:
    """``model small extends base``."""
    if place.start.type != "MODEL" or place.at != place.first + 2 or place.token.type != "NAME":
        return None
    name, base = place.near(-1), place.near(1)
    if name is None or base is None or base.type != "NAME":
        return None
    return f"a variant is made by `=`: `model {name.text} = {base.text}(…)`"


def _output_shape(place: Place) -> str | None:
    """``output y: [N, 10]``."""
    after = place.near(1)
    if place.start.type == "OUTPUT" and place.token.type == "COLON" and after is not None:
        if after.type == "NAME":
            name = place.tokens[place.at - 1].text
            return f"the stage stands on a line before, as `… as {name}`; then `output {name}`"
        return "an output has no shape; one that is checked stands behind a stage: `:: [N, 10]`"
    return None


def _counting(place: Place) -> str | None:
    """``for (i = 0; i < 3; i++)``."""
    if place.start.type == "FOR" and place.token.type == "LPAR" and place.at == place.first + 1:
        return "a loop goes over a range or a list: `for i in 1..3 { … }`"
    return None


def _dictionary(place: Place) -> str | None:
    """``{"a": 1}``."""
    if place.token.type == "LBRACE" and "INT" in place.expected:
        return 'there are no dictionaries: a list may hold lists, `[["a", 1], ["b", 2]]`'
    return None


def _comprehension(place: Place) -> str | None:
    """``[conv(8, 3) for i in range(3)]``."""
    if place.token.type == "FOR" and "RSQB" in place.expected:
        if _in_comprehension(place):
            return (
                "a list has one `for`: count both, `[f(n // w, n % w) for n in range(h * w) if …]`;"
                " a list of lists is `[[f(i, j) for j in b] for i in a]`"
            )
        return "branches are made by a loop with braces: `[for i in 1..3 { … }]`"
    return None


def _in_comprehension(place: Place) -> bool:
    """Whether a `for` stands already in the brackets that are open."""
    depth = 0
    for token in reversed(place.tokens[place.first : place.at]):
        depth += (token.type in CLOSERS) - (token.type in OPENERS)
        if depth < 0:
            return False
        if depth == 0 and token.type == "FOR":
            return True
    return False


def _colon_in_call(place: Place) -> str | None:
    """``conv(filters: 64)``."""
    before = place.near(-1)
    among = place.expected & {"COMMA", "RPAR"} and "EQUALS" in place.expected
    if place.token.type != "COLON" or not among or before is None:
        return None
    return f"an argument is given by `=`: `{before.text} = …`"


def _rule(place: Place) -> str | None:
    """``conv.weight = zeros`` in an ``init``."""
    if place.at == place.first:
        return None  # nothing stands in front
    name = place.tokens[place.first + 1].text
    is_number = place.token.type == "EQUALS" and _kinds(place, 1)[0] in ("INT", "FLOAT")
    if place.start.type == "PARAM" and is_number:
        return (
            f"a `param` is a tensor that is learned: `param {name}: [8] = zeros`; a number is"
            f" `let {name} = …`, or a parameter of the model: `model net({name} = …)`"
        )
    if place.start.type in ("PARAM", "BUFFER"):
        made = re.match(r"\s*(\w+)\(([\d, ]+)\)", place.text[place.token.end :])
        if place.token.type == "EQUALS" and made is not None and made[1] in INITIALISERS:
            shown = f"{place.start.text} {name}: [{made[2]}] = {made[1]}"
            return f"its shape stands before the value: `{shown}`"
        shape = place.token.text if place.token.type == "INT" else "8"
        return f"it has a shape and a value: `{place.start.text} {name}: [{shape}] = zeros`"
    if place.token.type == "EQUALS" and place.expected == {"COLON"} and place.start.type != "INPUT":
        return "a rule has a colon: `conv.weight: zeros`"
    if place.token.type == "COLON" and place.expected == {"DOT"}:
        of = place.near(-1)
        if of is not None and of.text in ("all", "any", "every", "default", "weight", "weights"):
            return "a rule for all layers is `*.weight: …`, for one kind of them `conv.weight: …`"
        return "a rule names the parameter too: `conv.weight: zeros`"
    return None


def _empty_label(place: Place) -> str | None:
    """``conv1:`` with its layer on the next lines, as in YAML."""
    if place.token.type in STATEMENT_ENDS and _kinds(place, -1) == ["COLON"]:
        return "behind a label stands its stage on the same line, or `{` … `}` over several"
    return None


def _value_of_key(place: Place) -> str | None:
    """``filters: 64`` and ``type: "conv"``, where stages stand."""
    token, key = place.token, place.near(-2)
    literal = token.type in ("INT", "FLOAT", "STRING", "TRUE", "FALSE")
    if literal and _kinds(place, -1) == ["COLON"] and key is not None and key.type == "NAME":
        from archir.catalogue.registry import built_in

        if key.text in built_in():
            given = "" if token.type in ("TRUE", "NONE") else f"({token.text})"
            return f"what a layer is like stands in parentheses: `{key.text}{given}`"
        return "what a layer is like stands in the parentheses behind its op: `conv(64, 3)`"
    return None


_COUNTED = (
    "a name that a loop binds, `… as {0}`, is behind the loop the list of its turns:"
    " `{0}[0]`, `{0}[i]`"
)


def counted_name(place: Place) -> str | None:
    """``… as skip{i}`` and ``concat [_, skip{i}]``."""
    name = place.near(-1)
    if place.token.type != "LBRACE" or name is None or name.end != place.token.start:
        return None
    is_number = _kinds(place, -1, 1, 2) in (["NAME", "NAME", "RBRACE"], ["NAME", "INT", "RBRACE"])
    return _COUNTED.format(name.text) if is_number else None


def _angles(place: Place) -> str | None:
    """``conv<8, 3>``."""
    name, rest = place.near(-1), place.text[place.token.end :]
    inside = re.match(r"([^<>\n]*)>", rest)
    if place.token.text != "<" or name is None or name.type != "NAME" or inside is None:
        return None
    return f"arguments stand in parentheses: `{name.text}({inside[1].strip()})`"


_HABITS: tuple[Callable[[Place], str | None], ...] = (
    _assertion,
    counted_name,
    _angles,
    _naming,
    number_first,
    _dash,
    _bare_list,
    _fat_arrow,
    _label,
    _with_first,
    _comma_between,
    _arrow_in_call,
    _arrow_at_end,
    _star_import,
    _input,
    _module,
    _unnamed,
    _result,
    times,
    _variant,
    _output_shape,
    _counting,
    _dictionary,
    _comprehension,
    _colon_in_call,
    _rule,
    _empty_label,
    _value_of_key,
)


def values_behind(place: Place) -> str | None:
    """``concat x, y``."""
    op, end = place.near(-1), place.at
    from archir.catalogue.registry import built_in

    if op is None or op.text not in built_in() or place.token.type != "NAME":
        return None
    while end + 2 < len(place.tokens) and place.tokens[end + 1].text == ",":
        end += 2
    names = place.tokens[place.at : end + 1 : 2]
    if len(names) < 2 or any(name.type != "NAME" for name in names):
        return None
    return f"values flow in from brackets: `{op.text} [{', '.join(n.text for n in names)}]`"


def settings_behind(place: Place) -> str | None:
    """``conv(8, 3) { stride: 2 }`` and ``layer { type: "ReLU" }``."""
    before, closer = place.near(-1), partner(place.tokens, place.at)
    if before is None or closer is None or not holds_settings(place.tokens, place.at):
        return None
    if before.type == "RPAR":
        first, value = place.tokens[place.at + 1], place.tokens[place.at + 3]
        given = f"{first.text} = {place.text[value.start : value.end]}"
        return f"arguments stand in the parentheses, by `=`: `…, {given})`"
    return "what a layer is like stands in the parentheses behind its op: `conv(64, 3)`"


def holds_settings(tokens: Sequence[Token], opener: int) -> bool:
    """Whether braces hold names with numbers or texts, and nothing that runs."""
    kinds = [token.type for token in tokens[opener : opener + 4] if token.type != "_NL"]
    named = kinds[:3] == ["LBRACE", "NAME", "COLON"]
    return named and kinds[3:4] in (["INT"], ["FLOAT"], ["STRING"], ["TRUE"], ["FALSE"])


def before_braces(token: Token, brace: Token) -> str | None:
    """What ``layers { … }`` is to be, where the name is no word of the language's."""
    if token.type != "NAME" or brace.type != "LBRACE":
        return None
    known = form_elsewhere(token.text)
    if known is not None:
        return known
    return f"a label has a colon: `{token.text}: {{ … }}`; stages are chained with `->`"


def declared_as(token: Token, place: Place) -> str | None:
    """``weight w: [3, 1] = ones``, which is a raw parameter."""
    kinds = _kinds(place, 0, 1, 2)
    if token.type != "NAME" or kinds != ["NAME", "COLON", "LSQB"]:
        return None
    name = place.token.text
    return f"a raw parameter is declared by `param {name}: […] = zeros`, or `buffer {name}: …`"
