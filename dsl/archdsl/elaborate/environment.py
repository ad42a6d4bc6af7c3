"""What names mean while a body is unrolled."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from archdsl import ast
from archdsl.program import Declared, FileScope
from archir.check import Condition
from archir.graph import Slot, Value
from archir.record import Record, Struct, fresh
from archir.source import Span


class Unknown:
    """The value of what could not be evaluated: reported once, and silent from then on."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = Unknown()


class FunctionValue(Record):
    """A ``fn``, or a built-in function where ``declared`` is None."""

    name: str
    declared: Declared | None = None

    def __str__(self) -> str:
        return f"the function {self.name}"


class SizeConditions(Record):
    """The outcome of a comparison that depends on size variables; good for ``assert`` alone."""

    conditions: tuple[Condition, ...]

    def __str__(self) -> str:
        return "a condition on the input's size"


class Frame(Struct):
    """Names of one pair of braces. Lets and loop variables end with it.

    Names of values live longer: to the end of the body, or of the turn of a loop; they are bound
    in the nearest frame that ``holds_values``.
    """

    parent: Frame | None
    holds_values: bool = False
    names: dict[str, object] = fresh(factory=dict)

    def __iter__(self) -> Iterator[Frame]:
        frame: Frame | None = self
        while frame is not None:
            yield frame
            frame = frame.parent

    def find(self, name: str) -> tuple[object] | None:
        """The name's meaning in this frame or one around it, in a tuple; None if unbound."""
        frame: Frame | None = self
        while frame is not None:
            if name in frame.names:
                return (frame.names[name],)
            frame = frame.parent
        return None

    def bind_value(self, name: str, value: object) -> None:
        holder = next((frame for frame in self if frame.holds_values), self)
        holder.names[name] = value


class SharedModule(Struct):
    """``module head = …``: one slot, registered where it stands and applied any number of times.

    It may be applied before it stands: ``applied`` is the first place where it is.
    """

    node: ast.ModuleStatement
    slot: Slot
    frame: Frame
    home: FileScope
    applied: Span | None = None

    def __str__(self) -> str:
        return f"the module {self.node.name.text}"


Flow = tuple[Value, ...]
"""What flows into a stage: one value, or several after brackets."""
