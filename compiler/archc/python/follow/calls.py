"""Calls in a ``forward`` that follows the text: variables, modules by name, functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archc.python.follow import expressions
from archc.python.follow.scope import Variables
from archc.python.follow.sinks import Lines
from archc.python.follow.stages import base_of
from archc.python.forward import RUNNING, SPARE
from archc.python.identifiers import is_plain
from archc.python.recipes import expression
from archc.python.text import Call, Expr, Raw, flat, string
from archir import template
from archir.recipe import FunctionRecipe, Only, close
from archir.registry import ops
from archir.template import Unfollowable

if TYPE_CHECKING:
    from archc.python.follow.block import Block


class Calls(expressions.Scope):
    """What a ``forward`` knows while it is written. Variables in ``busy`` are needed again."""

    def __init__(self, block: Block, variables: Variables, used: set[str] | None) -> None:
        self.block = block
        self.variables = variables
        self.out = Lines()
        self.busy: list[str] = []
        self.fixed: set[str] = set()
        self.values: dict[str, str] = {}
        self.lets = used
        """The ``let`` names that are needed here; None on the first pass, which finds out."""

        self.used: set[str] = set()
        self.depth = 0

    def local(self, name: str) -> str:
        self.used.add(name)
        for names in self.variables.visible:
            if name in names:
                return self.variables.find(name)
        return f"self.{self.block.stored(name)}"

    def is_sequence(self, name: str) -> bool:
        return name in self.block.sequences

    def constant(self, value: template.Global | template.Function) -> str:
        return self.block.file.constant(value)

    def target(self, flow: list[str], wanted: str | None = None) -> str:
        """The variable for a result made of the flowing values."""
        if wanted is not None:
            name = self.variables.fresh(wanted)
            self.fixed.add(name)
            return name
        taken = {*self.busy, *self.fixed}
        for name in flow:
            if name not in taken:
                return name
        for name in (RUNNING, *SPARE):
            if name not in taken and (
                name in self.variables.given or name not in self.variables.names.taken
            ):
                self.variables.given.add(name)
                self.variables.names.taken.add(name)
                return name
        return self.variables.fresh(SPARE[-1])

    def assign(self, value: Expr, flow: list[str], wanted: str | None) -> str:
        """Write a line; gives its variable."""
        target = self.target(flow, wanted)
        self.out.add(f"{target} = ", value)
        return target

    def call(self, stage: template.Stage, base: str, flow: list[str]) -> Expr:
        """The stage's module called."""
        label = stage.label
        if label is None:
            name = self.block.automatic.get(stage.span)
            if name is None:
                raise Unfollowable(f"{base} has no name")
            function = f"self{name}" if name.startswith("[") else f"self.{name}"
        elif isinstance(label, template.Literal):
            text = str(label.value)
            function = f"self.{text}" if is_plain(text) else f"getattr(self, {string(text)})"
        else:
            function = f"getattr(self, {expressions.show(label, self)})"
        return Call(function, tuple((None, Raw(value)) for value in flow))

    def applied(self, stage: template.Stage, unit: template.Part, values: list[Expr]) -> Expr:
        """A part applied to values."""
        if isinstance(unit.target, template.OpValue) and self._is_function(unit):
            constants = {name: _constant(value) for name, value in unit.arguments}
            keyword, instances = unit.target.keyword, self.block.file.instances
            if stage.span in instances.several:
                raise Unfollowable("a function that gives several values")
            made = instances.made(stage.span, keyword, frozenset(), constants)
            assert isinstance(made.recipe, FunctionRecipe)
            if isinstance(made.recipe.apply, Only):
                raise Unfollowable("a function that gives one of several values")
            return expression(close(made.recipe.apply, made.op), values)
        texts = [flat(value) for value in values]
        return self.call(stage, base_of(stage), texts)

    def single(self, body: template.Body | template.Pipeline, current: str) -> Expr | None:
        """The one call that a body is, if it is just one; a value's own name if it is that."""
        if isinstance(body, template.Body):
            if len(body.statements) != 1:
                return Raw(current) if not body.statements else None
            (statement,) = body.statements
            if not isinstance(statement, template.Pipeline):
                return None
            return self.single(statement, current)
        if len(body.stages) != 1 or body.names:
            return None
        (stage,) = body.stages
        unit = stage.unit
        if stage.condition is not None or self.may_skip(unit):
            return None
        if isinstance(unit, template.Named):
            return Raw(current if unit.name == "_" else self.values.get(unit.name, current))
        if isinstance(unit, template.Part) and unit.branches is None:
            if not self._is_function(unit):
                return self.call(stage, base_of(stage), [current])
        elif isinstance(unit, template.Braces) and stage.label is not None:
            return self.call(stage, "", [current])
        elif isinstance(unit, template.Braces):
            return self.single(unit.body, current)
        return None

    def may_skip(self, unit: template.Unit) -> bool:
        """Whether the part is held by a parameter that may hold nothing."""
        return (
            isinstance(unit, template.Part)
            and isinstance(unit.target, template.Local)
            and self.block.may_be_none(unit.target.name)
        )

    def _is_function(self, unit: template.Part) -> bool:
        target = unit.target
        return isinstance(target, template.OpValue) and not ops()[target.keyword].is_module


def _constant(value: template.Expr) -> object:
    """The value of an argument that is a number, a string or a list of these."""
    if isinstance(value, template.Literal):
        return value.value
    if isinstance(value, template.ListOf):
        return tuple(map(_constant, value.items))
    if isinstance(value, template.Unary) and isinstance(value.operand, template.Literal):
        number = value.operand.value
        if value.operator == "-" and isinstance(number, int | float):
            return -number
    raise Unfollowable("an argument that forward has to know")
