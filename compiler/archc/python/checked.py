"""A file whose model checks the sizes of its inputs when it runs."""

from __future__ import annotations

import ast

from archc.python.guard import Guard
from archc.python.identifiers import Names, bound_names
from archc.python.printing import definition
from archc.python.text import INDENT
from archir.typed import TypedGraph


def checked(typed: TypedGraph, chunks: list[list[str]], root: str, taken: Names) -> list[list[str]]:
    """The classes of a file with a check in front of the model's, which is called ``root``."""
    bound = bound_names(line for chunk in chunks for line in chunk)
    return with_guard(chunks, root, Guard(typed, Names(taken.taken | bound)))


def with_guard(chunks: list[list[str]], root: str, guard: Guard) -> list[list[str]]:
    """The classes with the check in front of the model's, and called by its ``forward``."""
    result: list[list[str]] = []
    for chunk in chunks:
        tree = ast.parse("\n".join(chunk)).body
        owner = next((n for n in tree if isinstance(n, ast.ClassDef) and n.name == root), None)
        if owner is None:
            result.append(chunk)
            continue
        result += guard.chunks()
        forward = next(
            (n for n in owner.body if isinstance(n, ast.FunctionDef) and n.name == "forward"), None
        )
        if forward is not None:
            at = forward.body[0].lineno - 1
            call = guard.call(argument.arg for argument in forward.args.args[1:])
            result.append([*chunk[:at], call, *chunk[at:]])
            continue
        names = [each.python for each in guard.inputs]
        parameters = ["self", *(f"{name}: Tensor" for name in names)]
        result.append(
            [
                *chunk,
                "",
                *definition("forward", parameters, "Tensor", 1),
                guard.call(names),
                f"{INDENT * 2}return super().forward({', '.join(names)})",
            ]
        )
    return result
