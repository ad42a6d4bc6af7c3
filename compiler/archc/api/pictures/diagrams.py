"""``archc.diagram``: a picture of a model, as ``archc draw`` prints it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, overload

from archc.api.formats import FORMATS, PICTURES
from archc.api.functions import FileOrSource, compiled
from archc.api.pictures.looking import drawn, looks_for
from archc.api.results import Drawing
from archc.request.settings import SettingValue
from archir.base.record import replaced


@overload
def diagram(
    path: FileOrSource,
    model: str | None = None,
    /,
    *,
    format: Literal["svg", "tikz", "mermaid", "html", "dot"] = "svg",
    view: str | None = None,
    page: str | None = None,
    theme: str | None = None,
    heat: str | None = None,
    depth: int | None = None,
    expand: str | Iterable[str] = (),
    symbolic: bool = False,
    compare: FileOrSource | None = None,
    settings: Mapping[str, SettingValue] | None = None,
    **parameters: SettingValue,
) -> str: ...


@overload
def diagram(
    path: FileOrSource,
    model: str | None = None,
    /,
    *,
    format: Literal["png", "pdf"],
    view: str | None = None,
    page: str | None = None,
    theme: str | None = None,
    heat: str | None = None,
    depth: int | None = None,
    expand: str | Iterable[str] = (),
    symbolic: bool = False,
    compare: FileOrSource | None = None,
    settings: Mapping[str, SettingValue] | None = None,
    **parameters: SettingValue,
) -> bytes: ...


def diagram(
    path: FileOrSource,
    model: str | None = None,
    /,
    *,
    format: str = "svg",  # noqa: A002  (what Python's libraries call it)
    view: str | None = None,
    page: str | None = None,
    theme: str | None = None,
    heat: str | None = None,
    depth: int | None = None,
    expand: str | Iterable[str] = (),
    symbolic: bool = False,
    compare: FileOrSource | None = None,
    settings: Mapping[str, SettingValue] | None = None,
    **parameters: SettingValue,
) -> str | bytes:
    """The model as a picture: the layers on one page, as SVG. Arguments as for ``load``.

    ``view`` is ``"layers"``, ``"stages"``, ``"volumes"`` or ``"full"``; ``format`` is ``"svg"``,
    ``"tikz"`` (for LaTeX), ``"mermaid"`` (for Markdown), ``"html"`` (a page to look around in) or
    ``"dot"`` (every layer in Graphviz's language), or as bytes ``"png"`` or ``"pdf"``. The others
    are those of ``archc draw``: the ``page`` that it is to fill, its ``theme``, the cost whose
    shares are its ``heat``, how many levels of blocks have panels (``depth``), paths of blocks that
    are drawn where they are used (``expand``), ``symbolic`` shapes, and another model to
    ``compare`` with. A parameter of the model that has one of these names is given in
    ``settings``.

    A notebook shows an SVG as the picture that it is.

    Raises ``ValueError`` for a word that is none of these and for what a view or a format does not
    have, ``PackageMissingError`` where pixels are asked for and pypdfium2 is not installed, and
    what ``load`` raises.
    """
    if format not in PICTURES:
        known = " or ".join(f'"{name}"' for name in PICTURES)
        raise ValueError(f"a diagram is made as {known}, not as {format!r}")
    form = FORMATS[format]
    looks = looks_for(
        form,
        view,
        page=page,
        theme=theme,
        heat=heat,
        depth=depth,
        expand=expand,
        symbolic=symbolic,
        compare=compare,
    )
    typed = compiled(diagram, path, model, settings, parameters)
    if compare is not None:
        looks = replaced(looks, compare=compiled(diagram, compare, None, None, {}))
    made = drawn(form, typed, looks)
    return Drawing(made) if format == PICTURES[0] and isinstance(made, str) else made
