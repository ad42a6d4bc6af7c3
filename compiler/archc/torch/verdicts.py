"""What a comparison of tensors comes to: bits first, then rounding where it is allowed."""

from __future__ import annotations

from torch import Tensor

from archc.torch.tensors import Leaf, difference, doubt, rounded, sizes
from archir.weights.agreement import Agreement, Rounding


def _up_to(far: float) -> str:
    return f"equal up to rounding (largest relative difference {far:.2g})"


def compare_results(
    name: str, ours: list[Leaf], theirs: list[Leaf], rounding: Rounding | None
) -> Agreement:
    """Whether two modules gave the same, each under the same name."""
    fields = [[path for path, _ in found] for found in (ours, theirs)]
    unnamed = fields[0] != fields[1] and _by_position(*fields)
    if fields[0] != fields[1] and not unnamed:
        shown = [", ".join(path or "a tensor" for path in paths) or "nothing" for paths in fields]
        return Agreement(name, "differ", f"{shown[0]} here, {shown[1]} there")
    most: float | None = None
    for (path, mine), (_, other) in zip(ours, theirs, strict=True):
        apart = difference(mine, other)
        far = None if apart is None or rounding is None else rounded(mine, other, rounding)
        if apart is not None and far is None:
            return Agreement(name, "differ", f"{path}: {apart}" if path else apart)
        most = far if most is None else max(most, far or 0.0)
    for path, tensor in ours:
        why = doubt(path, tensor)
        if why is not None:
            return Agreement(name, "unclear", f"bit-equal, but {why}, which proves nothing")
    shown = [f"{path} {sizes(tensor)}".strip() for path, tensor in ours]
    how = ", by position" if unnamed else ""
    equal = "bit-equal" if most is None else _up_to(most)
    return Agreement(name, "agree", f"{equal}, {', '.join(shown)}{how}")


def _by_position(ours: list[str], theirs: list[str]) -> bool:
    """Whether one of the two gave a plain tuple, which names nothing, of as many tensors."""
    numbers = [str(index) for index in range(len(ours))]
    flat = not any("." in path for path in (*ours, *theirs))
    return len(ours) == len(theirs) > 1 and flat and numbers in (ours, theirs)


def compare_tensors(
    name: str, rows: list[tuple[str, Tensor, Tensor]], said: str, rounding: Rounding | None
) -> Agreement:
    """Whether all tensors are equal; of those that are not, the first and how many."""
    first: str | None = None
    count = 0
    most: float | None = None
    for key, mine, other in rows:
        apart = difference(mine, other)
        far = None if apart is None or rounding is None else rounded(mine, other, rounding)
        if apart is not None and far is None:
            count += 1
            first = first or f"{key}: {apart}"
        most = far if most is None else max(most, far or 0.0)
    if first is None:
        return Agreement(name, "agree", said if most is None else _up_to(most))
    more = f"; {count:,} of {len(rows):,} tensors differ" if count > 1 else ""
    return Agreement(name, "differ", first + more)
