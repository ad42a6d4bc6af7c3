"""Values of the language as keys: they tell 1, 1.0 and true apart, and are hashed once."""

from __future__ import annotations

from archc.spaces.engine.effects import LongWay
from archdsl.elaborate.values.kinds import UNBOUND, FunctionValue
from archir.base.record import Record
from archir.base.source import Span
from archir.graph.graph import Value
from archir.init.init_rules import Initialiser
from archir.init.values import Part
from archir.shapes.dims import SizeExpr


class Token:
    """Stands for a long key, and is as quick as a number."""

    __slots__ = ()


_TRUE, _FALSE = Token(), Token()


class Keys:
    """The keys of values."""

    def __init__(self) -> None:
        self._tokens: dict[object, Token] = {}
        self._of_parts: dict[int, tuple[Part, Token]] = {}
        """Those of parts by their ids, with the parts themselves, so that no id comes again."""

    def of(self, value: object) -> object:
        """A key: equal for values that can do the same, and for no others."""
        kind = type(value)
        if kind is int or kind is str or value is None or value is UNBOUND:
            return value
        if kind is bool:
            return _TRUE if value else _FALSE
        if kind is Value:
            return value  # there is one for each type
        if kind is Part:
            found = self._of_parts.get(id(value))
            if found is not None:
                return found[1]
        key: object
        if kind is float:
            key = (float, repr(value))
        elif isinstance(value, tuple):
            key = tuple([self.of(item) for item in value])
        elif isinstance(value, Part):
            key = (Part, value.kind, value.name, self._plain(value.arguments), value.origin)
        elif isinstance(value, SizeExpr):
            key = (SizeExpr, value)
        elif isinstance(value, Initialiser | FunctionValue):
            key = (kind, self._plain(value))
        else:
            raise LongWay
        token = self._tokens.get(key)
        if token is None:
            token = self._tokens[key] = Token()
        if isinstance(value, Part):
            self._of_parts[id(value)] = value, token
        return token

    def _plain(self, value: object) -> object:
        """What stands in parts and initialisers, where no tensor may."""
        if isinstance(value, Value):
            raise LongWay
        if isinstance(value, tuple):
            return tuple([self._plain(item) for item in value])
        if isinstance(value, Span):
            return value
        if isinstance(value, Record) and not isinstance(value, Part | SizeExpr):
            return (type(value), *[self._plain(each) for each in value._values()])
        return self.of(value) if isinstance(value, Part | SizeExpr) else (type(value), value)
