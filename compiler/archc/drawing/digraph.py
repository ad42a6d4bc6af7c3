"""The looks of a picture, in Graphviz's language."""

from __future__ import annotations

from html import escape as escape_html

from graphviz import Digraph, escape

from archc.drawing.picture import Arrow, Box, Node, Picture

FONT = "Helvetica"
INK = "#1f2937"
FAINT = "#6b7280"
LINE = "#9ca3af"

COLOURS = {
    "convolution": ("#dbeafe", "#3b82f6"),
    "normalisation": ("#fef3c7", "#d97706"),
    "activation": ("#dcfce7", "#16a34a"),
    "pooling": ("#ffe4e6", "#e11d48"),
    "dense": ("#ede9fe", "#7c3aed"),
    "input": ("#ffffff", "#1f2937"),
    "output": ("#ffffff", "#1f2937"),
    "parameter": ("#ffffff", "#9ca3af"),
}
"""Fill and border of each family of ops; all fills bear dark text well (contrast above 11)."""

ALIKE = {
    "transposed": "convolution",
    "layer_normalisation": "normalisation",
    "group_normalisation": "normalisation",
    "response_normalisation": "normalisation",
    "rectifier": "activation",
    "smooth": "activation",
    "gate": "activation",
    "logarithms": "activation",
    "shrinking": "activation",
    "pooling_more": "pooling",
    "matrix": "dense",
    "attention": "dense",
    "multihead": "dense",
    "recurrent": "dense",
}
"""Families of ops that look like another, since they do the same kind of thing."""

PLAIN = ("#f3f4f6", "#6b7280")
"""For the families that are not in the table."""

BOXES = ("#f9fafb", "#f3f4f6")
"""Fills of boxes in boxes, by turns."""

SIGNS = {"*": "\N{MULTIPLICATION SIGN}", "-": "\N{MINUS SIGN}", "/": "\N{DIVISION SIGN}"}
"""How operators look in print."""

GRAPH = {
    "rankdir": "TB",
    "bgcolor": "white",  # a page of its own, so that a dark viewer shows the same picture
    "fontname": FONT,
    "fontsize": "11",
    "fontcolor": INK,
    "nodesep": "0.3",
    "ranksep": "0.22",
    "pad": "0.2",
    "margin": "0",
}
NODE = {
    "shape": "box",
    "style": "rounded,filled",
    "fontname": FONT,
    "fontsize": "11",
    "fontcolor": INK,
    "height": "0.3",
    "margin": "0.12,0.05",
    "penwidth": "1",
}
EDGE = {
    "fontname": FONT,
    "fontsize": "9",
    "fontcolor": FAINT,
    "color": LINE,
    "arrowsize": "0.6",
    "penwidth": "1",
}


ROUGH = {"nslimit": "0.2", "nslimit1": "0.2", "mclimit": "0.1", "splines": "line"}
"""How a picture with long arrows is laid out: in few rounds, each of which takes long enough."""


def write(picture: Picture, *, rough: bool = False) -> str:
    """The picture as the text of a Graphviz graph; ``rough`` for one with very long arrows."""
    looks = {**GRAPH, **ROUGH} if rough else GRAPH
    graph = Digraph(
        _clean(picture.title),
        graph_attr={
            **looks,
            "label": "",
            "tooltip": _plain(picture.title),
        },
        node_attr=NODE,
        edge_attr=EDGE,
    )
    _fill(graph, picture.body, _Numbers(), depth=0)
    for arrow in picture.arrows:
        _arrow(graph, arrow)
    return str(graph.source)


class _Numbers:
    """Numbers for clusters, in the order of drawing."""

    def __init__(self) -> None:
        self.last = 0

    def next(self) -> int:
        self.last += 1
        return self.last


def _fill(graph: Digraph, box: Box, numbers: _Numbers, depth: int) -> None:
    # As deep as boxes are nested, which ``limits`` bounds.
    for member in box.members:
        if isinstance(member, Node):
            _node(graph, member)
        elif not member.is_empty:
            inner = Digraph(f"cluster_{numbers.next()}", graph_attr=_box_attributes(member, depth))
            _fill(inner, member, numbers, depth + 1)
            graph.subgraph(inner)


def _box_attributes(box: Box, depth: int) -> dict[str, str]:
    return {
        "label": _html(_bold(box.name), _small(box.text)),
        "labeljust": "l",
        "style": "rounded,filled,dashed" if box.dashed else "rounded,filled",
        "fillcolor": BOXES[depth % len(BOXES)],
        "color": LINE,
        "margin": "10",
        "tooltip": _plain(f"{box.path} {box.text}".strip()),
    }


def _node(graph: Digraph, node: Node) -> None:
    fill, border = COLOURS.get(ALIKE.get(node.family, node.family), PLAIN)
    attributes = {"fillcolor": fill, "color": border, "tooltip": _node_tooltip(node)}
    if node.dashed:
        attributes["style"] = "rounded,filled,dashed"
    if node.symbol and not node.name and not node.arguments:
        sign = SIGNS.get(node.symbol, node.symbol)
        attributes |= {
            "label": _html(_bold(sign)),
            "shape": "circle",
            "style": "filled,dashed" if node.dashed else "filled",
            "width": "0.28",
            "height": "0.28",
            "fixedsize": "true",
            "margin": "0",
        }
    else:
        name = "" if node.name == node.text else node.name
        attributes["label"] = _html(_small(name), _bold(node.text), _text(node.arguments))
    if node.family in ("input", "output"):
        attributes["style"] = "filled,dashed" if node.dashed else "filled"
    graph.node(node.id, **attributes)


def _node_tooltip(node: Node) -> str:
    first = f"{node.text}({node.arguments})" if node.arguments else node.text
    if node.path:
        first = f"{node.path}: {first}"
    return _plain("\n".join((first, *node.lines)))


def _arrow(graph: Digraph, arrow: Arrow) -> None:
    attributes = {
        "label": _html(_text(" " + arrow.shape)),
        "tooltip": _plain(arrow.type),
        "labeltooltip": _plain(arrow.type),
    }
    if arrow.dashed:
        attributes["style"] = "dashed"
    graph.edge(arrow.tail, arrow.head, **attributes)


# --- text -----------------------------------------------------------------------------------------


def _clean(text: str) -> str:
    """The text without what cannot stand in an SVG: control characters and half surrogates."""
    return "".join(c if c.isprintable() or c == "\n" else "\N{REPLACEMENT CHARACTER}" for c in text)


def _plain(text: str) -> str:
    """Text for an attribute in which a backslash has a meaning."""
    return str(escape(_clean(text))).replace("\n", "\\n")


def _text(text: str) -> str:
    # Graphviz looks for escapes such as \N in labels of this kind too.
    return escape_html(_clean(text).replace("\n", " ")).replace("\\", "\\\\")


def _bold(text: str) -> str:
    return f"<b>{_text(text)}</b>" if text else ""


def _small(text: str) -> str:
    return f'<font point-size="9" color="{FAINT}">{_text(text)}</font>' if text else ""


def _html(*parts: str) -> str:
    return "<" + " ".join(part for part in parts if part) + ">"
