"""The sizes at which a checked model runs, in evaluation and in training."""

from __future__ import annotations

from archir.graph.typed import TypedGraph
from archir.sizes.valid import ValidSizes, valid_sizes


def valid_in_evaluation(typed: TypedGraph) -> ValidSizes:
    """The sizes at which a model runs in evaluation mode."""
    conditions = [each.condition for each in typed.requirements]
    return valid_sizes(typed.graph.sizes, [each for each in conditions if not each.training])


def valid_in_training(typed: TypedGraph) -> ValidSizes:
    """The sizes at which a model runs in training mode: fewer, as a rule."""
    return valid_sizes(typed.graph.sizes, [each.condition for each in typed.requirements])
