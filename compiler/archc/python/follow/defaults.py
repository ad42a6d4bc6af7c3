"""A constructor's parameters with their defaults, as a block or model declares them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archc.python.follow import expressions
from archc.python.follow.extents import parts_of
from archc.python.follow.parameters import Kinds, Nothing, Parameter
from archc.python.follow.scope import Variables
from archc.python.text import INDENT, Expr, Raw, layout
from archir import template
from archir.template import Template, Unfollowable

if TYPE_CHECKING:
    from archc.python.follow.blocks import File


_LONG = 60
"""The length of a list above which it does not stand in a constructor's head."""


class _Earlier(Nothing):
    """The scope of a default: the parameters before it."""

    def __init__(self, file: File, names: dict[str, str], sequences: set[str]) -> None:
        super().__init__(file)
        self.names = names
        self.sequences = sequences

    def local(self, name: str) -> str:
        return self.names[name]

    def is_sequence(self, name: str) -> bool:
        return name in self.sequences


class Declarations:
    """The parameters of one block, and the lines that their defaults need."""

    def __init__(self, file: File, text: Template, held: Kinds, variables: Variables) -> None:
        self.file = file
        self.template = text
        self.held = held
        self.variables = variables
        self.parameters: list[Parameter] = []
        self.names: dict[str, str] = {}
        self.above: list[str] = []
        """Constants in front of the class, for defaults that are calls or long lists."""

        self.filled: list[str] = []
        """Lines that compute defaults, in front of all others in the constructor."""

    def all(self) -> tuple[list[Parameter], list[str], list[str]]:
        """The parameters, the constants in front of the class, and the constructor's first lines.

        A default that depends on other parameters is None, for which the constructor computes it.
        """
        for parameter in self.template.parameters:
            name, hint = parameter.name, self.held.hints[parameter.name]
            scope = _Earlier(self.file, dict(self.names), self.held.sequences)
            python = self.names[name] = self.variables.bind(name, ())
            shown = None if parameter.default is None else self._shown(parameter.default, scope)
            computed = parameter.default is not None and _uses_parameters(parameter.default)
            plain = shown
            if computed and shown is not None:
                hint = self._fill_in(name, shown, python)
                shown = "None"
            elif shown is not None and shown.startswith("partial("):
                # A call in a default would be made just once.
                shown = self._constant(name, Raw(shown))
            elif isinstance(parameter.default, template.ListOf) and len(plain or "") > _LONG:
                shown = self._constant(name, expressions.displayed(parameter.default, scope))
            self.parameters.append(Parameter(name, python, hint, shown, plain, computed))
        return self.parameters, self.above, self.filled

    def _shown(self, default: template.Expr, scope: expressions.Scope) -> str | None:
        if isinstance(default, template.BlockValue) and not self.file.is_used(default):
            # There is no class for it in this file: the parameter has to be given.
            if any(known.default is not None for known in self.parameters):
                raise Unfollowable("a default that is not followed")
            return None
        if isinstance(default, template.ListOf):
            items = [expressions.show(item, scope) for item in default.items]
            return f"({', '.join(items)}{',' if len(items) == 1 else ''})"
        return expressions.show(default, scope)

    def _constant(self, name: str, value: Expr) -> str:
        constant = self.file.names.claim(f"{self.template.name}_{name}".upper())
        self.above += layout(f"{constant} = ", value, "", 0)
        return constant

    def _fill_in(self, name: str, value: str, python: str) -> str:
        """Compute a default where none is given; gives the type hint."""
        if self.held.of[name] != "value" or None in self.held.values[name]:
            raise Unfollowable("a default that is computed, where nothing can be given too")
        margin = INDENT * 2
        self.filled += [f"{margin}if {python} is None:", f"{margin}{INDENT}{python} = {value}"]
        hint = self.held.hints[name]
        return hint if "None" in hint else f"{hint} | None"


def _uses_parameters(default: template.Expr) -> bool:
    """Whether a default is an expression of the parameters before it."""
    return any(isinstance(part, template.Local) for part in parts_of(default))
