"""What one elaboration shares: the program, the budget, the rule cache, what is remembered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from archdsl.elaborate.constants import Constants
from archdsl.elaborate.limits import Budget
from archdsl.resolve.resolved import Resolved
from archir.base.diagnostics import Diagnostics, Label, Problem, Suggestions
from archir.base.record import Struct, fresh
from archir.base.source import Span
from archir.graph.graph import Definition, Scope, Slot
from archir.graph.places import in_use, led_here
from archir.op.contract import Op, values_of
from archir.op.rule_cache import RuleCache
from archir.program.declarations import Block, Function
from archir.shapes.dims import SizeExpr
from archir.shapes.types import TensorType

if TYPE_CHECKING:
    from archdsl.elaborate.values.kinds import SharedModule
    from archir.init.tensors import Fault, TensorConstant


class Session(Struct):
    """The state of elaborating one model."""

    program: Resolved
    diagnostics: Diagnostics
    budget: Budget
    rule_cache: RuleCache
    constants: Constants
    sizes: dict[str, int]
    """The model's size variables and their defaults; the rule cache reads the same mapping."""

    definitions: dict[object, list[Definition]] = fresh(factory=dict)
    """Blocks already unrolled, by declaration, arguments and input types.

    There are several for one where the values that are handed in have other types.
    """

    handed: dict[Definition, tuple[TensorType, ...]] = fresh(factory=dict)
    """The types of what is handed in to a definition behind its own inputs, if anything is."""

    other_sizes: Mapping[str, int] = fresh(factory=dict)
    """Defaults that take the place of those in the text."""

    values: Mapping[str, object] = fresh(factory=dict)
    """Values of the model's parameters from outside, in the place of those in the text."""

    is_wrong: bool = False
    """Whether the model needs what was refused before it was elaborated."""

    has_gaps: bool = False
    """Whether, for a mistake, statements were not performed: what they name is then unknown."""

    early: SharedModule | None = None
    """The module that is being applied before it stands, if one is."""

    knows_all: bool = True
    """Whether every value so far has had a type."""

    nodes: dict[Definition, int] = fresh(factory=dict)
    """How many steps a definition has, with all that is inside it."""

    output_types: dict[Definition, tuple[TensorType | None, ...]] = fresh(factory=dict)
    """The types of a definition's outputs, as far as they are known."""

    uses: list[Label] = fresh(factory=list)
    """The uses of blocks that are being unrolled, and calls of functions, innermost last."""

    occasion: int = 1
    """The run over a body that is at hand: each use of a block is one, and each turn of a loop."""

    unrolling: set[object] = fresh(factory=set)
    """Keys of the blocks that are being unrolled: one that needs itself would never end."""

    labels: dict[Scope, dict[str, Slot]] = fresh(factory=dict)
    ops: dict[object, Op] = fresh(factory=dict)
    """Ops already made, by keyword and arguments: ``(keyword, ())`` for those without."""

    lists: dict[Function, dict[object, object]] = fresh(factory=dict)
    """What functions gave that give lists, by their arguments: a list is worked out once."""

    tensors: dict[tuple[int, str], tuple[object, TensorConstant | Fault]] = fresh(factory=dict)
    """What tensors of a dtype lists have become, by their identities; which lists, so they stay."""

    suggest: Suggestions = fresh(factory=Suggestions)
    _sizes_in: dict[Op, tuple[SizeExpr, ...]] = fresh(factory=dict)
    with_labels: dict[Block, bool] = fresh(factory=dict)
    """Whether a block, or one that is spliced into it however deep, has labels."""

    in_message: bool = False
    """Whether the text at hand is what an ``assert`` says."""

    @property
    def has_errors(self) -> bool:
        """Whether some values may be unknown because of a mistake."""
        return self.is_wrong or self.diagnostics.has_errors

    def sizes_in(self, op: Op) -> tuple[SizeExpr, ...]:
        """The sizes of the model's input that stand in the arguments of an op."""
        known = self._sizes_in.get(op)
        if known is None:
            values = values_of(op).values()
            lists = (value if isinstance(value, tuple) else (value,) for value in values)
            found = (item for items in lists for item in items if isinstance(item, SizeExpr))
            known = self._sizes_in[op] = tuple(found)
        return known

    def enter(self, name: str, span: Span) -> None:
        """Note the use of a block that is unrolled now, until it is taken off ``uses`` again."""
        self.uses.append(in_use(name, span))

    def report(self, problem: Problem, span: Span, *related: Label) -> None:
        """Report at a place, with others that contribute and the uses that led there."""
        self.diagnostics.report(problem, span, (*related, *self.around(span)), self.occasion)

    def around(self, span: Span) -> tuple[Label, ...]:
        """The uses that led to a place at which the work is."""
        return led_here(self.uses[::-1], span)
