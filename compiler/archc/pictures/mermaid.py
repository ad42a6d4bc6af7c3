"""The Mermaid writer: a flowchart, which GitHub and many wikis draw where it stands in Markdown.

Mermaid places things itself, so this writes the model of a picture, and no page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from archc.pictures.model.tree import (
    DOT,
    TIMES,
    Box,
    Branch,
    Chain,
    Count,
    Item,
    Parallel,
    Part,
    Picture,
    Ref,
    Sign,
    Tangle,
    Tap,
    Times,
    head_text,
    say,
)
from archc.pictures.palette import DARK, LIGHT, PRINT
from archir.base.record import Record
from archir.graph.graph import Definition

_PLAIN = " .,:/*+-_()[]{}=%" + TIMES + DOT
"""What stands for itself in a label, beside letters and digits."""


class Source(Record):
    """Where an arrow comes from, and the shape of what flows there if it is to be said."""

    node: str
    shape: str = ""
    is_dashed: bool = False
    """Whether it flows in training alone, or in some uses of a panel."""


def mermaid(picture: Picture, theme: str = "auto", *, with_shapes: bool = True) -> str:
    """The picture as a flowchart, with shapes on its arrows or not. ``auto`` is light."""
    names = {ref.definition: panel.name for panel in picture.panels for ref in panel.uses}
    writer = _Flowchart(names, with_shapes)
    writer.chain(picture.chain, [])
    for number, panel in enumerate(picture.panels):
        call = f"{panel.name}({', '.join(panel.parameters)})" if panel.parameters else panel.name
        writer.opened(f"panel{number}", call)
        writer.symbols, writer.with_shapes = panel.symbols, False
        start = writer.node("", "start", "circle")
        end = writer.node("", "start", "circle")
        writer.arrows(writer.chain(panel.chain, [Source(start)]), end)
        writer.closed()
    inks = {"dark": DARK, "print": PRINT}.get(theme, LIGHT)
    lines = [f"%% {_comment(picture.name)}", "flowchart TD", *writer.lines, *writer.links]
    for kind, members in sorted(writer.kinds.items()):
        fill, border = inks.kinds.get(kind, (inks.wires, inks.wires))
        # "end" alone would end a subgraph.
        lines.append(f"  classDef kind_{kind} fill:{fill},stroke:{border},color:{inks.letters}")
        lines.append(f"  class {','.join(members)} kind_{kind}")
    if writer.optional:
        lines.append("  classDef optional stroke-dasharray:4 2.5")
        lines.append(f"  class {','.join(writer.optional)} optional")
    return "\n".join(lines) + "\n"


class _Flowchart:
    def __init__(self, names: Mapping[Definition, str], with_shapes: bool) -> None:
        self.names = names
        self.with_shapes = with_shapes
        self.symbols: dict[Count, str] = {}
        self.lines: list[str] = []
        self.links: list[str] = []  # behind all nodes: an arrow would draw its ends into a subgraph
        self.kinds: dict[str, list[str]] = {}
        self.optional: list[str] = []
        self.depth = 1
        self.count = 0

    def opened(self, name: str, title: str) -> None:
        """Begin a frame."""
        self.lines.append(f'{"  " * self.depth}subgraph {name}["{_label(title)}"]')
        self.depth += 1

    def closed(self) -> None:
        """End a frame."""
        self.depth -= 1
        self.lines.append("  " * self.depth + "end")

    def node(self, text: str, kind: str, form: str = "box", *, is_optional: bool = False) -> str:
        """A node with its lines of text."""
        name = f"n{self.count}"
        self.count += 1
        before, after = {
            "box": ("[", "]"),
            "end": ("([", "])"),
            "block": ("[[", "]]"),
            "circle": ("((", "))"),
        }[form]
        label = "<br/>".join(_label(line) for line in text.split("\n")) or " "
        self.lines.append(f'{"  " * self.depth}{name}{before}"{label}"{after}')
        self.kinds.setdefault(kind, []).append(name)
        if is_optional:
            self.optional.append(name)
        return name

    def arrows(self, sources: Sequence[Source], to: str) -> None:
        """Arrows from everywhere to a node."""
        for one in sources:
            line = "-.->" if one.is_dashed else "-->"
            is_said = one.shape and to not in self.kinds.get("end", ())  # which says it itself
            label = f'|"{_label(one.shape)}"|' if is_said else ""
            self.links.append(f"  {one.node} {line}{label} {to}")

    def chain(self, chain: Chain, sources: list[Source], before: str = "") -> list[Source]:
        """Write a chain; where what flows out of it comes from."""
        for item in chain.items:
            sources = self.item(item, sources, before)
            if item.shape is not None and not isinstance(item, Tap):
                before = item.shape.text
        return sources

    def item(self, item: Item, sources: list[Source], before: str) -> list[Source]:
        """Write an item; where what flows out of it comes from."""
        # As deep as the tree, which unfolding bounds.
        if isinstance(item, Parallel):
            into = [source for branch in item.branches for source in self._branch(branch, sources)]
            return self.item(item.merge, into, before)
        if isinstance(item, (Part, Times)):
            self.opened(f"part{self.count}", _title(item))
            out = self.chain(item.chain, sources, before)
            self.closed()
            return out
        if isinstance(item, Tap):
            aside = [Source(one.node, one.shape, item.is_training) for one in sources]
            self.chain(item.chain, aside, before)
            return sources
        if isinstance(item, Tangle):
            return self._tangle(item, sources)
        node = self._node(item)
        self.arrows(sources, node)
        shape = item.shape.text if item.shape is not None else ""
        is_said = self.with_shapes and shape != before and _kind(item) != "end"
        return [Source(node, shape if is_said else "")]

    def _branch(self, branch: Branch, sources: list[Source]) -> list[Source]:
        into = sources if branch.is_sourced else []
        if branch.is_optional:
            into = [Source(one.node, one.shape, is_dashed=True) for one in into]
        return self.chain(branch.chain, into)

    def _tangle(self, item: Tangle, sources: list[Source]) -> list[Source]:
        outs: list[list[Source]] = []
        for at, one in enumerate(item.items):
            into = outs[at - 1] if at else sources
            into = [] if at in item.breaks else list(into)
            for start, end in item.arcs:
                if end == at:
                    into += sources if start < 0 else outs[start]
            outs.append(self.item(one, into, ""))
        return outs[-1]

    def _node(self, item: Box | Ref | Sign) -> str:
        if isinstance(item, Sign):
            return self.node(item.sign, "merge", "circle")
        times = "" if item.times is None else f" {TIMES} {say((item.times,), self.symbols)}"
        if isinstance(item, Ref):
            name = self.names.get(item.definition, item.definition.name) + times
            label = item.name if item.is_named and not item.name.isdecimal() else ""
            lines = [label, name, say(item.words, self.symbols)]
            return self._said(lines, item, "block")
        facts = say(item.facts, self.symbols)
        before, after = DOT.join(item.before), DOT.join(item.after)
        lines = [before, head_text(item, self.symbols) + times, facts, after]
        form = "end" if item.kind in ("end", "parameter") else "box"
        return self._said(lines, item, form)

    def _said(self, lines: list[str], item: Box | Ref, form: str) -> str:
        text = "\n".join(line for line in lines if line)
        return self.node(text, item.kind, form, is_optional=item.is_optional)


def _kind(item: Box | Ref | Sign) -> str:
    return "merge" if isinstance(item, Sign) else item.kind


def _title(item: Part | Times) -> str:
    return item.name if isinstance(item, Part) else f"{TIMES} {item.count.value}"


def _label(text: str) -> str:
    """The text in a label: what might mean something to Mermaid or in HTML is its number."""
    return "".join(c if c.isalnum() or c in _PLAIN else f"#{ord(c)};" for c in text)


def _comment(text: str) -> str:
    return "".join(c if (c.isascii() and c.isalnum()) or c in " _-.,()" else "?" for c in text)
