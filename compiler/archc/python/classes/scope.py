"""What names of the text mean in a constructor."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress

from archc.python.classes.klass import Class
from archc.python.classes.said import Said, Var, is_plain_value
from archc.python.code.identifiers import base
from archc.python.code.layout import Expr as Expression
from archc.python.code.layout import constant, flat
from archc.python.merging.flows import Variable
from archc.python.merging.merge import Inst
from archc.python.reading.evaluate import UnknownError, evaluate, nothing
from archc.python.reading.expressions import shown
from archc.python.reading.scope import ATOM, Scope, UnsayableError
from archir.base.source import Span
from archir.init.values import Part
from archir.program import expressions as e
from archir.program import statements as s
from archir.program.declarations import Constant, Function, Variant
from archir.program.nodes import Expr

_LONG = 50
"""The length of a list that is baked in above which it has a name."""


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
        return owner.named(("let", slot), places.slots[slot].name), ATOM

    def local(self, expr: e.Local) -> tuple[str, int]:
        owner, slot = self.owner, expr.slot
        places = owner.family.places
        if slot in self.loops:
            self.seen.add(("slot", slot))
            return self.loops[slot], ATOM
        if places is None or slot >= len(places.slots):
            raise UnsayableError(expr.name)
        if slot in places.targets and places.targets[slot] in owner.at:
            return self._item(places.targets[slot], slot)
        kind = places.slots[slot].kind
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

    def _item(self, loop: s.For, slot: int) -> tuple[str, int]:
        """A loop's variable where the loop is written out: an item of what it runs over."""
        owner, number = self.owner, self.owner.at[loop]
        try:
            value = owner.known(slot, owner.insts[0])
        except UnknownError:
            raise UnsayableError("an item of a list that is not known") from None
        lists = owner.sized_by(loop.iterable)
        if lists is None:
            raise UnsayableError("a turn of a loop that numbers decide")
        expr: Expr = loop.iterable
        at = [target.slot for target in loop.targets].index(slot)
        while isinstance(expr, e.BuiltinCall):
            arguments = [item.value for item in expr.arguments.items]
            if expr.function == "reversed":
                try:
                    items = evaluate(arguments[0], owner.look(owner.insts[0], loop.span))
                except UnknownError:
                    raise UnsayableError("a list that is not known") from None
                number, expr = len(items) - 1 - number, arguments[0]
            elif expr.function == "zip":
                expr = arguments[at]
            elif at or len(arguments) > 1:
                expr, at = arguments[0], 0
            else:
                break  # the number of an item, which the length of the list decides
        if not is_plain_value(value):
            raise UnsayableError("a value")
        owner.lengths.update((each, owner.length(each)) for each in lists)
        text = self.local(expr)[0] if isinstance(expr, e.Local) else ""
        return (f"{text}[{number}]" if text.isidentifier() else constant(value)), ATOM

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
            if isinstance(value, Part):
                raise UnsayableError("a part")
            self.seen.discard(var)
            return self._baked(slot, self.owner.table(value))
        if (self.owner.family, var) in self.owner.file.unmade:
            raise UnsayableError("a part that is not made here")
        return self.owner.named(var, self.owner.family.places.slots[slot].name), ATOM

    def _baked(self, slot: int, value: Expression) -> tuple[str, int]:
        """A parameter's value; a long list by the parameter's name."""
        owner, text = self.owner, flat(value)
        if len(text) <= _LONG:
            return text, ATOM
        assert owner.family.places is not None
        self.seen.add(("let", slot))
        owner.lists[slot] = value
        owner.lets[slot] = Said(text)
        return owner.named(("let", slot), owner.family.places.slots[slot].name), ATOM

    def part(self, expr: Expr) -> str:
        try:
            value = evaluate(expr, self.owner.look(self.owner.insts[0], self.span))
        except UnknownError:
            raise UnsayableError("a part") from None
        return flat(self.owner.table(value))

    def _let(self, slot: int) -> tuple[str, int]:
        places = self.owner.family.places
        assert places is not None
        if slot not in places.lets:
            raise UnsayableError("a size of a block that is spliced in")
        bound = places.lets[slot]
        inner = type(self)(self.owner, bound.statement.span, self.loops)
        item = bound.item(slot)
        text, binding = shown(bound.statement.value if item is None else item, inner)
        if item is None:  # one of several names for the items of a list
            text, binding = f"{text}[{bound.place(slot)}]", ATOM
        self.seen |= inner.seen
        once = slot in self.owner.file.once.get(self.owner.family, ())
        if not inner.seen:  # it depends on nothing that is a name here
            with suppress(UnknownError):
                value = self.owner.known(slot, self.owner.insts[0])
                if is_plain_value(value):
                    text, once = constant(value), once and not isinstance(value, tuple)
        # A variable stands before the conditions in which the text gives the name.
        once = (item is not None and once) or any(x in self.owner.at for x in bound.loops)
        once = once or (bound.tested and re.search(r"\w[(\[]|/|%|\*\*", text) is not None)
        counted = any(var[0] in ("run", "feat") for var in inner.seen)
        if once or counted or re.fullmatch(r"-?[\w.]+", text):
            return text, binding
        name = places.slots[slot].name
        if ("let", slot) not in self.owner.spoken and base(name) in self.owner.names.taken:
            return text, binding  # of two names that are alike one is no word of the text
        self.seen.add(("let", slot))
        self.owner.lets[slot] = Said(text, binding, frozenset(inner.seen))
        return self.owner.named(("let", slot), name), ATOM

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
        if places is None or expr.slot >= len(places.slots):
            return False
        if places.slots[expr.slot].kind != "parameter":
            return False
        values = self.owner.parameter(("slot", expr.slot)).values.values()
        return any(isinstance(value, tuple) for value in values)


def say(owner: Class, expr: Expr, span: Span, loops: Mapping[int, str]) -> Said:
    """An expression in the constructor, in loops with these variables."""
    scope = Constructing(owner, span, loops)
    text, binding = shown(expr, scope)
    return Said(text, binding, frozenset(scope.seen), frozenset(), (expr, span))
