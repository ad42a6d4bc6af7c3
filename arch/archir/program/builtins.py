"""The functions that every expression can call, and what an expression can ask of a value.

The functions are Python's own (``ceil floor sqrt log`` are ``math``'s), with Python's parameters in
Python's order. What the language refuses of what Python would take is the evaluator's business.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from archir.base.record import Record


class Builtin(Record):
    """One built-in function.

    ``keywords`` are the names of its last parameters, which may also be given by name;
    ``most`` is None for a function that takes any number.
    """

    function: Callable[..., Any]
    """Python's, which has its name."""

    usage: str
    least: int
    most: int | None
    keywords: tuple[str, ...] = ()
    meaning: str = ""
    gives: str = ""
    """The type of what it gives in Python, where that is always the same: ``list`` for a list."""

    folds: bool = False
    """Whether it runs over its argument just once."""

    @property
    def name(self) -> str:
        name: str = self.function.__name__
        return name

    @property
    def python(self) -> str:
        """How Python says it, where ``math`` is imported."""
        module = self.function.__module__
        return self.name if module == "builtins" else f"{module}.{self.name}"


_ALL = (
    Builtin(int, "int(x)", 1, 1, (), "x towards zero as an integer", gives="int"),
    Builtin(float, "float(x)", 1, 1, (), "x as a float", gives="float"),
    Builtin(bool, "bool(x)", 1, 1, (), "whether x is true: not 0, none, or empty", gives="bool"),
    Builtin(str, "str(x)", 1, 1, (), "x as text", gives="str"),
    Builtin(len, "len(list)", 1, 1, (), "how many items a list or text has", gives="int"),
    Builtin(sum, "sum(list, start = 0)", 1, 2, ("start",), "all items added up", folds=True),
    Builtin(min, "min(list) or min(a, b, …)", 1, None, (), "the least", folds=True),
    Builtin(max, "max(list) or max(a, b, …)", 1, None, (), "the greatest", folds=True),
    Builtin(abs, "abs(x)", 1, 1, (), "x without its sign"),
    Builtin(
        round, "round(x, ndigits)", 1, 2, ("ndigits",), "x rounded, half to the even neighbour"
    ),
    Builtin(math.ceil, "ceil(x)", 1, 1, (), "the least integer that is not below x", gives="int"),
    Builtin(
        math.floor, "floor(x)", 1, 1, (), "the greatest integer that is not above x", gives="int"
    ),
    Builtin(math.sqrt, "sqrt(x)", 1, 1, (), "the square root as a float", gives="float"),
    Builtin(
        math.log,
        "log(x) or log(x, base)",
        1,
        2,
        (),
        "the natural logarithm, or one to a base",
        gives="float",
    ),
    Builtin(
        range,
        "range(stop) or range(start, stop, step)",
        1,
        3,
        (),
        "integers up to before stop",
        gives="list",
    ),
    Builtin(
        enumerate,
        "enumerate(list, start = 0)",
        1,
        2,
        ("start",),
        "pairs of index and item",
        gives="list",
        folds=True,
    ),
    Builtin(
        zip,
        "zip(list, list, …)",
        1,
        None,
        (),
        "items of several lists side by side",
        gives="list",
        folds=True,
    ),
    Builtin(
        reversed, "reversed(list)", 1, 1, (), "the items from the last to the first", gives="list"
    ),
    Builtin(
        sorted,
        "sorted(list, reverse = false)",
        1,
        2,
        ("reverse",),
        "the items in order",
        gives="list",
        folds=True,
    ),
    Builtin(any, "any(list)", 1, 1, (), "whether an item is true", gives="bool", folds=True),
    Builtin(all, "all(list)", 1, 1, (), "whether every item is true", gives="bool", folds=True),
)

BUILTINS: Mapping[str, Builtin] = MappingProxyType({builtin.name: builtin for builtin in _ALL})
"""All built-in functions by name, in the order of the language reference."""

VALUE_DIMS = MappingProxyType(
    {"channels": (1, 2), "features": (-1, 2), "height": (-2, 4), "width": (-1, 4)}
)
"""Words for dims of a value: the index, and the least rank at which the word means something."""

VALUE_ATTRIBUTES = (*VALUE_DIMS, "rank", "shape")
"""What an expression can ask of a value."""
