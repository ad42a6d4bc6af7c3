"""Containers: how a scope's children are held, reached and made."""

from __future__ import annotations

from archc.python.body import Child, Holder
from archc.python.identifiers import attribute, is_plain
from archc.python.text import Call, Const, Display, Expr, string
from archir.graph import Scope
from archir.naming import names

CONTAINERS = {"list": "nn.ModuleList", "dict": "nn.ModuleDict"}


def access(owner: str, holder: Holder, name: str) -> str:
    """Python for the child of that name."""
    if holder in ("sequential", "list") and name.isdecimal():
        return f"{owner}[{name}]"
    if holder == "dict" and not is_plain(name):
        return f"{owner}[{string(name)}]"
    return attribute(owner, name)


def class_holder(scope: Scope, chain: bool) -> Holder:
    """How a class holds the children of its scope."""
    if not is_numbered(scope):
        return "module"
    if chain:
        return "sequential"
    return "list" if scope.entries and not scope.parameters else "module"


def is_numbered(scope: Scope) -> bool:
    """Whether a scope's children are called 0, 1, 2 and so on."""
    return [*names(scope).values()] == [str(index) for index in range(len(scope.entries))]


def container(holder: Holder, children: list[Child]) -> Expr:
    """One of torch's containers with these children."""
    items = [(child.name, child.make) for child in children]
    plain = [name for name, _ in items] == [str(index) for index in range(len(items))]
    if holder == "list":
        return Call(
            "nn.ModuleList", ((None, Display("[]", tuple((None, make) for _, make in items))),)
        )
    if holder == "dict":
        keyed = tuple((Const(name), make) for name, make in items)
        return Call("nn.ModuleDict", ((None, Display("{}", keyed)),) if keyed else ())
    if plain:
        return Call("nn.Sequential", tuple((None, make) for _, make in items))
    if all(name.isidentifier() and is_plain(name) for name, _ in items):
        named = Call("OrderedDict", tuple(items))
        return Call("nn.Sequential", ((None, named),))
    pairs = tuple(
        (None, Display("()", ((None, Const(name)), (None, make)))) for name, make in items
    )
    ordered = Call("OrderedDict", ((None, Display("[]", pairs)),))
    return Call("nn.Sequential", ((None, ordered),))
