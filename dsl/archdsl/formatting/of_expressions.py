"""How expressions are laid out: their signs, their brackets, and where lines end in them.

Outside of brackets a line can end in an expression only before ``else``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeAlias

from archdsl.formatting import flow
from archdsl.formatting.comments import Comments
from archdsl.formatting.flow import BLANK, HARD, SOFT, SPACE, Broken, Flow, Leg, Line
from archdsl.formatting.pieces import Phrase, first_word, last_word
from archdsl.syntax.tokens import Token
from archir.base.record import Record
from archir.base.source import Source

SHORT = 10
"""Items that have no more columns fill the lines of their list, and so do numbers; of others each
has a line."""

_NUMBER = re.compile(r"-?\d[\d_.]*(?:[eE][-+]?\d+)?")

_RULES = {"sum": "operands", "list": "items"}
"""What has another name here than in the grammar, since Python has that."""

_BETWEEN: dict[str, Flow] = {"for": SPACE, "if": SPACE, ",": ""}
"""What stands before the words of a comprehension."""

Part: TypeAlias = "Phrase | Token"


class Expressions:
    """Flows of expressions; what has no rule of its own is its parts with blanks between."""

    def __init__(self, source: Source, comments: Comments) -> None:
        self.source = source
        self.comments = comments
        self._is_enclosed = False
        """Whether brackets of an expression are around, so that lines can end between words."""

        self.has_strays = False
        """Whether a comment stood where no line ends, and was put behind the line."""

    def of(self, part: Part) -> Flow:
        """What a part is laid out as."""
        if isinstance(part, Token):
            return self.word(part)
        rule: Callable[[Phrase], Flow] = getattr(
            self, _RULES.get(part.kind, part.kind), self.spaced
        )
        return rule(part)

    # --- words and signs

    def word(self, token: Token) -> Flow:
        """A word as it is written, and the comments that nothing else has taken."""
        text = self.source.text[token.start : token.end]
        above, behind = self.comments.above(token), self.comments.behind(token)
        if not above and not behind:
            return text
        self.has_strays = True
        return (flow.asides(above, is_alone=True), text, flow.asides(behind))

    def spaced(self, piece: Phrase) -> Flow:
        """The parts with a blank between each two that do not stand close to each other."""
        return self.with_blanks(piece.parts)

    def with_blanks(self, parts: Sequence[Part], behind_comma: Flow = " ") -> Flow:
        made: list[Flow] = []
        for number, part in enumerate(parts):
            before = parts[number - 1] if number else None
            if before is not None and not _is_close(before, part):
                is_comma = isinstance(before, Token) and before.type == "COMMA"
                made.append(behind_comma if is_comma else " ")
            made.append(self.of(part))
        return flow.close(made)

    def close(self, piece: Phrase) -> Flow:
        """The parts without blanks between them."""
        return flow.close([self.of(part) for part in piece.parts])

    selector = module_path = attribute = minus = signs = close

    def access(self, piece: Phrase) -> Flow:
        """``xs[0].channels``; behind a number a point would be one of its own."""
        base = piece.parts[0]
        is_number = isinstance(base, Phrase) and base.kind == "number"
        return (self.of(base), " " if is_number else "", self.close(Phrase("", piece.parts[1:])))

    def range(self, piece: Phrase) -> Flow:
        """``1..n``, ``1..9 step 2``."""
        first, sign, last, *by = piece.parts
        ends = self.source.text[last_word(first).end - 1] == "."  # as `1.` does
        ends_of = (self.of(first), " " if ends else "", self.of(sign), self.of(last))
        return (ends_of, " ", self.with_blanks(by)) if by else ends_of

    def type(self, piece: Phrase) -> Flow:
        """``list[int in 1..8] of 4``."""
        name, *held = piece.parts
        if not held:
            return self.of(name)
        opener, inner, *more = held
        ends = next(
            n for n, part in enumerate(more) if isinstance(part, Token) and part.text == "]"
        )
        items = self.with_blanks([inner, *more[:ends]])
        made = (self.of(name), self.of(opener), items, self.of(more[ends]))
        count = more[ends + 1 :]
        return (made, " ", self.with_blanks(count)) if count else made

    def power(self, piece: Phrase) -> Flow:
        """``a ** -b``."""
        made: list[Flow] = []
        for part in piece.parts:
            is_sign = isinstance(part, Token)
            made += [" ", self.of(part), " "] if is_sign else [self.of(part)]
        return tuple(made)

    def operands(self, piece: Phrase) -> Flow:
        """Operands with their operators, before which lines end in brackets."""
        first, *rest = piece.parts
        if not self._is_enclosed:
            return self.with_blanks(piece.parts)
        more: list[Flow] = []
        for sign, operand in zip(rest[::2], rest[1::2], strict=True):
            more += [SPACE, self.of(sign), " ", self.of(operand)]
        return flow.group(self.of(first), flow.indent(*more))

    product = both = either = comparison = operands

    def expression(self, piece: Phrase) -> Flow:
        """``a if b else c``, where a line can end before ``else`` everywhere."""
        made: list[Flow] = []
        for part in piece.parts[1:]:
            is_else = isinstance(part, Token) and part.type == "ELSE"
            made += [SPACE if is_else else " ", self.of(part)]
        return flow.group(self.of(piece.parts[0]), flow.indent(*made))

    def holed_text(self, piece: Phrase) -> Flow:
        """A text, with the expressions in it as they are laid out elsewhere."""
        return flow.on_line(self.close(piece))

    # --- what stands around items

    def start(self, first: Token, plain: Line, spaced: Line) -> tuple[Line, Flow]:
        """What parts an item from the one before, and the comments above the item."""
        between = spaced if self.comments.is_spaced(first) else plain
        is_parted = self.comments.is_parted(first)
        above = self.comments.above(first)
        below = [*(each.is_spaced for each in above[1:]), is_parted]
        rows = [
            (each.text, BLANK if is_spaced else HARD)
            for each, is_spaced in zip(above, below, strict=False)
        ]
        return between, tuple(rows)

    def end(self, last: Token, signs: Sequence[Token] = ()) -> tuple[Flow, ...]:
        """The comments behind an item, and those beside the signs that follow it."""
        found = [*flow.asides(self.comments.behind(last))]
        for sign in signs:
            found += flow.asides(self.comments.above(sign), is_alone=True)
            found += flow.asides(self.comments.behind(sign))
        self.has_strays |= any(each.is_alone for each in found) or len(found) > 1
        return tuple(found)

    def dangling(self, closer: Token | None) -> tuple[Flow, ...]:
        """The comments above a closing bracket, each on its line."""
        found = self.comments.above(closer)
        return tuple([(BLANK if each.is_spaced else HARD, each.text) for each in found])

    # --- brackets

    @contextmanager
    def enclosed(self, is_enclosed: bool = True) -> Iterator[None]:
        """In brackets of an expression, or in those of statements."""
        before, self._is_enclosed = self._is_enclosed, is_enclosed
        yield
        self._is_enclosed = before

    def group(self, piece: Phrase) -> Flow:
        """``(a + b)``."""
        opener, inner, closer = piece.parts
        with self.enclosed():
            held = flow.indent(SOFT, self.of(inner))
            return flow.group(self.of(opener), held, SOFT, self.of(closer))

    def index(self, piece: Phrase) -> Flow:
        """``[i]``, ``[a:b]``: no line ends in it but in brackets of its own."""
        with self.enclosed(False):
            return self.close(piece)

    slice = index

    def arguments(self, piece: Phrase) -> Flow:
        """``(a, b = c)``, on one line or with a line for each."""
        return self.listed(piece.parts)

    parameters = shape = arguments

    def row(self, piece: Phrase) -> Flow:
        """``[a, b]`` where names are declared: with no comma at its end."""
        return self.listed(piece.parts, last_comma="")

    def items(self, piece: Phrase) -> Flow:
        """``[a, b]``, whose lines are filled where all items are short."""
        return self.listed(piece.parts, may_fill=True)

    def comprehension(self, piece: Phrase) -> Flow:
        """``[element for name in items if condition]``."""
        opener, *parts, closer = piece.parts
        with self.enclosed():
            made: list[Flow] = []
            for part in parts:
                word = part.text if isinstance(part, Token) else ""
                between: Flow = _BETWEEN.get(word, " ") if made else SOFT
                made += [between, self.of(part)]
            held = flow.indent(*made)
            return flow.group(self.of(opener), held, SOFT, self.of(closer))

    def listed(
        self, parts: Sequence[Part], *, may_fill: bool = False, last_comma: str = ","
    ) -> Flow:
        """Brackets with items: on one line, or with a line and a comma for each item."""
        opener, *inner, closer = parts
        assert isinstance(opener, Token) and isinstance(closer, Token)
        behind = self.end(opener)
        with self.enclosed():
            rows = [self._row(item, signs) for item, signs in with_signs(inner)]
        dangling = self.dangling(closer)
        head, foot = (self.of(opener), behind), self.of(closer)
        is_hard = bool(behind or dangling) or any(row.above or row.behind for row in rows)
        if not rows and not is_hard:
            return (head, foot)
        if may_fill and not is_hard and all(_is_short(row) for row in rows):
            return flow.group(head, flow.indent(SOFT, _filled(rows)), SOFT, foot)
        made: list[Flow] = []
        for number, row in enumerate(rows):
            comma: Flow = "," if number + 1 < len(rows) else Broken(last_comma)
            between = row.between if number else SOFT
            made += [between, row.above, row.inner, comma, row.behind]
        return flow.group(head, flow.indent(*made, *dangling), SOFT, foot, is_hard=is_hard)

    def _row(self, item: Part, signs: Sequence[Token]) -> Held:
        between, above = self.start(first_word(item), SPACE, Line(is_blank=True))
        behind = self.end(last_word(item), signs)
        return Held(between, above, self.of(item), behind)


class Held(Record):
    """An item of a list, with the comments around it."""

    between: Line
    """What parts it from the item before."""

    above: Flow
    inner: Flow
    behind: Flow


_CLOSE = frozenset({"arguments", "parameters", "index", "slice"})


def _is_close(before: Part, part: Part) -> bool:
    """Whether no blank stands between two parts."""
    if isinstance(part, Token):
        return part.type in ("COMMA", "COLON")
    if part.kind == "shape":  # `int[N, L]`
        return isinstance(before, Token) and before.type == "NAME"
    return part.kind in _CLOSE


def with_signs(parts: Sequence[Part]) -> list[tuple[Part, list[Token]]]:
    """The items of a list, each with the commas behind it."""
    found: list[tuple[Part, list[Token]]] = []
    for part in parts:
        if not isinstance(part, Token) or part.type not in ("COMMA", "_SEP", "_NL"):
            found.append((part, []))
        elif part.text == ",":
            found[-1][1].append(part)
    return found


def _is_short(row: Held) -> bool:
    if flow.must_break(row.inner):
        return False
    text = flow.on_line(row.inner)
    return len(text) <= SHORT or _NUMBER.fullmatch(text) is not None


def _filled(rows: Sequence[Held]) -> Flow:
    """Items that fill lines."""
    steps = [Leg("", (row.inner, ","), is_hard=False) for row in rows[:-1]]
    last = Leg("", rows[-1].inner, is_hard=False)
    return (flow.run([*steps, last], is_indented=False), Broken(","))
