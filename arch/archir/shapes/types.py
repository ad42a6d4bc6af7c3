"""Tensor types: a shape of dims and a dtype."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod

from archir.base.record import Key, Record
from archir.shapes.brief import brief
from archir.shapes.dims import Dim, evaluate

DTYPES = {"float": "float32", "int": "int64", "bool": "bool"}
"""The dtype words of ``input x: int[N, L]`` and the torch dtypes they stand for."""


_SCREEN = 100
"""Characters of a shape beside which something else is to be read."""


class TensorType(Key):
    """A tensor's shape (dims are integers or expressions of size variables) and torch dtype."""

    shape: tuple[Dim, ...]
    dtype: str = "float32"

    def __str__(self) -> str:
        """As the language writes it, for people: long expressions are cut."""
        dims = "[" + ", ".join(map(brief, self.shape)) + "]"
        if len(dims) > _SCREEN:
            most = _SCREEN // len(self.shape)
            dims = "[" + ", ".join(brief(dim, most) for dim in self.shape) + "]"
        return dims if self.dtype == "float32" else f"{self.dtype}{dims}"

    @property
    def rank(self) -> int:
        return len(self.shape)

    @property
    def extents(self) -> tuple[int, ...]:
        """The shape of a type at given sizes, where all dims are numbers."""
        return self.shape  # type: ignore[return-value]

    def with_shape(self, *shape: Dim) -> TensorType:
        """The same dtype with another shape."""
        return TensorType(shape, self.dtype)

    def at(self, sizes: Mapping[str, int]) -> TensorType:
        """The type with every dim a number: its value at the given sizes."""
        return TensorType(tuple([evaluate(dim, sizes) for dim in self.shape]), self.dtype)


class Sized:
    """Types at given sizes. Each dim and each type is worked out once."""

    def __init__(self, sizes: Mapping[str, int]) -> None:
        self.sizes = sizes
        self._extents: dict[Dim, int] = {}
        self._types: dict[TensorType, TensorType] = {}

    def at(self, given: TensorType) -> TensorType:
        """The type with every dim a number."""
        found = self._types.get(given)
        if found is None:
            shape = tuple([self._extent(dim) for dim in given.shape])
            found = self._types[given] = given if shape == given.shape else given.with_shape(*shape)
        return found

    def _extent(self, dim: Dim) -> int:
        if isinstance(dim, int):
            return dim
        found = self._extents.get(dim)
        if found is None:
            found = self._extents[dim] = evaluate(dim, self.sizes)
        return found


class ParameterSpec(Record):
    """One parameter or buffer of a module: its name in torch.nn, shape, dtype, and kind.

    The state dict has those that are persistent.
    """

    name: str
    shape: tuple[int, ...]
    dtype: str = "float32"
    is_buffer: bool = False
    is_persistent: bool = True

    @property
    def numel(self) -> int:
        return prod(self.shape)
