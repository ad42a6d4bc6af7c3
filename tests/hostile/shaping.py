"""Texts that grow: each shape makes a project of size n, deep, wide or long in one construct.

``SHAPES`` maps a name to what makes its files: texts by file name, ``main.arch`` the one that is
checked. None of them is large for its n; what a compiler makes of one may be.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

Files = dict[str, str]
Shape = Callable[[int], Files]

SHAPES: dict[str, Shape] = {}
"""All shapes by name; ``shapes`` has loaded them."""

IMAGE = "input x: [N, 3, H = 32, W = 32]"


def shape(make: Callable[[int], str | Files]) -> Shape:
    """Note a shape under the name of the function that makes it."""

    def files(n: int) -> Files:
        made = make(n)
        return {"main.arch": made} if isinstance(made, str) else made

    SHAPES[make.__name__] = files
    return files


def lines(items: Iterable[str]) -> str:
    return "".join(f"{item}\n" for item in items)


def model(body: str, *, above: str = "", head: str = "model m()", inputs: str = IMAGE) -> str:
    """A file of one model."""
    return f"{above}{head} {{\n  {inputs}\n{body}\n}}\n"


def using(value: str, above: str = "") -> str:
    """A model that needs an expression's value."""
    return model(f"if {value} == 0 {{ relu }}", above=above)
