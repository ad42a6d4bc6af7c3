"""Storages and tensors as ``archir.memory.trace`` knows them: bytes, layout, what leads back."""

from __future__ import annotations

from math import prod
from typing import Literal

from archir.base.record import Struct, fresh
from archir.memory.strides import Strides

BYTES = {"float64": 8, "float32": 4, "bfloat16": 2, "float16": 2, "int64": 8, "bool": 1}
"""Bytes of an element."""


WIDE = "float32-at-least"
"""The dtype in which some kernels of torch reckon where the floats are narrower."""

PROMOTION = ("bool", "int64", "float32", WIDE)
"""Of two dtypes the later one is the outcome."""


def broadcast(left: tuple[int, ...], right: tuple[int, ...]) -> tuple[int, ...]:
    """The shape that broadcasting makes of two."""
    rank = max(len(left), len(right))
    pairs = zip((1,) * (rank - len(left)) + left, (1,) * (rank - len(right)) + right, strict=True)
    return tuple(other if one == 1 else one for one, other in pairs)


class BackwardNode(Struct):
    """A step of the backward pass: what it needs, and what it passes its gradients to.

    ``kept`` are storages, each with the version that it had when it was kept. ``nbytes`` is what
    the gradient takes that comes to it. ``passing`` are the bytes that it takes for itself while it
    works out others, ``copied`` those of gradients of parameters that have to be laid out anew.
    ``learned`` are those of gradients of parameters that come at its turn; where nothing is said of
    it, all of an op's come at its first one. ``joins`` says that it puts together the gradients of
    the pieces that a tensor was split into.
    """

    step: int
    parents: tuple[BackwardNode, ...]
    nbytes: int = 0
    passing: int = 0
    copied: int = 0
    learned: int = 0
    joins: bool = False
    kept: list[tuple[Storage, int]] = fresh(factory=list)

    def __repr__(self) -> str:
        return f"BackwardNode(step={self.step})"  # all that it leads back to is met again and again


class Storage(Struct):
    """A piece of memory. Parameters and buffers are ``state``, what the caller holds is ``input``.

    ``step`` is the one that has made it, if one has. ``version`` counts how often it was
    overwritten, ``written`` are the steps that did so. ``node`` leads back through what it was
    computed from, where it takes part in the backward pass.
    """

    number: int
    nbytes: int
    kind: Literal["value", "input", "state"]
    grad: bool
    step: int = -1
    node: BackwardNode | None = None
    version: int = 0
    written: tuple[int, ...] = ()


class Tensor(Struct):
    """A tensor of a memory trace. ``piece`` marks one of several views that one op gave. ``part``
    is the step of the backward pass that makes the gradient of the whole of that of a part.
    """

    storage: Storage
    shape: tuple[int, ...]
    strides: Strides
    dtype: str
    piece: bool = False
    part: BackwardNode | None = None

    @property
    def node(self) -> BackwardNode | None:
        """What leads back from it. Behind work in place it is the same for all views."""
        storage = self.storage
        return storage.node if self.part is None or storage.written else self.part

    @property
    def grad(self) -> bool:
        """Whether it takes part in the backward pass."""
        return self.storage.grad

    @property
    def numel(self) -> int:
        return prod(self.shape)
