"""The tasks: words, the properties that an answer must have, and a reference that nobody is shown.

They stand in ``tasks/FIELD.toml``. Numbers of parameters are written as arithmetic, so that they
can be checked by hand, and not taken from what the compiler says of the reference.
"""

from __future__ import annotations

import ast
import operator
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "tasks"

Shapes = Sequence[Sequence[int]]
"""Of the inputs, or of the outputs, in order."""


@dataclass(frozen=True)
class Run:
    """Inputs of these shapes give outputs of those; None where they must be refused."""

    inputs: Shapes
    outputs: Shapes | None


@dataclass(frozen=True)
class Task:
    """One task. ``keys`` are those of the state dict, where the words prescribe them."""

    name: str
    field: str
    words: str
    parameters: int
    runs: tuple[Run, ...]
    keys: frozenset[str] | None
    below: int
    """Integers that flow in are less than this."""

    reference: str


def read(folder: Path = FOLDER) -> list[Task]:
    """All tasks, field by field."""
    found: list[Task] = []
    for path in sorted(folder.glob("*.toml")):
        listed = tomllib.loads(path.read_text("utf-8"))["task"]
        found += [_task(path.stem, one) for one in listed]
    return found


def _task(field: str, one: Mapping[str, Any]) -> Task:
    runs = [Run(inputs, outputs) for inputs, outputs in one["gives"]]
    runs += [Run(inputs, None) for inputs in one.get("refuses", ())]
    keys = one.get("keys")
    return Task(
        one["name"],
        field,
        " ".join(one["words"].split()),
        arithmetic(one["parameters"]),
        tuple(runs),
        None if keys is None else frozenset(keys.split()),
        one.get("below", 10),
        one["reference"].lstrip("\n"),
    )


_SIGNS: Mapping[type[ast.operator], Callable[[int, int], int]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
}


def arithmetic(text: str) -> int:
    """The value of sums and products of whole numbers. ``ValueError`` for anything else."""

    def value(node: ast.expr) -> int:
        if isinstance(node, ast.Constant) and isinstance(node.value, int):
            return node.value
        if isinstance(node, ast.BinOp) and type(node.op) in _SIGNS:
            return _SIGNS[type(node.op)](value(node.left), value(node.right))
        raise ValueError(f"{text} is no sum of products")

    return value(ast.parse(" ".join(text.split()), mode="eval").body)
