"""What a box says of an op: a picture's words, not the text's.

They come of what ops have in common (torch's name for them, a window, a stride, groups), so an op
needs none of its own. What is usual is not said: a stride of 1, a padding, a bias.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from archc.pictures.model.kinds import kind_of
from archc.pictures.model.tree import EACH, SQUARED, TIMES, Box, Count, Shape, Sign, Words
from archir.graph.graph import Apply
from archir.op.contract import Op, arguments_of
from archir.op.recipe import Arg, Call, Fold, FunctionRecipe, Infix
from archir.shapes.brief import brief
from archir.shapes.dims import Dim, variables
from archir.shapes.types import TensorType

_SIGNS = {"+": "+", "*": TIMES, "-": "\N{MINUS SIGN}", "/": "\N{DIVISION SIGN}"}
CONCAT = "\N{DOUBLE VERTICAL LINE}"
_WIDTHS = ("out_channels", "out_features")
"""The arguments that say how much an op gives."""

HEADED = 3
"""Axes of tokens; in front of the last two there are heads where there are more."""

LONGEST_DIM = 16
"""Letters of an expression of sizes in a picture."""

_SHORT = re.compile(r"(Batch|Layer|Group|Instance|LocalResponse)Norm")


def name_of(op: Op) -> str:
    """The op's name as papers print it: torch's, without the number of axes."""
    if op.shown:
        return op.shown
    last = op.torch_name.rpartition(".")[2]
    if not last or last.islower():  # a function of torch's, whose name says less than ours
        last = "".join(part.capitalize() for part in op.keyword.split("_"))
    name = re.sub(r"[123]d$", "", last).removeprefix("Adaptive")
    if _SHORT.fullmatch(name):
        return "".join(letter for letter in name if letter.isupper())
    return name


def head_of(op: Op, given: Sequence[TensorType]) -> str:
    """The bold word: the op's name, and whether it is depthwise; the sign before a number."""
    sign, _number = factor_of(op, given)
    if sign:
        return sign
    name = name_of(op)
    if _is_depthwise(op, given):
        name = "DW" if name == "Conv" else f"DW {name}"
    return name


def factor_of(op: Op, given: Sequence[TensorType]) -> tuple[str, tuple[float, ...]]:
    """What it adds to each element, or multiplies each by: the sign and the number, if any."""
    recipe = op.recipe(tuple(given))
    code = recipe.apply if isinstance(recipe, FunctionRecipe) else None
    if (
        not isinstance(code, Infix)
        or not isinstance(code.right, Arg)
        or code.operator not in _SIGNS
    ):
        return "", ()
    number = getattr(op, code.right.name)
    is_number = isinstance(number, (int, float))
    return (_SIGNS[code.operator], (number,)) if is_number else ("", ())


def window_of(op: Op, given: Sequence[TensorType]) -> Words:
    """The sides of the op's window, if it has one."""
    kernel = getattr(op, "kernel_size", None)
    if kernel is None:
        return ()
    axes = max(given[0].rank - 2, 1)
    sides = kernel if isinstance(kernel, tuple) else (kernel,) * axes
    return tuple(Count(side) for side in sides)


def facts_of(op: Op, given: Sequence[TensorType]) -> Words:
    """What else is to be said: how much it gives, stride, dilation, groups."""
    found = [*_outgoing(op, given), *_looks(op, given)]
    factor = getattr(op, "scale_factor", None)
    if factor is not None:
        found.append(_factor(factor))
    kernel = getattr(op, "kernel_size", None)
    if kernel is None:
        return tuple(found)
    if hasattr(op, "stride"):
        stride = op.stride if op.stride is not None else kernel
        found.append(_per_axis(stride, TIMES if _widens(op) else "/"))
    if hasattr(op, "dilation"):
        found.append(_per_axis(op.dilation, "d"))
    groups = getattr(op, "groups", 1)
    if isinstance(groups, int) and not _is_depthwise(op, given):
        found.append(Count(groups, "g", 1))
    return tuple(found)


def _outgoing(op: Op, given: Sequence[TensorType]) -> list[str | Count]:
    """How many channels or features it gives, or which extents."""
    found: list[str | Count] = []
    size = getattr(op, "output_size", None)
    if size is not None:
        axes = max(given[0].rank - 2, 1)
        sides = size if isinstance(size, tuple) else (size,) * axes
        shown = TIMES.join("-" if side is None else str(side) for side in sides)
        found.append(f"to {shown}")
    for name in _WIDTHS:
        value = getattr(op, name, None)
        if isinstance(value, int) and not _is_depthwise(op, given):
            found.append(Count(value))
    return found


def _looks(op: Op, given: Sequence[TensorType]) -> list[str | Count]:
    """Of attention its heads, and whether none looks ahead."""
    found: list[str | Count] = []
    heads = getattr(op, "num_heads", None)
    if heads is None and hasattr(op, "is_causal") and given[0].rank > HEADED:
        heads = given[0].extents[HEADED - 2]
    if isinstance(heads, int):
        found.append(Count(heads, usual=1, pattern=f"{EACH} heads"))
    if getattr(op, "is_causal", False):
        found.append("causal")
    return found


def _is_depthwise(op: Op, given: Sequence[TensorType]) -> bool:
    group_count = getattr(op, "group_count", None)
    if group_count is None or given[0].rank < 3:
        return False
    channels = given[0].extents[1]
    return channels > 1 and bool(group_count(channels) == channels)


def _factor(factor: float | tuple[float, ...]) -> str:
    sides = factor if isinstance(factor, tuple) else (factor,)
    return TIMES + TIMES.join(f"{side:g}" for side in dict.fromkeys(sides))


def _widens(op: Op) -> bool:
    """Whether its stride makes its output larger."""
    return hasattr(op, "output_padding")


def _per_axis(value: int | tuple[int, ...], before: str) -> str | Count:
    if isinstance(value, tuple):
        others = {side for side in value if side != 1}
        if len(set(value)) > 1 and len(others) == 1:
            pattern = TIMES.join(str(side) if side == 1 else EACH for side in value)
            return Count(others.pop(), before, 1, pattern)
        if len(set(value)) > 1:
            return before + TIMES.join(map(str, value))
        value = value[0]
    return Count(value, before, 1)


def follower_of(op: Op) -> str:
    """The word of a norm, an activation, a dropout in the box of another op."""
    return name_of(op)


def sign_of(op: Op, given: Sequence[TensorType]) -> str:
    """The sign of an op in which branches meet, or nothing."""
    recipe = op.recipe(tuple(given))
    if not isinstance(recipe, FunctionRecipe):
        return ""
    if isinstance(recipe.apply, Fold):
        return _SIGNS.get(recipe.apply.operator, "")
    is_concat = isinstance(recipe.apply, Call) and recipe.apply.function == "torch.cat"
    return CONCAT if is_concat else ""


def box_of(step: Apply, given: Sequence[TensorType], path: str) -> Box:
    """The box of an op that stands by itself."""
    op = step.op
    shown = [f"{name} = {getattr(op, name)}" for name in arguments_of(type(op))]
    title = f"{path or op.keyword}: {op.keyword}({', '.join(shown)})"
    kind = kind_of(op)
    facts = facts_of(op, given)
    box = Box(kind, (head_of(op, given),), facts, path=path, title=title)
    box.window, box.is_silent = window_of(op, given), op.is_silent
    _sign, box.factors = factor_of(op, given)
    return box


def merge_of(step: Apply, given: Sequence[TensorType], path: str) -> Sign | Box:
    """What branches meet in: a circle, or a box where it has no sign."""
    sign = sign_of(step.op, given)
    return Sign(sign, path, step.op.keyword) if sign else box_of(step, given, path)


def shape_of(
    general: TensorType, given: TensorType, sizes: Mapping[str, int] | None = None
) -> Shape:
    """A shape in a picture's words: channels, and the square of equal axes.

    With ``sizes``, the default ones, axes are said as parts of them: ``H/4``.
    """
    rest = given.extents[1:] if given.rank > 1 else given.extents
    dims = general.shape[1:] if given.rank > 1 else general.shape
    tail = rest[1:]
    if sizes is not None and any(variables(dim) for dim in dims):
        said = [_part(dim, extent, sizes) for dim, extent in zip(dims, rest, strict=True)]
    elif len(tail) in SQUARED and len(set(tail)) == 1:
        said = [str(rest[0]), f"{tail[0]}{SQUARED[len(tail)]}"]
    else:
        said = list(map(str, rest))
    is_last = sizes is None and _has_channels_last(rest)
    if is_last:
        said = [f"{rest[0]}{SQUARED[2]}", str(rest[2])]
    text = f" {TIMES} ".join(said)
    if text.isascii() and not text:
        text = "scalar"
    words = f" {TIMES} ".join(brief(dim) for dim in general.shape)
    if is_last:
        return Shape(text, words, rest[:2], rest[2], general.shape, rest)
    return Shape(text, words, tuple(tail), rest[0] if rest else 1, general.shape, rest)


def _has_channels_last(rest: tuple[int, ...]) -> bool:
    """Whether a map has its channels behind its height and width: its first two axes are equal."""
    return len(rest) == len("HWC") and rest[0] == rest[1] != rest[2]


def _part(dim: Dim, extent: int, sizes: Mapping[str, int]) -> str:
    """An axis as a part of a size, where it is that at the default sizes: rounding is left out."""
    names = sorted(variables(dim))
    if not names:
        return str(extent)
    whole = sizes[names[0]]
    if len(names) == 1 and extent and whole % extent == 0:
        return names[0] if whole == extent else f"{names[0]}/{whole // extent}"
    if len(names) == 1 and extent % whole == 0:
        return f"{extent // whole}{names[0]}"
    return brief(dim, LONGEST_DIM)
