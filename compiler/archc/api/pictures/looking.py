"""What may be asked of a picture, in one place for the command and for Python.

What a view or a form cannot show is refused, and never left out without a word.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from archc.errors import SettingError, SettingTypeError
from archc.pictures.looks import HEATS, PAGES, THEMES, USED, VIEWS, Looks, NoSuchBlockError
from archc.request.requests import chosen_word, nearest_of

if TYPE_CHECKING:
    from archc.api.formats import Format
    from archir.graph.typed import TypedGraph


def looks_for(
    form: Format,
    view: str | None = None,
    *,
    page: str | None = None,
    theme: str | None = None,
    heat: str | None = None,
    depth: int | None = None,
    expand: str | Iterable[str] = (),
    symbolic: bool = False,
    compare: object = None,
    option: str = "",
) -> Looks:
    """How a form of picture is to look, with the usual for what is None.

    Of ``compare`` it is only asked here whether there is one. ``option`` is what stands before the
    names of options where they are written.

    Raises ``SettingError`` for words that are none of those that there are, and for what the form
    or the view does not have.
    """
    shown = form.view(view if view is None else chosen_word(view, VIEWS, "view"))
    paths = (expand,) if isinstance(expand, str) else tuple(expand)
    given = {
        "page": page is not None,
        "theme": theme is not None,
        "heat": heat is not None,
        "depth": depth is not None,
        "expand": bool(paths),
        "symbolic": symbolic,
        "compare": compare is not None,
    }
    _refuse(form, shown, [name for name, is_given in given.items() if is_given], option)
    usual = Looks(shown)
    return Looks(
        shown,
        usual.page if page is None else chosen_word(page, PAGES, "page"),
        usual.theme if theme is None else chosen_word(theme, THEMES, "theme"),
        None if heat is None else chosen_word(heat, HEATS, "cost"),
        _levels(depth),
        paths,
        symbolic,
    )


def drawn(form: Format, typed: TypedGraph, looks: Looks) -> str | bytes:
    """The picture. Raises ``SettingError`` for a path to expand at which no block stands."""
    try:
        return form.made(typed, looks=looks)
    except NoSuchBlockError as error:
        message = f"no block of the picture stands at {error.path}"
        raise SettingError(message, nearest_of(error.path, error.known)) from error


def _refuse(form: Format, view: str, given: list[str], option: str) -> None:
    """Say which of the options that are given mean nothing here."""
    for name in given:
        if name not in USED[view]:
            fitting = [one for one in VIEWS if name in USED[one]]
            views = f"{', '.join(fitting[:-1])} and {fitting[-1]}" if fitting[1:] else fitting[0]
            raise SettingError(
                f"{option}{name} is for the view{'s' * bool(fitting[1:])} {views}, not for {view}"
            )
        if name in form.without:
            raise SettingError(f"{option}{name} means nothing for {form.name}: {form.what}")
    if "compare" in given and "heat" in given:
        raise SettingError(
            f"{option}compare colours boxes by what differs: it goes without {option}heat"
        )


def _levels(depth: object) -> int | None:
    if depth is None:
        return None
    if isinstance(depth, bool) or not isinstance(depth, int):
        raise SettingTypeError(f"the depth is a number of levels, not {depth!r:.60}")
    if depth < 0:
        raise SettingError(f"the depth is a number of levels, 0 or more, not {depth}")
    return depth
