"""Arguments that are numbers at the ends of what dtypes hold: taken where torch takes them."""

from __future__ import annotations

import pytest
from op_performer import agree, op, types_of

from archir.shapes.types import TensorType

NUMBERS: tuple[float, ...] = (
    *(0, 0.5, -1.5, 1e-46, 3.4e38, 3.5e38, -3.5e38, 1e300, -1e300, 2**31, 2**53 + 1),
    *(2**63 - 1, -(2**63), float(2**63), 9.2e18, 9.3e18, -9.3e18),
)
DTYPES = ("float32", "int64", "bool")

COMPARISONS = ("greater", "greater_equal", "less", "less_equal", "equal", "not_equal")

MODULES = ("hardshrink", "celu", "elu", "leaky_relu", "softplus")


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("keyword", [*COMPARISONS, "pow", "clamp", *MODULES])
def test_one_number(keyword: str, dtype: str, number: float) -> None:
    if keyword in MODULES:
        number = float(number)
    agree(op(keyword, number), types_of((2, 3), dtype=dtype))


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("dtype", DTYPES)
def test_bounds(dtype: str, number: float) -> None:
    agree(op("clamp", max=number), types_of((2, 3), dtype=dtype))
    agree(op("clamp", number, number), types_of((2, 3), dtype=dtype))
    agree(op("clamp", -1, number), types_of((2, 3), dtype=dtype))
    wide = float(number)
    agree(op("hardtanh", min(wide, -1.0), max(wide, 1.0)), types_of((2, 3), dtype=dtype))
    agree(op("threshold", wide, 1.0), types_of((2, 3), dtype=dtype))
    agree(op("threshold", 0.5, wide), types_of((2, 3), dtype=dtype))
    agree(op("softshrink", abs(wide)), types_of((2, 3), dtype=dtype))
    agree(op("prelu", init=wide), types_of((2, 3), dtype=dtype))
    agree(op("softplus", 1.0, wide), types_of((2, 3), dtype=dtype))


@pytest.mark.parametrize("number", [*NUMBERS, "inf", "-inf"])
@pytest.mark.parametrize("dtype", DTYPES)
def test_masks(dtype: str, number: float | str) -> None:
    types = (TensorType((2, 3), dtype), TensorType((2, 3), "bool"))
    agree(op("masked_fill", number), types)


@pytest.mark.parametrize("number", [float(each) for each in NUMBERS])
def test_powers_and_least_lengths(number: float) -> None:
    agree(op("norm", 1, p=number), types_of((2, 3)))
    agree(op("normalize", number), types_of((2, 3)))
    agree(op("normalize", eps=number), types_of((2, 3)))
    agree(op("cosine_similarity", eps=abs(number)), types_of((2, 3), (2, 3)))
