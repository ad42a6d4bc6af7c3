"""For the tests of own ops: what an op's class says of it, held against torch.

>>> from archc.testing import agree, op
>>> agree(op("conv", 8, 3), (2, 3, 16, 16))
"""

from __future__ import annotations

from collections.abc import Sequence

from archc.testing.op_arguments import make_op
from archir.catalogue.registry import ops
from archir.graph.text import show_op
from archir.op.contract import Op
from archir.shapes.types import TensorType


def op(keyword: str, /, *positional: object, **arguments: object) -> Op:
    """The op of that name with these arguments; a ValueError says what is wrong with them."""
    made = make_op(ops()[keyword], positional, arguments)
    if isinstance(made, Op):
        return made
    raise ValueError("; ".join(each.problem.message() for each in made))


def agree(op: Op, *inputs: Sequence[int] | TensorType) -> None:
    """Assert that torch does with these inputs what the op's class says.

    Where the op accepts them, torch computes an output of that shape and dtype; the module has the
    parameters and the cost that are said, and printed source gives the same outputs. Where it
    refuses them, torch refuses them too.
    """
    _check(op, inputs)


def refuses(op: Op, *inputs: Sequence[int] | TensorType) -> None:
    """Assert that the op refuses these inputs, and that torch does."""
    assert not _check(op, inputs), f"{show_op(op)} is accepted, by torch too"


def _check(op: Op, inputs: tuple[Sequence[int] | TensorType, ...]) -> bool:
    from archc.testing import op_agreement as agreement

    types = tuple(i if isinstance(i, TensorType) else TensorType(tuple(i)) for i in inputs)
    accepted = agreement.hold(op, types)
    if accepted:
        _check_source(op, types)
    return accepted


def _check_source(op: Op, types: tuple[TensorType, ...]) -> None:
    from archc import pipeline
    from archc.api.formats import FORMATS
    from archc.testing import op_agreement as agreement
    from archc.torch import module
    from archir.base.source import Source

    words = {"float32": "", "int64": "int", "bool": "bool"}
    inputs = ", ".join(
        f"x{index}: {words[given.dtype]}[{', '.join(map(str, given.shape))}]"
        for index, given in enumerate(types)
    )
    names = ", ".join(f"x{index}" for index in range(len(types)))
    stage = show_op(op) + (f" [{names}]" if len(types) > 1 else "")
    text = f"model m() {{\n  input {inputs}\n  {stage}\n}}\n"
    typed, found = pipeline.compile_source(Source("<op>", text), None)
    assert typed is not None, [item.problem.message() for item in found]
    agreement.same_as_source(module(typed), FORMATS["python"].text(typed), types)
