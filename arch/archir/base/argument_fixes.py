"""Fixes of one argument of a call, as it is written in the text.

An argument is found by its name, or as the only one by position that is written as its value is.
Where the text is another (an argument that is worked out, an op that came as a parameter) there is
no fix: nobody can say which place to change.
"""

from __future__ import annotations

import re

from archir.base.fixes import Edit, Fix, shown, swap
from archir.base.pieces import WrittenArgument, WrittenCall, call_around, call_at, items_of, pieces
from archir.base.source import Span


def argument(
    call: WrittenCall | None, name: str, written: str | None = None
) -> WrittenArgument | None:
    """The argument of that name, or the only one by position that is written so."""
    if call is None:
        return None
    by_position = [each for each in call.arguments if each.name is None]
    alike = [each for each in by_position if each.value.text == written]
    return call.named(name) or (alike[0] if len(alike) == 1 else None)


def leave_out(
    span: Span, callee: str, name: str, written: str | None = None, *, safe: bool = True
) -> Fix | None:
    """Leave an argument out of the call at a place. Behind one by position none may follow."""
    call = call_at(span, callee)
    found = argument(call, name, written)
    if call is None or found is None:
        return None
    if found.name is None and call.arguments.index(found) + 1 < len(call.arguments):
        following = call.arguments[call.arguments.index(found) + 1]
        if following.name is None:
            return None
    return without(call, found, safe=safe)


def without(call: WrittenCall, *left_out: WrittenArgument, safe: bool = True) -> Fix:
    """Leave arguments out of a call."""
    kept = [each for each in call.arguments if each not in left_out]
    words = f"leave {shown(', '.join(each.span.text for each in left_out))} out"
    if not kept:
        return Fix(words, (Edit(call.brackets, ""),), safe)
    if len(left_out) == 1:
        return Fix(words, (Edit(call.without(left_out[0]), ""),), safe)
    text = f"({', '.join(each.span.text for each in kept)})"
    return Fix(words, (Edit(call.brackets, text),), safe)


def rewrite(
    span: Span, callee: str, name: str, text: str, written: str | None = None, *, safe: bool = True
) -> Fix | None:
    """Give an argument of the call at a place another value, if its value is written out."""
    found = argument(call_at(span, callee), name, written)
    if found is None or not (found.value.text == written or found.value.text.startswith("[")):
        return None
    return swap(found.value, text, safe=safe)


def give(span: Span, callee: str, text: str, *, safe: bool = True) -> Fix | None:
    """Give the call at a place one argument more, by name."""
    call = call_at(span, callee)
    if call is None or not call.arguments:
        return None
    end = call.arguments[-1].span.end
    return Fix(f"add {shown(text)}", (Edit(Span(span.source, end, end), f", {text}"),), safe)


def in_call(span: Span, callee: str) -> tuple[WrittenCall, WrittenArgument] | None:
    """The call of that name around a place, and the argument which the place is in."""
    call = call_around(span, callee)
    if call is None:
        return None
    for each in call.arguments:
        if each.span.covers(span):
            return call, each
    return None


def whole(span: Span) -> Fix | None:
    """``//`` for the only ``/`` of a quotient, and ``64`` for ``64.0``."""
    found = pieces(span.source)
    inside = [one for one in found.all if span.start <= one.start and one.end <= span.end]
    signs = [one for one in inside if one.text == "/"]
    if len(signs) == 1 and not any("." in one.text for one in inside):
        return swap(Span(span.source, signs[0].start, signs[0].end), "//")
    if len(inside) == 1 and inside[0].text.endswith(".0"):
        return swap(span, inside[0].text.removesuffix(".0"))
    return None


def one_for_all(span: Span, callee: str, name: str, length: int) -> Fix | None:
    """A number for a list of equal numbers, which is for another number of axes."""
    call = call_at(span, callee)
    for each in () if call is None else call.arguments:
        items = items_of(each.value)
        if items is not None and len(items) == length and each.name in (None, name):
            texts = {item.text for item in items}
            return swap(each.value, texts.pop()) if len(texts) == 1 else None
    return None


def padded_before(call: WrittenCall, given: WrittenArgument) -> Fix | None:
    """The same padding at all ends as a number, and other ones by a ``pad`` in front."""
    items = items_of(given.value)
    if not items:
        return None
    texts = [item.text for item in items]
    if len(set(texts)) == 1:
        return swap(given.value, texts[0])
    source, start = call.head.source, call.head.start
    found = pieces(source)
    at = found.at(start)
    if at is None or given.name is None or found.text(at - 1) == ":":
        return None  # a label would be the padding's
    before = Edit(Span(source, start, start), f"pad([{', '.join(texts)}]) -> ")
    return Fix("pad before it", (before, *without(call, given).edits), is_safe=False)


def upto(call: WrittenCall, given: WrittenArgument) -> Fix | None:
    """Labels that are given as an argument, in brackets behind the part."""
    written = given.value.text
    labels = re.findall(r'"([^"]+)"', written)
    if re.sub(r'"[^"]+"|[\s,()\[\]]', "", written) or not labels:
        return None
    names = ", ".join(label if label.isidentifier() else f'"{label}"' for label in labels)
    shown_now, end = f" upto [{names}]", call.brackets.end
    left = without(call, given).edits
    if left[0].span == call.brackets:
        return Fix(f"write {shown(shown_now.strip())}", (Edit(call.brackets, shown_now),))
    added = Edit(Span(call.brackets.source, end, end), shown_now)
    return Fix(f"write {shown(shown_now.strip())}", (*left, added))
