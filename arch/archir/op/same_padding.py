"""TensorFlow's SAME with a stride, in the language: right for every size.

Along an axis of size n, a window that reaches over r places and moves by s gives n / s places,
rounded up. For that it lacks ``max(r - m, 0)`` places, where m is from 1 to s and s divides n - m;
half of them, rounded down, are added before and the rest behind. So (r - 1) // 2 and r // 2 are
added always, and a slice takes back what is too much before. What is too much behind is less than
a step of the window, and makes no place more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def same_padding(windows: Sequence[tuple[int, int]]) -> str:
    """The stages that stand before it, for the reach and the stride of each axis."""
    sides = [((reach - 1) // 2, reach // 2) for reach, _ in windows]
    stages = [_pad(sides)] if any(before or behind for before, behind in sides) else []
    for at, (reach, stride) in enumerate(windows):
        start = _start(f"_.shape[{at + 2}]", reach, stride)
        if start is not None:
            stages.append(f"slice({at + 2}, {start})")
    return " -> ".join(stages)


def _start(padded: str, reach: int, stride: int) -> str | None:
    """How many places are too many before, of an axis that is padded; None where none ever are."""
    before = (reach - 1) // 2
    if not before or stride == 1:
        return None
    if reach < stride:
        missing = f"max({reach - 1} - ({padded} - {reach}) % {stride}, 0)"
        return f"{before} - {missing} // 2"
    # The remainder is what is not missing, of which half is taken from before.
    behind = -reach % stride
    rest = f"({padded} + {behind}) % {stride}" if behind else f"{padded} % {stride}"
    if stride == 2:  # half of 0 or 1: all of it rounded up, or nothing
        return rest if reach % 2 else None
    return f"({rest} + 1) // 2" if reach % 2 else f"{rest} // 2"


def _pad(sides: Sequence[tuple[int, int]]) -> str:
    """The last axis comes first."""
    flat = [side for pair in reversed(sides) for side in pair]
    return f"pad({flat[0] if len(set(flat)) == 1 else flat})"


def same_pool(arguments: Mapping[str, object]) -> str:
    """What gives a pool as many places as SAME does, in its own arguments; empty where none do."""
    kernel, stride = arguments.get("kernel_size"), arguments.get("stride")
    stride = kernel if stride is None else stride
    if not isinstance(kernel, int) or not isinstance(stride, int) or kernel < 2:
        return ""
    if kernel % 2:
        return f"padding = {kernel // 2}"
    return "ceil_mode = true" if kernel == stride == 2 else ""
