"""The arguments that a printed class takes, given other values than it was printed at."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import torch
from printed import differences, expression, namespace

from archc import pipeline
from archc.request.settings import from_values
from archc.torch import module
from archir.base.source import Source
from archir.graph.typed import TypedGraph


def taken(text: str) -> dict[str, object]:
    """The parameters of what builds a printed model, with their defaults."""
    tree = ast.parse(text)
    called = expression(text).partition("(")[0]
    constants = {
        node.targets[0].id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name == called:
            head = node.args
        elif isinstance(node, ast.ClassDef) and node.name == called:
            inits = [
                n for n in node.body if isinstance(n, ast.FunctionDef) and n.name == "__init__"
            ]
            if not inits:
                return {}
            head = inits[0].args
        else:
            continue
        names = [argument.arg for argument in head.args if argument.arg != "self"]
        assert len(names) == len(head.defaults), "a model is built without arguments"
        values = [constants.get(getattr(each, "id", ""), each) for each in head.defaults]
        return dict(zip(names, map(ast.literal_eval, values), strict=True))
    raise AssertionError(called)


def others(value: object) -> Iterator[Any]:
    """Values beside one, the likely ones first."""
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, int):
        yield from (2 * value, value + 1, value - 1, value + 6, value + 8, max(1, value // 2))
    elif isinstance(value, float):
        yield from (value / 2, 2 * value, value + 0.25)
    elif isinstance(value, str):
        yield value + "_"
    elif isinstance(value, tuple) and value:
        yield [*value, value[-1]]
        yield list(value[:-1])
        numbers = [list(others(item)) for item in value]
        yield from (list(row) for row in zip(*numbers, strict=False))


def at_other_values(
    path: Path, text: str, typed: TypedGraph, most: int, *, run: bool
) -> Iterator[tuple[str, object, list[str]]]:
    """For each parameter some other values that the text takes too, and in what they differ."""
    source = Source(path.name, path.read_text("utf-8"))
    yield from at_others(source, path, text, typed, most, run=run)


def at_others(
    source: Source, path: Path | None, text: str, typed: TypedGraph, most: int, *, run: bool
) -> Iterator[tuple[str, object, list[str]]]:
    """The same for a text that may stand in no file."""
    built = expression(text)
    assert built.endswith("()")
    name = typed.graph.root.name
    for parameter, default in taken(text).items():
        accepted = (
            (value, other)
            for value in others(default)
            if (other := _compiled(source, path, name, {parameter: value})) is not None
        )
        for value, other in islice(accepted, most):
            try:
                if run:
                    call = f"model = {built[:-1]}{parameter}={value!r})"
                    given = text.replace(f"model = {built}", call, 1)
                    found = list(differences(other, given))
                else:
                    found = _shapes(other, text, {parameter: value})
            except (RuntimeError, TypeError, ValueError) as error:
                found = [str(error)[:200]]
            yield parameter, value, found


def _compiled(
    source: Source, path: Path | None, name: str, values: dict[str, Any]
) -> TypedGraph | None:
    return pipeline.compile_source(source, path, name, from_values(values))[0]


def _shapes(other: TypedGraph, text: str, values: dict[str, Any]) -> list[str]:
    """Where the state dicts have other keys or shapes; no weight is made."""
    with torch.device("meta"):
        live = module(other).state_dict()
        made = namespace(text)[expression(text)[:-2]](**values).state_dict()
    if list(live) != list(made):
        return ["the keys"]
    return [name for name in live if live[name].shape != made[name].shape]
