"""Types of parameters: what they are called, and which values are of them."""

from __future__ import annotations

from archir.init.init_rules import Initialiser
from archir.init.values import Part
from archir.program.nodes import Node

_WORDS = {
    "int": "an integer",
    "float": "a number",
    "bool": "true or false",
    "string": "a string",
    "list": "a list",
    "block": "a block",
    "op": "an op",
    "init": "an initialiser",
}

TYPES = tuple(_WORDS)


class TypeName(Node):
    """``int``, ``list[int]``, ``block`` …"""

    name: str
    element: TypeName | None

    @property
    def text(self) -> str:
        """As the language writes it."""
        return self.name if self.element is None else f"{self.name}[{self.element.text}]"


def wanted(type_name: TypeName) -> str:
    """The type in words: ``an integer``, ``a list of strings``."""
    words = _WORDS.get(type_name.name, type_name.name)
    if type_name.element is None:
        return words
    inner = wanted(type_name.element).split(" ", 1)
    return f"{words} of {inner[-1]}s"


def fits(type_name: TypeName, value: object) -> bool:
    """Whether a compile-time value is of a declared type. An integer is a float too."""
    name = type_name.name
    if name == "list":
        if not isinstance(value, tuple):
            return False
        element = type_name.element
        return element is None or all(fits(element, item) for item in value)
    if name == "bool":
        return isinstance(value, bool)
    if name in ("int", "float"):
        kinds: tuple[type, ...] = (int,) if name == "int" else (int, float)
        return isinstance(value, kinds) and not isinstance(value, bool)
    if name == "string":
        return isinstance(value, str)
    if name == "init":
        return isinstance(value, Initialiser)
    return isinstance(value, Part) and (value.kind == "op") == (name == "op")
