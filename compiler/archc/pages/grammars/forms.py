"""What rules and terminals are made of, and how Lark and GBNF write it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Literal, TypeAlias

from archir.base.record import Record


class Characters(Record):
    """These characters."""

    text: str


class Chars(Record):
    """A character of a set, in the notation that regular expressions and GBNF share."""

    members: str


class RuleName(Record):
    """A rule, or a terminal if its name is in capitals."""

    name: str


class InOrder(Record):
    """One after the other."""

    forms: tuple[Form, ...]


class OneOf(Record):
    """Any of these."""

    forms: tuple[Form, ...]


class Times(Record):
    """Several times: at least so often, and at most, where there is a most."""

    form: Form
    least: int
    most: int | None


Form: TypeAlias = Characters | Chars | RuleName | InOrder | OneOf | Times


def in_order(*forms: Form) -> Form:
    """One after the other, without what is empty."""
    flat: list[Form] = []
    for form in forms:
        flat += form.forms if isinstance(form, InOrder) else (form,)
    return flat[0] if len(flat) == 1 else InOrder(tuple(flat))


def one_of(*forms: Form) -> Form:
    """Any of these, each once."""
    kept = tuple(dict.fromkeys(forms))
    return kept[0] if len(kept) == 1 else OneOf(kept)


def maybe(form: Form) -> Form:
    """It, or nothing."""
    return Times(form, 0, 1)


_Notation = Literal["lark", "regex", "gbnf"]


def lark(rules: Mapping[str, Form], terminals: Mapping[str, Form]) -> str:
    """Rules in Lark's notation, the first of which is where a text starts."""
    lines = [_rule(f"{name}:", form, "lark") for name, form in rules.items()]
    lines.append("")
    for name, form in terminals.items():
        pattern = _written(form, "regex").replace("/", "\\/")
        lines.append(f"{name}: /{pattern}/\n")
    return "".join(line or "\n" for line in lines)


def gbnf(rules: Mapping[str, Form], terminals: Mapping[str, Form]) -> str:
    """Rules in GBNF, as llama.cpp reads it."""
    lines = []
    for name, form in {**rules, **terminals}.items():
        lines.append(_rule(f"{_gbnf_name(name)} ::=", form, "gbnf"))
    return "".join(lines)


def _rule(head: str, form: Form, notation: _Notation) -> str:
    forms = form.forms if isinstance(form, OneOf) else (form,)
    return f"{head} " + " | ".join(_written(each, notation) for each in forms) + "\n"


def _gbnf_name(name: str) -> str:
    if name == "start":
        return "root"
    return f"t-{name.lower()}".replace("_", "-") if name.isupper() else name.replace("_", "-")


def _written(form: Form, notation: _Notation) -> str:
    match form:
        case Characters(text):
            return _escaped(text) if notation == "regex" else json.dumps(text)
        case Chars(members):
            return f"[{members}]"
        case RuleName(name):
            return _gbnf_name(name) if notation == "gbnf" else name
        case InOrder(forms):
            between = "" if notation == "regex" else " "
            return between.join(_bound(each, notation) for each in forms)
        case OneOf(forms):
            between = "|" if notation == "regex" else " | "
            return between.join(_written(each, notation) for each in forms)
        case Times(of, least, most):
            return _bound(of, notation, repeated=True) + _count(least, most)


def _escaped(text: str) -> str:
    return re.escape(text).replace("\\\n", "\\n")


def _count(least: int, most: int | None) -> str:
    known = {(0, 1): "?", (0, None): "*", (1, None): "+"}
    return known.get((least, most)) or f"{{{least},{'' if most is None else most}}}"


def _bound(form: Form, notation: _Notation, repeated: bool = False) -> str:
    """A form as a part of another, in parentheses where it would fall apart."""
    words = _written(form, notation)
    is_long_text = isinstance(form, Characters) and len(form.text) > 1 and notation == "regex"
    loose = isinstance(form, OneOf) or (
        repeated and (isinstance(form, InOrder | Times) or is_long_text)
    )
    if not loose:
        return words
    return f"(?:{words})" if notation == "regex" else f"({words})"
