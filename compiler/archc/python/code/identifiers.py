"""Names that Python can carry: for parameters, values, classes, and children of modules."""

from __future__ import annotations

import ast
import builtins
import keyword
import re
from collections.abc import Iterable

GLOBALS = frozenset({"torch", "nn", "F", "self", "super"})
"""What printed code calls by these names, besides Python's built-in functions."""

RESERVED = frozenset(
    {*keyword.kwlist, *keyword.softkwlist, *GLOBALS, *(n for n in dir(builtins))} - {"input"}
)
"""Words that no parameter or value of printed code is called by."""

_ACRONYM = re.compile(r"[b-df-hj-np-tv-xz]{2,4}\d*")


class Names:
    """The names of one function or file: each is given once."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self.taken: set[str] = set()
        self._given: dict[str, int] = {}
        """How many of the names that are tried for one are gone, so that none is tried twice."""

        self.reset({*RESERVED, *taken})

    def reset(self, taken: set[str]) -> None:
        """Begin anew, with just these names gone."""
        self.taken = taken
        self._given = {}

    def claim(self, wanted: str) -> str:
        """``wanted`` if it is free and Python can carry it, else the nearest that is."""
        name = base(wanted)
        count = self._given.get(name, 1)
        while numbered(name, count) in self.taken:
            count += 1
        self._given[name] = count
        result = numbered(name, count)
        self.taken.add(result)
        return result


def base(wanted: str) -> str:
    """``wanted`` if Python can carry it and means nothing else by it, else the nearest."""
    name = wanted if is_plain(wanted) else identifier(wanted)
    return f"{name}_" if name in RESERVED else name


def numbered(name: str, count: int) -> str:
    """The name that is tried when ``count - 1`` others are gone: ``x``, ``x2``, ``x3``."""
    if count == 1:
        return name
    return f"{name}{count}" if not name[-1].isdigit() else f"{name}_{count}"


def is_plain(name: str) -> bool:
    """Whether ``self.name`` means that attribute: not folded, and not mangled in a class."""
    return (
        name.isidentifier()
        and not keyword.iskeyword(name)
        and not name.startswith("__")
        and is_normal(name)
    )


def is_normal(name: str) -> bool:
    """Whether Python takes an identifier as it is, and does not fold it (NFKC) to a like one."""
    if name.isascii():
        return True
    from unicodedata import is_normalized  # few labels need it

    return is_normalized("NFKC", name)


def is_field(name: str) -> bool:
    """Whether a named tuple can have a field of that name."""
    return is_plain(name) and not name.startswith("_")


def identifier(text: str) -> str:
    """An identifier like the text: ``block1-0`` gives ``block1_0``."""
    name = re.sub(r"\W", "_", text, flags=re.ASCII).lstrip("_") or "value"
    return name if not name[0].isdigit() else f"_{name}"


def class_name(name: str) -> str:
    """A name in capitalised words: ``vgg16_bn`` gives ``VGG16Bn``, ``Bottleneck`` itself."""
    if name[:1].isupper() and name.isidentifier():
        return name
    words = [word for word in re.split(r"[\W_]+", name, flags=re.ASCII) if word]
    joined = "".join(word[0].upper() + word[1:] for word in words)
    if words and _ACRONYM.fullmatch(words[0]):
        joined = words[0].upper() + joined[len(words[0]) :]
    return joined if joined and not joined[0].isdigit() else f"Model{joined}"


def attribute(owner: str, name: str) -> str:
    """Python for a child of ``owner``."""
    from archc.python.code.layout import string

    return f"{owner}.{name}" if is_plain(name) else f"getattr({owner}, {string(name)})"


def bound_names(lines: Iterable[str], *, used: bool = False) -> set[str]:
    """The names of variables, parameters, functions and classes in code; just those read, if used.

    The code may be the inside of a function.
    """
    found: set[str] = set()
    for node in ast.walk(ast.parse("if True:\n    pass\n" + "\n".join(lines))):
        if isinstance(node, ast.Name) and not (used and isinstance(node.ctx, ast.Store)):
            found.add(node.id)
        elif isinstance(node, ast.arg):
            found.add(node.arg)
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
    return found
