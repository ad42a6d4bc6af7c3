"""The values of the language (sections 2 and 6), and how text shows them.

Numbers, strings, ``true``, ``false`` and ``none`` are Python's, and a list is a tuple. What flows
through a network is a ``torch.Tensor``; several values that flow together are a tuple of them, and
so is a list of values that a loop has named.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeGuard

from torch import Tensor, nn

from archdsl.tree import ast

if TYPE_CHECKING:
    from archc.testing.interpreter.declarations import File
    from archc.testing.interpreter.names import Here
    from archc.testing.interpreter.scopes import Slot

Flow = tuple[Tensor, ...]
"""What flows into a stage: one value, or several."""


@dataclass(frozen=True)
class Part:
    """An op, a block or a model, with the arguments that are filled in already."""

    kind: str
    name: str
    given: tuple[tuple[str, Any], ...] = ()
    node: ast.PartDeclaration | None = field(default=None, compare=False)
    home: File | None = None

    def filled(self, given: Mapping[str, Any]) -> Part:
        """The same part with other arguments filled in."""
        return Part(self.kind, self.name, tuple(given.items()), self.node, self.home)


@dataclass(frozen=True)
class Function:
    """A ``fn`` of a file, or a built-in function."""

    name: str
    node: ast.Function | None = field(default=None, compare=False)
    home: File | None = None


@dataclass(frozen=True)
class Initialiser:
    """One of torch.nn.init's functions, and what works out its arguments for a parameter.

    An argument may speak of ``fan_in`` and ``fan_out``, so it has a value only for a parameter.
    """

    name: str
    arguments: Callable[[Mapping[str, int]], dict[str, Any]] = field(
        default=lambda _: {}, compare=False
    )
    text: str = ""


@dataclass(eq=False)
class Shared:
    """``module head = …``: one child of a scope, applied where its name is used."""

    node: ast.ModuleStatement
    slot: Slot
    here: Here


INITIALISERS: Mapping[str, Callable[..., Any]] = {
    name: getattr(nn.init, f"{name}_")
    for name in (
        *("zeros", "ones", "constant", "uniform", "normal", "trunc_normal", "xavier_uniform"),
        *("xavier_normal", "kaiming_uniform", "kaiming_normal", "orthogonal", "eye", "dirac"),
        "sparse",
    )
}
"""torch.nn.init's functions, without their underscore."""

NORMALISERS: Mapping[str, Callable[..., Any]] = {
    name: getattr(nn.utils.parametrizations, name) for name in ("weight_norm", "spectral_norm")
}
"""What makes the weight of a layer out of other parameters."""


def is_flow(value: object) -> TypeGuard[Flow]:
    """Whether a value is a tuple of tensors, which flow together."""
    return isinstance(value, tuple) and bool(value) and all(isinstance(v, Tensor) for v in value)


def is_integer(value: object) -> TypeGuard[int]:
    """Whether a value is an integer; ``true`` is none."""
    return isinstance(value, int) and not isinstance(value, bool)


def is_number(value: object) -> TypeGuard[int | float]:
    """Whether a value is an integer or a float."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def show(value: object) -> str:
    """A value as ``"{value}"`` writes it: text without its quotes."""
    return value if isinstance(value, str) else literal(value)


def literal(value: object) -> str:
    """A value as the language writes it."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return '"' + escaped.replace("\n", "\\n").replace("\t", "\\t") + '"'
    if isinstance(value, tuple):
        return "[" + ", ".join(literal(item) for item in value) + "]"
    if isinstance(value, Part):
        given = ", ".join(f"{name} = {literal(item)}" for name, item in value.given)
        return value.name + (f"({given})" if given else "")
    if isinstance(value, Tensor):
        return "a value"
    if isinstance(value, Initialiser):
        return value.text or value.name
    if isinstance(value, Function):
        return f"the function {value.name}"
    if isinstance(value, Shared):
        return f"the module {value.node.name.text}"
    return repr(value)
