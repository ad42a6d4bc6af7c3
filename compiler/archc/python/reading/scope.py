"""What the names of an expression mean at one place of printed source."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from archc.python.code.identifiers import base
from archir.program import expressions as e
from archir.program.declarations import Constant, Function, Variant
from archir.program.nodes import Expr

CONDITION, OR, AND, NOT, COMPARE, SUM, PRODUCT, NEGATIVE, POWER, ATOM = range(10)
"""How tightly an expression binds, from the loosest."""


class UnsayableError(Exception):
    """An expression has no text here: what it stands for is printed by itself."""


class Scope:
    """What an expression's names mean at one place. This one knows no name at all."""

    def local(self, expr: e.Local) -> tuple[str, int]:
        """A parameter, ``let`` or loop variable, and how tightly it binds."""
        raise UnsayableError(expr.name)

    def asked(self, expr: e.Access) -> tuple[str, int]:  # noqa: ARG002
        """What is asked of a value: ``_.channels``."""
        raise UnsayableError("a shape")

    def declared(self, declaration: Constant | Function | Variant, name: str) -> str:  # noqa: ARG002
        """The name of a constant or function of the file."""
        raise UnsayableError(name)

    def is_list(self, expr: e.Local) -> bool:  # noqa: ARG002
        """Whether a name is a parameter that holds a list, which may be given as a tuple."""
        return False

    def part(self, expr: Expr) -> str:  # noqa: ARG002
        """A callable that makes the module of an op or block."""
        raise UnsayableError("a part")


def targets_shown(
    targets: tuple[e.Target, ...],
    rows: Mapping[int, tuple[e.Target, ...]],
    name: Callable[[e.Target], str],
) -> str:
    """The variables of a loop; those of a row in parentheses."""
    found: list[str] = []
    for each in targets:
        row = rows.get(each.slot)
        inner = "" if row is None else targets_shown(row, rows, name)
        comma = "," if row is not None and len(row) == 1 else ""
        found.append(name(each) if row is None else f"({inner}{comma})")
    return ", ".join(found)


class Inside(Scope):
    """A scope with names of its own in front: the targets of a comprehension."""

    def __init__(self, around: Scope, targets: tuple[e.Target, ...], taken: set[str]) -> None:
        self.around = around
        self.seen: set[str] = set()
        """What the names of the scope around were shown as."""

        self.names: dict[int, str] = {}
        for target in targets:
            name = target.name if target.name == "_" else base(target.name)
            while name != "_" and name in taken:
                name += "_"
            self.names[target.slot] = name

    def name_of(self, target: e.Target) -> str:
        """What a target is called."""
        return self.names[target.slot]

    def local(self, expr: e.Local) -> tuple[str, int]:
        if expr.slot in self.names:
            return self.names[expr.slot], ATOM
        return self._saw(self.around.local(expr))

    def asked(self, expr: e.Access) -> tuple[str, int]:
        return self._saw(self.around.asked(expr))

    def declared(self, declaration: Constant | Function | Variant, name: str) -> str:
        return self._saw((self.around.declared(declaration, name), ATOM))[0]

    def is_list(self, expr: e.Local) -> bool:  # noqa: ARG002
        """Whether a name is a parameter that holds a list, which may be given as a tuple."""
        return False

    def part(self, expr: Expr) -> str:
        return self.around.part(expr)

    def _saw(self, found: tuple[str, int]) -> tuple[str, int]:
        self.seen.update(re.findall(r"\w+", found[0]))
        return found
