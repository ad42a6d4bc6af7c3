"""Edits of what binds names, and which names of other libraries mean what ours do."""

from __future__ import annotations

from archir.base.fixes import Edit, Fix, drop, insert, lines, shown, swap
from archir.base.likeness import letters
from archir.base.pieces import Pieces, pieces
from archir.base.source import Source, Span


def unnamed(name: Span) -> Fix | None:
    """Leave a name out that nothing uses: ``as y`` where it is the only one, ``_`` among others."""
    found = pieces(name.source)
    at = found.at(name.start)
    if at is None:
        return None
    before, after = found.text(at - 1), found.text(at + 1)
    if before == "," or (before in ("as", "let", "for") and after == ","):
        return swap(name, "_")
    if before != "as" or at < 2:
        return None
    return drop(Span(name.source, found.all[at - 2].end, name.end))


def unimported(name: Span) -> Fix | None:
    """Take a name out of its import, and the import away where it was the only one."""
    found = pieces(name.source)
    at = found.at(name.start)
    if at is None:
        return None
    if found.text(at + 1) == ",":
        return drop(Span(name.source, name.start, found.all[at + 2].start))
    if found.text(at - 1) == ",":
        return drop(Span(name.source, found.all[at - 1].start, name.end))
    first = at
    while first > 0 and found.text(first - 1) not in ("\n", ""):
        first -= 1
    if found.text(first) != "import" or found.text(at + 1) not in ("\n", ""):
        return None
    whole = lines(found.span(first, first), name)
    return Fix(f"take {shown(found.span(first, at).text)} away", (Edit(whole, ""),))


def imported(source: Source, library: str, name: str) -> Fix:
    """Import a name of the library: behind other names of the same one, or on a line of its own."""
    found = pieces(source)
    path = library.split(".")
    last = 0
    for at, piece in enumerate(found.all):
        if piece.text not in ("import", "arch") or not _begins_line(found, at):
            continue
        end = found.line_ends(at)
        if [found.text(k) for k in range(at + 1, end) if found.text(k) != "."][: len(path) + 1] == [
            *path,
            ":",
        ]:
            return insert(source, found.all[end - 1].end, f", {name}")
        last = found.all[end].end if end < len(found.all) else len(source.text)
    line = f"import {library}: {name}\n"
    if last == 0:
        line += "\n"
    elif source.text[:last].rstrip().rsplit("\n", 1)[-1].startswith("arch"):
        line = f"\n{line}" if source.text[last : last + 1] == "\n" else f"\n{line}\n"
    return insert(source, last, line)


_RANKS = ("1d", "2d", "3d")


def is_respelt(word: str) -> bool:
    """Whether a name is spelled as torch's classes and functions are: ``Conv``, ``conv2d``."""
    return word[:1].isupper() or word.casefold().endswith(_RANKS)


def is_same_call(found: Pieces, name: int, op: str) -> bool:
    """Whether a call by a name of torch's, the piece at an index, means the same by the op's name.

    ``Conv2d(3, 64, 7)`` is none: torch's class begins with what is inferred here. Nor is
    ``LayerNorm2d()``: it goes over another dim than the op, which has no ranks in torch.
    """
    from archir.catalogue.registry import built_in, ops
    from archir.op.contract import arguments_of

    if op not in built_in():
        return True
    kind, word = ops()[op], found.text(name)
    torch = kind.torch_name.rpartition(".")[2]
    if letters(word) not in (letters(op), letters(torch)):
        return False
    if word.casefold().endswith(_RANKS) and not torch.endswith(_RANKS):
        return False
    if not kind.inferred and not kind.weights:
        return True
    items = found.items(name + 1) if found.text(name + 1) == "(" else None
    required = sum(each.is_required() for each in arguments_of(kind).values())
    return sum(found.text(first + 1) != "=" for first, _ in items or ()) <= required


def _begins_line(found: Pieces, at: int) -> bool:
    return found.text(at - 1) in ("\n", "")
