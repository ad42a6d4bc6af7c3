"""How stages, statements and bodies are laid out."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from archdsl.formatting import flow
from archdsl.formatting.comments import Comments
from archdsl.formatting.flow import BLANK, HARD, SPACE, Flow, Leg, Line
from archdsl.formatting.of_expressions import Expressions, Held, Part, with_signs
from archdsl.formatting.pieces import Phrase, first_word, last_word, words
from archdsl.syntax.tokens import Token
from archir.base.record import Struct
from archir.base.source import Source

DEEPEST = 2
"""How many braces inside each other may stand on one line."""

NESTED = 80
"""How long a line with braces in braces may be."""

ALIGNED = 24
"""Initialisers stand below each other, but for those of selectors that are longer than this."""


class _Link(Struct):
    """A part of a pipeline: a stage with the names behind it, or the shape."""

    sign: Token | None
    """The arrow before it."""

    parts: list[Part]
    above: tuple[Flow, ...] = ()
    behind: tuple[Flow, ...] = ()
    """The comment that parts it from the next."""


class Stages(Expressions):
    """Flows of all that stands in a body."""

    def __init__(self, source: Source, comments: Comments) -> None:
        super().__init__(source, comments)
        self.opened: set[int] = set()
        """The offsets of braces that are not on one line, whatever is in them."""

        self._depth = 0
        """How deep the braces go in what has been laid out inside the braces around."""

        self._blanks: dict[int, int] = {}
        """How many blanks rules have behind their colons, so that initialisers are aligned."""

    # --- pipelines

    def pipeline(self, piece: Phrase) -> Flow:
        """``a -> b as c :: [shape]``: where it is too long, further lines begin with the signs."""
        links = _links(piece)
        for before, link in pairwise(links):
            self._part(before, link)
        steps: list[Leg] = []
        starts_line = False
        for link in links:
            inner = (self.with_blanks(link.parts), link.behind)
            lead = "" if link.sign is None else f"{link.sign.text} "
            is_hard, opens = flow.must_break(inner), _opens(link.parts[0])
            steps.append(
                Leg(lead, inner, is_hard, link.above, starts_line or bool(link.above), opens)
            )
            starts_line = bool(link.behind)
        return flow.run(steps, is_indented=True)

    def _part(self, before: _Link, link: _Link) -> None:
        """Take the comments between two links."""
        assert link.sign is not None
        behind = self.comments.behind(last_word(before.parts[-1]))
        above = self.comments.above(link.sign)
        (above if behind or above else behind).extend(self.comments.behind(link.sign))
        above += self.comments.above(first_word(link.parts[0]))
        before.behind = flow.asides(behind)
        link.above = tuple([(comment.text, HARD) for comment in above])

    def splice(self, piece: Phrase) -> Flow:
        """``*Name(args) [a, b]``."""
        star, *parts = piece.parts
        return (self.of(star), self.with_blanks(parts))

    def use(self, piece: Phrase) -> Flow:
        """``conv(64, 3)``, ``concat [a, b]``, ``resnet50 upto [a, b]``.

        ``ys[i]`` may be an item or of one branch, and stands as close as it is written.
        """
        name = piece.parts[0]
        if len(piece.parts) == 2 and isinstance(name, Token):
            branches = piece.parts[1]
            if isinstance(branches, Phrase) and _may_be_index(branches):
                opener = first_word(branches)
                if opener.start == name.end:
                    return (self.of(name), self.of(branches))
        return self.with_blanks(piece.parts)

    item = Expressions.close

    def upto(self, piece: Phrase) -> Flow:
        """``upto [layer1, layer2]``."""
        word, *parts = piece.parts
        return (self.of(word), " ", self.listed(parts, may_fill=True))

    def branches(self, piece: Phrase) -> Flow:
        """``[a, b]`` on one line, or a line for each branch."""
        opener, *inner, closer = piece.parts
        assert isinstance(opener, Token) and isinstance(closer, Token)
        behind = self.end(opener)
        rows = self._rows(inner, Line(", "), Line(", ", is_blank=True))
        dangling = self.dangling(closer)
        is_hard = bool(behind or dangling) or _are_apart(rows)
        if not rows and not is_hard:
            return (self.of(opener), self.of(closer))
        inside = flow.indent(flow.SOFT, _below_each_other(rows), *dangling)
        head, foot = (self.of(opener), behind), self.of(closer)
        return flow.group(head, inside, flow.SOFT, foot, is_hard=is_hard)

    # --- statements

    def assert_(self, piece: Phrase) -> Flow:
        """``assert condition, "message"``, with the message on a line of its own if it must be."""
        *parts, message = piece.parts
        return flow.group(self.with_blanks(parts), flow.indent(SPACE, self.of(message)))

    def input_(self, piece: Phrase) -> Flow:
        """``input a: [N], b: [N]``, where lines can end behind commas."""
        word, *parts = piece.parts
        return flow.group(self.of(word), " ", flow.indent(self.with_blanks(parts, SPACE)))

    output = input_

    # --- bodies

    def if_(self, piece: Phrase) -> Flow:
        """What may have several bodies: then none of them is on one line."""
        bodies = piece.of("body")
        if len(bodies) > 1:
            self.opened.update(first_word(body).start for body in bodies)
        around, self._depth = self._depth, 0
        inner = self.with_blanks(piece.parts)
        most = NESTED if self._depth > 1 else None
        self._depth = max(around, self._depth)
        return flow.group(inner, most=most)

    sequence = dense = for_ = repeat = train_only = if_

    def residual(self, piece: Phrase) -> Flow:
        """``residual { … } shortcut { … }``: beside a shortcut the body is open."""
        *parts, last = piece.parts
        if len(piece.of("body")) == 1:
            return self.if_(piece)
        self.opened.add(first_word(piece.of("body")[0]).start)
        return (self.with_blanks(parts), " ", flow.group(self.of(last)))

    def body(self, piece: Phrase) -> Flow:
        """``{ … }``: one short statement may stand on its line."""
        opener, *inner, closer = piece.parts
        return self.braced(opener, inner, closer)

    def init(self, piece: Phrase) -> Flow:
        """``init { … }``, with the initialisers below each other."""
        word, opener, *inner, closer = piece.parts
        for rules in self._stretches(piece.of("rule")):
            widths = {first_word(rule).start: _width(rule.parts[0]) for rule in rules}
            widest = max(widths.values())
            self._blanks.update({start: widest - width for start, width in widths.items()})
        return flow.group(self.of(word), " ", self.braced(opener, inner, closer))

    def _stretches(self, rules: Sequence[Phrase]) -> list[list[Phrase]]:
        """Rules in stretches between blank lines, less those whose selectors are long."""
        found: list[list[Phrase]] = [[]]
        for rule in rules:
            if self.comments.is_spaced(first_word(rule)):
                found.append([])
            if _width(rule.parts[0]) <= ALIGNED:
                found[-1].append(rule)
        return [stretch for stretch in found if stretch]

    def rule(self, piece: Phrase) -> Flow:
        """``conv.weight: zeros``."""
        selector, colon, value = piece.parts
        blanks = " " * (1 + self._blanks.get(first_word(piece).start, 0))
        return (self.of(selector), self.of(colon), blanks, self.of(value))

    def braced(self, opener: Part, inner: Sequence[Part], closer: Part) -> Flow:
        assert isinstance(opener, Token) and isinstance(closer, Token)
        behind = self.end(opener)
        around, self._depth = self._depth, 0
        rows = self._rows(inner, HARD, BLANK)
        self._depth += 1
        is_open = opener.start in self.opened or self._depth > DEEPEST or len(rows) > 1
        self._depth = max(around, self._depth)
        dangling = self.dangling(closer)
        is_hard = is_open or bool(behind or dangling) or _are_apart(rows)
        head, foot = (self.of(opener), behind), self.of(closer)
        if not rows and not dangling:
            return (head, HARD if behind else " ", foot)
        end = HARD if is_hard else SPACE
        below = (_below_each_other(rows),) if rows else ()
        return (head, flow.indent(*((end, *below) if rows else ()), *dangling), end, foot)

    def _rows(self, parts: Sequence[Part], plain: Line, spaced: Line) -> list[Held]:
        """Statements or branches with the comments around them."""
        made: list[Held] = []
        for item, signs in with_signs(parts):
            between, above = self.start(first_word(item), plain, spaced)
            behind = self.end(last_word(item), signs)
            made.append(Held(between, above, self.of(item), behind))
        return made


def _links(piece: Phrase) -> list[_Link]:
    found = [_Link(None, [])]
    for part in piece.parts:
        if isinstance(part, Token):
            found.append(_Link(part, []))
        else:
            found[-1].parts.append(part)
    return found


def _opens(part: Part) -> bool:
    """Whether a stage has brackets of its own, which may be opened where it stands."""
    if not isinstance(part, Phrase) or part.kind != "stage":
        return False
    units = part.of("use", "splice")
    return all(unit.of("arguments", "branches") for unit in units) and not part.of("item")


def _may_be_index(branches: Phrase) -> bool:
    """Whether the only branch could be an index, or a slice of names."""
    _, *inner, _ = branches.parts
    if len(inner) != 1 or not isinstance(inner[0], Phrase) or inner[0].kind != "pipeline":
        return False
    (stage, *more) = inner[0].parts
    if more or not isinstance(stage, Phrase):
        return False
    *label, unit = stage.parts
    return len(label) < 2 and isinstance(unit, Phrase) and unit.kind in ("use", "item")


def _width(part: Part) -> int:
    """The columns of a part whose words stand close to each other."""
    return sum(word.end - word.start for word in words(part))


def _are_apart(rows: Sequence[Held]) -> bool:
    """Whether comments keep items from standing on one line."""
    return any(row.above or row.behind for row in rows)


def _below_each_other(rows: Sequence[Held]) -> tuple[Flow, ...]:
    made: list[Flow] = []
    for number, row in enumerate(rows):
        made += [row.between] if number else []
        made += [row.above, row.inner, row.behind]
    return tuple(made)
