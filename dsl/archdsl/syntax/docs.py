"""Doc comments: ``##`` lines that stand alone belong to what is declared on the next line.

A doc comment may hold an example: a whole file between a line with three backticks and ``arch``
and one with three backticks. It is shown in references, and is no part of the prose that models,
docstrings and cards carry.
"""

from __future__ import annotations

from functools import lru_cache

from archdsl.syntax.tokens import Token

_OPENS = "```arch"
_CLOSES = "```"


@lru_cache(maxsize=1 << 8)
def prose(doc: str) -> str:
    """A doc comment without its examples."""
    return _joined(_parts(doc)[0]) if _OPENS in doc else doc


def examples(doc: str) -> list[str]:
    """The examples of a doc comment, each a whole file in the language."""
    return ["".join(f"{line}\n" for line in lines) for lines in _parts(doc)[1]]


def _parts(doc: str) -> tuple[list[str], list[list[str]]]:
    """The lines of the prose, and those of each example."""
    said: list[str] = []
    shown: list[list[str]] = []
    inside = False
    for line in doc.split("\n"):
        if inside and line == _CLOSES:
            inside = False
        elif inside:
            shown[-1].append(line)
        elif line == _OPENS:
            inside = True
            shown.append([])
        elif line or said[-1:] != [""]:
            said.append(line)
    return said, shown


class Docs:
    """The doc comments of a file, by the offset of the token below them."""

    def __init__(self) -> None:
        self.file = ""
        self.is_begun = False
        """Whether a declaration stands above what is read, so that nothing is said of the file."""

        self._of: dict[int, str] = {}

    @property
    def has_any(self) -> bool:
        """Whether a declaration has one."""
        return bool(self._of)

    def above(self, offset: int) -> str:
        """The doc comment of the declaration that starts at an offset."""
        return self._of.get(offset, "")

    def collect(self, tokens: list[Token]) -> list[Token]:
        """Take the doc comments out of the tokens.

        The first one is the file's own where the edition line or a blank line follows it.
        """
        if not any(token.type == "DOC" for token in tokens):
            return tokens
        kept: list[Token] = []
        lines: list[str] = []
        line_ends = 0
        at_line_start = True
        for token in tokens:
            if token.type == "DOC":
                if at_line_start:
                    if line_ends > 1:
                        lines = []
                    lines.append(token.text[2:].removeprefix(" ").rstrip())
                    line_ends = 0
                continue
            if token.type == "_NL":
                line_ends += token.text.count("\n")
                if line_ends >= 2 and not self._started(kept) and lines and not self.file:
                    self.file, lines = _joined(lines), []
            elif lines:
                self._attach(token, lines, kept)
                lines = []
            if token.type != "_NL":
                line_ends = 0
            at_line_start = token.type == "_NL"
            kept.append(token)
        if lines and not self._started(kept) and not self.file:
            self.file = _joined(lines)
        return kept

    def _attach(self, token: Token, lines: list[str], before: list[Token]) -> None:
        if token.type in ("ARCH", "IMPORT") and not self._started(before):
            self.file = _joined(lines)
        else:
            self._of[token.start] = _joined(lines)

    def _started(self, kept: list[Token]) -> bool:
        """Whether anything but the edition line has been seen."""
        return self.is_begun or any(token.type not in ("_NL", "ARCH", "INT") for token in kept[:4])


def _joined(lines: list[str]) -> str:
    return "\n".join(lines).strip("\n")
