"""What one elaboration shares: the program, the budget, the oracle, and all that is remembered."""

from __future__ import annotations

from collections.abc import Mapping

from archdsl import ast
from archdsl.elaborate.constants import Constants
from archdsl.elaborate.limits import Budget
from archdsl.elaborate.parameters import Parameters
from archdsl.elaborate.text import (
    Facts,
    Labels,
    Outline,
    Resolve,
    Spliced,
    facts,
    labels,
    outline,
)
from archdsl.program import Declared, Program
from archir.diagnostics import Diagnostics, Label, Problem, Suggestions
from archir.dims import SizeExpr
from archir.graph import Definition, Scope, Slot
from archir.op import Op, values_of
from archir.oracle import Oracle
from archir.places import MOST_USES
from archir.record import Struct, fresh
from archir.source import Span
from archir.types import TensorType


class Session(Struct):
    """The state of elaborating one model."""

    program: Program
    diagnostics: Diagnostics
    budget: Budget
    oracle: Oracle
    constants: Constants
    sizes: dict[str, int]
    """The model's size variables and their defaults; the oracle reads the same mapping."""

    definitions: dict[object, list[Definition]] = fresh(factory=dict)
    """Blocks already unrolled, by declaration, arguments and input types.

    There are several for one where the values that are handed in have other types.
    """

    handed: dict[Definition, tuple[TensorType, ...]] = fresh(factory=dict)
    """The types of what is handed in to a definition behind its own inputs, if anything is."""

    other_sizes: Mapping[str, int] = fresh(factory=dict)
    """Defaults that take the place of those in the text."""

    knows_all: bool = True
    """Whether every value so far has had a type."""

    nodes: dict[Definition, int] = fresh(factory=dict)
    """How many steps a definition has, with all that is inside it."""

    output_types: dict[Definition, tuple[TensorType | None, ...]] = fresh(factory=dict)
    """The types of a definition's outputs, as far as they are known."""

    has_weights: dict[Definition, bool] = fresh(factory=dict)

    uses: list[tuple[str, Span]] = fresh(factory=list)
    """The uses of blocks that are being unrolled, innermost last."""

    unrolling: set[object] = fresh(factory=set)
    """Keys of the blocks that are being unrolled: one that needs itself would never end."""

    labels: dict[Scope, dict[str, Slot]] = fresh(factory=dict)
    ops: dict[object, Op] = fresh(factory=dict)
    """Ops already made, by keyword and arguments: ``(keyword, ())`` for those without."""

    suggest: Suggestions = fresh(factory=Suggestions)
    _sizes_in: dict[Op, tuple[SizeExpr, ...]] = fresh(factory=dict)
    _parameters: dict[Declared, Parameters] = fresh(factory=dict)

    in_message: bool = False
    """Whether the text at hand is what an ``assert`` says."""

    # What was read off the text, by the identity of nodes: they live as long as the program.
    _facts: dict[int, Facts] = fresh(factory=dict)
    _outlines: dict[int, Outline] = fresh(factory=dict)
    _labelled: dict[int, Labels] = fresh(factory=dict)
    _with_labels: dict[int, bool] = fresh(factory=dict)

    def sizes_in(self, op: Op) -> tuple[SizeExpr, ...]:
        """The sizes of the model's input that stand in the arguments of an op."""
        known = self._sizes_in.get(op)
        if known is None:
            values = values_of(op).values()
            lists = (value if isinstance(value, tuple) else (value,) for value in values)
            found = (item for items in lists for item in items if isinstance(item, SizeExpr))
            known = self._sizes_in[op] = tuple(found)
        return known

    def parameters(self, declared: Declared) -> Parameters:
        """The parameters of a block, a model or a function."""
        known = self._parameters.get(declared)
        if known is None:
            assert isinstance(declared.node, ast.PartDeclaration | ast.Function)
            known = self._parameters[declared] = Parameters.of(declared.node.params)
        return known

    def facts(self, body: ast.Body) -> Facts:
        """What the text of a loop's body says."""
        known = self._facts.get(id(body))
        if known is None:
            known = self._facts[id(body)] = facts(body)
        return known

    def outline(self, body: ast.Body) -> Outline:
        """What a declaration's body declares itself."""
        known = self._outlines.get(id(body))
        if known is None:
            known = self._outlines[id(body)] = outline(body)
        return known

    def is_labelled(self, node: ast.Body | ast.Unit, resolve: Resolve) -> bool:
        """Whether a scope names its children by label, which may depend on what is spliced."""
        labelled, spliced = self._labels(node)
        return labelled or any(
            self._has_labels(found) for name in spliced if (found := resolve(name)) is not None
        )

    def _labels(self, node: ast.Body | ast.Unit) -> Labels:
        known = self._labelled.get(id(node))
        if known is None:
            known = self._labelled[id(node)] = labels(node)
        return known

    def _has_labels(self, block: Spliced) -> bool:
        """Whether a block, or one that is spliced into it however deep, has labels."""
        known = self._with_labels.get(id(block.body))
        if known is None:
            known = False
            waiting, seen = [block], {id(block.body)}
            while waiting and not known:
                inner = waiting.pop()
                known, spliced = self._labels(inner.body)
                for name in spliced:
                    found = inner.resolve(name)
                    if found is not None and id(found.body) not in seen:
                        seen.add(id(found.body))
                        waiting.append(found)
            self._with_labels[id(block.body)] = known
        return known

    def around(self) -> list[Label]:
        """The uses that led here, outwards; at most as many as are shown of any problem."""
        nearest = self.uses[: -MOST_USES - 1 : -1]
        return [Label(span, f"in this use of {name}") for name, span in nearest]

    def report(self, problem: Problem, span: Span, *related: Label) -> None:
        self.diagnostics.report(problem, span, related)
