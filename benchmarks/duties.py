"""How large a function is, and what it does, seen from what it asks and calls.

There are duties that are one module's alone, and ``benchmarks.house`` counts the modules that do
each. What is found are signs and no proofs: read what ``--which`` names. In the tree before the
house was cut they find what a reader had found there by hand: three lookups of names, the bindings
of arguments (a fourth in two files), and two decisions about labels, with two that hand them on.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from typing import TypeAlias

Function: TypeAlias = "ast.FunctionDef | ast.AsyncFunctionDef"


def length(node: Function) -> int:
    """The lines of a function, its docstring among them."""
    return (node.end_lineno or node.lineno) - node.lineno + 1


_BRANCHES = (
    ast.If,
    ast.For,
    ast.While,
    ast.IfExp,
    ast.ExceptHandler,
    ast.comprehension,
    ast.Assert,
)


def complexity(node: Function) -> int:
    """Ways through a function, as McCabe counts them; boolean operators and filters count too."""
    total = 1
    for each in ast.walk(node):
        if isinstance(each, ast.BoolOp):
            total += len(each.values) - 1
        elif isinstance(each, ast.match_case):
            total += 1
        elif isinstance(each, _BRANCHES):
            total += 1 + (len(each.ifs) if isinstance(each, ast.comprehension) else 0)
    return total


def looks_names_up(function: Function) -> bool:
    """Whether a function says what a name of the text means.

    Such a one asks by a key both what a file declares (``….names``) and what the language has
    built in (``BUILTINS``). What only lists the names that could stand somewhere does not.
    """
    return _asks(function, "names") and _asks(function, "BUILTINS")


def binds_arguments(function: Function) -> bool:
    """Whether a function gives arguments by position to parameters.

    Such a one tells arguments with a name from those without (``….name is None``, or a count
    ``positional``), and pairs names with places: a cut of as many, the next one, a ``dict`` of a
    ``zip``. What asks a signature for its ``plan`` has it done; what shows arguments or hands them
    on to Python pairs nothing.
    """
    planned = any(_last(node) == "plan" for node in ast.walk(function))
    return _tells_positions(function) and _pairs(function) and not planned


def decides_labels(function: Function) -> bool:
    """Whether a function says of a scope that its children are named by labels.

    Such a one answers yes or no, has it in its name, and follows the text into what stands inside:
    by calling itself, or another such one for blocks that are spliced.
    """
    if "label" not in function.name or _last(function.returns) != "bool":
        return False
    called = {_last(node) for each in function.body for node in ast.walk(each)}
    return any("label" in name and name.startswith(("is_", "_has_", "_stage_")) for name in called)


DUTIES: Mapping[str, Callable[[Function], bool]] = {
    "look names up": looks_names_up,
    "bind arguments to parameters": binds_arguments,
    "decide whether a scope is labelled": decides_labels,
}


def _last(node: ast.AST | None) -> str:
    """The last word of a name, ``b`` of ``a.b``; nothing for what is no name."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _asks(function: Function, table: str) -> bool:
    """Whether a function asks a table for a key: by ``[]``, by ``get`` or by ``in``."""
    for node in ast.walk(function):
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
            asked: ast.AST = node.value
        elif isinstance(node, ast.Attribute) and node.attr == "get":
            asked = node.value
        elif isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.In):
            asked = node.comparators[0]
        else:
            continue
        if _last(asked) == table:
            return True
    return False


_NAMES = ("a.name", "argument.name", "each.name", "item.name")


def _tells_positions(function: Function) -> bool:
    """Whether a function tells arguments by position from those by name.

    A bare ``name`` is an argument's where it is one of many: in a list of those that are given.
    """
    arguments = (*function.args.args, *function.args.kwonlyargs)
    of_many = [
        test
        for each in ast.walk(function)
        if isinstance(each, ast.comprehension)
        for test in each.ifs
    ]
    return (
        any(each.arg == "positional" for each in arguments)
        or any(_is_nameless(node, *_NAMES) for node in ast.walk(function))
        or any(_is_nameless(node, "name") for node in of_many)
    )


def _is_nameless(node: ast.AST, *names: str) -> bool:
    """Whether something asks if one of these is None."""
    return (
        isinstance(node, ast.Compare)
        and isinstance(node.ops[0], ast.Is | ast.IsNot)
        and ast.unparse(node.left) in names
    )


def _pairs(function: Function) -> bool:
    """Whether a function pairs names with places."""
    places = set(_counted(function))
    for node in ast.walk(function):
        if isinstance(node, ast.Call):
            called = _last(node.func)
            given = [_last(getattr(each, "func", each)) for each in node.args]
            if (called in ("dict", "update") and "zip" in given) or (called == "next" and given[0]):
                return True
        elif isinstance(node, ast.Subscript):
            at = node.slice
            ends = (at.lower, at.upper) if isinstance(at, ast.Slice) else ()
            if any(isinstance(end, ast.Name) for end in ends) or _last(at) in places:
                return True
    return False


def _counted(function: Function) -> list[str]:
    """The names that ``enumerate`` counts with in a function."""
    return [
        _last(each.target.elts[0])
        for each in ast.walk(function)
        if isinstance(each, ast.For | ast.comprehension)
        and isinstance(each.target, ast.Tuple)
        and isinstance(each.iter, ast.Call)
        and _last(each.iter.func) == "enumerate"
    ]
