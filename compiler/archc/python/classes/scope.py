"""What names of the text mean in a constructor."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress

from archc.python.classes.klass import Class
from archc.python.classes.said import Said, Var, is_plain_value
from archc.python.code.layout import constant
from archc.python.merging.flows import Variable
from archc.python.merging.merge import Inst
from archc.python.reading.evaluate import UnknownError, evaluate, nothing
from archc.python.reading.expressions import shown
from archc.python.reading.scope import ATOM, Scope, UnsayableError
from archir.base.source import Span
from archir.program import expressions as e
from archir.program.declarations import Constant, Function, Variant
from archir.program.nodes import Expr


class Constructing(Scope):
    """What names mean in a constructor."""

    def __init__(self, owner: Class, span: Span, loops: Mapping[int, str]) -> None:
        self.owner = owner
        self.span = span
        self.loops = loops
        self.seen: set[Var] = set()

    def _defaulted(self, slot: int) -> tuple[str, int] | None:
        """A parameter that has its default in all instances, which depends on others: a name."""
        owner = self.owner
        places = owner.family.places
        assert places is not None
        default = places.block.parameters[slot].default
        if not owner.family.is_block or default is None or not owner.leaves(default):
            return None
        if (owner.family, ("slot", slot)) in owner.file.required:
            return None
        values: dict[Inst, object] = {inst: owner.known(slot, inst) for inst in owner.insts}
        if not owner.holds(default, values, default.span):
            return None
        inner = type(self)(owner, default.span, {})
        text, binding = shown(default, inner)
        self.seen |= inner.seen
        once = slot in owner.file.once.get(owner.family, ())
        if once or re.fullmatch(r"-?[\w.]+", text):
            return text, binding
        self.seen.add(("let", slot))
        owner.lets[slot] = Said(text, binding, frozenset(inner.seen))
        return owner.named(("let", slot), places.block.slots[slot].name), ATOM

    def local(self, expr: e.Local) -> tuple[str, int]:
        owner, slot = self.owner, expr.slot
        places = owner.family.places
        if slot in self.loops:
            self.seen.add(("slot", slot))
            return self.loops[slot], ATOM
        if places is None or slot >= len(places.block.slots):
            raise UnsayableError(expr.name)
        kind = places.block.slots[slot].kind
        if kind == "let":
            return self._let(slot)
        if kind == "parameter":
            defaulted = self._defaulted(slot)
            if defaulted is not None:
                return defaulted
            if self.owner.is_one_part(slot):
                raise UnsayableError("a part that stands in the class itself")
            self.seen.add(("slot", slot))
            return self._parameter(("slot", slot))
        if kind == "dim":
            return self._dim(slot)
        raise UnsayableError(expr.name)

    def _unused(self, var: Var) -> object:
        """The default of a library's parameter that nothing here differs from; else ``...``."""
        owner, places = self.owner, self.owner.family.places
        assert places is not None
        origin = owner.file.root.definition.origin
        source = None if origin is None else origin.span.source
        known = owner.file.learned.get(owner.family)
        if known is None or known.get(var) or places.block.span.source is source:
            return ...
        if not owner.family.is_block or (owner.family, var) in owner.file.required:
            return ...
        default = places.block.parameters[var[1]].default
        if not isinstance(default, e.Number | e.Truth | e.Text):
            return ...
        values: dict[Inst, object] = {inst: owner.known(var[1], inst) for inst in owner.insts}
        return evaluate(default, nothing) if owner.holds(default, values, default.span) else ...

    def _parameter(self, var: Var) -> tuple[str, int]:
        _, slot = var
        assert self.owner.family.places is not None
        default = self._unused(var)
        if default is not ...:
            self.seen.discard(var)
            return constant(default), ATOM
        if self.owner.is_root and not self.owner.live([var]):
            value = self.owner.known(slot, self.owner.insts[0])  # it is baked in
            if not is_plain_value(value):
                raise UnsayableError("a part")
            self.seen.discard(var)
            return constant(value), ATOM
        if (self.owner.family, var) in self.owner.file.unmade:
            raise UnsayableError("a part that is not made here")
        return self.owner.named(var, self.owner.family.places.block.slots[slot].name), ATOM

    def _let(self, slot: int) -> tuple[str, int]:
        places = self.owner.family.places
        assert places is not None
        bound = places.lets[slot]
        if len(bound.statement.targets) > 1:
            raise UnsayableError("several names")
        inner = type(self)(self.owner, bound.statement.span, self.loops)
        text, binding = shown(bound.statement.value, inner)
        self.seen |= inner.seen
        once = slot in self.owner.file.once.get(self.owner.family, ())
        if not inner.seen:  # it depends on nothing that is a name here
            with suppress(UnknownError):
                value = self.owner.known(slot, self.owner.insts[0])
                if is_plain_value(value):
                    text, once = constant(value), once and not isinstance(value, tuple)
        # A variable stands before the conditions in which the text gives the name.
        once = once or (bound.tested and re.search(r"\w[(\[]|/|%|\*\*", text) is not None)
        counted = any(var[0] in ("run", "feat") for var in inner.seen)
        if once or counted or re.fullmatch(r"-?[\w.]+", text):
            return text, binding
        self.seen.add(("let", slot))
        self.owner.lets[slot] = Said(text, binding, frozenset(inner.seen))
        return self.owner.named(("let", slot), places.block.slots[slot].name), ATOM

    def _dim(self, slot: int) -> tuple[str, int]:
        try:
            number, axis = self.owner.axis_of(slot)
        except UnknownError:
            raise UnsayableError("a size") from None
        if self.owner.family.is_block:
            return self._extent(self.owner.lines.inputs[number], axis)
        self.seen.add(("slot", slot))  # a group is told what its block's inputs have
        return self._parameter(("slot", slot))

    def asked(self, expr: e.Access) -> tuple[str, int]:
        try:
            return self._extent(*self.owner.asked(expr, self.span))
        except UnknownError:
            raise UnsayableError("a shape") from None

    def _extent(self, variable: Variable, axis: int) -> tuple[str, int]:
        said = self.owner.words(variable, axis)
        if said is None:
            raise UnsayableError("channels that are not known")
        self.seen |= said.vars
        return said.text, said.binding

    def declared(self, declaration: Constant | Function | Variant, name: str) -> str:
        return self.owner.file.functions.name(declaration, name)

    def is_list(self, expr: e.Local) -> bool:
        places = self.owner.family.places
        if places is None or expr.slot >= len(places.block.slots):
            return False
        if places.block.slots[expr.slot].kind != "parameter":
            return False
        values = self.owner.parameter(("slot", expr.slot)).values.values()
        return any(isinstance(value, tuple) for value in values)


def say(owner: Class, expr: Expr, span: Span, loops: Mapping[int, str]) -> Said:
    """An expression in the constructor, in loops with these variables."""
    scope = Constructing(owner, span, loops)
    text, binding = shown(expr, scope)
    return Said(text, binding, frozenset(scope.seen), frozenset(), (expr, span))
