"""What a sum of products does to memory: torch's products of batches of matrices."""

from math import prod
from typing import TYPE_CHECKING

from archir.ops.equations import Equation, Label, Sizes

if TYPE_CHECKING:
    from archir.memory.storage import Tensor
    from archir.memory.trace import MemoryTrace


def contracted(trace: "MemoryTrace", equation: Equation, inputs: "tuple[Tensor, ...]") -> "Tensor":
    """What ``torch.einsum`` gives: values are taken together from the left."""
    order = equation.order
    laid = [
        _laid_out(trace, given, labels, order)
        for given, labels in zip(inputs, equation.terms, strict=True)
    ]
    kept = len(equation.output)
    if len(laid) == 1:
        (only,) = laid
        return only if kept == len(order) else trace.new(only.shape[:kept], only)
    own: list[Sizes] = [dict(zip(order, given.shape, strict=True)) for given in laid]
    made = laid[0]
    for right, pair in zip(laid[1:], equation.pairs(own), strict=True):
        left = _summed(trace, made, [order.index(label) for label in pair.ahead])
        other = _summed(trace, right, [order.index(label) for label in pair.behind])
        made = _paired(trace, left, other, {order.index(label) for label in pair.meeting})
    return trace.view(made, made.shape[:kept], made.strides[:kept])


def _laid_out(
    trace: "MemoryTrace", given: "Tensor", labels: tuple[Label, ...], order: tuple[Label, ...]
) -> "Tensor":
    """A view with a dim for each label; of a label that stands twice the diagonal."""
    extents: dict[Label, int] = {}
    steps: dict[Label, int] = {}
    for label, extent, step in zip(labels, given.shape, given.strides, strict=True):
        extents[label] = extent
        steps[label] = steps.get(label, 0) + step
    shape = tuple(extents.get(label, 1) for label in order)
    return trace.view(given, shape, tuple(steps.get(label, 0) for label in order))


def _summed(trace: "MemoryTrace", given: "Tensor", dims: list[int]) -> "Tensor":
    if not dims:
        return given
    shape = [1 if dim in dims else extent for dim, extent in enumerate(given.shape)]
    return trace.new(shape, given)


def _paired(trace: "MemoryTrace", left: "Tensor", right: "Tensor", meeting: set[int]) -> "Tensor":
    """A product over some dims of two values of as many dims."""
    if not meeting:
        return trace.multiplied(left, right)
    both, ahead, behind = list[int](), list[int](), list[int]()
    for dim, (high, wide) in enumerate(zip(left.shape, right.shape, strict=True)):
        if dim in meeting:
            continue
        (both if high != 1 and wide != 1 else ahead if high != 1 else behind).append(dim)
    inner = sorted(meeting)

    def size(given: "Tensor", dims: list[int]) -> int:
        return prod(given.shape[dim] for dim in dims)

    batch, rows, columns = size(left, both), size(left, ahead), size(right, behind)
    between = size(left, inner)
    one = _matrices(trace, left, [*both, *ahead, *inner, *behind], (batch, rows, between))
    other = _matrices(trace, right, [*both, *inner, *behind, *ahead], (batch, between, columns))
    made = trace.multiplied(one, other, (batch, rows, columns))
    dims = [*both, *ahead, *inner, *behind]
    shape = [1 if dim in meeting else max(left.shape[dim], right.shape[dim]) for dim in dims]
    apart = trace.reshape(made, shape)
    back = [dims.index(dim) for dim in range(len(dims))]
    return trace.view(
        apart, tuple(shape[at] for at in back), tuple(apart.strides[at] for at in back)
    )


def _matrices(
    trace: "MemoryTrace", given: "Tensor", dims: list[int], shape: tuple[int, ...]
) -> "Tensor":
    turned = trace.view(
        given, tuple(given.shape[dim] for dim in dims), tuple(given.strides[dim] for dim in dims)
    )
    return trace.reshape(turned, shape)
