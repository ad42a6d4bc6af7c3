"""What ``x = …`` is as a statement: which stage, what flows into it, and whether it needs a name.

The word itself on the right is what flows from line to line: ``x = relu(x)`` is ``relu``.
"""

from __future__ import annotations

import re

from archdsl.rules.rewriting import LIBRARIES
from archir.base.fixes import Edit, Fix, insert, swap
from archir.base.pieces import Pieces, pieces
from archir.base.record import Record
from archir.base.source import Source, Span


class Meant(Record):
    """A statement, and how much is known of it."""

    text: str
    is_literal: bool = False
    """Whether a number, a string or a list is given a name."""

    is_sure: bool = False
    """Whether a value of the network flows in, so that it is no module that gets a name."""

    flows_on: bool = False
    """Whether what flowed in was the word itself."""


def meant(word: str, value: str, flows: str = "") -> Meant | None:
    """The statement for ``word = value``; None where that cannot be said.

    ``flows`` is a name for what flows into it already.
    """
    found = pieces(Source("", value))
    line = [each.text for each in found.all]
    if not line or "\n" in line or line[1:2] == ["="] or value.count("(") != value.count(")"):
        return None
    constant = _constant(line, value)
    if constant:
        return Meant(f"let {word} = {constant}", is_literal=True)
    if not line[0].isidentifier() or line[0] == "self" or line[:2] == [word, "["]:
        return None  # a module of Python's, or a part of a value
    if line[0] in LIBRARIES and line[1:2] == ["."]:
        return meant(word, value.partition(".")[2], flows)
    known = _parameter(word, value) or _method(word, found, flows) or _merged(word, found)
    if known is not None:
        return known
    if any(sign in _SIGNS for sign in line):
        return None
    return _called(word, found, flows) or Meant(f"{value} as {word}")


def _constant(line: list[str], value: str) -> str:
    """A number, a text, a list or a choice, as it is written here; empty for what is none."""
    if line[0] in ("f", "r") and value[1:2] in ("'", '"'):
        return f'"{value[2:-1]}"'
    is_literal = line[0][0].isdecimal() or line[0][0] in '"[-'
    is_choice = "(" not in line and "if" in line[1:] and "else" in line[2:]
    return value if is_literal or is_choice or line[0] in ("true", "false", "none") else ""


_DRAWN = {"zeros": "zeros", "empty": "zeros", "ones": "ones", "randn": "normal", "rand": "uniform"}


def _parameter(word: str, value: str) -> Meant | None:
    """``token = nn.Parameter(torch.zeros(1, 1, 64))``."""
    found = re.fullmatch(r"Parameter\((?:torch\.)?(\w+)\(([\w, ]+)\)\)", value)
    if found is None or found[1] not in _DRAWN:
        return None
    return Meant(f"param {word}: [{found[2]}] = {_DRAWN[found[1]]}", is_sure=True)


def _method(word: str, found: Pieces, flows: str) -> Meant | None:
    """``x = x.flatten(1)`` and ``y = x.mean(2)``."""
    owner, dot, stage, opener = (found.text(at) for at in range(4))
    if dot != "." or opener != "(" or owner == "self" or not stage.isidentifier():
        return None
    last = len(found.all) - 1
    if found.partner.get(last) != 3:
        return None
    called = stage if last == 4 else found.span(2, last).text
    if owner == word:
        return Meant(called, is_sure=True, flows_on=True)
    begins = "" if owner == flows else f"{owner} -> "
    return Meant(f"{begins}{called} as {word}", is_sure=True)


def _called(word: str, found: Pieces, flows: str) -> Meant | None:
    """``x = conv(64, 3)(x)``, as modules of torch and Keras are called, and ``x = conv(x, 64)``."""
    last = len(found.all) - 1
    opener = found.partner.get(last)
    if opener is not None and found.text(opener - 1) == ")" and opener + 1 < last:
        called = found.span(opener + 1, last - 1).text
        stage = found.span(0, opener - 1).text
        if called == word:
            return Meant(stage.removesuffix("()"), is_sure=True, flows_on=True)
        if called == flows:
            return Meant(f"{stage.removesuffix('()')} as {word}", is_sure=True)
        return Meant(f"{flowing(called, stage)} as {word}", is_sure=True)
    return _with_arguments(word, found, flows) if opener == 1 else None


def _with_arguments(word: str, found: Pieces, flows: str) -> Meant | None:
    """``x = conv(x, 64)`` and ``x = cat([x, y], 1)``, whose values stand among the arguments."""
    op = found.text(0)
    items = found.items(1) or []
    rest = ", ".join(found.span(*each).text for each in items[1:])
    stage = f"{op}({rest})" if rest else op
    first, last = items[0] if items else (0, 0)
    if first == last and found.text(first) == word:
        return Meant(stage, is_sure=True, flows_on=True)
    if first == last and flows and found.text(first) == flows:
        return Meant(f"{stage} as {word}", is_sure=True)
    values = (found.items(first) or []) if found.text(first) == "[" else []
    names = [found.span(*each).text for each in values]
    if not names or not all(name.isidentifier() for name in names):
        return None
    branches = ", ".join("_" if name == word else name for name in names)
    if word in names:
        return Meant(f"{stage} [{branches}]", is_sure=True, flows_on=True)
    return Meant(f"{stage} [{branches}] as {word}", is_sure=True)


_MERGES = {"+": "add", "-": "subtract", "*": "multiply", "/": "divide"}
_SIGNS = (*_MERGES, "//", "%", "**")


def _merged(word: str, found: Pieces) -> Meant | None:
    """``add [_, y]`` for ``x = x + y``; beside a number nobody knows whether it is one too."""
    line = [each.text for each in found.all]
    if line[:2] == [word, "+"] and line[3:4] == ["("]:
        stages = _inside_out(word, found)
        inside = " -> ".join(stages)
        return Meant(f"residual {{ {inside} }}", is_sure=True, flows_on=True) if stages else None
    if len(line) != 3 or line[1] not in _MERGES or word not in (line[0], line[2]):
        return None
    one, other = ("_" if each == word else each for each in line[::2])
    op = _MERGES[line[1]]
    if not one.isidentifier() or not other.isidentifier():
        return None
    return Meant(f"{op} [{one}, {other}]", is_sure=True, flows_on=True)


_BODIES = ("residual", "shortcut", "dense", "train_only", "repeat")


def _inside_out(word: str, found: Pieces) -> list[str]:
    """The stages of ``attn(norm(x))`` behind ``x +``, in the order of running; else none."""
    stages: list[str] = []
    at, last = 2, len(found.all) - 1
    while found.text(at + 1) == "(" and found.partner.get(at + 1) == last:
        if not found.text(at).isidentifier() or found.text(at) in _BODIES:
            return []
        stages.insert(0, found.text(at))
        at, last = at + 2, last - 1
    return stages if at == last and found.text(at) == word else []


def flowing(value: str, stage: str) -> str:
    """``x -> conv(3, 1)`` for ``conv(3, 1)(x)``, and ``add [x, y]`` for ``add()([x, y])``."""
    op = stage.removesuffix("()")
    if value[:1] in "[(" and value[-1:] in "])":
        return f"{op} [{value[1:-1].strip()}]"
    return f"{op} [{value}]" if "," in value and "(" not in value else f"{value} -> {op}"


class Standing(Record):
    """What names mean at one of the assignments of a body: ``x = relu(x)`` binds no x here."""

    flows: str = ""
    """The name that the line before gives to what flows in."""

    lost: str = ""
    """A name on the right that stands for what an earlier line gave, and is bound to another."""

    is_sound: bool = True
    """Whether no assignment of the body has such a name."""


def standing(text: str, start: int) -> Standing:
    """What names mean in the assignment at a place."""
    head = max(text.rfind("\nmodel ", 0, start), text.rfind("\nblock ", 0, start), 0)
    end = text.find("\n}", start)
    if (len(text) if end < 0 else end) - head > _LONGEST_BODY:
        return Standing(is_sound=False)
    here = text.count("\n", head, start)
    flows, rebound, at, is_sound = "", set[str](), Standing(), True
    for number, line in enumerate(text[head : len(text) if end < 0 else end].split("\n")):
        plain = line.partition("#")[0].strip()
        found = _ASSIGNED.fullmatch(plain)
        words = re.findall(r"[A-Za-z_]\w*", "" if found is None else found[2])
        lost = next((each for each in sorted(rebound - {flows}) if each in words), "")
        is_sound = is_sound and not lost
        if number == here:
            at = Standing(flows, lost)
        known = None if found is None else meant(found[1], found[2], flows)
        if found is not None and known is not None and known.flows_on:
            flows = found[1]
            rebound.add(flows)
        elif plain:
            flows = ""
    return Standing(at.flows, at.lost, is_sound)


_LONGEST_BODY = 8000
"""Characters of a body that is looked through for each of its assignments."""

_ASSIGNED = re.compile(r"(\w+)\s*=\s*([^=].*)")


def assignment(name: Span, value: str, flows: str = "") -> Fix | None:
    """``… as y`` for ``y = …`` where a stage stands behind it, ``let y = …`` before a number."""
    pieces_of = pieces(name.source)
    at, found = pieces_of.at(name.start), meant(name.text, value, flows)
    if at is None or found is None:
        return None
    if found.is_literal and found.text == f"let {name.text} = {value}":
        return insert(name.source, name.start, "let ")
    sign = pieces_of.text(at + 1)
    written = value if sign == "=" else value.removeprefix(f"{name.text} {sign} ")
    start = name.source.text.find(written, name.end)
    if start < 0:
        return None
    return swap(Span(name.source, name.start, start + len(written)), found.text, safe=False)


def from_let(call: Span, text: str) -> Fix | None:
    """``x -> conv(3, 1) as y`` for ``let y = conv(3, 1)(x)``, which is how torch's modules run."""
    found = pieces(call.source)
    head = found.at(call.start)
    if head is None or head < 3 or found.text(head - 1) != "=" or found.text(head - 3) != "let":
        return None
    place = Span(call.source, found.all[head - 3].start, call.end)
    shown = f"{text} as {found.text(head - 2)}"
    return Fix(f"write `{shown}`", (Edit(place, shown),))


def named_behind(names: Span) -> Fix | None:
    """``chunk(2) as a, b`` for ``let a, b = chunk(2)``."""
    found = pieces(names.source)
    at = found.at(names.start)
    if at is None or found.text(at - 1) != "let":
        return None
    equals = next((k for k in range(at, found.line_ends(at)) if found.text(k) == "="), None)
    end = found.line_ends(at)
    if equals is None or equals + 1 == end or "}" in found.span(at, end - 1).text:
        return None
    shown = f"{found.span(equals + 1, end - 1).text} as {names.text}"
    return swap(found.span(at - 1, end - 1), shown, safe=False)
