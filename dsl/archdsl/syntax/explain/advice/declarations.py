"""What to advise about models and blocks, their inputs and outputs, imports and rules."""

from __future__ import annotations

import re
from collections.abc import Sequence

from archdsl.syntax.explain.places import Place, near_kinds
from archdsl.syntax.tokens import Token
from archir.init.initialisers import INITIALISERS


def assertion(place: Place) -> str | None:
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


def naming(place: Place) -> str | None:
    """``as skip`` on a line of its own, and ``lstm(64) as out, (h, c)``."""
    after = place.near(1)
    if place.token.type == "AS" and place.at == place.first and after is not None:
        return f"a name stands on the line of its stage; what flows here is `_ as {after.text}`"
    line = [each.type for each in place.tokens[place.first : place.at]]
    if place.token.type in ("LPAR", "LSQB") and "AS" in line and line[-1] in ("AS", "COMMA"):
        return "names stand side by side, one for each value: `as a, b, c`"
    return None


def star_import(place: Place) -> str | None:
    if place.start.type == "IMPORT" and place.token.type == "STAR":
        return "each name is imported by itself: `import std.blocks: ConvNormAct`"
    return None


def input_form(place: Place) -> str | None:
    """``model net(x: [N, 3, 224, 224])``, ``input x = [N, 3]`` and ``input 3, 224, 224``."""
    head = place.start.type in ("MODEL", "BLOCK")
    if head and place.token.type == "LSQB" and near_kinds(place, -1) == ["COLON"]:
        return "an input is no parameter: the body begins with `input x: [N, 3, H = 224, W = 224]`"
    closed = near_kinds(place, -1) == ["RSQB"]
    if place.start.type == "INPUT" and place.token.type == "EQUALS" and closed:
        return "a default stands at its size: `[N, 3, H = 32, W = 32]`; the batch needs none"
    if place.start.type == "INPUT" and place.at <= place.first + 2:
        return "an input has a name and a shape: `input x: [N, 3, H = 224, W = 224]`"
    return None


def module(place: Place) -> str | None:
    """``module "b{i}" = conv(8, 3)``."""
    if place.start.type != "MODULE" or place.at != place.first + 1:
        return None
    if place.token.type not in ("STRING", "TEXT_BEGIN"):
        return None
    return 'a module has a plain name here, and a label behind: `module unit = "unit{i}": …`'


def unnamed(place: Place) -> str | None:
    """``model = Sequential(…)`` and ``model { … }``."""
    kind = place.start.type
    if kind not in ("MODEL", "BLOCK") or place.at != place.first + 1:
        return None
    name = "net" if kind == "MODEL" else "Name"
    return f"a {kind.lower()} has a name and parameters: `{kind.lower()} {name}() {{ … }}`"


def result(place: Place) -> str | None:
    """``model net() -> [N, 10] {``."""
    if place.start.type in ("MODEL", "BLOCK") and place.token.type == "ARROW":
        return "nothing stands behind the parameters: what it gives is its last value, or `output`"
    return None


def variant(place: Place) -> str | None:
    """``model small extends base``."""
    if place.start.type != "MODEL" or place.at != place.first + 2 or place.token.type != "NAME":
        return None
    name, base = place.near(-1), place.near(1)
    if name is None or base is None or base.type != "NAME":
        return None
    return f"a variant is made by `=`: `model {name.text} = {base.text}(…)`"


def output_shape(place: Place) -> str | None:
    """``output y: [N, 10]``."""
    after = place.near(1)
    if place.start.type == "OUTPUT" and place.token.type == "COLON" and after is not None:
        if after.type == "NAME":
            name = place.tokens[place.at - 1].text
            return f"the stage stands on a line before, as `… as {name}`; then `output {name}`"
        return "an output has no shape; one that is checked stands behind a stage: `:: [N, 10]`"
    return None


def rule(place: Place) -> str | None:
    """``conv.weight = zeros`` in an ``init``."""
    if place.at == place.first:
        return None  # nothing stands in front
    name = place.tokens[place.first + 1].text
    is_number = place.token.type == "EQUALS" and near_kinds(place, 1)[0] in ("INT", "FLOAT")
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


_COUNTED = (
    "a name that a loop binds, `… as {0}`, is behind the loop the list of its turns:"
    " `{0}[0]`, `{0}[i]`"
)


def counted_name(place: Place) -> str | None:
    """``… as skip{i}`` and ``concat [_, skip{i}]``."""
    name = place.near(-1)
    if place.token.type != "LBRACE" or name is None or name.end != place.token.start:
        return None
    is_number = near_kinds(place, -1, 1, 2) in (
        ["NAME", "NAME", "RBRACE"],
        ["NAME", "INT", "RBRACE"],
    )
    return _COUNTED.format(name.text) if is_number else None


def declared_as(token: Token, place: Place) -> str | None:
    """``weight w: [3, 1] = ones``, which is a raw parameter."""
    kinds = near_kinds(place, 0, 1, 2)
    if token.type != "NAME" or kinds != ["NAME", "COLON", "LSQB"]:
        return None
    name = place.token.text
    return f"a raw parameter is declared by `param {name}: […] = zeros`, or `buffer {name}: …`"
