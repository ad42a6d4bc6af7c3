"""What one elaboration shares: the program, the budget, the oracle, and all that is remembered."""

from __future__ import annotations

from archdsl.elaborate.limits import Budget
from archdsl.program import Declared, Program
from archir.diagnostics import Diagnostics, Label, Problem
from archir.graph import Definition, Scope, Slot
from archir.oracle import Oracle
from archir.record import Struct, fresh
from archir.source import Span
from archir.types import TensorType


class Session(Struct):
    """The state of elaborating one model."""

    program: Program
    diagnostics: Diagnostics
    budget: Budget
    oracle: Oracle
    sizes: dict[str, int]
    """The model's size variables and their defaults; the oracle reads the same mapping."""

    definitions: dict[object, Definition] = fresh(factory=dict)
    """Blocks already unrolled, by declaration, arguments and input types."""

    nodes: dict[Definition, int] = fresh(factory=dict)
    """How many steps a definition has, with all that is inside it."""

    output_types: dict[Definition, tuple[TensorType | None, ...]] = fresh(factory=dict)
    """The types of a definition's outputs, as far as they are known."""

    has_weights: dict[Definition, bool] = fresh(factory=dict)

    unrolling: set[object] = fresh(factory=set)
    """Keys of the blocks that are being unrolled: one that needs itself would never end."""

    constants: dict[tuple[Declared, str], object] = fresh(factory=dict)
    """File-level lets already evaluated."""

    labels: dict[Scope, dict[str, Slot]] = fresh(factory=dict)

    def report(self, problem: Problem, span: Span, *related: Label) -> None:
        self.diagnostics.report(problem, span, related)
