"""From a definition to the body of a class, and what bodies are compared by."""

from __future__ import annotations

from dataclasses import dataclass, field

from archc.python.body import Body
from archc.python.library import Library
from archc.python.signatures import signature
from archc.python.writer import Writer
from archir.extents import settle
from archir.graph import Apply, Definition, Group, Read, Use, Value, definitions, walk, walked
from archir.recipe import Code, FunctionRecipe, close
from archir.typed import TypedGraph


def lower(typed: TypedGraph, library: Library) -> dict[Definition, Body]:
    """The body of every definition of an unrolled model."""
    lowering = Lowering(typed, library)
    lowering.works_in_place = any(
        isinstance(step, Apply) and _works_in_place(step)
        for steps in walked(typed.graph).values()
        for step in steps
    )
    for definition in definitions(typed.graph):
        lowering.add(definition)
    lowering.bodies[typed.graph.root].is_root = True
    return lowering.bodies


@dataclass(slots=True)
class Lowering:
    """The bodies of all definitions so far."""

    typed: TypedGraph
    library: Library
    bodies: dict[Definition, Body] = field(default_factory=dict)
    signatures: dict[Body, object] = field(default_factory=dict)

    works_in_place: bool = False
    """Whether any op of the model does."""

    def overwrites(self, step: Apply | Use | Group) -> bool:
        """Whether a step may work in place; into blocks and groups nobody looks."""
        return _works_in_place(step) if isinstance(step, Apply) else self.works_in_place

    def add(self, definition: Definition) -> None:
        self.bodies[definition] = Writer(self, definition).body()

    def code(self, definition: Definition, step: Apply, recipe: FunctionRecipe) -> Code:
        """What a step computes, with its sizes read off what flows in."""
        types = self.typed.types_of(definition, step.inputs)
        return settle(close(recipe.apply, step.op), types, self.typed.graph.sizes)

    def function(self, definition: Definition, step: Apply) -> Code:
        """The same for any step; None where it is a module that does it."""
        types = self.typed.concrete_types_of(definition, step.inputs)
        recipe = self.library.recipe(step.op, types)
        return self.code(definition, step, recipe) if isinstance(recipe, FunctionRecipe) else None

    def forward(self, definition: Definition) -> object:
        """What the definition's ``forward`` does, as a key."""
        return signature(self.bodies[definition], self.signatures)

    def group(self, group: Group, definition: Definition) -> object:
        """What a group of it does, as a key that does not say where its modules are held."""
        numbers = {value: index for index, value in enumerate(group.inputs)}

        def number(values: tuple[Value, ...]) -> tuple[int, ...]:
            return tuple(numbers.setdefault(value, len(numbers)) for value in values)

        keys: list[object] = []
        for step in walk(group.steps):
            if isinstance(step, Apply):
                code = self.function(definition, step)
                keys.append((step.slot, code, number(step.inputs), number(step.outputs)))
            elif isinstance(step, Use):
                forward = self.forward(step.definition)
                keys.append((step.slot, forward, number(step.inputs), number(step.outputs)))
            elif isinstance(step, Group):
                keys.append((step.slot, number(step.inputs)))
            elif isinstance(step, Read):
                keys.append((step.parameter, number(step.outputs)))
            else:
                keys.append("training")
        return tuple(keys), number(group.outputs)


def _works_in_place(step: Apply) -> bool:
    return bool(getattr(step.op, "inplace", False))
