"""What printed text may say when it is run: an allow-list of syntax, names, built-ins and imports.

Printed source is made of what a file says, and two sources are compared by running them on
stand-ins. That no file runs code must not hang on how well each name and string in it was quoted.
So the text is looked at before it runs. It may use the forms that the printer has, and nothing
through which Python leads from one object to any other: no name with two underscores in front, no
generator that is held, no import but of the few names that are printed. What it gets by these
names is all that it can call.
"""

from __future__ import annotations

import ast
import builtins
import collections
import collections.abc
import functools
import math
import re
import typing
from collections.abc import Callable, Mapping
from types import MappingProxyType, SimpleNamespace
from typing import Any

BUILT_IN = frozenset(
    {
        *("abs", "all", "any", "bool", "enumerate", "float", "int", "isinstance", "len", "list"),
        *("max", "min", "range", "reversed", "round", "sorted", "str", "sum", "super", "tuple"),
        *("zip", "ValueError"),
    }
)
"""The built-in functions that printed classes and functions call, besides ``getattr``."""

IMPORTS: Mapping[str, Mapping[str, object]] = MappingProxyType(
    {
        "__future__": {"annotations": None},
        "collections": {
            "OrderedDict": collections.OrderedDict,
            "namedtuple": collections.namedtuple,
        },
        "collections.abc": {
            "Callable": collections.abc.Callable,
            "Sequence": collections.abc.Sequence,
        },
        "functools": {"partial": functools.partial},
        "math": {
            **{name: getattr(math, name) for name in ("ceil", "floor", "log", "sqrt")},
            **{name: getattr(math, name) for name in ("inf", "nan", "pi", "prod")},
        },
        "re": {"fullmatch": re.fullmatch},
        "typing": {"NamedTuple": typing.NamedTuple},
    }
)
"""What it may import besides torch: the modules, and of each the names that are printed."""

_SYNTAX = (
    *(ast.Module, ast.Expression, ast.Import, ast.ImportFrom, ast.alias),
    *(ast.ClassDef, ast.FunctionDef, ast.arguments, ast.arg, ast.Return, ast.Pass),
    *(ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Expr, ast.If, ast.For, ast.Raise),
    *(ast.Call, ast.keyword, ast.Starred, ast.Attribute, ast.Name, ast.Constant),
    *(ast.Subscript, ast.Slice, ast.Tuple, ast.List, ast.Dict, ast.JoinedStr, ast.FormattedValue),
    *(ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare, ast.IfExp, ast.expr_context),
    *(ast.operator, ast.unaryop, ast.boolop, ast.cmpop),
    *(ast.ListComp, ast.GeneratorExp, ast.comprehension),
)

_PLAIN = frozenset({ast.Load, ast.Store, ast.Constant, ast.Expr, ast.Assign, ast.Tuple})
"""Of these the most, about which there is no more to say."""

_CONSUMED_BY = frozenset({"all", "any", "list", "max", "min", "sorted", "sum"})
"""The functions that a generator may stand in: all of it is taken before anything else is done."""

_READS_BY_NAME = frozenset({"format", "format_map"})
"""Methods of text that read attributes whose names are in the text; children may be called so."""


class NotAllowedError(Exception):
    """The text says something that printed source does not."""


def checked(text: str, mode: str = "exec") -> Any:
    """The text compiled, less its smoke run, if all that it says is allowed."""
    tree: Any = ast.parse(text, "<printed source>", mode)
    if isinstance(tree, ast.Module):
        tree.body = [node for node in tree.body if not _is_smoke_run(node)]
    consumed: set[ast.AST] = set()
    for node in ast.walk(tree):
        _check(node, consumed)
    return compile(tree, "<printed source>", mode)


def names(load: Callable[..., Any], read: Callable[..., Any]) -> dict[str, Any]:
    """What stands for Python's own names: ``load`` for imports, and ``read`` for ``getattr``."""
    own = {name: getattr(builtins, name) for name in BUILT_IN}
    return {**own, "getattr": read, "__import__": load, "__build_class__": builtins.__build_class__}


def module(name: str) -> SimpleNamespace:
    """What an import gives: the names that are printed, and not the module."""
    if name not in IMPORTS:
        raise NotAllowedError(f"it imports {name}")
    return SimpleNamespace(**IMPORTS[name])


def _is_smoke_run(node: ast.stmt) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) == "__name__ == '__main__'"


def _check(node: ast.AST, consumed: set[ast.AST]) -> None:
    if type(node) in _PLAIN:
        return
    if not isinstance(node, _SYNTAX):
        raise NotAllowedError(f"{type(node).__name__} in it")
    if isinstance(node, ast.Name | ast.arg | ast.Attribute | ast.keyword):
        _check_name(node)
    elif isinstance(node, ast.FunctionDef | ast.ClassDef):
        if node.decorator_list or (isinstance(node, ast.ClassDef) and node.keywords):
            raise NotAllowedError("a decorator or metaclass in it")
        if node.name.startswith("__") and node.name != "__init__":
            raise NotAllowedError(f"it defines {node.name}")
    elif isinstance(node, ast.Call):
        if isinstance(node.func, ast.Name) and node.func.id in _CONSUMED_BY:
            consumed.update(node.args)
    elif isinstance(node, ast.GeneratorExp) and node not in consumed:
        raise NotAllowedError("a generator that is kept")


def _check_name(node: ast.Name | ast.arg | ast.Attribute | ast.keyword) -> None:
    if isinstance(node, ast.Name):
        name: str | None = node.id
    else:
        name = node.attr if isinstance(node, ast.Attribute) else node.arg
    if name is not None and name.startswith("__") and not _is_super_init(node):
        raise NotAllowedError(f"it names {name}")
    if isinstance(node, ast.Attribute) and node.attr in _READS_BY_NAME and not _is_child(node):
        raise NotAllowedError(f"it calls {node.attr}")


def _is_child(node: ast.Attribute) -> bool:
    return isinstance(node.value, ast.Name) and node.value.id == "self"


def _is_super_init(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Attribute)
        and node.attr == "__init__"
        and isinstance(node.value, ast.Call)
        and isinstance(node.value.func, ast.Name)
        and node.value.func.id == "super"
        and not node.value.args
    )
