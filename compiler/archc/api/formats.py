"""What can be made of a model: each form has one record here, and is named nowhere else.

``archc emit --stage`` prints them all, ``archc build --emit`` writes those that have a file, and
``archc.diagram`` gives the pictures. A back end is imported when it runs.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from archc import pipeline
from archc.errors import SettingError, ToolError
from archc.output.marks import METADATA, Mark
from archc.pictures.looks import PAGED, VIEWS, Looks
from archir.base.record import Record

if TYPE_CHECKING:
    from archdsl.tree.ast import File as Tree
    from archir.graph.graph import Graph
    from archir.graph.typed import TypedGraph

Stage: TypeAlias = Literal["tree", "graph", "typed"]
"""A text parsed; a model unrolled, unchecked; the same with every shape."""


class OutputFile(Record):
    """The files of one form: how their names end, and where they carry archc's mark."""

    suffix: str
    mark: Mark


class Format(Record):
    """One form of a model.

    ``make`` takes what the compiler has after the stage ``of``; a picture has ``draw`` instead,
    and ``views`` are those that it can show; ``without`` are options that mean nothing to it.
    What archc calls it, and ``what`` it is in a few words, is what its user reads. Without a
    ``file`` it is printed alone. ``guarded`` makes the same with a check of the inputs' sizes, for
    --guard.
    """

    name: str
    what: str
    make: Callable[[Any], str] | None = None
    of: Stage = "typed"
    file: OutputFile | None = None
    draw: Callable[[TypedGraph, Looks], str | bytes] | None = None
    views: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    guarded: Callable[[TypedGraph], str] | None = None

    def made(self, model: Any, *, guarded: bool = False, looks: Looks | None = None) -> str | bytes:
        """The form of a model that has come as far as the stage ``of``: text, or bytes."""
        if self.draw is not None:
            draw, wanted = self.draw, looks or Looks(self.view(None))
            return pipeline.made(lambda: draw(model, wanted))
        make = self.guarded if guarded and self.guarded is not None else self.make
        assert make is not None
        return pipeline.made(lambda: make(model))

    def text(self, model: Any, *, guarded: bool = False, view: str | None = None) -> str:
        """The same of a form that is a text; of a picture in a view."""
        looks = None if self.draw is None else Looks(self.view(view))
        text = self.made(model, guarded=guarded, looks=looks)
        assert isinstance(text, str)
        return text

    def view(self, wanted: str | None, usual: str = "layers") -> str:
        """The view that is shown: the one that is wanted, else the usual or the only one.

        Raises ``SettingError`` for one that it cannot show.
        """
        if wanted is None:
            return usual if usual in self.views else self.views[0]
        if wanted not in self.views:
            raise SettingError(
                f"{self.name} cannot show the view {wanted}",
                f"{self.name} shows {' or '.join(self.views)}; {wanted} is shown by "
                f"{', '.join(name for name, one in FORMATS.items() if wanted in one.views)}",
            )
        return wanted


def _tree(tree: Tree) -> str:
    from archdsl.tree.outline import show_ast

    return show_ast(tree)


def _graph(graph: Graph) -> str:
    from archir.graph.text import show_graph

    return show_graph(graph)


def _typed(typed: TypedGraph) -> str:
    from archir.graph.text import show_typed

    return show_typed(typed)


def _python(typed: TypedGraph) -> str:
    from archc.python import source

    return source(typed)


def _guarded_python(typed: TypedGraph) -> str:
    from archc.python import source

    return source(typed, guard=True)


def _svg(typed: TypedGraph, looks: Looks) -> str:
    if looks.view != "full":
        from archc.pictures import paged
        from archc.pictures.svg import svg

        return svg(paged(typed, looks), looks.theme)
    from archc.drawing import LayoutError
    from archc.drawing import svg as laid_out

    try:
        return laid_out(typed)
    except LayoutError as error:
        raise ToolError(str(error)) from error


def _tikz(typed: TypedGraph, looks: Looks) -> str:
    from archc.pictures import paged
    from archc.pictures.tikz import tikz

    return tikz(paged(typed, looks), looks.theme)


def _pdf(typed: TypedGraph, looks: Looks) -> bytes:
    from archc.pictures import paged
    from archc.pictures.pdf import pdf

    return pdf(paged(typed, looks), looks.theme)


def _png(typed: TypedGraph, looks: Looks) -> bytes:
    from archc.pictures.png import png

    return png(_pdf(typed, looks))


def _html(typed: TypedGraph, looks: Looks) -> str:
    from archc.pictures.html import html

    return html(typed, looks)


def _mermaid(typed: TypedGraph, looks: Looks) -> str:
    from archc.pictures import pictured
    from archc.pictures.mermaid import mermaid

    return mermaid(pictured(typed, looks), looks.theme, with_shapes=looks.view == "layers")


def _dot(typed: TypedGraph, looks: Looks) -> str:  # noqa: ARG001  (it has one look)
    from archc.drawing import dot

    return dot(typed)


def _json(typed: TypedGraph) -> str:
    from archc.describe import json

    return json(typed)


_PYTHON = OutputFile(".py", Mark("# Made by ", "\n"))
_SVG = OutputFile(".svg", Mark("<!-- Made by ", " -->\n", place="end"))
_PNG = OutputFile(".png", Mark("\n# Made by ", "\n", place="end", is_text=False))
_PDF = OutputFile(".pdf", Mark("% Made by ", "\n", place="end", is_text=False))
_HTML = OutputFile(".html", Mark("<!-- Made by ", " -->\n", place="end"))
_MERMAID = OutputFile(".mmd", Mark("%% Made by ", "\n"))
_TIKZ = OutputFile(".tex", Mark("% Made by ", "\n"))
_DOT = OutputFile(".dot", Mark("// Made by ", "\n"))
_JSON = OutputFile(".json", Mark(',\n "made_by": "', '"\n}\n', place="end", over="\n}\n"))

FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        each.name: each
        for each in (
            Format("ast", "the syntax tree", _tree, of="tree"),
            Format(
                "graph", "the model unrolled, before its shapes are checked", _graph, of="graph"
            ),
            Format("typed", "the checked graph, with every shape", _typed),
            Format("python", "Python source", _python, file=_PYTHON, guarded=_guarded_python),
            Format("svg", "a picture", file=_SVG, draw=_svg, views=tuple(VIEWS)),
            Format("png", "the picture in pixels", file=_PNG, draw=_png, views=PAGED),
            Format("pdf", "the picture as PDF", file=_PDF, draw=_pdf, views=PAGED),
            Format("tikz", "the picture for LaTeX", file=_TIKZ, draw=_tikz, views=PAGED),
            Format(
                "mermaid",
                "the picture for Markdown",
                file=_MERMAID,
                draw=_mermaid,
                views=("layers", "stages"),
                without=("page",),
            ),
            Format(
                "html",
                "a page to look around in",
                file=_HTML,
                draw=_html,
                views=("layers",),
                without=("page", "compare"),
            ),
            Format(
                "dot",
                "every layer in Graphviz's language",
                file=_DOT,
                draw=_dot,
                views=("full",),
            ),
            Format("json", "the model as data", _json, file=_JSON),
        )
    }
)
"""All of them, by name, in the order in which help has them."""

WEIGHTS = "weights"
"""The one kind of file that is no text: the initial weights, which ``archc.api.weights`` makes."""

FILES: Mapping[str, OutputFile] = MappingProxyType(
    {
        **{name: each.file for name, each in FORMATS.items() if each.file is not None},
        WEIGHTS: OutputFile(".safetensors", METADATA),
    }
)
"""What ``archc build`` can write."""

DEFAULT = ("python", "svg")
"""What it writes unless it is told."""

BRIEF = "stages"
"""The view of the pictures that it writes beside the source, unless it is told."""

GUARDED = tuple(name for name, each in FORMATS.items() if each.guarded is not None)

PICTURES = tuple(name for name, each in FORMATS.items() if each.draw is not None)


WRITTEN = tuple(
    name
    for name, each in FORMATS.items()
    if BRIEF in each.views and each.file is not None and each.file.mark.is_text
)
"""The pictures of a page that are a text."""

SHORTEST = "mermaid"
"""The one of them with the fewest characters."""


def file_name(model: str, kind: str) -> str:
    """The file of a model's output.

    ``torch.py`` would hide torch from every program in its folder, and ``types.py`` Python's own.
    """
    suffix = FILES[kind].suffix
    hides = suffix == ".py" and (model == "torch" or model in sys.stdlib_module_names)
    return f"{model}_{suffix}" if hides else f"{model}{suffix}"
