"""Strides: how the elements of a tensor lie in memory, by torch's rules.

A view shares the memory of a tensor only where its strides allow that; else torch makes a copy.
So whoever counts bytes has to know strides. A network has few shapes and many tensors, so answers
are remembered; shapes are tuples for that.
"""

from __future__ import annotations

from functools import lru_cache

Shape = tuple[int, ...]
Strides = tuple[int, ...]

_remembered = lru_cache(maxsize=1 << 12)


@_remembered
def packed(shape: Shape, order: tuple[int, ...] | None = None) -> Strides:
    """Strides without gaps. ``order`` lists the dims, outermost first; else they go in turn."""
    strides = [0] * len(shape)
    step = 1
    for dim in reversed(range(len(shape)) if order is None else order):
        strides[dim] = step
        step *= max(shape[dim], 1)
    return tuple(strides)


@_remembered
def channels_last(shape: Shape) -> Strides:
    """The strides of ``[N, C, *axes]`` whose channels lie side by side."""
    return packed(shape, (0, *range(2, len(shape)), 1))


@_remembered
def has_gaps(shape: Shape, strides: Strides) -> bool:
    """Whether elements that lie channels-last have anything between them."""
    return not _same(shape, strides, channels_last(shape))


@_remembered
def is_contiguous(shape: Shape, strides: Strides) -> bool:
    """Whether the elements lie in the order of the dims, without gaps."""
    return _same(shape, strides, packed(shape))


@_remembered
def is_channels_last(shape: Shape, strides: Strides) -> bool:
    """Whether torch suggests the channels-last format for it: images and volumes alone.

    What is contiguous may be both, as a view may step anyhow over a dim of one element.
    """
    if len(shape) not in (4, 5):
        return False
    least = 0
    for dim in (1, *range(len(shape) - 1, 1, -1), 0):
        if shape[dim] == 0 or strides[dim] < least or strides[1] == 0:
            return False
        if dim == 0 and least == strides[1]:
            return False
        least = strides[dim] * (shape[dim] if shape[dim] > 1 else 1)
    return True


def is_overlapping(shape: Shape, strides: Strides) -> bool:
    """Whether several elements are one place in memory, as after an ``expand``."""
    return any(extent > 1 and step == 0 for extent, step in zip(shape, strides, strict=True))


@_remembered
def dense(shape: Shape, *operands: Strides) -> Strides:
    """The strides of a new tensor whose dims lie in memory in the order that these have.

    Operands that lie alike are followed (torch's ``TensorIterator``, ``fast_set_up``). Of others,
    each with a step of 0 where it is broadcast, the first that tells two dims apart says which of
    them lies outside.
    """
    alike = _alike(shape, operands)
    if alike is not None:
        return alike
    order = list(reversed(range(len(shape))))  # innermost first
    for place in range(1, len(order)):
        at = place
        for before in range(place - 1, -1, -1):
            is_further = _is_further(shape, operands, order[before], order[at])
            if is_further:
                order[before], order[at] = order[at], order[before]
                at = before
            elif is_further is not None:
                break
    return packed(shape, tuple(reversed(order)))


def _alike(shape: Shape, operands: tuple[Strides, ...]) -> Strides | None:
    """How a new tensor lies beside operands that lie alike and without gaps; None if they do not.

    This says too how it steps over dims of one element, where nothing else does.
    """
    formats = [packed(shape)] + ([channels_last(shape)] if len(shape) == 4 else [])
    for strides in formats:
        if all(_same(shape, each, strides) for each in operands):
            return strides
    first = operands[0] if operands else ()
    if any(each != first for each in operands):
        return None
    outwards = sorted((dim for dim, n in enumerate(shape) if n > 1), key=first.__getitem__)
    one = tuple(dim for dim, extent in enumerate(shape) if extent == 1)
    dense_strides = packed(shape, (*one, *reversed(outwards)))
    return first if _same(shape, first, dense_strides) else None


def _is_further(shape: Shape, operands: tuple[Strides, ...], one: int, other: int) -> bool | None:
    """Whether a dim lies further out than another; None where no operand says so."""
    for strides in operands:
        step, against = strides[one], strides[other]
        if 0 in (step, against):
            continue  # one place for all elements
        if step != against:
            return step > against
        if shape[one] > shape[other]:
            return True
    return None


@_remembered
def viewed(shape: Shape, strides: Strides, wanted: Shape) -> Strides | None:
    """The strides of a view with another shape; None where torch has to copy.

    Dims that lie evenly behind each other form a block; the new dims must fill it exactly.
    """
    result = [0] * len(wanted)
    new = len(wanted) - 1
    base = strides[-1] if strides else 1
    elements = filled = 1
    for dim in range(len(shape) - 1, -1, -1):
        elements *= shape[dim]
        whole = dim == 0 or (shape[dim - 1] != 1 and strides[dim - 1] != elements * base)
        if not whole:
            continue
        while new >= 0 and (filled < elements or wanted[new] == 1):
            result[new] = filled * base
            filled *= wanted[new]
            new -= 1
        if filled != elements:
            return None
        if dim > 0:
            base = strides[dim - 1]
            elements = filled = 1
    return tuple(result) if new < 0 or not shape else None


def _same(shape: Shape, left: Strides, right: Strides) -> bool:
    """Whether strides are equal where there is more than one element to step over."""
    return all(
        extent == 1 or one == other for extent, one, other in zip(shape, left, right, strict=True)
    )
