"""The tree of a text in parts, of which those that no edit has touched are not read again.

A part is what stands from one declaration to the next. It is taken over from an earlier text where
it is the same to the letter, and speaks of no name that is declared in another way now: then names
mean in it what they did. Its nodes keep the places of the text that they were read in, but for
their heads (a declaration's range, its name). Only a text in which nothing is wrong has parts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from archdsl.project.program import Program
from archdsl.resolve.kept.again import Again, Once
from archdsl.syntax.parser import read_part
from archdsl.syntax.tokens import CLOSERS, OPENERS, Token
from archdsl.tree import ast
from archir.base.record import Record, Struct, replaced
from archir.base.source import Source, Span

_BEGINS = frozenset({"IMPORT", "BLOCK", "MODEL", "LET", "FN"})
_GOES_ON = frozenset({"ARROW", "COMMA"})
"""Tokens behind which a line does not end."""


class Stretch(Struct):
    """A part of a text, as it was read."""

    text: str
    span: Span
    file: ast.File
    """Of it alone."""

    words: frozenset[str]
    names: frozenset[str]
    onces: tuple[Once, ...] | None = None
    """What became of its declarations, if all of them are right."""


class Right(Record):
    """A text in which nothing was wrong, and what stood beside it."""

    parts: tuple[Stretch, ...]
    imports: tuple[object, ...]
    doc: str
    files: dict[str, ast.File]
    """The trees of what it imports."""

    others: dict[int, Once]
    """What became of the declarations in these."""

    @classmethod
    def of(cls, program: Program, parts: tuple[Stretch, ...], again: Again) -> Right | None:
        """The text of a program; None where something is wrong with what it imports."""
        files = _beside(program)
        others: dict[int, Once] = {}
        for node in (each for file in files.values() for each in file.declarations):
            if not isinstance(node, ast.Import):
                if id(node) not in again.made:
                    return None
                others[id(node)] = again.made[id(node)]
        main = program.main.file
        return cls(parts, _imports(main), main.doc, files, others)

    def is_beside(self, program: Program) -> bool:
        """Whether what a program imports is what this text imported."""
        main, files = program.main.file, _beside(program)
        return (
            self.doc == main.doc
            and self.imports == _imports(main)
            and self.files.keys() == files.keys()
            and all(self.files[name] is files[name] for name in files)
            and len({each.source.name for each in (main, *files.values())}) == len(files) + 1
        )


class Tree(Record):
    """A text's tree and its parts; ``known`` is what became of nodes that are taken over."""

    file: ast.File
    parts: tuple[Stretch, ...]
    known: dict[int, Once]
    moves: tuple[tuple[Span, Span], ...]
    """Of parts that are taken over: their places when they were read, and now."""


def tree(source: Source, tokens: Sequence[Token], before: Sequence[Stretch]) -> Tree | None:
    """The tree of a text of which the lexer has nothing to say; None where something is wrong."""
    ranges = _ranges(source.text, tokens)
    if ranges is None:
        return None
    texts = [_text(source, tokens, *each) for each in ranges]
    parts = _taken(texts, before)
    taken = set(map(id, parts))
    changed = {name for each in before if id(each) not in taken for name in each.names}
    waiting = [number for number, each in enumerate(parts) if each is None]
    while waiting:
        for number in waiting:
            part = _read(source, tokens, *ranges[number])
            if part is None:
                return None
            old = parts[number]
            changed |= part.names if old is None else part.names | old.names
            parts[number] = part
        waiting = [
            number
            for number, each in enumerate(parts)
            if each is not None and each.span.source is not source and each.words & changed
        ]
    return _joined(source, [each for each in parts if each is not None], ranges, tokens)


def _beside(program: Program) -> dict[str, ast.File]:
    files = program.files.items()
    return {name: each.file for name, each in files if each is not program.main}


def _imports(file: ast.File) -> tuple[object, ...]:
    imports = [each for each in file.declarations if isinstance(each, ast.Import)]
    return tuple([(each.path, tuple([name.text for name in each.names])) for each in imports])


def _ranges(text: str, tokens: Sequence[Token]) -> list[tuple[int, int]] | None:
    """The first token of each part, and the one behind its last; None where brackets are open."""
    starts: list[int] = []
    depth = 0
    before = ""
    for number, token in enumerate(tokens):
        kind = token.type
        if kind == "_NL":
            continue
        is_line = token.start == 0 or text[token.start - 1] == "\n"
        if is_line and not depth and before != "DOC" and (kind in _BEGINS or kind == "DOC"):
            if before in _GOES_ON:
                return None
            starts.append(number)
        depth += (kind in OPENERS) - (kind in CLOSERS)
        if depth < 0:
            return None
        before = kind
    if depth or not starts:
        return None
    starts[0] = 0
    # What stands above the first declaration is a part with it: it may speak of the file.
    while len(starts) > 1 and not _has_declaration(tokens, 0, starts[1]):
        del starts[1]
    return list(zip(starts, [*starts[1:], len(tokens)], strict=True))


def _has_declaration(tokens: Sequence[Token], first: int, behind: int) -> bool:
    return any(each.type in _BEGINS and each.type != "IMPORT" for each in tokens[first:behind])


def _text(source: Source, tokens: Sequence[Token], first: int, behind: int) -> tuple[bool, str]:
    """The text of a part, and whether it is the first."""
    end = len(source.text) if behind == len(tokens) else tokens[behind].start
    return first == 0, source.text[tokens[first].start if first else 0 : end]


def _taken(texts: list[tuple[bool, str]], before: Sequence[Stretch]) -> list[Stretch | None]:
    """The parts of an earlier text that stand in this one, each once."""
    known: dict[tuple[bool, str], list[Stretch]] = {}
    for number, part in enumerate(before):
        if part.onces is not None:
            known.setdefault((number == 0, part.text), []).append(part)
    return [known[each].pop() if known.get(each) else None for each in texts]


def _read(source: Source, tokens: Sequence[Token], first: int, behind: int) -> Stretch | None:
    file = read_part(source, tokens[first:behind], is_first=first == 0)
    if file is None:
        return None
    is_first, text = _text(source, tokens, first, behind)
    start = 0 if is_first else tokens[first].start
    names = frozenset(name for each in file.declarations for name in _names(each))
    span = Span(source, start, start + len(text))
    return Stretch(text, span, file, frozenset(re.findall(r"\w+", text)), names)


def _names(node: ast.Declaration) -> Iterator[str]:
    """The names that a declaration gives, or an import takes."""
    if isinstance(node, ast.Let | ast.Import):
        yield from (each.text for each in node.names)
    elif not isinstance(node, ast.Refused):
        yield node.name.text


def _joined(
    source: Source, parts: list[Stretch], ranges: list[tuple[int, int]], tokens: Sequence[Token]
) -> Tree:
    nodes: list[ast.Declaration] = []
    known: dict[int, Once] = {}
    moves: list[tuple[Span, Span]] = []
    for part, (first, _) in zip(parts, ranges, strict=True):
        if part.span.source is source:
            nodes += part.file.declarations
            continue
        by = (tokens[first].start if first else 0) - part.span.start
        moves.append((part.span, _at(part.span, source, by)))
        heads = [_head(each, source, by) for each in part.file.declarations]
        nodes += heads
        owned = [each for each in heads if not isinstance(each, ast.Import)]
        known.update(zip(map(id, owned), part.onces or (), strict=True))
    of = parts[0].file
    edition = None if of.edition_span is None else _at(of.edition_span, source, 0)
    whole = Span(source, 0, len(source.text))
    file = ast.File(whole, source, of.edition, edition, tuple(nodes), of.doc)
    return Tree(file, tuple(parts), known, tuple(moves))


def _head(node: ast.Declaration, source: Source, by: int) -> ast.Declaration:
    """A node with its range and its names where they are now."""

    def named(name: ast.Identifier) -> ast.Identifier:
        return ast.Identifier(_at(name.span, source, by), name.text)

    span = _at(node.span, source, by)
    if isinstance(node, ast.Import):
        names = tuple(map(named, node.names))
        return ast.Import(span, node.path, _at(node.path_span, source, by), names)
    if isinstance(node, ast.Let):
        return replaced(node, span=span, names=tuple(map(named, node.names)))
    assert not isinstance(node, ast.Refused), "in a part nothing is wrong"
    return replaced(node, span=span, name=named(node.name))


def _at(span: Span, source: Source, by: int) -> Span:
    return Span(source, span.start + by, span.end + by)
