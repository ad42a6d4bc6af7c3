"""How a file's declarations are laid out."""

from __future__ import annotations

from itertools import pairwise

from archdsl.formatting import flow
from archdsl.formatting.comments import Comments
from archdsl.formatting.flow import BLANK, HARD, Flow
from archdsl.formatting.of_stages import Stages
from archdsl.formatting.pieces import Phrase, first_word, last_word, read, words
from archdsl.formatting.rendering import rendered
from archdsl.syntax.parser import Words, parse, words_of
from archdsl.tree import ast
from archdsl.tree.unparse_file import unparse_file
from archdsl.tree.walk import are_alike
from archir.base.source import Source

WIDTH = 120
"""How many columns a line has, where it can end."""


ROUNDS = 5
"""How often comments are moved at most until all stand where they can stay: two are enough."""


def formatted(source: Source, tree: ast.File) -> str:
    """The text laid out in the one way that there is for its tree, comments and blank lines.

    ``tree`` is that of the text, in which nothing is wrong.
    """
    before = words_of(source)
    text = laid_out(source, before)
    if "\r\n" in source.text:
        text = text.replace("\n", "\r\n")
    made = Source(source.name, text)
    after = words_of(made)
    if before is None or after is None or not after.are_those_of(before):
        again, _ = parse(made)
        assert again is not None and are_alike(tree, again), "a layout changes no tree"
    return text


def written(file: ast.File) -> str:
    """The text of a tree that was never a text, or of which only the tree is wanted."""
    return laid_out(Source(file.source.name, unparse_file(file)))


def laid_out(source: Source, known: Words | None = None) -> str:
    """The text of a file in which nothing is wrong, laid out.

    A comment in the middle of what stands on one line goes behind that line. What it then stands
    beside has it say where lines end there, so that the text is laid out once more.
    """
    for _ in range(ROUNDS):
        file = read(known or words_of(source))
        comments = Comments(source, words(file))
        files = Files(source, comments)
        text = rendered(files.file(file), WIDTH)
        assert not comments.left, "each comment has a place"
        if not files.has_strays or text == source.text:
            return text
        source, known = Source(source.name, text), None
    return source.text


class Files(Stages):
    """Flows of declarations."""

    def file(self, piece: Phrase) -> Flow:
        """All declarations, with a blank line around those that have a body, and around imports."""
        items = [part for part in piece.parts if isinstance(part, Phrase)]
        made: list[Flow] = []
        for before, item in pairwise([None, *items]):
            assert item is not None
            between, above = self.start(first_word(item), HARD, BLANK)
            behind = self.end(last_word(item))
            if before is not None:
                made.append(BLANK if _are_parted(before, item) else between)
            made += [above, self.of(item), behind]
        return (*made, *self.dangling(None))

    def part(self, piece: Phrase) -> Flow:
        """``block Name(params) { … }``; a body of one plain stage may stand on one line."""
        *_, body = piece.parts
        assert isinstance(body, Phrase)
        if not _is_plain(body):
            self.opened.add(first_word(body).start)
        return flow.group(self.with_blanks(piece.parts))


def _are_parted(before: Phrase, item: Phrase) -> bool:
    """Whether a blank line stands between two declarations, also if none is written."""
    kinds = {before.kind, item.kind}
    return bool(kinds & {"part", "edition"}) or (kinds != {"import_"} and "import_" in kinds)


def _is_plain(body: Phrase) -> bool:
    """Whether a body is an op or a block with its arguments, and nothing else."""
    _, *inner, _ = body.parts
    if len(inner) != 1 or not isinstance(inner[0], Phrase) or inner[0].kind != "pipeline":
        return False
    stage, *more = inner[0].parts
    return (
        not more and isinstance(stage, Phrase) and len(stage.parts) == len(stage.of("use", "item"))
    )
