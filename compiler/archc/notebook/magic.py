"""``%%arch``: a cell is checked, its model shown, and the module bound to a name."""

from __future__ import annotations

import argparse
import shlex
from typing import NoReturn

from IPython.core.error import UsageError
from IPython.core.getipython import get_ipython
from IPython.core.interactiveshell import InteractiveShell
from IPython.display import SVG, display

from archc import pipeline
from archc.api.formats import BRIEF, FORMATS, PICTURES
from archc.errors import ArchError, ModelChoiceError, SettingError, TorchMissingError
from archc.pictures.looks import VIEWS
from archc.render.card import card
from archc.render.costs.card import short_rows
from archc.render.style import Style
from archc.render.terminal import render
from archc.request.settings import Setting, from_texts
from archir.base.diagnostics import Diagnostics
from archir.base.source import Source
from archir.check.summary import summarise
from archir.cost.report import Costs
from archir.graph.typed import TypedGraph

NAME = "arch"
STYLE = Style(colour=True)
"""Notebooks show the colours of a terminal."""


class CellError(Exception):
    """A cell is wrong. What is shown is what is wrong in it, and nothing of how it was found."""

    def __init__(self, said: str) -> None:
        super().__init__(said.rstrip("\n"))

    def _render_traceback_(self) -> list[str]:
        return str(self).split("\n")


class _Line(argparse.ArgumentParser):
    """The magic's own line; what is wrong with it is said as IPython says it of others."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"%%{NAME}: {message}\n{self.format_usage().rstrip()}")


def _line() -> _Line:
    made = _Line(f"%%{NAME}", add_help=False, allow_abbrev=False)
    made.add_argument("name")
    made.add_argument("--model", metavar="MODEL")
    made.add_argument("--set", dest="settings", action="append", default=[], metavar="NAME=VALUE")
    made.add_argument("--view", default=BRIEF, choices=(*VIEWS, "none"))
    made.add_argument("--check", action="store_true")
    return made


OPTIONS = ("--model", "--set", "--view", "--check")


def arch(line: str, cell: str) -> None:
    """Check the cell, show its model, and bind the module to a name.

    %%arch NAME [--model MODEL] [--set NAME=VALUE] [--view VIEW] [--check]

    The model is the one that is asked for, else the one called NAME, else the only one. --set gives
    a parameter a value, written as in the language (and {n} is the value of n in Python), and can
    be repeated; --view is that of the picture, or none; with --check no module is made.
    """
    try:
        words = shlex.split(line)
    except ValueError as error:
        raise UsageError(f"%%{NAME}: {error}") from None
    asked = _line().parse_args(words)
    if not asked.name.isidentifier():
        raise UsageError(f"%%{NAME}: {asked.name} is no name of Python")
    try:
        settings = from_texts(asked.settings)
        typed, found = _compiled(cell, asked.model, asked.name, settings)
    except ArchError as error:
        raise CellError(str(error)) from None
    if typed is None:
        raise CellError(render(found, STYLE))
    if found.items:
        print(render(found, STYLE), end="")
    _show(typed, settings, asked.view)
    if asked.check:
        return
    try:
        module = pipeline.module(typed)
    except (ArchError, TorchMissingError) as error:
        raise CellError(f"{asked.name} is not bound: {error}") from None
    shell = get_ipython()
    assert shell is not None, "a magic runs in a shell"
    shell.user_ns[asked.name] = module


def _compiled(
    cell: str, model: str | None, name: str, settings: tuple[Setting, ...]
) -> tuple[TypedGraph | None, Diagnostics]:
    # The magic's own line is the cell's first: lines are then those that the notebook numbers.
    source = Source(f"%%{NAME} {name}", f"\n{cell}")
    try:
        return pipeline.compile_source(source, None, model or name, settings)
    except ModelChoiceError:
        if model is not None:
            raise
        return pipeline.compile_source(source, None, None, settings)


def _show(typed: TypedGraph, settings: tuple[Setting, ...], view: str) -> None:
    """The card, and the picture where one can be drawn."""
    shown = [f"{each.name} = {each.value}" for each in settings]
    costs = short_rows(Costs(typed, typed.graph.sizes))
    print(card(summarise(typed), (), shown, costs, Style()), end="")
    if view == "none":
        return
    try:
        picture = FORMATS[PICTURES[0]].text(typed, view=view)
    except (ArchError, SettingError) as error:
        print(f"there is no picture: {error}")
        return
    display(SVG(picture))


def add(shell: InteractiveShell) -> None:
    """Make the magic known."""
    shell.magics_manager.register_function(arch, "cell", NAME)


def remove(shell: InteractiveShell) -> None:
    """Forget it."""
    shell.magics_manager.magics["cell"].pop(NAME, None)
