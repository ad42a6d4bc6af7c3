"""The interpreter's table and the ops say the same of how an op is called, each by itself."""

from __future__ import annotations

import pytest

from archc.testing.interpreter.torch_calls.ops import OPS
from archir.catalogue.registry import ops
from archir.op.contract import Op, arguments_of


@pytest.mark.parametrize("op", ops().values(), ids=ops())
def test_arguments_are_given_in_one_order(op: type[Op]) -> None:
    assert list(OPS[op.keyword].names) == list(arguments_of(op))
