"""Whether a block takes what flows in: as many values as it declares, of those ranks and dtypes.

The dims are another matter: they may depend on sizes, so the checker holds them
(``archir.remarks``). A value of another rank or dtype is no input of the block at all, and nothing
is unrolled for it.
"""

from __future__ import annotations

from archdsl import ast, rules
from archdsl.elaborate.body import Context
from archdsl.elaborate.environment import Flow
from archdsl.program import Declared
from archir import rules as ir_rules
from archir.diagnostics import Label, Problem
from archir.source import Span
from archir.types import DTYPES, TensorType
from archir.values import Part


def takes(part: Part, inputs: Flow, context: Context, span: Span) -> bool:
    """Whether a block can be used on these values, however it is used; else it is reported."""
    declared = part.origin
    assert isinstance(declared, Declared)
    assert isinstance(declared.node, ast.PartDeclaration)
    session = context.session
    items = session.outline(declared.node.body).inputs
    if not items:
        return True
    if len(items) != len(inputs):
        count = rules.flow.WrongInputCount(part.name, len(items), len(inputs))
        session.report(count, span, _declared(items), *session.around())
        return False
    fine = True
    for item, value in zip(items, inputs, strict=True):
        given = context.builder.type_of(value)
        if given is not None and not _fits(item, given):
            session.report(
                _mismatch(part.name, item, given), span, _declared((item,)), *session.around()
            )
            fine = False
    return fine


def _fits(item: ast.InputItem, given: TensorType) -> bool:
    # A word that is no dtype is reported where it stands.
    word = "float" if item.dtype is None else item.dtype.text
    return len(item.shape.dims) == given.rank and DTYPES.get(word, given.dtype) == given.dtype


def _mismatch(block: str, item: ast.InputItem, given: TensorType) -> Problem:
    """What is declared and what is given, in the language's words."""
    words = {dtype: word for word, dtype in DTYPES.items()}
    wanted = "float" if item.dtype is None else item.dtype.text
    got = words.get(given.dtype, given.dtype)
    declared, dims = item.shape.span.text, str(TensorType(given.shape))
    if not wanted == got == "float":
        declared, dims = f"{wanted}{declared}", f"{got}{dims}"
    unsaid = got if item.dtype is None and got != wanted else None
    return ir_rules.graph.InputDoesNotMatch(block, item.name.text, declared, dims, unsaid)


def _declared(items: tuple[ast.InputItem, ...]) -> Label:
    what = "the input is declared here" if len(items) == 1 else "the inputs are declared here"
    return Label(items[0].span.to(items[-1].span), what)
