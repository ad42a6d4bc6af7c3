"""What the page asks of a text: one question, one answer, both JSON.

A question is an object: its ``kind``, the ``text``, and where a model is looked at the ``model``'s
name and ``sizes``. Offsets are in characters, as everywhere in archc; the page makes them its own.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from archc.api.formats import FORMATS, PICTURES
from archc.editor import hints
from archc.editor.page import Page
from archc.errors import ArchError, SettingError, ToolError
from archc.playground.helping import complete, hover
from archc.render import data
from archc.request import requests
from archdsl.elaborate.limits import Limits
from archdsl.project.locate import ENDING, StrPath, examples_folder
from archir.base.diagnostics import Diagnostic
from archir.base.source import Span
from archir.graph.typed import TypedGraph

if TYPE_CHECKING:
    from archc.api.costing import Summary

Answer: TypeAlias = dict[str, data.Json]

LIMITS = Limits(nodes=20_000, steps=200_000, total=400_000)
"""Less than a file may have on disk: it is checked at every pause in typing."""

NAME = "text"
"""What messages call the text that is written."""

_KEPT = 4
"""Texts whose graphs are kept: the last one, and those of other pages that are open."""


class Desk:
    """Answers questions, and keeps what is known of the last texts.

    ``path`` is where the text of a file stands that the page was opened with; others stand beside
    the examples, and import those.
    """

    def __init__(self, path: StrPath | None = None) -> None:
        self._path = path
        self._beside_examples = Path(examples_folder(), f"{NAME}{ENDING}")
        self._known: OrderedDict[tuple[str, bool], Page] = OrderedDict()

    def answer(self, question: object) -> Answer:
        """The answer; what cannot be is said under ``refused``, and ``SettingError`` is for us."""
        if not isinstance(question, Mapping):
            raise SettingError("a question is an object")
        kind = requests.chosen_word(question.get("kind"), _ANSWERS, "question")
        page = self._page(question, is_sketch=kind in _AT_KEYS)
        try:
            return _ANSWERS[kind](page, question)
        except SettingError as error:
            return {"refused": [_said(error.message, error.hint)]}
        except ArchError as error:
            return {"refused": [data.diagnostic(each) for each in error.diagnostics]}
        except ToolError as error:
            return {"refused": [_said(str(error), None)]}

    def told(self, question: str) -> str:
        """The same as texts; ``ValueError`` for what is no JSON."""
        return json.dumps(self.answer(json.loads(question)))

    def _page(self, question: Mapping[object, object], *, is_sketch: bool) -> Page:
        """The page of a text; a sketch has names as they were in the text that was checked last."""
        text = question.get("text")
        if not isinstance(text, str):
            raise SettingError("a question has a text")
        is_file = question.get("is_file") is True and self._path is not None
        key = text, is_file
        if is_sketch and key not in self._known:
            for (_, of_file), before in reversed(self._known.items()):
                if of_file == is_file:
                    return Page(text, name=NAME, before=before)
        if key not in self._known:
            path = self._path if is_file else self._beside_examples
            self._known[key] = Page(text, path, name=NAME, limits=LIMITS)
            if len(self._known) > _KEPT:
                self._known.popitem(last=False)
        self._known.move_to_end(key)
        return self._known[key]


def _said(message: str, hint: str | None) -> data.Json:
    return {"message": message, "hint": hint}


def _check(page: Page, _question: Mapping[object, object]) -> Answer:
    """What is wrong, which models there are, and the shapes behind the statements."""
    return {
        "found": [_found(each, span) for each, span in page.diagnostics()],
        "models": [
            {
                "name": each.name,
                "ok": each.typed is not None,
                "sizes": {} if each.typed is None else dict(each.typed.graph.sizes),
            }
            for each in page.verdicts
        ],
        "shapes": [{"at": each.span.end, "texts": list(each.texts)} for each in hints.shapes(page)],
    }


def _found(item: Diagnostic, here: Span) -> data.Json:
    """A diagnostic, and where in this text it is shown: ``here`` may be an import."""
    said = data.diagnostic(item)
    assert isinstance(said, dict)
    return {**said, "start": here.start, "end": here.end}


def _format(page: Page, _question: Mapping[object, object]) -> Answer:
    from archc.api.formatting import format as laid_out

    return {"text": laid_out(page.source)}


def _card(page: Page, question: Mapping[object, object]) -> Answer:
    """A model in facts, and what it costs at the sizes; ``refused`` is why it runs at none."""
    from archc.api.results import CheckedModel
    from archc.render.card import valid_sizes
    from archir.check.summary import show_input

    typed = _model(page, question)
    if typed is None:
        return {}
    model = CheckedModel.of(typed)
    sizes = _sizes(typed, question)
    card: Answer = {
        "name": model.name,
        "doc": model.doc,
        "defaults": dict(model.sizes),
        "inputs": [show_input(port, model.sizes) for port in model.inputs],
        "outputs": [str(port) for port in model.outputs],
        "parameters": f"{model.parameters:,}",
        "valid": valid_sizes(model) if model.sizes else "",
    }
    made = _summary(typed, sizes)
    return card | (made if isinstance(made, dict) else _costs(typed, made))


def _summary(typed: TypedGraph, sizes: Mapping[str, int]) -> Summary | Answer:
    """What a model costs; or why it does not run at these sizes, and at which near ones it does."""
    from archc.api.costing import summary_of

    try:
        return summary_of(typed, sizes, None, "float32", "sgd")
    except SettingError:
        raise
    except ArchError as error:
        return _unfit(typed, sizes, error)


def _unfit(typed: TypedGraph, sizes: Mapping[str, int], error: ArchError) -> Answer:
    """Why a model does not run at these sizes, and at which near ones it does."""
    from archc.api.results import CheckedModel

    nearest = CheckedModel.of(typed).valid_sizes.nearest(sizes)
    return {
        "refused": [data.diagnostic(each) for each in error.diagnostics],
        "nearest": None if nearest is None else dict(nearest),
    }


def _costs(typed: TypedGraph, made: Summary) -> Answer:
    from archc.render.costs.card import total_rows
    from archc.render.costs.numbers import dim, memory
    from archir.check.summary import inputs_of

    used = made.memory
    return {
        "macs": dim(made.totals.macs) or "0",
        "inference": memory(used.inference) or "0 B",
        "training": memory(used.training) or "0 B",
        "rows": [[name, words] for name, words in total_rows(inputs_of(typed), made.costs)],
    }


def _table(page: Page, question: Mapping[object, object]) -> Answer:
    """The rows of the cost table, as cells; the last one is the whole model's."""
    from archc.render.costs.table import COLUMNS, DEFAULT, SCOPES

    typed = _model(page, question)
    if typed is None:
        return {}
    made = _summary(typed, _sizes(typed, question))
    if isinstance(made, dict):
        return made
    depth = question.get("depth")
    entries = made.table(depth if isinstance(depth, int) else None)
    columns = [COLUMNS[name] for name in DEFAULT]
    whole = [each.text(made.whole) for each in columns]
    return {
        "columns": [{"title": each.title, "is_number": each.side == ">"} for each in columns],
        "rows": [
            {
                "cells": [entry.label, *(each.text(entry) for each in columns[1:])],
                "level": entry.level,
                "is_scope": entry.kind in SCOPES,
                "path": entry.path,
            }
            for entry in entries
        ],
        "whole": [made.whole.op, "", *whole[2:]],
    }


def _python(page: Page, question: Mapping[object, object]) -> Answer:
    typed = _model(page, question)
    return {} if typed is None else {"text": FORMATS["python"].text(typed)}


def _picture(page: Page, question: Mapping[object, object]) -> Answer:
    """A picture at the sizes, in a form and a view, in the colours of the page."""
    from archc.api.pictures.looking import drawn, looks_for
    from archc.request.counting import sizes_of

    typed = _model(page, question)
    if typed is None:
        return {}
    sizes = _sizes(typed, question)
    try:
        typed = typed.at(sizes_of(typed, sizes))
    except SettingError:
        raise
    except ArchError as error:
        return _unfit(typed, sizes, error)
    form = FORMATS[requests.chosen_word(question.get("form"), PICTURES, "form")]
    view, theme = (question.get(name) for name in ("view", "theme"))
    looks = looks_for(
        form,
        view if isinstance(view, str) else None,
        theme=theme if isinstance(theme, str) else None,
    )
    made = drawn(form, typed, looks)
    if isinstance(made, bytes):
        raise SettingError(f"a page shows no {form.name}")
    return {"text": made}


def _model(page: Page, question: Mapping[object, object]) -> TypedGraph | None:
    """The model of the name that is wanted, else the first; None where all are wrong."""
    right = {each.name: each.typed for each in page.verdicts}
    wanted = question.get("model")
    if isinstance(wanted, str) and wanted in right:
        return right[wanted]
    return page.models[0] if page.models else None


def _sizes(typed: TypedGraph, question: Mapping[object, object]) -> dict[str, int]:
    """The sizes that are asked for, as far as the model has them: a text may lose one."""
    given = requests.sizes(question.get("sizes") or {})
    return {name: size for name, size in given.items() if name in typed.graph.sizes}


_ANSWERS: Mapping[str, Callable[[Page, Mapping[object, object]], Answer]] = {
    "check": _check,
    "format": _format,
    "card": _card,
    "table": _table,
    "python": _python,
    "picture": _picture,
    "complete": complete,
    "hover": hover,
}
"""The questions, by their kinds."""

_AT_KEYS = ("complete",)
"""Those that are asked as a key is pressed, and do not wait for the check of what it makes."""
