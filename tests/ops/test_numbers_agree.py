"""Numbers in the place of a second value: integers stay integers as far as torch has them."""

from __future__ import annotations

import pytest

from archc.testing import agree, op
from archir.shapes.types import TensorType


@pytest.mark.parametrize("keyword", ["add", "subtract", "multiply", "divide"])
@pytest.mark.parametrize("number", [2**31, 2**31 + 1, -(2**31) - 1, 2**53 + 1, 2**63 - 1, -(2**63)])
@pytest.mark.parametrize("dtype", ["int64", "float32"])
def test_large_integers(keyword: str, number: int, dtype: str) -> None:
    agree(op(keyword, number), TensorType((2, 3), dtype))
