"""What one elaboration shares: the program, the budget, the oracle, and all that is remembered."""

from __future__ import annotations

from archdsl import ast
from archdsl.elaborate.limits import Budget
from archdsl.elaborate.parameters import Parameters
from archdsl.elaborate.text import Facts, facts
from archdsl.program import Declared, Program
from archir.diagnostics import Diagnostics, Label, Problem
from archir.graph import Definition, Scope, Slot
from archir.op import Op
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
    ops: dict[object, Op] = fresh(factory=dict)
    """Ops already made, by keyword and arguments."""

    _facts: dict[int, Facts] = fresh(factory=dict)
    """What the text of bodies says, by their identity."""

    _parameters: dict[Declared, Parameters] = fresh(factory=dict)

    def parameters(self, declared: Declared) -> Parameters:
        """The parameters of a block, a model or a function."""
        known = self._parameters.get(declared)
        if known is None:
            assert isinstance(declared.node, ast.PartDeclaration | ast.Function)
            known = self._parameters[declared] = Parameters.of(declared.node.params)
        return known

    def facts_of(self, body: ast.Body) -> Facts:
        """What can be read off a body's text."""
        known = self._facts.get(id(body))
        if known is None:
            known = self._facts[id(body)] = facts(body)
        return known

    def report(self, problem: Problem, span: Span, *related: Label) -> None:
        self.diagnostics.report(problem, span, related)
