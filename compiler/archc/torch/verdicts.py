"""What a comparison of tensors comes to: bits first, then rounding where it is allowed."""

from __future__ import annotations

from collections.abc import Iterable

from torch import Tensor

from archc.torch.tensors import Leaf, difference, doubt, rounded, sizes
from archir.weights.agreement import Agreement, Rounding


class _Gap:
    """How far pairs of tensors are from each other."""

    def __init__(self, rounding: Rounding | None) -> None:
        self.rounding = rounding
        self.apart: list[str] = []
        """Of pairs that are not equal, in what they differ."""

        self.most: float | None = None
        """The largest relative difference of pairs that are equal up to rounding."""

    def see(self, rows: Iterable[tuple[str, Tensor, Tensor]]) -> None:
        for key, mine, other in rows:
            said = difference(mine, other)
            if said is None:
                continue
            far = None if self.rounding is None else rounded(mine, other, self.rounding)
            if far is None:
                self.apart.append(f"{key}: {said}" if key else said)
            else:
                self.most = max(far, self.most or 0.0)

    def words(self, equal: str) -> str:
        """How equal they are: ``equal``, where that is to the bit."""
        if self.most is None:
            return equal
        return f"equal up to rounding (largest relative difference {self.most:.2g})"


def compare_results(
    name: str, ours: list[Leaf], theirs: list[Leaf], rounding: Rounding | None
) -> Agreement:
    """Whether two modules gave the same, each under the same name."""
    fields = [[path for path, _ in found] for found in (ours, theirs)]
    unnamed = fields[0] != fields[1] and _by_position(*fields)
    if fields[0] != fields[1] and not unnamed:
        shown = [", ".join(path or "a tensor" for path in paths) or "nothing" for paths in fields]
        return Agreement(name, "differ", f"{shown[0]} here, {shown[1]} there")
    gap = _Gap(rounding)
    gap.see((path, mine, other) for (path, mine), (_, other) in zip(ours, theirs, strict=True))
    if gap.apart:
        return Agreement(name, "differ", gap.apart[0])
    equal = gap.words("bit-equal")
    for path, tensor in ours:
        why = doubt(path, tensor)
        if why is not None:
            return Agreement(name, "unclear", f"{equal}, but {why}, which proves nothing")
    shown = [f"{path} {sizes(tensor)}".strip() for path, tensor in ours]
    how = ", by position" if unnamed else ""
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
    gap = _Gap(rounding)
    gap.see(rows)
    if not gap.apart:
        return Agreement(name, "agree", gap.words(said))
    count = len(gap.apart)
    more = f"; {count:,} of {len(rows):,} tensors differ" if count > 1 else ""
    return Agreement(name, "differ", gap.apart[0] + more)
