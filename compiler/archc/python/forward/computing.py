"""What a line of a ``forward`` computes, in the text's words."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from archc.python.channels.arguments import given_in_text
from archc.python.classes.said import Var, is_plain_value, same
from archc.python.code.recipes import Spoken
from archc.python.forward.alike import is_called_alike, shared, with_defaults, with_factors
from archc.python.forward.speech import Forward, Keeping
from archc.python.merging.flows import Step
from archc.python.merging.merge import Inst
from archc.python.reading.evaluate import UnknownError
from archc.python.reading.expressions import show
from archc.python.reading.scope import UnsayableError
from archir.base.record import Record, Struct, field_names, fresh, replaced
from archir.graph.graph import Apply
from archir.op.contract import replaced as replaced_op
from archir.op.recipe import Arg, Code, Device, Extent, FunctionRecipe, Input, renamed
from archir.program import expressions as e
from archir.program.nodes import Expr
from archir.program.walk import nested
from archir.shapes.types import TensorType


class _Merging(Struct):
    """Code of several instances, made one."""

    step: Step
    spoken: dict[str, Code | Spoken] = fresh(factory=dict)
    """The words for arguments."""

    said: set[Code | Spoken] = fresh(factory=set)
    """Those that stand in the code."""

    leaves: list[tuple[Code | Spoken, frozenset[Var]]] = fresh(factory=list)
    """What each argument depends on."""

    factors: list[Expr] = fresh(factory=list)
    """What sizes among the arguments are multiplied with, or divided by."""


class Computing(Forward):
    """Says of lines what they compute."""

    def code(self, step: Step) -> Code:
        if id(step) not in self.codes:
            self.codes[id(step)] = self._code(step)
        return self.codes[id(step)]

    def _code(self, step: Step) -> Code:
        owner, span = self.owner, step.item.span
        owner.bake_foreign(span)
        owner.bake_part(span)
        merging = _Merging(step)
        rules = [owner.file.extents(line.step) for line in step.item.by.values()]
        if any(rule is not None and rule.counts for rule in rules):
            owner.file.fix(owner.live(v for x in step.inputs for v in owner.behind(x)))
        told: dict[str, object] = {}
        for name, expr in given_in_text(owner, span).items():
            values: dict[Inst, object] = {
                inst: getattr(line.step.op, name, None) for inst, line in step.item.by.items()
            }
            if isinstance(expr, e.ListDisplay | e.Gathered):
                told[name] = self._items(expr, values, merging)
            found = self._words(expr, values, merging)
            if found is not None:
                merging.spoken[name] = found
        codes, recipe = self._called(step, told)
        merged = self._merged(codes, recipe, merging)
        for code, leaves in merging.leaves:
            if code not in merging.said:  # it stands there as it is
                owner.file.fix(owner.live(leaves))
        made: Code = renamed(merged, owner.file.library.name)
        return made

    def _called(self, step: Step, told: dict[str, object]) -> tuple[list[Code], Code]:
        """The code of each instance, and the recipe that it comes from."""
        lines = list(step.item.by.values())
        codes: list[Code] = [line.code for line in lines]
        if is_called_alike(codes):
            return codes, self._recipe(lines[0].step, told)
        recipes = [self._recipe(line.step, told) for line in lines]
        return with_defaults(codes, recipes, [line.step.op for line in lines])

    def _recipe(self, step: Apply, told: dict[str, object]) -> Code:
        recipe = replaced_op(step.op, told).recipe(self.owner.file.types(step))
        assert isinstance(recipe, FunctionRecipe)
        return recipe.apply

    def _words(self, expr: Expr, values: dict[Inst, object], merging: _Merging) -> Code | Spoken:
        """The words for an argument; None for what is a size, which is read off what flows in."""
        owner, step = self.owner, merging.step
        if not all(map(is_plain_value, values.values())):
            merging.factors += _factors(expr)
            if not isinstance(expr, e.ListDisplay | e.Gathered):
                merging.leaves.append((None, owner.own_leaves(expr)))
            return None
        found: Code | Spoken = None
        if owner.holds(expr, values, step.item.span):
            found = self._asked(expr, step)
            scope = Keeping(self, step.item.span)
            with suppress(UnsayableError):
                text = show(expr, scope) if found is None else ""
                found = Spoken(text) if scope.said else found
        if not isinstance(expr, e.ListDisplay | e.Gathered):
            merging.leaves.append((found, owner.leaves(expr)))
        return found

    def _asked(self, expr: Expr, step: Step) -> Extent | None:
        """What is asked of a value that flows in: a run reads it there."""
        if not isinstance(expr, e.Access) or not isinstance(expr.trailers[0], e.Attribute):
            return None
        try:
            variable, axis = self.owner.asked(expr, step.item.span)
        except UnknownError:
            return None
        if variable not in step.inputs:
            return None
        ranks = {len(self.owner.file.shape(value)) for value in variable.values.values()}
        # Of values of several ranks an axis is counted as the text counts it.
        at = axis % ranks.pop() if len(ranks) == 1 else axis
        return Extent(step.inputs.index(variable), at)

    def _items(
        self, expr: e.ListDisplay | e.Gathered, values: dict[Inst, object], merging: _Merging
    ) -> object:
        """The items of a list, with words for those that have any."""
        rows: dict[Inst, Any] = values
        first = next(iter(rows.values()))
        if any(not isinstance(r, tuple) or len(r) != len(expr.items) for r in rows.values()):
            merging.leaves.append((None, self.owner.leaves(expr)))
            return first
        found = list(first)
        for place, item in enumerate(expr.items):
            code = self._words(item, {inst: row[place] for inst, row in rows.items()}, merging)
            if code is not None:
                found[place] = Placed(first[place], code)
        return tuple(found)

    def _merged(self, codes: list[Any], recipe: Any, merging: _Merging) -> Any:
        """One code for all instances, with words where the text has them or numbers differ."""
        found = recipe.code if isinstance(recipe, Placed) else None
        if isinstance(recipe, Arg):
            found = merging.spoken.get(recipe.name)
        if found is not None:
            merging.said.add(found)
            return found
        first = codes[0]
        if isinstance(first, tuple | Record) and len({type(code) for code in codes}) == 1:
            return self._merged_parts(codes, recipe, merging)
        if all(same(code, first) for code in codes):
            return first
        if all(isinstance(code, int | float) for code in codes):
            return self._number(codes, merging)
        alike = shared(codes, self._types(merging.step))
        if alike is not None:
            return alike
        factored = with_factors(codes)
        if factored is not codes:
            return self._merged_parts(list(factored), recipe, merging)
        raise self.differs(merging.step)

    def _merged_parts(self, codes: list[Any], recipe: Any, merging: _Merging) -> Any:
        first = codes[0]
        if isinstance(first, Extent | Device | Input):
            return self._read_off(codes, merging)
        known = type(recipe) is type(first)
        if isinstance(first, tuple):
            if len({len(code) for code in codes}) > 1:
                raise self.differs(merging.step)
            of = recipe if known and len(recipe) == len(first) else [None] * len(first)
            rows = zip(of, *codes, strict=True)
            return tuple(self._merged(list(row), part, merging) for part, *row in rows)
        changed = {
            name: self._merged(
                [getattr(code, name) for code in codes],
                getattr(recipe, name) if known else None,
                merging,
            )
            for name in field_names(first)
        }
        return replaced(first, **changed)

    def _read_off(self, codes: list[Any], merging: _Merging) -> Any:
        """What is read off an input: the same of all, or an extent as far from the last."""
        first = codes[0]
        if all(code == first for code in codes):
            return first
        step = merging.step
        if isinstance(first, Extent) and len({code.input for code in codes}) == 1:
            given = step.inputs[first.input].values
            ranks = [
                len(self.owner.file.shape(given[i])) if i in given else 0 for i in step.item.by
            ]
            last = {code.dim - rank for code, rank in zip(codes, ranks, strict=True)}
            if len(last) == 1 and 0 not in ranks:
                return Extent(first.input, last.pop())
        raise self.differs(step)

    def _types(self, step: Step) -> list[tuple[TensorType, ...]]:
        """The types of what flows into a line, in each instance."""
        file = self.owner.file
        return [
            file.typed.types_of(file.definition_of[line.step], tuple(line.inputs))
            for line in step.item.by.values()
        ]

    def _factor(self, values: dict[Inst, object], merging: _Merging) -> Spoken | None:
        """The words for a number that sizes are multiplied with; None where there are none."""
        span = merging.step.item.span
        for expr in merging.factors:
            if self.owner.holds(expr, values, span):
                scope = Keeping(self, span)
                with suppress(UnsayableError):
                    text = show(expr, scope)
                    if scope.said:
                        return Spoken(text)
        return None

    def _word(self, codes: list[Any], merging: _Merging) -> str:
        """What the text calls a number for which nothing here has words."""
        span = merging.step.item.span
        values = dict(zip(merging.step.item.by, codes, strict=True))
        for expr in given_in_text(self.owner, span).values():
            for part in nested(expr):
                name = _name_of(part)
                if name and self.owner.is_worth(part, values):
                    return name.lower()
        return "size"

    def _number(self, codes: list[Any], merging: _Merging) -> Any:
        insts = list(merging.step.item.by)
        found = self._factor(dict(zip(insts, codes, strict=True)), merging)
        if found is not None:
            return found
        if any(inst.loop is not None for inst in insts):
            raise self.differs(merging.step)
        values = {inst.network: code for inst, code in zip(insts, codes, strict=True)}
        first = codes[0]
        full = {i.network: values.get(i.network, first) for i in self.owner.insts}
        said = self.owner.use(self.owner.own(self._word(codes, merging), full))
        self.maker.kept[said.text] = said.text
        return Spoken(f"self.{said.text}")


def _name_of(expr: Expr) -> str:
    """What a name, or an item of what has a name, is called."""
    if isinstance(expr, e.Local):
        return expr.name
    if isinstance(expr, e.Access) and isinstance(expr.base, e.Local):
        items = all(isinstance(trailer, e.Index) for trailer in expr.trailers)
        return expr.base.name.removesuffix("s") if items else ""
    return ""


def _factors(expr: Expr) -> list[Expr]:
    """The operands of products and quotients in an expression, and then all names in it."""
    parts = list(nested(expr))
    operands = [
        operand
        for part in parts
        if isinstance(part, e.Arithmetic) and part.rest[0][0] in ("*", "//")
        for operand in (part.first, *(each for _, each in part.rest))
    ]
    return [*operands, *(part for part in parts if isinstance(part, e.Local))]


class Placed(int):
    """A number of an op's argument, which the text says so."""

    code: Code | Spoken

    def __new__(cls, value: int, code: Code | Spoken) -> Placed:
        """The number, and its words."""
        made = super().__new__(cls, value)
        made.code = code
        return made
