"""The lines of a constructor, those among them that count channels for others."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from archc.python.classes.klass import Class, File
from archc.python.classes.said import Said, Var
from archc.python.code.layout import INDENT, WIDTH, Expr, Raw, layout
from archc.python.merging.flows import Step
from archir.base.record import Struct, fresh
from archir.base.source import Span

LISTS = ("layers", "blocks", "units", "parts", "inner", "deeper")
"""Variables for lists of layers, those inside others behind them."""


class Tagged(Struct):
    """A line that is printed only where somebody reads what it counts."""

    lines: list[str]
    run: Var
    reads: frozenset[Var]


class Unpacked(Struct):
    """A line that gives names to the items of a list, those of them that are used."""

    slots: list[int]
    text: str
    indent: int

    @property
    def lines(self) -> list[str]:
        """What it speaks of."""
        return [self.text]


class Sink(Struct):
    """Where children go: attributes of ``owner``, or the items of a list of layers."""

    owner: str
    layers: str | None = None
    labelled: bool = False
    pending: list[Expr] = fresh(factory=list)


class Level(Struct):
    """A list of lines at one depth, inside of that many loops."""

    indent: int
    loops: int = 0
    lines: list[str | Tagged | Unpacked] = fresh(factory=list)


_GATHERED = re.compile(
    r"^( *)(\w+)(?:: list\[nn\.Module\])? = \[(.*)\]\n"
    r"\1for (.*) in (.*):\n"
    r"\1    \2\.append\((.*)\)\n"
    r"\1(.*)\(\*\2\)(\)?)",
    flags=re.MULTILINE,  # else a name of 10,000 letters would have as many starts
)
"""A list of layers to which a loop adds nothing but one layer a turn, and what takes its items."""


def comprehended(lines: list[str]) -> list[str]:
    """The lines, with a comprehension where a loop is no more than that."""
    text = _GATHERED.sub(_comprehension, "\n".join(lines))
    for name in LISTS:  # who says first what is in it may be gone
        if f"{name}: list[nn.Module] = [" not in text:
            text = re.sub(
                rf"^( *){name} = \[", rf"\1{name}: list[nn.Module] = [", text, count=1, flags=re.M
            )
    return text.split("\n") if lines else []


def _comprehension(found: re.Match[str]) -> str:
    margin, _, before, targets, items, made, outer, closing = found.groups()
    items = f"({items})" if " if " in items else items  # which would be the comprehension's own
    inner = f"*[{made} for {targets} in {items}]"
    arguments = f"{before}, {inner}" if before else inner
    text = f"{margin}{outer}({arguments}){closing or ''}"
    return text if len(text) <= WIDTH else found[0]


def counting(count: str, said: Said) -> str:
    """The line that brings the running count of that name up to date."""
    found = re.fullmatch(rf"{count} (\+|\*|//) (.*)", said.text)
    if found and not re.search(rf"\b{count}\b", found[2]):
        simple = found[1] == "+" or re.fullmatch(r"[\w.]+", found[2])
        return f"{count} {found[1]}= {found[2]}" if simple else f"{count} = {said.text}"
    return f"{count} = {said.text}"


class Statements:
    """Lines at several depths."""

    def __init__(self, owner: Class, file: File) -> None:
        self.owner = owner
        self.file = file
        self.levels = [Level(2)]
        self.loops: dict[int, str] = {}
        self.open: set[Span | None] = set()
        self.count: Var | None = None
        """What the running count is the channels of, at this place."""

        self.open_layers: set[str] = set()
        self.said_layers: set[str] = set()
        self.lets: dict[int, int] = {}
        """Names of the text that have been made, and how many places use each."""

        self.kept: dict[str, str] = {}
        """Attributes for ``forward``, and what is in them."""

        self.present: set[Span] = set()
        """The places of all children."""

        self.drawn: set[object] = set()
        """The slots of modules that have been given what their ``with`` says."""

        self.optional: set[tuple[str, ...]] = set()
        """Modules that are None where they are absent."""

        self.declared: set[tuple[str, ...]] = set()
        """Those, and others that stand in conditions."""

        self.calls: dict[object, Step] = {}
        for step, _ in owner.steps:
            for line in step.item.by.values():
                slot = getattr(line.step, "slot", None)
                if slot is not None:
                    self.calls.setdefault(slot, step)

    def put(self, prefix: str, value: Expr, suffix: str = "") -> None:
        level = self.levels[-1]
        level.lines += layout(prefix, value, suffix, level.indent)

    def text(self, line: str) -> None:
        level = self.levels[-1]
        level.lines.append(INDENT * level.indent + line)

    def counted(self, text: str, run: Var, reads: frozenset[Var]) -> None:
        level = self.levels[-1]
        head, equals, value = text.partition(" = ")
        lines = layout(head + equals, Raw(value), "", level.indent)
        level.lines.append(Tagged(lines, run, reads))

    @contextmanager
    def deeper(
        self, head: str | Callable[[list[str]], str], shown: Expr | None = None
    ) -> Iterator[None]:
        """Lines below ``head``; that of a loop is made of them, and goes on with an expression that
        may be long.
        """
        outer = self.levels[-1]
        self.levels.append(Level(outer.indent + 1, outer.loops + (shown is not None)))
        yield
        inner = self.levels.pop()
        if isinstance(head, str):
            self.text(head)
        elif shown is not None:
            texts = [[line] if isinstance(line, str) else line.lines for line in inner.lines]
            self.put(head([text for each in texts for text in each]), shown, ":")
        self.levels[-1].lines += inner.lines or [INDENT * inner.indent + "pass"]

    @contextmanager
    def whole(self) -> Iterator[None]:
        """Lines that nothing may come in between: what they need is made before them."""
        outer = self.levels[-1]
        self.levels.append(Level(outer.indent, outer.loops))
        yield
        outer.lines += self.levels.pop().lines

    def let(self, slot: int, uses: int) -> None:
        """Give an expression the name that it has in the text, before what uses it."""
        made = slot in self.lets
        self.lets[slot] = self.lets.get(slot, 0) + uses
        if made:
            return
        owner = self.owner
        assert owner.family.places is not None
        said = owner.use(owner.lets[slot])
        lets = owner.family.places.lets
        loops = [x for x in lets[slot].loops if x.span in self.open] if slot in lets else []
        level = next(level for level in self.levels if level.loops == len(loops))
        name = owner.spoken["let", slot]
        if slot in lets and lets[slot].item(slot) is None:
            targets = [target.slot for target in lets[slot].statement.targets]
            if not any(each in self.lets for each in targets if each != slot):
                text = said.text.removesuffix(f"[{targets.index(slot)}]")
                level.lines.append(Unpacked(targets, text, level.indent))
            return
        value = owner.lists.get(slot, Raw(said.text))
        level.lines += layout(f"{name} = ", value, "", level.indent)

    def finished(self) -> list[str]:
        owner = self.owner
        (level,) = self.levels
        used = set(owner.used)
        tagged = [line for line in level.lines if isinstance(line, Tagged)]
        while True:
            more = {v for line in tagged if line.run in used for v in line.reads} - used
            if not more:
                break
            used |= more
        owner.used |= used
        result: list[str] = []
        for line in level.lines:
            if isinstance(line, str):
                result.append(line)
            elif isinstance(line, Unpacked):
                names = [owner.spoken["let", s] if ("let", s) in used else "_" for s in line.slots]
                result += layout(f"{', '.join(names)} = ", Raw(line.text), "", line.indent)
            elif line.run in used:
                result += line.lines
        result = comprehended(result)
        for var in sorted(var for var in used if var[0] in ("slot", "in", "feat")):
            if var not in owner.bound:
                owner.parameter(var)
        return result

    def tag(self, run: Var, reads: frozenset[Var]) -> None:
        self.levels[-1].lines.append(Tagged([], run, reads))
