"""Calls of other libraries' functions on values: ``F.relu(x)`` and ``torch.cat([a, b], 1)``."""

from __future__ import annotations

import re
from itertools import takewhile

from archdsl.rules.rewriting import LIBRARIES, is_sure
from archir.base.fixes import Edit
from archir.base.pieces import Pieces, pieces
from archir.base.record import Record
from archir.base.source import Source, Span

_CONSTANTS = frozenset({"true", "false", "none", "True", "False", "None"})


class Functional(Record):
    """The stage that such a call is, and the edits that write it."""

    text: str
    edits: tuple[Edit, ...]
    """There are none where something else flows in already."""

    is_sure: bool = True
    """Whether the library means the same by it."""


def functional(source: Source, start: int, op: str) -> Functional | None:
    """The stage that a call of a library's function is, with what flows into it; else None."""
    found = pieces(source)
    first = found.at(start)
    if first is None or found.text(first) not in LIBRARIES:
        return None
    name = first
    while found.text(name + 1) == ".":
        name += 2
    opener = name + 1
    items = found.items(opener) if found.text(opener) == "(" else None
    if not items or name == first:
        return None
    if not found.text(name)[:1].islower():  # a class of layers, which takes numbers
        made = _of_class(found, (first, name), op)
    else:
        made = _written(found, (first, name), op, items)
    if made is None or is_sure(found, first, name, op):
        return made
    return Functional(made.text, made.edits, is_sure=False)


def _of_class(found: Pieces, named: tuple[int, int], op: str) -> Functional | None:
    """``x -> linear(10)`` for ``nn.Dense(10)(x)``."""
    (first, name), closer = named, found.partner[named[1] + 1]
    behind = closer + 1
    items = found.items(behind) if found.text(behind) == "(" else None
    if not items or len(items) > 1 or not _is_value(found.span(*items[0]).text):
        return None
    value = found.span(*items[0]).text
    owner, head = found.span(first, name - 1), found.span(name, name)
    is_bound = _is_bound(found.source.text[: owner.start], value)
    if is_bound and found.text(first - 1) not in _HEADS:
        return None
    flows = f"{value} -> " if is_bound else ""
    text = f"{flows}{op}{found.span(name + 1, closer).text}"
    called = found.span(behind, found.partner[behind])
    return Functional(text, (Edit(owner, flows), Edit(head, op), Edit(called, "")))


_HEADS = ("\n", "{", "[", ",", ":", "")
"""What stands before the first stage of a chain."""


def _written(
    found: Pieces, named: tuple[int, int], op: str, items: list[tuple[int, int]]
) -> Functional | None:
    values, count = _values(found, op, items)
    if not values:
        return None
    (first, name), closer = named, found.partner[named[1] + 1]
    inner, last = items[0][0], items[count - 1][1]
    names = [each for item in items[count:] if (each := _renamed(found, item[0], op)) is not None]
    rest = ", ".join(_argument(found, item, op) for item in items[count:])
    call = f"{op}({rest})" if rest else op
    is_first = found.text(first - 1) in _HEADS
    owner, head = found.span(first, name - 1), found.span(name, name)
    if len(values) == 1 and inner == last:
        flows = ""
        if _is_bound(found.source.text[: owner.start], values[0]):
            flows = f"{values[0]} -> "
            if not is_first:
                return Functional(f"{flows}{call}", ())
        taken = found.span(name + 1, closer)
        if rest:
            taken = Span(found.source, found.all[inner].start, found.all[items[1][0]].start)
        of_one = (Edit(owner, flows), Edit(head, op), Edit(taken, ""), *names)
        return Functional(f"{flows}{call}", of_one)
    text = f"{call} [{', '.join(values)}]"
    is_list = found.text(inner) in ("[", "(")
    opened = found.span(name + 1, inner if is_list else name + 1)
    closed = found.span(last if is_list else last + 1, closer)
    edits = (Edit(owner, ""), Edit(head, f"{call} "), Edit(opened, "["), Edit(closed, "]"))
    return Functional(text, edits if is_first else ())


def _argument(found: Pieces, item: tuple[int, int], op: str) -> str:
    """An argument as it is written, with the name that it has here."""
    text, other = found.span(*item).text, _renamed(found, item[0], op)
    return text if other is None else other.text + text[len(other.span.text) :]


def _renamed(found: Pieces, at: int, op: str) -> Edit | None:
    """``dim`` for the ``axis`` of an argument that is given by name."""
    from archir.base.synonyms import argument_elsewhere
    from archir.catalogue.registry import ops

    known = ops()[op].arguments() if op in ops() else ()
    if found.text(at + 1) != "=" or found.text(at) in known:
        return None
    ours = argument_elsewhere(found.text(at), known)
    return None if ours is None else Edit(found.span(at, at), ours)


def _values(found: Pieces, op: str, items: list[tuple[int, int]]) -> tuple[list[str], int]:
    """The names that are given first, and how many arguments they are: one may be a list."""
    first, last = items[0]
    if found.text(first) in ("[", "("):
        inside = [found.span(*each).text for each in found.items(first) or ()]
        is_whole = found.partner.get(first) == last and all(map(_is_value, inside))
        return (inside, 1) if is_whole else ([], 0)
    from archir.catalogue.registry import ops

    named = [found.span(*each).text for each in takewhile(lambda each: each[0] == each[1], items)]
    values = list(takewhile(_is_value, named))
    takes_one = op not in ops() or ops()[op].arity == "one"
    values = values[:1] if takes_one else values
    return values, len(values)


def _is_value(text: str) -> bool:
    return text.isidentifier() and text not in _CONSTANTS


def _is_bound(before: str, name: str) -> bool:
    """Whether a text binds a name in its last declaration."""
    declared = max(before.rfind("\nmodel "), before.rfind("\nblock "), 0)
    binding = rf"\b(?:as|input|let|param|buffer|for)\b[^\n=>]*\b{re.escape(name)}\b"
    return re.search(binding, before[declared:]) is not None
