"""The labels of a declaration, and which of them a word that means nothing speaks of."""

from __future__ import annotations

import re
from collections.abc import Iterator

from archdsl.tree import ast
from archdsl.tree.walk import nodes
from archir.base.record import Record


class Labelled(Record):
    """A label that a word speaks of."""

    text: str
    """As it is written."""

    stem: str
    """What it begins with, without numbers: ``block`` of ``"block{i}"``."""

    is_same: bool
    """Whether the word is the label itself, and not one of its turns or parts."""

    is_looped: bool
    """Whether it stands in a loop, so that each turn has a module of its own."""


def label_meant(root: ast.Node, word: str) -> Labelled | None:
    """The label that is called like a word, or else one of whose turns or parts is."""
    near: Labelled | None = None
    for label, is_looped in _labels(root):
        found = _spoken_of(label, word, is_looped)
        if found is not None and found.is_same:
            return found
        near = near or found
    return near


def _labels(root: ast.Node) -> Iterator[tuple[ast.Label, bool]]:
    """Each label with a name, and whether it stands in a loop."""
    inside: set[int] = set()
    for node in nodes(root):
        if isinstance(node, ast.For | ast.RepeatLoop) and id(node) not in inside:
            inside.update(id(each) for each in nodes(node))
        if isinstance(node, ast.Label) and node.name is not None:
            yield node, id(node) in inside


def _spoken_of(label: ast.Label, word: str, is_looped: bool) -> Labelled | None:
    name = label.name
    parts = name.parts if isinstance(name, ast.Text) else (name or "",)
    plain = [re.escape(part) if isinstance(part, str) else r"\w+" for part in parts]
    first = parts[0] if parts and isinstance(parts[0], str) else ""
    stem = first.rstrip("_-0123456789")
    is_same = word == name
    is_near = re.fullmatch("".join(plain), word) is not None
    is_part = re.fullmatch(rf"{re.escape(stem)}_?\d*", word) is not None
    if not stem or not (is_same or is_near or is_part):
        return None
    return Labelled(label.span.text.rstrip(": \t"), stem, is_same, is_looped)
