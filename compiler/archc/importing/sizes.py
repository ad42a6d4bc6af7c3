"""Numbers that hang on the size, as expressions of the shapes at hand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from archc.importing.align import Varying

Seen = tuple[int, ...]
"""What a number was at each traced size."""


def solve(number: Varying, dims: Sequence[tuple[str, Seen]]) -> str | None:
    """An expression of these dims that gave the numbers; the simplest, None where there is none."""
    wanted = number.values
    if (same := equal(number, dims)) is not None:
        return same
    for found in (
        _with_number(dims, wanted),
        _products(dims),
        _product_with_number(dims, wanted),
    ):
        for text, seen in found:
            if seen == wanted:
                return text
    return None


def equal(number: Varying, dims: Sequence[tuple[str, Seen]]) -> str | None:
    """The dim that the number is, if it is one."""
    return next((name for name, seen in dims if seen == number.values), None)


def _with_number(dims: Sequence[tuple[str, Seen]], wanted: Seen) -> Iterator[tuple[str, Seen]]:
    varying = [(name, seen) for name, seen in dims if len(set(seen)) > 1]
    for name, seen in varying:
        for by in (2, 4, 8, 16, 32, 3, 5, 6, 7, 64):
            yield f"{name} // {by}", tuple(each // by for each in seen)
    for name, seen in varying:
        if seen[0] and wanted[0] % seen[0] == 0:
            by = wanted[0] // seen[0]
            yield f"{name} * {by}", tuple(each * by for each in seen)
    for name, seen in varying:
        off = wanted[0] - seen[0]
        sign = "+" if off > 0 else "-"
        yield f"{name} {sign} {abs(off)}", tuple(each + off for each in seen)


def _products(dims: Sequence[tuple[str, Seen]]) -> Iterator[tuple[str, Seen]]:
    for first, (name, seen) in enumerate(dims):
        for other, its in dims[first:]:
            yield f"{name} * {other}", tuple(a * b for a, b in zip(seen, its, strict=True))


def _product_with_number(
    dims: Sequence[tuple[str, Seen]], wanted: Seen
) -> Iterator[tuple[str, Seen]]:
    for text, seen in _products(dims):
        whole = wanted[0] and seen[0] % wanted[0] == 0
        if whole:
            by = seen[0] // wanted[0]
            yield f"{text} // {by}", tuple(each // by for each in seen)
        elif seen[0] and wanted[0] % seen[0] == 0:
            by = wanted[0] // seen[0]
            yield f"{text} * {by}", tuple(each * by for each in seen)
    for name, seen in dims:
        for other, its in dims:
            if 0 not in its:
                yield f"{name} // {other}", tuple(a // b for a, b in zip(seen, its, strict=True))
            yield f"{name} - {other}", tuple(a - b for a, b in zip(seen, its, strict=True))


def dims_of(name: str, shapes: Sequence[tuple[int, ...]]) -> list[tuple[str, Seen]]:
    """The dims of a value by what the language calls them."""
    rank = len(shapes[0])
    found: list[tuple[str, Seen]] = []
    for dim in range(rank):
        seen = tuple(shape[dim] for shape in shapes)
        found.append((f"{name}.{_word(dim, rank)}", seen))
    return found


def _word(dim: int, rank: int) -> str:
    if rank >= 4 and dim >= rank - 2:
        return "height" if dim == rank - 2 else "width"
    if rank >= 4 and dim == 1:
        return "channels"
    if rank < 4 and dim == rank - 1 and dim > 0:
        return "features"
    return f"shape[{dim}]"
