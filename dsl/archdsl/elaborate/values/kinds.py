"""What names mean while a body is unrolled."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, TypeAlias

from archir.base.record import Record, Struct
from archir.base.source import Span
from archir.graph.graph import Slot, Value
from archir.init.values import Part
from archir.program.declarations import Declaration, Function
from archir.program.statements import ModuleStatement
from archir.shapes.conditions import Condition


class Unknown:
    """The value of what could not be evaluated: reported once, and silent from then on."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = Unknown()


class Unbound:
    """What a slot holds that nothing has been put into."""

    def __repr__(self) -> str:
        return "UNBOUND"


UNBOUND: Final = Unbound()

Env: TypeAlias = "list[Any]"
"""The values of a declaration's slots while it runs."""


def empty(declaration: Declaration) -> Env:
    """Slots for one run of a declaration."""
    return [UNBOUND] * len(declaration.slots)


def clear(env: Env, fresh: range) -> None:
    """Empty some slots."""
    for slot in fresh:
        env[slot] = UNBOUND


class FunctionValue(Record):
    """A ``fn``, or a built-in function where ``function`` is None."""

    name: str
    function: Function | None = None

    def __str__(self) -> str:
        return f"the function {self.name}"


class SizeConditions(Record):
    """The outcome of a comparison that depends on size variables; good for ``assert`` alone."""

    conditions: tuple[Condition, ...]

    def __str__(self) -> str:
        return "a condition on the input's size"


class Visible(Record):
    """The slots that a place of a body can see, those of the innermost braces first."""

    slots: tuple[int, ...]
    around: Visible | None = None

    def __iter__(self) -> Iterator[int]:
        here: Visible | None = self
        while here is not None:
            yield from here.slots
            here = here.around


class SharedModule(Struct):
    """``module head = …``: one slot, registered where it stands and applied any number of times.

    It may be applied before it stands: ``applied`` is the first place where it is.
    """

    node: ModuleStatement
    slot: Slot
    env: Env
    visible: Visible
    applied: Span | None = None

    def __str__(self) -> str:
        return f"the module {self.node.target.name}"


Flow = tuple[Value, ...]
"""What flows into a stage: one value, or several after brackets."""


def holds(kind: type, argument: object) -> bool:
    """Whether an argument is one of a kind, or one stands in its list, or in a list in that."""
    waiting = [argument]
    while waiting:
        item = waiting.pop()
        if isinstance(item, kind):
            return True
        if isinstance(item, tuple):
            waiting.extend(item)
    return False


def typed_key(value: object) -> object:
    """A key that tells 1, 1.0 and true apart."""
    if isinstance(value, tuple):
        return tuple([typed_key(item) for item in value])
    if isinstance(value, Part):
        return ("part", value.kind, value.name, typed_key(value.arguments), value.origin)
    if isinstance(value, Unknown):
        return ("unknown", id(value))
    return (type(value), value)
