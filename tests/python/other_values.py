"""The arguments that a printed class takes, given other values than it was printed at."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from printed import differences, expression, namespace

from archc import pipeline
from archc.python.classes.said import is_plain_value
from archc.request.settings import from_texts, from_values
from archc.torch import module
from archir.base.source import Source
from archir.graph.typed import TypedGraph
from archir.init.values import show_constant
from archir.program.declarations import Block


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
        return dict(zip(names, map(_value, values), strict=True))
    raise AssertionError(called)


def _value(node: ast.expr) -> object:
    """A constant; of a table that speaks of classes, its text."""
    try:
        return ast.literal_eval(node)
    except ValueError:
        return node


def candidates(default: object, written: Any) -> Iterator[tuple[str, Any]]:
    """Other values of a parameter: in Python, and as the language has them."""
    if not isinstance(default, ast.expr):
        yield from ((repr(value), value) for value in others(default))
        return
    table = f"({ast.unparse(default)})"
    yield f"(*{table}, {table}[-1])", (*written, written[-1])
    yield f"{table}[:-1]", written[:-1]


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
    root = typed.graph.root
    for parameter, default in taken(text).items():
        accepted = (
            (value, other)
            for value, written in candidates(default, dict(root.arguments)[parameter])
            if (other := _compiled(source, path, typed, parameter, written)) is not None
        )
        left = most
        for value, other in accepted:
            if not left:
                break
            try:
                if run:
                    call = f"model = {built[:-1]}{parameter}={value})"
                    given = text.replace(f"model = {built}", call, 1)
                    found = list(differences(other, given))
                else:
                    found = _shapes(other, text, parameter, value)
            except (RuntimeError, TypeError, ValueError) as error:
                if str(error).startswith(f"{parameter} must have "):
                    continue  # its class is written out for lists of one length, and says so
                found = [str(error)[:200]]
            left -= 1
            yield parameter, value, found


def _compiled(
    source: Source, path: Path | None, typed: TypedGraph, parameter: str, value: Any
) -> TypedGraph | None:
    root = typed.graph.root
    if not isinstance(value, tuple):
        return pipeline.compile_source(source, path, root.name, from_values({parameter: value}))[0]
    # What is in a table is known to the text of the model itself, and not to that of a variant.
    assert isinstance(root.origin, Block)
    given: dict[str, Any] = {name: each for name, each in root.arguments if is_plain_value(each)}
    given[parameter] = value
    settings = from_texts(f"{name}={show_constant(each)}" for name, each in given.items())
    return pipeline.compile_source(root.origin.span.source, path, root.origin.name, settings)[0]


def _shapes(other: TypedGraph, text: str, parameter: str, value: str) -> list[str]:
    """Where the state dicts have other keys or shapes; no weight is made."""
    names = namespace(text)
    with torch.device("meta"):
        live = module(other).state_dict()
        made = eval(f"{expression(text)[:-1]}{parameter}={value})", names).state_dict()
    if list(live) != list(made):
        return ["the keys"]
    return [name for name in live if live[name].shape != made[name].shape]
