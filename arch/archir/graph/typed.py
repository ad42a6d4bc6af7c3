"""The typed graph: a checked graph with the type of every value.

Back ends take this and nothing else, so none can be handed an unchecked graph. Only
``archir.check.infer`` makes one.
"""

from __future__ import annotations

from collections.abc import Mapping

from archir.base.record import Record
from archir.base.source import Span
from archir.graph.graph import Apply, Definition, Graph, Message, Value
from archir.shapes.conditions import Condition
from archir.shapes.types import TensorType


class Requirement(Record):
    """A condition on the sizes, and what asks it: a step, an ``assert``, a block's ``input``.

    ``condition.training`` is true of all that is asked in training alone, by ``train_only`` too.
    """

    condition: Condition
    span: Span
    definition: Definition
    step: Apply | None = None
    message: Message | None = None
    """The words of an ``assert``."""


class TypedGraph(Record):
    """A graph that has passed the checker.

    ``types[definition][value.index]`` is a value's type; every definition has one type for each
    of its values, since uses with other input types are other definitions.
    """

    graph: Graph
    types: Mapping[Definition, tuple[TensorType, ...]]
    requirements: tuple[Requirement, ...]
    """What the model asks of its sizes, in the order of running."""

    in_dict: bool = False
    """Whether the model hands its outputs back in a dict, by the names that the text gives them."""

    def type_of(self, definition: Definition, value: Value) -> TensorType:
        return self.types[definition][value.index]

    def types_of(self, definition: Definition, values: tuple[Value, ...]) -> tuple[TensorType, ...]:
        row = self.types[definition]
        return tuple([row[value.index] for value in values])

    def concrete_types_of(
        self, definition: Definition, values: tuple[Value, ...]
    ) -> tuple[TensorType, ...]:
        """The types at the default sizes, as parameters and recipes take them."""
        return self.graph.answers.concrete(self.types_of(definition, values))

    def at(self, sizes: Mapping[str, int]) -> TypedGraph:
        """The same model with other default sizes, at which it has to run (``check/refusal``)."""
        if sizes == self.graph.sizes:
            return self
        graph = Graph(self.graph.root, dict(sizes), variants=self.graph.variants)
        return TypedGraph(graph, self.types, self.requirements, self.in_dict)
