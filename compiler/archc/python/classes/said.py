"""Words of a constructor, and the parameters that it takes."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, TypeAlias

from archc.python.reading.scope import ATOM
from archir.base.record import Record, Struct, fresh
from archir.base.source import Span
from archir.graph.modules import Network
from archir.init.values import Part
from archir.program.nodes import Expr

if TYPE_CHECKING:
    from archc.python.code.layout import Expr as Expression


Var: TypeAlias = "tuple[Any, ...]"
"""What a text depends on: ``("slot", 3)``, a name of the text; ``("let", 5)``, one that is given to
an expression; ``("in", 0)`` and ``("feat", 0)``, an input's channels and features; ``("ext", 0)``,
its other extents; ``("run", …)``, a running count; ``("own", 0)``, what the text does not name.
"""


class Said(Record):
    """Python text, how tightly it binds, and what it depends on."""

    text: str
    binding: int = ATOM
    vars: frozenset[Var] = frozenset()
    fixed: frozenset[Var] = frozenset()
    """What numbers in it depend on that stand there as they are at hand."""

    of: tuple[Expr, Span] | None = None
    """The expression of the text that it is, and where that stands."""

    def within(self, around: int) -> str:
        """The text, in parentheses where it stands beside what binds tighter."""
        return f"({self.text})" if self.binding < around else self.text


class Parameter(Struct):
    """One parameter of the constructor."""

    name: str
    values: dict[Network, object]
    default: object = ...
    """``...`` where there is none."""

    says: dict[Network, Expression | None] = fresh(factory=dict)
    """For a part that it holds: the callable that makes it."""

    has_default: bool = False
    """Whether the default stands in the constructor's head."""

    call: Expression | None = None
    """The callable that its default is, where that is a part."""

    shown_default: str | None = None
    reckoned: list[object] = fresh(factory=list)
    """What it is where it is None."""

    head: str = ""
    """The parameter as it stands in the constructor's head."""

    @property
    def is_unmade(self) -> bool:
        """Whether it holds a part of which nothing here says how it is made."""
        held = [*self.values.values(), *([self.default] if self.has_default else [])]
        return not self.says and any(isinstance(value, Part) for value in held)

    @property
    def hint(self) -> str:
        """Its type in Python."""
        if self.says:
            absent = any(says is None for says in self.says.values())
            return "Callable[..., nn.Module]" + (" | None" if absent else "")
        values = [*self.values.values(), *self.reckoned]
        return " | ".join(
            sorted(
                kinds([*values, *([self.default] if self.has_default else [])]),
                key=lambda kind: (kind == "None", "[" in kind, kind),
            )
        )


def kinds(values: Iterable[object]) -> set[str]:
    found: set[str] = set()
    for value in values:
        if isinstance(value, tuple):
            inner = kinds(value) or {"int"}
            if len(inner) > 1 and any(isinstance(item, Part) for item in value):
                inner = {"Any"}
            found.add(f"Sequence[{' | '.join(sorted(inner))}]")
        elif isinstance(value, Part):
            found.add("Callable[..., nn.Module]")
        else:
            found.add("None" if value is None else type(value).__name__)
    if "float" in found:
        found.discard("int")
    if "Sequence[Any]" in found:
        found = {kind for kind in found if kind == "Sequence[Any]" or "Sequence" not in kind}
    return found


def is_plain_value(value: object) -> bool:
    """Whether Python writes a value as it is."""
    if isinstance(value, tuple):
        return all(map(is_plain_value, value))
    return value is None or isinstance(value, bool | int | float | str)


def same(one: object, other: object) -> bool:
    """Whether two values of the language are the same; 1 and 1.0 are, 1 and true are not."""
    if not isinstance(one, tuple) or not isinstance(other, tuple):
        return one == other and isinstance(one, bool) == isinstance(other, bool)
    if len(one) != len(other):
        return False
    if set(map(type, one + other)) == {int}:
        return one == other  # a long row of places, told quickly
    if any(first is one and second is other for first, second in tuple(_TABLES)):
        return True
    are_same = all(map(same, one, other))
    if are_same and len(one) >= _LONG:
        _TABLES.append((one, other))
    return are_same


_LONG = 64
_TABLES: deque[tuple[object, object]] = deque(maxlen=8)
"""Long lists of lists that were found the same: each instance of a class asks again."""
