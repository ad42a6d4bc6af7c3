"""Whether a block takes what flows in: as many values as it declares, of those ranks and dtypes.

The dims are another matter: they may depend on sizes, so the checker holds them
(``archir.check.annotations``). A value of another rank or dtype is no input of the block at all,
and nothing is unrolled for it.
"""

from __future__ import annotations

from archdsl import rules
from archdsl.elaborate.definitions.context import Context
from archdsl.elaborate.values.kinds import Flow
from archir import rules as ir_rules
from archir.base.diagnostics import Label, Problem
from archir.base.source import Span
from archir.init.values import Part
from archir.program.declarations import Block
from archir.program.statements import InputItem
from archir.shapes.types import DTYPES, TensorType


def takes(part: Part, inputs: Flow, context: Context, span: Span) -> bool:
    """Whether a block can be used on these values, however it is used; else it is reported."""
    assert isinstance(part.origin, Block)
    session = context.session
    items = part.origin.inputs
    if not items:
        return True
    if len(items) != len(inputs):
        if session.has_errors and any(context.builder.type_of(each) is None for each in inputs):
            return False  # who knows how many values that gives
        count = rules.flow.WrongInputCount(part.name, len(items), len(inputs))
        session.report(count, span, _declared(items))
        return False
    fine = True
    for item, value in zip(items, inputs, strict=True):
        given = context.builder.type_of(value)
        if given is not None and not _fits(item, given):
            session.report(_mismatch(part.name, item, given), span, _declared((item,)))
            fine = False
    return fine


def _fits(item: InputItem, given: TensorType) -> bool:
    return len(item.shape.dims) == given.rank and item.dtype == given.dtype


def _mismatch(block: str, item: InputItem, given: TensorType) -> Problem:
    """What is declared and what is given, in the language's words."""
    words = {dtype: word for word, dtype in DTYPES.items()}
    wanted = item.word or "float"
    got = words.get(given.dtype, given.dtype)
    declared, dims = item.shape.span.text, str(TensorType(given.shape))
    if not wanted == got == "float":
        declared, dims = f"{wanted}{declared}", f"{got}{dims}"
    unsaid = got if item.word is None and got != wanted else None
    return ir_rules.graph.InputDoesNotMatch(block, item.target.name, declared, dims, unsaid)


def _declared(items: tuple[InputItem, ...]) -> Label:
    what = "the input is declared here" if len(items) == 1 else "the inputs are declared here"
    return Label(items[0].span.to(items[-1].span), what)
