"""Diagnostics and results as JSON values: the forms that docs/json.md describes.

A change that takes something away or gives it another meaning needs a new ``VERSION``; a new key
does not.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, TypeAlias

from archc.render.characters import cut
from archc.render.most import most
from archir.base.diagnostics import Diagnostic
from archir.base.source import Span
from archir.check.summary import ModelSummary, Port
from archir.shapes.dims import show
from archir.sizes.data import as_data
from archir.weights.state import Matching, Pair, StateEntry
from archir.weights.taking import Match

if TYPE_CHECKING:
    from archir.base.fixes import Fix

VERSION = 1

Json: TypeAlias = "None | bool | int | float | str | list[Json] | dict[str, Json]"


def diagnostic(item: Diagnostic) -> Json:
    """One diagnostic with all its places."""
    problem, hint, label = item.problem, item.hint, item.problem.label()
    return {
        "name": problem.name,
        "severity": problem.severity,
        "message": cut(problem.message()),
        "label": None if label is None else cut(label),
        "hint": None if hint is None else cut(hint),
        "place": place(item.span),
        "times": item.times,
        "related": [
            {"place": place(other.span), "text": cut(other.text)} for other in item.related
        ],
        "fix": None if (fix := item.fix) is None else _fix(fix),
    }


def _fix(fix: Fix) -> Json:
    """What puts a mistake right: all of its edits, or none of them."""
    return {
        "message": cut(fix.words),
        "safe": fix.is_safe,
        "edits": [{"place": place(edit.span), "text": edit.text} for edit in fix.edits],
    }


def place(span: Span) -> Json:
    """A place: lines and columns count from 1 in characters, offsets from 0; the end is behind."""
    return {
        "file": span.source.name,
        "start": _position(span, span.start),
        "end": _position(span, span.end),
    }


def _position(span: Span, offset: int) -> Json:
    line, column = span.source.position(offset)
    return {"line": line, "column": column, "offset": offset}


def report(diagnostics: Iterable[Diagnostic], **rest: Json) -> dict[str, Json]:
    """The document that a command prints: the version, the diagnostics, and what is its own.

    Where there are too many diagnostics it says how many are left out.
    """
    said, left = most(diagnostics)
    return {
        "version": VERSION,
        "diagnostics": [diagnostic(item) for item in said],
        **({"left_out": left} if left else {}),
        **rest,
    }


def summary(model: ModelSummary) -> dict[str, Json]:
    """A checked model in a few facts."""
    sizes: dict[str, Json] = dict(model.sizes)
    return {
        "name": model.name,
        "doc": model.doc,
        "ok": True,
        "sizes": sizes,
        "inputs": [_port(port) for port in model.inputs],
        "outputs": [{**_port(port), "when_training": port.when_training} for port in model.outputs],
        "parameter_count": model.parameters,
        "valid_sizes": as_data(model.valid_sizes),
        "training_sizes": as_data(model.training_sizes),
    }


def failure(name: str) -> dict[str, Json]:
    """A model that is wrong; the diagnostics say why."""
    return {"name": name, "ok": False}


def _port(port: Port) -> dict[str, Json]:
    return {
        "name": port.name,
        "dtype": port.type.dtype,
        "shape": [dim if isinstance(dim, int) else show(dim) for dim in port.type.shape],
        "size": list(port.sizes),
    }


def weights(source: str, how: Match, matching: Matching) -> dict[str, Json]:
    """How weights fit a model."""
    return {
        "source": source,
        "match": how,
        "loaded": [pair(each) for each in matching.loaded],
        "mismatched": [pair(each) for each in matching.mismatched],
        "fitted": [
            {"model": entry(each.model), "file": entry(each.file), "fit": each.fit}
            for each in matching.fitted
        ],
        "renamed": dict(matching.renamed),
        "prefix": matching.prefix,
        "left_out": [entry(each) for each in matching.left_out],
        "missing": [entry(each) for each in matching.missing],
        "unexpected": [entry(each) for each in matching.unexpected],
    }


def pair(each: Pair, model: str = "model", file: str = "file") -> Json:
    """A model's entry and another one's, under these names."""
    return {model: entry(each.model), file: entry(each.file)}


def entry(each: StateEntry) -> Json:
    """An entry of a state dict."""
    return {"key": each.key, "shape": list(each.shape), "dtype": each.dtype}
