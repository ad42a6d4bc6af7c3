"""Ops that are arguments of blocks, where instances differ in the numbers of one op alone."""

from __future__ import annotations

from collections.abc import Mapping

from archc.python.classes.said import Said
from archc.python.classes.scope import say
from archc.python.code.layout import Call, Const, Display, Expr, flat
from archc.python.constructor.lists import Lists
from archc.python.merging.merge import Inst, Item
from archc.python.reading.scope import UnsayableError
from archir.program.nodes import Expr as Expression
from archir.program.walk import nested


class PassedOn(Lists):
    """Says ops that are passed on."""

    def alike(
        self, item: Item, shown: Mapping[Inst, Expr | None], text: Expression | None, hint: str
    ) -> Expr | None:
        """One callable for all instances: each number in it by the words that the text of the
        argument has for it, or by what flows in. None where more than numbers differ.
        """
        first = next(iter(shown.values()))
        if first is None or None in shown.values():
            return None
        if len({flat(each) for each in shown.values() if each is not None}) == 1:
            return first
        if len({type(each) for each in shown.values()}) > 1:
            return None
        if isinstance(first, Const):
            values = {i: each.value for i, each in shown.items() if isinstance(each, Const)}
            said, depends = self._number(item, values, text), self.incoming(item)[1]
            return self.resolved(values, said, depends, hint)
        return self._inside(item, {i: x for i, x in shown.items() if x is not None}, text, hint)

    def _inside(
        self, item: Item, shown: Mapping[Inst, Expr], text: Expression | None, hint: str
    ) -> Expr | None:
        """The same for calls and lists, each of whose parts is one."""
        first = next(iter(shown.values()))
        rows = {i: _parts(each) for i, each in shown.items()}
        heads = {(_head(each), *(name for name, _ in rows[i])) for i, each in shown.items()}
        if len(heads) > 1 or not isinstance(first, Call | Display):
            return None
        made: list[Expr] = []
        for place, (name, _) in enumerate(_parts(first)):
            inner = {i: row[place][1] for i, row in rows.items()}
            part = self.alike(item, inner, text, name or hint)
            if part is None:
                return None
            made.append(part)
        if isinstance(first, Display):
            items = tuple((key, m) for (key, _), m in zip(first.items, made, strict=True))
            return Display(first.brackets, items)
        named = tuple((name, m) for (name, _), m in zip(first.arguments, made, strict=True))
        return Call(first.function, named)

    def _number(
        self, item: Item, values: dict[Inst, object], text: Expression | None
    ) -> Said | None:
        """The words for a number of the part."""
        for expr in () if text is None else nested(text):
            if self.owner.holds(expr, values, item.span):
                try:
                    return say(self.owner, expr, item.span, self.loops)
                except UnsayableError:
                    continue
        step = self.step_of(item)
        for variable in () if step is None else step.inputs:
            shapes = {i: self.file.shape(variable.values[i]) for i in values}
            for axis in (1, -1):
                at = {i: shape[axis] for i, shape in shapes.items() if len(shape) > 1}
                if at == values and (known := self.words(variable, axis)) is not None:
                    return known
        return None


def _head(expr: Expr | None) -> str | None:
    """What is called, or the brackets."""
    if isinstance(expr, Call):
        return expr.function
    return expr.brackets if isinstance(expr, Display) else None


def _parts(expr: Expr) -> tuple[tuple[str | None, Expr], ...]:
    """What an expression holds, by name or key."""
    if isinstance(expr, Call):
        return expr.arguments
    if isinstance(expr, Display):
        return tuple((None if key is None else flat(key), made) for key, made in expr.items)
    return ()
