"""TensorFlow's SAME with a stride, in the language: right for every size.

Along an axis of size n, a window that reaches over r places and moves by s gives n / s places,
rounded up. For that it lacks ``max(r - m, 0)`` places, where m is from 1 to s and s divides n - m;
half of them, rounded down, are added before and the rest behind. So (r - 1) // 2 and r // 2 are
added always, and a slice takes back what is too much before. What is too much behind is less than
a step of the window, and makes no place more.
"""

from __future__ import annotations

from collections.abc import Sequence


def same_padding(windows: Sequence[tuple[int, int]]) -> str:
    """The stages that stand before it, for the reach and the stride of each axis."""
    sides = [((reach - 1) // 2, reach // 2) for reach, _ in windows]
    stages = [_pad(sides)] if any(before or behind for before, behind in sides) else []
    for at, (reach, stride) in enumerate(windows):
        before = (reach - 1) // 2
        if before and stride > 1:
            padded = f"_.shape[{at + 2}]"
            missing = f"{reach - 1} - ({padded} - {reach}) % {stride}"
            missing = f"({missing})" if reach >= stride else f"max({missing}, 0)"
            stages.append(f"slice({at + 2}, {before} - {missing} // 2)")
    return " -> ".join(stages)


def _pad(sides: Sequence[tuple[int, int]]) -> str:
    """The last axis comes first."""
    flat = [side for pair in reversed(sides) for side in pair]
    return f"pad({flat[0] if len(set(flat)) == 1 else flat})"
