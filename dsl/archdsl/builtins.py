"""The functions that every expression can call: their names, parameters and how many they take.

They are Python's own (``ceil floor sqrt log`` are ``math``'s), with Python's parameters in
Python's order; what they compute is the evaluator's business.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from archir.record import Record


class Builtin(Record):
    """One built-in function.

    ``keywords`` are the names of its last parameters, which may also be given by name;
    ``most`` is None for a function that takes any number.
    """

    name: str
    usage: str
    least: int
    most: int | None
    keywords: tuple[str, ...] = ()
    meaning: str = ""


_ALL = (
    Builtin("int", "int(x)", 1, 1, (), "x towards zero as an integer"),
    Builtin("float", "float(x)", 1, 1, (), "x as a float"),
    Builtin("bool", "bool(x)", 1, 1, (), "whether x is true: not 0, none, or empty"),
    Builtin("str", "str(x)", 1, 1, (), "x as text"),
    Builtin("len", "len(list)", 1, 1, (), "how many items a list or text has"),
    Builtin("sum", "sum(list, start = 0)", 1, 2, ("start",), "all items added up"),
    Builtin("min", "min(list) or min(a, b, …)", 1, None, (), "the least"),
    Builtin("max", "max(list) or max(a, b, …)", 1, None, (), "the greatest"),
    Builtin("abs", "abs(x)", 1, 1, (), "x without its sign"),
    Builtin(
        "round", "round(x, ndigits)", 1, 2, ("ndigits",), "x rounded, half to the even neighbour"
    ),
    Builtin("ceil", "ceil(x)", 1, 1, (), "the least integer that is not below x"),
    Builtin("floor", "floor(x)", 1, 1, (), "the greatest integer that is not above x"),
    Builtin("sqrt", "sqrt(x)", 1, 1, (), "the square root as a float"),
    Builtin("log", "log(x) or log(x, base)", 1, 2, (), "the natural logarithm, or one to a base"),
    Builtin(
        "range", "range(stop) or range(start, stop, step)", 1, 3, (), "integers up to before stop"
    ),
    Builtin("enumerate", "enumerate(list, start = 0)", 1, 2, ("start",), "pairs of index and item"),
    Builtin("zip", "zip(list, list, …)", 1, None, (), "items of several lists side by side"),
    Builtin("reversed", "reversed(list)", 1, 1, (), "the items from the last to the first"),
    Builtin("sorted", "sorted(list, reverse = false)", 1, 2, ("reverse",), "the items in order"),
    Builtin("any", "any(list)", 1, 1, (), "whether an item is true"),
    Builtin("all", "all(list)", 1, 1, (), "whether every item is true"),
)

BUILTINS: Mapping[str, Builtin] = MappingProxyType({builtin.name: builtin for builtin in _ALL})
"""All built-in functions by name, in the order of the language reference."""

VALUE_ATTRIBUTES = ("channels", "features", "height", "width", "rank", "shape")
"""What an expression can ask of a value."""
