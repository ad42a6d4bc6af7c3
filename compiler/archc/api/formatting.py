"""Texts laid out: what ``archc fmt`` does to files."""

from __future__ import annotations

from archc.errors import ArchError
from archdsl.formatting.files import formatted
from archdsl.syntax.parser import parse
from archir.base.source import Source


def format(text: str | Source, /) -> str:  # noqa: A001 (the word for it)
    """A text of the language laid out in the one way that there is for it.

    What it says is the same, each comment is where it was, and it is laid out already if it came
    from here. ``ArchError`` where there is a mistake of syntax. Needs no torch.

    >>> archc.format("block B {linear( 8 )}")
    'block B { linear(8) }\\n'
    """
    source = text if isinstance(text, Source) else Source("<string>", text)
    tree, found = parse(source)
    if tree is None:
        raise ArchError(found)
    return formatted(source, tree)
