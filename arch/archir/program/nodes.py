"""What all nodes share, and the words for a value's type."""

from __future__ import annotations

from typing import Self

from archir.base.record import Record
from archir.base.source import Span


class Node(Record):
    """Base of all nodes. Comparing, hashing, copying and showing one never recurses."""

    span: Span

    def __eq__(self, other: object) -> bool:
        pairs: list[tuple[object, object]] = [(self, other)]
        while pairs:
            one, two = pairs.pop()
            if one is two:
                continue
            if type(one) is not type(two):
                return False
            if isinstance(one, Node) and isinstance(two, Node):
                pairs.extend(zip(one._values(), two._values(), strict=True))
            elif isinstance(one, tuple) and isinstance(two, tuple):
                if len(one) != len(two):
                    return False
                pairs.extend(zip(one, two, strict=True))
            elif one != two:
                return False
        return True

    def __hash__(self) -> int:
        return hash((type(self), self.span))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.span!r})"

    def __deepcopy__(self, memo: object) -> Self:
        """A tree never changes and belongs to one text, so it is its own copy."""
        return self


class Expr(Node):
    """Base of all that has a value."""
