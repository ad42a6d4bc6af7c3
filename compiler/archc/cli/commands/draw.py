"""``archc draw``: a picture of a model on one page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archc import pipeline
from archc.api.formats import FORMATS, PICTURES
from archc.api.pictures.looking import drawn, looks_for
from archc.cli import guard, options, streams
from archc.cli.declare import Command, Option, UsageError
from archc.pictures.looks import HEATS, PAGES, THEMES
from archc.request.requests import MAX_DIGITS, chosen_word
from archir.base.record import replaced

if TYPE_CHECKING:
    from archc.request.settings import Setting
    from archdsl.elaborate.limits import Limits
    from archir.base.diagnostics import Diagnostics
    from archir.graph.typed import TypedGraph


def draw(
    file: str,
    model: str | None,
    settings: tuple[Setting, ...],
    view: str | None,
    language: str,
    page: str | None,
    theme: str | None,
    heat: str | None,
    depth: int | None,
    expand: tuple[str, ...],
    is_symbolic: bool,
    compare: str | None,
    limits: Limits | None,
) -> int:
    """Print a picture of FILE's model.

    In the view layers a norm and an activation stand in the box of their op, what repeats stands
    once with a count, and a block is drawn once, in a panel, with the names of its parameters
    where its uses differ.
    """
    form = FORMATS[language]
    looks = looks_for(
        form,
        view,
        page=page,
        theme=theme,
        heat=heat,
        depth=depth,
        expand=expand,
        symbolic=is_symbolic,
        compare=compare,
        option="--",
    )
    typed, found = _read(file, model, settings, limits)
    if compare is not None and typed is not None:
        other, more = _read(compare, None, (), limits)
        found.extend(more)
        looks = replaced(looks, compare=other)
    made = None
    if typed is not None and not found.has_errors:
        made = drawn(form, typed, looks)
    streams.complain(found)
    if made is None:
        return guard.WRONG_INPUT
    streams.document(made)
    return guard.OK


def _read(
    file: str, model: str | None, settings: tuple[Setting, ...], limits: Limits | None
) -> tuple[TypedGraph | None, Diagnostics]:
    """The model of a file, None where it is wrong."""
    source, path, found = streams.read(file)
    if found.has_errors:
        return None, found
    typed, problems = pipeline.compile_source(source, path, model, settings, limits)
    found.extend(problems)
    return typed, found


def _depth(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= MAX_DIGITS):
        raise UsageError(f"a depth is a number of levels, 0 or more, not {text}")
    return int(text)


command = Command(
    draw,
    options.FILE,
    (
        options.MODEL,
        options.SETTINGS,
        options.view("layers"),
        Option(
            "--as",
            "language",
            "; ".join(f"{name}: {FORMATS[name].what}" for name in PICTURES) + ".",
            metavar="FORM",
            default=PICTURES[0],
            read=lambda word: chosen_word(word, PICTURES, "form of a picture"),
            words=PICTURES,
        ),
        Option(
            "--page",
            "page",
            "What it is to fill: half of an a4 page (unless given), a slide, or a paper's column.",
            metavar="PAGE",
            read=lambda word: None if word is None else chosen_word(word, PAGES, "page"),
            words=tuple(PAGES),
        ),
        Option(
            "--theme",
            "theme",
            "Its colours: light, dark, print (for paper), or the page's (auto, unless given).",
            metavar="THEME",
            read=lambda word: None if word is None else chosen_word(word, THEMES, "theme"),
            words=THEMES,
        ),
        Option(
            "--heat",
            "heat",
            f"Colour boxes by their share of what the model costs: {', '.join(HEATS)}.",
            metavar="COST",
            read=lambda word: None if word is None else chosen_word(word, HEATS, "cost"),
            words=tuple(HEATS),
        ),
        Option(
            "--depth",
            "depth",
            "How many levels of blocks have panels; all unless it is given.",
            metavar="NUMBER",
            read=lambda text: None if text is None else _depth(text),
        ),
        Option(
            "--expand",
            "expand",
            "Draw the block of this path where it is used, as layer1.0. Repeatable.",
            metavar="PATH",
            many=True,
        ),
        Option("--symbolic", "is_symbolic", "Say shapes as parts of the sizes: 256 x H/4 x W/4."),
        Option(
            "--compare",
            "compare",
            "Show what the model of another file has added, removed and changed.",
            metavar="FILE",
        ),
        options.LIMITS,
    ),
)
