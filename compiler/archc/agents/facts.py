"""What archc finds, in the forms of answers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TypeVar

from archc.agents.answers import Answer, Finding, ModelFacts, Remedy, TextRange
from archc.errors import ArchError
from archc.render.card import valid_sizes
from archc.render.characters import cut
from archc.render.most import most
from archir.base.diagnostics import Diagnostic
from archir.base.fixes import Fix
from archir.base.source import Span
from archir.check.summary import ModelSummary, show_input

SHOWN = 20
"""How many diagnostics an answer has: more than these are put right in no one step."""

T = TypeVar("T")


def place(span: Span) -> TextRange:
    """A place of a text."""
    line, column = span.source.position(span.start)
    end_line, end_column = span.source.position(span.end)
    return {
        "file": span.source.name,
        "line": line,
        "column": column,
        "end_line": end_line,
        "end_column": end_column,
    }


def finding(item: Diagnostic) -> Finding:
    """One diagnostic with all its places."""
    problem = item.problem
    found: Finding = {
        "name": problem.name,
        "severity": problem.severity,
        "message": cut(problem.message()),
        "place": place(item.span),
    }
    if item.hint is not None:
        found["hint"] = cut(item.hint)
    if item.related:
        found["related"] = [
            {"place": place(each.span), "text": cut(each.text)} for each in item.related
        ]
    if item.fix is not None:
        found["fix"] = _remedy(item.fix)
    return found


def _remedy(fix: Fix) -> Remedy:
    return {
        "message": cut(fix.words),
        "safe": fix.is_safe,
        "edits": [
            {"place": place(edit.span), "old": edit.span.text, "text": edit.text}
            for edit in fix.edits
        ],
    }


def tell(answer: Answer, diagnostics: Iterable[Diagnostic]) -> None:
    """Say in an answer what was found, where there is something."""
    said, left = most(diagnostics, SHOWN)
    if said:
        answer["diagnostics"] = [finding(each) for each in said]
    if left:
        answer["left_out"] = left


def refusal(error: ArchError | OSError | RuntimeError | ImportError) -> Answer:
    """The answer where what is asked cannot be; the error's class is its name."""
    if isinstance(error, ArchError) and error.diagnostics:
        made: Answer = {"ok": False}
        tell(made, error.diagnostics)
        return made
    found: Finding = {
        "name": _name(error),
        "severity": "error",
        "message": cut(getattr(error, "message", None) or str(error).split("\n")[0]),
    }
    hint = getattr(error, "hint", None)
    if hint:
        found["hint"] = cut(str(hint))
    return {"ok": False, "diagnostics": [found]}


def _name(error: Exception) -> str:
    """``MissingFileError`` as ``missing-file``."""
    words = re.sub("Error$", "", type(error).__name__)
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", words).lower()


def model(summary: ModelSummary) -> ModelFacts:
    """A model that is right."""
    return {
        "name": summary.name,
        "ok": True,
        "inputs": [show_input(port, summary.sizes) for port in summary.inputs],
        "outputs": [str(port) for port in summary.outputs],
        "parameters": summary.parameters,
        "valid_sizes": valid_sizes(summary) if summary.sizes else "as they are",
    }


def limited(items: Sequence[T], most_of_them: int) -> tuple[Sequence[T], int]:
    """As many as an answer has, and how many are left out."""
    return items[:most_of_them], max(0, len(items) - most_of_them)
